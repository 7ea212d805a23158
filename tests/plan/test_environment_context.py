"""An environment's context: the environment with the data plane it runs on, and the host names that follow."""

from typing import Any

import pytest

from choreo_components.api.core_v1 import API_VERSION
from choreo_components.api.generation import Target
from choreo_components.plan.environment_context import environment_context
from choreo_components.plan.references import Found
from tests import declaring
from tests.declaring import stack

DATA_PLANE = Target(API_VERSION, "DataPlane", "acme", "dp-local")


def hosts(*objects: declaring.Manifest, live: Found | None = None) -> dict[str, str]:
    """The host names of the environment `development`."""
    found = stack(*objects)
    environment = found.declared("Environment", "development")
    return environment_context(environment, found.plan, live or {}).hosts


@pytest.mark.parametrize("made", [declaring.data_plane, declaring.data_plane_with_credentials])
def test_the_data_plane_of_the_stack_is_the_environments_in_any_release(made: Any) -> None:
    expected = {"public": "dev.apis.example", "organization": "dev.internal.example"}
    assert hosts(declaring.environment(dns_prefix="dev"), made()) == expected


def test_else_it_is_the_one_of_the_cluster() -> None:
    live: dict[str, Any] = {"spec": {"gateway": {"publicVirtualHost": "live.example"}}}
    assert hosts(declaring.environment(dns_prefix="dev"), live={DATA_PLANE: live}) == {"public": "dev.live.example"}


def test_the_stacks_own_overrides_the_clusters() -> None:
    live: dict[str, Any] = {"spec": {"gateway": {"publicVirtualHost": "old.example"}}}
    found = hosts(declaring.environment(dns_prefix="dev"), declaring.data_plane(), live={DATA_PLANE: live})
    assert found["public"] == "dev.apis.example"


@pytest.mark.parametrize("live", [{}, {DATA_PLANE: None}, {DATA_PLANE: {}}, {DATA_PLANE: {"spec": None}}])
def test_without_a_data_plane_no_host_is_known(live: Found) -> None:
    assert hosts(declaring.environment(), live=live) == {}


def test_without_a_prefix_there_is_no_host() -> None:
    assert hosts(declaring.environment(dns_prefix=None), declaring.data_plane()) == {}


def test_an_environment_without_a_data_plane_has_none() -> None:
    found = stack(declaring.environment(data_plane=None), declaring.data_plane())
    context = environment_context(found.declared("Environment", "development"), found.plan, {})
    assert context.data_plane is None


def test_a_data_plane_of_another_organization_is_another() -> None:
    assert hosts(declaring.environment(), declaring.data_plane(organization="other")) == {}

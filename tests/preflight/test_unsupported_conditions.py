"""Unsupported conditions: whether the cluster's schemas have the conditions that a plan waits for."""

from collections.abc import Mapping
from typing import Any

import pytest

from choreo_components.api import kind_of
from choreo_components.api.core_v1 import API_VERSION
from choreo_components.config.findings import warning
from choreo_components.preflight.crd_compatibility import Definitions
from choreo_components.preflight.unsupported_conditions import missing_field, unsupported
from tests import declaring
from tests.declaring import stack

CONDITIONS = {"conditions": {"type": "array"}}


def schema(**status: Any) -> dict[str, Any]:
    """The schema of a kind whose status has these keywords."""
    return {"type": "object", "properties": {"spec": {"type": "object"}, "status": {"type": "object", **status}}}


WHOLE = schema(properties=CONDITIONS)
DATA_PLANE = kind_of(API_VERSION, "DataPlane")


def document(kinds: Mapping[str, Mapping[str, Any]], subresource: bool = True) -> Definitions:
    """What a cluster with these kinds publishes."""
    group, _, version = API_VERSION.partition("/")
    schemas = {
        f"dev.choreo.core.v1.{kind}": {
            **of_kind,
            "x-kubernetes-group-version-kind": [{"group": group, "version": version, "kind": kind}],
        }
        for kind, of_kind in kinds.items()
    }
    paths: dict[str, Any] = {}
    for kind in kinds:
        path = f"/apis/{API_VERSION}/namespaces/{{namespace}}/{kind_of(API_VERSION, kind).plural}/{{name}}"
        paths[path] = {}
        if subresource:
            paths[f"{path}/status"] = {}
    return Definitions([{"paths": paths, "components": {"schemas": schemas}}])


def test_a_kind_with_conditions_is_waited_for() -> None:
    assert missing_field(document({"DataPlane": WHOLE}), DATA_PLANE) is None


@pytest.mark.parametrize(
    ("of_kind", "field"),
    [
        (schema(), "status.conditions"),
        (schema(properties={"phase": {"type": "string"}}), "status.conditions"),
        ({"type": "object", "properties": {"spec": {"type": "object"}}}, "status"),
        ({"type": "object"}, "status"),
    ],
)
def test_what_the_schema_does_not_have_is_dropped(of_kind: dict[str, Any], field: str) -> None:
    assert missing_field(document({"DataPlane": of_kind}), DATA_PLANE) == field


@pytest.mark.parametrize(
    "of_kind",
    [
        schema(**{"x-kubernetes-preserve-unknown-fields": True}),
        {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
    ],
)
def test_a_schema_that_keeps_what_it_does_not_know_keeps_conditions(of_kind: dict[str, Any]) -> None:
    assert missing_field(document({"DataPlane": of_kind}), DATA_PLANE) is None


def test_without_its_subresource_there_is_no_status() -> None:
    assert missing_field(document({"DataPlane": WHOLE}, subresource=False), DATA_PLANE) == "status subresource"


@pytest.mark.parametrize("published", [Definitions({}), document({"Project": WHOLE})], ids=["nothing", "another kind"])
def test_a_kind_without_a_schema_is_no_finding(published: Definitions) -> None:
    assert missing_field(published, DATA_PLANE) is None


def test_a_kind_that_can_never_be_ready_is_reported_once_at_its_first_object() -> None:
    found = stack(declaring.data_plane(), declaring.data_plane("two"), declaring.pipeline())
    installed = document({"DataPlane": schema(), "DeploymentPipeline": WHOLE})
    message = (
        "no DataPlane is waited for: the cluster's definition of the kind has no status.conditions, so condition "
        "Created never becomes visible; the definition may be older than the controllers"
    )
    wanted = {"DataPlane": warning(found.declared("DataPlane", "dp-local").at("kind"), message)}
    assert {kind: each for (_, kind), each in unsupported(installed, found.plan.objects).items()} == wanted


def test_without_a_wait_there_is_no_finding() -> None:
    installed = document({"DataPlane": schema(), "ConfigurationGroup": schema()})
    assert unsupported(installed, stack(declaring.data_plane(), controllers="absent").plan.objects) == {}
    assert unsupported(installed, stack(declaring.configuration_group()).plan.objects) == {}


def test_a_plan_without_waits_waits_for_its_other_kinds() -> None:
    found = stack(declaring.data_plane(), declaring.pipeline())
    waits = {
        node.key.kind: getattr(node, "wait", None)
        for node in found.plan.without_waits({(API_VERSION, "DataPlane")}).nodes
    }
    assert waits == {"DataPlane": None, "DeploymentPipeline": "Available"}

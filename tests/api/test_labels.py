"""The labels by which OpenChoreo finds things, exactly as its controllers write and read them."""

from collections.abc import Callable

import pytest

from choreo_components.api.core_v1 import labels


def test_a_data_plane_namespace_has_exactly_the_five_labels_of_the_deployment_controller() -> None:
    assert labels.data_plane_namespace_labels("acme", "customer-portal", "development") == {
        "organization-name": "acme",
        "project-name": "customer-portal",
        "environment-name": "development",
        "managed-by": "choreo-deployment-controller",
        "belong-to": "user-workloads",
    }


def test_an_organizations_namespace_has_the_labels_of_the_organization_controller() -> None:
    assert labels.organization_namespace_labels("acme") == {
        "managed-by": "choreo-control-plane",
        "core.choreo.dev/organization": "acme",
        "core.choreo.dev/name": "acme",
    }


def test_deployments_of_an_environment_are_selected_by_control_plane_labels() -> None:
    assert labels.environment_deployment_selector("acme", "development") == {
        "core.choreo.dev/organization": "acme",
        "core.choreo.dev/environment": "development",
    }


def test_namespaces_of_an_environment_are_selected_by_data_plane_labels() -> None:
    selector = labels.environment_namespace_selector("acme", "development")
    assert selector == {"organization-name": "acme", "environment-name": "development"}
    assert selector.items() <= labels.data_plane_namespace_labels("acme", "any", "development").items()


@pytest.mark.parametrize(
    ("helper", "roles"),
    [
        (labels.organization_namespace_labels, ["organization"]),
        (labels.data_plane_namespace_labels, ["organization", "project", "environment"]),
        (labels.environment_deployment_selector, ["organization", "environment"]),
        (labels.environment_namespace_selector, ["organization", "environment"]),
    ],
)
def test_no_name_may_be_empty(helper: Callable[..., dict[str, str]], roles: list[str]) -> None:
    for empty in roles:
        names = {role: "" if role == empty else "acme" for role in roles}
        with pytest.raises(ValueError, match=f"the {empty} must not be empty"):
            helper(**names)

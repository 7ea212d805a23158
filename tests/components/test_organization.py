"""An Organization has a namespace, which belongs to the controllers, or without them to the stack only."""

from typing import Any

import pytest

from choreo_components import Organization
from tests.components.registering import dependencies, registered


def acme(**more: Any) -> Organization:
    args: Any = more
    return Organization("acme", args)


def test_with_controllers_the_namespace_belongs_to_the_organization_and_is_deleted_with_it() -> None:
    namespace = registered(acme)["acme-namespace"]
    assert namespace.metadata["ownerReferences"] == [
        {
            "apiVersion": "core.choreo.dev/v1",
            "kind": "Organization",
            "name": "acme",
            "uid": "acme-organization-uid",
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]
    assert namespace.request.deletedWith.endswith("::acme-organization")


def test_without_controllers_the_namespace_is_ours_to_delete() -> None:
    namespace = registered(lambda: acme(controllers="absent"))["acme-namespace"]
    assert "ownerReferences" not in namespace.metadata
    assert namespace.request.deletedWith == ""


@pytest.mark.parametrize("controllers", ["present", "absent"])
def test_the_namespace_has_the_labels_that_controllers_give_it(controllers: str) -> None:
    namespace = registered(lambda: acme(controllers=controllers))["acme-namespace"]
    assert namespace.type == "kubernetes:core/v1:Namespace"
    assert namespace.metadata["name"] == "acme"
    assert namespace.labels == {
        "managed-by": "choreo-control-plane",
        "core.choreo.dev/organization": "acme",
        "core.choreo.dev/name": "acme",
    }


def test_the_namespace_follows_the_organization_and_resources_that_use_it_follow_the_namespace() -> None:
    found = registered(lambda: dependencies(acme(controllers="absent").namespace))
    assert found["acme-namespace"].depends_on == {"acme-organization"}
    assert found.returned == ["acme-namespace"]


def test_it_is_in_no_namespace_itself() -> None:
    assert "namespace" not in registered(acme)["acme-organization"].metadata


def test_under_another_name_its_namespace_has_that_name() -> None:
    found = registered(lambda: acme(name="acme-2", controllers="absent").namespace)
    assert found["acme-namespace"].metadata["name"] == found.returned == "acme-2"

"""An Organization has its namespace from OpenChoreo's controllers; where there are none, from us."""

from typing import Any

from choreo_components import Organization
from tests.components.registering import dependencies, registered


def acme(**more: Any) -> Organization:
    args: Any = more
    return Organization("acme", args)


def test_with_controllers_the_namespace_is_theirs() -> None:
    found = registered(lambda: acme().namespace)
    assert found.names == ["acme", "acme-organization"]
    assert found.returned == "acme"


def test_without_controllers_the_namespace_is_ours_with_the_labels_that_theirs_would_have() -> None:
    namespace = registered(lambda: acme(controllers="absent"))["acme-namespace"]
    assert namespace.type == "kubernetes:core/v1:Namespace"
    assert namespace.metadata["name"] == "acme"
    assert namespace.labels == {
        "managed-by": "choreo-control-plane",
        "core.choreo.dev/organization": "acme",
        "core.choreo.dev/name": "acme",
    }


def test_the_namespace_comes_after_the_organization_and_who_uses_it_after_the_namespace() -> None:
    found = registered(lambda: dependencies(acme(controllers="absent").namespace))
    assert found["acme-namespace"].depends_on == {"acme-organization"}
    assert found.returned == ["acme-namespace"]


def test_it_stands_in_no_namespace_itself() -> None:
    assert "namespace" not in registered(acme)["acme-organization"].metadata


def test_under_another_name_its_namespace_has_that_name() -> None:
    found = registered(lambda: acme(name="acme-2", controllers="absent").namespace)
    assert found["acme-namespace"].metadata["name"] == found.returned == "acme-2"

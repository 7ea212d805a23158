"""The schema is what programs in other languages are written against: a change of it is seen, and meant."""

import json
from pathlib import Path
from typing import Any

import pytest

from choreo_components.components.core_v1 import COMPONENTS
from choreo_components.provider.schema import package_schema
from choreo_components.state.contract import Finalizer

SNAPSHOT = Path(__file__).with_name("schema.json")

RENEW = "if the change is meant: .venv/bin/python -m tests.provider.test_schema"


def current() -> dict[str, Any]:
    """The schema without the version, which changes with each release."""
    schema: dict[str, Any] = json.loads(package_schema())
    del schema["version"]
    return schema


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return current()


def test_the_schema_is_the_one_that_programs_know(schema: dict[str, Any]) -> None:
    known = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    for section in sorted({*known, *schema}):
        assert schema.get(section) == known.get(section), f"{section} has changed; {RENEW}"


def test_it_has_every_component_and_the_finalizer(schema: dict[str, Any]) -> None:
    assert set(schema["resources"]) == {
        "choreo:index:EnvironmentFinalizer",
        *(f"choreo:index:{component.__name__}" for component in COMPONENTS),
    }
    components = {name for name, resource in schema["resources"].items() if resource.get("isComponent")}
    assert set(schema["resources"]) - components == {"choreo:index:EnvironmentFinalizer"}


def test_the_finalizers_properties_are_those_that_it_checks(schema: dict[str, Any]) -> None:
    resource = schema["resources"]["choreo:index:EnvironmentFinalizer"]
    assert set(resource["inputProperties"]) == set(Finalizer.inputs())
    assert set(resource["properties"]) == {*Finalizer.inputs(), "deployments", "namespaces"} - {"organization"}


def test_kubeconfigs_are_secrets(schema: dict[str, Any]) -> None:
    for name in ("kubeconfig", "dataPlaneKubeconfigs"):
        assert schema["provider"]["inputProperties"][name]["secret"]
        assert schema["config"]["variables"][name]["secret"]
    for resource, name in (
        ("EnvironmentFinalizer", "dataPlaneKubeconfig"),
        ("Environment", "dataPlaneKubeconfig"),
        ("DataPlane", "connectionConfig"),
    ):
        assert schema["resources"][f"choreo:index:{resource}"]["inputProperties"][name]["secret"]


def test_a_data_planes_private_key_is_a_secret(schema: dict[str, Any]) -> None:
    credentials = schema["types"]["choreo:index:ClusterCredentialsArgs"]["properties"]
    assert {name for name, shown in credentials.items() if shown.get("secret")} == {"clientKey"}


def test_everything_in_it_is_described(schema: dict[str, Any]) -> None:
    for name, resource in schema["resources"].items():
        for property_, described in {**resource["properties"], **resource["inputProperties"]}.items():
            assert described.get("description"), f"{name} does not say what {property_} is"


if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(current(), indent=2, sort_keys=True) + "\n", encoding="utf-8")

"""Programs in other languages are written against the schema: every change of it is visible and intended."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from choreo_components.components import openchoreo_v1alpha1
from choreo_components.components.core_v1 import COMPONENTS
from choreo_components.provider.schema import package_schema
from choreo_components.state.contract import Finalizer

SNAPSHOT = Path(__file__).with_name("schema.json")

RENEW = "if the change is intended: .venv/bin/python -m tests.provider.test_schema"


def current() -> dict[str, Any]:
    """The schema without the version, which changes with each release."""
    schema: dict[str, Any] = json.loads(package_schema())
    del schema["version"]
    return schema


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return current()


def test_the_schema_has_not_changed(schema: dict[str, Any]) -> None:
    known = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    for section in sorted({*known, *schema}):
        assert schema.get(section) == known.get(section), f"{section} has changed; {RENEW}"


def test_it_has_every_component_and_the_finalizer(schema: dict[str, Any]) -> None:
    assert set(schema["resources"]) == {
        "choreo:index:EnvironmentFinalizer",
        "choreo:index:Platform",
        *(f"choreo:core/v1:{component.__name__}" for component in COMPONENTS),
        *(f"choreo:openchoreo/v1alpha1:{component.__name__}" for component in openchoreo_v1alpha1.COMPONENTS),
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
        ("index:EnvironmentFinalizer", "dataPlaneKubeconfig"),
        ("index:Platform", "kubeconfig"),
        ("index:Platform", "dataPlaneKubeconfigs"),
        ("core/v1:Environment", "dataPlaneKubeconfig"),
        ("core/v1:DataPlane", "connectionConfig"),
    ):
        assert schema["resources"][f"choreo:{resource}"]["inputProperties"][name]["secret"]


def test_a_data_planes_private_key_is_a_secret(schema: dict[str, Any]) -> None:
    credentials = schema["types"]["choreo:core/v1:ClusterCredentials"]["properties"]
    assert {name for name, shown in credentials.items() if shown.get("secret")} == {"clientKey"}


def test_each_component_is_found_in_older_states_and_programs(schema: dict[str, Any]) -> None:
    for component in COMPONENTS:
        described = schema["resources"][f"choreo:core/v1:{component.__name__}"]
        assert described["aliases"] == [{"type": f"choreo:index:{component.__name__}"}]


def test_a_module_is_the_part_of_a_token_between_its_colons(schema: dict[str, Any]) -> None:
    assert schema["meta"] == {"moduleFormat": "(.*)"}


def test_no_type_has_the_suffix_that_languages_add(schema: dict[str, Any]) -> None:
    """They would name it `...ArgsArgs`. No type has the name of a component, whose arguments would have it too."""
    assert not [name for name in schema["types"] if name.endswith("Args")]
    assert schema["types"].keys().isdisjoint(schema["resources"])


def test_each_type_that_is_referred_to_is_in_it(schema: dict[str, Any]) -> None:
    assert set(_references(schema)) - {"pulumi.json#/Any"} == {f"#/types/{name}" for name in schema["types"]}


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(reference := value.get("$ref"), str):
            yield reference
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)


def test_everything_in_it_is_described(schema: dict[str, Any]) -> None:
    for name, resource in schema["resources"].items():
        for property_, described in {**resource["properties"], **resource["inputProperties"]}.items():
            assert described.get("description"), f"{name} has no description of {property_}"


if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(current(), indent=2, sort_keys=True) + "\n", encoding="utf-8")

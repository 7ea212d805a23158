"""The generated CRDs are OpenChoreo's CRDs, in all that an API server acts on."""

from functools import cache
from typing import Any

import pytest
import yaml

from choreo_components.api import all_kinds, custom_resource_definitions
from choreo_components.api.core_v1 import kinds as core_v1
from choreo_components.api.crd import definition_of
from choreo_components.api.openchoreo_v1alpha1 import kinds as openchoreo_v1alpha1
from tests.upstream import UPSTREAM

CORE, CORE_SINCE_V0_2_0, OPENCHOREO = "core.choreo.dev_v1", "core.choreo.dev_v1@v0.2.0", "openchoreo.dev_v1alpha1"
GENERATED: dict[str, dict[str, dict[str, Any]]] = {
    CORE: {kind.kind: definition_of(kind) for kind in core_v1.KINDS},
    CORE_SINCE_V0_2_0: {kind.kind: definition_of(kind, core_v1.V0_2_0) for kind in core_v1.KINDS},
    OPENCHOREO: {kind.kind: definition_of(kind) for kind in openchoreo_v1alpha1.KINDS if kind.group},
}
"""Our definitions by kind, by the name of the folder that has OpenChoreo's own."""

with_upstream = pytest.mark.skipif(not UPSTREAM.is_dir(), reason=f"no copy of OpenChoreo's CRDs at {UPSTREAM}")
each_definition = pytest.mark.parametrize(
    ("folder", "kind"), [(folder, kind) for folder, definitions in GENERATED.items() for kind in definitions]
)


@cache
def openchoreos_own(folder: str, kind: str) -> dict[str, Any]:
    """OpenChoreo's definition of the kind."""
    spec = GENERATED[folder][kind]["spec"]
    text = (UPSTREAM / "crds" / folder / f"{spec['group']}_{spec['names']['plural']}.yaml").read_text()
    definition: dict[str, Any] = yaml.safe_load(text)
    return definition


def schema_of(crd: dict[str, Any]) -> dict[str, Any]:
    """The schema of the only version."""
    schema: dict[str, Any] = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    return schema


def acted_on(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without descriptions and examples, and of a rule no more than whether it is one on changes.

    A property of such a name stays.
    """
    kept: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword == "properties":
            kept[keyword] = {name: acted_on(nested) for name, nested in value.items()}
        elif keyword in ("items", "additionalProperties"):
            kept[keyword] = acted_on(value)
        elif keyword == "x-kubernetes-validations":
            kept[keyword] = sorted("oldSelf" in rule["rule"] for rule in value)
        elif keyword not in ("description", "example"):
            kept[keyword] = value
    return kept


def structure(crd: dict[str, Any]) -> dict[str, Any]:
    """What an API server acts on: everything but words for people and the generator's annotation."""
    versions = [
        version | {"schema": {"openAPIV3Schema": acted_on(version["schema"]["openAPIV3Schema"])}}
        for version in crd["spec"]["versions"]
    ]
    return {
        "apiVersion": crd["apiVersion"],
        "kind": crd["kind"],
        "name": crd["metadata"]["name"],
        "spec": crd["spec"] | {"versions": versions},
    }


def test_there_is_one_for_each_kind() -> None:
    assert [crd["spec"]["names"]["kind"] for crd in custom_resource_definitions()] == [
        kind.kind for kind in all_kinds().values() if kind.group
    ]
    assert {folder: len(definitions) for folder, definitions in GENERATED.items()} == {
        CORE: 12,
        CORE_SINCE_V0_2_0: 12,
        OPENCHOREO: 37,
    }


@with_upstream
@each_definition
def test_it_equals_openchoreos_own(folder: str, kind: str) -> None:
    assert structure(GENERATED[folder][kind]) == structure(openchoreos_own(folder, kind))


@with_upstream
@pytest.mark.parametrize("folder", GENERATED)
def test_openchoreo_has_no_other_kinds(folder: str) -> None:
    assert len(list((UPSTREAM / "crds" / folder).glob("*.yaml"))) == len(GENERATED[folder])


def test_v0_2_0_changed_the_data_plane_alone() -> None:
    later = GENERATED[CORE_SINCE_V0_2_0]
    assert [
        kind for kind, definition in GENERATED[CORE].items() if structure(definition) != structure(later[kind])
    ] == ["DataPlane"]


def inside(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The schemas of the fields, items and values right inside of one."""
    nested = [schema[keyword] for keyword in ("items", "additionalProperties") if keyword in schema]
    return [*schema.get("properties", {}).values(), *nested]


def described(schema: dict[str, Any]) -> list[str]:
    """The descriptions in a schema, an empty one for each property that has none."""
    own = [each.get("description", "") for each in schema.get("properties", {}).values()]
    return own + [text for each in inside(schema) for text in described(each)]


@each_definition
def test_every_field_is_described_in_a_line(folder: str, kind: str) -> None:
    spec = schema_of(GENERATED[folder][kind])["properties"]["spec"]
    assert all(text and "\n" not in text and '"' not in text and "\\" not in text for text in described(spec))


def sentences(schema: dict[str, Any]) -> set[str]:
    """The descriptions in a schema and the messages of its rules, as far as they are more than a few words."""
    own = {schema.get("description", ""), *(rule["message"] for rule in schema.get("x-kubernetes-validations", ()))}
    return {text for text in own if text.count(" ") > 3}.union(*map(sentences, inside(schema)))


@with_upstream
@each_definition
def test_its_sentences_are_our_own(folder: str, kind: str) -> None:
    ours, theirs = schema_of(GENERATED[folder][kind]), schema_of(openchoreos_own(folder, kind))
    assert sentences(ours).isdisjoint(sentences(theirs))

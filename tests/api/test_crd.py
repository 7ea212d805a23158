"""The generated CRDs are OpenChoreo's CRDs, in all that an API server acts on."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from choreo_components.api import all_kinds, custom_resource_definitions
from choreo_components.api.core_v1.kinds import V0_2_0
from tests.upstream import UPSTREAM

FOLDERS: dict[str | None, Path] = {
    None: UPSTREAM / "crds" / "core.choreo.dev_v1",
    V0_2_0: UPSTREAM / "crds" / "core.choreo.dev_v1@v0.2.0",
}
"""OpenChoreo's own definitions, by the release that has changed them."""

with_upstream = pytest.mark.skipif(not UPSTREAM.is_dir(), reason=f"no copy of OpenChoreo's CRDs at {UPSTREAM}")
each_release = pytest.mark.parametrize(
    "release", FOLDERS, ids=lambda release: f"since {release}" if release else "first"
)


def generated(release: str | None) -> dict[str, dict[str, Any]]:
    """Our definitions by kind."""
    return {crd["spec"]["names"]["kind"]: crd for crd in custom_resource_definitions(release)}


GENERATED = generated(None)


def without_descriptions(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without the keyword `description`; a property of that name would stay."""
    kept: dict[str, Any] = {}
    for keyword, value in schema.items():
        if keyword == "properties":
            kept[keyword] = {name: without_descriptions(nested) for name, nested in value.items()}
        elif keyword in ("items", "additionalProperties"):
            kept[keyword] = without_descriptions(value)
        elif keyword != "description":
            kept[keyword] = value
    return kept


def structure(crd: dict[str, Any]) -> dict[str, Any]:
    """What an API server acts on: everything but descriptions and the generator's annotation."""
    versions = [
        version | {"schema": {"openAPIV3Schema": without_descriptions(version["schema"]["openAPIV3Schema"])}}
        for version in crd["spec"]["versions"]
    ]
    return {
        "apiVersion": crd["apiVersion"],
        "kind": crd["kind"],
        "name": crd["metadata"]["name"],
        "spec": crd["spec"] | {"versions": versions},
    }


def test_there_is_one_for_each_kind() -> None:
    assert sorted(GENERATED) == sorted(kind for _, kind in all_kinds())
    assert len(GENERATED) == 12


@with_upstream
@each_release
@pytest.mark.parametrize("kind", GENERATED)
def test_it_equals_openchoreos_own(kind: str, release: str | None) -> None:
    ours = generated(release)[kind]
    path = FOLDERS[release] / f"core.choreo.dev_{ours['spec']['names']['plural']}.yaml"
    assert structure(ours) == structure(yaml.safe_load(path.read_text()))


@with_upstream
@each_release
def test_openchoreo_has_no_other_kinds(release: str | None) -> None:
    assert len(list(FOLDERS[release].glob("*.yaml"))) == len(GENERATED)


def test_v0_2_0_changed_the_data_plane_alone() -> None:
    later = generated(V0_2_0)
    assert [kind for kind, definition in GENERATED.items() if structure(definition) != structure(later[kind])] == [
        "DataPlane"
    ]


def described(schema: dict[str, Any]) -> list[str]:
    """The descriptions in a schema, an empty one for each property that has none."""
    nested = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
    own = [each.get("description", "") for each in schema.get("properties", {}).values()]
    return own + [text for each in nested for text in described(each)]


@each_release
@pytest.mark.parametrize("kind", GENERATED)
def test_every_field_is_described_in_a_line(kind: str, release: str | None) -> None:
    spec = generated(release)[kind]["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    assert all(text and "\n" not in text and '"' not in text and "\\" not in text for text in described(spec))

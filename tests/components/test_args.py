"""The components' arguments are OpenChoreo's fields, and Pulumi takes a schema from them."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.provider.experimental.analyzer import Analyzer
from pulumi.provider.experimental.schema import generate_schema
from pulumi.provider.experimental.util import camel_case

from choreo_components.api import Kind, all_kinds, custom_resource_definitions
from choreo_components.api.core_v1 import API_VERSION, labels
from choreo_components.api.core_v1.kinds import V0_2_0
from choreo_components.components import generate
from choreo_components.components.core_v1 import args
from choreo_components.components.core_v1.arguments import parent_argument

AROUND_SPEC = {"name", "displayName", "description", "labels", "annotations", "controllers", "timeouts"}
OF_ONE_KIND = {
    "DataPlane": {"connectionConfig"},
    "Environment": {"projects", "dataPlaneKubeconfig", "dataPlaneGateway", "namespaceMetadata"},
}


def together(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """A schema of what is in either of two: it requires what both of them require."""
    ours, theirs = one.get("properties", {}), other.get("properties", {})
    both = {name: together(ours[name], theirs[name]) for name in ours.keys() & theirs.keys()}
    required = [name for name in one.get("required", ()) if name in other.get("required", ())]
    joined = {**one, "properties": {**ours, **theirs, **both}, "required": required}
    return {keyword: value for keyword, value in joined.items() if value or keyword in one}


def specs(release: str | None) -> dict[str, dict[str, Any]]:
    """The schemas of the kinds' specs."""
    return {
        crd["spec"]["names"]["kind"]: crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
        for crd in custom_resource_definitions(release)
    }


LATER = specs(V0_2_0)
CRDS = {kind: together(spec, LATER[kind]) for kind, spec in specs(None).items()}


def component(kind: Kind) -> type[pulumi.ComponentResource]:
    """A component with the arguments of the kind and nothing else."""

    def init(self: pulumi.ComponentResource) -> None:
        """Never called: the analyzer reads the annotation of `args`."""

    init.__annotations__["args"] = getattr(args, f"{kind.kind}Args")
    return type(kind.kind, (pulumi.ComponentResource,), {"__init__": init})


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """What Pulumi makes of the arguments of all kinds."""
    found = Analyzer("choreo").analyze([component(kind) for kind in all_kinds().values()])
    package = generate_schema(
        "choreo",
        "0.0.0",
        None,
        found["component_definitions"],
        found["type_definitions"],
        list(found["dependencies"]),
    )
    return package.to_json()


def parents(kind: Kind) -> list[str]:
    return [parent_argument(label) for label in kind.hierarchy if label != labels.NAME]


def differences(path: str, crd: dict[str, Any], shown: dict[str, Any], types: dict[str, Any]) -> Iterator[str]:
    """Where the schema of a value says something else than the CRD."""
    reference = shown.get("$ref") or ""
    if crd.get("x-kubernetes-int-or-string"):
        if reference != "pulumi.json#/Any":
            yield f"{path}: {shown}"
        return
    if reference:
        shown = types[reference.removeprefix("#/types/")]
    if shown["type"] != crd["type"]:
        yield f"{path}: {shown['type']} for {crd['type']}"
    if [choice["value"] for choice in shown.get("enum") or []] != crd.get("enum", []):
        yield f"{path}: {shown.get('enum')} for {crd.get('enum')}"
    for inner in ("items", "additionalProperties"):
        if inner in crd:
            yield from differences(f"{path}.{inner}", crd[inner], shown[inner], types)
    expected, properties = crd.get("properties") or {}, shown.get("properties") or {}
    if set(expected) != set(properties):
        yield f"{path}: {sorted(properties)} for {sorted(expected)}"
    if (shown.get("required") or []) != crd.get("required", []):
        yield f"{path}: requires {shown.get('required')} for {crd.get('required')}"
    for name in expected:
        yield from differences(f"{path}.{name}", expected[name], properties[name], types)


def test_args_are_current() -> None:
    """Apart from its layout, which is the formatter's."""
    written = ast.dump(ast.parse(Path(args.__file__).read_text(encoding="utf-8")))
    current = ast.dump(ast.parse(generate.source(API_VERSION, "core_v1")))
    assert written == current, "run python -m choreo_components.components.generate"


@pytest.mark.parametrize("kind", all_kinds().values(), ids=lambda kind: kind.kind)
def test_schema_names_equal_the_crds_field_names(kind: Kind, schema: dict[str, Any]) -> None:
    resource = schema["resources"][f"choreo:index:{kind.kind}"]
    around = {*AROUND_SPEC, *OF_ONE_KIND.get(kind.kind, ()), *parents(kind)}
    spec = {
        "type": "object",
        "properties": {name: shown for name, shown in resource["inputProperties"].items() if name not in around},
        "required": [name for name in resource["requiredInputs"] if name not in around],
    }
    assert list(differences(kind.kind, CRDS[kind.kind], spec, schema["types"])) == []


@pytest.mark.parametrize("kind", all_kinds().values(), ids=lambda kind: kind.kind)
def test_parents_are_required(kind: Kind, schema: dict[str, Any]) -> None:
    resource = schema["resources"][f"choreo:index:{kind.kind}"]
    optional = {*AROUND_SPEC, *OF_ONE_KIND.get(kind.kind, ())}
    assert set(parents(kind)) <= set(resource["requiredInputs"])
    assert optional <= set(resource["inputProperties"]) - set(resource["requiredInputs"])


def test_parents_are_those_by_whose_labels_openchoreo_finds_the_object() -> None:
    found = {kind.kind: parents(kind) for kind in all_kinds().values()}
    assert found["Organization"] == []
    assert found["Environment"] == ["organization"]
    assert found["Deployment"] == ["organization", "project", "component", "deploymentTrack", "environment"]
    assert found["Endpoint"] == [*found["Deployment"], "deployment"]


def test_what_decides_how_many_resources_there_are_is_plain(schema: dict[str, Any]) -> None:
    inputs = schema["resources"]["choreo:index:Environment"]["inputProperties"]
    assert all(inputs[name].get("plain") for name in ("name", "projects", "controllers", "timeouts"))
    assert not any(inputs[name].get("plain") for name in ("organization", "dataPlaneRef", "gateway", "labels"))


def test_everything_is_documented(schema: dict[str, Any]) -> None:
    objects = [*schema["types"].values(), *schema["resources"].values()]
    for each in objects:
        properties = {**(each.get("properties") or {}), **each.get("inputProperties", {})}
        assert all(shown.get("description") for shown in properties.values())
    assert all(each.get("description") for each in schema["types"].values())


def test_no_name_changes_on_its_way_to_the_schema() -> None:
    classes = [each for each in vars(args).values() if getattr(each, "__module__", "") == args.__name__]
    names = [name for each in classes for name in getattr(each, "__annotations__", {})]
    assert len(names) > 100
    assert [name for name in names if camel_case(name) != name] == []

"""The components' arguments are OpenChoreo's fields, and Pulumi derives a schema from them."""

import ast
import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.provider.experimental.analyzer import Analyzer
from pulumi.provider.experimental.schema import generate_schema
from pulumi.provider.experimental.util import camel_case

from choreo_components.api import Kind, custom_resource_definitions, generation_of
from choreo_components.api.core_v1 import API_VERSION, labels
from choreo_components.api.core_v1.kinds import V0_2_0
from choreo_components.api.crd import definition_of
from choreo_components.api.generation import spec_of
from choreo_components.api.shape import fields_of
from choreo_components.components import core_v1, generate, openchoreo_v1alpha1
from choreo_components.components.core_v1.arguments import parent_argument
from choreo_components.components.folders import folders
from choreo_components.components.openchoreo_v1alpha1.arguments import FIELDS

ARGS = {API_VERSION: core_v1.args, "openchoreo.dev/v1alpha1": openchoreo_v1alpha1.args}
KINDS = [kind for api_version in ARGS for kind in generate.declarable(generation_of(api_version))]
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.group}-{kind.kind}")
each_generation = pytest.mark.parametrize("api_version", ARGS)

AROUND_SPEC = {"name", "displayName", "description", "labels", "annotations", "controllers", "timeouts"}
OF_ONE_KIND = {
    (API_VERSION, "DataPlane"): {"connectionConfig"},
    **{
        (api_version, "Environment"): {
            *("projects", "dataPlaneKubeconfig", "dataPlaneGateway", "namespaceMetadata"),
            *(["deleteRetained"] if api_version == "openchoreo.dev/v1alpha1" else []),
        }
        for api_version in ARGS
    },
}


def merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """The union of two schemas: it requires what both require."""
    ours, theirs = one.get("properties", {}), other.get("properties", {})
    both = {name: merged(ours[name], theirs[name]) for name in ours.keys() & theirs.keys()}
    required = [name for name in one.get("required", ()) if name in other.get("required", ())]
    joined = {**one, "properties": {**ours, **theirs, **both}, "required": required}
    return {keyword: value for keyword, value in joined.items() if value or keyword in one}


def spec_in(definition: dict[str, Any]) -> dict[str, Any]:
    """The schema of the spec in the definition of a kind."""
    found: dict[str, Any] = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    return found


def spec_schema(kind: Kind) -> dict[str, Any]:
    """The schema of a spec in the CRD of the kind, merged from all releases of core.choreo.dev/v1."""
    current = spec_in(definition_of(kind))
    if kind.api_version != API_VERSION:
        return current
    return merged(current, LATER[f"{kind.plural}.{kind.group}"])


LATER = {each["metadata"]["name"]: spec_in(each) for each in custom_resource_definitions(V0_2_0)}


def component(kind: Kind) -> type[pulumi.ComponentResource]:
    """A component that has only the arguments of the kind."""

    def init(self: pulumi.ComponentResource) -> None:
        """Never called: the analyzer reads the annotation of `args`."""

    init.__annotations__["args"] = getattr(ARGS[kind.api_version], f"{kind.kind}Args")
    return type(kind.kind, (pulumi.ComponentResource,), {"__init__": init})


def analyzed(api_version: str) -> dict[str, Any]:
    """The schema that Pulumi derives from the arguments of all kinds of a generation."""
    # It parses sources; objects that are collected during that may parse too, which Python 3.11 does not support.
    gc.disable()
    try:
        found = Analyzer("choreo").analyze([component(kind) for kind in KINDS if kind.api_version == api_version])
    finally:
        gc.enable()
    package = generate_schema(
        "choreo",
        "0.0.0",
        None,
        found["component_definitions"],
        found["type_definitions"],
        list(found["dependencies"]),
    )
    return package.to_json()


@pytest.fixture(scope="module")
def schemas() -> dict[str, dict[str, Any]]:
    """The schemas of all generations."""
    return {api_version: analyzed(api_version) for api_version in ARGS}


def parents(kind: Kind) -> list[str]:
    """The arguments that name an object's parents."""
    if kind.api_version == API_VERSION:
        return [parent_argument(label) for label in kind.hierarchy if label != labels.NAME]
    return ["namespace"] if kind.namespaced else []


def around(kind: Kind) -> set[str]:
    """The arguments that are not fields of the spec; a description may be one."""
    renamed = FIELDS.get(kind.kind, {}) if kind.api_version != API_VERSION else {}
    own = AROUND_SPEC - ({"description"} & fields_of(spec_of(kind.model)).keys())
    return {*own, *OF_ONE_KIND.get((kind.api_version, kind.kind), ()), *renamed, *parents(kind)}


def differences(path: str, crd: dict[str, Any], shown: dict[str, Any], types: dict[str, Any]) -> Iterator[str]:
    """The differences between the schema of a value and the CRD."""
    reference = shown.get("$ref") or ""
    if crd.get("x-kubernetes-int-or-string") or "type" not in crd:
        if reference != "pulumi.json#/Any":
            yield f"{path}: {shown}"
        return
    if crd.get("x-kubernetes-preserve-unknown-fields") and not crd.get("properties"):
        if reference != "pulumi.json#/Any" and shown.get("additionalProperties", {}).get("$ref") != "pulumi.json#/Any":
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
    # A field with a default may be left out, even if the CRD requires it.
    required = [name for name in crd.get("required", []) if "default" not in expected[name]]
    if (shown.get("required") or []) != required:
        yield f"{path}: requires {shown.get('required')} for {required}"
    for name in expected:
        yield from differences(f"{path}.{name}", expected[name], properties[name], types)


@each_generation
def test_args_are_current(api_version: str) -> None:
    """Apart from the layout, which the formatter defines."""
    written = ast.dump(ast.parse(Path(str(ARGS[api_version].__file__)).read_text(encoding="utf-8")))
    current = ast.dump(ast.parse(generate.source(api_version, folders()[api_version])))
    assert written == current, "run python -m choreo_components.components.generate"


@each_kind
def test_schema_names_equal_the_crds_field_names(kind: Kind, schemas: dict[str, dict[str, Any]]) -> None:
    schema = schemas[kind.api_version]
    resource = schema["resources"][f"choreo:index:{kind.kind}"]
    renamed = FIELDS.get(kind.kind, {}) if kind.api_version != API_VERSION else {}
    own = {name: renamed.get(name, name) for name in resource["inputProperties"]}
    fields = {name: field for name, field in own.items() if name in renamed or name not in around(kind)}
    spec = {
        "type": "object",
        "properties": {field: resource["inputProperties"][name] for name, field in fields.items()},
        "required": sorted(fields[name] for name in resource.get("requiredInputs") or () if name in fields),
    }
    crd = spec_schema(kind)
    crd["required"] = sorted(crd.get("required", []))
    assert list(differences(kind.kind, crd, spec, schema["types"])) == []


@each_kind
def test_parents_are_required(kind: Kind, schemas: dict[str, dict[str, Any]]) -> None:
    schema = schemas[kind.api_version]
    resource = schema["resources"][f"choreo:index:{kind.kind}"]
    required = set(resource.get("requiredInputs") or ())
    optional = around(kind) - set(parents(kind)) - {"ruleName"}
    assert set(parents(kind)) <= required
    assert optional <= set(resource["inputProperties"]) - required


def test_parents_are_those_by_whose_labels_openchoreo_finds_the_object() -> None:
    found = {kind.kind: parents(kind) for kind in KINDS if kind.api_version == API_VERSION}
    assert found["Organization"] == []
    assert found["Environment"] == ["organization"]
    assert found["Deployment"] == ["organization", "project", "component", "deploymentTrack", "environment"]
    assert found["Endpoint"] == [*found["Deployment"], "deployment"]


@each_generation
def test_what_decides_how_many_resources_there_are_is_plain(
    api_version: str, schemas: dict[str, dict[str, Any]]
) -> None:
    inputs = schemas[api_version]["resources"]["choreo:index:Environment"]["inputProperties"]
    owner = "organization" if api_version == API_VERSION else "namespace"
    assert all(inputs[name].get("plain") for name in ("name", "projects", "controllers", "timeouts"))
    assert not any(inputs[name].get("plain") for name in (owner, "dataPlaneRef", "gateway", "labels"))


@each_generation
def test_everything_is_documented(api_version: str, schemas: dict[str, dict[str, Any]]) -> None:
    schema, keywords = schemas[api_version], getattr(ARGS[api_version], "KEYWORDS", {})
    objects = [*schema["types"].values(), *schema["resources"].values()]
    for each in objects:
        properties = {**(each.get("properties") or {}), **each.get("inputProperties", {})}
        # The analyzer finds no docstrings for names that are keywords of Python.
        reserved = {key for _, key in keywords}
        assert all(shown.get("description") for name, shown in properties.items() if name not in reserved)
    assert all(each.get("description") for each in schema["types"].values())


@each_generation
def test_no_name_changes_on_its_way_to_the_schema(api_version: str) -> None:
    args = ARGS[api_version]
    classes = [each for each in vars(args).values() if getattr(each, "__module__", "") == args.__name__]
    names = [name for each in classes for name in getattr(each, "__annotations__", {})]
    assert len(names) > 100
    assert [name for name in names if camel_case(name) != name] == []

"""The cluster's definitions: a field that they drop, or that they require, is an error before anything is applied."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from choreo_components.api import all_kinds, custom_resource_definitions
from choreo_components.api.core_v1.kinds import V0_2_0
from choreo_components.config.findings import error
from choreo_components.preflight.crd_compatibility import Definitions, unfit
from tests import declaring
from tests.components.registering import EXAMPLES
from tests.declaring import Manifest, Stack, stack
from tests.standin.openchoreo_v1alpha1 import samples
from tests.upstream import UPSTREAM

Schemas = dict[str, dict[str, Any]]


def schemas(release: str | None = None) -> Schemas:
    """The schemas of all kinds, for a test to change."""
    return {
        crd["spec"]["names"]["kind"]: copy.deepcopy(crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"])
        for crd in custom_resource_definitions(release)
        if crd["spec"]["group"] == "core.choreo.dev"
    }


def published(of_kinds: Schemas, group: str = "core.choreo.dev", version: str = "v1") -> Definitions:
    """What a cluster with these schemas publishes."""

    def named(kind: str) -> dict[str, Any]:
        return {"x-kubernetes-group-version-kind": [{"group": group, "version": version, "kind": kind}]}

    documents = {f"dev.choreo.core.v1.{kind}": {**schema, **named(kind)} for kind, schema in of_kinds.items()}
    return Definitions([{"components": {"schemas": documents}}])


def at(schema: dict[str, Any], *path: str) -> dict[str, Any]:
    """The schema of a field of an object's spec."""
    for name in ("spec", *path):
        schema = schema["properties"][name] if name != "[]" else schema["items"]
    return schema


def reported(found: Stack, of_kinds: Schemas) -> list[str]:
    """The messages by their places."""
    assert found.findings == []
    return [str(finding).partition(": ")[2] for finding in unfit(published(of_kinds), found.plan)]


@pytest.mark.parametrize("kind", EXAMPLES)
def test_an_object_that_its_definition_knows_fits(kind: str) -> None:
    assert reported(stack(EXAMPLES[kind]), schemas()) == []


def _fields(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for name, inside in value.items():
            yield (*path, name)
            yield from _fields(inside, (*path, name))
    elif isinstance(value, list) and value:
        yield from _fields(value[0], (*path, "[]"))


FIELDS = [(kind, path) for kind, made in EXAMPLES.items() for path in _fields(made["spec"])]


@pytest.mark.parametrize(("kind", "path"), FIELDS, ids=lambda each: each if isinstance(each, str) else ".".join(each))
def test_a_field_that_the_definition_does_not_know_would_be_dropped(kind: str, path: tuple[str, ...]) -> None:
    """For any field of any kind."""
    changed = schemas()
    around = at(changed[kind], *path[:-1])
    del around["properties"][path[-1]]
    around["required"] = [name for name in around.get("required", ()) if name != path[-1]]
    field = "spec." + ".".join(path).replace(".[]", "[0]")
    assert reported(stack(EXAMPLES[kind]), changed) == [
        f"choreo:resources[0].{field}: error: the cluster's definition of {kind} has no such field, and would drop "
        "it; upgrade the definition or remove the field"
    ]


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_field_that_the_definition_requires_and_the_object_does_not_have_is_missing(kind: str) -> None:
    changed = schemas()
    spec = at(changed[kind])
    spec.setdefault("properties", {})["newer"] = {"type": "string"}
    spec["required"] = [*spec.get("required", ()), "newer"]
    assert reported(stack(EXAMPLES[kind]), changed) == [
        f"choreo:resources[0].spec.newer: error: required field of the cluster's definition of {kind} is missing"
    ]
    spec["properties"]["newer"]["default"] = "x"
    assert reported(stack(EXAMPLES[kind]), changed) == [], "the API server fills it in"


def test_each_finding_is_at_its_field() -> None:
    changed = schemas()
    del at(changed["Environment"], "gateway")["properties"]["dnsPrefix"]
    found = stack(declaring.environment("development"), declaring.environment("staging"))
    message = (
        "the cluster's definition of Environment has no such field, and would drop it; upgrade the definition or "
        "remove the field"
    )
    assert list(unfit(published(changed), found.plan)) == [
        error(found.at(f"dnsPrefix: {name}", f"choreo:resources[{index}].spec.gateway.dnsPrefix"), message)
        for index, name in enumerate(("development", "staging"))
    ]


@pytest.mark.parametrize("keyword", ["x-kubernetes-preserve-unknown-fields", "additionalProperties"])
def test_a_schema_that_keeps_unknown_fields_drops_nothing(keyword: str) -> None:
    changed = schemas()
    changed["Environment"]["properties"]["spec"] = {"type": "object", keyword: True}
    assert reported(stack(declaring.environment()), changed) == []


@pytest.mark.parametrize("schema", [{}, {"allOf": [{"$ref": "#/elsewhere"}]}])
def test_a_field_without_a_type_in_the_schema_is_no_finding(schema: dict[str, Any]) -> None:
    changed = schemas()
    changed["Environment"]["properties"]["spec"] = schema
    assert reported(stack(declaring.environment()), changed) == []


def test_a_kind_that_is_not_in_the_document_is_no_finding() -> None:
    changed = schemas()
    del changed["Environment"]
    assert reported(stack(declaring.environment()), changed) == []
    assert list(unfit(Definitions([]), stack(declaring.environment()).plan)) == []


def test_what_is_not_sent_cannot_be_dropped() -> None:
    changed = schemas()
    del at(changed["Environment"])["properties"]["isProduction"]
    made = declaring.environment()
    made["spec"]["isProduction"] = False
    assert reported(stack(made), changed) == []


# --- The two forms of a DataPlane ------------------------------------------------------------------------------------

RELEASES = {None: declaring.data_plane, V0_2_0: declaring.data_plane_with_credentials}


@pytest.mark.parametrize("release", RELEASES)
def test_a_data_plane_of_the_release_that_the_cluster_serves_fits(release: str | None) -> None:
    assert reported(stack(RELEASES[release]()), schemas(release)) == []


@pytest.mark.parametrize(
    ("made", "release", "message"),
    [
        (
            declaring.data_plane(),
            V0_2_0,
            "spec.kubernetesCluster.connectionConfigRef: error: the cluster's DataPlane is that of OpenChoreo v0.2.0, "
            "but this one is written for OpenChoreo before v0.2.0: it would drop "
            "spec.kubernetesCluster.connectionConfigRef, spec.kubernetesCluster.featureFlags, "
            "and it requires spec.registry, spec.kubernetesCluster.credentials",
        ),
        (
            declaring.data_plane_with_credentials(),
            None,
            "spec.kubernetesCluster.credentials: error: the cluster's DataPlane is that of OpenChoreo before v0.2.0, "
            "but this one is written for OpenChoreo v0.2.0: it would drop "
            "spec.kubernetesCluster.credentials, spec.registry, "
            "and it requires spec.kubernetesCluster.connectionConfigRef, spec.kubernetesCluster.featureFlags",
        ),
    ],
    ids=["before", "since"],
)
def test_a_data_plane_of_another_release_is_one_error_about_all_fields(
    made: Manifest, release: str | None, message: str
) -> None:
    assert reported(stack(made), schemas(release)) == [f"choreo:resources[0].{message}"]


def test_a_definition_of_neither_release_is_reported_field_by_field() -> None:
    changed = schemas(V0_2_0)
    del at(changed["DataPlane"])["properties"]["registry"]
    assert reported(stack(declaring.data_plane_with_credentials()), changed) == [
        "choreo:resources[0].spec.registry: error: the cluster's definition of DataPlane has no such field, "
        "and would drop it; upgrade the definition or remove the field"
    ]


def test_all_kinds_have_an_example() -> None:
    assert sorted(EXAMPLES) == sorted(kind for api_version, kind in all_kinds() if api_version == "core.choreo.dev/v1")


# --- Releases of today's API ---------------------------------------------------------------------------------------


def before_types_of_projects() -> Schemas:
    """The schemas of OpenChoreo v1.1: no ProjectReleaseBinding, and no type of a Project."""
    found = {
        crd["spec"]["names"]["kind"]: copy.deepcopy(crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"])
        for crd in custom_resource_definitions()
        if crd["spec"]["group"] == "openchoreo.dev"
    }
    del found["ProjectReleaseBinding"]
    del at(found["Project"])["properties"]["type"]
    at(found["Project"])["required"].remove("type")
    return found


def test_what_an_earlier_release_does_not_know_is_reported_with_the_release() -> None:
    project = samples.project("acme")
    found = stack(project)
    definitions = published(before_types_of_projects(), "openchoreo.dev", "v1alpha1")
    assert [each.message for each in unfit(definitions, found.plan)] == [
        "the cluster serves OpenChoreo v1.1 or earlier: its definition of Project has no such field, and would drop "
        "it; upgrade the definition or remove the field"
    ]
    assert [each.where.field for each in unfit(definitions, found.plan)] == ["choreo:resources[0].spec.type"]


OF_TODAY = [
    *samples.platform("acme")[1:],
    samples.component("acme", traits=[{"kind": "Trait", "name": "alert", "instanceName": "one"}]),
    samples.workload("acme"),
    samples.resource("acme"),
    samples.release_binding("acme", "development", releaseName="web-1", state="Active"),
    samples.resource_release_binding("acme", "development", "orders-1", retainPolicy="Delete"),
]


def _fields_before(made: Manifest) -> Iterator[tuple[str, ...]]:
    """The fields of an object that OpenChoreo v1.1 has a schema for."""
    known = before_types_of_projects().get(made["kind"])
    for path in _fields(made["spec"]) if known is not None else ():
        try:
            at(known or {}, *path)
        except KeyError:
            continue
        yield path


FIELDS_OF_TODAY = {(made["kind"], path): made for made in OF_TODAY for path in _fields_before(made)}


@pytest.mark.parametrize("field", FIELDS_OF_TODAY, ids=lambda each: ".".join((each[0], *each[1])))
def test_each_field_that_an_earlier_release_does_not_know_is_reported_with_the_release(
    field: tuple[str, tuple[str, ...]],
) -> None:
    (kind, path), made = field, FIELDS_OF_TODAY[field]
    changed = before_types_of_projects()
    around = at(changed[kind], *path[:-1])
    del around["properties"][path[-1]]
    around["required"] = [name for name in around.get("required", ()) if name != path[-1]]
    own = "spec." + ".".join(path).replace(".[]", "[0]")
    # A Project of today also has a type.
    expected = {f"choreo:resources[0].{each}" for each in (own, *(["spec.type"] if kind == "Project" else []))}
    found = list(unfit(published(changed, "openchoreo.dev", "v1alpha1"), stack(made).plan))
    assert {each.where.field for each in found} == expected
    assert {each.message for each in found} == {
        f"the cluster serves OpenChoreo v1.1 or earlier: its definition of {kind} has no such field, and would drop "
        "it; upgrade the definition or remove the field"
    }


def test_a_field_that_an_earlier_release_requires_is_reported_with_the_release() -> None:
    changed = before_types_of_projects()
    at(changed["Environment"])["required"] = ["gateway"]
    found = stack(samples.environment("acme", "development"))
    [finding] = unfit(published(changed, "openchoreo.dev", "v1alpha1"), found.plan)
    assert finding.where.field == "choreo:resources[0].spec.gateway"
    message = "required field of the cluster's definition of Environment is missing"
    assert finding.message == f"the cluster serves OpenChoreo v1.1 or earlier: {message}"


OLDER = UPSTREAM / "crds" / "openchoreo.dev_v1alpha1@a577e969"


@pytest.mark.skipif(not OLDER.is_dir(), reason=f"no copy of OpenChoreo's older definitions at {OLDER}")
def test_openchoreos_own_older_definitions_are_recognized() -> None:
    crds = [yaml.safe_load(file.read_text()) for file in sorted(OLDER.glob("*.yaml"))]
    of_kinds = {crd["spec"]["names"]["kind"]: crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"] for crd in crds}
    found = stack(samples.environment("acme", "development"), samples.component("acme"))
    messages = [each.message for each in unfit(published(of_kinds, "openchoreo.dev", "v1alpha1"), found.plan)]
    assert messages
    assert all(each.startswith("the cluster serves OpenChoreo v1.1 or earlier: ") for each in messages)

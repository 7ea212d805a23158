"""The schemas for editors accept what the models and the reader of settings accept."""

import copy
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from choreo_components.api import PASSED_OVER, all_kinds, kind_of
from choreo_components.api.openchoreo_v1alpha1.generation import GENERATION
from choreo_components.config import settings
from choreo_components.config.documents import Document
from choreo_components.config.findings import errors
from choreo_components.config.json_schema import object_schema, settings_schema
from choreo_components.config.project import read_stacks
from choreo_components.config.settings import KEYS
from choreo_components.config.validation import parse
from tests import declaring
from tests.checkout import CHECKOUT
from tests.declaring import NOWHERE, Manifest

UPSTREAM = Path("shared/openchoreo/samples/core.choreo.dev_v1")
SAMPLES = sorted(sample for folder in CHECKOUT.parents for sample in (folder / UPSTREAM).rglob("*.yaml"))
OF_TODAY = UPSTREAM.with_name("openchoreo.dev_v1alpha1")
SAMPLES_OF_TODAY = sorted(sample for folder in CHECKOUT.parents for sample in (folder / OF_TODAY).rglob("*.yaml"))

EVERY_KIND = declaring.every_kind(declaring.pipeline(promotions=[("development", ["production"])]))


@functools.cache
def objects() -> Draft202012Validator:
    return Draft202012Validator(object_schema())


@functools.cache
def stacks() -> Draft202012Validator:
    return Draft202012Validator(settings_schema())


def complaints(validator: Draft202012Validator, value: Any) -> list[str]:
    """All that is wrong with the value, the alternatives of an `anyOf` included."""

    def reported(problems: Iterator[Any]) -> Iterator[str]:
        for problem in problems:
            yield f"{problem.json_path}: {problem.message}"
            yield from reported(problem.context)

    return list(reported(validator.iter_errors(value)))


@pytest.mark.parametrize("schema", [object_schema(), settings_schema()], ids=["objects", "settings"])
def test_a_schema_is_one_of_the_draft_it_names(schema: dict[str, Any]) -> None:
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(schema)


# --- Objects -------------------------------------------------------------------------------------------------------


def test_a_misspelt_kind_is_reported_with_the_kinds_and_nothing_else() -> None:
    made = declaring.environment() | {"kind": "Enviroment"}
    [reported] = complaints(objects(), made)
    assert reported.startswith("$.kind: 'Enviroment' is not one of ['Organization', 'DataPlane', ")


def test_a_data_plane_with_credentials_is_reported_with_what_its_own_release_requires() -> None:
    made = declaring.data_plane_with_credentials()
    del made["spec"]["registry"]
    assert complaints(objects(), made) == ["$.spec: 'registry' is a required property"]


@pytest.mark.parametrize(
    "given",
    [
        declaring.plain("Secret", "authority", "acme", stringData={"a": "b"}),
        declaring.plain("ClusterRole", "reader", None, "rbac.authorization.k8s.io/v1", rules=[{"verbs": ["get"]}]),
        declaring.plain("Namespace", "tools"),
    ],
    ids=lambda each: each["kind"],
)
def test_an_object_of_another_api_is_accepted(given: dict[str, Any]) -> None:
    assert complaints(objects(), given) == []


def test_every_kind_has_an_example_here() -> None:
    of_core = [key for key in all_kinds() if key[0] == "core.choreo.dev/v1"]
    assert [(each["apiVersion"], each["kind"]) for each in EVERY_KIND] == of_core


@pytest.mark.parametrize(
    "manifest", [*EVERY_KIND, declaring.data_plane_with_credentials()], ids=lambda each: each["kind"]
)
def test_an_object_of_each_kind_is_accepted(manifest: Manifest) -> None:
    assert complaints(objects(), manifest) == []


def test_every_object_of_the_stacks_in_this_checkout_is_accepted() -> None:
    declared = [each for stack in read_stacks(CHECKOUT) for each in stack.settings.declared]
    assert len(declared) == 25
    for each in declared:
        assert complaints(objects(), each.document.value) == [], each


@pytest.mark.skipif(not SAMPLES, reason=f"no copy of OpenChoreo's samples at {UPSTREAM}")
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_openchoreos_samples_are_accepted_where_the_models_accept_them(path: Path) -> None:
    for wire in filter(None, yaml.safe_load_all(path.read_text())):
        assert valid(wire), "a sample that our own models refuse"
        assert complaints(objects(), wire) == []


@pytest.mark.skipif(not SAMPLES_OF_TODAY, reason=f"no copy of OpenChoreo's samples at {OF_TODAY}")
def test_openchoreos_samples_of_today_are_accepted_if_and_only_if_the_models_accept_them() -> None:
    ours = {kind.kind for kind in GENERATION.kinds}
    documents = (each for path in SAMPLES_OF_TODAY for each in yaml.safe_load_all(path.read_text()) if each)
    versions = (GENERATION.api_version, "v1")
    wires = [each for each in documents if each["kind"] in ours and each["apiVersion"] in versions]
    taken = [each for each in wires if valid(each) and _is_placed(each)]
    assert len(taken) > 150
    for each in wires:
        assert (complaints(objects(), each) == []) is (each in taken), each["metadata"]["name"]


def _is_placed(wire: Mapping[str, Any]) -> bool:
    """Whether it has a namespace if its kind requires one."""
    return bool(wire["metadata"].get("namespace")) or not GENERATION.by_name[wire["kind"]].namespaced


def test_every_kind_and_every_field_is_explained() -> None:
    definitions = object_schema()["$defs"]

    def unexplained(schema: dict[str, Any], path: str) -> Iterator[str]:
        for name, field in schema.get("properties", {}).items():
            if not field.get("description"):
                yield f"{path}.{name}"
            yield from unexplained(field, f"{path}.{name}")

    for name, schema in definitions.items():
        if "apiVersion" in schema.get("properties", {}):
            assert schema["description"]
        else:
            assert list(unexplained(schema, name)) == []


def changed(manifest: Manifest, *path: Any, value: Any = None) -> Manifest:
    """A copy with another value at the path; without a value, without the field."""
    made = copy.deepcopy(manifest)
    around: Any = made
    for step in path[:-1]:
        around = around[step]
    if value is None:
        del around[path[-1]]
    else:
        around[path[-1]] = value
    return made


@pytest.mark.parametrize(
    "wrong",
    {
        "a field that there is not": changed(declaring.environment(), "spec", "dataPlane", value="dp"),
        "a field in Python's style": changed(declaring.environment(), "spec", "data_plane_ref", value="dp"),
        "a field next to spec": changed(declaring.environment(), "stats", value={}),
        "a status that says something": changed(declaring.environment(), "status", value={"phase": "Ready"}),
        "a field of the server": changed(declaring.environment(), "metadata", "uid", value="1b2c"),
        "a text that is a number": changed(declaring.environment(), "spec", "dataPlaneRef", value=1),
        "a boolean that is a text": changed(declaring.environment(), "spec", "isProduction", value="yes"),
        "a choice that there is not": changed(declaring.endpoint(), "spec", "type", value="SOAP"),
        "a number beyond its bits": changed(declaring.deployment(), "spec", "revisionHistoryLimit", value=2**31),
        "a field that is missing": changed(declaring.project(), "spec", "deploymentPipelineRef"),
        "no spec": changed(declaring.data_plane(), "spec"),
        "no kind": changed(declaring.project(), "kind"),
        "no apiVersion": changed(declaring.project(), "apiVersion"),
        "no name": changed(declaring.project(), "metadata", "name"),
        "no organization": changed(declaring.project(), "metadata", "namespace"),
        "a parent's label that is missing": changed(declaring.component(), "metadata", "labels"),
        "an organization in a namespace": changed(declaring.organization(), "metadata", "namespace", value="acme"),
        "an unknown kind": changed(declaring.project(), "kind", value="Proyect"),
        "another version": changed(declaring.project(), "apiVersion", value="core.choreo.dev/v2"),
        "an object of another API without a name": declaring.plain("Secret", "a") | {"metadata": {}},
        "one that has what the server sets": declaring.plain("Secret", "a") | {"metadata": {"name": "a", "uid": "b"}},
        "a list": [declaring.project()],
    }.items(),
    ids=lambda case: case[0],
)
def test_what_is_wrong_is_refused(wrong: tuple[str, Any]) -> None:
    assert complaints(objects(), wrong[1]), f"{wrong[0]} is accepted"


def valid(wire: Any) -> bool:
    """Whether the models accept the object."""
    try:
        kind_of(wire["apiVersion"], wire["kind"]).model.from_wire(wire)
    except ValidationError:
        return False
    return True


def fields(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all fields and entries in a value."""
    steps = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for step in steps:
        yield (*path, step)
        yield from fields(value[step], (*path, step))


SPOILT = st.sampled_from([1, 2**40, 1.5, "", "text", True, {}, [], ["text"], {"x": 1}, {"name": "x"}])


@hypothesis_settings(deadline=None)
@given(st.data())
def test_the_schema_and_the_models_agree_on_whatever_a_spec_is_changed_to(data: st.DataObject) -> None:
    manifest = copy.deepcopy(data.draw(st.sampled_from(EVERY_KIND)))
    for _ in range(data.draw(st.integers(1, 3))):
        path = ("spec", *data.draw(st.sampled_from(sorted(fields(manifest["spec"]), key=str) or [("x",)])))
        around = functools.reduce(lambda inside, step: inside[step], path[:-1], manifest)
        if data.draw(st.booleans()) and path[-1] in around:
            del around[path[-1]]
        elif isinstance(around, dict):
            around[path[-1]] = copy.deepcopy(data.draw(SPOILT | st.none()))
    assert (complaints(objects(), manifest) == []) == valid(manifest)


OF_THE_SERVER = st.recursive(
    st.none() | st.sampled_from(["", 0, False, 1, "text"]),
    lambda inside: st.lists(inside, max_size=2) | st.dictionaries(st.sampled_from(["a", "b"]), inside, max_size=2),
)


@hypothesis_settings(deadline=None)
@given(st.sampled_from([*EVERY_KIND, declaring.data_plane_with_credentials()]), st.data())
def test_the_schema_and_the_models_agree_on_what_the_server_sets(made: Manifest, data: st.DataObject) -> None:
    manifest = copy.deepcopy(made)
    for path in data.draw(st.lists(st.sampled_from(sorted(PASSED_OVER)), min_size=1, max_size=3)):
        around = manifest if len(path) == 1 else manifest[path[0]]
        around[path[-1]] = data.draw(OF_THE_SERVER)
    kind = kind_of(manifest["apiVersion"], manifest["kind"])
    assert (complaints(objects(), manifest) == []) == (parse(kind, manifest)[1] == [])


# --- Settings ------------------------------------------------------------------------------------------------------


def test_every_setting_is_explained() -> None:
    assert sorted(settings_schema()["properties"]["config"]["properties"]) == sorted(KEYS)


@pytest.mark.parametrize("file", sorted((CHECKOUT / "stacks").glob("Pulumi.*.yaml")), ids=lambda file: file.stem)
def test_the_files_of_the_stacks_in_this_checkout_are_accepted(file: Path) -> None:
    assert complaints(stacks(), yaml.safe_load(file.read_text())) == []


SECURE = {"secure": "v1:abc"}


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"aws:region": 1, "size": {"a": []}, "kubernetes:kubeconfig": SECURE},
        {"choreo:kubeconfig": SECURE},
        {"choreo:resources": SECURE},
        {"choreo:resources": [changed(declaring.data_plane(), "spec", "kubernetesCluster", "name", value=SECURE)]},
        {"choreo:allowProductionDestroy": "true"},
        {"choreo:deleteRetained": True},
        {"choreo:manifests": [SECURE], "choreo:projects": [SECURE], "choreo:timeouts": {"ready": SECURE}},
        {"choreo:timeouts": {"ready": "1h30m"}},
        {"choreo:namespaceMetadata": {"labels": {"team": "blue"}, "annotations": {"example.com/owner": SECURE}}},
        {"choreo:namespaceMetadata": {"labels": None}},
        {"choreo:projects": None},
    ],
    ids=str,
)
def test_what_pulumi_and_others_write_is_accepted(config: dict[str, Any]) -> None:
    assert complaints(stacks(), {"config": config, "encryptionsalt": "v1:abc", "secretsprovider": "passphrase"}) == []


@pytest.mark.parametrize(
    "config",
    [
        {"choreo:resource": []},
        {"choreo:resources": {}},
        {"choreo:resources": [{"kind": "Project"}]},
        {"choreo:resources": [changed(declaring.project(), "spec", "x", value=1)]},
        {"choreo:manifests": "a.yaml"},
        {"choreo:manifests": [1]},
        {"choreo:manifests": [""]},
        {"choreo:controllers": "maybe"},
        {"choreo:adopt": True},
        {"choreo:allowProductionDestroy": "yes"},
        {"choreo:deleteRetained": "maybe"},
        {"choreo:timeouts": {"ready": "10"}},
        {"choreo:namespaceMetadata": {"label": {}}},
        {"choreo:namespaceMetadata": {"labels": {"team": 1}}},
        {"choreo:namespaceMetadata": ["team"]},
        {"choreo:timeouts": {"steps": "10m"}},
    ],
    ids=str,
)
def test_what_the_reader_of_settings_refuses_is_refused(config: dict[str, Any]) -> None:
    assert complaints(stacks(), {"config": config})
    assert errors(settings.read(Document(config, "Pulumi.test.yaml"), NOWHERE)[1])

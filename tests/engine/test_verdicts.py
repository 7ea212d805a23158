"""Verdicts on an object: our definitions, our check before anything is sent, and OpenChoreo's own definitions agree."""

import copy
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lightkube import ApiError, Client, KubeConfig
from lightkube.generic_resource import create_global_resource, create_namespaced_resource

from choreo_components.api.constraints import immutable_paths, violations
from choreo_components.api.crd import definition_of
from choreo_components.api.generation import Kind, Path, spec_of
from choreo_components.api.openchoreo_v1alpha1 import API_VERSION
from choreo_components.api.openchoreo_v1alpha1.kinds import KINDS
from devcluster import ControlPlane, crds
from tests.planes import Planes
from tests.upstream import UPSTREAM

FOLDER = UPSTREAM / "crds" / "openchoreo.dev_v1alpha1"
OWN, UPSTREAMS = API_VERSION.partition("/")[0], "upstream.example"
"""The groups of our definitions, and of OpenChoreo's, so that one API server can have both."""

DEFINED = tuple(kind for kind in KINDS if kind.group == OWN)
"""The kinds that OpenChoreo defines: all but the tenant, which is Kubernetes' own Namespace."""

with_upstream = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no copy of OpenChoreo's CRDs at {FOLDER}")

FREE = "x-kubernetes-preserve-unknown-fields"
TEXTS = (
    "",
    "a",
    "shop",
    "Shop",
    "a-",
    "${a}",
    "${a",
    "_x",
    "1h30m",
    "10d",
    "job/a",
    "deployment/web",
    "http://a.b",
    "x" * 64,
)
"""Texts of which each pattern and limit accepts some and refuses others."""


def schema_of(kind: Kind) -> dict[str, Any]:
    """The schema of our definition."""
    schema: dict[str, Any] = definition_of(kind)["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    return schema


def under_another_group(crd: dict[str, Any]) -> dict[str, Any]:
    """The definition of OpenChoreo's kind in a separate group, without the short names of ours."""
    moved = copy.deepcopy(crd)
    moved["metadata"] = {"name": f"{crd['spec']['names']['plural']}.{UPSTREAMS}"}
    moved["spec"]["group"] = UPSTREAMS
    return moved


@pytest.fixture(scope="module")
def client(planes: Planes) -> Iterator[Client]:
    """A client of an API server with both definitions of all kinds."""

    def install(plane: ControlPlane) -> None:
        definitions = [definition_of(kind) for kind in DEFINED]
        theirs = [under_another_group(yaml.safe_load(path.read_text())) for path in sorted(FOLDER.glob("*.yaml"))]
        crds.install(plane.kubeconfig, [*definitions, *theirs])

    with (
        planes.use("verdicts", prepare=install) as plane,
        Client(config=KubeConfig.from_file(plane.kubeconfig), trust_env=False) as connected,
    ):
        yield connected


def resource_of(kind: Kind, group: str) -> Any:
    """The client's resource for the kind in the group."""
    make = create_namespaced_resource if kind.namespaced else create_global_resource
    return make(group, kind.version, kind.kind, kind.plural)


def body(kind: Kind, group: str, spec: dict[str, Any], name: str = "one") -> Any:
    """An object of the kind."""
    metadata = {"name": name} | ({"namespace": "default"} if kind.namespaced else {})
    resource: Any = resource_of(kind, group)
    return resource.from_dict(
        {"apiVersion": f"{group}/{kind.version}", "kind": kind.kind, "metadata": metadata, "spec": spec}
    )


def refused(send: Callable[[], object]) -> list[str]:
    """The fields that the API server refuses, each once, in order, with a dot before each step."""
    try:
        send()
    except ApiError as error:
        if error.status.code != HTTPStatus.UNPROCESSABLE_ENTITY:
            raise
        causes = (error.status.details and error.status.details.causes) or []
        # Where there are errors already, it reports without a field that no rules were checked.
        fields = {cause.field for cause in causes if cause.field and cause.field != "<nil>"}
        # It writes steps in two ways.
        return sorted(re.sub(r"\[([^]]*)\]", r".\1", field) for field in fields)
    return []


def found(kind: Kind, spec: dict[str, Any]) -> list[str]:
    """The fields that we refuse, in the same way."""
    wire = {"apiVersion": API_VERSION, "kind": kind.kind, "metadata": {"name": "one"}, "spec": spec}
    violated = list(violations(kind.model, wire))
    if any(", and has " in each.message or "a URL" in each.message for each in violated):
        # Where a value is too long or not a URL, the API server checks no rules.
        messages = rules(schema_of(kind))
        violated = [each for each in violated if each.message not in messages]
    # It reports a duplicate key at the item, and we at the key.
    paths = (
        each.path[:-1] if "is the same" in each.message and isinstance(each.path[-1], str) else each.path
        for each in violated
    )
    return sorted({".".join(map(str, path)) for path in paths})


def rules(schema: dict[str, Any]) -> set[str]:
    """The messages of the rules in a schema."""
    own = {rule["message"] for rule in schema.get("x-kubernetes-validations", ())}
    nested = [schema[keyword] for keyword in ("items", "additionalProperties") if keyword in schema]
    return own.union(*map(rules, [*schema.get("properties", {}).values(), *nested]))


def takes(schema: Mapping[str, Any], text: str) -> bool:
    """Whether the text is one for the schema."""
    return (
        schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", 10**9)
        and re.search(schema.get("pattern", ""), text) is not None
        and (schema.get("format") != "uri" or text.startswith("http"))
    )


def mostly(right: list[Any], others: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    """One of the valid values, seldom another one."""
    return st.integers(0, 15).flatmap(lambda drawn: st.sampled_from(right if right and drawn else (*right, *others)))


def values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values of the right types, which the schema mostly allows."""
    if FREE in schema and "properties" not in schema:
        return st.just({"a": {"b": [1]}})
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema["type"]:
        case "string":
            return mostly([text for text in TEXTS if takes(schema, text)], TEXTS)
        case "boolean":
            return st.booleans()
        case "integer":
            return mostly([schema.get("minimum", 1), 8080], (0, -1, 65536))
        case "array":
            least = schema.get("minItems", 0)
            return st.lists(values(schema["items"]), min_size=least, max_size=2) | st.just([])
        case _ if "additionalProperties" in schema:
            return st.dictionaries(st.sampled_from(["a", "b"]), values(schema["additionalProperties"]), max_size=2)
        case _:
            properties = {name: values(nested) for name, nested in schema.get("properties", {}).items()}
            required = {name: properties.pop(name) for name in schema.get("required", ())}
            return st.fixed_dictionaries(required, optional=properties)


@with_upstream
@pytest.mark.parametrize("kind", {spec_of(kind.model): kind for kind in DEFINED}.values(), ids=lambda kind: kind.kind)
def test_we_refuse_what_an_api_server_refuses_with_either_definition(client: Client, kind: Kind) -> None:
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(values(schema_of(kind)["properties"]["spec"]))
    def agree(spec: dict[str, Any]) -> None:
        sent = kind.model.from_wire(
            {"apiVersion": API_VERSION, "kind": kind.kind, "metadata": {"name": "one"}, "spec": spec}
        ).to_wire()["spec"]
        ours = found(kind, sent)
        objects = [body(kind, group, sent) for group in (OWN, UPSTREAMS)]
        assert [refused(partial(client.create, each, dry_run=True)) for each in objects] == [ours, ours]

    agree()


NEEDED_BY_RULES = {"ObservabilityAlertsNotificationChannel": ("emailConfig",)}
"""By kind: optional fields of an example of its spec."""


def example(schema: Mapping[str, Any], path: Path = (), more: Sequence[str] = ()) -> Any:
    """A value that the schema allows, with required fields, some others, and the one at the path."""
    if FREE in schema and "properties" not in schema:
        return {"a": "b"}
    if "enum" in schema:
        return schema["enum"][0]
    match schema["type"]:
        case "string":
            return next(text for text in TEXTS if takes(schema, text))
        case "boolean":
            return True
        case "integer":
            return schema.get("minimum", 1)
        case "array":
            return [example(schema["items"])]
        case _:
            properties = schema.get("properties", {})
            wanted = [*schema.get("required", ()), *more, *path[:1]]
            return {name: example(properties[name], path[1:] if name in path[:1] else ()) for name in wanted}


def changed(schema: Mapping[str, Any], value: Any) -> Any:
    """Another value that the schema allows, changed as deep inside as possible; the same if there is none."""
    if "enum" in schema:
        return schema["enum"][-1]
    match value:
        case str():
            return next(text for text in TEXTS[::-1] if takes(schema, text))
        case list():
            return [changed(schema["items"], value[0]), *value[1:]]
        case dict() if "properties" in schema and value:
            return {name: changed(schema["properties"][name], inside) for name, inside in value.items()}
        case dict() if "properties" in schema:
            return {name: example(inside) for name, inside in schema["properties"].items()}
        case dict():
            return {**value, "c": "d"}
        case _:
            return value


def at(value: Any, path: Path) -> Any:
    """What is at the path."""
    return at(value[path[0]], path[1:]) if path else value


def with_value(value: Any, path: Path, other: Any) -> Any:
    """The value with another one at the path."""
    return {**value, path[0]: with_value(value[path[0]], path[1:], other)} if path else other


def allowed(value: Any) -> Any:
    """The value as the rules of the kinds require it."""
    if not isinstance(value, dict):
        return value
    inside = {name: allowed(each) for name, each in value.items()}
    if "workloadType" in value:
        return inside | {"resources": [{**value["resources"][0], "id": value["workloadType"]}]}
    return inside


@with_upstream
@pytest.mark.parametrize(
    ("kind", "path"),
    [(kind, path) for kind in DEFINED for path in immutable_paths(kind.model)],
    ids=lambda given: given.kind if isinstance(given, Kind) else ".".join(given),
)
def test_an_api_server_refuses_the_changes_for_which_we_replace_an_object(
    client: Client, kind: Kind, path: Path
) -> None:
    schema = schema_of(kind)["properties"]["spec"]
    inner = path[1:]
    spec = allowed(example(schema, inner, NEEDED_BY_RULES.get(kind.kind, ())))
    place = schema
    for step in inner:
        place = place["properties"][step]
    other = with_value(spec, inner, changed(place, at(spec, inner)))
    assert other != spec
    name = "-".join(map(str, path)).lower()
    for group in (OWN, UPSTREAMS):
        made = client.create(body(kind, group, spec, name))
        later = [copy.deepcopy(made), copy.deepcopy(made)]
        later[1]["spec"] = other
        same, changes = (refused(partial(client.replace, each, dry_run=True)) for each in later)
        assert same == []
        assert changes, group

"""A definition: what the cluster's own definition of a kind keeps of an object, and what it wants of one.

The API server drops fields that the definition does not know, without a word, and refuses an object that lacks one.
Definitions are read as the API server publishes them (OpenAPI v3), which everybody may read.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from choreo_components.api import ApiObject, Generation, Kind, kind_of
from choreo_components.api.releases import own_fields
from choreo_components.config.documents import FieldPath, field_name
from choreo_components.config.findings import Finding, error
from choreo_components.config.settings import Declared
from choreo_components.kubernetes.client import Cluster
from choreo_components.plan.nodes import Plan

Schema = Mapping[str, Any]
"""A schema in OpenAPI's words."""

KEEPS_ALL = "x-kubernetes-preserve-unknown-fields"
"""The keyword of a schema that keeps what it does not know."""


class Definitions:
    """What the API server publishes of the kinds: the OpenAPI v3 documents of generations' groups."""

    def __init__(self, documents: Iterable[Mapping[str, Any]]) -> None:
        """Takes the documents; an empty one knows no kind."""
        self.paths: dict[str, Any] = {}
        self._schemas: dict[tuple[str, str], Schema] = {}
        for document in documents:
            self.paths |= document.get("paths") or {}
            schemas: Mapping[str, Schema] = (document.get("components") or {}).get("schemas") or {}
            self._schemas |= {
                (f"{each.get('group')}/{each.get('version')}", str(each.get("kind"))): schema
                for schema in schemas.values()
                for each in schema.get("x-kubernetes-group-version-kind") or []
            }

    def schema(self, api_version: str, kind: str) -> Schema | None:
        """The schema of the kind's objects; None where no document knows the kind."""
        return self._schemas.get((api_version, kind))


async def definitions(cluster: Cluster, wanted: Iterable[Generation]) -> Definitions:
    """What the API server publishes of some generations, by one request for each.

    Raises ClusterError when it cannot be asked.
    """
    return Definitions(await asyncio.gather(*(cluster.openapi(each.group, each.version) for each in wanted)))


def unfit(installed: Definitions, plan: Plan) -> Iterator[Finding]:
    """An error for each field of the plan's objects that would be dropped, and for each that a definition requires."""
    for node in plan.objects:
        schema = installed.schema(node.key.api_version, node.key.kind)
        if schema is not None:
            yield from _unfit(schema, node.declared, _earlier(installed, node.declared.generation))


def _earlier(installed: Definitions, generation: Generation) -> str:
    """Which earlier releases the definitions are of, in words that begin a sentence; "" where they are of none."""
    for each in generation.earlier:
        lacking = any(installed.schema(generation.api_version, kind) is None for kind in each.kinds)
        schemas = ((installed.schema(generation.api_version, kind), path) for kind, path in each.fields)
        if lacking or any(schema is not None and not _knows(schema, path) for schema, path in schemas):
            return f"the cluster serves {each.releases}: "
    return ""


def _unfit(schema: Schema, declared: Declared, release: str) -> Iterator[Finding]:
    # The spec alone: metadata is the API server's own, and not in the definition.
    wire = {"spec": declared.wire.get("spec", {})}
    dropped = list(_dropped(schema, wire))
    lacking = list(_lacking(_schema_of(schema, "spec") or {}, wire["spec"], ("spec",)))
    if not dropped and not lacking:
        return
    kind = kind_of(declared.object.api_version, declared.kind)
    model = type(declared.object)
    served = _served(schema, kind)
    if served is not None and served is not model:
        serves = f"the cluster serves the {kind.kind} of {kind.release_of(served)}"
        message = f"{serves}, and this is one of {kind.release_of(model)}: {_told(dropped, lacking)}"
        yield error(declared.at(*[*dropped, *lacking][0]), message)
        return
    for path in dropped:
        message = f"{release}the cluster's definition of {kind.kind} has no such field, and would drop it"
        yield error(declared.at(*path), message.replace(": the cluster's", ": its"))
    for path in lacking:
        message = f"{release}required by the cluster's definition of {kind.kind}, and missing"
        yield error(declared.at(*path), message)


def _told(dropped: list[FieldPath], lacking: list[FieldPath]) -> str:
    """What would become of an object of another release."""
    said = [
        f"{what} {', '.join(map(field_name, paths))}"
        for what, paths in (("it would drop", dropped), ("it requires", lacking))
        if paths
    ]
    return ", and ".join(said)


def _served(schema: Schema, kind: Kind) -> type[ApiObject] | None:
    """The one of the kind's models whose own fields the cluster's definition knows; None where that says nothing."""
    if not kind.since:
        return None
    known = [model for model in kind.models if all(_knows(schema, path) for path in own_fields(model, kind.models))]
    return known[0] if len(known) == 1 else None


def _knows(schema: Schema, path: Iterable[str | int]) -> bool:
    inside: Any = schema
    for name in path:
        inside = (inside.get("properties") or {}).get(name)
        if inside is None:
            return False
    return True


def _dropped(schema: Schema, value: Any, path: FieldPath = ()) -> Iterator[FieldPath]:
    """The outermost fields of the value that the schema does not keep."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _dropped(schema.get("items") or {}, item, (*path, index))
    elif isinstance(value, Mapping):
        for name, inside in value.items():
            of_field = _schema_of(schema, name)
            if of_field is not None:
                yield from _dropped(of_field, inside, (*path, name))
            elif schema.get("type") == "object" and not _keeps_any(schema):
                yield (*path, name)


def _lacking(schema: Schema, value: Any, path: FieldPath = ()) -> Iterator[FieldPath]:
    """The outermost fields that the schema requires, and neither the value nor a default has."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _lacking(schema.get("items") or {}, item, (*path, index))
    elif isinstance(value, Mapping):
        for name in schema.get("required") or ():
            if name not in value and "default" not in (_schema_of(schema, name) or {}):
                yield (*path, name)
        for name, inside in value.items():
            yield from _lacking(_schema_of(schema, name) or {}, inside, (*path, name))


def _keeps_any(schema: Schema) -> bool:
    """Whether an object of the schema keeps fields that have no schema of their own."""
    return bool(schema.get(KEEPS_ALL)) or schema.get("additionalProperties", False) is not False


def _schema_of(schema: Schema, name: str) -> Schema | None:
    """The schema of a field; None where there is none for it."""
    found = (schema.get("properties") or {}).get(name)
    if found is None and isinstance(schema.get("additionalProperties"), Mapping):
        found = schema["additionalProperties"]
    return found if isinstance(found, Mapping) else None

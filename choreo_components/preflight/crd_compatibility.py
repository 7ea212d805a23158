"""CRD compatibility: which fields of an object the cluster's definition of its kind keeps, and which it requires.

The API server silently drops fields that the definition does not have, and refuses an object without a required one.
Definitions are read as the API server publishes them (OpenAPI v3), which needs no special rights.
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
"""A schema of OpenAPI."""

KEEPS_ALL = "x-kubernetes-preserve-unknown-fields"
"""The keyword of a schema that keeps unknown fields."""


class Definitions:
    """The definitions that the API server publishes: the OpenAPI v3 documents of the generations' groups."""

    def __init__(self, documents: Iterable[Mapping[str, Any]]) -> None:
        """Takes the documents; an empty one has no kinds."""
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
        """The schema of the kind's objects; None if no document has the kind."""
        return self._schemas.get((api_version, kind))


async def definitions(cluster: Cluster, wanted: Iterable[Generation]) -> Definitions:
    """The definitions of some generations, by one request for each. Raises ClusterError if they cannot be read."""
    return Definitions(await asyncio.gather(*(cluster.openapi(each.group, each.version) for each in wanted)))


def unfit(installed: Definitions, plan: Plan) -> Iterator[Finding]:
    """An error for each field of the plan's objects that would be dropped, and for each missing required field."""
    for node in plan.objects:
        schema = installed.schema(node.key.api_version, node.key.kind)
        if schema is not None:
            yield from _unfit(schema, node.declared, _earlier(installed, node.declared.generation))


def _earlier(installed: Definitions, generation: Generation) -> str:
    """The earlier releases that the definitions are of, as the beginning of a message; "" if they are of none."""
    for each in generation.earlier:
        is_missing = any(installed.schema(generation.api_version, kind) is None for kind in each.kinds)
        schemas = ((installed.schema(generation.api_version, kind), path) for kind, path in each.fields)
        if is_missing or any(schema is not None and not _knows(schema, path) for schema, path in schemas):
            return f"the cluster serves {each.releases}: "
    return ""


def _unfit(schema: Schema, declared: Declared, release: str) -> Iterator[Finding]:
    # Only the spec: metadata is defined by the API server, and not in the definition.
    wire = {"spec": declared.wire.get("spec", {})}
    dropped = list(_dropped(schema, wire))
    missing = list(_missing(_schema_of(schema, "spec") or {}, wire["spec"], ("spec",)))
    if not dropped and not missing:
        return
    kind = kind_of(declared.object.api_version, declared.kind)
    model = type(declared.object)
    served = _served(schema, kind)
    if served is not None and served is not model:
        serves = f"the cluster's {kind.kind} is that of {kind.release_of(served)}"
        message = f"{serves}, but this one is written for {kind.release_of(model)}: {_effects(dropped, missing)}"
        yield error(declared.at(*[*dropped, *missing][0]), message)
        return
    for path in dropped:
        message = (
            f"{release}the cluster's definition of {kind.kind} has no such field, and would drop it; upgrade the "
            "definition or remove the field"
        )
        yield error(declared.at(*path), message.replace(": the cluster's", ": its"))
    for path in missing:
        message = f"{release}required field of the cluster's definition of {kind.kind} is missing"
        yield error(declared.at(*path), message)


def _effects(dropped: list[FieldPath], missing: list[FieldPath]) -> str:
    """What would happen to an object of another release."""
    effects = [
        f"{what} {', '.join(map(field_name, paths))}"
        for what, paths in (("it would drop", dropped), ("it requires", missing))
        if paths
    ]
    return ", and ".join(effects)


def _served(schema: Schema, kind: Kind) -> type[ApiObject] | None:
    """The one of the kind's models whose own fields the cluster's definition has; None if that is ambiguous."""
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


def _missing(schema: Schema, value: Any, path: FieldPath = ()) -> Iterator[FieldPath]:
    """The outermost fields that the schema requires, and that are neither in the value nor have a default."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _missing(schema.get("items") or {}, item, (*path, index))
    elif isinstance(value, Mapping):
        for name in schema.get("required") or ():
            if name not in value and "default" not in (_schema_of(schema, name) or {}):
                yield (*path, name)
        for name, inside in value.items():
            yield from _missing(_schema_of(schema, name) or {}, inside, (*path, name))


def _keeps_any(schema: Schema) -> bool:
    """Whether an object of the schema keeps fields without a schema."""
    return bool(schema.get(KEEPS_ALL)) or schema.get("additionalProperties", False) is not False


def _schema_of(schema: Schema, name: str) -> Schema | None:
    """The schema of a field; None if it has none."""
    found = (schema.get("properties") or {}).get(name)
    if found is None and isinstance(schema.get("additionalProperties"), Mapping):
        found = schema["additionalProperties"]
    return found if isinstance(found, Mapping) else None

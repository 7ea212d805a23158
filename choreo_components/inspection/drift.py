"""Drift: the differences between what a stack declares and what is live in the cluster.

Pure: compares a stack with a snapshot. A spec is declared as a whole; labels and annotations may be added by others. A
zero value counts as absent, as on the wire (api/wire.py).
"""

import base64
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from typing import Any

from choreo_components.api import kind_of, prune_zero_values
from choreo_components.api.generation import SECRET
from choreo_components.api.meta import WireModel
from choreo_components.api.settling import unfilled
from choreo_components.api.shape import FreeForm, ListOf, MapOf, ObjectOf, Shape, fields_of
from choreo_components.config.documents import FieldPath, field_name, is_inside
from choreo_components.config.findings import Location, one_line
from choreo_components.config.settings import DATA_PLANE_KUBECONFIGS, NAMESPACE_METADATA, RESOURCES, Declared
from choreo_components.inspection.neighbours import differences as differences_of_neighbour
from choreo_components.inspection.snapshot import Snapshot, key_of, without_data
from choreo_components.inspection.target_clusters import OpenedStack
from choreo_components.kubernetes.conditions import accepted, outdated
from choreo_components.kubernetes.deletion import deletion
from choreo_components.kubernetes.objects import Live
from choreo_components.plan.nodes import Key, NeighbourNode, ObjectInCluster, ObjectNode


@dataclass(frozen=True)
class Difference:
    """A field whose declared and live values differ; None is no value.

    A `secret` one has no values here, only the fact that it differs. A `foreign` one is not declared and was set by
    others: Pulumi does not change it.
    """

    field: str
    where: Location
    declared: Any = None
    live: Any = None
    secret: bool = False
    foreign: bool = False


@dataclass(frozen=True)
class Drift:
    """An object that is not as declared: missing, with `differences`, or in a state that the `notes` describe."""

    kind: str
    namespace: str | None
    name: str
    where: Location
    live: Live | None
    differences: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


@dataclass(frozen=True)
class Report:
    """The result for a stack: how many of its objects were compared, and which have drifted.

    `unknown` counts the values that are unknown, since they are encrypted or in a file, and were not compared.
    """

    stack: str
    looked_at: int
    drifts: tuple[Drift, ...]
    unknown: int = 0


def drift(stack: OpenedStack, snapshot: Snapshot, unsupported: Collection[tuple[str, str]] = ()) -> Report:
    """The drift of a stack in the cluster of the snapshot.

    Objects that could not be listed are left out. `unsupported` are the kinds, by apiVersion and kind, whose conditions
    the cluster cannot store.
    """
    return _Comparison(stack, snapshot, unsupported).report()


class _Comparison:
    """One stack against one cluster."""

    def __init__(self, stack: OpenedStack, snapshot: Snapshot, unsupported: Collection[tuple[str, str]]) -> None:
        self._stack = stack
        self._snapshot = snapshot
        self._unsupported = unsupported
        self._nodes = {node.key: node for node in stack.plan.objects}
        self._objects = {key_of(live): live for live in snapshot.objects}
        self._namespaces = {live.name: live for live in snapshot.namespaces}
        self._secrets = {(live.namespace, live.name): live for live in snapshot.secrets}
        self._neighbours = {
            Key(live.resource.api_version, live.resource.kind, live.namespace or "", live.name): live
            for live in snapshot.neighbours
        }
        self._on_data_planes = {live.name: live for live in snapshot.data_plane_namespaces}

    def report(self) -> Report:
        # If all data planes' kubeconfigs are encrypted together, the names of their Secrets are unknown.
        counted = [RESOURCES, NAMESPACE_METADATA]
        unknown = sum(is_inside(each, counted) or each == DATA_PLANE_KUBECONFIGS for each in self._stack.unknown)
        unknown += sum(self._content(node.declared) is None for node in self._stack.plan.secrets)
        compared = [each for each in self._stack.plan.objects_in_cluster if self._is_known(each)]
        neighbours = [node for node in self._stack.plan.neighbours if self._is_neighbour_known(node)]
        found = (*map(self._compared, compared), *map(self._neighbour, neighbours))
        drifts = tuple(drift for drift in found if drift is not None)
        return Report(self._stack.name, len(compared) + len(neighbours), drifts, unknown)

    def _is_neighbour_known(self, node: NeighbourNode) -> bool:
        """Whether a neighbour is intended for this cluster, and is missing if the snapshot does not have it."""
        is_elsewhere = node.neighbour.optional and node.key not in self._neighbours
        return not is_elsewhere and self._snapshot.knows(node.key, node.key.organization or node.key.name)

    def _neighbour(self, node: NeighbourNode) -> Drift | None:
        """The drift of an object of another API; of the content of a Secret, only that it differs."""
        neighbour = node.neighbour
        namespace, where = neighbour.namespace or None, neighbour.at("metadata", "name")
        live = self._neighbours.get(node.key)
        if live is None:
            return Drift(node.key.kind, namespace, node.key.name, where, None)
        found = []
        for path, ours, theirs in differences_of_neighbour(neighbour, live):
            place = neighbour.at(*neighbour.written(path))
            if is_inside(place.field, self._stack.unknown):
                continue
            secret = (neighbour.is_secret and path[0] != "metadata") or is_inside(place.field, self._stack.secrets)
            if secret:
                found.append(Difference(field_name(path), place, secret=True))
            else:
                found.append(Difference(field_name(path), place, ours, theirs))
        state = deletion(live)
        if not found and state is None:
            return None
        shown = without_data(live) if neighbour.is_secret else live
        return Drift(node.key.kind, namespace, node.key.name, where, shown, tuple(found), (state,) if state else ())

    def _is_known(self, each: ObjectInCluster) -> bool:
        """Whether an object is missing if the snapshot does not have it."""
        if each.environment is not None:
            return self._snapshot.knows_data_planes(each.declared.generation, each.declared.organization)
        return self._snapshot.knows(each, each.declared.organization)

    def _compared(self, each: ObjectInCluster) -> Drift | None:
        if each.is_declared:
            return self._object(self._nodes[each.node])
        if each.kind == SECRET:
            return self._secret(each)
        where = each.declared.at("metadata", "name")
        if each.tenant:
            return _drift(each, where, self._namespaces.get(each.name))
        _, project, _ = each.declared.generation.namespaces.cell(each.labels)
        live = self._on_data_planes.get(each.name)
        given = self._stack.settings.projects.get(project)
        return _drift(each, given or where, live, self._more(live) if live else ())

    def _object(self, node: ObjectNode) -> Drift | None:
        declared = node.declared
        found = self._objects.get(node.key)
        namespace, where = declared.object.metadata.namespace, declared.at("metadata", "name")
        if found is None:
            served = (declared.object.api_version, node.key.kind) in self._snapshot.served
            unserved = () if served else (f"the cluster does not serve {node.key.kind}",)
            return Drift(node.key.kind, namespace, node.key.name, where, None, notes=unserved)
        differences = tuple(self._differences(declared, found))
        notes = tuple(self._notes(node, found))
        if not differences and not notes:
            return None
        return Drift(node.key.kind, namespace, node.key.name, where, found, differences, notes)

    def _content(self, data_plane: Declared) -> str | None:
        """The kubeconfig that is declared for a data plane; None if it is unknown."""
        given = self._stack.data_plane_kubeconfigs.get(data_plane.name)
        return given if isinstance(given, str) else None

    def _secret(self, each: ObjectInCluster) -> Drift | None:
        """The drift of the Secret of a data plane; of its content, only that it differs."""
        where = self._stack.settings.data_plane_kubeconfigs[each.declared.name].where
        live, content = self._secrets.get((each.namespace, each.name)), self._content(each.declared)
        if live is None:
            return _drift(each, where, None)
        key = each.declared.generation.data_planes.connection_key
        there = (live.manifest.get("data") or {}).get(key)
        more = []
        if there is None or (content is not None and there != base64.b64encode(content.encode()).decode()):
            more.append(Difference(field_name(("data", key)), where, secret=True))
        return _drift(each, where, without_data(live), more)

    def _notes(self, node: ObjectNode, live: Live) -> Iterator[str]:
        if (state := deletion(live)) is not None:
            yield state
        elif node.wait is not None and (node.key.api_version, node.key.kind) not in self._unsupported:
            kind = kind_of(node.declared.object.api_version, node.key.kind)
            if not accepted(live, kind):
                conditions = "; ".join(live.condition_lines) or "no controller has processed it"
                if (generation := outdated(live, kind)) is not None:
                    now = live.metadata["generation"]
                    conditions = f"its conditions are of generation {generation}, and it is at {now}: {conditions}"
                yield one_line(f"not ready (it waits for {kind.ready_condition}=True): {conditions}")

    def _more(self, live: Live) -> Iterator[Difference]:
        """The differences of a data-plane namespace from the labels and annotations in the settings."""
        wanted = self._stack.settings.namespace_metadata
        if wanted.where is None or any(is_inside(each, [NAMESPACE_METADATA]) for each in self._stack.unknown):
            return
        secret = any(is_inside(each, [NAMESPACE_METADATA]) for each in self._stack.secrets)
        for path, ours, theirs in (
            *_in_map(("metadata", "labels"), wanted.labels, live.labels),
            *_in_map(("metadata", "annotations"), wanted.annotations, live.metadata.get("annotations") or {}),
        ):
            if secret:
                yield Difference(field_name(path), wanted.where, secret=True)
            else:
                yield Difference(field_name(path), wanted.where, ours, theirs)

    def _differences(self, declared: Declared, live: Live) -> Iterator[Difference]:
        metadata = declared.object.metadata
        kind = kind_of(declared.object.api_version, declared.kind)
        sent = {"spec": declared.spec.model_dump(by_alias=True, exclude_none=True, exclude_unset=True)}
        there = {"spec": live.manifest.get("spec") or {}}
        for path, ours, theirs in (
            *_in_map(("metadata", "labels"), metadata.labels or {}, live.labels),
            *_in_map(("metadata", "annotations"), metadata.annotations or {}, live.metadata.get("annotations") or {}),
            *_in_object(
                type(declared.spec),
                unfilled(kind, sent, there)["spec"],
                unfilled(kind, there)["spec"],
                ("spec",),
            ),
        ):
            where = declared.at(*path)
            if is_inside(where.field, self._stack.unknown):
                continue
            if self._is_secret(declared, where.field, path, (ours, theirs)):
                yield Difference(field_name(path), where, secret=True)
            else:
                # Lists are applied as a whole.
                foreign = ours is None and not any(isinstance(step, int) for step in path)
                yield Difference(field_name(path), where, ours, theirs, foreign=foreign)

    def _is_secret(self, declared: Declared, field: str, path: FieldPath, values: tuple[Any, Any]) -> bool:
        """Whether the value is a secret, or contains one."""
        if is_inside(field, self._stack.secrets) or any(is_inside(each, [field]) for each in self._stack.secrets):
            return True
        kind = kind_of(declared.object.api_version, declared.kind)
        return any(kind.may_show_secrets(_at(path, value)) for value in values)


def _at(path: FieldPath, value: Any) -> dict[str, Any]:
    """An object that has only this value, at the path."""
    for step in reversed(path):
        value = [value] if isinstance(step, int) else {step: value}
    found: dict[str, Any] = value
    return found


def _drift(each: ObjectInCluster, where: Location, live: Live | None, more: Iterable[Difference] = ()) -> Drift | None:
    """The drift of an object that is not declared itself from what OpenChoreo would create, and `more`."""
    if live is None:
        return Drift(each.kind, each.namespace, each.name, where, None)
    differing = _in_map(("metadata", "labels"), each.labels, live.labels)
    differences = [Difference(field_name(path), where, ours, theirs) for path, ours, theirs in differing]
    differences += more
    state = deletion(live)
    if not differences and state is None:
        return None
    return Drift(each.kind, each.namespace, each.name, where, live, tuple(differences), (state,) if state else ())


_Differing = Iterator[tuple[FieldPath, Any, Any]]
"""Fields that differ, each with its declared and its live value."""


def _in_map(path: FieldPath, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> _Differing:
    for key, value in ours.items():
        if theirs.get(key) != value:
            yield (*path, key), value, theirs.get(key)


def _in_object(
    model: type[WireModel], ours: Mapping[str, Any], theirs: Mapping[str, Any], path: FieldPath
) -> _Differing:
    """The fields of an object that differ; an undeclared field must be absent, unless the API server fills it in."""
    fields = fields_of(model)
    ours = {**_defaults(model), **ours}
    for name in dict.fromkeys((*ours, *theirs)):
        shape = fields[name].shape if name in fields else None
        sent, there = (prune_zero_values(model, {name: each.get(name)}).get(name) for each in (ours, theirs))
        if sent is None and name in fields and fields[name].seeded:
            continue
        # A declared zero value is not sent, but is shown.
        for inner, declared, live in _in_value(shape, sent, there, (*path, name)):
            yield inner, ours.get(name) if len(inner) == len(path) + 1 else declared, live


def _in_value(shape: Shape | None, ours: Any, theirs: Any, path: FieldPath) -> _Differing:
    match shape:
        case ObjectOf(model) if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
            yield from _in_object(model, ours, theirs, path)
        case ObjectOf() if ours is None and _is_empty(shape, theirs):
            # Go writes some empty objects that are not declared.
            return
        case ListOf(item) if isinstance(ours, list) and isinstance(theirs, list):
            for index, (one, other) in enumerate(zip_longest(ours, theirs)):
                yield from _in_value(item, one, other, (*path, index))
        case MapOf(item) if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
            for key in dict.fromkeys((*theirs, *ours)):
                yield from _in_value(item, ours.get(key), theirs.get(key), (*path, key))
        case FreeForm():
            yield from _in_free(ours, theirs, path)
        case _ if ours != theirs:
            yield path, ours, theirs


def _in_free(ours: Any, theirs: Any, path: FieldPath) -> _Differing:
    """The differences in a value without a schema: numbers are compared by value, and null is absent."""
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        for key in dict.fromkeys((*ours, *theirs)):
            yield from _in_free(ours.get(key), theirs.get(key), (*path, key))
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from _in_free(one, other, (*path, index))
    elif ours != theirs or isinstance(ours, bool) is not isinstance(theirs, bool):
        yield path, ours, theirs


@cache
def _defaults(model: type[WireModel]) -> Mapping[str, Any]:
    """The defaults that the API server fills in for an object of the model, in wire names."""
    given = {name: field.default for name, field in fields_of(model).items() if field.default is not None}
    return {
        name: value.model_dump(by_alias=True, exclude_none=True) if isinstance(value, WireModel) else value
        for name, value in given.items()
    }


def _is_empty(shape: Shape | None, value: Any) -> bool:
    """Whether the value contains only empty objects."""
    if not isinstance(shape, ObjectOf) or not isinstance(value, Mapping):
        return value is None
    fields, kept = fields_of(shape.model), prune_zero_values(shape.model, value)
    return all(name in fields and _is_empty(fields[name].shape, each) for name, each in kept.items())

"""Existing objects: the objects of a plan as they are in the cluster, and others of their kinds, read once."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from choreo_components.api import kind_of
from choreo_components.kubernetes.client import Cluster, Forbidden
from choreo_components.kubernetes.objects import Live, Resource, resource_of
from choreo_components.plan.nodes import Key, ObjectNode, Plan


class Existing:
    """The objects that were found, without those of kinds that the credentials may not read."""

    def __init__(self, lives: Iterable[Live] = ()) -> None:
        """Takes the objects."""
        self.lives = tuple(lives)
        self._by_identity = {(live.resource, live.namespace, live.name): live for live in self.lives}

    def of(self, key: Key) -> Live | None:
        """The object of a plan's node."""
        return self._by_identity.get(identity(key))


def identity(key: Key) -> tuple[Resource, str | None, str]:
    """The identity of a node's object for an API server: its resource, its namespace, and its name."""
    kind = kind_of(key.api_version, key.kind)
    return resource_of(kind), key.organization if kind.namespaced else None, key.name


async def read_existing(cluster: Cluster, plan: Plan) -> Existing:
    """Reads the plan's objects, by one request for each kind in each organization.

    An object that may exist only once is read with all others of its kind: see `duplicates`. Raises ClusterError if the
    cluster cannot be asked.
    """
    groups: dict[tuple[Resource, str | None], list[ObjectNode]] = defaultdict(list)
    for node in plan.objects:
        resource, namespace, _ = identity(node.key)
        groups[resource, namespace].append(node)
    found = await asyncio.gather(*(_read(cluster, *place, nodes) for place, nodes in groups.items()))
    return Existing(live for lives in found for live in lives)


async def _read(cluster: Cluster, resource: Resource, namespace: str | None, nodes: Sequence[ObjectNode]) -> list[Live]:
    """The objects of a kind in an organization."""
    first = nodes[0]
    alone = len(nodes) == 1 and first.declared.generation.sole(first.declared.wire) is None
    try:
        if alone:
            one = await cluster.get(resource, first.key.name, namespace)
            return [] if one is None else [one]
        return (await cluster.list(resource, {}, namespace))[0]
    except Forbidden:
        return []


def matches(live: Any, declared: Any) -> bool:
    """Whether a live value contains all of a declared one; it may have more, which defaults and controllers add."""
    if isinstance(declared, Mapping):
        return isinstance(live, Mapping) and all(matches(live.get(key), value) for key, value in declared.items())
    if isinstance(declared, list | tuple):
        return (
            isinstance(live, list)
            and len(live) == len(declared)
            and all(matches(*each) for each in zip(live, declared, strict=True))
        )
    return bool(live == declared)

"""What a stack refers to outside itself, read from the cluster: nothing is written, and nothing is read twice."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from choreo_components.api import Kind, kind_of, labels
from choreo_components.api.core_v1 import API_VERSION
from choreo_components.cluster import Cluster, Resource
from choreo_components.references import Target

LOOKUPS_AT_ONCE = 16
"""Requests under way at a time."""


async def look_up(cluster: Cluster, targets: Iterable[Target]) -> dict[Target, Mapping[str, Any] | None]:
    """The live object in wire names that each target leads to, None where the cluster has none.

    Raises ClusterError when the cluster cannot be asked.
    """
    gate = asyncio.Semaphore(LOOKUPS_AT_ONCE)

    async def one(target: Target) -> tuple[Target, Mapping[str, Any] | None]:
        async with gate:
            return target, await _find(cluster, target)

    return dict(await asyncio.gather(*(one(target) for target in dict.fromkeys(targets))))


async def _find(cluster: Cluster, target: Target) -> Mapping[str, Any] | None:
    kind = kind_of(API_VERSION, target.kind)
    namespace = None if kind.scope == "Cluster" else target.organization
    if target.name is not None:
        found = await cluster.get(resource_of(kind), target.name, namespace)
        return None if found is None else found.manifest
    selector = {labels.ORGANIZATION: target.organization, **dict(target.labels)}
    lives, _ = await cluster.list(resource_of(kind), selector, namespace)
    return lives[0].manifest if lives else None


def resource_of(kind: Kind) -> Resource:
    """The kind as the API server addresses it."""
    return Resource(kind.group, kind.version, kind.kind, kind.plural, kind.scope == "Namespaced")

"""Lists of objects, asked in this process: a list of all kinds takes kubectl half a second of CPU time."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from choreo_components.api import all_kinds
from choreo_components.kubernetes.client import Cluster
from choreo_components.kubernetes.objects import NAMESPACES, Live, Resource, resource_named


class Query(NamedTuple):
    """The objects of a kind in a namespace (None: in all, or in the cluster), of these labels, of this name."""

    resource: Resource
    namespace: str | None = None
    labels: Mapping[str, str] = {}
    name: str | None = None


def listed(kubeconfig: Path, queries: Collection[Query]) -> list[Live]:
    """What a cluster has of that, in the order of the queries."""

    async def ask() -> list[list[Live]]:
        async with Cluster(str(kubeconfig)) as cluster:
            found = await asyncio.gather(
                *(cluster.list(each.resource, each.labels, each.namespace) for each in queries)
            )
        return [lives for lives, _ in found]

    answers = zip(queries, asyncio.run(ask()), strict=True)
    return [live for query, lives in answers for live in lives if query.name in (None, live.name)]


def named(namespace: str | None = None, *, labels: Mapping[str, str] | None = None) -> Query:
    """The namespace, or those that have the labels."""
    return Query(NAMESPACES, labels=labels or {}, name=namespace)


def inside(namespace: str, api_version: str | None = None, kinds: Iterable[str] = ()) -> list[Query]:
    """All objects of OpenChoreo in a namespace; or those of an API, or of kinds of it."""
    return [
        Query(resource_named(kind.api_version, kind.kind), namespace)
        for kind in all_kinds().values()
        if kind.namespaced and api_version in (None, kind.api_version) and (not kinds or kind.kind in kinds)
    ]

"""Lists of objects, asked in this process: a list of all kinds takes kubectl half a second of CPU time."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from choreo_components.api import all_kinds
from choreo_components.kubernetes.client import Cluster
from choreo_components.kubernetes.objects import NAMESPACES, Live, Resource, resource_of


@dataclass(frozen=True)
class View:
    """The objects of a kind with the labels, in a namespace (None: everywhere), and a choice of them."""

    resource: Resource
    labels: Mapping[str, str] = field(default_factory=dict)
    namespace: str | None = None
    shows: Callable[[Live], bool] = lambda live: True


def listed(kubeconfig: Path, views: Collection[View]) -> list[Live]:
    """The objects that views show in a cluster, in the order of the views."""

    async def ask() -> list[Live]:
        async with Cluster(str(kubeconfig)) as cluster:
            asked = (cluster.list(view.resource, view.labels, view.namespace) for view in views)
            found = await asyncio.gather(*asked)
        return [live for view, (lives, _) in zip(views, found, strict=True) for live in lives if view.shows(live)]

    return asyncio.run(ask())


def versions(kubeconfig: Path, views: Collection[View]) -> dict[str, str]:
    """The objects that views show, with their versions in the cluster."""
    return {str(live): live.metadata["resourceVersion"] for live in listed(kubeconfig, views)}


def called(resource: Resource, name: str, labels: Mapping[str, str] | None = None) -> View:
    """The cluster-scoped object of the kind with this name, and with the labels."""
    return View(resource, labels or {}, None, lambda live: live.name == name)


def namespace(name: str) -> View:
    """The namespace of this name."""
    return called(NAMESPACES, name)


def inside(namespace: str, api_version: str, kinds: Iterable[str] = ()) -> list[View]:
    """All objects of an API of OpenChoreo in a namespace, or those of kinds of it."""
    return [
        View(resource_of(kind), namespace=namespace)
        for kind in all_kinds().values()
        if kind.namespaced and kind.api_version == api_version and (not kinds or kind.kind in kinds)
    ]

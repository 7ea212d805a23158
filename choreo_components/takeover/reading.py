"""The live organization, read from its cluster. Nothing is written there."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

from choreo_components.api import KINDS, labels
from choreo_components.cluster import NAMESPACES, Cluster, ClusterError, Live, resource_named, resource_of
from choreo_components.data_planes import NoConnection, connections
from choreo_components.definitions import definitions
from choreo_components.takeover.organization import LiveOrganization, Wire, name_of
from choreo_components.waits import lacking


class NoOrganization(Exception):
    """The cluster has no such Organization: the message says which there are."""


async def read_organization(cluster: Cluster, organization: str) -> LiveOrganization:
    """The organization and all that belongs to it, by one list for each kind.

    Raises NoOrganization, and ClusterError when the cluster cannot be asked.
    """
    owner = await cluster.get(resource_named("Organization"), organization)
    if owner is None:
        others, _ = await cluster.list(resource_named("Organization"), {})
        there = ", ".join(sorted(each.name for each in others)) or "none"
        raise NoOrganization(f"no Organization {organization!r} in {cluster.server}; there are: {there}")
    kinds = [kind for kind in KINDS.values() if kind.namespaced]
    installed, namespace, listings = await asyncio.gather(
        definitions(cluster),
        cluster.get(NAMESPACES, organization),
        asyncio.gather(*(cluster.list(resource_of(kind), {}, organization) for kind in kinds)),
    )
    objects = tuple(_wire(live) for live in [owner, *(live for lives, _ in listings for live in lives)])
    kubeconfigs = await _kubeconfigs(cluster, objects)
    return LiveOrganization(
        organization,
        objects,
        None if namespace is None else _wire(namespace),
        tuple(_wire(live) for live in await _namespaces(cluster, organization, objects, kubeconfigs)),
        kubeconfigs,
        frozenset(kind.kind for kind in KINDS.values() if lacking(installed, kind.kind) is not None),
    )


async def _kubeconfigs(cluster: Cluster, objects: Iterable[Wire]) -> dict[str, str]:
    """What leads to the data planes with a cluster of their own, by ORGANIZATION/NAME.

    Raises ClusterError where nobody can tell which cluster one is.
    """
    ways = {}
    for name, way in (await connections(cluster, [each for each in objects if each["kind"] == "DataPlane"])).items():
        if isinstance(way, NoConnection):
            raise ClusterError(f"data plane {name!r}: {way}")
        if way.kubeconfig is not None:
            ways[name] = way.kubeconfig
    return ways


async def _namespaces(
    cluster: Cluster, organization: str, objects: Iterable[Wire], kubeconfigs: Mapping[str, str]
) -> list[Live]:
    """The namespaces with the organization's label: each environment's where its data plane is.

    Of a namespace that names no environment, the control plane's own cluster is asked.
    """
    by_environment = {
        name_of(each): kubeconfigs.get(f"{organization}/{(each.get('spec') or {}).get('dataPlaneRef')}")
        for each in objects
        if each["kind"] == "Environment"
    }

    async def on(kubeconfig: str | None) -> list[Live]:
        selector = {labels.ORGANIZATION_NAME: organization}
        if kubeconfig is None:
            found, _ = await cluster.list(NAMESPACES, selector)
        else:
            async with Cluster(kubeconfig) as data_plane:
                found, _ = await data_plane.list(NAMESPACES, selector)
        return [
            live for live in found if by_environment.get(live.labels.get(labels.ENVIRONMENT_NAME, "")) == kubeconfig
        ]

    clusters = {None, *by_environment.values()}
    return [live for found in await asyncio.gather(*map(on, clusters)) for live in found]


def _wire(live: Live) -> Mapping[str, Any]:
    """The object with what a list leaves out."""
    group, version = live.resource.group, live.resource.version
    api_version = f"{group}/{version}" if group else version
    return {"apiVersion": api_version, "kind": live.resource.kind, **live.manifest}

"""The live organization, read from its cluster. Nothing is written there."""

import asyncio
from collections.abc import Mapping
from typing import Any

from choreo_components.api import KINDS, labels
from choreo_components.api.core_v1 import API_VERSION
from choreo_components.cluster import NAMESPACES, Cluster, Live, resource_named, resource_of
from choreo_components.takeover.organization import LiveOrganization
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
    group, _, version = API_VERSION.partition("/")
    document, namespace, data_plane_namespaces, listings = await asyncio.gather(
        cluster.openapi(group, version),
        cluster.get(NAMESPACES, organization),
        _data_plane_namespaces(cluster, organization),
        asyncio.gather(*(cluster.list(resource_of(kind), {}, organization) for kind in kinds)),
    )
    return LiveOrganization(
        organization,
        tuple(_wire(live) for live in [owner, *(live for lives, _ in listings for live in lives)]),
        None if namespace is None else _wire(namespace),
        tuple(_wire(live) for live in data_plane_namespaces),
        frozenset(kind.kind for kind in KINDS.values() if lacking(document, kind.kind) is not None),
    )


async def _data_plane_namespaces(cluster: Cluster, organization: str) -> list[Live]:
    """The namespaces on data planes: on the cluster itself, which is the data plane too."""
    found, _ = await cluster.list(NAMESPACES, {labels.ORGANIZATION_NAME: organization})
    return found


def _wire(live: Live) -> Mapping[str, Any]:
    """The object with what a list leaves out."""
    group, version = live.resource.group, live.resource.version
    api_version = f"{group}/{version}" if group else version
    return {"apiVersion": api_version, "kind": live.resource.kind, **live.manifest}

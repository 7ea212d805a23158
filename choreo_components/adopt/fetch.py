"""The live organization, read from its cluster. Nothing is written there."""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any

from choreo_components.adopt.organization import LiveOrganization, data_plane_of, name_of
from choreo_components.api import all_kinds
from choreo_components.api.core_v1 import API_VERSION, labels
from choreo_components.api.generations import generations
from choreo_components.kubernetes.client import RIGHTS, Cluster, ClusterError, Forbidden
from choreo_components.kubernetes.cluster_identity import identity_of
from choreo_components.kubernetes.objects import NAMESPACES, Live, resource_named, resource_of
from choreo_components.preflight.crd_compatibility import definitions
from choreo_components.preflight.data_planes import Connection, NoConnection, connections, full_name
from choreo_components.preflight.unsupported_conditions import lacking


class NoOrganization(Exception):
    """The cluster has no such Organization: the message says which there are."""


async def read_organization(
    cluster: Cluster, organization: str, given: Mapping[str, str] | None = None
) -> LiveOrganization:
    """The organization and all that belongs to it, by one list for each kind, and one for each data plane's cluster.

    A namespace that names no environment is looked for on the control plane's own cluster. `given` are the texts of
    kubeconfigs by the names of the DataPlanes that they lead to.

    Raises NoOrganization, and ClusterError when the cluster cannot be asked.
    """
    owner = await cluster.get(resource_named(API_VERSION, "Organization"), organization)
    if owner is None:
        raise NoOrganization(await _lacking(cluster, organization))
    kinds = [kind for kind in all_kinds().values() if kind.namespaced]
    installed, identity, namespace, (here, _), *listings = await _all(
        definitions(cluster, generations().values()),
        identity_of(cluster),
        cluster.get(NAMESPACES, organization),
        cluster.list(NAMESPACES, {labels.ORGANIZATION_NAME: organization}),
        *(cluster.list(resource_of(kind), {}, organization) for kind in kinds),
    )
    objects = tuple(_wire(live) for live in [owner, *(live for lives, _ in listings for live in lives)])
    environments = {name_of(each): data_plane_of(each) for each in objects if each["kind"] == "Environment"}
    planes = [each for each in objects if each["kind"] == "DataPlane" and full_name(each) in environments.values()]
    ways = await connections(cluster, planes, given)
    closed = {name: str(way) for name, way in ways.items() if isinstance(way, NoConnection)}
    texts = {
        name: way.kubeconfig for name, way in ways.items() if isinstance(way, Connection) and way.kubeconfig is not None
    }

    async def elsewhere(name: str) -> list[Live]:
        try:
            async with Cluster(texts[name]) as data_plane:
                found, _ = await data_plane.list(NAMESPACES, {labels.ORGANIZATION_NAME: organization})
        except ClusterError as problem:
            closed[name] = str(problem)
            return []
        return [live for live in found if environments.get(live.labels.get(labels.ENVIRONMENT_NAME, "")) == name]

    namespaces = [
        live for live in here if environments.get(live.labels.get(labels.ENVIRONMENT_NAME, "")) not in {*texts, *closed}
    ]
    for found in await asyncio.gather(*map(elsewhere, texts)):
        namespaces += found
    return LiveOrganization(
        organization,
        objects,
        None if namespace is None else _wire(namespace),
        tuple(map(_wire, namespaces)),
        texts,
        closed,
        frozenset(key for key, kind in all_kinds().items() if lacking(installed, kind) is not None),
        identity,
    )


async def _lacking(cluster: Cluster, organization: str) -> str:
    """What to say of an Organization that is not there."""
    try:
        others, version = await cluster.list(resource_named(API_VERSION, "Organization"), {})
    except Forbidden:
        return f"no Organization {organization!r} in {cluster.server}"
    if version is None:
        return f"the cluster serves no {API_VERSION}: {cluster.server}"
    there = ", ".join(sorted(each.name for each in others)) or "none"
    return f"no Organization {organization!r} in {cluster.server}; there are: {there}"


async def _all(*requests: Awaitable[Any]) -> list[Any]:
    """The answers. Raises Forbidden with everything that is, so that it can be granted at once."""
    answers = await asyncio.gather(*requests, return_exceptions=True)
    forbidden = [str(each) for each in answers if isinstance(each, Forbidden)]
    for each in answers:
        if isinstance(each, BaseException) and not isinstance(each, Forbidden):
            raise each
    if forbidden:
        raise Forbidden("\n".join([*forbidden, RIGHTS]))
    return answers


def _wire(live: Live) -> Mapping[str, Any]:
    """The object with what a list leaves out."""
    group, version = live.resource.group, live.resource.version
    api_version = f"{group}/{version}" if group else version
    return {"apiVersion": api_version, "kind": live.resource.kind, **live.manifest}

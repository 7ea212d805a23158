"""A census: everything of OpenChoreo's that a cluster has for some organizations.

One list for each kind in each organization, however many objects there are, all at once. What may not be listed is
remembered, so that nobody takes it for absent.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from choreo_components.api import KINDS, labels
from choreo_components.api.core_v1 import API_VERSION
from choreo_components.cluster import NAMESPACES, Cluster, ClusterError, Live, Resource, resource_of
from choreo_components.data_planes import Connection, connections
from choreo_components.plan import Key
from choreo_components.provider.blocking import finalizers, holder

ORGANIZATIONS = "Organization"
DATA_PLANES = "namespaces of data plane "


@dataclass(frozen=True)
class Census:
    """What a cluster has.

    `objects` are all Organizations, and of the kinds that stand in a namespace those of the organizations that were
    asked for. `namespaces` are all of the control plane's, `data_plane_namespaces` all of the data planes'. `unread`
    says of a kind and an organization (None: of the whole cluster) why it is not known; `served` are the kinds that the
    API server has.
    """

    server: str = ""
    objects: tuple[Live, ...] = ()
    namespaces: tuple[Live, ...] = ()
    data_plane_namespaces: tuple[Live, ...] = ()
    unread: Mapping[tuple[str, str | None], str] = field(default_factory=dict)
    served: frozenset[str] = frozenset()

    def knows(self, kind: str, organization: str | None) -> bool:
        """Whether what is not here is not in the cluster either."""
        cluster_wide = kind in (ORGANIZATIONS, NAMESPACES.kind)
        return (kind, None if cluster_wide else organization) not in self.unread

    def knows_data_planes(self, organization: str) -> bool:
        """Whether a namespace of the organization's environments that is not here is on no data plane either."""
        return self.knows(NAMESPACES.kind, organization) and not any(
            kind.startswith(DATA_PLANES) and of == organization for kind, of in self.unread
        )


def key_of(live: Live) -> Key:
    """An object of OpenChoreo's as plans name it."""
    return Key(live.resource.kind, live.namespace or live.name, live.name)


async def take(cluster: Cluster, organizations: Collection[str], given: Mapping[str, str] | None = None) -> Census:
    """The census of these organizations; `given` has kubeconfigs by the names of data planes.

    Raises ClusterError when the cluster cannot be asked at all."""
    group, _, version = API_VERSION.partition("/")
    # By itself: it finds out whether anybody answers, and who is asking, for all the others.
    served = await cluster.kinds(group, version)
    questions: list[tuple[Resource, str | None]] = [
        (resource_of(kind), organization)
        for kind in KINDS.values()
        for organization in (sorted(organizations) if kind.namespaced else [None])
    ]
    questions.append((NAMESPACES, None))
    unread: dict[tuple[str, str | None], str] = {}

    async def listed(resource: Resource, organization: str | None) -> list[Live]:
        try:
            return (await cluster.list(resource, {}, organization))[0]
        except ClusterError as problem:
            where = f" in namespace {organization!r}" if organization else ""
            unread[resource.kind, organization] = f"{resource.full_name}{where}: {problem}"
            return []

    *objects, namespaces = await asyncio.gather(*(listed(*question) for question in questions))
    every = tuple(live for found in objects for live in found)
    elsewhere = await _on_data_planes(cluster, every, given or {}, unread)
    # A data plane may be the control plane's cluster by another kubeconfig.
    of_data_planes = {live.metadata.get("uid"): live for live in (*namespaces, *elsewhere)}
    return Census(
        server=cluster.server,
        objects=every,
        namespaces=tuple(namespaces),
        data_plane_namespaces=tuple(of_data_planes.values()),
        unread=unread,
        served=served,
    )


async def _on_data_planes(
    cluster: Cluster, objects: Iterable[Live], given: Mapping[str, str], unread: dict[tuple[str, str | None], str]
) -> list[Live]:
    """The namespaces of the data planes that have a cluster of their own; what could not be asked goes to `unread`.

    A list for each cluster, and a request for each DataPlane that refers to a Secret.
    """
    planes = [live.manifest for live in objects if live.resource.kind == "DataPlane"]
    ways = await connections(cluster, planes, given)
    by_text: dict[str, set[str]] = {}
    for name, way in ways.items():
        if not isinstance(way, Connection):
            unread[DATA_PLANES + name, name.partition("/")[0]] = f"{DATA_PLANES}{name}: {way}"
        elif way.kubeconfig is not None:
            by_text.setdefault(way.kubeconfig, set()).add(name)

    async def listed(text: str, names: Iterable[str]) -> list[Live]:
        try:
            async with Cluster(text) as data_plane:
                return (await data_plane.list(NAMESPACES, {}))[0]
        except ClusterError as problem:
            for name in names:
                unread[DATA_PLANES + name, name.partition("/")[0]] = f"{DATA_PLANES}{name}: {problem}"
            return []

    return [live for found in await asyncio.gather(*(listed(*each) for each in by_text.items())) for live in found]


def other_organizations(census: Census, organizations: Collection[str]) -> list[str]:
    """The organizations that have something in the cluster, and were not asked for."""
    found = {live.name for live in census.objects if live.resource.kind == ORGANIZATIONS}
    found |= {
        live.labels[labels.ORGANIZATION]
        for live in census.namespaces
        if live.labels.get(labels.MANAGED_BY) == labels.MANAGED_BY_CONTROL_PLANE and labels.ORGANIZATION in live.labels
    }
    found |= {
        live.labels[labels.ORGANIZATION_NAME]
        for live in census.data_plane_namespaces
        if {labels.ORGANIZATION_NAME, labels.ENVIRONMENT_NAME} <= live.labels.keys()
    }
    return sorted(found - {"", *organizations})


def deletion(live: Live) -> str | None:
    """Since when an object is being deleted, and who holds it; None where it is not."""
    if not live.deleting:
        return None
    held = ", ".join(map(holder, finalizers(live)))
    by = f"held by {held}" if held else "and no finalizer holds it"
    return f"being deleted since {live.metadata['deletionTimestamp']}, {by}"

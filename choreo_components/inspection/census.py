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
from choreo_components.plan import Key
from choreo_components.provider.blocking import finalizers, holder

ORGANIZATIONS = "Organization"


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
        return self.knows(NAMESPACES.kind, organization)


def key_of(live: Live) -> Key:
    """An object of OpenChoreo's as plans name it."""
    return Key(live.resource.kind, live.namespace or live.name, live.name)


async def take(cluster: Cluster, organizations: Collection[str]) -> Census:
    """The census of these organizations. Raises ClusterError when the cluster cannot be asked at all."""
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
    return Census(
        server=cluster.server,
        objects=tuple(live for found in objects for live in found),
        namespaces=tuple(namespaces),
        data_plane_namespaces=_on_data_planes(namespaces),
        unread=unread,
        served=served,
    )


def _on_data_planes(namespaces: Iterable[Live]) -> tuple[Live, ...]:
    """The namespaces of the data planes, which are all on the control plane's own cluster."""
    return tuple(namespaces)


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

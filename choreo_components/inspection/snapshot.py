"""A census: everything of OpenChoreo's that a cluster has, and all that it has for some organizations.

One list for each kind, however many organizations and objects there are, all at once. Where the credentials may not
list a kind in all namespaces, it is listed in those of the organizations. What may not be listed at all is remembered,
so that nobody takes it for absent.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from choreo_components.api import Kind, all_kinds
from choreo_components.api.core_v1 import API_VERSION, labels
from choreo_components.inspection.data_planes import DATA_PLANES, Given, Unread, look_elsewhere
from choreo_components.kubernetes.client import Cluster, ClusterError, Forbidden
from choreo_components.kubernetes.objects import NAMESPACES, SECRETS, Live, Resource, resource_of
from choreo_components.plan.nodes import Key

ORGANIZATIONS = "Organization"

CI = "choreo-ci-"
"""What the name of an organization's namespace for its builds begins with (reference: section 4)."""


@dataclass(frozen=True)
class Census:
    """What a cluster has.

    `objects` are the custom resources. `namespaces` are the control plane's, `data_plane_namespaces` those of the data
    planes. `unread` says of a kind and an organization (None: of the whole cluster) why it is not known; `served` are
    the kinds that the API server has. `organizations` are those that were asked for: of these only are there `secrets`,
    data planes' namespaces elsewhere, and objects of the kinds that are `restricted`.
    """

    server: str = ""
    objects: tuple[Live, ...] = ()
    namespaces: tuple[Live, ...] = ()
    data_plane_namespaces: tuple[Live, ...] = ()
    unread: Mapping[tuple[str, str | None], str] = field(default_factory=dict)
    served: frozenset[str] = frozenset()
    secrets: tuple[Live, ...] = field(default=(), repr=False)
    organizations: frozenset[str] = frozenset()
    restricted: frozenset[str] = frozenset()

    def knows(self, kind: str, organization: str | None) -> bool:
        """Whether what is not here is not in the cluster either."""
        return self.unread.keys().isdisjoint({(kind, None), (kind, organization)})

    def knows_data_planes(self, organization: str) -> bool:
        """Whether a namespace of the organization's environments that is not here is on no data plane either."""
        known = self.knows(NAMESPACES.kind, None) and self.knows("DataPlane", organization)
        return known and not any(kind.startswith(DATA_PLANES) and of == organization for kind, of in self.unread)

    def has_asked(self, kind: str, organization: str | None) -> bool:
        """Whether it was to find out about the kind in this organization."""
        everywhere = kind in {*self.served, ORGANIZATIONS, NAMESPACES.kind} - self.restricted
        return everywhere or organization in self.organizations


def key_of(live: Live) -> Key:
    """An object of OpenChoreo's as plans name it."""
    return Key(live.resource.api_version, live.resource.kind, live.namespace or live.name, live.name)


async def take(cluster: Cluster, organizations: Collection[str], given: Given | None = None) -> Census:
    """The census of these organizations; `given` has kubeconfigs of data planes.

    Raises ClusterError when the cluster cannot be asked at all."""
    group, _, version = API_VERSION.partition("/")
    # By itself: it finds out whether anybody answers, and who is asking, for all the others.
    served = await cluster.kinds(group, version)
    unread: Unread = {}
    restricted: set[str] = set()

    async def listed(resource: Resource, selector: Mapping[str, str], organization: str | None) -> list[Live]:
        try:
            return (await cluster.list(resource, selector, organization))[0]
        except ClusterError as problem:
            where = f" in namespace {organization!r}" if organization else ""
            unread[resource.kind, organization] = f"{resource.full_name}{where}: {problem}"
            return []

    async def named(resource: Resource, name: str) -> list[Live]:
        try:
            found = await cluster.get(resource, name)
        except ClusterError as problem:
            unread[resource.kind, name] = f"{resource.full_name} {name}: {problem}"
            return []
        return [] if found is None else [found]

    async def of_kind(kind: Kind) -> list[Live]:
        resource = resource_of(kind)
        try:
            return (await cluster.list(resource, {}))[0]
        except Forbidden:
            restricted.add(kind.kind)
        except ClusterError as problem:
            unread[kind.kind, None] = f"{resource.full_name}: {problem}"
            return []
        if kind.namespaced:
            found = await asyncio.gather(*(listed(resource, {}, each) for each in sorted(organizations)))
        else:
            found = await asyncio.gather(*(named(resource, each) for each in sorted(organizations)))
        return [live for lives in found for live in lives]

    *objects, namespaces = await asyncio.gather(*map(of_kind, all_kinds().values()), listed(NAMESPACES, {}, None))
    every = tuple(live for found in objects for live in found)
    planes = [
        live.manifest for live in every if live.resource.kind == "DataPlane" and live.namespace in {*organizations}
    ]
    # Where there is no namespace, nothing is in it, and no role can have been bound there.
    there = {live.name for live in namespaces} if (NAMESPACES.kind, None) not in unread else {*organizations}
    elsewhere, secrets = await asyncio.gather(
        look_elsewhere(cluster, planes, given or {}, unread),
        asyncio.gather(
            *(listed(SECRETS, {labels.ORGANIZATION: each}, each) for each in sorted({*organizations} & there))
        ),
    )
    # A data plane may be the control plane's cluster by another kubeconfig.
    of_data_planes = {live.metadata.get("uid"): live for live in (*namespaces, *elsewhere.namespaces)}
    return Census(
        server=cluster.server,
        objects=every,
        namespaces=tuple(namespaces),
        data_plane_namespaces=tuple(of_data_planes.values()),
        unread=unread,
        served=served,
        secrets=tuple(_without_data(live) for found in secrets for live in found if _is_connection(live)),
        organizations=frozenset(organizations),
        restricted=frozenset(restricted),
    )


def together(censuses: Sequence[Census]) -> Census:
    """What one cluster has, after several credentials: what one of them may not read, another may."""
    first, *others = censuses
    if not others:
        return first
    unread = {
        question: why
        for each in censuses
        for question, why in each.unread.items()
        if not any(other.has_asked(*question) and other.knows(*question) for other in censuses)
    }
    return replace(
        first,
        objects=_each_once(live for each in censuses for live in each.objects),
        namespaces=_each_once(live for each in censuses for live in each.namespaces),
        data_plane_namespaces=_each_once(live for each in censuses for live in each.data_plane_namespaces),
        secrets=_each_once(live for each in censuses for live in each.secrets),
        unread=unread,
        organizations=frozenset(name for each in censuses for name in each.organizations),
        restricted=frozenset.intersection(*(each.restricted for each in censuses)),
    )


def _each_once(lives: Iterable[Live]) -> tuple[Live, ...]:
    return tuple({live.metadata.get("uid"): live for live in lives}.values())


def _is_connection(secret: Live) -> bool:
    """Whether it has the labels of a Secret that choreo makes of a data plane's kubeconfig."""
    return {labels.NAME, labels.DATAPLANE} <= secret.labels.keys()


def _without_data(secret: Live) -> Live:
    return Live(secret.resource, {"metadata": secret.metadata})


def organizations_of(live: Live) -> tuple[str, ...]:
    """The organizations that an object may belong to: the one whose namespace it is in, and the one of its label."""
    if live.namespace is None:
        return (live.name,)
    return tuple(dict.fromkeys((live.namespace, live.labels.get(labels.ORGANIZATION) or live.namespace)))


def of_builds(namespace: Live) -> str | None:
    """The organization whose namespace for builds it is; None where it is none."""
    managed = namespace.labels.get(labels.MANAGED_BY) == labels.MANAGED_BY_BUILD_CONTROLLER
    return namespace.name.removeprefix(CI) if managed and namespace.name.startswith(CI) else None


def other_organizations(census: Census, organizations: Collection[str]) -> list[str]:
    """The organizations that have something in the cluster, and were not asked for."""
    found = {organizations_of(live)[-1] for live in census.objects if not {*organizations_of(live)} & {*organizations}}
    found |= {
        live.labels[labels.ORGANIZATION]
        for live in census.namespaces
        if live.labels.get(labels.MANAGED_BY) == labels.MANAGED_BY_CONTROL_PLANE and labels.ORGANIZATION in live.labels
    }
    found |= {organization for live in census.namespaces if (organization := of_builds(live))}
    found |= {
        live.labels[labels.ORGANIZATION_NAME]
        for live in census.data_plane_namespaces
        if {labels.ORGANIZATION_NAME, labels.ENVIRONMENT_NAME} <= live.labels.keys()
    }
    return sorted(found - {"", *organizations})

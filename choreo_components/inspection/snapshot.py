"""Snapshot: reads all objects of OpenChoreo in a cluster, and everything that belongs to some organizations.

It sends one list for each served kind, regardless of the number of organizations and objects, all at the same time. If
the credentials cannot list a kind in all namespaces, it is listed in those of the organizations. What cannot be listed
at all is recorded, so that it is not taken for absent.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from choreo_components.api import Generation, Kind, Role, UnknownKindError, all_kinds, generation_having
from choreo_components.api.generation import NAMESPACE
from choreo_components.api.generations import generations
from choreo_components.inspection.data_planes import Given, list_namespaces
from choreo_components.inspection.questions import DataPlaneNamespaces, HasKind, Objects, Question, Unread
from choreo_components.kubernetes.client import Cluster, ClusterError, Forbidden
from choreo_components.kubernetes.objects import NAMESPACES, SECRETS, Live, Resource, resource_of
from choreo_components.plan.nodes import Key


@dataclass(frozen=True)
class Snapshot:
    """What was read of a cluster at once.

    `objects` are OpenChoreo's, including namespaces that are tenants. `namespaces` are the control plane's,
    `data_plane_namespaces` those of the data planes. `unread` has the reason for each unanswered question; `served` are
    the kinds that the API server serves, each with its apiVersion. `organizations` are the requested ones: only for
    these, there are `secrets`, namespaces of separate data planes, and objects of the `restricted` kinds. `asked` are
    the requested generations: about others, the snapshot has and knows nothing. `neighbours` are objects of other APIs
    that stacks declare.
    """

    server: str = ""
    objects: tuple[Live, ...] = ()
    namespaces: tuple[Live, ...] = ()
    data_plane_namespaces: tuple[Live, ...] = ()
    unread: Mapping[Question, str] = field(default_factory=dict)
    served: frozenset[tuple[str, str]] = frozenset()
    secrets: tuple[Live, ...] = field(default=(), repr=False)
    organizations: frozenset[str] = frozenset()
    restricted: frozenset[tuple[str, str]] = frozenset()
    asked: tuple[Generation, ...] = field(default_factory=lambda: tuple(generations().values()))
    neighbours: tuple[Live, ...] = field(default=(), repr=False)

    def knows(self, what: HasKind, organization: str | None) -> bool:
        """Whether it has all objects of a kind in this organization: others are not in the cluster either."""
        return self.unread.keys().isdisjoint({Objects.of(what, None), Objects.of(what, organization)})

    def knows_data_planes(self, generation: Generation, organization: str) -> bool:
        """Whether it has all namespaces of the organization's environments on all data planes."""
        kinds = generation.of_role(Role.DATA_PLANE)
        return (
            self.knows(NAMESPACES, None)
            and all(self.knows(kind, organization) for kind in kinds)
            and not any(
                isinstance(each, DataPlaneNamespaces) and each.organization in ("", organization)
                for each in self.unread
            )
        )

    @property
    def generations(self) -> tuple[Generation, ...]:
        """Those of its generations that the API server serves; all if it serves none, as objects may remain."""
        return _served(self.asked, self.served) or self.asked

    def answers(self, question: Question) -> bool:
        """Whether this question was asked, and is answered."""
        if isinstance(question, DataPlaneNamespaces):
            return question.organization in {"", *self.organizations} and question not in self.unread
        if question.api_version in generations().keys() - {each.api_version for each in self.asked}:
            return False
        asked = question.organization in self.organizations or self._is_asked_everywhere(question)
        return asked and self.knows(question, question.organization)

    def _is_asked_everywhere(self, what: HasKind) -> bool:
        always: Sequence[HasKind] = (NAMESPACES, *_tenant_kinds(self.asked))
        asked = {(each.api_version, each.kind) for each in always} | self.served
        return (what.api_version, what.kind) in asked - self.restricted


def _tenant_kinds(of: Iterable[Generation]) -> tuple[Kind, ...]:
    return tuple(kind for generation in of for kind in generation.of_role(Role.TENANT))


def _served(asked: Iterable[Generation], served: Collection[tuple[str, str]]) -> tuple[Generation, ...]:
    versions = {api_version for api_version, _ in served}
    return tuple(each for each in asked if each.api_version in versions)


def tenant_kinds(snapshots: Iterable[Snapshot]) -> tuple[Kind, ...]:
    """The kinds of tenants that the clusters of these may have."""
    return _tenant_kinds(dict.fromkeys(each for snapshot in snapshots for each in snapshot.generations))


def key_of(live: Live) -> Key:
    """The key of an object of OpenChoreo in plans."""
    generation, kind = _generation_of(live), live.resource.kind
    api_version = live.resource.api_version if generation is None else generation.api_version
    is_tenant = generation is not None and generation.role(kind) is Role.TENANT
    return Key(api_version, kind, live.namespace or (live.name if is_tenant else ""), live.name)


def _generation_of(live: Live) -> Generation | None:
    """The generation of an object; for a namespace, the one whose tenant it is."""
    try:
        return generation_having(live.resource.api_version, live.resource.kind)
    except UnknownKindError:
        return None


async def served_kinds(cluster: Cluster, wanted: Sequence[Generation]) -> frozenset[tuple[str, str]]:
    """The kinds of some generations that the API server serves, each with its apiVersion.

    Raises ClusterError if the cluster cannot be queried at all. To be called first and alone: the first request finds
    out whether the server answers, and gets the credentials, for all later ones.
    """
    first, *others = wanted
    answers = [
        await cluster.kinds(first.group, first.version),
        *await asyncio.gather(*(cluster.kinds(each.group, each.version) for each in others)),
    ]
    served = {
        (generation.api_version, kind) for generation, kinds in zip(wanted, answers, strict=True) for kind in kinds
    }
    of_kubernetes = {
        each
        for generation, kinds in zip(wanted, answers, strict=True)
        if kinds
        for each in generation.kinds_of_kubernetes
    }
    return frozenset(served | of_kubernetes)


async def take(
    cluster: Cluster,
    organizations: Collection[str],
    given: Given | None = None,
    wanted: Collection[Generation] = (),
) -> Snapshot:
    """The snapshot of these organizations.

    `given` has kubeconfigs of data planes, `wanted` are generations (none: all). Raises ClusterError if the cluster
    cannot be queried at all.
    """
    about = tuple(each for each in generations().values() if not wanted or each in wanted)
    served = await served_kinds(cluster, about)
    unread: Unread = {}
    restricted: set[tuple[str, str]] = set()

    async def listed(resource: Resource, selector: Mapping[str, str], organization: str | None) -> list[Live]:
        try:
            return (await cluster.list(resource, selector, organization))[0]
        except ClusterError as problem:
            where = f" in namespace {organization!r}" if organization else ""
            unread[Objects.of(resource, organization)] = f"{resource.full_name}{where}: {problem}"
            return []

    async def named(resource: Resource, name: str) -> list[Live]:
        try:
            found = await cluster.get(resource, name)
        except ClusterError as problem:
            unread[Objects.of(resource, name)] = f"{resource.full_name} {name}: {problem}"
            return []
        return [] if found is None else [found]

    of_served = _served(about, served)

    async def of_kind(kind: Kind) -> list[Live]:
        resource = resource_of(kind)
        try:
            return (await cluster.list(resource, {}))[0]
        except ClusterError as problem:
            # Objects without an organization cannot be read by the names of organizations.
            if not isinstance(problem, Forbidden) or not (kind.namespaced or kind.role is Role.TENANT):
                unread[Objects.of(kind, None)] = f"{resource.full_name}: {problem}"
                return []
        restricted.add((kind.api_version, kind.kind))
        if kind.namespaced:
            found = await asyncio.gather(*(listed(resource, {}, each) for each in sorted(organizations)))
        else:
            found = await asyncio.gather(*(named(resource, each) for each in sorted(organizations)))
        return [live for lives in found for live in lives]

    asked = [kind for key, kind in all_kinds().items() if key in served and kind.kind != NAMESPACE]
    *objects, namespaces = await asyncio.gather(*map(of_kind, asked), listed(NAMESPACES, {}, None))
    tenants = [live for live in namespaces if any(_owns_objects(each, live) for each in of_served)]
    every = (*tenants, *(live for found in objects for live in found))
    planes = [
        live.manifest
        for live in every
        if key_of(live).role is Role.DATA_PLANE and live.namespace in {None, *organizations}
    ]
    # A namespace that does not exist has no objects, and no role can be bound in it.
    there = {live.name for live in namespaces} if Objects.of(NAMESPACES, None) not in unread else {*organizations}
    elsewhere, secrets = await asyncio.gather(
        list_namespaces(cluster, planes, given or {}, unread),
        asyncio.gather(
            *(
                listed(SECRETS, generation.data_planes.connections(each), each)
                for each in sorted({*organizations} & there)
                for generation in of_served or about
                if generation.data_planes.connections is not None
            )
        ),
    )
    # A data plane may be the control plane's cluster, with another kubeconfig.
    of_data_planes = {live.metadata.get("uid"): live for live in (*namespaces, *elsewhere.namespaces)}
    return Snapshot(
        server=cluster.server,
        objects=every,
        namespaces=tuple(namespaces),
        data_plane_namespaces=tuple(of_data_planes.values()),
        unread=unread,
        served=served,
        secrets=_each_once(without_data(live) for found in secrets for live in found if generation_of_secret(live)),
        organizations=frozenset(organizations),
        restricted=frozenset(restricted),
        asked=about,
    )


def _owns_objects(generation: Generation, namespace: Live) -> bool:
    """Whether a namespace is itself a tenant of the generation."""
    return generation.tenant_is_a_namespace and bool(generation.namespaces.tenant(namespace.name, namespace.labels))


def merged(snapshots: Sequence[Snapshot]) -> Snapshot:
    """One snapshot of a cluster from several, which were read with different credentials."""
    first, *others = snapshots
    if not others:
        return first
    unread = {
        question: why
        for each in snapshots
        for question, why in each.unread.items()
        if not any(other.answers(question) for other in snapshots)
    }
    return replace(
        first,
        objects=_each_once(live for each in snapshots for live in each.objects),
        namespaces=_each_once(live for each in snapshots for live in each.namespaces),
        data_plane_namespaces=_each_once(live for each in snapshots for live in each.data_plane_namespaces),
        secrets=_each_once(live for each in snapshots for live in each.secrets),
        unread=unread,
        organizations=frozenset(name for each in snapshots for name in each.organizations),
        restricted=frozenset(
            kind
            for each in snapshots
            for kind in each.restricted
            if all(kind in other.restricted for other in snapshots if kind in other.served)
        ),
        served=frozenset.union(*(each.served for each in snapshots)),
        asked=tuple(dict.fromkeys(generation for each in snapshots for generation in each.asked)),
    )


def _each_once(lives: Iterable[Live]) -> tuple[Live, ...]:
    return tuple({live.metadata.get("uid"): live for live in lives}.values())


def generation_of_secret(secret: Live) -> Generation | None:
    """The generation of a Secret that choreo makes of a data plane's kubeconfig, by its labels; None for others."""
    found = (each for each in generations().values() if each.data_planes.connected(secret.manifest) is not None)
    return next(found, None)


def without_data(secret: Live) -> Live:
    """A Secret without its data."""
    kept = {part: value for part, value in secret.manifest.items() if part in ("apiVersion", "kind", "metadata")}
    return Live(secret.resource, kept)


def organizations_of(live: Live) -> tuple[str, ...]:
    """The organizations that an object may belong to: the one that it is in, and the one that it names."""
    return generation_having(live.resource.api_version, live.resource.kind).ownership.organizations(live.manifest)


def other_organizations(snapshot: Snapshot, organizations: Collection[str]) -> list[str]:
    """The organizations that have objects in the cluster, and were not requested."""
    found = {
        organizations_of(live)[-1] for live in snapshot.objects if not {*organizations_of(live)} & {*organizations}
    }
    for generation in snapshot.generations:
        of = generation.namespaces
        for live in snapshot.namespaces:
            found |= {of.tenant(live.name, live.labels) or "", of.builds(live.name, live.labels) or ""}
        for live in snapshot.data_plane_namespaces:
            organization, _, environment = of.cell(live.labels)
            found.add(organization if environment else "")
    return sorted(found - {"", *organizations})


def absent_organizations(snapshots: Sequence[Snapshot], organizations: Iterable[str]) -> list[str]:
    """Those of the organizations that are known to be in none of the clusters."""
    there = {live.name for snapshot in snapshots for live in snapshot.objects if key_of(live).role is Role.TENANT}
    kinds = tenant_kinds(snapshots)
    known = {name for name in organizations if all(each.knows(kind, name) for each in snapshots for kind in kinds)}
    return sorted(known - there)

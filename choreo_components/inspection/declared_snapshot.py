"""Declared snapshot: reads from a cluster the objects that some stacks declare, and needs no further rights.

It sends one list for each declared kind in each organization; single requests for cluster-scoped objects such as
Organizations, for their namespaces, and for Secrets; and lists of namespaces in the clusters of the environments' data
planes.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from itertools import chain

from choreo_components.api import kind_of
from choreo_components.api.generation import SECRET
from choreo_components.api.generations import generations
from choreo_components.inspection.data_planes import Given, list_namespaces
from choreo_components.inspection.questions import DataPlaneNamespaces, Objects, Unread
from choreo_components.inspection.snapshot import Snapshot, key_of, served_kinds
from choreo_components.kubernetes.client import Cluster, ClusterError
from choreo_components.kubernetes.objects import NAMESPACES, SECRETS, Live, Resource, resource_named
from choreo_components.plan.nodes import Key, Plan
from choreo_components.preflight.neighbours import resources_of

_Found = tuple[Live, ...]


async def take_declared(cluster: Cluster, plans: Sequence[Plan], given: Given) -> Snapshot:
    """The snapshot of what the plans declare; `given` has kubeconfigs of data planes.

    Raises ClusterError if the cluster cannot be queried at all.
    """
    wanted = dict.fromkeys(each for plan in plans for each in plan.generations)
    served = await served_kinds(cluster, list(wanted) or list(generations().values()))
    reader = _Reader(cluster, plans)
    objects, secrets, tenants, neighbours = await asyncio.gather(
        reader.objects(), reader.secrets(), reader.tenant_namespaces(), reader.neighbours()
    )
    data_planes = await reader.data_planes(objects)
    elsewhere = await list_namespaces(cluster, [each.manifest for each in data_planes], given, reader.unread)
    here: _Found = ()
    # As long as its DataPlane does not exist, the only known cluster of an environment is this one.
    if elsewhere.here or len(data_planes) < len(reader.references):
        here = await reader.listed(NAMESPACES, None)
    return Snapshot(
        server=cluster.server,
        objects=objects,
        namespaces=(*tenants, *here),
        data_plane_namespaces=(*here, *elsewhere.namespaces),
        unread=reader.unread,
        served=served | {(each.resource.api_version, each.resource.kind) for each in neighbours},
        secrets=secrets,
        neighbours=neighbours,
    )


class _Reader:
    """Reads objects, and records in `unread` what it could not read."""

    def __init__(self, cluster: Cluster, plans: Sequence[Plan]) -> None:
        self._cluster = cluster
        self._wanted = [each for plan in plans for each in plan.objects_in_cluster]
        self._listed = {
            Objects.of(node.key, node.key.organization)
            for plan in plans
            for node in plan.objects
            if kind_of(node.key.api_version, node.key.kind).namespaced
        }
        self.references = {node.declared.data_plane for plan in plans for node in plan.namespaces}
        """The data planes of the environments with namespaces; None if one names no data plane."""
        self.unread: Unread = {}
        self._neighbours = [node for plan in plans for node in plan.neighbours]

    async def objects(self) -> _Found:
        """The objects of the plans' kinds in their organizations; cluster-scoped ones by name."""
        single = {each.node for each in self._wanted if each.is_declared and each.namespace is None}
        return await _all(
            [
                *(self.named(resource_named(key.api_version, key.kind), key.name) for key in sorted(single)),
                *(
                    self.listed(resource_named(each.api_version, each.kind), each.organization)
                    for each in sorted(self._listed)
                ),
            ]
        )

    async def secrets(self) -> _Found:
        """The Secrets with data planes' kubeconfigs."""
        wanted = {(each.name, each.namespace) for each in self._wanted if each.kind == SECRET}
        return await _all([self.named(SECRETS, name, organization) for name, organization in sorted(wanted)])

    async def tenant_namespaces(self) -> _Found:
        """The namespaces of the organizations, which are not declared themselves."""
        names = {each.name for each in self._wanted if each.tenant and not each.is_declared}
        return await _all([self.named(NAMESPACES, name) for name in sorted(names)])

    async def neighbours(self) -> _Found:
        """The objects of other APIs that the cluster serves."""
        try:
            resources = await resources_of(self._cluster, self._neighbours)
        except ClusterError as problem:
            for node in self._neighbours:
                question = Objects.of(node.key, node.key.organization or node.key.name)
                self.unread[question] = f"{node.neighbour}: {problem}"
            return ()
        wanted = [
            (resources[node.key.api_version, node.key.kind], node.key.name, node.key.organization or None)
            for node in self._neighbours
            if (node.key.api_version, node.key.kind) in resources
        ]
        return await _all([self.named(*each) for each in dict.fromkeys(wanted)])

    async def data_planes(self, objects: _Found) -> _Found:
        """The data planes of the environments with namespaces: those among the objects, and those of other stacks."""
        seen = {key_of(live): live for live in objects}
        wanted = sorted(
            Key(each.api_version, each.kind, each.organization, each.known_as) for each in self.references if each
        )
        others = await _all(
            [
                self.named(
                    resource_named(key.api_version, key.kind),
                    key.name,
                    key.organization,
                    DataPlaneNamespaces(key.organization, key.name),
                )
                for key in wanted
                if key not in seen and Objects.of(key, key.organization) not in self._listed
            ]
        )
        return (*(seen[key] for key in wanted if key in seen), *others)

    async def listed(self, resource: Resource, organization: str | None) -> _Found:
        """All objects of a kind, in an organization's namespace if one is given."""
        try:
            return tuple((await self._cluster.list(resource, {}, organization))[0])
        except ClusterError as problem:
            where = f" in namespace {organization!r}" if organization else ""
            self.unread[Objects.of(resource, organization)] = f"{resource.full_name}{where}: {problem}"
            return ()

    async def named(
        self, resource: Resource, name: str, organization: str | None = None, of: DataPlaneNamespaces | None = None
    ) -> _Found:
        """An object, if it exists. If it cannot be read, the question `of`, or else that of its kind, is open."""
        try:
            found = await self._cluster.get(resource, name, organization)
        except ClusterError as problem:
            question = of or Objects.of(resource, organization or name)
            self.unread[question] = f"{of or f'{resource.full_name} {name}'}: {problem}"
            return ()
        return () if found is None else (found,)


async def _all(requests: Sequence[Awaitable[_Found]]) -> _Found:
    return tuple(chain.from_iterable(await asyncio.gather(*requests)))

"""A sighting: what a cluster has of the objects that some stacks declare, asked for with no more rights than it takes.

One list for each kind of object in each organization, as far as the stacks have it; single requests for Organizations,
their namespaces, and Secrets; namespaces of environments where their data planes are.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from itertools import chain

from choreo_components.api.core_v1 import API_VERSION
from choreo_components.inspection.data_planes import DATA_PLANES, Given, Unread, look_elsewhere
from choreo_components.inspection.snapshot import ORGANIZATIONS, Census
from choreo_components.kubernetes.client import Cluster, ClusterError
from choreo_components.kubernetes.objects import NAMESPACES, SECRETS, Live, Resource, resource_named
from choreo_components.plan.nodes import NamespaceNode, ObjectNode, Plan, SecretNode

_Found = tuple[Live, ...]


async def see(cluster: Cluster, plans: Sequence[Plan], given: Given) -> Census:
    """The census of what the plans declare; `given` has kubeconfigs of data planes.

    Raises ClusterError when the cluster cannot be asked at all.
    """
    group, _, version = API_VERSION.partition("/")
    # By itself, as in census.take.
    served = await cluster.kinds(group, version)
    sighting = _Sighting(cluster, plans)
    objects, secrets, own = await asyncio.gather(sighting.objects(), sighting.secrets(), sighting.own_namespaces())
    data_planes = await sighting.data_planes(objects)
    elsewhere = await look_elsewhere(cluster, [each.manifest for each in data_planes], given, sighting.unread)
    here: _Found = ()
    # As long as its DataPlane is not there, no other cluster is known of an environment than this one.
    if elsewhere.here or len(data_planes) < len(sighting.references):
        here = await sighting.listed(NAMESPACES, None)
    return Census(
        server=cluster.server,
        objects=objects,
        namespaces=(*own, *here),
        data_plane_namespaces=(*here, *elsewhere.namespaces),
        unread=sighting.unread,
        served=served,
        secrets=secrets,
    )


class _Sighting:
    """Asks, and remembers in `unread` what it could not see."""

    def __init__(self, cluster: Cluster, plans: Sequence[Plan]) -> None:
        self._cluster = cluster
        self._nodes = [node for plan in plans for node in plan.nodes]
        declared = {node.key: node.declared for node in self._nodes if isinstance(node, ObjectNode)}
        self._kinds = {(key.kind, key.organization) for key in declared}
        provisioned = {node.environment for node in self._nodes if isinstance(node, NamespaceNode)}
        self.references = {(key.organization, str(declared[key].spec.data_plane_ref or "")) for key in provisioned}
        """The data planes that the environments with namespaces run on: their organizations and names."""
        self.unread: Unread = {}

    async def objects(self) -> _Found:
        """The objects of the plans' kinds in their organizations."""
        return await _all(
            [
                self.named(resource_named(API_VERSION, kind), organization)
                if kind == ORGANIZATIONS
                else self.listed(resource_named(API_VERSION, kind), organization)
                for kind, organization in sorted(self._kinds)
            ]
        )

    async def secrets(self) -> _Found:
        """The Secrets with data planes' kubeconfigs."""
        keys = {node.key for node in self._nodes if isinstance(node, SecretNode)}
        return await _all([self.named(SECRETS, key.name, key.organization) for key in sorted(keys)])

    async def own_namespaces(self) -> _Found:
        """The namespaces of the organizations themselves."""
        organizations = sorted(organization for kind, organization in self._kinds if kind == ORGANIZATIONS)
        return await _all([self.named(NAMESPACES, organization) for organization in organizations])

    async def data_planes(self, objects: _Found) -> _Found:
        """The DataPlanes of the environments with namespaces: those among the objects, and those of others."""
        resource = resource_named(API_VERSION, "DataPlane")
        seen = {(live.namespace, live.name): live for live in objects if live.resource == resource}
        lacking = sorted(each for each in self.references if ("DataPlane", each[0]) not in self._kinds and each[1])
        others = await _all(
            [
                self.named(resource, name, organization, f"{DATA_PLANES}{organization}/{name}")
                for organization, name in lacking
            ]
        )
        return (*(seen[each] for each in sorted(self.references) if each in seen), *others)

    async def listed(self, resource: Resource, organization: str | None) -> _Found:
        """All objects of a kind, in an organization's namespace if it has one."""
        try:
            return tuple((await self._cluster.list(resource, {}, organization))[0])
        except ClusterError as problem:
            where = f" in namespace {organization!r}" if organization else ""
            self.unread[resource.kind, organization] = f"{resource.full_name}{where}: {problem}"
            return ()

    async def named(self, resource: Resource, name: str, organization: str | None = None, of: str = "") -> _Found:
        """An object, if it is there. If that is not known, neither is any of its kind, or what is called `of`."""
        try:
            found = await self._cluster.get(resource, name, organization)
        except ClusterError as problem:
            self.unread[of or resource.kind, organization or name] = (
                f"{of or f'{resource.full_name} {name}'}: {problem}"
            )
            return ()
        return () if found is None else (found,)


async def _all(requests: Sequence[Awaitable[_Found]]) -> _Found:
    return tuple(chain.from_iterable(await asyncio.gather(*requests)))

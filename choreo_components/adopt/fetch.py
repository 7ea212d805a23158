"""Reads the live organization from its cluster. Nothing is written there."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import Any

from choreo_components.adopt.organization import LiveOrganization, data_plane_of
from choreo_components.api import Generation, Kind, Role
from choreo_components.api.generations import generations
from choreo_components.kubernetes.client import RIGHTS, Cluster, ClusterError, Forbidden
from choreo_components.kubernetes.cluster_identity import identity_of
from choreo_components.kubernetes.objects import NAMESPACES, Live, resource_of
from choreo_components.preflight.crd_compatibility import definitions
from choreo_components.preflight.data_planes import Connection, NoConnection, connections, full_name
from choreo_components.preflight.unsupported_conditions import missing_field


class NoOrganization(Exception):
    """The cluster has no such organization: the message lists those that exist."""


async def read_organization(
    cluster: Cluster,
    organization: str,
    given: Mapping[str, str] | None = None,
    among: Sequence[Generation] | None = None,
) -> LiveOrganization:
    """The organization and everything that belongs to it, by one list for each kind and each data plane's cluster.

    A namespace that names no environment is looked up on the control plane's cluster. `given` are the texts of
    kubeconfigs by the names of their data planes, and `among` the generations that the organization may be of.

    Raises NoOrganization, and ClusterError if the cluster cannot be queried.
    """
    generation, owner = await _owner(cluster, organization, among or tuple(generations().values()))
    of = generation.namespaces
    kinds = [kind for kind in generation.kinds if kind.role is not Role.TENANT]
    installed, identity, namespace, (here, _), *listings = await _all(
        definitions(cluster, [generation]),
        identity_of(cluster),
        cluster.get(NAMESPACES, organization),
        cluster.list(NAMESPACES, of.of_organization(organization)),
        *(cluster.list(resource_of(kind), {}, organization if kind.namespaced else None) for kind in kinds),
    )
    objects = (owner, *(live for lives, _ in listings for live in lives))
    by_role: dict[Role | None, list[Live]] = {}
    for live in objects:
        by_role.setdefault(generation.role(live.resource.kind), []).append(live)
    environments = {live.name: data_plane_of(live.manifest) for live in by_role.get(Role.ENVIRONMENT, ())}
    planes = [
        live.manifest for live in by_role.get(Role.DATA_PLANE, ()) if full_name(live.manifest) in environments.values()
    ]
    ways = await connections(cluster, planes, given)
    closed = {name: str(way) for name, way in ways.items() if isinstance(way, NoConnection)}
    texts = {
        name: way.kubeconfig for name, way in ways.items() if isinstance(way, Connection) and way.kubeconfig is not None
    }

    def data_plane(live: Live) -> str | None:
        """The data plane of the environment that a namespace names."""
        return environments.get(of.cell(live.labels)[2])

    async def elsewhere(name: str) -> list[Live]:
        try:
            async with Cluster(texts[name]) as there:
                found, _ = await there.list(NAMESPACES, of.of_organization(organization))
        except ClusterError as problem:
            closed[name] = str(problem)
            return []
        return [live for live in found if data_plane(live) == name]

    namespaces = [live for live in here if data_plane(live) not in {*texts, *closed}]
    for found in await asyncio.gather(*map(elsewhere, texts)):
        namespaces += found
    return LiveOrganization(
        generation,
        organization,
        objects,
        namespace,
        tuple(namespaces),
        texts,
        closed,
        frozenset((kind.api_version, kind.kind) for kind in generation.kinds if missing_field(installed, kind)),
        identity,
    )


async def _owner(cluster: Cluster, organization: str, among: Iterable[Generation]) -> tuple[Generation, Live]:
    """The Organization (or its namespace), and its generation. Raises NoOrganization."""
    problems = []
    for generation in among:
        for kind in generation.of_role(Role.TENANT):
            owner = await cluster.get(resource_of(kind), organization)
            if owner is not None and _is_tenant(generation, owner):
                return generation, owner
            problems.append(await _missing(cluster, generation, kind, organization, owner))
    raise NoOrganization("\n".join(problems))


def _is_tenant(generation: Generation, owner: Live) -> bool:
    """Whether an object of a tenant's kind is a tenant. A namespace is one if it has the generation's label."""
    return not generation.tenant_is_a_namespace or bool(generation.namespaces.tenant(owner.name, owner.labels))


async def _missing(cluster: Cluster, generation: Generation, kind: Kind, organization: str, owner: Live | None) -> str:
    """The message about a missing organization."""
    missing = f"no {kind.kind} {organization!r} in {cluster.server}"
    unserved = f"the cluster serves no {generation.api_version}: {cluster.server}"
    if generation.tenant_is_a_namespace and not await cluster.kinds(generation.group, generation.version):
        return unserved
    if owner is not None:
        wanted = " ".join(f"{key}={value}" for key, value in generation.namespaces.tenant_labels(organization).items())
        label = f"kubectl label {owner.command} {wanted}, and adopt again"
        return f"{owner} has no objects of OpenChoreo: its label {wanted} is missing; {label}"
    try:
        others, version = await cluster.list(resource_of(kind), {})
    except Forbidden:
        return missing
    if version is None:
        return unserved
    there = ", ".join(sorted(each.name for each in others if _is_tenant(generation, each))) or "none"
    return f"{missing}; there are: {there}"


async def _all(*requests: Awaitable[Any]) -> list[Any]:
    """The answers. Raises Forbidden with all missing permissions, so that they can be granted at once."""
    answers = await asyncio.gather(*requests, return_exceptions=True)
    forbidden = [str(each) for each in answers if isinstance(each, Forbidden)]
    for each in answers:
        if isinstance(each, BaseException) and not isinstance(each, Forbidden):
            raise each
    if forbidden:
        raise Forbidden("\n".join([*forbidden, RIGHTS]))
    return answers

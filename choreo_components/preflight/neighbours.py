"""Neighbours at preflight: what the cluster knows about objects of other APIs.

Which kinds it serves, and how it addresses them; whether these objects have a namespace as they must; and what they are
in the cluster now.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from choreo_components.api.generation import Role
from choreo_components.api.generations import generations
from choreo_components.config.findings import Finding, error, warning
from choreo_components.kubernetes.client import Cluster, Forbidden
from choreo_components.kubernetes.objects import NAMESPACES, Live, Resource
from choreo_components.plan.nodes import Key, NeighbourNode, Plan
from choreo_components.preflight.terminating import deletion_errors

Resources = Mapping[tuple[str, str], Resource]
"""How a cluster addresses the kinds that it serves, by apiVersion and kind."""

READS_AT_ONCE = 8
"""Objects that are read concurrently."""


@dataclass(frozen=True)
class Served:
    """What a cluster serves of a plan's neighbours.

    `skipped` are those that are for other clusters. `findings` report these, and what is wrong with the others.
    """

    resources: Resources = field(default_factory=dict)
    skipped: frozenset[Key] = frozenset()
    findings: tuple[Finding, ...] = ()


async def resources_of(cluster: Cluster, neighbours: Iterable[NeighbourNode]) -> Resources:
    """How the cluster addresses the kinds of the neighbours, as far as it serves them; one request per apiVersion.

    Raises ClusterError if it cannot be asked.
    """
    versions = sorted({node.key.api_version for node in neighbours})
    answers = await asyncio.gather(*(cluster.resources(version) for version in versions))
    return {
        (version, kind): resource
        for version, answer in zip(versions, answers, strict=True)
        for kind, resource in answer.items()
    }


async def served(cluster: Cluster, plan: Plan) -> Served:
    """What the cluster serves of the plan's neighbours. Raises ClusterError if it cannot be asked."""
    if not plan.neighbours:
        return Served()
    resources = await resources_of(cluster, plan.neighbours)
    absent = [node for node in plan.neighbours if (node.key.api_version, node.key.kind) not in resources]
    optional = [node for node in absent if node.neighbour.optional]
    findings = [
        *_skipped(optional),
        *_unserved([node for node in absent if not node.neighbour.optional], resources),
        *_misplaced(plan, resources),
    ]
    return Served(resources, frozenset(node.key for node in optional), tuple(findings))


def _skipped(nodes: Iterable[NeighbourNode]) -> Iterator[Finding]:
    """A warning for each file with an object that is for other clusters."""
    files = set()
    for node in nodes:
        where = node.neighbour.at("kind")
        if where.file not in files:
            files.add(where.file)
            yield warning(where, f"skipped: the cluster does not serve {node.key.kind} of {node.key.api_version}")


def _unserved(nodes: Iterable[NeighbourNode], resources: Resources) -> Iterator[Finding]:
    """An error for each kind that the cluster does not serve, at its first object."""
    kinds = set()
    for node in nodes:
        kind = node.key.api_version, node.key.kind
        if kind not in kinds:
            kinds.add(kind)
            others = sorted(each for version, each in resources if version == node.key.api_version)
            known = f", only {', '.join(others)}" if others else ""
            message = (
                f"the cluster does not serve {node.key.kind} of {node.key.api_version}{known}; install its definition "
                "beforehand, or leave the object out"
            )
            yield error(node.neighbour.at("kind" if others else "apiVersion"), message)


def _misplaced(plan: Plan, resources: Resources) -> Iterator[Finding]:
    """An error for each neighbour whose kind has a namespace and that has none, or the reverse."""
    for node in plan.neighbours:
        resource = resources.get((node.key.api_version, node.key.kind))
        if resource is None or resource.namespaced == bool(node.key.organization):
            continue
        where = node.neighbour.at("metadata", "namespace")
        if resource.namespaced:
            yield error(where, f"required field is missing: the namespace of the {node.key.kind}")
        else:
            yield error(where, f"a {node.key.kind} belongs to the whole cluster and has no namespace; remove it")


@dataclass(frozen=True)
class Found:
    """The neighbours that already exist in the cluster, by node; `findings` are about them and their namespaces.

    `leaving` are errors about objects that are being deleted.
    """

    lives: Mapping[Key, Live] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    leaving: tuple[Finding, ...] = ()


async def read_existing(cluster: Cluster, plan: Plan, resources: Resources) -> Found:
    """Reads the plan's neighbours one by one, as a list of Secrets would include those of others.

    Also their namespaces, unless the plan makes them. What the credentials may not read is left out. Raises
    ClusterError if the cluster cannot be asked.
    """
    gate = asyncio.Semaphore(READS_AT_ONCE)

    async def read(resource: Resource, name: str, namespace: str | None) -> tuple[bool, Live | None]:
        async with gate:
            try:
                return True, await cluster.get(resource, name, namespace)
            except Forbidden:
                return False, None

    nodes = [node for node in plan.neighbours if (node.key.api_version, node.key.kind) in resources]
    outside: dict[str, NeighbourNode] = {}
    for node in nodes:
        if node.key.organization and node.home is None:
            outside.setdefault(node.key.organization, node)
    answers, namespaces = await asyncio.gather(
        asyncio.gather(
            *(
                read(resources[node.key.api_version, node.key.kind], node.key.name, node.key.organization or None)
                for node in nodes
            )
        ),
        asyncio.gather(*(read(NAMESPACES, name, None) for name in outside)),
    )
    lives = {node.key: live for node, (_, live) in zip(nodes, answers, strict=True) if live is not None}
    around = dict(zip(outside, namespaces, strict=True))
    read_now = [(lives.get(node.key), node.neighbour.at("metadata", "name")) for node in nodes]
    read_now += [(around[name][1], node.neighbour.at("metadata", "namespace")) for name, node in outside.items()]
    missing = (node for name, node in outside.items() if around[name] == (True, None))
    return Found(lives, (*map(_without_namespace, missing), *_tenants(nodes, lives)), tuple(deletion_errors(read_now)))


def _without_namespace(node: NeighbourNode) -> Finding:
    message = (
        f"{node.neighbour} needs namespace {node.key.organization!r}, which is neither in this stack nor in the "
        "cluster; declare or create it"
    )
    return error(node.neighbour.at("metadata", "namespace"), message)


def _tenants(nodes: Iterable[NeighbourNode], lives: Mapping[Key, Live]) -> Iterator[Finding]:
    """An error for each namespace that is OpenChoreo's in the cluster, and declared as a plain one."""
    for node in nodes:
        live = lives.get(node.key)
        if live is None or live.resource != NAMESPACES:
            continue
        for generation in generations().values():
            of = generation.namespaces
            if generation.tenant_is_a_namespace and of.tenant(live.name, live.labels):
                lost = ", ".join(f"{key}={value}" for key, value in of.tenant_labels(live.name).items())
                message = f"the namespace would lose the label {lost}, which it has in the cluster; declare the label"
                yield error(node.neighbour.at("metadata", "name"), message)


def elsewhere(plan: Plan, remote: Mapping[Key, str]) -> Iterator[Finding]:
    """An error for each neighbour in a namespace on a data plane that is a separate cluster.

    `remote` has the environments with such a data plane, as ORGANIZATION/NAME.
    """
    environments = {made.key: made.environment for made in plan.namespaces}
    for bound in plan.objects:
        generation = bound.declared.generation
        maker = generation.namespaces.maker
        if maker is not None and bound.key.kind == maker.kind:
            organization, _, environment = generation.cell_of(bound.declared.wire)
            kind = generation.kind_of_role(Role.ENVIRONMENT).kind
            environments[bound.key] = Key(generation.api_version, kind, organization, environment)
    for node in plan.neighbours:
        environment_key = None if node.home is None else environments.get(node.home)
        if environment_key is not None and (data_plane := remote.get(environment_key)) is not None:
            message = (
                f"the namespace is on data plane {data_plane!r}, which is a separate cluster, but objects of other "
                "APIs are created on the control plane; declare it in a stack of that cluster"
            )
            yield error(node.neighbour.at("metadata", "namespace"), message)

"""Terminating objects: those with a deletionTimestamp, which still exist by name and will soon be gone.

The Kubernetes provider treats such an object as up to date, and what is applied to it is lost with it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Collection, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from choreo_components.api.generation import Generation, Role, Severity, Target
from choreo_components.config.findings import Finding, Location, error
from choreo_components.kubernetes.client import Cluster, Forbidden
from choreo_components.kubernetes.deletion import deletion
from choreo_components.kubernetes.objects import NAMESPACES, SECRETS, Live, resource_named
from choreo_components.plan.nodes import Key, NamespaceNode, Plan
from choreo_components.plan.references import Found, Reference
from choreo_components.preflight.existing import Existing

_Answer = TypeVar("_Answer")

_NOTHING: tuple[list[Live], str | None] = ([], None)
"""An empty list."""


async def terminating(cluster: Cluster, plan: Plan, existing: Existing, remote: Mapping[Key, str]) -> list[Finding]:
    """An error for each terminating object of the plan on the control plane, and for each organization's namespace.

    One request for each organization, and for each Secret. `existing` has the objects, `remote` the environments whose
    data plane is a separate cluster. What the credentials may not read is left out: that is reported as missing rights.
    Raises ClusterError if the cluster cannot be asked.
    """
    # If an organization is its namespace, it is among the plan's objects.
    tenants = {node.key.name for node in plan.of_role(Role.TENANT) if node.declared.generation.tenant_is_a_namespace}
    organizations: dict[str, Location] = {}
    for node in plan.objects:
        if node.key.organization and node.key.organization not in tenants:
            # Its namespace has the place of the first object in it.
            organizations.setdefault(node.key.organization, node.declared.at("metadata", "name"))
    secrets = {node.key: node.declared.at("metadata", "name") for node in plan.secrets}
    in_organizations, in_secrets, on_data_plane = await asyncio.gather(
        asyncio.gather(*(_readable(cluster.get(NAMESPACES, name), None) for name in organizations)),
        asyncio.gather(*(_readable(cluster.get(SECRETS, key.name, key.organization), None) for key in secrets)),
        terminating_namespaces(cluster, plan, remote),
    )
    lives: list[tuple[Live | None, Location]] = [
        (existing.of(node.key), node.declared.at("metadata", "name")) for node in plan.objects
    ]
    lives += zip(in_organizations, organizations.values(), strict=True)
    lives += zip(in_secrets, secrets.values(), strict=True)
    return [*deletion_errors(lives), *on_data_plane]


async def terminating_namespaces(
    cluster: Cluster, plan: Plan, remote: Mapping[Key, str], data_plane: str | None = None
) -> list[Finding]:
    """An error for each terminating data-plane namespace of the plan in this cluster.

    `cluster` is the one of `data_plane`, which is one of those in `remote`; None: the control plane's. One request for
    each organization, and another if some of the namespaces are not found by their labels. Raises ClusterError if the
    cluster cannot be asked.
    """
    wanted: dict[tuple[str, Generation], list[NamespaceNode]] = defaultdict(list)
    for node in plan.namespaces:
        if remote.get(node.environment) == data_plane:
            wanted[node.key.organization, node.declared.generation].append(node)
    listings = await asyncio.gather(*(_labelled(cluster, *owner, nodes) for owner, nodes in wanted.items()))
    found = {live.name: live for lives in listings for live in lives}
    nodes = [node for group in wanted.values() for node in group]
    if unlabelled := {node.name for node in nodes} - found.keys():
        found |= {live.name: live for live in await _named(cluster, unlabelled)}
    return list(deletion_errors((found.get(node.name), node.declared.at("metadata", "name")) for node in nodes))


def leaving(references: Collection[Reference], live: Found) -> Iterator[Finding]:
    """A finding for each terminating object outside the stack that is referred to, at the first such reference.

    It is an error even if a missing object would be a warning, because that may still be created: a namespace would be
    made for a project that is being deleted. Only a pipeline may name a terminating environment, which OpenChoreo
    allows.
    """
    groups: dict[Target, list[Reference]] = defaultdict(list)
    for reference in references:
        groups[reference.target].append(reference)
    for target, group in groups.items():
        found = _live(target, live.get(target))
        if found is not None and (deleted := deletion(found)) is not None:
            needing = [each for each in group if each.holds]
            worst = (needing or group)[0]
            others = f" ({len(group) - 1} more refer to it)" if len(group) > 1 else ""
            message = (
                f"{found}, which {worst.source} refers to, is {deleted}; wait until it is gone "
                f"(kubectl get {found.command}), then create it again{others}"
            )
            yield Finding(Severity.ERROR if needing else Severity.WARNING, worst.where, message)


def _live(target: Target, manifest: Mapping[str, Any] | None) -> Live | None:
    return None if manifest is None else Live(resource_named(target.api_version, target.kind), manifest)


async def _labelled(
    cluster: Cluster, organization: str, generation: Generation, nodes: Collection[NamespaceNode]
) -> list[Live]:
    """The organization's data-plane namespaces; only those of one environment if no other is needed."""
    environments = {node.environment.name for node in nodes}
    selector = generation.namespaces.of_organization(organization)
    if len(environments) == 1:
        selector = generation.namespaces.of_environment(organization, *environments)
    return (await _readable(cluster.list(NAMESPACES, selector), _NOTHING))[0]


async def _named(cluster: Cluster, names: Collection[str]) -> list[Live]:
    """Namespaces by their names, whatever labels they have."""
    if len(names) == 1:
        one = await _readable(cluster.get(NAMESPACES, *names), None)
        return [] if one is None else [one]
    lives, _ = await _readable(cluster.list(NAMESPACES, {}), _NOTHING)
    return [live for live in lives if live.name in names]


async def _readable(answer: Awaitable[_Answer], otherwise: _Answer) -> _Answer:
    """The answer, or `otherwise` if the credentials have no right to it."""
    try:
        return await answer
    except Forbidden:
        return otherwise


def deletion_errors(lives: Iterable[tuple[Live | None, Location]]) -> Iterator[Finding]:
    """An error for each object that is terminating, at its place."""
    for live, where in lives:
        if live is not None and (deleted := deletion(live)) is not None:
            # The conditions of a namespace report what remains in it, or why that is unknown.
            why = "".join(f"; {line}" for line in live.condition_lines) if live.resource == NAMESPACES else ""
            advice = f"wait until it is gone (kubectl get {live.command}), then run pulumi up --refresh"
            yield error(where, f"{live} is {deleted}{why}; {advice}")

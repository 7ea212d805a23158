"""Replacements: objects of the plan that differ from the cluster's in a field that cannot be changed in place."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from choreo_components.api import kind_of
from choreo_components.config.findings import Finding
from choreo_components.kubernetes.client import Cluster, Forbidden
from choreo_components.kubernetes.objects import Live, resource_of
from choreo_components.plan.nodes import ObjectNode, Plan
from choreo_components.preflight.existing import Existing, matches


def replaced(node: ObjectNode, live: Live) -> Iterator[tuple[str, ...]]:
    """The fields whose changes replace the object in the cluster."""
    for field in kind_of(node.key.api_version, node.key.kind).replaced_by:
        path = tuple(field.split("."))
        current, wanted = _at(live.manifest, path), _at(node.declared.wire, path)
        if current is not None and not matches(current, wanted):
            yield path


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


async def replacements(cluster: Cluster, plan: Plan, existing: Existing) -> list[Finding]:
    """Findings about the objects that are to be replaced, and about their dependents.

    Without such an object there are no requests. Raises ClusterError if the cluster cannot be asked.
    """
    lives = ((node, existing.of(node.key)) for node in plan.objects)
    # An object with several such fields is reported once.
    changed = [
        (node, live, path)
        for node, live in lives
        if live is not None and (path := next(replaced(node, live), None)) is not None
    ]
    found = await asyncio.gather(*(_finding(cluster, *each) for each in changed))
    return [finding for finding in found if finding is not None]


async def _finding(cluster: Cluster, node: ObjectNode, live: Live, path: tuple[str, ...]) -> Finding | None:
    generation = node.declared.generation
    dependents = [
        resource_of(generation.by_name[kind]) for kind in kind_of(node.key.api_version, node.key.kind).dependents
    ]
    others: list[Mapping[str, Any]] = []
    for resource in dependents:
        try:
            found, _ = await cluster.list(resource, {}, live.namespace)
        except Forbidden:
            continue
        others += [each.manifest for each in found]
    violation = generation.replacement(path, live.manifest, others)
    if violation is None:
        return None
    return Finding(violation.severity, node.declared.at(*violation.path), violation.message)

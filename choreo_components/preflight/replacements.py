"""A replacement: an object of the plan that differs from the cluster's in a field that makes another object of it."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from choreo_components.api import kind_of
from choreo_components.config.findings import Finding
from choreo_components.kubernetes.client import Cluster, Forbidden
from choreo_components.kubernetes.objects import Live, resource_of
from choreo_components.plan.nodes import ObjectNode, Plan
from choreo_components.preflight.standing import Standing, says_the_same


def replaced(node: ObjectNode, live: Live) -> Iterator[tuple[str, ...]]:
    """The fields by which the object in the cluster is to become another one."""
    for field in kind_of(node.key.api_version, node.key.kind).replaced_by:
        path = tuple(field.split("."))
        there, wanted = _at(live.manifest, path), _at(node.declared.wire, path)
        if there is not None and not says_the_same(there, wanted):
            yield path


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


async def replacements(cluster: Cluster, plan: Plan, stands: Standing) -> list[Finding]:
    """What it means for each object that is to be replaced, and for what needs it.

    Nobody is asked where there is none. Raises ClusterError when the cluster cannot be asked.
    """
    lives = ((node, stands.of(node.key)) for node in plan.objects)
    # Of an object with several such fields, it is said once.
    changed = [
        (node, live, path)
        for node, live in lives
        if live is not None and (path := next(replaced(node, live), None)) is not None
    ]
    found = await asyncio.gather(*(_told(cluster, *each) for each in changed))
    return [finding for finding in found if finding is not None]


async def _told(cluster: Cluster, node: ObjectNode, live: Live, path: tuple[str, ...]) -> Finding | None:
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

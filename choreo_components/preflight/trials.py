"""Trials: server-side dry runs, by which the API server's rules and webhooks check an object.

Each object needs a request. Objects that already exist and match what is declared are not tried.
"""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from choreo_components.api import kind_of
from choreo_components.api.generation import Path, Role
from choreo_components.config.findings import Finding, error, warning
from choreo_components.config.neighbours import Neighbour
from choreo_components.config.settings import Declared
from choreo_components.kubernetes.client import Cluster, ClusterError, Refusal
from choreo_components.kubernetes.objects import Live, Resource
from choreo_components.plan.nodes import Key, Plan
from choreo_components.preflight.existing import Existing, identity, matches
from choreo_components.preflight.neighbours import Resources
from choreo_components.preflight.replacements import replaced

TRIALS_AT_ONCE = 8
"""Objects that are tried concurrently."""

UNCHANGEABLE = re.compile("immutable|cannot change")
"""What an API server reports about a field that no update may change."""

_STEP = re.compile(r"[^.\[\]]+")


@dataclass(frozen=True)
class _Trial:
    """An object to be tried, and its address; `changes`: it exists in the cluster and differs."""

    resource: Resource
    namespace: str | None
    name: str
    of: Declared | Neighbour
    changes: bool
    quotes_secrets: bool


async def trials(
    cluster: Cluster,
    plan: Plan,
    existing: Existing,
    resources: Resources | None = None,
    neighbours: Mapping[Key, Live] | None = None,
) -> list[Finding]:
    """An error for each field of the plan's objects that the control plane would refuse.

    `resources` are the kinds of objects of other APIs, and `neighbours` those of them that already exist. If one object
    cannot be tried (a webhook does not answer, or a right is missing), no other one is, which is reported as a warning.
    """
    gate = asyncio.Semaphore(TRIALS_AT_ONCE)
    problems: list[Finding] = []

    async def tried(each: _Trial) -> list[Finding]:
        async with gate:
            if problems:
                return []
            try:
                refusals = await cluster.refusals(each.resource, each.name, each.of.wire, each.namespace)
            except ClusterError as problem:
                message = (
                    f"{problem}; not checked whether the cluster would accept this object and others of this stack"
                )
                problems.append(warning(each.of.at(), message))
                return []
            return list(_errors(each, refusals))

    wanted = [*_wanted(plan, existing), *_of_neighbours(plan, resources or {}, neighbours or {})]
    found = await asyncio.gather(*map(tried, wanted))
    return [finding for findings in [*found, problems[:1]] for finding in findings]


def _wanted(plan: Plan, existing: Existing) -> Iterator[_Trial]:
    """The objects that are new or changed and not replaced, in namespaces that the plan does not create."""
    to_come = {node.key.name for node in plan.of_role(Role.TENANT) if existing.of(node.key) is None}
    for node in plan.objects:
        if not node.declared.generation.answers_dry_runs or not _is_plain(node.declared.wire):
            continue
        if node.key.role is not Role.TENANT and node.key.organization in to_come:
            continue
        live = existing.of(node.key)
        if live is None or (
            not live.deleting and not matches(live.manifest, node.declared.wire) and not any(replaced(node, live))
        ):
            secret = kind_of(node.key.api_version, node.key.kind).may_show_secrets(node.declared.wire)
            resource, namespace, name = identity(node.key)
            yield _Trial(resource, namespace, name, node.declared, live is not None, secret)


def _of_neighbours(plan: Plan, resources: Resources, lives: Mapping[Key, Live]) -> Iterator[_Trial]:
    """The objects of other APIs that are new or changed. Those in a namespace that does not exist yet get no answer."""
    for node in plan.neighbours:
        resource, live = resources.get((node.key.api_version, node.key.kind)), lives.get(node.key)
        same = live is not None and (live.deleting or matches(live.manifest, node.neighbour.wire))
        if resource is None or same or resource.namespaced != bool(node.key.organization):
            continue
        where = node.key.organization or None
        yield _Trial(resource, where, node.key.name, node.neighbour, live is not None, node.neighbour.is_secret)


def _is_plain(wire: Mapping[str, Any]) -> bool:
    """Whether all values of the object are known."""
    try:
        json.dumps(wire)
    except TypeError:
        return False
    return True


def _errors(each: _Trial, refusals: Sequence[Refusal]) -> Iterator[Finding]:
    for refusal in refusals:
        why, where = refusal.why, each.of.at(*_path(refusal.field))
        if each.quotes_secrets:
            shown = f"{each.resource.kind} {each.namespace or ''}/{each.name}"
            why = f"its message may quote a secret; run kubectl apply --server-side --dry-run=server for {shown}"
        elif isinstance(each.of, Neighbour) and each.changes and UNCHANGEABLE.search(refusal.why):
            why += "; rename the object, so that the old one is deleted and this one created"
        yield error(where, f"the cluster would refuse it: {why}")


def _path(field: str) -> Path:
    """A field as an API server writes it, such as spec.traits[1].name."""
    return tuple(int(step) if step.isdigit() else step for step in _STEP.findall(field))

"""A trial: an object is applied on the server's side without effect, and so the API server's rules and webhooks answer.

That takes a request for each object. What stands already, and says the same, is not tried.
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
from choreo_components.preflight.neighbours import Resources
from choreo_components.preflight.replacements import replaced
from choreo_components.preflight.standing import Standing, identity, says_the_same

TRIALS_AT_ONCE = 8
"""Objects that are tried at a time."""

UNCHANGEABLE = re.compile("immutable|cannot change")
"""What an API server says of a field that no update may change."""

_STEP = re.compile(r"[^.\[\]]+")


@dataclass(frozen=True)
class _Trial:
    """What is tried: how it is addressed, and as what; `changes`: the cluster has it, and otherwise."""

    resource: Resource
    namespace: str | None
    name: str
    of: Declared | Neighbour
    changes: bool
    quotes_secrets: bool


async def trials(
    cluster: Cluster,
    plan: Plan,
    stands: Standing,
    resources: Resources | None = None,
    neighbours: Mapping[Key, Live] | None = None,
) -> list[Finding]:
    """An error for each field of the plan's objects that the control plane would not take.

    `resources` are the kinds of objects of other APIs, and `neighbours` those of them that the cluster has already.
    Where one cannot be tried, no other is, and a warning says so: a webhook is away, or a right is missing.
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
                message = f"{problem}; not checked whether the cluster would take this object, and others of this stack"
                problems.append(warning(each.of.at(), message))
                return []
            return list(_told(each, refusals))

    wanted = [*_wanted(plan, stands), *_of_neighbours(plan, resources or {}, neighbours or {})]
    found = await asyncio.gather(*map(tried, wanted))
    return [finding for findings in [*found, problems[:1]] for finding in findings]


def _wanted(plan: Plan, stands: Standing) -> Iterator[_Trial]:
    """What is new or changed, and not made anew, in namespaces that exist as far as the plan tells."""
    to_come = {node.key.name for node in plan.of_role(Role.TENANT) if stands.of(node.key) is None}
    for node in plan.objects:
        if not node.declared.generation.answers_dry_runs or not _is_plain(node.declared.wire):
            continue
        if node.key.role is not Role.TENANT and node.key.organization in to_come:
            continue
        live = stands.of(node.key)
        if live is None or (
            not live.deleting and not says_the_same(live.manifest, node.declared.wire) and not any(replaced(node, live))
        ):
            secret = kind_of(node.key.api_version, node.key.kind).may_show_secrets(node.declared.wire)
            resource, namespace, name = identity(node.key)
            yield _Trial(resource, namespace, name, node.declared, live is not None, secret)


def _of_neighbours(plan: Plan, resources: Resources, lives: Mapping[Key, Live]) -> Iterator[_Trial]:
    """The objects of other APIs that are new or changed. In a namespace that is to come, nobody answers for them."""
    for node in plan.neighbours:
        resource, live = resources.get((node.key.api_version, node.key.kind)), lives.get(node.key)
        same = live is not None and (live.deleting or says_the_same(live.manifest, node.neighbour.wire))
        if resource is None or same or resource.namespaced != bool(node.key.organization):
            continue
        where = node.key.organization or None
        yield _Trial(resource, where, node.key.name, node.neighbour, live is not None, node.neighbour.is_secret)


def _is_plain(wire: Mapping[str, Any]) -> bool:
    """Whether all of the object is known."""
    try:
        json.dumps(wire)
    except TypeError:
        return False
    return True


def _told(each: _Trial, refusals: Sequence[Refusal]) -> Iterator[Finding]:
    for refusal in refusals:
        why, where = refusal.why, each.of.at(*_path(refusal.field))
        if each.quotes_secrets:
            shown = f"{each.resource.kind} {each.namespace or ''}/{each.name}"
            why = f"what it says may quote a secret; see kubectl apply --server-side --dry-run=server for {shown}"
        elif isinstance(each.of, Neighbour) and each.changes and UNCHANGEABLE.search(refusal.why):
            why += ". Give the object another name: then the old one is deleted, and this one is new"
        yield error(where, f"the cluster would not take it: {why}")


def _path(field: str) -> Path:
    """A field as an API server writes it, such as spec.traits[1].name."""
    return tuple(int(step) if step.isdigit() else step for step in _STEP.findall(field))

"""A trial: an object is applied on the server's side without effect, and so the API server's rules and webhooks answer.

That takes a request for each object. What stands already, and says the same, is not tried.
"""

import asyncio
import json
import re
from collections.abc import Iterator, Sequence

from choreo_components.api import kind_of
from choreo_components.api.generation import Path, Role
from choreo_components.config.findings import Finding, error, warning
from choreo_components.kubernetes.client import Cluster, ClusterError, Refusal
from choreo_components.plan.nodes import ObjectNode, Plan
from choreo_components.preflight.replacements import replaced
from choreo_components.preflight.standing import Standing, identity, says_the_same

TRIALS_AT_ONCE = 8
"""Objects that are tried at a time."""

_STEP = re.compile(r"[^.\[\]]+")


async def trials(cluster: Cluster, plan: Plan, stands: Standing) -> list[Finding]:
    """An error for each field of the plan's objects that the control plane would not take.

    Where one cannot be tried, no other is, and a warning says so: a webhook is away, or a right is missing.
    """
    gate = asyncio.Semaphore(TRIALS_AT_ONCE)
    problems: list[Finding] = []

    async def tried(node: ObjectNode) -> list[Finding]:
        async with gate:
            if problems:
                return []
            resource, namespace, name = identity(node.key)
            try:
                refusals = await cluster.refusals(resource, name, node.declared.wire, namespace)
            except ClusterError as problem:
                message = f"{problem}; not checked whether the cluster would take this object, and others of this stack"
                problems.append(warning(node.declared.at(), message))
                return []
            return list(_told(node, refusals))

    found = await asyncio.gather(*map(tried, _wanted(plan, stands)))
    return [finding for findings in [*found, problems[:1]] for finding in findings]


def _wanted(plan: Plan, stands: Standing) -> Iterator[ObjectNode]:
    """What is new or changed, and not made anew, in namespaces that exist as far as the plan tells."""
    to_come = {node.key.name for node in plan.of_role(Role.TENANT) if stands.of(node.key) is None}
    for node in plan.objects:
        if not node.declared.generation.answers_dry_runs or not _is_plain(node):
            continue
        if node.key.role is not Role.TENANT and node.key.organization in to_come:
            continue
        live = stands.of(node.key)
        if live is None or (
            not live.deleting and not says_the_same(live.manifest, node.declared.wire) and not any(replaced(node, live))
        ):
            yield node


def _is_plain(node: ObjectNode) -> bool:
    """Whether all of the object is known."""
    try:
        json.dumps(node.declared.wire)
    except TypeError:
        return False
    return True


def _told(node: ObjectNode, refusals: Sequence[Refusal]) -> Iterator[Finding]:
    kind = kind_of(node.key.api_version, node.key.kind)
    for refusal in refusals:
        why = refusal.why
        if kind.may_show_secrets(node.declared.wire):
            why = f"what it says may quote a secret; see kubectl apply --server-side --dry-run=server for {node.key}"
        yield error(node.declared.at(*_path(refusal.field)), f"the cluster would not take it: {why}")


def _path(field: str) -> Path:
    """A field as an API server writes it, such as spec.traits[1].name."""
    return tuple(int(step) if step.isdigit() else step for step in _STEP.findall(field))

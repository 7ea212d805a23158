"""Duplicates: objects in the cluster, whatever their origin, that have the same sole function as one of the plan."""

from collections.abc import Iterator

from choreo_components.api.generations import generation_having
from choreo_components.config.findings import Finding, error
from choreo_components.kubernetes.objects import Live, Resource
from choreo_components.plan.nodes import Plan
from choreo_components.preflight.existing import Existing, identity


def duplicates(plan: Plan, existing: Existing) -> Iterator[Finding]:
    """An error for each object of the plan that would duplicate the function of one in the cluster.

    Also if the other one is this stack's own under an earlier name: Pulumi would create the new one first.
    """
    own = {identity(node.key) for node in plan.objects}
    others: dict[tuple[Resource, tuple[str, ...]], Live] = {}
    for live in existing.lives:
        if (live.resource, live.namespace, live.name) not in own:
            sole = generation_having(live.resource.api_version, live.resource.kind).sole(live.manifest)
            if sole is not None:
                others[live.resource, sole.of] = live
    for node in plan.objects if others else ():
        sole = node.declared.generation.sole(node.declared.wire)
        if sole is None:
            continue
        other = others.get((identity(node.key)[0], sole.of))
        if other is not None:
            message = (
                f"{other.resource.kind} {other.name!r} in the cluster {sole.says} already: {sole.otherwise}; give this "
                "one that name, or leave it out until that one is deleted: by pulumi up if a stack had it, else by "
                f"kubectl delete {other.command}"
            )
            yield error(node.declared.at(*sole.path), message)

"""A second one: the cluster has an object, of whosever making, that does what one of the plan is to do alone."""

from collections.abc import Iterator

from choreo_components.api.generations import generation_having
from choreo_components.config.findings import Finding, error
from choreo_components.kubernetes.objects import Live, Resource
from choreo_components.plan.nodes import Plan
from choreo_components.preflight.standing import Standing, identity


def seconds(plan: Plan, stands: Standing) -> Iterator[Finding]:
    """An error for each object of the plan that would be the second of its sort in the cluster.

    Also where the other one is this stack's own under an earlier name: Pulumi would create this one first.
    """
    own = {identity(node.key) for node in plan.objects}
    others: dict[tuple[Resource, tuple[str, ...]], Live] = {}
    for live in stands.lives:
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
                f"{other.resource.kind} {other.name!r} in the cluster {sole.says} already: {sole.otherwise}. Give this "
                "one that name; or leave this one out until that one is gone, by a pulumi up where a stack has had it, "
                f"else by kubectl delete {other.command}"
            )
            yield error(node.declared.at(*sole.path), message)

"""A survey: everything that is asked of the clusters before a plan is carried out, over one set of connections each."""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from choreo_components.config.findings import Finding, Location, errors, warning
from choreo_components.config.options import Controllers
from choreo_components.config.settings import Kubeconfig
from choreo_components.kubernetes.client import Cluster, ClusterError
from choreo_components.kubernetes.cluster_identity import identity_of
from choreo_components.plan.nodes import Key, Plan
from choreo_components.plan.references import Found
from choreo_components.preflight import neighbours
from choreo_components.preflight.beside import collisions
from choreo_components.preflight.crd_compatibility import Definitions, definitions, unfit
from choreo_components.preflight.data_planes import Connection
from choreo_components.preflight.lookup import look_up
from choreo_components.preflight.permissions import denied, unserved
from choreo_components.preflight.placement import Placement
from choreo_components.preflight.replacements import replacements
from choreo_components.preflight.seconds import seconds
from choreo_components.preflight.standing import Standing, standing
from choreo_components.preflight.terminating import leaving, terminating
from choreo_components.preflight.trials import trials
from choreo_components.preflight.unsupported_conditions import unsupported

_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class Survey:
    """What the clusters have said.

    `live` is what the references outside lead to, `unsupported` the kinds, by apiVersion and kind, whose conditions the
    cluster cannot keep.
    `identity` is the control plane's: "" where the credentials cannot read it, None where nobody has answered.
    `data_planes` has, by ORGANIZATION/NAME, the way to each data plane that the plan's environments run on.
    `findings` say what is lacking, and what was not checked because the control plane did not answer. `undecided` are
    errors about what nobody knows then, and somebody has to before anything is applied. `terminating` are errors about
    what is being deleted: they are no obstacle to a destroy, which may run the program too. `passed_over` are objects
    of other APIs that are meant for other clusters.
    """

    live: Found = field(default_factory=dict)
    unsupported: frozenset[tuple[str, str]] = frozenset()
    findings: tuple[Finding, ...] = ()
    data_planes: Mapping[str, Connection] = field(default_factory=dict)
    undecided: tuple[Finding, ...] = ()
    identity: str | None = None
    terminating: tuple[Finding, ...] = ()
    passed_over: frozenset[Key] = frozenset()


async def survey(
    plan: Plan,
    controllers: Controllers,
    kubeconfig: str | None,
    given: Mapping[str, Kubeconfig] | None = None,
    *,
    trial: bool = False,
) -> Survey:
    """Asks the control plane that a kubeconfig leads to (its text or a path; None: the ambient one), and data planes.

    `given` are the kubeconfigs of data planes in the settings. With `trial`, what is new or changed is applied without
    effect. For a plan of nothing, nobody is asked. A control plane that does not answer is a warning, a data plane that
    does not is an error.
    """
    if not plan.nodes:
        return Survey()
    placement = Placement(plan, controllers, given or {})
    surveyed = await _control_plane(plan, controllers, kubeconfig, placement, trial)
    await placement.check()
    return replace(
        surveyed,
        data_planes=placement.connections,
        findings=(*surveyed.findings, *placement.findings),
        undecided=tuple(placement.undecided()),
        terminating=(*surveyed.terminating, *placement.terminating),
    )


async def _control_plane(
    plan: Plan, controllers: Controllers, kubeconfig: str | None, placement: Placement, trial: bool
) -> Survey:
    targets = list(dict.fromkeys(reference.target for reference in plan.outside))
    told = ", ".join(f"{target} of organization {target.organization!r}" for target in targets)
    existing = [f"whether these exist: {told}"] if targets else []
    kinds = "whether the cluster serves the kinds of this stack"
    rights = "whether the credentials have the rights that it takes"
    kept = "whether the cluster's definitions keep what the objects say, and the conditions that are waited for"
    clusters = "which clusters the data planes are"
    going = "whether any of this stack's objects is being deleted"
    there = "what of this stack is in the cluster already"
    where = plan.outside[0].where if targets else _place(plan)
    unchecked: list[Finding] = []

    async def checked(what: str, answer: Awaitable[_Answer], otherwise: _Answer) -> _Answer:
        try:
            return await answer
        except ClusterError as problem:
            unchecked.append(warning(where, f"{problem}; not checked {what}"))
            return otherwise

    async def placed(cluster: Cluster) -> tuple[Found, list[Finding], list[Finding], list[Finding]]:
        """What the references lead to, then the clusters of the data planes among it, then what follows from these.

        Which are the rights that it takes with all that is wrong beside what stands, what is being deleted, and what
        the cluster would not take.
        """
        live, stands, around = await asyncio.gather(
            checked("".join(existing), look_up(cluster, targets), {}),
            checked(there, standing(cluster, plan), Standing()),
            checked(there, neighbours.standing(cluster, plan, beside.resources), neighbours.Found()),
        )
        await checked(clusters, placement.locate(cluster, live), None)
        lacking, leaves, changing, colliding, refused = await asyncio.gather(
            checked(rights, denied(cluster, plan, controllers, placement.remote, resources=beside.resources), []),
            checked(going, terminating(cluster, plan, stands, placement.remote), []),
            checked("what changing them means", replacements(cluster, plan, stands), []),
            checked("whether they work with what they refer to", collisions(cluster, plan, live), []),
            trials(cluster, plan, stands, beside.resources, around.lives) if trial else _nothing(),
        )
        elsewhere = neighbours.elsewhere(plan, placement.remote)
        known = [*lacking, *seconds(plan, stands), *changing, *colliding, *around.findings, *elsewhere]
        return live, known, [*leaves, *around.leaving], refused

    try:
        async with Cluster(kubeconfig) as cluster:
            # By itself: it finds out whether anybody answers, and who is asking, for all the others.
            absent = await unserved(cluster, plan)
            beside = await neighbours.served(cluster, plan)
            plan = plan.without(beside.passed_over)
            (live, lacking, leaves, refused), installed, identity = await asyncio.gather(
                placed(cluster),
                checked(kept, definitions(cluster, plan.generations), Definitions(())),
                checked("whether it is the cluster that the stack is on", identity_of(cluster), None),
            )
    except ClusterError as problem:
        message = f"{problem}; not checked {'; nor '.join([*existing, kinds, rights, going, kept])}"
        return Survey(findings=(warning(where, message),))
    unending = unsupported(installed, plan.objects)
    gone = list(leaving(plan.outside, live))
    lost = errors(gone)
    warned = [each for each in gone if each not in lost]
    known = [*absent, *beside.findings, *lacking, *unfit(installed, plan)]
    # Most of what a cluster would not take is found without it, and told better.
    told_before = {each.where for each in errors([*plan.findings, *known])}
    refused = [each for each in refused if each.where not in told_before]
    findings = (*known, *refused, *unending.values(), *warned, *unchecked)
    return Survey(
        live,
        frozenset(unending),
        findings,
        terminating=(*leaves, *lost),
        identity=identity,
        passed_over=beside.passed_over,
    )


def _place(plan: Plan) -> Location:
    """Where the first of a plan's objects is."""
    own = (node.declared.at() for node in plan.objects)
    return next(own, None) or plan.neighbours[0].neighbour.at()


async def _nothing() -> list[Finding]:
    """No findings."""
    return []

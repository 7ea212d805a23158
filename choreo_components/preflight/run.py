"""The preflight: everything that the clusters are asked before a plan is carried out, with one client for each."""

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
from choreo_components.preflight.conflicts import conflicts
from choreo_components.preflight.crd_compatibility import Definitions, definitions, unfit
from choreo_components.preflight.data_planes import Connection
from choreo_components.preflight.duplicates import duplicates
from choreo_components.preflight.existing import Existing, read_existing
from choreo_components.preflight.lookup import look_up
from choreo_components.preflight.permissions import denied, unserved
from choreo_components.preflight.placement import Placement
from choreo_components.preflight.replacements import replacements
from choreo_components.preflight.terminating import leaving, terminating
from choreo_components.preflight.trials import trials
from choreo_components.preflight.unsupported_conditions import unsupported

_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class Survey:
    """The answers of the clusters.

    `live` are the objects that references outside the stack lead to, and `unsupported` the kinds, by apiVersion and
    kind, whose conditions the cluster cannot keep.
    `identity` is the control plane's: "" if the credentials cannot read it, None if there was no answer.
    `data_planes` has, by ORGANIZATION/NAME, the connection to each data plane that the plan's environments run on.
    `findings` report what is wrong, and what was not checked because the control plane did not answer. `undecided` are
    errors about what is unknown in that case, and must be known before anything is applied. `terminating` are errors
    about objects that are being deleted, which do not prevent a destroy that runs the program. `skipped` are objects of
    other APIs that are for other clusters.
    """

    live: Found = field(default_factory=dict)
    unsupported: frozenset[tuple[str, str]] = frozenset()
    findings: tuple[Finding, ...] = ()
    data_planes: Mapping[str, Connection] = field(default_factory=dict)
    undecided: tuple[Finding, ...] = ()
    identity: str | None = None
    terminating: tuple[Finding, ...] = ()
    skipped: frozenset[Key] = frozenset()


async def survey(
    plan: Plan,
    controllers: Controllers,
    kubeconfig: str | None,
    given: Mapping[str, Kubeconfig] | None = None,
    *,
    trial: bool = False,
) -> Survey:
    """Asks the control plane of a kubeconfig (its text or a path; None: the ambient one), and the data planes.

    `given` are the kubeconfigs of data planes in the settings. With `trial`, what is new or changed is applied as a dry
    run. An empty plan needs no requests. A control plane that does not answer is a warning, a data plane that does not
    answer is an error.
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
    names = ", ".join(f"{target} of organization {target.organization!r}" for target in targets)
    outside = [f"whether these exist: {names}"] if targets else []
    kinds = "whether the cluster serves the kinds of this stack"
    rights = "whether the credentials have the necessary rights"
    kept = "whether the cluster's definitions keep all fields of the objects, and the conditions that are waited for"
    clusters = "which clusters the data planes are"
    deleted = "whether any of this stack's objects is being deleted"
    present = "which objects of this stack already exist"
    where = plan.outside[0].where if targets else _place(plan)
    unchecked: list[Finding] = []

    async def checked(what: str, answer: Awaitable[_Answer], otherwise: _Answer) -> _Answer:
        try:
            return await answer
        except ClusterError as problem:
            unchecked.append(warning(where, f"{problem}; not checked {what}"))
            return otherwise

    async def placed(cluster: Cluster) -> tuple[Found, list[Finding], list[Finding], list[Finding]]:
        """Reads the existing objects, then finds the clusters of data planes, then checks what depends on these.

        Returns what the references lead to, and the findings: about rights and objects, about what is being deleted,
        and about what the cluster would refuse.
        """
        live, existing, others = await asyncio.gather(
            checked("".join(outside), look_up(cluster, targets), {}),
            checked(present, read_existing(cluster, plan), Existing()),
            checked(present, neighbours.read_existing(cluster, plan, served.resources), neighbours.Found()),
        )
        await checked(clusters, placement.locate(cluster, live), None)
        missing, leaves, changing, conflicting, refused = await asyncio.gather(
            checked(rights, denied(cluster, plan, controllers, placement.remote, resources=served.resources), []),
            checked(deleted, terminating(cluster, plan, existing, placement.remote), []),
            checked("what changing them means", replacements(cluster, plan, existing), []),
            checked("whether they work with what they refer to", conflicts(cluster, plan, live), []),
            trials(cluster, plan, existing, served.resources, others.lives) if trial else _nothing(),
        )
        elsewhere = neighbours.elsewhere(plan, placement.remote)
        known = [*missing, *duplicates(plan, existing), *changing, *conflicting, *others.findings, *elsewhere]
        return live, known, [*leaves, *others.leaving], refused

    try:
        async with Cluster(kubeconfig) as cluster:
            # Alone: for all the others it finds out whether the cluster answers, and whose credentials these are.
            absent = await unserved(cluster, plan)
            served = await neighbours.served(cluster, plan)
            plan = plan.without(served.skipped)
            (live, found, leaves, refused), installed, identity = await asyncio.gather(
                placed(cluster),
                checked(kept, definitions(cluster, plan.generations), Definitions(())),
                checked("whether it is the cluster that the stack is on", identity_of(cluster), None),
            )
    except ClusterError as problem:
        message = f"{problem}; not checked {'; nor '.join([*outside, kinds, rights, deleted, kept])}"
        return Survey(findings=(warning(where, message),))
    unending = unsupported(installed, plan.objects)
    gone = list(leaving(plan.outside, live))
    lost = errors(gone)
    warned = [each for each in gone if each not in lost]
    known = [*absent, *served.findings, *found, *unfit(installed, plan)]
    # Most of what a cluster would refuse is found without it, with a better message.
    reported = {each.where for each in errors([*plan.findings, *known])}
    refused = [each for each in refused if each.where not in reported]
    findings = (*known, *refused, *unending.values(), *warned, *unchecked)
    return Survey(
        live,
        frozenset(unending),
        findings,
        terminating=(*leaves, *lost),
        identity=identity,
        skipped=served.skipped,
    )


def _place(plan: Plan) -> Location:
    """The location of the first object of a plan."""
    own = (node.declared.at() for node in plan.objects)
    return next(own, None) or plan.neighbours[0].neighbour.at()


async def _nothing() -> list[Finding]:
    """No findings."""
    return []

"""Conflicts: between the stacks of an adoption, and with those that the project has already.

Pure. The stacks that are left out here are those that `choreo validate` would refuse in the project.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from choreo_components.adopt.partition import Division, Left, Planned, role_of
from choreo_components.api import Role
from choreo_components.config.findings import Finding, errors
from choreo_components.config.project import Stack
from choreo_components.kubernetes.objects import live_of
from choreo_components.plan.nodes import Key
from choreo_components.plan.workspace import Workspace


class Claimed(Exception):
    """Stacks of the project already declare what would be adopted: the message lists stacks and objects."""


def settle(division: Division, existing: Sequence[Stack], kubeconfig: Any = None) -> None:
    """Leaves out the stacks that conflict with those before them, and adds further warnings.

    `kubeconfig` is the value that the stacks have from their project. Raises Claimed if stacks of the same cluster
    already declare some of the objects.
    """
    _check_unclaimed(division, [each for each in existing if each.kubeconfig == kubeconfig])
    before = _between(existing)

    def found_with(stacks: Iterable[Planned]) -> list[Finding]:
        return [
            each for each in _between([*existing, *(_stack(each, kubeconfig) for each in stacks)]) if each not in before
        ]

    found = found_with(division.stacks)
    if errors(found):
        planned, division.stacks, found = division.stacks, [], []
        for each in planned:
            together = found_with([*division.stacks, each])
            if wrong := errors(together):
                division.left += _left(each, "; ".join(one.message for one in wrong))
            else:
                division.stacks.append(each)
                found = together
    division.warnings += [f"{each.where}: {each.message}" for each in found]


def taken_by(existing: Iterable[Stack], kubeconfig: Any = None) -> dict[Key, str]:
    """What stacks of the same cluster declare, with their names."""
    same = (each for each in existing if each.kubeconfig == kubeconfig)
    return {Key.of(declared): stack.name for stack in same for declared in stack.settings.declared}


def _check_unclaimed(division: Division, existing: Iterable[Stack]) -> None:
    owners = {Key.of(declared): stack.name for stack in existing for declared in stack.settings.declared}
    claimed = [
        f"  {declared}: stack {owners[Key.of(declared)]!r}"
        for each in division.stacks
        for declared in each.settings.declared
        if Key.of(declared) in owners
    ]
    if claimed:
        raise Claimed(
            "stacks of this project already declare some of these objects, and only one stack can have an object:\n"
            + "\n".join(claimed)
            + "\nadopt the rest with --environment, or adopt into another project"
        )


def _stack(planned: Planned, kubeconfig: Any) -> Stack:
    return Stack(planned.stack.name, planned.settings, (), kubeconfig=kubeconfig)


def _between(stacks: Iterable[Stack]) -> list[Finding]:
    """The findings between the stacks, which none of them has alone."""
    workspace = Workspace(stacks)
    alone = {finding for each in workspace.stacks for finding in (*each.stack.findings, *each.plan.findings)}
    return [each for found in workspace.findings(whole=False).values() for each in found if each not in alone]


def _left(planned: Planned, reason: str) -> Iterator[Left]:
    """Everything in the stack: its environment conflicts with others, and the rest of the stack needs it."""
    [generation] = planned.plan.generations
    below = f"its {generation.kind_of_role(Role.ENVIRONMENT).kind} cannot be adopted"
    for each in planned.stack.manifests:
        yield Left(str(live_of(each)), reason if role_of(each) is Role.ENVIRONMENT else below)
    for node in planned.plan.namespaces:
        yield Left(f"Namespace {node.name}", below)

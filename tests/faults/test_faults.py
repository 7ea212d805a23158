"""Faults: whatever strikes a command, the documented recovery completes it, without touching what others made."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.engine.lists import View
from tests.engine.workspace import Outcome
from tests.faults import estates, points
from tests.faults.cases import CASES, Case, Recovery
from tests.faults.conftest import Places
from tests.faults.estates import STACK, Estate
from tests.faults.faults import Place, Scene
from tests.faults.operation import Operation
from tests.faults.points import Point


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_struck_command_is_recovered(
    case: Case, place: Place, places: Places, newer_provider: Mapping[str, str], tmp_path: Path
) -> None:
    administrator = place.control_plane.kubeconfig
    controllers = case.kind.controllers
    estate = place.pool[case.kind].pop() if case.command == "destroy" and place.pool[case.kind] else None
    if estate is None:
        workspace = places.new_workspace(place.control_plane, controllers)
        workspace.environment |= newer_provider if case.newer else {}
        estate = estates.make(case.kind, workspace)
        if case.command == "destroy":
            estate.workspace.up(STACK)
    if case.command == "destroy":
        estate.add_stray(held=case.point is points.DEPLOYMENT_HELD)
    before = estates.others(administrator, controllers)

    places.start_provider(estate.workspace, forked=not case.fault.of_provider)
    kubeconfig = place.user.kubeconfig if case.fault.of_user else place.network.kubeconfig(tmp_path / "kubeconfig")

    struck = strike(case, estate, place, kubeconfig)
    recover(case, estate, kubeconfig, struck)

    assert estates.others(administrator, controllers) == before, "what others made was touched"
    there, known = (estate.expected, estate.declared) if case.command == "up" else (set(), set())
    assert estate.there() == there, "the cluster does not have exactly what the stack declares"
    assert estate.known() == known, "the state does not have exactly what is in the cluster"
    assert estate.pending() == []
    if case.command == "up":
        place.pool[case.kind].append(estate)


def strike(case: Case, estate: Estate, place: Place, kubeconfig: Path) -> Outcome:
    """Runs the command, strikes it at the point, and repairs the fault when the case says so; returns the outcome."""
    administrator = place.control_plane.kubeconfig

    def view(point: Point) -> View:
        return case.kind.ground.sees(point.subject, estate.organization)

    before = points.count(view(case.point), administrator)
    operation = Operation(estate.workspace, case.command, STACK, kubeconfig)
    scene = Scene(operation, place)
    reached = repaired = False
    try:
        reached = points.wait(case.point, view(case.point), administrator, before, operation.goes_on)
        if reached:
            case.fault.strike(scene)
            if case.point is points.DEPLOYMENT_HELD:
                estate.release_stray()
            if case.until is not None:
                repaired = points.wait(case.until, view(case.until), administrator, before, operation.goes_on)
                case.fault.repair(scene)
    finally:
        try:
            outcome = operation.outcome(impatient=case.recovery is Recovery.INTERRUPT)
        finally:
            case.fault.repair(scene)
    assert reached, f"it never reached the point where {case.point.sentence}:\n{outcome.said}"
    assert repaired or case.until is None, f"it was never repaired:\n{outcome.said}"
    assert "/choreo_components/" not in outcome.said, f"a traceback of ours:\n{outcome.said}"
    return outcome


def recover(case: Case, estate: Estate, kubeconfig: Path, struck: Outcome) -> None:
    """Does what the case requires, and no more."""
    if case.recovery is Recovery.NONE:
        assert struck.code == 0, f"it did not survive the fault:\n{struck.said}"
    elif case.recovery in (Recovery.AGAIN, Recovery.CANCEL):
        assert struck.code != 0, f"it needed no recovery:\n{struck.said}"
    if case.recovery is Recovery.CANCEL:
        estate.workspace.run("cancel", "--yes", "--stack", STACK)
    # An interrupted command of Pulumi may exit with 0 before it is complete.
    if struck.code != 0 or case.recovery in (Recovery.ANYWAY, Recovery.INTERRUPT):
        again = Operation(estate.workspace, case.command, STACK, kubeconfig).outcome()
        assert again.code == 0, f"first:\n{struck.said}\nand when repeated:\n{again.said}"
    if case.recovery is Recovery.CANCEL and estate.pending():
        estate.workspace.refresh(STACK, "--clear-pending-creates")

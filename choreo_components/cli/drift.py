"""`choreo drift`: what is otherwise in the cluster than the stacks declare it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from choreo_components.cli.inspecting import Format, Kubeconfig, Output, end, inspect, look, so_far, tell, tell_json
from choreo_components.cli.options import Folder, Stacks

if TYPE_CHECKING:
    from choreo_components.config.findings import Location
    from choreo_components.inspection.drift import Difference, Drift, Report

LONGEST = 120
"""Characters of a value that people are shown."""


def drift(
    stacks: Stacks = None,
    kubeconfig: Kubeconfig = None,
    output: Format = Output.TEXT,
    folder: Folder = Path(),
) -> None:
    """Tell what differs between stacks and cluster. Nothing is changed.

    Asked for is what the stacks declare, and nothing else.

    JSON has stacks and unread (why something is not known). Each stack has stack (its name), objects (how many were
    looked at), notCompared (how many values are not known) and drift: of each object kind, namespace (or null), name,
    state (missing, deleting, differs or notReady), file, line (or null), notes, look (a command, or null) and
    differences, each with field, file, line, and declared and live, or secret.
    """
    from choreo_components.inspection.drift import drift as differences
    from choreo_components.inspection.query import ask_for_declared

    said = inspect(folder, stacks or (), kubeconfig, ask_for_declared)
    reports = [
        differences(stack, answer.census, answer.unsupported)
        for answer in said.answers
        for stack in answer.destination.stacks
    ]
    found = any(report.drifts for report in reports)
    if output is Output.JSON:
        body = {"stacks": [_as_json(report, folder, kubeconfig) for report in reports], "unread": list(said.unread)}
        tell_json(body)
        end(said.unread, found=found)
    for report in reports:
        if report.drifts or report.unknown:
            tell(f"stack {report.stack}", "bold")
        for each in report.drifts:
            _tell(each, folder, kubeconfig)
        if report.unknown:
            values = "value is" if report.unknown == 1 else "values are"
            tell(f"  {report.unknown} {values} encrypted, or in a file that cannot be read, and not compared")
    if undone := [report.stack for report in reports if any(map(_can_be_undone, report.drifts))]:
        stack = undone[0] if len(undone) == 1 else "STACK"
        tell(f"`pulumi up --refresh --stack {stack}` puts it right; without --refresh, Pulumi asks its state only")
    if any(each.foreign for report in reports for drift in report.drifts for each in drift.differences):
        tell("fields that are declared nowhere stay as they are: declare them, or take them out with `kubectl edit`")
    tell(f"{_counted(reports)}{so_far(said.unread)}", "bold")
    end(said.unread, found=found)


def _can_be_undone(drift: "Drift") -> bool:
    """Whether the object is missing or other than declared, which Pulumi can put right."""
    return drift.live is None or not all(each.foreign for each in drift.differences)


def _counted(reports: Sequence["Report"]) -> str:
    drifts = [each for report in reports for each in report.drifts]
    missing = sum(each.live is None for each in drifts)
    differ = sum(bool(each.differences) for each in drifts)
    others = sum(each.live is not None and not each.differences for each in drifts)
    counts = (
        (differ, "differs", "differ"),
        (missing, "is missing", "are missing"),
        (others, "is not as it should be", "are not as they should be"),
    )
    told = [f"{count} {one if count == 1 else many}" for count, one, many in counts if count]
    stacks, objects = len(reports), sum(report.looked_at for report in reports)
    return f"{stacks} {'stack' if stacks == 1 else 'stacks'}, {objects} {'object' if objects == 1 else 'objects'}: " + (
        ", ".join(told) or "no drift"
    )


def _tell(drift: "Drift", folder: Path, kubeconfig: Path | None) -> None:
    if drift.live is None:
        tell(f"  {drift}: missing ({_place(drift.where, folder)})", "red")
    else:
        tell(f"  {drift} ({_place(drift.where, folder)})", "yellow")
    for each in drift.differences:
        tell(f"    {each.field}: {_difference(each)} ({_place(each.where, folder)})")
    for note in drift.notes:
        tell(f"    {note}")
    if drift.notes and drift.live is not None:
        tell(f"    look: {look(drift.live, kubeconfig)}", "dim")


def _difference(difference: "Difference") -> str:
    if difference.secret:
        return "differs (secret, not shown)"
    return f"{_value(difference.declared)} -> {_value(difference.live)}"


def _value(value: Any) -> str:
    if value is None:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def _place(where: "Location", folder: Path) -> str:
    file = _file(where, folder)
    return file if where.line is None else f"{file}:{where.line}"


def _file(where: "Location", folder: Path) -> str:
    """The file, as it is called where the command runs."""
    return str(folder / where.file)


def _state(drift: "Drift") -> str:
    """What is the matter with an object, in a word for programs."""
    if drift.live is None:
        return "missing"
    if drift.live.deleting:
        return "deleting"
    return "differs" if drift.differences else "notReady"


def _as_json(report: "Report", folder: Path, kubeconfig: Path | None) -> dict[str, Any]:
    return {
        "stack": report.stack,
        "objects": report.looked_at,
        "notCompared": report.unknown,
        "drift": [
            {
                "kind": each.kind,
                "namespace": each.namespace,
                "name": each.name,
                "state": _state(each),
                "file": _file(each.where, folder),
                "line": each.where.line,
                "differences": [
                    {
                        "field": difference.field,
                        "file": _file(difference.where, folder),
                        "line": difference.where.line,
                        **(
                            {"secret": True}
                            if difference.secret
                            else {"declared": difference.declared, "live": difference.live}
                        ),
                    }
                    for difference in each.differences
                ],
                "notes": each.notes,
                "look": None if each.live is None else look(each.live, kubeconfig),
            }
            for each in report.drifts
        ],
    }

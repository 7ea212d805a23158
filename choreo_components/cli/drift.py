"""`choreo drift`: what differs between the cluster and what the stacks declare."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from choreo_components.cli.inspecting import Format, Kubeconfig, Output, end, inspect, look, show, show_json, so_far
from choreo_components.cli.options import Folder, Stacks

if TYPE_CHECKING:
    from choreo_components.config.findings import Location
    from choreo_components.inspection.drift import Difference, Drift, Report

LONGEST = 120
"""How many characters of a value the text shows."""


def drift(
    stacks: Stacks = None,
    kubeconfig: Kubeconfig = None,
    output: Format = Output.TEXT,
    folder: Folder = Path(),
) -> None:
    """Show drift between the stacks and the cluster (read-only).

    Only objects that the stacks declare are compared.

    JSON has stacks and unread (what could not be read, and why). Each stack has stack (its name), objects (how many
    were compared), notCompared (how many values are not known) and drift: of each object kind, namespace (or null),
    name, state (missing, deleting, differs or notReady), file, line (or null), notes, look (a command, or null) and
    differences, each with field, file, line, and declared and live, or secret.
    """
    from choreo_components.inspection.drift import drift as differences
    from choreo_components.inspection.query import ask_for_declared

    said = inspect(folder, stacks or (), kubeconfig, ask_for_declared)
    reports = [
        differences(stack, answer.snapshot, answer.unsupported)
        for answer in said.answers
        for stack in answer.target.stacks
    ]
    found = any(report.drifts for report in reports)
    if output is Output.JSON:
        body = {"stacks": [_as_json(report, folder, kubeconfig) for report in reports], "unread": list(said.unread)}
        show_json(body)
        end(said.unread, found=found)
    for report in reports:
        if report.drifts or report.unknown:
            show(f"stack {report.stack}", "bold")
        for each in report.drifts:
            _show(each, folder, kubeconfig)
        if report.unknown:
            values = "value is" if report.unknown == 1 else "values are"
            show(f"  {report.unknown} {values} not compared: encrypted, or in a file that cannot be read")
    if undone := [report.stack for report in reports if any(map(_can_be_undone, report.drifts))]:
        stack = undone[0] if len(undone) == 1 else "STACK"
        show(
            f"`pulumi up --refresh --stack {stack}` corrects it; without --refresh, Pulumi compares with its state only"
        )
    if any(each.foreign for report in reports for drift in report.drifts for each in drift.differences):
        show("fields that no stack declares are not corrected: declare them, or remove them with `kubectl edit`")
    show(f"{_counted(reports)}{so_far(said.unread)}", "bold")
    end(said.unread, found=found)


def _can_be_undone(drift: "Drift") -> bool:
    """Whether the object is missing or differs from what is declared, which Pulumi can correct."""
    return drift.live is None or not all(each.foreign for each in drift.differences)


def _counted(reports: Sequence["Report"]) -> str:
    drifts = [each for report in reports for each in report.drifts]
    missing = sum(each.live is None for each in drifts)
    differ = sum(bool(each.differences) for each in drifts)
    others = sum(each.live is not None and not each.differences for each in drifts)
    counts = (
        (differ, "differs", "differ"),
        (missing, "is missing", "are missing"),
        (others, "has a problem", "have problems"),
    )
    parts = [f"{count} {one if count == 1 else many}" for count, one, many in counts if count]
    stacks, objects = len(reports), sum(report.looked_at for report in reports)
    return f"{stacks} {'stack' if stacks == 1 else 'stacks'}, {objects} {'object' if objects == 1 else 'objects'}: " + (
        ", ".join(parts) or "no drift"
    )


def _show(drift: "Drift", folder: Path, kubeconfig: Path | None) -> None:
    if drift.live is None:
        show(f"  {drift}: missing ({_place(drift.where, folder)})", "red")
    else:
        show(f"  {drift} ({_place(drift.where, folder)})", "yellow")
    for each in drift.differences:
        show(f"    {each.field}: {_difference(each)} ({_place(each.where, folder)})")
    for note in drift.notes:
        show(f"    {note}")
    if drift.notes and drift.live is not None:
        show(f"    inspect: {look(drift.live, kubeconfig)}", "dim")


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
    """The file, relative to the working directory."""
    return str(folder / where.file)


def _state(drift: "Drift") -> str:
    """The state of an object, in one word for programs."""
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

"""A report: the findings of several stacks in one order, for people, for programs (JSON), and for GitHub."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from choreo_components.config.findings import Finding, errors, in_order


@dataclass(frozen=True)
class StackFinding:
    """A finding about a stack, with its file relative to the working directory."""

    stack: str
    finding: Finding


def stack_findings(findings: Mapping[str, Sequence[Finding]], folder: Path) -> list[StackFinding]:
    """The findings in the order of the stacks, and by place within each; the project is in `folder`."""
    return [
        StackFinding(stack, replace(finding, where=replace(finding.where, file=str(folder / finding.where.file))))
        for stack, group in findings.items()
        for finding in in_order(group)
    ]


def as_json(report: Sequence[StackFinding], stacks: Sequence[str], objects: int) -> str:
    """An object with the names of the `stacks`, how many `objects` they declare, and `findings`.

    A finding has severity, file, line (may be null), field (may be empty), message and stack.
    """
    findings = [
        {
            "severity": each.finding.severity.value,
            "file": each.finding.where.file,
            "line": each.finding.where.line,
            "field": each.finding.where.field,
            "message": each.finding.message,
            "stack": each.stack,
        }
        for each in report
    ]
    return json.dumps({"stacks": list(stacks), "objects": objects, "findings": findings}, indent=2, ensure_ascii=False)


def as_annotations(report: Sequence[StackFinding], workspace: Path) -> Iterator[str]:
    """A workflow command of GitHub Actions for each finding, which shows it at the line of the file.

    GitHub expects the names of files relative to its `workspace`, the checkout, wherever the command runs.
    Source: docs.github.com, Workflow commands for GitHub Actions; the escapes are those of actions/toolkit
    (packages/core/src/command.ts).
    """
    # Several stacks may read the same file.
    for finding in dict.fromkeys(each.finding for each in report):
        where = finding.where
        properties = {"file": _within(workspace, where.file), "line": where.line, "title": where.field}
        written = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items() if value)
        yield f"::{finding.severity.value} {written}::{_data(finding.message)}"


def summary(report: Sequence[StackFinding], stacks: int, objects: int, neighbours: int = 0) -> str:
    """One line with the counts; `neighbours` of the objects are of other APIs than OpenChoreo's."""
    findings = [each.finding for each in report]
    wrong = len(errors(findings))
    counts = [_counted(wrong, "error"), _counted(len(findings) - wrong, "warning")]
    result = ", ".join(count for count in counts if not count.startswith("0 ")) or "nothing found"
    form = f" ({neighbours:,} from other APIs, checked for structure only)" if neighbours else ""
    return f"{_counted(stacks, 'stack')}, {_counted(objects, 'object')}{form}: {result}"


def _within(workspace: Path, file: str) -> str:
    path, root = Path(file).absolute(), workspace.absolute()
    return os.path.relpath(path, root) if path.is_relative_to(root) else file


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count:,} {what}s"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

"""`choreo validate`: everything that is wrong with the stacks of a project, found without Pulumi or a cluster."""

import os
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from choreo_components.cli.options import FOUND, Folder, Stacks, give_up

if TYPE_CHECKING:
    from choreo_components.config.report import StackFinding


class Output(str, Enum):
    """The format of the findings."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def validate(
    stacks: Stacks = None,
    folder: Folder = Path(),
    output: Annotated[
        Output, typer.Option("--output", "-o", help="Text, JSON, or annotations of GitHub Actions.")
    ] = Output.TEXT,
) -> None:
    """Check stacks offline and print all findings at once.

    Stacks that are named are checked against all others of the project, whose own findings are not printed.

    JSON has stacks (names), objects (a count) and findings, each with severity (error or warning), file, line (or
    null), field, message and stack.
    """
    from choreo_components.config.findings import errors
    from choreo_components.config.project import NoProject, read_stacks, stack_names
    from choreo_components.config.report import as_annotations, as_json, stack_findings, summary
    from choreo_components.plan.workspace import Workspace

    try:
        names = stack_names(folder)
        chosen = list(dict.fromkeys(stacks or ())) or names
        # The chosen ones come last: of two stacks that declare the same, the later one gets the finding.
        others = [name for name in names if name not in chosen]
        workspace = Workspace(read_stacks(folder, [*others, *chosen]))
    except NoProject as problem:
        give_up(str(problem))
    found = workspace.findings(whole=True)
    report = stack_findings({name: found[name] for name in chosen}, folder)
    of_chosen = [planned for planned in workspace.stacks if planned.name in chosen]
    objects = sum(planned.objects for planned in of_chosen)
    match output:
        case Output.TEXT:
            neighbours = sum(len(planned.stack.settings.neighbours) for planned in of_chosen)
            _show(report, summary(report, len(chosen), objects, neighbours))
        case Output.JSON:
            typer.echo(as_json(report, chosen, objects))
        case Output.GITHUB:
            root = os.environ.get("GITHUB_WORKSPACE")
            for line in as_annotations(report, Path(root) if root else Path()):
                typer.echo(line)
    raise typer.Exit(FOUND if errors(each.finding for each in report) else 0)


def _show(report: "Sequence[StackFinding]", summary: str) -> None:
    """Prints the findings under the names of their stacks, a line each, and the summary."""
    from rich.console import Console
    from rich.text import Text

    from choreo_components.api.generation import Severity
    from choreo_components.config.findings import MOST_REPORTED

    console = Console(highlight=False, soft_wrap=True)
    heading = ""
    for each in report[:MOST_REPORTED]:
        if each.stack != heading:
            heading = each.stack
            console.print(Text(heading, "bold"))
        where, severity, message = each.finding.where, each.finding.severity, each.finding.message
        color = "bold red" if severity is Severity.ERROR else "bold yellow"
        console.print(Text.assemble(f"  {where}: ", (severity.value, color), f": {message}"))
    if len(report) > MOST_REPORTED:
        console.print(f"  … and {len(report) - MOST_REPORTED:,} more")
    console.print(Text(summary, "bold"))

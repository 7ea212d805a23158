"""`choreo validate`: everything that is wrong with the stacks of a project, found without Pulumi and a cluster."""

from pathlib import Path

import typer

from choreo_components.cli.options import FOUND, Folder, Stacks, give_up
from choreo_components.findings import errors
from choreo_components.plan import plan
from choreo_components.project import NoProject, read_stacks


def validate(stacks: Stacks = None, folder: Folder = Path()) -> None:
    """Check stacks offline: all findings at once."""
    try:
        read = read_stacks(folder, stacks or ())
    except NoProject as problem:
        give_up(str(problem))
    findings = [finding for each in read for finding in (*each.findings, *plan(each.settings).findings)]
    for finding in findings:
        typer.echo(str(finding))
    raise typer.Exit(FOUND if errors(findings) else 0)

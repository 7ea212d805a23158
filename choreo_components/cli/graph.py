"""`choreo graph`: a picture of what the stacks of a project declare."""

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from choreo_components.cli.options import Folder, Stacks, give_up

if TYPE_CHECKING:
    from choreo_components.plan.graph import Graph
    from choreo_components.plan.workspace import Workspace


class Output(str, Enum):
    """The format of the picture."""

    MERMAID = "mermaid"
    DOT = "dot"


def graph(
    stacks: Stacks = None,
    folder: Folder = Path(),
    output: Annotated[
        Output, typer.Option("--output", "-o", help="Mermaid, as GitHub renders it, or Graphviz.")
    ] = Output.MERMAID,
) -> None:
    """Draw what stacks declare, and the order of destroy.

    Arrows point in the order of creation, dotted where an object of another stack, or of none, is read from the
    cluster. Destroy runs against the arrows: `destroy 2.3` is the third step of the stack to destroy second.
    """
    from choreo_components.config.findings import errors
    from choreo_components.config.project import NoProject, read_stacks
    from choreo_components.plan import graph as graphs
    from choreo_components.plan.rendering import dot, exceeded_limit, mermaid
    from choreo_components.plan.workspace import Workspace

    try:
        workspace = Workspace(read_stacks(folder, stacks or ()))
    except NoProject as problem:
        give_up(str(problem))
    if wrong := [finding for group in workspace.findings(whole=False).values() for finding in errors(group)]:
        count = "1 error" if len(wrong) == 1 else f"{len(wrong):,} errors"
        give_up(f"{count} in what these stacks declare, nothing was drawn; run `choreo validate`")
    if workspace.overlaps:
        (one, other), *_ = workspace.overlaps
        give_up(f"stacks {one!r} and {other!r} declare the same objects; name only stacks of one cluster")
    drawn = graphs.graph(workspace)
    typer.echo(mermaid(drawn) if output is Output.MERMAID else dot(drawn), nl=False)
    for warning in _untrue(workspace, drawn):
        typer.echo(f"warning: {warning}", err=True)
    if output is Output.MERMAID and (why := exceeded_limit(drawn)):
        typer.echo(f"warning: {why}; name fewer stacks, or use --output dot", err=True)


def _untrue(workspace: "Workspace", drawn: "Graph") -> Iterator[str]:
    """Warnings about what the picture cannot show correctly."""
    from choreo_components.config.project import SEALED

    if cycle := workspace.cycle:
        yield f"stacks need each other: {' -> '.join(cycle)}; their numbers are not an order that works"
    for planned in workspace.stacks:
        if not planned.stack.complete:
            yield f"the drawing of stack {planned.name!r} is incomplete: a part of what it declares is encrypted"
    names = {part for group in drawn.groups for node in group.nodes for part in node.lines[1].split("/")}
    if SEALED in names:
        yield f"some names are encrypted and shown as {SEALED!r}"

"""Options and arguments that several commands share, and how a command ends."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer

Folder = Annotated[Path, typer.Option("--folder", "-C", help="The folder of the project, which has the Pulumi.yaml.")]
Stacks = Annotated[list[str] | None, typer.Argument(help="Names of stacks; all of the project if none is given.")]


def give_up(message: str) -> NoReturn:
    """Ends the command, which could not do its work: exit code 1, the message on standard error."""
    typer.echo(f"error: {message}", err=True)
    raise typer.Exit(1)

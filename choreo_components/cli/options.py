"""Options and arguments that several commands share, and how a command ends."""

from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

FOUND: Final = 1
UNABLE: Final = 2

Folder = Annotated[Path, typer.Option("--folder", "-C", help="The folder of the project, which has the Pulumi.yaml.")]
Stacks = Annotated[list[str] | None, typer.Argument(help="Names of stacks; all of the project if none is given.")]


def give_up(message: str) -> NoReturn:
    """Ends the command, which could not do its work: the message on standard error, and exit code 2."""
    typer.echo(f"error: {message}", err=True)
    raise typer.Exit(UNABLE)

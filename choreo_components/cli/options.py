"""Options and arguments that several commands share, and how a command ends.

Exit codes, of every command: 0 all is well; 1 (`FOUND`) it has found what it looks for, be it errors or differences;
2 (`UNABLE`) it could not do its work, as with no project, no cluster, or options that do not exist.
Formats: `--output` of every command that has more than one, with an Enum of the command's own.
"""

from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

FOUND: Final = 1
UNABLE: Final = 2
EXIT_CODES: Final = "Exit codes: 0 all is well, 1 errors or differences were found, 2 it could not be done."


def project_folder(given: Path) -> Path:
    """The folder of the project that the given one is in."""
    from choreo_components.config.project import find_project

    # While a shell completes, options have not all become what they are to be.
    return find_project(Path(given))


def complete_stack(context: typer.Context, incomplete: str) -> list[str]:
    """The stacks of the project that begin so, for a shell; none where there is no project."""
    from choreo_components.config.project import NoProject, stack_names

    given = [*(context.params.get("stacks") or ())]
    try:
        names = stack_names(project_folder(context.params.get("folder") or Path()))
    except NoProject:
        return []
    return [name for name in names if name.startswith(incomplete) and name not in given]


Folder = Annotated[
    Path,
    typer.Option(
        "--folder",
        "-C",
        help="The folder of the project, which has the Pulumi.yaml, or one below.",
        callback=project_folder,
    ),
]
Stacks = Annotated[
    list[str] | None,
    typer.Argument(help="Names of stacks; all of the project if none is given.", autocompletion=complete_stack),
]


def give_up(message: str) -> NoReturn:
    """Ends the command, which could not do its work: the message on standard error, and exit code 2."""
    typer.echo(f"error: {message}", err=True)
    raise typer.Exit(UNABLE)

"""Options and arguments that several commands share, and how a command ends.

Exit codes of every command: 0 success; 1 (`FOUND`) problems found, be they errors or differences; 2 (`UNABLE`) the
command failed, as with no project, no cluster, or options that do not exist.
Formats: `--output` of every command that has more than one, with an Enum in the command's module.
"""

from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

FOUND: Final = 1
UNABLE: Final = 2
EXIT_CODES: Final = "Exit codes: 0 success, 1 problems found, 2 the command failed."


def project_folder(given: Path) -> Path:
    """The folder of the project that contains the given one."""
    from choreo_components.config.project import find_project

    # While a shell completes, options are not yet converted to their types.
    return find_project(Path(given))


def complete_stack(context: typer.Context, incomplete: str) -> list[str]:
    """The project's stacks with this prefix, for shell completion; none without a project."""
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
        help="The project's folder, which has the Pulumi.yaml, or a folder below it.",
        callback=project_folder,
    ),
]
Stacks = Annotated[
    list[str] | None,
    typer.Argument(help="Names of stacks; all of the project by default.", autocompletion=complete_stack),
]


def give_up(message: str) -> NoReturn:
    """Ends a command that failed: the message on standard error, and exit code 2."""
    typer.echo(f"error: {message}", err=True)
    raise typer.Exit(UNABLE)

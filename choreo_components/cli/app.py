"""The command line: its commands. Each has a module with its options and its output.

Modules of commands import the rest of the package when they run, so that `--help` and shell completion are fast.
"""

from typing import Annotated

import typer

from choreo_components.cli.adopt import adopt
from choreo_components.cli.drift import drift
from choreo_components.cli.graph import graph
from choreo_components.cli.leftovers import leftovers
from choreo_components.cli.options import EXIT_CODES
from choreo_components.cli.promote import promote
from choreo_components.cli.schema import schema
from choreo_components.cli.validate import validate

app = typer.Typer(
    name="choreo",
    help="OpenChoreo as code: commands that complement `pulumi up` and `pulumi destroy`.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (validate, graph, schema, adopt, promote, drift, leftovers):
    app.command(epilog=EXIT_CODES)(command)


def _print_version(wanted: bool) -> None:
    if wanted:
        from choreo_components.version import VERSION

        typer.echo(f"choreo {VERSION}")
        raise typer.Exit


@app.callback()
def _choreo(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    """OpenChoreo as code: commands that complement `pulumi up` and `pulumi destroy`."""

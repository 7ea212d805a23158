"""The command line: which commands there are. A module for each says what it takes, and what it tells."""

import typer

from choreo_components.cli.adopt import adopt
from choreo_components.cli.validate import validate

app = typer.Typer(
    name="choreo",
    help="OpenChoreo as code: what is beside `pulumi up` and `pulumi destroy`.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(adopt)
app.command()(validate)


@app.callback()
def _more_than_one_command() -> None:
    """Makes Typer name the command even while there is one only."""

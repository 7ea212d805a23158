"""The command `choreo`, run in this process."""

from pathlib import Path

from typer.testing import CliRunner, Result

from choreo_components.cli.app import app


def choreo(*arguments: str | Path) -> Result:
    """Runs the command; only its own ways to end are taken for one."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result

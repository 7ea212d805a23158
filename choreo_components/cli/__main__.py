"""The executable `choreo`."""

import gc
import os
import sys
import traceback
from io import TextIOWrapper
from pathlib import Path


def main() -> None:
    """Runs the command line; says what is missing where its packages are not installed."""
    # As in the program of the stacks: short-lived, and nearly all that it makes is kept.
    gc.disable()
    try:
        from choreo_components.cli.app import app
    except ModuleNotFoundError as missing:
        if missing.name not in ("typer", "rich"):
            raise
        print(f"choreo needs {missing.name}: pip install 'choreo-components[cli]'", file=sys.stderr)
        # As in options.py, which cannot be imported here.
        sys.exit(2)
    for stream in (sys.stdout, sys.stderr):
        # Names of files may be no text, and a terminal may lack a letter.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            app()
        finally:
            # Here, and not when the interpreter ends, which would have an exit code of its own for what fails.
            if sys.stdout is not None:
                sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read it has enough.
        _close_output()
        sys.exit(1)
    except Exception as problem:
        _close_output()
        print(f"error: {_described(problem)}", file=sys.stderr)
        sys.exit(2)


def _close_output() -> None:
    """Lets the interpreter end in peace where nothing can be written any more."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _described(problem: Exception) -> str:
    """What went wrong, in a line; of what only a defect of choreo can bring about, no text, which may quote secrets."""
    if isinstance(problem, OSError):
        return str(problem)
    where = traceback.extract_tb(problem.__traceback__)[-1]
    return f"choreo itself has failed: {type(problem).__name__} in {Path(where.filename).name}, line {where.lineno}"


if __name__ == "__main__":
    main()

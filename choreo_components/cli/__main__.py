"""The executable `choreo`."""

import gc
import os
import sys
import traceback
from io import TextIOWrapper
from pathlib import Path


def main() -> None:
    """Runs the command line; names the package to install where one is missing."""
    # As in the program of the stacks: it is short-lived, and keeps nearly everything that it allocates.
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
        # A file name may not be valid text, and a terminal may not be able to print every character.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            app()
        finally:
            # Here, and not when the interpreter ends: it would report a failure with a different exit code.
            if sys.stdout is not None:
                sys.stdout.flush()
    except BrokenPipeError:
        # The reader, say `head`, has closed the pipe.
        _close_output()
        sys.exit(1)
    except Exception as problem:
        _close_output()
        print(f"error: {_described(problem)}", file=sys.stderr)
        sys.exit(2)


def _close_output() -> None:
    """Lets the interpreter end without an error where standard output is closed."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _described(problem: Exception) -> str:
    """The error in one line; of an internal error only its type and place, as its text may quote secrets."""
    if isinstance(problem, OSError):
        return str(problem)
    where = traceback.extract_tb(problem.__traceback__)[-1]
    return f"internal error: {type(problem).__name__} in {Path(where.filename).name}, line {where.lineno}"


if __name__ == "__main__":
    main()

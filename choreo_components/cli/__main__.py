"""The executable `choreo`."""

import sys
from io import TextIOWrapper


def main() -> None:
    """Runs the command line; says what is missing where its packages are not installed."""
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
    app()


if __name__ == "__main__":
    main()

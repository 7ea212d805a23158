"""The executable `choreo`."""

import sys


def main() -> None:
    """Runs the command line; says what is missing where its packages are not installed."""
    try:
        from choreo_components.cli.app import app
    except ModuleNotFoundError as missing:
        if missing.name not in ("typer", "rich"):
            raise
        sys.exit(f"choreo needs {missing.name}: pip install 'choreo-components[cli]'")
    app()


if __name__ == "__main__":
    main()

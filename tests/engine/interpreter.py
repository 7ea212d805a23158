"""An interpreter whose packages are listed once: Pulumi's language host asks pip for them at each command."""

import atexit
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

SCRIPT = """\
#!/bin/sh
# With other packages on its path than those that were listed, pip is asked.
[ -z "$PYTHONPATH" ] && [ "$*" = "{arguments}" ] && exec cat '{listing}'
exec '{python}' "$@"
"""

LIST = ("-m", "pip", "list", "-v", "--format", "json")


@cache
def folder(python: Path) -> Path:
    """A folder for PATH, where python3 is this interpreter of a virtual environment that does not change."""
    made = Path(tempfile.mkdtemp(prefix="choreo-interpreter-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    listing = made / "packages.json"
    listing.write_bytes(subprocess.check_output([python, *LIST]))
    for name in ("python3", "python"):
        script = made / name
        script.write_text(SCRIPT.format(arguments=" ".join(LIST), listing=listing, python=python))
        script.chmod(0o755)
    return made

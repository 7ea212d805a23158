"""An interpreter that lists its packages and reads its modules once, and not at each command of Pulumi."""

import atexit
import shutil
import signal
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

from tests.checkout import CHECKOUT
from tests.engine import fork

LIST = ("-m", "pip", "list", "-v", "--format", "json")
PROGRAM = "pulumi-language-python-exec"
"""What Python runs for Pulumi."""

EXECUTABLES = ("pulumi-resource-choreo", "choreo")
"""Our provider, and our command."""


FOR_PYTHON = f"""\
#!/bin/sh
# With other packages on its path than those that were listed and read, Python is asked itself.
[ -z "$PYTHONPATH" ] && case "$*" in
  "{" ".join(LIST)}") exec cat '{{folder}}/packages.json' ;;
  *'/{PROGRAM} '*) exec {{fork}} "$@" ;;
esac
exec '{{python}}' "$@"
"""

FOR_EXECUTABLES = """\
#!/bin/sh
[ -z "$PYTHONPATH" ] && exec {fork} '{executable}' "$@"
exec '{executable}' "$@"
"""

SECONDS = 60
"""How long modules may take to be read."""


@cache
def folder(python: Path, executables: bool = True) -> Path:
    """A folder for PATH, where python3 is this interpreter of a virtual environment that does not change.

    It forks programs, and with `executables` our provider and our command, which are then in the folder as well.
    """
    made = Path(tempfile.mkdtemp(prefix="choreo-interpreter-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    (made / "packages.json").write_bytes(subprocess.check_output([python, *LIST]))
    scripts = {"python3": FOR_PYTHON, "python": FOR_PYTHON}
    # Where a shell has its background processes ignore SIGINT, forks would not end as Pulumi expects.
    forking = signal.getsignal(signal.SIGINT) is not signal.SIG_IGN
    if executables:
        scripts |= dict.fromkeys(EXECUTABLES, FOR_EXECUTABLES)
    start = f"'{python}'"
    if forking:
        start += f" -I -S '{fork.__file__}' '{_fork_server(python)}'"
    for name, script in scripts.items():
        file = made / name
        file.write_text(script.format(folder=made, python=python, fork=start, executable=python.parent / name))
        file.chmod(0o755)
    return made


@cache
def _fork_server(python: Path) -> Path:
    """The address of a fork server, which ends with this process."""
    folder = tempfile.mkdtemp(prefix="choreo-forks-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    address = Path(folder, "socket")
    subprocess.Popen([python, "-m", "tests.engine.forks", address], cwd=CHECKOUT, stdin=subprocess.PIPE)
    deadline = time.monotonic() + SECONDS
    while not address.exists():
        assert time.monotonic() < deadline, "the modules take too long to be read"
        time.sleep(0.05)
    return address

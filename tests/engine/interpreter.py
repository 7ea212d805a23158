"""An interpreter that lists its packages and reads its modules once, where Pulumi has it done at each command."""

import atexit
import shutil
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

from tests.engine import forks

LIST = ("-m", "pip", "list", "-v", "--format", "json")
PROGRAM, PROVIDER = "pulumi-language-python-exec", "pulumi-resource-choreo"


FOR_PYTHON = f"""\
#!/bin/sh
# With other packages on its path than those that were listed and read, Python is asked itself.
[ -z "$PYTHONPATH" ] && case "$*" in
  "{" ".join(LIST)}") exec cat '{{folder}}/packages.json' ;;
  *'/{PROGRAM} '*) exec {{program}} "$@" ;;
esac
exec '{{python}}' "$@"
"""

FOR_PROVIDER = """\
#!/bin/sh
[ -z "$PYTHONPATH" ] && exec {program} '{provider}' "$@"
exec '{provider}' "$@"
"""

SECONDS = 60
"""How long modules may take to be read."""


@cache
def folder(python: Path, forked: bool) -> Path:
    """A folder for PATH, where python3 is this interpreter of a virtual environment that does not change.

    If programs and providers are `forked`, our provider is there as well.
    """
    made = Path(tempfile.mkdtemp(prefix="choreo-interpreter-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    (made / "packages.json").write_bytes(subprocess.check_output([python, *LIST]))
    scripts = {"python3": FOR_PYTHON, "python": FOR_PYTHON}
    program = f"'{python}'"
    if forked:
        scripts[PROVIDER] = FOR_PROVIDER
        program = f"'{python}' -I -S '{forks.__file__}' '{_fork_server(python, made)}'"
    for name, script in scripts.items():
        file = made / name
        file.write_text(script.format(folder=made, python=python, program=program, provider=python.parent / PROVIDER))
        file.chmod(0o755)
    return made


def _fork_server(python: Path, made: Path) -> Path:
    """The address of a fork server, which ends with this process."""
    address = made / "forks"
    subprocess.Popen([python, forks.__file__, "serve", address], stdin=subprocess.PIPE)
    deadline = time.monotonic() + SECONDS
    while not address.exists():
        assert time.monotonic() < deadline, "the modules take too long to be read"
        time.sleep(0.05)
    return address

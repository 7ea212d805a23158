"""Forked programs behave like those that Python starts: see `forks`."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.engine import interpreter
from tests.engine.workspace import BIN

pytestmark = pytest.mark.skipif(
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN, reason="nothing is forked where SIGINT is ignored"
)


def start(script: Path, *arguments: str, folder: Path, **variables: str) -> subprocess.Popen[str]:
    """Starts a script as Pulumi starts its own."""
    command: list[str | Path] = [interpreter.folder(BIN / "python3") / "python3", script, *arguments]
    environment = os.environ | variables
    environment.pop("PYTHONPATH", None)
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """Where the script of a program is."""
    return tmp_path / interpreter.PROGRAM


def test_a_fork_has_its_arguments_variables_folder_and_files(script: Path, tmp_path: Path) -> None:
    script.write_text(
        "import os, sys\n"
        "print(sys.argv[1:], os.environ['GIVEN'], os.getcwd(), sys.stdin.read(), 'pulumi' in sys.modules)\n"
        "print('an error', file=sys.stderr)\n"
    )
    said, errors = start(script, "a", "b c", folder=tmp_path, GIVEN="x").communicate("some text")
    assert (said, errors) == (f"['a', 'b c'] x {tmp_path} some text True\n", "an error\n")


@pytest.mark.parametrize(
    ("text", "code"),
    [("pass", 0), ("import sys; sys.exit(3)", 3), ("import sys; sys.exit('no')", 1), ("1 / 0", 1)],
    ids=["it ends", "it exits", "it exits with a message", "it fails"],
)
def test_the_exit_code_is_the_forks(script: Path, tmp_path: Path, text: str, code: int) -> None:
    script.write_text(text)
    process = start(script, "a", folder=tmp_path)
    process.communicate()
    assert process.returncode == code


def test_a_signal_reaches_the_fork(script: Path, tmp_path: Path) -> None:
    script.write_text(
        "import time\ntry:\n print('begun', flush=True)\n time.sleep(60)\nexcept KeyboardInterrupt: print('ended')\n"
    )
    process = start(script, "a", folder=tmp_path)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGINT)
    assert process.communicate() == ("ended\n", "")


def test_a_fork_ends_with_the_process_that_pulumi_kills(script: Path, tmp_path: Path) -> None:
    script.write_text("import time\nprint('begun', flush=True)\ntime.sleep(60)\n")
    process = start(script, "a", folder=tmp_path)
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.kill()
    # Its output ends when no process has it open any more.
    assert process.stdout.read() == ""


def test_a_program_with_other_packages_is_started_by_python(script: Path, tmp_path: Path) -> None:
    script.write_text("import sys\nprint('pulumi' in sys.modules)\n")
    python = interpreter.folder(BIN / "python3") / "python3"
    done = subprocess.run(
        [python, script, "a"], env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"

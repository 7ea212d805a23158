"""No minute of a build is silent."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.toolchain.workshop import Workshop
from toolchain import progress, resolve
from toolchain.progress import duration

# Three ticks of a terminal: long enough to see that it does tick.
SHOW = """
import time
from toolchain.progress import Progress
with Progress() as progress, progress.task("etcd") as say:
    say("building")
    time.sleep(2.2)
"""


def test_without_a_terminal_a_build_reports_repeatedly_that_it_is_running(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.2)
    workshop.takes(1)
    resolve(workshop.binaries("etcd"))
    lines = capfd.readouterr().out.splitlines()
    assert "etcd: building" in lines
    assert len([line for line in lines if line.startswith("etcd: building (")]) >= 3, lines
    assert lines[-1].startswith("etcd: built in ")


def test_on_a_terminal_the_seconds_tick() -> None:
    ours, theirs = os.openpty()
    shown = subprocess.Popen(
        [sys.executable, "-c", SHOW],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"TERM": "xterm"},
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    output = b""
    while True:
        try:
            output += os.read(ours, 4096)
        except OSError:  # on Linux, the terminal is closed
            break
    os.close(ours)
    assert shown.wait(timeout=30) == 0, output
    for seconds in (0, 1, 2):
        assert f"etcd: building ({seconds} s)".encode() in output, output


def test_what_is_in_the_cache_is_found_without_output(workshop: Workshop, capfd: pytest.CaptureFixture[str]) -> None:
    resolve(workshop.binaries())
    capfd.readouterr()
    resolve(workshop.binaries())
    assert capfd.readouterr().out == ""


def test_what_is_in_the_cache_is_found_in_little_time(workshop: Workshop) -> None:
    resolve(workshop.binaries())
    begun = time.process_time()
    resolve(workshop.binaries())
    assert time.process_time() - begun < 0.25, "a second call reads the go.mod files and checks a few paths"


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.4, "0 s"), (42.2, "42 s"), (59.6, "1 min 00 s"), (185, "3 min 05 s")]
)
def test_durations_are_for_people(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown

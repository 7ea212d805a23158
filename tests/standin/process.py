"""The stand-in in a separate process: it serves all workers of a run, whichever of them started it."""

import signal
import sys
import threading
import time
from pathlib import Path

from devcluster import ControlPlane
from devcluster.process import Process
from tests.checkout import CHECKOUT
from tests.standin.standin import SECONDS_TO_START, StandIn

PROGRAM = "import sys; sys.path.insert(0, sys.argv[1]); from tests.standin.process import main; main(sys.argv[2])"

SECONDS_OF_A_LOOK = 1.0
"""Seconds between checks whether the stand-in still works."""


def start(control_plane: ControlPlane) -> None:
    """Starts the stand-in on a control plane; returns when it works."""
    process = _process(control_plane)
    process.ensure([sys.executable, "-c", PROGRAM, str(CHECKOUT), str(control_plane.directory)])
    deadline = time.monotonic() + SECONDS_TO_START
    while not _ready(control_plane).exists():
        assert process.pid is not None, f"the stand-in failed; {process.log_tail()}"
        assert time.monotonic() < deadline, f"the stand-in did not start; {process.log_tail()}"
        time.sleep(0.05)


def stop(control_plane: ControlPlane) -> None:
    """Ends the stand-in, which must have worked until now."""
    process = _process(control_plane)
    assert process.pid is not None, f"the stand-in failed; {process.log_tail(50)}"
    end(control_plane)


def end(control_plane: ControlPlane) -> None:
    """Ends the stand-in if there is one."""
    _ready(control_plane).unlink(missing_ok=True)
    _process(control_plane).stop()


def main(directory: str) -> None:
    """The process: the stand-in works on the control plane of the directory until SIGTERM."""
    control_plane, end = ControlPlane(Path(directory)), threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: end.set())
    with StandIn(control_plane) as standin:
        _ready(control_plane).touch()
        while standin.works and not end.wait(SECONDS_OF_A_LOOK):
            pass


def _process(control_plane: ControlPlane) -> Process:
    run, logs = control_plane.directory / "run", control_plane.directory / "logs"
    return Process("stand-in", run / "stand-in.json", logs / "stand-in.log")


def _ready(control_plane: ControlPlane) -> Path:
    return control_plane.directory / "run" / "stand-in.ready"

"""A measurement: the wall time of a command, and the CPU time of it and of everything it started."""

import ctypes
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_SECONDS_FOR_ORPHANS = 5.0


class CommandError(Exception):
    """A command failed: the message has the command, and the end of its output."""


@dataclass(frozen=True)
class Usage:
    """What a command took, in seconds."""

    wall: float
    cpu: float

    def __add__(self, other: "Usage") -> "Usage":
        """What two commands took, one after the other."""
        return Usage(self.wall + other.wall, self.cpu + other.cpu)


def adopt_orphans() -> None:
    """Makes this process the parent of processes that its commands leave behind, so that their CPU time is not lost.

    The engine ends some of its plugins without waiting for them.
    """
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def run(command: Sequence[str | Path], log: Path, env: Mapping[str, str], folder: Path) -> Usage:
    """Runs the command with its output in the log. Raises CommandError when it fails."""
    others = _children()
    begun = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.terminate()
            raise
    wall = time.monotonic() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    cpu = usage.ru_utime + usage.ru_stime + _reap(others)
    if process.returncode:
        last = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
        raise CommandError(f"{' '.join(map(str, command))} failed ({process.returncode}):\n{last}")
    return Usage(wall, cpu)


def _reap(others: set[int]) -> float:
    """Waits for the orphans, all of our children but `others`; returns their CPU time."""
    cpu = 0.0
    deadline = time.monotonic() + _SECONDS_FOR_ORPHANS
    while (orphans := _children() - others) and time.monotonic() < deadline:
        for pid in orphans:
            ended, _, usage = os.wait4(pid, os.WNOHANG)
            if ended:
                cpu += usage.ru_utime + usage.ru_stime
        time.sleep(0.01)
    return cpu


def _children() -> set[int]:
    tasks = Path("/proc/self/task")
    return {int(pid) for task in tasks.iterdir() for pid in (task / "children").read_text().split()}

"""An operation: a command of Pulumi that runs while something happens to it or to its processes."""

import os
import select
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.engine.workspace import SECONDS, Outcome, Workspace

ENGINE = "pulumi"
CHOREO = "pulumi-resource-choreo"
KUBERNETES = "pulumi-resource-kubernetes"

SECONDS_TO_END = 20
"""Seconds that a process of ours may outlive its engine."""

SECONDS_OF_PATIENCE = 60
"""Seconds after which a struck command is interrupted."""


class Operation:
    """`pulumi up` or `pulumi destroy` of a stack, without a preview, and all processes that it started."""

    def __init__(self, workspace: Workspace, command: str, stack: str, kubeconfig: Path) -> None:
        """Starts the command; `kubeconfig` leads it to the cluster."""
        self._output = workspace.folder.parent / f"{command}.txt"
        options = ["--yes", "--skip-preview", "--stack", stack, "--non-interactive", "--color", "never"]
        with self._output.open("w") as output:
            self._process = subprocess.Popen(
                [ENGINE, command, *options],
                cwd=workspace.folder,
                env=os.environ | workspace.environment | {"KUBECONFIG": str(kubeconfig)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._processes: dict[int, _Process] = {}
        self._look()

    def goes_on(self) -> bool:
        """Whether the command has not ended yet."""
        return self._process.poll() is None

    def kill(self, name: str) -> None:
        """Ends all its processes of that name at once, as a crash would."""
        self._look()
        chosen = [process for process in self._processes.values() if process.name == name]
        assert chosen, f"no {name} runs, but {[process.name for process in self._processes.values()]}"
        for process in chosen:
            process.kill()

    def interrupt(self) -> None:
        """Asks the engine to end, as Ctrl-C does."""
        self._process.send_signal(signal.SIGINT)

    def outcome(self, *, impatient: bool = False) -> Outcome:
        """The outcome of the command. If it is `impatient`, a command that does not end is interrupted.

        Our provider must end with its engine; all other processes that remain are ended here.
        """
        try:
            code = self._ended(impatient)
            outliving = [each for each in self._processes.values() if each.name == CHOREO and not each.ends()]
        finally:
            for process in self._processes.values():
                process.kill()
                process.close()
        said = self._output.read_text()
        assert not outliving, f"the provider outlives its engine:\n{said}"
        return Outcome(code, said)

    def _ended(self, impatient: bool) -> int:
        if impatient:
            with suppress(subprocess.TimeoutExpired):
                return self._process.wait(SECONDS_OF_PATIENCE)
            self.interrupt()
        try:
            return self._process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it does not end:\n{self._output.read_text()}") from None

    def _look(self) -> None:
        """Keeps references to the running processes: those of an engine that has ended could not be found any more."""
        for pid in [self._process.pid, *_descendants(self._process.pid)]:
            if pid not in self._processes:
                with suppress(FileNotFoundError, ProcessLookupError):
                    self._processes[pid] = _Process(_name(pid), os.pidfd_open(pid))


@dataclass(frozen=True)
class _Process:
    name: str
    handle: int
    """A pidfd, which never refers to another process."""

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.handle, signal.SIGKILL)

    def ends(self) -> bool:
        poll = select.poll()
        poll.register(self.handle, select.POLLIN)
        return bool(poll.poll(SECONDS_TO_END * 1000))

    def close(self) -> None:
        os.close(self.handle)


def _descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(status.parent.name))
    found, ahead = [], [pid]
    while ahead:
        ahead = [child for parent in ahead for child in children.get(parent, [])]
        found += ahead
    return found


def _name(pid: int) -> str:
    """The name of a process's program; of a provider in Python, the provider's."""
    program, *arguments = (Path(word).name for word in Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0"))
    scripts = (each for each in arguments if each in (CHOREO, KUBERNETES))
    return next(scripts, program) if program.startswith("python") else program

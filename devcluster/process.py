"""A process of ours: it outlives the command that starts it, and has an identity that no other process can have.

A process id alone is not one: the system reuses it. Together with the boot and the time of the process's start, it is.
Signals are sent through a pidfd, which always means the same process.
"""

import json
import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from devcluster import private
from devcluster.errors import ClusterError

SECONDS_TO_STOP = 10.0
SECONDS_TO_DIE = 5.0

ENVIRONMENT = {"GOGC": "400"}
"""The variables of a process. Garbage is collected less often, which saves a fifth of an API server's CPU time."""


@dataclass(frozen=True)
class Process:
    """A program that runs at most once for its record."""

    name: str
    record: Path
    """The file with the identity of the process, while there is one."""
    log: Path
    """The file that the program's output is appended to."""

    @property
    def pid(self) -> int | None:
        """The process id, or None if the program does not run."""
        with self._running() as running:
            return running.record.pid if running else None

    def ensure(self, command: list[str]) -> bool:
        """Makes the program run with exactly this command; one that runs with another is ended first.

        Returns whether it was started now. Raises ClusterError if it cannot be started."""
        with self._running() as running:
            if running and running.record.command == command:
                return False
        self.stop()
        output = (os.POSIX_SPAWN_OPEN, 1, str(self.log), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        errors = (os.POSIX_SPAWN_DUP2, 1, 2)
        nothing = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
        try:
            # No other environment: what the program does depends on its command alone.
            pid = os.posix_spawn(command[0], command, ENVIRONMENT, file_actions=[output, errors, nothing], setsid=True)
        except OSError as error:
            raise ClusterError(f"{self.name}: cannot run {command[0]}: {error.strerror}") from error
        private.write(self.record, json.dumps(asdict(_Record(pid, _identity(pid), command)), indent=2))
        return True

    def stop(self) -> None:
        """Ends the program and waits until it has ended: with SIGTERM, and after 10 seconds by force."""
        with self._running() as running:
            if running:
                signal.pidfd_send_signal(running.handle, signal.SIGTERM)
                if not running.ends_within(SECONDS_TO_STOP):
                    self._kill(running)
        self.record.unlink(missing_ok=True)

    def kill(self) -> None:
        """Ends the program by force and waits until it has ended, as a crash would; its record stays."""
        with self._running() as running:
            if running:
                self._kill(running)

    def log_tail(self, lines: int = 15) -> str:
        """The last lines of the log, indented, with the file's name."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        last = "\n".join(f"    {line}" for line in text.splitlines()[-lines:])
        return f"the last lines of {self.log}:\n{last or '    (it is empty)'}"

    def _kill(self, running: "_Running") -> None:
        signal.pidfd_send_signal(running.handle, signal.SIGKILL)
        if not running.ends_within(SECONDS_TO_DIE):
            raise ClusterError(f"{self.name}: process {running.record.pid} does not end, even by force")

    @contextmanager
    def _running(self) -> "Iterator[_Running | None]":
        """A hold on the recorded process; None where it does not run."""
        try:
            record = _Record(**json.loads(self.record.read_text()))
            handle = os.pidfd_open(record.pid)
        except (FileNotFoundError, ProcessLookupError, ValueError, TypeError):
            yield None
            return
        try:
            # The identity is read only now: with the pidfd open, the process id cannot be reused.
            identity = _identity(record.pid)
            yield _Running(record, handle) if identity is not None and identity == record.identity else None
        finally:
            os.close(handle)


@dataclass(frozen=True)
class _Record:
    pid: int
    identity: str | None
    """None for a process that ended before its identity could be read."""
    command: list[str]


@dataclass(frozen=True)
class _Running:
    record: _Record
    handle: int
    """A pidfd."""

    def ends_within(self, seconds: float) -> bool:
        """Waits for the process to end."""
        poll = select.poll()
        poll.register(self.handle, select.POLLIN)
        ended = bool(poll.poll(seconds * 1000))
        if ended:
            with suppress(ChildProcessError):  # where we are its parent, it stays as a zombie otherwise
                os.waitpid(self.record.pid, os.WNOHANG)
        return ended


def _identity(pid: int) -> str | None:
    """The boot and the time of it at which a process started; None for one that has ended."""
    try:
        # The program's name, in parentheses, may have spaces and parentheses.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, started = fields[0], fields[19]
    if state in "ZX":
        return None
    return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()}/{started}"

"""Exec credential plugins (`exec` of a kubeconfig): run once for all requests of this process that want their answer.

A command may open a browser, or listen on a fixed port. Requests come from several clients, threads and event loops, so
each command runs on a separate thread.
"""

import asyncio
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event, Lock, Thread
from typing import IO, Any

from choreo_components.config.findings import one_line
from choreo_components.kubernetes.kubeconfig.credentials import Credentials, CredentialsError, bearer
from choreo_components.kubernetes.kubeconfig.fields import KubeconfigError
from choreo_components.kubernetes.kubeconfig.reading import document

COMMAND_SECONDS = 240.0
"""How long a command may take: a person may need to log in with a browser."""

GRACE_SECONDS = 5.0
"""How long a command that was terminated may run on before it is killed."""

PAUSE_SECONDS = 10.0
"""How long a command is not run again after it failed, or its credentials were refused twice."""

LONGEST_SAID = 300
"""Characters of what a command has printed that an error quotes."""

_POLL_SECONDS = 0.1

_THE_COMMAND = "the exec credential plugin (user.exec)"


@dataclass(frozen=True, eq=False)
class _Issued:
    """The credentials of a run: when they expire, in seconds since the epoch, and when they were issued."""

    credentials: Credentials
    until: float | None
    since: float = field(default_factory=time.monotonic)

    @property
    def expired(self) -> bool:
        return self.until is not None and time.time() > self.until

    @property
    def age(self) -> float:
        return time.monotonic() - self.since


class _Run:
    """A run of the command, and how many requests wait for it. The outcome comes when the process has ended."""

    def __init__(self) -> None:
        self.outcome: Future[Credentials] = Future()
        # A request that is cancelled must not cancel the outcome of the others.
        self.outcome.set_running_or_notify_cancel()
        self.waiting = 0
        self.cancelled = Event()


class Command:
    """The source of credentials that a command is. There is one for each command and cluster: `command` finds it."""

    def __init__(self, spec: Mapping[str, Any], cluster: Mapping[str, Any] | None) -> None:
        """Takes the ExecConfig, and the cluster if the command needs it; runs nothing yet."""
        self._spec = spec
        self._cluster = cluster
        self._lock = Lock()
        self._issued: _Issued | None = None
        self._failure: tuple[str, float] | None = None
        self._run: _Run | None = None
        self._in_vain = 0
        """Runs since credentials were last accepted."""

    async def get(self, rejected: Credentials | None = None) -> Credentials:
        """The credentials that the command has printed, or prints now; all concurrent requests wait for the same run.

        A waiting request may be cancelled. When the last one is, the command is terminated, and its end awaited.
        """
        while True:
            with self._lock:
                if (issued := self._usable(rejected)) is not None:
                    return issued
                if self._run is None:
                    self._run = _Run()
                    Thread(target=self._work, args=(self._run,), daemon=True).start()
                run = self._run
                ending = run.cancelled.is_set()
                run.waiting += not ending
            if ending:
                # Two runs at once might need the same port.
                with suppress(CredentialsError):
                    await asyncio.wrap_future(run.outcome)
                continue
            try:
                return await asyncio.wrap_future(run.outcome)
            except asyncio.CancelledError:
                with self._lock:
                    run.waiting -= 1
                    if not run.waiting:
                        run.cancelled.set()
                if run.cancelled.is_set():
                    with suppress(CredentialsError):
                        await asyncio.wrap_future(run.outcome)
                raise

    def accepted(self, credentials: Credentials) -> None:
        """Notes that the command's credentials were accepted."""
        if self._issued is not None and credentials is self._issued.credentials:
            self._in_vain = 0

    def _usable(self, rejected: Credentials | None) -> Credentials | None:
        """The outcome of the last run, as long as it can be used. Raises CredentialsError."""
        if self._failure is not None:
            said, until = self._failure
            if time.monotonic() < until:
                raise CredentialsError(said)
        issued = self._issued
        if issued is None:
            return None
        stale = issued.expired or issued.credentials is rejected
        enough = self._in_vain >= 2 and issued.age < PAUSE_SECONDS
        return issued.credentials if enough or not stale else None

    def _work(self, run: _Run) -> None:
        """On a separate thread: runs the command, and sets the outcome."""
        issued: _Issued | None = None
        problem: Exception | None = None
        try:
            issued = self._answer(run.cancelled)
        except Exception as failure:
            # No request may wait for an outcome that never comes.
            problem = failure
        with self._lock:
            self._run = None
            self._failure = None
            if issued is not None:
                self._issued = issued
                self._in_vain += 1
            elif isinstance(problem, CredentialsError) and not run.cancelled.is_set():
                self._failure = (str(problem), time.monotonic() + PAUSE_SECONDS)
        if issued is not None:
            run.outcome.set_result(issued.credentials)
        else:
            run.outcome.set_exception(problem)

    def _answer(self, cancelled: Event) -> _Issued:
        environment = {**os.environ, **{each["name"]: each["value"] for each in self._spec.get("env", [])}}
        asked: dict[str, Any] = {"interactive": False}
        if self._cluster is not None:
            asked["cluster"] = self._cluster
        version = self._spec["apiVersion"]
        wanted = {"apiVersion": version, "kind": "ExecCredential", "spec": asked}
        environment["KUBERNETES_EXEC_INFO"] = json.dumps(wanted)
        hint = f"; {_line(self._spec['installHint'])}" if "installHint" in self._spec else ""
        named = self._spec["command"]
        # As client-go: by the PATH of this process, not by one that `env` may have.
        program = named if os.sep in named else shutil.which(named)
        if program is None:
            raise CredentialsError(f"{_THE_COMMAND} is not on PATH{hint}")
        try:
            printed = _printed([program, *self._spec.get("args", [])], environment, cancelled)
        except (OSError, ValueError) as problem:
            why = problem.strerror if isinstance(problem, OSError) else "not a command"
            raise CredentialsError(f"{_THE_COMMAND} cannot be run: {why}{hint}") from None
        return _found_in(printed, version)


_COMMANDS: dict[str, Command] = {}
_COMMANDS_LOCK = Lock()


def command(spec: Mapping[str, Any], cluster: Mapping[str, Any] | None) -> Command:
    """The one source for this command (an ExecConfig) and the cluster that it needs, if any."""
    key = json.dumps([spec, cluster], sort_keys=True, default=str)
    with _COMMANDS_LOCK:
        return _COMMANDS.setdefault(key, Command(spec, cluster))


def _printed(arguments: Sequence[str], environment: Mapping[str, str], cancelled: Event) -> str:
    """The command's output, once it has succeeded. It has ended in any case.

    Raises CredentialsError if it failed, OSError or ValueError if it could not be started.
    """
    # A browser that the command has started may keep its standard error open: its end of file is not waited for.
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            arguments, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors
        )
        printed = _communicated(process, cancelled)
        if cancelled.is_set():
            raise CredentialsError(f"{_THE_COMMAND} was cancelled")
        said = _said(errors)
    if printed is None:
        raise CredentialsError(f"{_THE_COMMAND} did not end within {COMMAND_SECONDS:g} s{said}")
    if process.returncode:
        how = f"exit code {process.returncode}" if process.returncode > 0 else f"signal {-process.returncode}"
        raise CredentialsError(f"{_THE_COMMAND} failed with {how}{said}")
    try:
        return printed.decode()
    except ValueError:
        raise CredentialsError(f"{_THE_COMMAND} does not print text") from None


def _communicated(process: subprocess.Popen[bytes], cancelled: Event) -> bytes | None:
    """The output of a process that has ended; None if it had to be terminated."""
    deadline = time.monotonic() + COMMAND_SECONDS
    while not cancelled.is_set() and time.monotonic() < deadline:
        with suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=_POLL_SECONDS)[0]
    process.terminate()
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    # A process that it has started may still have its output open.
    assert process.stdout is not None
    process.stdout.close()
    return None


def _said(errors: IO[bytes]) -> str:
    """The end of the command's standard error, in one line."""
    errors.seek(0)
    text = _line(errors.read().decode(errors="replace"))
    return f": {text}" if text else ""


def _line(text: str) -> str:
    words = " ".join(text.split())
    return one_line(words if len(words) <= LONGEST_SAID else f"… {words[-LONGEST_SAID:]}")


def _found_in(printed: str, version: str) -> _Issued:
    """The credentials in the answer of a command (client.authentication.k8s.io: ExecCredential)."""
    try:
        answer = document(printed, "")
    except KubeconfigError:
        answer = None
    if not isinstance(answer, Mapping):
        raise CredentialsError(f"{_THE_COMMAND} does not print an ExecCredential")
    if answer.get("kind") != "ExecCredential" or answer.get("apiVersion") != version:
        raise CredentialsError(
            f"{_THE_COMMAND} does not print an ExecCredential of {version}, the version in the kubeconfig"
        )
    status = answer.get("status")
    names = ("token", "clientCertificateData", "clientKeyData", "expirationTimestamp")
    values = [status.get(name) or None for name in names] if isinstance(status, Mapping) else [None] * len(names)
    if not all(value is None or isinstance(value, str) for value in values):
        raise CredentialsError(f"{_THE_COMMAND} prints a status with fields that are not strings")
    token, certificate, key, expires = values
    if (certificate is None) != (key is None):
        raise CredentialsError(f"{_THE_COMMAND} prints only one of a certificate and its key")
    if token is None and certificate is None:
        raise CredentialsError(f"{_THE_COMMAND} prints neither a token nor a certificate")
    pair = None if certificate is None or key is None else (certificate, key)
    credentials = Credentials(certificate=pair) if token is None else bearer(token, pair)
    return _Issued(credentials, None if expires is None else _seconds(expires))


def _seconds(timestamp: str) -> float:
    try:
        moment = datetime.fromisoformat(timestamp)
    except ValueError:
        raise CredentialsError(f"{_THE_COMMAND} prints an invalid expirationTimestamp") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()

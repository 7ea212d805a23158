"""A control plane: etcd, kube-apiserver and kube-controller-manager, which belong to one directory alone."""

import fcntl
import json
import logging
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import toolchain
from devcluster import health, kubeconfig, ports, private
from devcluster.errors import ClusterError
from devcluster.members import MEMBERS, command
from devcluster.pki import Pki
from devcluster.process import Process

SECONDS_TO_GET_READY = 60.0
SECONDS_FOR_OTHERS = 200.0

log = logging.getLogger("devcluster")


@dataclass(frozen=True)
class Member:
    """The state of one of the three programs."""

    name: str
    pid: int | None
    """None if it does not run."""
    port: int | None
    """The port of 127.0.0.1 it listens on. None before its first start."""
    log: Path
    problem: str
    """Why it is not ready; "" if it is."""


class ControlPlane:
    """The control plane of a directory, which need not exist yet. As a context manager, it is stopped at the end.

    Everything is kept in the directory, mode 0700: `kubeconfig` (of an administrator), `logs/`, `etcd/` (the data),
    `pki/`, `run/` (which processes are ours) and `ports.json`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.absolute()
        self.kubeconfig = self.directory / "kubeconfig"
        self._pki = Pki(self.directory / "pki")
        self._ports_file = self.directory / "ports.json"
        self._processes = {
            name: Process(name, self.directory / "run" / f"{name}.json", self.directory / "logs" / f"{name}.log")
            for name in MEMBERS
        }

    @classmethod
    def start(cls, directory: Path, release: str | None = None) -> Self:
        """Makes the control plane of a directory run, ready and with OpenChoreo's CRDs.

        `release` is one of OpenChoreo's that has changed them; None means the releases before.
        Members that run are not touched, missing ones are started, data and ports are kept. If it fails, it ends what
        it has started.
        Raises ClusterError with the end of the log of the member that failed, and ToolchainError if the binaries are
        not available."""
        self = cls(directory)
        wanted = [binary for binary in toolchain.catalog() if binary.name in MEMBERS]
        programs = {each.binary.name: each.path for each in toolchain.resolve(wanted)}
        self._make_directory()
        with self._alone(), ExitStack() as undo:
            self._pki.ensure()
            numbers = self._choose_ports()
            kubeconfig.write(self.kubeconfig, numbers["kube-apiserver"], self._pki, "admin")
            controllers = self.directory / "controllers.kubeconfig"
            kubeconfig.write(controllers, numbers["kube-apiserver"], self._pki, "kube-controller-manager")
            for name, process in self._processes.items():
                begun = time.monotonic()
                data = self.directory / "etcd"
                started = process.ensure(command(name, programs[name], numbers, self._pki, data, controllers))
                if started:
                    undo.callback(process.stop)
                health.wait(process, numbers[name], self._pki, SECONDS_TO_GET_READY)
                took = f"ready after {time.monotonic() - begun:.1f} s" if started else "runs already"
                log.info("%s: %s (process %s, port %s)", name, took, process.pid, numbers[name])
            self._install_definitions(release)
            undo.pop_all()
        return self

    def stop(self) -> None:
        """Ends all members; their data stay. Does nothing if none runs."""
        if not self._is_ours():
            return
        with self._alone():
            self._stop()

    def reset(self) -> None:
        """Ends all members and deletes their data, certificates and logs."""
        if not self._is_ours():
            return
        with self._alone():
            self._stop()
            shutil.rmtree(self.directory)

    def kill(self, member: str) -> None:
        """Ends a member as a crash would, for tests."""
        self._processes[member].kill()

    def status(self) -> Sequence[Member]:
        """The state of the members."""
        numbers = self._ports()
        return [
            Member(
                name=name,
                pid=process.pid,
                port=numbers.get(name),
                log=process.log,
                problem=health.ask(name, numbers[name], self._pki) if process.pid is not None else "it does not run",
            )
            for name, process in self._processes.items()
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _is_ours(self) -> bool:
        """Whether the directory belongs to a control plane: only that may be changed or deleted."""
        return self._ports_file.exists()

    def _make_directory(self) -> None:
        if self.directory.exists() and not self._is_ours() and any(self.directory.iterdir()):
            raise ClusterError(
                f"{self.directory}: has files that do not belong to a control plane; name an empty directory, or one "
                "that does not exist yet"
            )
        for folder in (self.directory, self.directory / "logs", self.directory / "run", self.directory / "etcd"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.directory.chmod(0o700)
        if not self._is_ours():
            private.write(self._ports_file, "{}")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keeps other commands from changing the same control plane at the same time."""
        deadline = time.monotonic() + SECONDS_FOR_OTHERS
        descriptor = os.open(self.directory, os.O_RDONLY)
        try:
            while not _locks(descriptor):
                if time.monotonic() > deadline:
                    raise ClusterError(
                        f"{self.directory}: another command has been using it for {SECONDS_FOR_OTHERS:.0f} s; try "
                        "again when it has ended"
                    )
                time.sleep(0.1)
            yield
        finally:
            os.close(descriptor)

    def _choose_ports(self) -> Mapping[str, int]:
        numbers = dict(self._ports())
        for name, process in self._processes.items():
            if process.pid is None and (name not in numbers or not ports.is_free(numbers[name])):
                numbers[name] = ports.pick(taken=numbers.values())
        private.write(self._ports_file, json.dumps(numbers))
        return numbers

    def _ports(self) -> Mapping[str, int]:
        return json.loads(self._ports_file.read_text()) if self._is_ours() else {}

    def _stop(self) -> None:
        for name, process in reversed(self._processes.items()):
            if process.pid is not None:
                process.stop()
                log.info("%s: stopped", name)

    def _install_definitions(self, release: str | None) -> None:
        # Imported here: the models and the client take half a second to import, which only a start needs.
        from choreo_components.api.crd import custom_resource_definitions
        from devcluster import crds

        begun = time.monotonic()
        definitions = custom_resource_definitions(release)
        crds.install(self.kubeconfig, definitions)
        log.info("%d custom resource definitions: ready after %.1f s", len(definitions), time.monotonic() - begun)


def _locks(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

"""The control planes of a run: its workers share them, the first that asks for one starts it, the last one stops it."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from devcluster import ControlPlane
from devcluster.members import MEMBERS

Preparation = Callable[[ControlPlane], None]


class Planes:
    """The control planes in a folder that all workers of a run have in common.

    A worker has a lock on each that it uses, which ends with the worker whatever becomes of it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)

    @contextmanager
    def use(
        self,
        name: str,
        release: str | None = None,
        prepare: Preparation = lambda plane: None,
        before_stop: Preparation = lambda plane: None,
    ) -> Iterator[ControlPlane]:
        """The control plane of the name, for as long as the context is open.

        `release` is that of its definitions of OpenChoreo. Whoever starts it has it prepared; the last to use it does
        what has to be done before it is stopped.
        """
        running = self._folder / f"{name}.running"
        with (self._folder / f"{name}.users").open("a") as users:
            with self.alone(name):
                fcntl.flock(users, fcntl.LOCK_SH)
                if running.exists():
                    plane = ControlPlane(self._folder / name)
                else:
                    with ExitStack() as undo:
                        plane = undo.enter_context(ControlPlane.start(self._folder / name, release))
                        prepare(plane)
                        undo.pop_all()
                    running.touch()
            try:
                yield plane
            finally:
                with self.alone(name):
                    if _is_last(users):
                        running.unlink()
                        with plane:
                            before_stop(plane)
                            # Its data are not needed again: no member has to end in good order.
                            for member in MEMBERS:
                                plane.kill(member)

    def left(self) -> Iterator[ControlPlane]:
        """Those that workers have left behind which were interrupted."""
        for running in self._folder.glob("*.running"):
            yield ControlPlane(running.with_suffix(""))
            running.unlink()

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """Keeps the other workers from what has this name."""
        with (self._folder / f"{name}.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _is_last(users: IO[str]) -> bool:
    """Whether no other worker has a lock on the file."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        fcntl.flock(users, fcntl.LOCK_UN)
        return False
    return True

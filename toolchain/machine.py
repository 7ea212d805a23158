"""The machine: programs that it has already, in KUBEBUILDER_ASSETS or on PATH, and whether they are recent enough."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from toolchain import cache
from toolchain.catalog import Binary, Version

ASSETS = "KUBEBUILDER_ASSETS"
"""The variable that names the folder with etcd, kube-apiserver and kubectl: the convention of envtest."""
PROBE_SECONDS = 10.0


@dataclass(frozen=True)
class Found:
    """A program of a binary's name."""

    binary: Binary
    path: Path
    version: Version | None
    """None if it does not print one."""

    @property
    def is_usable(self) -> bool:
        """Whether it is recent enough."""
        return self.binary.least is not None and self.version is not None and self.version >= self.binary.least


def find(binary: Binary, links: Path | None) -> list[Found]:
    """The programs of a binary's name in the order they count, up to the first that is recent enough.

    KUBEBUILDER_ASSETS is set for this one purpose, so it comes before PATH, of which only the first program counts: it
    is the one that the user's own commands run. Programs in the cache or in the folder `links` do not count."""
    found: list[Found] = []
    for path in _candidates(binary, links):
        found.append(Found(binary, path, _version(path, binary.asks_version)))
        if found[-1].is_usable:
            break
    return found


def _candidates(binary: Binary, links: Path | None) -> Iterator[Path]:
    if binary.least is None:
        return
    assets = os.environ.get(ASSETS, "")
    for folders in ([assets] if binary.is_asset and assets else [], os.get_exec_path()):
        for folder in folders:
            program = shutil.which(binary.name, path=folder)
            if program is not None and not _is_link_of_ours(Path(program), links):
                yield Path(program).absolute()
                break


def _is_link_of_ours(program: Path, links: Path | None) -> bool:
    return cache.is_ours(program) or (links is not None and program.absolute().parent.resolve() == links.resolve())


def _version(program: Path, arguments: tuple[str, ...]) -> Version | None:
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

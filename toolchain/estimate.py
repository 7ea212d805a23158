"""The estimate: how long the missing builds take, why, and what would avoid them."""

import os
from collections.abc import Collection, Iterator, Sequence

from toolchain.catalog import Binary
from toolchain.machine import ASSETS, Found

# Go compiles packages in parallel if they do not need each other: more cores than these are idle.
CORES_USED = 8
# Modules are downloaded and packages wait for others meanwhile, as `.ci/cold` shows.
BUSY = 0.75


def announcement(missing: Sequence[Binary], unusable: Sequence[Found], cores: int | None = None) -> str:
    """The lines to print before `missing` are built. `unusable` are the programs that are too old."""
    cores = cores or len(os.sched_getaffinity(0))
    lines = [
        f"building with Go, about {minutes(missing, cores)} min on {cores} core{'s' if cores > 1 else ''}, and only "
        f"once: {_names(missing)}",
        "  Package registries offer their sources only: they are compiled, with all the libraries that they use.",
        *(f"  {_too_old(each)}" for each in unusable),
        *(f"  {line}" for line in _ways_around(missing, cores)),
    ]
    return "\n".join(lines)


def minutes(missing: Collection[Binary], cores: int) -> int:
    """Estimated minutes of a build on an idle machine, at least one.

    Binaries of one go.mod share what they compile, so only the first one of each pays for `shared_seconds`."""
    shared = {binary.folder: binary.shared_seconds for binary in missing}
    seconds = sum(shared.values()) + sum(binary.seconds for binary in missing)
    return max(1, round(seconds / 60 / min(cores, CORES_USED) / BUSY))


def _ways_around(missing: Sequence[Binary], cores: int) -> Iterator[str]:
    names = {binary.name for binary in missing}
    by_pulumi = [binary for binary in missing if binary.name == "pulumi" or binary.belongs_to == "pulumi"]
    assets = [binary for binary in missing if binary.is_asset]
    if "pulumi" in names:
        pulumi = next(binary for binary in missing if binary.name == "pulumi")
        yield f"Pulumi {pulumi.least} or newer on PATH, which brings plugins along, avoids {_names(by_pulumi)}:"
        yield "  https://www.pulumi.com/docs/install/"
    if assets:
        least = ", ".join(f"{binary.name} {binary.least}" for binary in assets)
        yield f"{ASSETS}, the folder in which envtest keeps its programs, avoids {_names(assets)}, if it has"
        yield f'  {least}, or newer: export {ASSETS}="$(setup-envtest use --print path)"'
    remaining = [binary for binary in missing if binary not in (*by_pulumi, *assets)]
    if remaining != list(missing):
        rest = "none is built"
        if remaining:
            rest = f"about {minutes(remaining, cores)} min remain, for {_names(remaining)}"
        together = "With both" if "pulumi" in names and assets else "With that"
        yield f"{together}, {rest}. Stop this with Ctrl-C to do so: what is built by then is kept."


def _too_old(found: Found) -> str:
    says = "prints no version" if found.version is None else f"is {found.version}"
    return f"{found.path} {says}, and {found.binary.least} or newer is needed, so it is not used."


def _names(binaries: Sequence[Binary]) -> str:
    return ", ".join(binary.name for binary in binaries)

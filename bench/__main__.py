"""The command `python -m bench`: measures choreo against the hand-written program on a separate control plane."""

import argparse
import os
import platform
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version

from bench import measure, table
from bench.measure import CommandError
from bench.scenarios import (
    Say,
    measure_components,
    measure_many,
    measure_natural,
    measure_planning,
    measure_platform,
    measure_today,
    measure_together,
    warm_up,
)
from bench.table import Row
from bench.workspace import Workspace, workspace
from devcluster import ClusterError
from toolchain import ToolchainError

Scenario = Callable[[Workspace, int, Say], Iterator[Row]]

SCENARIOS: Mapping[str, tuple[Scenario, int]] = {
    "natural": (measure_natural, 100),
    "today": (measure_today, 100),
    "together": (measure_together, 100),
    "components": (measure_components, 100),
    "platform": (measure_platform, 100),
    "many": (measure_many, 60),
    "planning": (measure_planning, 1000),
}
"""Each scenario, and the size its limits are for."""


def main() -> int:
    """Measures, and prints a table; 1 if a limit is exceeded."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("scenario", nargs="?", choices=[*SCENARIOS], help="default: all of them")
    parser.add_argument("--size", type=int, help="instead of the size that the limits are for")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        rows = measure_all([arguments.scenario] if arguments.scenario else [*SCENARIOS], arguments.size)
    except KeyboardInterrupt:
        return 130
    except (CommandError, ClusterError, ToolchainError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    print(f"\n{table.text(rows)}\n\nWall time in seconds, medians; every pulumi command with --skip-preview --yes.")
    return 1 if any(row.is_over for row in rows) else 0


def measure_all(names: list[str], size: int | None) -> list[Row]:
    """The rows of the scenarios' tables, with a line on standard output for each command that was measured."""
    begun = time.monotonic()

    def say(line: str) -> None:
        print(f"[{time.monotonic() - begun:4.0f} s, load {os.getloadavg()[0]:.1f}] {line}", flush=True)

    say(machine())
    measure.adopt_orphans()
    rows: list[Row] = []
    with workspace() as made:
        if set(names) - {"planning"}:
            warm_up(made, say)
        for name in names:
            scenario, usual = SCENARIOS[name]
            rows += scenario(made, size or usual, say)
    return rows


def machine() -> str:
    """The machine and versions of the measurement."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in ("pulumi", "pulumi-kubernetes"))
    python = f"Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {python}, {packages}"


if __name__ == "__main__":
    sys.exit(main())

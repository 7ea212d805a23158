"""What a worker of a run is given at a time: a unit of tests, in the order of the run, once it has none ahead.

The tests on the real engine wait more than they work, so they begin, on all workers at once; all others are there for
the cores while the last of those wait. Tests that share something dear stay together.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

SLOW = ("tests/engine/", "tests/faults/")
"""Where each test is a unit; elsewhere, each file."""

WHOLE = 1_000
"""More tests than a file has."""

TOGETHER: Mapping[str, int] = {
    "tests/engine/test_another_cluster.py": WHOLE,
    "tests/engine/test_definitions.py": WHOLE,
    "tests/engine/test_older_definitions.py": WHOLE,
    "tests/engine/test_part_of_a_stack.py": 6,
    "tests/engine/test_permissions.py": 8,
    "tests/engine/test_permissions_v1alpha1.py": 24,
    "tests/engine/test_secrets.py": 3,
    "tests/engine/test_two_clusters.py": 5,
    "tests/engine/test_upstream_samples.py": 3,
    "tests/engine/test_verdicts.py": WHOLE,
}
"""The files of which so many tests are a unit.

They share a stack, an operator or a control plane that others do not use, or have objects of the same names.
"""

UP = "[up of "
"""A case of tests/faults with which a unit begins: those that follow destroy what it has made."""


def units(tests: Sequence[str]) -> Mapping[str, str]:
    """The unit of each test, by their ids, in which those of a file are adjacent."""
    found: dict[str, str] = {}
    counts: dict[str, int] = {}
    unit = ""
    for test in tests:
        file, _, name = test.partition("::")
        position = counts[file] = counts.get(file, -1) + 1
        if not file.startswith(SLOW):
            unit = file
        elif file in TOGETHER:
            unit = f"{file}::{position // TOGETHER[file]}"
        elif UP in name or "[destroy of " not in name:
            unit = test
        found[test] = unit
    return found


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Gives each worker the next unit when no more than one test is ahead of it, as a worker needs to know the next."""

    _units: Mapping[str, str] | None = None

    def _split_scope(self, nodeid: str) -> str:
        if self._units is None:
            self._units = units(self.collection)
        return self._units[nodeid]

    def _reschedule(self, node: Any) -> None:
        if not self.workqueue or self._pending_of(self.assigned_work[node]) <= 1:
            super()._reschedule(node)

"""The table: what was compared, and whether choreo stays within the limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bench.measure import Usage

COLUMNS = ("step", "against", "its s", "choreo s", "ratio", "limit", "", "its CPU s", "choreo CPU s", "runs")


@dataclass(frozen=True)
class Row:
    """One step, as often as it was measured.

    `limit` is the greatest ratio of wall times; without a reference, the most seconds of CPU.
    """

    step: str
    choreo: Sequence[Usage]
    against: str = ""
    others: Sequence[Usage] = ()
    limit: float | None = None

    @property
    def value(self) -> float:
        """What the limit is for."""
        if not self.others:
            return _cpu(self.choreo)
        return _wall(self.choreo) / _wall(self.others)

    @property
    def is_over(self) -> bool:
        """Whether the limit is exceeded."""
        return self.limit is not None and self.value > self.limit

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as text, a cell for each column."""
        compared = bool(self.others)
        limit = "" if self.limit is None else f"{self.limit:.2f}" if compared else f"{self.limit:.2f} s CPU"
        return (
            self.step,
            self.against,
            f"{_wall(self.others):.1f}" if compared else "",
            f"{_wall(self.choreo):.1f}",
            f"{self.value:.2f}" if compared else "",
            limit,
            "" if self.limit is None else "over" if self.is_over else "ok",
            f"{_cpu(self.others):.1f}" if compared else "",
            f"{_cpu(self.choreo):.1f}" if compared else f"{_cpu(self.choreo):.2f}",
            str(len(self.choreo)),
        )


def text(rows: Sequence[Row]) -> str:
    """The table as Markdown, which is readable in a terminal as well."""
    lines = [COLUMNS, *(row.cells for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    rule = tuple("-" * width if column < 2 else "-" * (width - 1) + ":" for column, width in enumerate(widths))
    return "\n".join(_line(line, widths) for line in (lines[0], rule, *lines[1:]))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    aligned = [
        cell.ljust(width) if column < 2 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return f"| {' | '.join(aligned)} |"


def _wall(usages: Sequence[Usage]) -> float:
    return median(usage.wall for usage in usages)


def _cpu(usages: Sequence[Usage]) -> float:
    return median(usage.cpu for usage in usages)

"""A finding: one problem with what is declared, and its location.

Reading, validating and planning never stop at the first problem: they collect findings, and one report shows them all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from choreo_components.api.generation import Severity

LONGEST = 1000
"""Characters of a file's name, a field's name, or a message. The middle of a longer one is left out."""

MOST_REPORTED = 500
"""Findings in one report. Of the others, only the number is reported."""


@dataclass(frozen=True, slots=True)
class Location:
    """A place in the user's files: `file`, 1-based `line` (None if only the field is known) and dotted `field`."""

    file: str
    line: int | None = None
    field: str = ""

    def __post_init__(self) -> None:
        """Names of files and keys come from the user, and may contain anything."""
        object.__setattr__(self, "file", one_line(self.file))
        object.__setattr__(self, "field", one_line(self.field))

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.field}" if self.field else place


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem: its severity, its place, and a message that says what is wrong and what would be right."""

    severity: Severity
    where: Location
    message: str

    def __post_init__(self) -> None:
        """What a message quotes comes from the user, and may contain anything."""
        object.__setattr__(self, "message", one_line(self.message))

    def __str__(self) -> str:
        return f"{self.where}: {self.severity.value}: {self.message}"


def error(where: Location, message: str) -> Finding:
    """An error finding."""
    return Finding(Severity.ERROR, where, message)


def warning(where: Location, message: str) -> Finding:
    """A warning finding."""
    return Finding(Severity.WARNING, where, message)


def errors(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that stop everything."""
    return [finding for finding in findings if finding.severity is Severity.ERROR]


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """The findings in the order of their places."""
    return sorted(findings, key=lambda f: (f.where.file, f.where.line or 0, f.where.field, f.message))


def report(findings: Sequence[Finding]) -> str:
    """All findings as one text in the order of their places, a line each, under a line that counts them."""
    ordered = in_order(findings)
    count = len(errors(findings))
    head = f"{count} {'error' if count == 1 else 'errors'} in what this stack declares; nothing was applied:"
    more = len(ordered) - MOST_REPORTED
    tail = [f"  … and {more:,} more"] if more > 0 else []
    return "\n".join([head, *(f"  {finding}" for finding in ordered[:MOST_REPORTED]), *tail])


def one_line(text: str) -> str:
    """The text as one printable line of limited length, which every terminal and every protocol accepts."""
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} … {text[-LONGEST // 2 :]}"
    if text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape", "surrogatepass").decode() for sign in text
    )

"""A finding says what is wrong and where; a report shows all of them."""

import pytest

from choreo_components.config.findings import Location, error, errors, report, warning


@pytest.mark.parametrize(
    ("location", "text"),
    [
        (Location("a.yaml"), "a.yaml"),
        (Location("a.yaml", 3), "a.yaml:3"),
        (Location("a.yaml", 3, "spec.dataPlaneRef"), "a.yaml:3: spec.dataPlaneRef"),
        (
            Location("configuration of stack dev", None, "choreo:projects"),
            "configuration of stack dev: choreo:projects",
        ),
    ],
)
def test_a_place_reads_like_a_compilers(location: Location, text: str) -> None:
    assert str(location) == text


def test_a_finding_reads_place_severity_message() -> None:
    assert str(error(Location("a.yaml", 3, "kind"), "unknown")) == "a.yaml:3: kind: error: unknown"
    assert str(warning(Location("a.yaml", 3), "odd")) == "a.yaml:3: warning: odd"


def test_warnings_stop_nothing() -> None:
    wrong = error(Location("a.yaml"), "wrong")
    assert errors([warning(Location("a.yaml"), "odd"), wrong]) == [wrong]


def test_a_report_counts_the_errors_and_shows_everything_by_place() -> None:
    findings = [
        error(Location("b.yaml", 1), "last"),
        error(Location("a.yaml", 10), "third"),
        warning(Location("a.yaml", 2), "second"),
        error(Location("a.yaml"), "first"),
    ]
    assert report(findings).splitlines() == [
        "3 errors in what this stack declares; nothing was applied:",
        "  a.yaml: error: first",
        "  a.yaml:2: warning: second",
        "  a.yaml:10: error: third",
        "  b.yaml:1: error: last",
    ]


def test_one_error_is_not_reported_in_the_plural() -> None:
    assert report([error(Location("a.yaml"), "wrong")]).startswith("1 error in what")


def test_a_long_message_keeps_its_beginning_and_its_end() -> None:
    message = error(Location("a.yaml"), f"the name {'n' * 10_000_000} is too long").message
    assert len(message) < 1010
    assert message.startswith("the name nnn")
    assert message.endswith("nnn is too long")


def test_a_finding_is_one_line_of_printable_characters() -> None:
    """A key or the name of a file may contain anything, and must neither break the report nor control the terminal."""
    finding = error(Location("\udcff.yaml", 1, "a\nb"), "not \x1b[31m")
    assert str(finding) == "\\udcff.yaml:1: a\\nb: error: not \\x1b[31m"


def test_a_report_shows_the_first_of_very_many_findings_and_counts_the_others() -> None:
    reported = report([error(Location("a.yaml", line), "wrong") for line in range(1, 1501)]).splitlines()
    assert reported[0] == "1500 errors in what this stack declares; nothing was applied:"
    assert reported[-2:] == ["  a.yaml:500: error: wrong", "  … and 1,000 more"]

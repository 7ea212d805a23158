"""A duration is written as Go writes it, and is greater than zero."""

import pytest

from choreo_components.config.durations import seconds


@pytest.mark.parametrize(
    ("duration", "expected"),
    [("90s", 90), ("10m", 600), ("1h30m", 5400), ("1.5h", 5400), ("250ms", 0.25), ("1m0s", 60)],
)
def test_a_duration_is_a_number_of_seconds(duration: str, expected: float) -> None:
    assert seconds(duration) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["", "10", "soon", "10 m", "-10m", "10m ", "10d", "m", "1h-5m", "٣s", "1e3s"])
def test_anything_else_is_refused_with_what_would_be_right(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration; write for example 90s, 10m or 1h30m"):
        seconds(text)


@pytest.mark.parametrize("text", ["0s", "0h0m"])
def test_a_deadline_of_zero_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be greater than zero"):
        seconds(text)

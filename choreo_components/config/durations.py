"""A duration as Pulumi and Kubernetes write it: `90s`, `10m`, `1h30m`."""

import re

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_PART = r"(\d+(?:\.\d+)?)(ms|h|m|s)"
# 2**63 nanoseconds, to the hour: as much as Go can count.
_LONGEST = 2562047 * 3600.0
# Go, which reads a duration in the end, knows ASCII digits only.
_DURATION = re.compile(f"(?:{_PART})+", re.ASCII)


def seconds(duration: str) -> float:
    """The duration in seconds. Raises ValueError with what would be right when it is none, or no deadline can be it."""
    if not _DURATION.fullmatch(duration):
        raise ValueError(f"{duration!r} is no duration: write it like 90s, 10m or 1h30m")
    total = sum(float(number) * _UNITS[unit] for number, unit in re.findall(_PART, duration))
    if total <= 0:
        raise ValueError(f"{duration!r} is no time at all: a deadline has to be longer than zero")
    if total > _LONGEST:
        raise ValueError(f"{duration!r} is longer than a deadline can be: at most 2562047h")
    return total

"""A duration as Pulumi and Kubernetes write it: `90s`, `10m`, `1h30m`."""

import re

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_PART = r"(\d+(?:\.\d+)?)(ms|h|m|s)"
# 2**63 nanoseconds in whole hours: Go's maximum.
_LONGEST = 2562047 * 3600.0
# Go, which finally reads the duration, accepts ASCII digits only.
_DURATION = re.compile(f"(?:{_PART})+", re.ASCII)


def seconds(duration: str) -> float:
    """The duration in seconds. Raises ValueError, which says what would be right, unless it can be a deadline."""
    if not _DURATION.fullmatch(duration):
        raise ValueError(f"{duration!r} is not a duration; write for example 90s, 10m or 1h30m")
    total = sum(float(number) * _UNITS[unit] for number, unit in re.findall(_PART, duration))
    if total <= 0:
        raise ValueError(f"{duration!r} must be greater than zero")
    if total > _LONGEST:
        raise ValueError(f"{duration!r} is too long: a deadline can be at most 2562047h")
    return total

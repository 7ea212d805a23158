"""Drift of neighbours: compares the declared fields of an object of another API with the live ones.

All other fields of such an object were set by its API or by another tool, and are ignored. Pure.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from choreo_components.config.documents import FieldPath
from choreo_components.config.neighbours import Neighbour
from choreo_components.kubernetes.objects import Live

_QUANTITY = re.compile(r"([-+]?[0-9.]+)(?:e([-+]?[0-9]+)|([numkMGTPE]|[KMGTPE]i)?)")

_DECIMAL = "num kMGTPE"
"""The suffixes of powers of 1000 (Kubernetes: apimachinery/pkg/api/resource); none is the fourth."""

_BINARY = " KMGTPE"
"""The first letters of the suffixes of powers of 1024."""


def differences(neighbour: Neighbour, live: Live) -> Iterator[tuple[FieldPath, Any, Any]]:
    """The innermost fields that differ, each with its declared and live value; a list of another length as a whole.

    Quantities are equal if they are to Kubernetes, which writes `1000m` as `1`.
    """
    declared = {name: value for name, value in neighbour.wire.items() if name not in ("apiVersion", "kind")}
    yield from _differing(declared, live.manifest, ())


def _differing(ours: Any, theirs: Any, path: FieldPath) -> Iterator[tuple[FieldPath, Any, Any]]:
    if isinstance(ours, Mapping) and (isinstance(theirs, Mapping) or (theirs is None and _may_be_omitted(ours))):
        for name, value in ours.items():
            yield from _differing(value, (theirs or {}).get(name), (*path, name))
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from _differing(one, other, (*path, index))
    elif ours != theirs and not (theirs is None and _may_be_omitted(ours)) and not _is_same_quantity(ours, theirs):
        yield path, ours, theirs


def _may_be_omitted(value: Any) -> bool:
    """Whether the API server may leave the value out."""
    return value in ("", 0, False, [], {}) or (isinstance(value, Mapping) and all(map(_may_be_omitted, value.values())))


def _is_same_quantity(one: Any, other: Any) -> bool:
    first, second = _quantity(one), _quantity(other)
    return first is not None and first == second


def _quantity(value: Any) -> Decimal | None:
    """The number that a text means to Kubernetes; None if it is not a quantity."""
    found = _QUANTITY.fullmatch(str(value)) if isinstance(value, str | int | float) else None
    if found is None or found[1].count(".") > 1 or found[1].strip("+-.") == "":
        return None
    number, exponent, suffix = Decimal(found[1]), found[2], found[3]
    if exponent:
        return number * Decimal(10) ** int(exponent[:4])
    if not suffix:
        return number
    if suffix.endswith("i"):
        return number * Decimal(1024) ** _BINARY.index(suffix[0])
    return number * Decimal(1000) ** (_DECIMAL.index(suffix) - 3)

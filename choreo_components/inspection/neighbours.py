"""What the cluster has otherwise of a neighbour than its file says: the fields that are declared, and no others.

Whatever else is in such an object, its own API or another tool has set. Pure.
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
    """The innermost fields that differ, each with what is declared and what is there; a list of another length whole.

    Quantities are the same that Kubernetes takes for the same: it writes `1000m` as `1`.
    """
    own = {name: value for name, value in neighbour.wire.items() if name not in ("apiVersion", "kind")}
    yield from _differing(own, live.manifest, ())


def _differing(ours: Any, theirs: Any, path: FieldPath) -> Iterator[tuple[FieldPath, Any, Any]]:
    if isinstance(ours, Mapping) and (isinstance(theirs, Mapping) or (theirs is None and _says_nothing(ours))):
        for name, value in ours.items():
            yield from _differing(value, (theirs or {}).get(name), (*path, name))
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from _differing(one, other, (*path, index))
    elif ours != theirs and not (theirs is None and _says_nothing(ours)) and not _is_same_quantity(ours, theirs):
        yield path, ours, theirs


def _says_nothing(value: Any) -> bool:
    """Whether the API server may leave the value out."""
    return value in ("", 0, False, [], {}) or (isinstance(value, Mapping) and all(map(_says_nothing, value.values())))


def _is_same_quantity(one: Any, other: Any) -> bool:
    first, second = _quantity(one), _quantity(other)
    return first is not None and first == second


def _quantity(value: Any) -> Decimal | None:
    """The number that a text means to Kubernetes; None where it means none."""
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

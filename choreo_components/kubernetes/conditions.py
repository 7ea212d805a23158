"""Conditions: whether OpenChoreo's controllers have accepted the current generation of an object."""

from collections.abc import Iterator, Mapping
from typing import Any

from choreo_components.api import Kind
from choreo_components.kubernetes.objects import Live


def accepted(live: Live, kind: Kind) -> bool:
    """Whether the kind's ready condition is met for the object's current generation."""
    return any(_is_met(condition, kind) and not _is_outdated(condition, live, kind) for condition in live.conditions)


def outdated(live: Live, kind: Kind) -> int | None:
    """The generation that was accepted, if the object has changed since; None otherwise."""
    found = (each for each in live.conditions if _is_met(each, kind) and _is_outdated(each, live, kind))
    return next((each.get("observedGeneration", 0) for each in found), None)


def explanation(live: Live, kind: Kind) -> Iterator[str]:
    """Why an object is not accepted, as far as its status shows."""
    yield f"{live} is not accepted by OpenChoreo's controllers: it waits for {kind.ready_condition}=True"
    yield from (f"  {line}" for line in live.condition_lines)
    if not live.conditions:
        yield "  no controller has processed it: without OpenChoreo's controllers, set choreo:controllers to absent"
    yield f"  {live.inspect}"


def _is_met(condition: Mapping[str, Any], kind: Kind) -> bool:
    return condition.get("type") == kind.ready_condition and condition.get("status") == "True"


def _is_outdated(condition: Mapping[str, Any], live: Live, kind: Kind) -> bool:
    return kind.ready_is_refreshed and condition.get("observedGeneration", 0) < live.metadata["generation"]

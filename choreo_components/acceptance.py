"""Acceptance: what OpenChoreo's controllers say of an object as it is now."""

from choreo_components.api import Kind
from choreo_components.cluster import Live


def accepted(live: Live, kind: Kind) -> bool:
    """Whether the condition that OpenChoreo's controllers set on the kind says so, of the object as it is now."""
    return any(
        condition.get("type") == kind.ready_condition
        and condition.get("status") == "True"
        and not (kind.ready_is_refreshed and condition.get("observedGeneration", 0) < live.metadata["generation"])
        for condition in live.conditions
    )

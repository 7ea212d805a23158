"""Readiness in openchoreo.dev/v1alpha1: whether the condition of an object becomes true by itself.

Reference-v1alpha1: section 1.
"""

from collections.abc import Mapping
from typing import Any

from choreo_components.api.generation import Given
from choreo_components.api.openchoreo_v1alpha1.hierarchy import spec_of


def waits(given: Given) -> bool:
    """Whether the object's condition can be waited for.

    A Component is ready only after its Workload, which is created after it. A binding without a release waits until
    one is filled in, and one that is undeployed is never ready.
    """
    return waits_of(given.wire)


def waits_of(wire: Mapping[str, Any]) -> bool:
    """The same for an object in wire names, some of whose values may not be known yet."""
    spec = spec_of(wire)
    match wire["kind"]:
        case "Component":
            return False
        case "ReleaseBinding":
            return bool(spec.get("releaseName")) and spec.get("state", "Active") == "Active"
        case "ResourceReleaseBinding":
            return bool(spec.get("resourceRelease"))
        case _:
            return True

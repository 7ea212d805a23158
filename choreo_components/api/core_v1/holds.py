"""A hold: why a dependent keeps an object of core.choreo.dev/v1 from being deleted (reference: section 5)."""

from collections.abc import Mapping
from typing import Any

from choreo_components.api.core_v1.data_planes import of_environment
from choreo_components.api.core_v1.hierarchy import promoted_environments
from choreo_components.api.generation import Hold, Severity, Target


def hold(deleted: Target, other: Mapping[str, Any]) -> Hold | None:
    """Why an object should stay: the other one needs it."""
    metadata, kind = other["metadata"], other["kind"]
    if metadata.get("namespace") != deleted.organization:
        return None
    name = metadata["name"]
    match deleted.kind:
        case "Organization":
            return Hold(f"Organization {deleted.known_as!r} still has {kind} {name!r}")
        case "DataPlane" if kind == "Environment":
            target = of_environment(other)
            if target is not None and target.known_as == deleted.known_as:
                return Hold(f"DataPlane {deleted.full_name!r} is still used by {kind} {name!r}")
        case "Environment" if kind == "DeploymentPipeline":
            if any(each == deleted.known_as for _, each in promoted_environments(other)):
                message = f"{kind} {name!r} still names environment {deleted.full_name!r}: promotion there fails"
                return Hold(message, Severity.WARNING)
    return None

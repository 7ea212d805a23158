"""A replacement: what happens to an object of openchoreo.dev/v1alpha1 with a changed immutable field, and to its parts.

The old object is deleted before the new one is created (reference-v1alpha1: section 10; executed.md: section 3).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from choreo_components.api.generation import Path, Severity, Violation
from choreo_components.api.openchoreo_v1alpha1.hierarchy import named
from choreo_components.api.openchoreo_v1alpha1.holds import hold

_AGAIN = "to re-create what this and other stacks declare of it, run pulumi up --refresh of each"


def replacement(path: Path, live: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> Violation | None:
    """The finding about a change of this field; None for kinds without parts."""
    kind, metadata = live["kind"], live["metadata"]
    deleted = named(kind, metadata.get("namespace") or "", metadata["name"])
    holding: dict[str, list[str]] = defaultdict(list)
    for other in others:
        if hold(deleted, other) is not None:
            holding[other["kind"]].append(repr(other["metadata"]["name"]))
    dependents = "; ".join(f"{each} {', '.join(sorted(names))}" for each, names in sorted(holding.items()))
    match kind:
        case "Environment" if dependents:
            message = (
                f"changing this field replaces the Environment, and OpenChoreo never finishes deleting the old one "
                f"while it is named by {dependents}; give the new environment another name, or remove this one from "
                "the pipeline in one pulumi up and change it in the next"
            )
            return Violation(path, message)
        case "Environment":
            message = (
                "changing this field replaces the Environment: everything deployed in the old one is deleted first, "
                f"with the namespaces; {_AGAIN}"
            )
            return Violation(path, message, Severity.WARNING)
        case "Project":
            lost = (
                f": OpenChoreo deletes {dependents} with the old one, and all that runs of them" if dependents else ""
            )
            message = f"changing this field replaces the Project{lost}; {_AGAIN}"
            return Violation(path, message, Severity.WARNING)
        case "Component":
            message = (
                "changing this field replaces the Component: OpenChoreo deletes the old one with its Workload, its "
                f"releases, and all that runs of it in all environments; {_AGAIN}"
            )
            return Violation(path, message, Severity.WARNING)
        case "ResourceReleaseBinding" if (live.get("spec") or {}).get("retainPolicy") == "Retain":
            message = (
                "changing this field replaces the binding, and the old one retains its resource: its deletion never "
                "finishes; set spec.retainPolicy of it to Delete in one pulumi up, and change it in the next"
            )
            return Violation(path, message)
    return None

"""A replacement: what becomes of an object of openchoreo.dev/v1alpha1 whose final field changes, and of what it has.

The old one is deleted before the new one is made (reference-v1alpha1: section 10; executed.md: section 3).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from choreo_components.api.generation import Path, Severity, Violation
from choreo_components.api.openchoreo_v1alpha1.hierarchy import named
from choreo_components.api.openchoreo_v1alpha1.holds import hold

_AGAIN = "what this and other stacks declare of it comes back by a pulumi up --refresh of each"


def replacement(path: Path, live: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> Violation | None:
    """What the change of this field means; None of kinds that have nothing of their own."""
    kind, metadata = live["kind"], live["metadata"]
    going = named(kind, metadata.get("namespace") or "", metadata["name"])
    holding: dict[str, list[str]] = defaultdict(list)
    for other in others:
        if hold(going, other) is not None:
            holding[other["kind"]].append(repr(other["metadata"]["name"]))
    told = "; ".join(f"{each} {', '.join(sorted(names))}" for each, names in sorted(holding.items()))
    match kind:
        case "Environment" if told:
            message = (
                f"another value makes another Environment of it, and OpenChoreo never ends the deletion of the old one "
                f"while it is named by {told}: give the new environment another name; or take this one out of the "
                "pipeline in one pulumi up, and change it in the next"
            )
            return Violation(path, message)
        case "Environment":
            message = (
                "another value makes another Environment of it: all that is deployed in the old one is deleted first, "
                f"with the namespaces; {_AGAIN}"
            )
            return Violation(path, message, Severity.WARNING)
        case "Project":
            goes = f" OpenChoreo deletes {told} with the old one, and all that runs of them;" if told else ""
            message = f"another value makes another Project of it:{goes} {_AGAIN}"
            return Violation(path, message, Severity.WARNING)
        case "Component":
            message = (
                "another value makes another Component of it: OpenChoreo deletes the old one with its Workload, its "
                f"releases, and all that runs of it in all environments; {_AGAIN}"
            )
            return Violation(path, message, Severity.WARNING)
        case "ResourceReleaseBinding" if (live.get("spec") or {}).get("retainPolicy") == "Retain":
            message = (
                "another value makes another binding of it, and the old one retains its resource: its deletion never "
                "ends. Set spec.retainPolicy of it to Delete in one pulumi up, and change it in the next"
            )
            return Violation(path, message)
    return None

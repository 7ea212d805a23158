"""A hold: why a dependent keeps an object of openchoreo.dev/v1alpha1 from being deleted.

Reference-v1alpha1: section 4; executed.md: section 3.
"""

from collections.abc import Mapping
from typing import Any

from choreo_components.api.generation import Hold, Target
from choreo_components.api.openchoreo_v1alpha1.data_planes import DEFAULT, of_environment
from choreo_components.api.openchoreo_v1alpha1.hierarchy import namespace_of, owner_of, promoted_environments, spec_of

_NEVER_ENDS = "as long as it is, the deletion does not end"
_BROKEN = "without it, nothing that was deployed there can be deleted"


def hold(deleted: Target, other: Mapping[str, Any]) -> Hold | None:
    """Why an object should stay: the other one needs it, or would be deleted with it."""
    kind, name = other["kind"], other["metadata"]["name"]
    if deleted.organization and namespace_of(other) != deleted.organization:
        return None
    match deleted.kind:
        case "Namespace":
            return Hold(f"Namespace {deleted.known_as!r} still has {kind} {name!r}")
        case "DataPlane" if _uses(other, deleted):
            return Hold(f"DataPlane {deleted.full_name!r} is still used by {kind} {name!r}: {_NEVER_ENDS}")
        case "ClusterDataPlane" if _uses(other, deleted):
            user = f"{namespace_of(other)}/{name}"
            return Hold(f"ClusterDataPlane {deleted.full_name!r} is still used by {kind} {user!r}: {_BROKEN}")
        case "Environment" if any(each == deleted.known_as for _, each in promoted_environments(other)):
            edit = f"kubectl edit deploymentpipelines.openchoreo.dev {name} -n {namespace_of(other)}"
            remove = f"remove it there with pulumi up of the stack that declares the pipeline, or with {edit}"
            return Hold(f"Environment {deleted.full_name!r} is still named by {kind} {name!r}: {_NEVER_ENDS}; {remove}")
        case "DeploymentPipeline" if _names_pipeline(other, deleted.known_as):
            return Hold(f"DeploymentPipeline {deleted.full_name!r} is still used by {kind} {name!r}: {_NEVER_ENDS}")
        case "Project" if owner_of(other).get("projectName") == deleted.known_as:
            return Hold(f"Project {deleted.full_name!r} still has {kind} {name!r}, which OpenChoreo deletes with it")
    return None


def _uses(environment: Mapping[str, Any], data_plane: Target) -> bool:
    """Whether an Environment is on the data plane. Without a reference it may be on either of the planes `default`."""
    found = of_environment(environment)
    return data_plane.known_as == DEFAULT if found is None else found == data_plane


def _names_pipeline(project: Mapping[str, Any], name: str) -> bool:
    reference = spec_of(project).get("deploymentPipelineRef") or {}
    return bool(reference.get("name") == name)

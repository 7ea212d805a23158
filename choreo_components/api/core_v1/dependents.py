"""A dependant: an object that needs another one, which OpenChoreo lets go all the same and so leaves broken."""

from collections.abc import Mapping, Sequence

DEPENDANTS: Mapping[str, Sequence[str]] = {
    "Organization": ("DataPlane", "DeploymentPipeline", "Environment", "Project"),
    "DataPlane": ("Environment",),
    "Environment": ("DeploymentPipeline",),
}
"""By kind: the kinds of its dependants (reference: section 5)."""

GUARDED: Mapping[str, str] = {
    "Organization": "organizations",
    "DataPlane": "dataPlanes",
    "Environment": "environments",
    "DeploymentPipeline": "deploymentPipelines",
    "Project": "projects",
}
"""By kind, of those that have dependants or are some: the property of a deletion guard with its objects' names."""

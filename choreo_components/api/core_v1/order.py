"""The order in which objects of core.choreo.dev/v1 can be created."""

from typing import Final

from choreo_components.api.generation import DATA_PLANE_NAMESPACE, FINALIZER, SECRET

ORDER: Final = (
    "Organization",
    SECRET,
    "DataPlane",
    "Environment",
    "DeploymentPipeline",
    "Project",
    "Component",
    "DeploymentTrack",
    "ConfigurationGroup",
    "Build",
    "DeployableArtifact",
    DATA_PLANE_NAMESPACE,
    FINALIZER,
    "Deployment",
    "Endpoint",
)
"""The kinds in the order in which they can be created, with what a plan adds. Destroy is the reverse."""

"""The kinds of core.choreo.dev/v1 as Pulumi components."""

from choreo_components.components.core_v1.data_plane import DataPlane
from choreo_components.components.core_v1.environment import Environment
from choreo_components.components.core_v1.kinds import (
    Build,
    Component,
    ConfigurationGroup,
    DeployableArtifact,
    Deployment,
    DeploymentPipeline,
    DeploymentTrack,
    Endpoint,
    Project,
)
from choreo_components.components.core_v1.organization import Organization

COMPONENTS = (
    Organization,
    DataPlane,
    Environment,
    DeploymentPipeline,
    Project,
    Component,
    DeploymentTrack,
    DeployableArtifact,
    Deployment,
    Endpoint,
    Build,
    ConfigurationGroup,
)
"""All components; each has the name of its kind."""

__all__ = [
    "COMPONENTS",
    "Build",
    "Component",
    "ConfigurationGroup",
    "DataPlane",
    "DeployableArtifact",
    "Deployment",
    "DeploymentPipeline",
    "DeploymentTrack",
    "Endpoint",
    "Environment",
    "Organization",
    "Project",
]

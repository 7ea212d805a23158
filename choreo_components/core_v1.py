"""The components of core.choreo.dev/v1, and the types of their arguments.

Unlike `choreo_components`, it loads Pulumi when it is imported.
"""

from choreo_components.components.args import NamespaceMetadataArgs, TimeoutsArgs
from choreo_components.components.core_v1 import (
    Build,
    Component,
    ConfigurationGroup,
    DataPlane,
    DeployableArtifact,
    Deployment,
    DeploymentPipeline,
    DeploymentTrack,
    Endpoint,
    Environment,
    Organization,
    Project,
    args,
)
from choreo_components.components.core_v1.args import *  # noqa: F403
from choreo_components.config.options import Controllers

__all__ = [
    "Build",
    "Component",
    "ConfigurationGroup",
    "Controllers",
    "DataPlane",
    "DeployableArtifact",
    "Deployment",
    "DeploymentPipeline",
    "DeploymentTrack",
    "Endpoint",
    "Environment",
    "NamespaceMetadataArgs",
    "Organization",
    "Project",
    "TimeoutsArgs",
]
__all__ += args.__all__

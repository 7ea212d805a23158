"""The kinds of core.choreo.dev/v1 as Pulumi components, a module for each."""

from choreo_components.components.core_v1.build import Build
from choreo_components.components.core_v1.component import Component
from choreo_components.components.core_v1.configuration_group import ConfigurationGroup
from choreo_components.components.core_v1.data_plane import DataPlane
from choreo_components.components.core_v1.deployable_artifact import DeployableArtifact
from choreo_components.components.core_v1.deployment import Deployment
from choreo_components.components.core_v1.deployment_pipeline import DeploymentPipeline
from choreo_components.components.core_v1.deployment_track import DeploymentTrack
from choreo_components.components.core_v1.endpoint import Endpoint
from choreo_components.components.core_v1.environment import Environment
from choreo_components.components.core_v1.organization import Organization
from choreo_components.components.core_v1.project import Project

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
"""All of them; each is called like its kind."""

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

"""OpenChoreo's kinds as Pulumi components, a module for each."""

from choreo_components.components.build import Build
from choreo_components.components.component import Component
from choreo_components.components.configuration_group import ConfigurationGroup
from choreo_components.components.data_plane import DataPlane
from choreo_components.components.deployable_artifact import DeployableArtifact
from choreo_components.components.deployment import Deployment
from choreo_components.components.deployment_pipeline import DeploymentPipeline
from choreo_components.components.deployment_track import DeploymentTrack
from choreo_components.components.endpoint import Endpoint
from choreo_components.components.environment import Environment
from choreo_components.components.organization import Organization
from choreo_components.components.project import Project

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

"""OpenChoreo as code: Pulumi components for an OpenChoreo platform, and the provider that takes it down in order."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from choreo_components.components.finalizer import EnvironmentFinalizer, Provider
    from choreo_components.components.platform import Platform, PlatformArgs
    from choreo_components.config.options import Controllers
    from choreo_components.core_v1 import (
        Build,
        BuildArgs,
        Component,
        ComponentArgs,
        ConfigurationGroup,
        ConfigurationGroupArgs,
        DataPlane,
        DataPlaneArgs,
        DeployableArtifact,
        DeployableArtifactArgs,
        Deployment,
        DeploymentArgs,
        DeploymentPipeline,
        DeploymentPipelineArgs,
        DeploymentTrack,
        DeploymentTrackArgs,
        Endpoint,
        EndpointArgs,
        Environment,
        EnvironmentArgs,
        NamespaceMetadataArgs,
        Organization,
        OrganizationArgs,
        Project,
        ProjectArgs,
        TimeoutsArgs,
    )

_HOMES = {
    "Controllers": "choreo_components.config.options",
    "EnvironmentFinalizer": "choreo_components.components.finalizer",
    "Platform": "choreo_components.components.platform",
    "PlatformArgs": "choreo_components.components.platform",
    "Provider": "choreo_components.components.finalizer",
}

__all__ = [
    "Build",
    "BuildArgs",
    "Component",
    "ComponentArgs",
    "ConfigurationGroup",
    "ConfigurationGroupArgs",
    "Controllers",
    "DataPlane",
    "DataPlaneArgs",
    "DeployableArtifact",
    "DeployableArtifactArgs",
    "Deployment",
    "DeploymentArgs",
    "DeploymentPipeline",
    "DeploymentPipelineArgs",
    "DeploymentTrack",
    "DeploymentTrackArgs",
    "Endpoint",
    "EndpointArgs",
    "Environment",
    "EnvironmentArgs",
    "EnvironmentFinalizer",
    "NamespaceMetadataArgs",
    "Organization",
    "OrganizationArgs",
    "Platform",
    "PlatformArgs",
    "Project",
    "ProjectArgs",
    "Provider",
    "TimeoutsArgs",
]


def __getattr__(name: str) -> Any:
    """Loads a component when it is first used: reading and planning manifests needs no Pulumi."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "choreo_components.core_v1")), name)

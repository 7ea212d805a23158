"""The same objects as a program of choreo's components declares them."""

from typing import Any

import pulumi

from choreo_components import (
    Component,
    Controllers,
    DataPlane,
    DeployableArtifact,
    Deployment,
    DeploymentPipeline,
    DeploymentTrack,
    Environment,
    Organization,
    Project,
)

config = pulumi.Config()
name = config.require("organization")
environments = [f"env-{number:03}" for number in range(config.require_int("environments"))]
projects = [f"project-{number:03}" for number in range(config.require_int("projects"))]
deployments = config.require_int("deployments")
# Whether the organization, its data plane, its pipeline and its projects are in the cluster already.
apart = config.require_bool("apart")


def args(*parts: dict[str, Any], **own: Any) -> Any:
    """The arguments of a component, without controllers."""
    return {"controllers": Controllers.ABSENT, **{key: each for part in parts for key, each in part.items()}, **own}


organization: pulumi.Input[str] = name
data_plane: pulumi.Input[str] = "dp"
if not apart:
    organization = Organization(name, args()).namespace
    cluster = {
        "name": "cluster",
        "connectionConfigRef": "connection",
        "featureFlags": {"cilium": True, "scaleToZero": True, "gatewayType": "envoy"},
    }
    virtual_hosts = {"publicVirtualHost": "example.com", "organizationVirtualHost": "internal.example.com"}
    data_plane = DataPlane("dp", args(organization=organization, kubernetesCluster=cluster, gateway=virtual_hosts)).name

owned = {"organization": organization}
made = {
    each: Environment(each, args(owned, dataPlaneRef=data_plane, gateway={"dnsPrefix": each}, projects=projects))
    for each in environments
}
if not apart:
    first, *others = environments
    targets = [{"name": made[each].name} for each in others]
    promotion = {"sourceEnvironmentRef": made[first].name, "targetEnvironmentRefs": targets}
    pipeline = DeploymentPipeline("pipeline", args(owned, promotionPaths=[promotion]))
    for each in projects:
        Project(each, args(owned, deploymentPipelineRef=pipeline.name))

if deployments:
    of_project = {**owned, "project": projects[0]}
    image = {"containerRegistry": {"imageName": "registry.example.com/service"}}
    of_component = {
        **of_project,
        "component": Component("service", args(of_project, type="Service", source=image)).name,
    }
    of_track = {**of_component, "deploymentTrack": DeploymentTrack("main", args(of_component)).name}
    tag = {"fromImageRef": {"tag": "1.0.0"}}
    artifact = DeployableArtifact("artifact", args(of_track, targetArtifact=tag))
    for number in range(deployments):
        where = {"environment": made[environments[0]].name, "deploymentArtifactRef": artifact.name}
        Deployment(f"deployment-{number:03}", args(of_track, where))

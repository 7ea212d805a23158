"""The reference: the same objects as a competent user declares them with pulumi-kubernetes alone."""

import hashlib

import pulumi
import pulumi_kubernetes as k8s

API = "core.choreo.dev/v1"
LABEL = "core.choreo.dev/"

config = pulumi.Config()
organization = config.require("organization")
environments = [f"env-{number:03}" for number in range(config.require_int("environments"))]
projects = [f"project-{number:03}" for number in range(config.require_int("projects"))]
deployments = config.require_int("deployments")
# Whether the organization, its data plane, its pipeline and its projects are in the cluster already.
apart = config.require_bool("apart")


def labels(name: str, **parents: str) -> dict[str, str]:
    """The labels by which OpenChoreo finds an object."""
    return {
        **{LABEL + key.replace("_", "-"): value for key, value in parents.items()},
        LABEL + "organization": organization,
        LABEL + "name": name,
    }


def custom_resource(
    kind: str, name: str, spec: dict[str, object], *needs: pulumi.Resource, **parents: str
) -> k8s.apiextensions.CustomResource:
    """An object of the organization, in its namespace."""
    return k8s.apiextensions.CustomResource(
        f"{kind.lower()}-{name}",
        api_version=API,
        kind=kind,
        metadata={"name": name, "namespace": home, "labels": labels(name, **parents)},
        spec=spec,
        opts=pulumi.ResourceOptions(depends_on=list(needs)),
    )


home: pulumi.Input[str] = organization
data_planes: list[pulumi.Resource] = []
if not apart:
    owner = k8s.apiextensions.CustomResource(
        "organization",
        api_version=API,
        kind="Organization",
        metadata={"name": organization, "labels": {LABEL + "name": organization}},
        spec={},
    )
    home = k8s.core.v1.Namespace(
        "organization-namespace",
        metadata={"name": organization, "labels": {"managed-by": "choreo-control-plane", **labels(organization)}},
        opts=pulumi.ResourceOptions(depends_on=[owner]),
    ).metadata.name
    cluster = {
        "name": "cluster",
        "connectionConfigRef": "connection",
        "featureFlags": {"cilium": True, "scaleToZero": True, "gatewayType": "envoy"},
    }
    virtual_hosts = {"publicVirtualHost": "example.com", "organizationVirtualHost": "internal.example.com"}
    data_planes = [custom_resource("DataPlane", "dp", {"kubernetesCluster": cluster, "gateway": virtual_hosts})]

made_environments = {
    name: custom_resource("Environment", name, {"dataPlaneRef": "dp", "gateway": {"dnsPrefix": name}}, *data_planes)
    for name in environments
}

made_projects: dict[str, list[pulumi.Resource]] = {name: [] for name in projects}
if not apart:
    first, *others = environments
    promotion = {"sourceEnvironmentRef": first, "targetEnvironmentRefs": [{"name": name} for name in others]}
    pipeline = custom_resource(
        "DeploymentPipeline", "pipeline", {"promotionPaths": [promotion]}, *made_environments.values()
    )
    for name in projects:
        made_projects[name] = [custom_resource("Project", name, {"deploymentPipelineRef": "pipeline"}, pipeline)]

namespaces = []
for environment in environments:
    for project in projects:
        digest = hashlib.sha256(f"dp-{organization}-{project}-{environment}".encode()).hexdigest()[:8]
        namespaces.append(
            k8s.core.v1.Namespace(
                f"namespace-{project}-{environment}",
                metadata={
                    "name": f"dp-{organization}-{project}-{environment}-{digest}",
                    "labels": {
                        "organization-name": organization,
                        "project-name": project,
                        "environment-name": environment,
                        "managed-by": "choreo-deployment-controller",
                        "belong-to": "user-workloads",
                    },
                },
                opts=pulumi.ResourceOptions(depends_on=[made_environments[environment], *made_projects[project]]),
            )
        )

if deployments:
    project = projects[0]
    component = custom_resource(
        "Component",
        "service",
        {"type": "Service", "source": {"containerRegistry": {"imageName": "registry.example.com/service"}}},
        *made_projects[project],
        project=project,
    )
    track = custom_resource("DeploymentTrack", "main", {}, component, project=project, component="service")
    artifact = custom_resource(
        "DeployableArtifact",
        "artifact",
        {"targetArtifact": {"fromImageRef": {"tag": "1.0.0"}}},
        track,
        project=project,
        component="service",
        deployment_track="main",
    )
    for number in range(deployments):
        # Depends on a namespace, which depends on the Environment: a destroy deletes them in this order.
        custom_resource(
            "Deployment",
            f"deployment-{number:03}",
            {"deploymentArtifactRef": "artifact"},
            artifact,
            namespaces[number % len(namespaces)],
            project=project,
            component="service",
            deployment_track="main",
            environment=environments[0],
        )

"""The platform: organizations, the clusters they run on, their environments, and the way of promotion."""

from typing import Annotated, Literal

from pydantic import Field

from choreo_components.api.core_v1 import API_VERSION
from choreo_components.api.core_v1.models.status import ApiVersion, Status
from choreo_components.api.meta import WireModel, doc
from choreo_components.api.objects import ApiObject
from choreo_components.api.shape import SECRET, Base64


class OrganizationSpec(WireModel):
    """The spec of an Organization, which is empty."""


class OrganizationStatus(Status):
    """What the Organization controller reports."""

    namespace: Annotated[str | None, doc("Namespace that was made for the organization.")] = None


class Organization(ApiObject):
    """The owner of everything else: its name is the namespace of its objects."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["Organization"] = "Organization"
    spec: OrganizationSpec = Field(default_factory=OrganizationSpec)


class FeatureFlags(WireModel):
    """What the cluster of a data plane can do. No controller reads them."""

    cilium: Annotated[bool, doc("Whether Cilium is the network.")]
    scale_to_zero: Annotated[bool, doc("Whether workloads may be scaled to zero.")]
    gateway_type: Annotated[str, doc("Kind of gateway in the cluster, such as envoy.")]


class KubernetesCluster(WireModel):
    """The cluster where a data plane lives."""

    name: Annotated[str, doc("Name of the cluster.")]
    connection_config_ref: Annotated[
        str, doc("Name of the connection configuration, before OpenChoreo v0.2.0. No controller reads it.")
    ]
    feature_flags: Annotated[FeatureFlags, doc("What the cluster can do, before OpenChoreo v0.2.0.")]


class DataPlaneGateway(WireModel):
    """Domains under which the endpoints of a data plane are reached."""

    public_virtual_host: Annotated[str, doc("Domain of endpoints which the world can reach.")]
    organization_virtual_host: Annotated[str, doc("Domain of endpoints which the organization can reach.")]


class DataPlaneSpec(WireModel):
    """The spec of a DataPlane."""

    kubernetes_cluster: Annotated[KubernetesCluster, doc("The cluster that runs the workloads.")]
    gateway: Annotated[DataPlaneGateway, doc("Domains of the endpoints.")]


class DataPlane(ApiObject):
    """A Kubernetes cluster where workloads of an organization run. Deleting it deletes its Environments."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["DataPlane"] = "DataPlane"
    spec: DataPlaneSpec


class ClusterCredentials(WireModel):
    """How OpenChoreo's controllers reach and log in to the cluster of a data plane."""

    api_server_url: Annotated[str, doc("URL of the cluster's API server.", name="apiServerURL")]
    ca_cert: Annotated[Base64, doc("Certificate of the authority that the API server's is from, in base64.")]
    client_cert: Annotated[Base64, doc("Certificate of the client, in base64.")]
    client_key: Annotated[Base64, SECRET, doc("Private key of the client, in base64. Secret.")]


class KubernetesClusterWithCredentials(WireModel):
    """The cluster where a data plane lives."""

    name: Annotated[str, doc("Name of the cluster.")]
    credentials: Annotated[ClusterCredentials, doc("How it is reached, since OpenChoreo v0.2.0; needs registry.")]


class ImagePushSecret(WireModel):
    """Credentials for pushing images to a registry."""

    name: Annotated[str, doc("Name of the Secret with the registry's credentials.")]
    prefix: Annotated[str, doc("Domain of the registry, such as ghcr.io.")]


class ImageRegistry(WireModel):
    """The registries that a data plane's images are pushed to."""

    unauthenticated: Annotated[list[str] | None, doc("Domains of registries that need no credentials.")] = None
    image_push_secrets: Annotated[list[ImagePushSecret] | None, doc("Credentials of registries that need them.")] = None


class DataPlaneWithCredentialsSpec(WireModel):
    """The spec of a DataPlane."""

    kubernetes_cluster: Annotated[KubernetesClusterWithCredentials, doc("The cluster that runs the workloads.")]
    registry: Annotated[ImageRegistry, doc("Where images are pushed to, since OpenChoreo v0.2.0; needs credentials.")]
    gateway: Annotated[DataPlaneGateway, doc("Domains of the endpoints.")]


class DataPlaneWithCredentials(ApiObject):
    """A Kubernetes cluster where workloads of an organization run. Deleting it deletes its Environments."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["DataPlane"] = "DataPlane"
    spec: DataPlaneWithCredentialsSpec


class RemoteJwks(WireModel):
    """Where the keys that sign callers' tokens are published."""

    uri: Annotated[str, doc("URI of the JSON Web Key Set.")]


class GatewaySecurity(WireModel):
    """How callers of an environment's endpoints are authenticated."""

    remote_jwks: Annotated[RemoteJwks | None, doc("Published keys; used by endpoints with the oauth scheme.")] = None


class EnvironmentGateway(WireModel):
    """How the endpoints of an environment are reached."""

    dns_prefix: Annotated[
        str | None, doc("First label of the host names; must differ between environments of one data plane.")
    ] = None
    security: Annotated[GatewaySecurity | None, doc("How callers are authenticated.")] = None


class EnvironmentSpec(WireModel):
    """The spec of an Environment."""

    data_plane_ref: Annotated[str | None, doc("metadata.name of the DataPlane that runs its workloads.")] = None
    is_production: Annotated[bool | None, doc("Whether it serves production.")] = None
    gateway: Annotated[EnvironmentGateway | None, doc("How its endpoints are reached.")] = None


class Environment(ApiObject):
    """A stage of delivery, such as development or production, on one DataPlane."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["Environment"] = "Environment"
    spec: EnvironmentSpec = Field(default_factory=EnvironmentSpec)


class TargetEnvironmentRef(WireModel):
    """An environment that can be promoted to."""

    name: Annotated[str, doc("Name of the target environment.")]
    requires_approval: Annotated[bool | None, doc("Whether it needs approval. No controller reads it.")] = None
    is_manual_approval_required: Annotated[
        bool | None, doc("Whether a person must approve. No controller reads it.")
    ] = None


class PromotionPath(WireModel):
    """The environments that deployments are promoted to from one environment."""

    source_environment_ref: Annotated[str, doc("Name of the environment that is promoted from.")]
    target_environment_refs: Annotated[list[TargetEnvironmentRef], doc("Environments that can be promoted to.")]


class DeploymentPipelineSpec(WireModel):
    """The spec of a DeploymentPipeline."""

    promotion_paths: Annotated[list[PromotionPath] | None, doc("Ways from environment to environment.")] = None


class DeploymentPipeline(ApiObject):
    """The order in which the environments of a project follow each other."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["DeploymentPipeline"] = "DeploymentPipeline"
    spec: DeploymentPipelineSpec = Field(default_factory=DeploymentPipelineSpec)


class ProjectSpec(WireModel):
    """The spec of a Project."""

    deployment_pipeline_ref: Annotated[str, doc("Name of the DeploymentPipeline of its components.")]


class Project(ApiObject):
    """Components that belong together. It has one data-plane namespace in each environment it is deployed to."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["Project"] = "Project"
    spec: ProjectSpec

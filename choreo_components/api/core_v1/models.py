"""The API core.choreo.dev/v1: its twelve kinds, with every field of the CRDs.

The DataPlane has two models, as v0.2.0 of OpenChoreo (June 2025) changed it and nothing else: before, it names a
connection configuration, since then it holds credentials. Source, OpenChoreo: api/v1/*_types.go, config/crd/bases.
"""

from typing import Annotated, Literal

from pydantic import Field

from choreo_components.api.core_v1 import API_VERSION as API_VERSION
from choreo_components.api.kubernetes_types import Condition, Probe
from choreo_components.api.meta import WireModel, doc
from choreo_components.api.objects import ApiObject
from choreo_components.api.shape import POINTER, SECRET, Base64, Facets, Int32

ApiVersion = Literal["core.choreo.dev/v1"]


class ConditionsStatus(WireModel):
    """What controllers report: conditions alone."""

    conditions: Annotated[list[Condition] | None, doc("What the controllers observed last.")] = None


class Status(ConditionsStatus):
    """What controllers report."""

    observed_generation: Annotated[
        int | None, Facets(format="int64"), doc("Generation observed last; most controllers never persist it.")
    ] = None


# --- Organization ----------------------------------------------------------------------------------------------------


class OrganizationSpec(WireModel):
    """What an Organization wants: nothing besides its existence."""


class OrganizationStatus(Status):
    """What the Organization controller reports."""

    namespace: Annotated[str | None, doc("Namespace that was made for the organization.")] = None


class Organization(ApiObject):
    """The owner of everything else: its name is the namespace of its objects."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["Organization"] = "Organization"
    spec: OrganizationSpec = Field(default_factory=OrganizationSpec)


# --- DataPlane -------------------------------------------------------------------------------------------------------


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
    """What a DataPlane wants."""

    kubernetes_cluster: Annotated[KubernetesCluster, doc("The cluster that runs the workloads.")]
    gateway: Annotated[DataPlaneGateway, doc("Domains of the endpoints.")]


class DataPlane(ApiObject):
    """A Kubernetes cluster where workloads of an organization run. Deleting it deletes its Environments."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["DataPlane"] = "DataPlane"
    spec: DataPlaneSpec


class ClusterCredentials(WireModel):
    """How OpenChoreo's controllers reach the cluster of a data plane, and who they are there."""

    api_server_url: Annotated[str, doc("URL of the cluster's API server.", name="apiServerURL")]
    ca_cert: Annotated[Base64, doc("Certificate of the authority that the API server's is from, in base64.")]
    client_cert: Annotated[Base64, doc("Certificate of the client, in base64.")]
    client_key: Annotated[Base64, SECRET, doc("Private key of the client, in base64. Secret.")]


class KubernetesClusterWithCredentials(WireModel):
    """The cluster where a data plane lives."""

    name: Annotated[str, doc("Name of the cluster.")]
    credentials: Annotated[ClusterCredentials, doc("How it is reached, since OpenChoreo v0.2.0; needs registry.")]


class ImagePushSecret(WireModel):
    """What allows to push images to a registry."""

    name: Annotated[str, doc("Name of the Secret with the registry's credentials.")]
    prefix: Annotated[str, doc("Domain of the registry, such as ghcr.io.")]


class ImageRegistry(WireModel):
    """The registries that a data plane's images are pushed to."""

    unauthenticated: Annotated[list[str] | None, doc("Domains of registries that need no credentials.")] = None
    image_push_secrets: Annotated[list[ImagePushSecret] | None, doc("Credentials of registries that need them.")] = None


class DataPlaneWithCredentialsSpec(WireModel):
    """What a DataPlane wants."""

    kubernetes_cluster: Annotated[KubernetesClusterWithCredentials, doc("The cluster that runs the workloads.")]
    registry: Annotated[ImageRegistry, doc("Where images are pushed to, since OpenChoreo v0.2.0; needs credentials.")]
    gateway: Annotated[DataPlaneGateway, doc("Domains of the endpoints.")]


class DataPlaneWithCredentials(ApiObject):
    """A Kubernetes cluster where workloads of an organization run. Deleting it deletes its Environments."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["DataPlane"] = "DataPlane"
    spec: DataPlaneWithCredentialsSpec


# --- Environment -----------------------------------------------------------------------------------------------------


class RemoteJwks(WireModel):
    """Where the keys are published that sign the tokens of callers."""

    uri: Annotated[str, doc("URI of the JSON Web Key Set.")]


class GatewaySecurity(WireModel):
    """How callers of an environment's endpoints are authenticated."""

    remote_jwks: Annotated[RemoteJwks | None, doc("Published keys; used by endpoints with the oauth scheme.")] = None


class EnvironmentGateway(WireModel):
    """How the endpoints of an environment are reached."""

    dns_prefix: Annotated[
        str | None, doc("First label of the host names; has to differ between environments of one data plane.")
    ] = None
    security: Annotated[GatewaySecurity | None, doc("How callers are authenticated.")] = None


class EnvironmentSpec(WireModel):
    """What an Environment wants."""

    data_plane_ref: Annotated[str | None, doc("metadata.name of the DataPlane that runs its workloads.")] = None
    is_production: Annotated[bool | None, doc("Whether it serves production.")] = None
    gateway: Annotated[EnvironmentGateway | None, doc("How its endpoints are reached.")] = None


class Environment(ApiObject):
    """A stage of delivery, such as development or production, on one DataPlane."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["Environment"] = "Environment"
    spec: EnvironmentSpec = Field(default_factory=EnvironmentSpec)


# --- DeploymentPipeline ----------------------------------------------------------------------------------------------


class TargetEnvironmentRef(WireModel):
    """An environment that can be promoted to."""

    name: Annotated[str, doc("Name of the target environment.")]
    requires_approval: Annotated[bool | None, doc("Whether it has to be approved. No controller reads it.")] = None
    is_manual_approval_required: Annotated[
        bool | None, doc("Whether a person has to approve. No controller reads it.")
    ] = None


class PromotionPath(WireModel):
    """Where deployments go from one environment."""

    source_environment_ref: Annotated[str, doc("Name of the environment that is promoted from.")]
    target_environment_refs: Annotated[list[TargetEnvironmentRef], doc("Environments that can be promoted to.")]


class DeploymentPipelineSpec(WireModel):
    """What a DeploymentPipeline wants."""

    promotion_paths: Annotated[list[PromotionPath] | None, doc("Ways from environment to environment.")] = None


class DeploymentPipeline(ApiObject):
    """The order in which the environments of a project follow each other."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["DeploymentPipeline"] = "DeploymentPipeline"
    spec: DeploymentPipelineSpec = Field(default_factory=DeploymentPipelineSpec)


# --- Project ---------------------------------------------------------------------------------------------------------


class ProjectSpec(WireModel):
    """What a Project wants."""

    deployment_pipeline_ref: Annotated[str, doc("Name of the DeploymentPipeline of its components.")]


class Project(ApiObject):
    """Components that belong together. It has one data-plane namespace in each environment it is deployed to."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["Project"] = "Project"
    spec: ProjectSpec


# --- Component -------------------------------------------------------------------------------------------------------


class GitAuthentication(WireModel):
    """How a private Git repository is read."""

    secret_ref: Annotated[str, doc("Name of the Secret with the Git credentials.")]


class GitRepository(WireModel):
    """Source code to build a component from."""

    url: Annotated[str, doc("URL of the repository, such as https://github.com/acme/customer-service.")]
    authentication: Annotated[GitAuthentication | None, doc("How it is read; not needed if it is public.")] = None


class RegistryAuthentication(WireModel):
    """How a private container registry is read."""

    secret_ref: Annotated[str | None, doc("Name of the Secret with the registry's credentials.")] = None


class ContainerRegistry(WireModel):
    """A container image that somebody else builds."""

    image_name: Annotated[str | None, doc("Registry and image without a tag, as in docker.io/library/nginx.")] = None
    authentication: Annotated[RegistryAuthentication | None, doc("How it is read; not needed if it is public.")] = None


class ComponentSource(WireModel):
    """Where a component comes from: a Git repository or a container registry, not both."""

    git_repository: Annotated[GitRepository | None, doc("Source code to build; excludes containerRegistry.")] = None
    container_registry: Annotated[ContainerRegistry | None, doc("Image to deploy; excludes gitRepository.")] = None


class ComponentSpec(WireModel):
    """What a Component wants."""

    type: Annotated[str | None, doc("Service, WebApplication or ScheduledTask; others are accepted and ignored.")] = (
        None
    )
    source: Annotated[ComponentSource | None, doc("Where its code or image comes from.")] = None


class Component(ApiObject):
    """A unit of deployment of a Project: a service, a web application or a scheduled task."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["Component"] = "Component"
    spec: ComponentSpec = Field(default_factory=ComponentSpec)


# --- DeploymentTrack -------------------------------------------------------------------------------------------------


class DockerBuild(WireModel):
    """A build by a Dockerfile."""

    context: Annotated[str, doc("Path of the build context in the repository.")]
    dockerfile_path: Annotated[str, doc("Path of the Dockerfile in the repository.")]


class BuildpackBuild(WireModel):
    """A build by a buildpack."""

    name: Annotated[str, doc("Name of the buildpack, such as Go or Python.")]
    version: Annotated[str | None, doc("Version of the language.")] = None


class BuildConfiguration(WireModel):
    """How source code becomes an image: by a Dockerfile or by a buildpack, not both."""

    docker: Annotated[DockerBuild | None, doc("Build by a Dockerfile.")] = None
    buildpack: Annotated[BuildpackBuild | None, doc("Build by a buildpack.")] = None


class BuildTemplate(WireModel):
    """What the Builds of a track have in common."""

    branch: Annotated[str, doc("Git branch to build.")]
    path: Annotated[str, doc("Path of the component in the repository.")]
    build_configuration: Annotated[BuildConfiguration | None, doc("How the image is built.")] = None


class DeploymentTrackSpec(WireModel):
    """What a DeploymentTrack wants."""

    auto_deploy: Annotated[bool | None, doc("Whether a finished build is deployed at once.")] = None
    build_template_spec: Annotated[BuildTemplate | None, doc("What its Builds have in common.")] = None


class DeploymentTrack(ApiObject):
    """A line of development of a Component, such as main, from builds to deployments."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["DeploymentTrack"] = "DeploymentTrack"
    spec: DeploymentTrackSpec = Field(default_factory=DeploymentTrackSpec)


# --- Endpoint; its spec is part of a DeployableArtifact, too --------------------------------------------------------


class EndpointService(WireModel):
    """The service behind an endpoint."""

    port: Annotated[Int32, doc("Port of the service.")]
    url: Annotated[str | None, doc("URL of the service.")] = None
    base_path: Annotated[str | None, doc("Path under which the service answers.")] = None


class EndpointSchema(WireModel):
    """The interface description of an endpoint."""

    file_path: Annotated[str | None, doc("Path of the description in the component's source code.")] = None
    content: Annotated[str | None, doc("The description itself.")] = None


class BackendJwtConfiguration(WireModel):
    """What is in the token for the service."""

    audiences: Annotated[list[str], doc("Audiences of the token.")]


class BackendJwt(WireModel):
    """A token that the gateway passes to the service."""

    enable: Annotated[bool, doc("Whether the token is passed.")]
    configuration: Annotated[BackendJwtConfiguration, doc("What is in the token.")]


class Cors(WireModel):
    """What a browser may do with the endpoint from another origin."""

    enable: Annotated[bool, doc("Whether these rules apply.")]
    allow_origins: Annotated[list[str], doc("Origins that may call.")]
    allow_methods: Annotated[list[str], doc("Methods that may be used.")]
    allow_headers: Annotated[list[str], doc("Headers that may be sent.")]
    expose_headers: Annotated[list[str], doc("Headers of the answer that may be read.")]


class OperationPolicy(WireModel):
    """Authentication of one operation."""

    target: Annotated[str, doc("The operation.")]
    authentication_type: Annotated[str, doc("How its callers are authenticated.")]


class RateLimit(WireModel):
    """How often an endpoint may be called."""

    tier: Annotated[str, doc("Name of the limit.")]


class ApiSettings(WireModel):
    """What the gateway does with calls of an endpoint."""

    security_schemes: Annotated[list[str] | None, doc("How callers are authenticated: oauth or nothing.")] = None
    authorization_header: Annotated[str | None, doc("Header that carries the caller's token.")] = None
    backend_jwt: Annotated[BackendJwt | None, doc("Token for the service.")] = None
    operation_policies: Annotated[list[OperationPolicy] | None, doc("Authentication operation by operation.")] = None
    cors: Annotated[Cors | None, doc("Calls from pages of other origins.")] = None
    rate_limit: Annotated[RateLimit | None, doc("Limit of calls.")] = None


class Visibility(WireModel):
    """Whether an endpoint can be reached from some network, and its own settings there."""

    enable: Annotated[bool, doc("Whether the endpoint can be reached.")]
    api_settings: Annotated[ApiSettings | None, doc("Settings that take precedence over the endpoint's.")] = None


class NetworkVisibilities(WireModel):
    """From where an endpoint can be reached. Without this block it is public."""

    organization: Annotated[Visibility | None, doc("From inside the organization.")] = None
    public: Annotated[Visibility | None, doc("From everywhere.")] = None


class EndpointSpec(WireModel):
    """What an Endpoint wants."""

    type: Annotated[
        Literal["HTTP", "REST", "gRPC", "GraphQL", "Websocket", "TCP", "UDP"], doc("Protocol of the endpoint.")
    ]
    service: Annotated[EndpointService, doc("The service behind it.")]
    # `schema` is taken by pydantic.
    schema_: Annotated[EndpointSchema | None, doc("Its interface description.")] = None
    network_visibilities: Annotated[NetworkVisibilities | None, doc("From where it can be reached.")] = None
    api_settings: Annotated[ApiSettings | None, doc("What the gateway does with its calls.")] = None


class EndpointStatus(ConditionsStatus):
    """What the Endpoint controller reports."""

    address: Annotated[str | None, doc("URL under which the endpoint is reached.")] = None


class Endpoint(ApiObject):
    """A door to a deployed component. The Deployment controller makes it from the artifact's templates."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["Endpoint"] = "Endpoint"
    spec: EndpointSpec


# --- DeployableArtifact ----------------------------------------------------------------------------------------------


class FromBuildRef(WireModel):
    """An image that a Build made."""

    name: Annotated[str | None, doc("Name of the Build.")] = None
    git_revision: Annotated[str | None, doc("Revision whose latest Build is meant. No controller supports it.")] = None


class FromImageRef(WireModel):
    """An image of the component's container registry."""

    tag: Annotated[str | None, doc("Tag of the image, such as 1.2.0 or latest.")] = None
    skip_version_validation: Annotated[bool | None, doc("Whether the tag may be something else than a version.")] = None


class TargetArtifact(WireModel):
    """The image to deploy: of a Build or of a registry, not both."""

    from_build_ref: Annotated[FromBuildRef | None, doc("Image of a Build; excludes fromImageRef.")] = None
    from_image_ref: Annotated[FromImageRef | None, doc("Image of a registry; excludes fromBuildRef.")] = None


class EndpointTemplateMetadata(WireModel):
    """Metadata of the Endpoints that are made from a template."""

    name: Annotated[str | None, doc("Name of the template; part of the Endpoint's name.")] = None
    namespace: Annotated[str | None, doc("Namespace; the Deployment's own is used.")] = None
    labels: Annotated[dict[str, str] | None, doc("Labels.")] = None
    annotations: Annotated[dict[str, str] | None, doc("Annotations.")] = None
    finalizers: Annotated[list[str] | None, doc("Finalizers.")] = None


class EndpointTemplate(WireModel):
    """What the Endpoints of a deployment are made from."""

    metadata: Annotated[EndpointTemplateMetadata, doc("Metadata of the Endpoint.")]
    spec: Annotated[EndpointSpec, doc("Spec of the Endpoint.")]


class Dependencies(WireModel):
    """What a component depends on. No field is defined yet."""


class ConfigurationGroupKeyRef(WireModel):
    """One value of a ConfigurationGroup."""

    name: Annotated[str, doc("Name of the ConfigurationGroup.")]
    key: Annotated[str, doc("Key in the group.")]


class SecretKeyRef(WireModel):
    """One value of a Secret."""

    name: Annotated[str, doc("Name of the Secret.")]
    key: Annotated[str, doc("Key in the Secret.")]


class ValueFrom(WireModel):
    """A value that is kept elsewhere: in a ConfigurationGroup or in a Secret, not both."""

    configuration_group_ref: Annotated[ConfigurationGroupKeyRef | None, doc("Value of a ConfigurationGroup.")] = None
    secret_ref: Annotated[SecretKeyRef | None, doc("Value of a Secret.")] = None


class EnvVar(WireModel):
    """An environment variable of the container."""

    key: Annotated[str, doc("Name of the variable.")]
    value: Annotated[str | None, doc("Its value; excludes valueFrom.")] = None
    value_from: Annotated[ValueFrom | None, doc("Where its value is kept; excludes value.")] = None


class ConfigurationGroupRef(WireModel):
    """All values of a ConfigurationGroup."""

    name: Annotated[str, doc("Name of the ConfigurationGroup.")]


class SecretRef(WireModel):
    """All values of a Secret."""

    name: Annotated[str, doc("Name of the Secret.")]


class EnvFromSource(WireModel):
    """Environment variables for all values of a source."""

    configuration_group_ref: Annotated[ConfigurationGroupRef | None, doc("All values of a ConfigurationGroup.")] = None
    secret_ref: Annotated[SecretRef | None, doc("All values of a Secret.")] = None


class FileMount(WireModel):
    """A file in the container."""

    mount_path: Annotated[str, doc("Path of the file.")]
    value: Annotated[str | None, doc("Its content; excludes valueFrom.")] = None
    value_from: Annotated[ValueFrom | None, doc("Where its content is kept; excludes value.")] = None


class ConfigurationGroupMountRef(WireModel):
    """A ConfigurationGroup as files of a folder."""

    name: Annotated[str, doc("Name of the ConfigurationGroup.")]
    mount_path: Annotated[str, doc("Absolute path of the folder.")]


class SecretMountRef(WireModel):
    """A Secret as files of a folder."""

    name: Annotated[str, doc("Name of the Secret.")]
    mount_path: Annotated[str, doc("Absolute path of the folder.")]


class FileMountsFromSource(WireModel):
    """Files for all values of a source."""

    configuration_group_ref: Annotated[
        ConfigurationGroupMountRef | None, doc("Files for the values of a ConfigurationGroup.")
    ] = None
    secret_ref: Annotated[SecretMountRef | None, doc("Files for the values of a Secret.")] = None


class ResourceLimits(WireModel):
    """How much the container may use, as Kubernetes quantities."""

    cpu: Annotated[str | None, doc("CPU, such as 500m.")] = None
    memory: Annotated[str | None, doc("Memory, such as 256Mi.")] = None


class Probes(WireModel):
    """Health checks of the container."""

    readiness_probe: Annotated[Probe | None, doc("Whether it can take requests.")] = None
    liveness_probe: Annotated[Probe | None, doc("Whether it has to be restarted.")] = None


class HpaScaling(WireModel):
    """Scaling by load. Thresholds are in per cent of what was asked for."""

    min_replicas: Annotated[Int32 | None, POINTER, doc("Least number of replicas.")] = None
    max_replicas: Annotated[Int32 | None, POINTER, doc("Greatest number of replicas.")] = None
    cpu_threshold: Annotated[Int32 | None, POINTER, doc("CPU use from which replicas are added.")] = None
    memory_threshold: Annotated[Int32 | None, POINTER, doc("Memory use from which replicas are added.")] = None


class S2zScaling(WireModel):
    """Scaling to zero while there are no requests."""

    max_replicas: Annotated[Int32 | None, POINTER, doc("Greatest number of replicas.")] = None
    queue_length: Annotated[Int32 | None, POINTER, doc("Waiting requests from which replicas are added.")] = None


class Scaling(WireModel):
    """How the number of replicas follows the load: by hpa or by s2z, not both."""

    hpa: Annotated[HpaScaling | None, doc("Scaling by load.")] = None
    s2z: Annotated[S2zScaling | None, doc("Scaling to zero.")] = None


class TaskSchedule(WireModel):
    """When a scheduled task runs."""

    cron: Annotated[str, doc("Cron expression, such as */5 * * * *.")]
    timezone: Annotated[str | None, doc("Time zone of the expression, such as Asia/Colombo.")] = None


class Task(WireModel):
    """How a task runs."""

    disabled: Annotated[bool | None, doc("Whether it does not run at all.")] = None
    schedule: Annotated[TaskSchedule | None, doc("When it runs; for components of type ScheduledTask.")] = None


class Application(WireModel):
    """What a container is given at run time."""

    args: Annotated[list[str] | None, doc("Command line arguments.")] = None
    env: Annotated[list[EnvVar] | None, doc("Environment variables.")] = None
    env_from: Annotated[list[EnvFromSource] | None, doc("Environment variables for all values of a source.")] = None
    file_mounts: Annotated[list[FileMount] | None, doc("Files.")] = None
    file_mounts_from: Annotated[list[FileMountsFromSource] | None, doc("Files for all values of a source.")] = None
    resource_limits: Annotated[ResourceLimits | None, doc("How much it may use.")] = None
    probes: Annotated[Probes | None, doc("Health checks.")] = None
    scaling: Annotated[Scaling | None, doc("Number of replicas; not for tasks.")] = None
    task: Annotated[Task | None, doc("How it runs; only for tasks, excludes scaling.")] = None


class ArtifactConfiguration(WireModel):
    """What a deployable image is configured with."""

    endpoint_templates: Annotated[list[EndpointTemplate] | None, doc("Endpoints which the component offers.")] = None
    dependencies: Annotated[Dependencies | None, doc("What the component depends on.")] = None
    application: Annotated[Application | None, doc("What the container is given at run time.")] = None


class DeployableArtifactSpec(WireModel):
    """What a DeployableArtifact wants."""

    target_artifact: Annotated[TargetArtifact, doc("The image to deploy.")]
    configuration: Annotated[ArtifactConfiguration | None, doc("What it is configured with.")] = None


class DeployableArtifact(ApiObject):
    """An image together with its configuration: what a Deployment deploys."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["DeployableArtifact"] = "DeployableArtifact"
    spec: DeployableArtifactSpec


# --- Deployment ------------------------------------------------------------------------------------------------------


class EndpointOverride(WireModel):
    """What is different about an endpoint in one environment. No field is defined yet."""


class DependenciesOverride(WireModel):
    """What is different about the dependencies in one environment. No field is defined yet."""


class ConfigurationOverrides(WireModel):
    """What is different about an artifact in one environment."""

    endpoint_templates: Annotated[list[EndpointOverride] | None, doc("Differences of the endpoints.")] = None
    dependencies: Annotated[DependenciesOverride | None, doc("Differences of the dependencies.")] = None
    application: Annotated[Application | None, doc("Differences of what the container is given.")] = None


class DeploymentSpec(WireModel):
    """What a Deployment wants."""

    deployment_artifact_ref: Annotated[str, doc("Name of the DeployableArtifact to deploy.")]
    revision_history_limit: Annotated[Int32 | None, POINTER, doc("Old revisions to keep; default 10.")] = None
    configuration_overrides: Annotated[
        ConfigurationOverrides | None, doc("What is different about the artifact in this environment.")
    ] = None


class Deployment(ApiObject):
    """A DeployableArtifact in an Environment."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["Deployment"] = "Deployment"
    spec: DeploymentSpec


# --- Build -----------------------------------------------------------------------------------------------------------


class BuildEnvVar(WireModel):
    """An environment variable of a build."""

    name: Annotated[str, doc("Name of the variable.")]
    value: Annotated[str, doc("Its value.")]


class BuildEnvFrom(WireModel):
    """Environment variables of a build for all values of a Secret."""

    secret_ref: Annotated[str, doc("Name of the Secret.")]


class BuildEnvironment(WireModel):
    """Environment variables of a build."""

    env: Annotated[list[BuildEnvVar] | None, doc("Variables one by one.")] = None
    env_from: Annotated[list[BuildEnvFrom] | None, doc("Variables for all values of Secrets.")] = None


class BuildSpec(WireModel):
    """What a Build wants."""

    build_configuration: Annotated[BuildConfiguration, doc("How the image is built.")]
    branch: Annotated[str | None, doc("Git branch to build.")] = None
    git_revision: Annotated[str | None, doc("Git revision to build; default: the newest of the branch.")] = None
    path: Annotated[str | None, doc("Path of the component in the repository.")] = None
    auto_build: Annotated[bool | None, doc("Whether new commits are built.")] = None
    build_environment: Annotated[BuildEnvironment | None, doc("Environment variables of the build.")] = None


class ImageStatus(WireModel):
    """The image that a build made."""

    image: Annotated[str, doc("Name and tag of the image.")]


class BuildStatus(ConditionsStatus):
    """What the Build controller reports."""

    image_status: Annotated[ImageStatus | None, doc("The image that was made.")] = None


class Build(ApiObject):
    """One run that makes an image from source code."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["Build"] = "Build"
    spec: BuildSpec


# --- ConfigurationGroup ----------------------------------------------------------------------------------------------


class EnvironmentGroup(WireModel):
    """Environments that share values."""

    name: Annotated[str, doc("Name of the group of environments.")]
    environments: Annotated[list[str], doc("Names of the environments.")]


class ConfigurationValue(WireModel):
    """The value of a key in one environment or in a group of environments."""

    environment: Annotated[str | None, doc("Environment it is for; excludes environmentGroupRef.")] = None
    environment_group_ref: Annotated[str | None, doc("Group of environments it is for; excludes environment.")] = None
    value: Annotated[str | None, doc("The value; excludes vaultKey.")] = None
    vault_key: Annotated[str | None, doc("Where the vault keeps the value; excludes value.")] = None


class Configuration(WireModel):
    """A key and its value in each environment."""

    key: Annotated[str, doc("The key.")]
    values: Annotated[list[ConfigurationValue], doc("Its value in each environment.")]


class ConfigurationGroupSpec(WireModel):
    """What a ConfigurationGroup holds."""

    scope: Annotated[dict[str, str], doc("What the group is for.")] = Field(default_factory=dict)
    environment_groups: Annotated[list[EnvironmentGroup] | None, doc("Environments that share values.")] = None
    configurations: Annotated[list[Configuration], doc("Keys and their values.")]


class ConfigurationGroup(ApiObject):
    """Configuration of an organization, with a value for each environment."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["ConfigurationGroup"] = "ConfigurationGroup"
    spec: ConfigurationGroupSpec

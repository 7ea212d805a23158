"""The arguments of the components of core.choreo.dev/v1, with the names of OpenChoreo's YAML.

Written by `python -m choreo_components.components.generate` from the models of the API: change those.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, NotRequired, TypedDict

import pulumi

from choreo_components.components.args import NamespaceMetadataArgs, TimeoutsArgs
from choreo_components.config.options import Controllers


class OrganizationArgs(TypedDict):
    """The owner of everything else: its name is the namespace of its objects."""

    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""


class FeatureFlagsArgs(TypedDict):
    """What the cluster of a data plane can do. No controller reads them."""

    cilium: pulumi.Input[bool]
    """Whether Cilium is the network."""
    scaleToZero: pulumi.Input[bool]
    """Whether workloads may be scaled to zero."""
    gatewayType: pulumi.Input[str]
    """Kind of gateway in the cluster, such as envoy."""


class ClusterCredentialsArgs(TypedDict):
    """How OpenChoreo's controllers reach and log in to the cluster of a data plane."""

    apiServerURL: pulumi.Input[str]
    """URL of the cluster's API server."""
    caCert: pulumi.Input[str]
    """Certificate of the authority that the API server's is from, in base64."""
    clientCert: pulumi.Input[str]
    """Certificate of the client, in base64."""
    clientKey: pulumi.Input[str]
    """Private key of the client, in base64. Secret."""


class KubernetesClusterArgs(TypedDict):
    """The cluster where a data plane lives."""

    name: pulumi.Input[str]
    """Name of the cluster."""
    connectionConfigRef: NotRequired[pulumi.Input[str]]
    """Name of the connection configuration, before OpenChoreo v0.2.0. No controller reads it."""
    featureFlags: NotRequired[pulumi.Input[FeatureFlagsArgs]]
    """What the cluster can do, before OpenChoreo v0.2.0."""
    credentials: NotRequired[pulumi.Input[ClusterCredentialsArgs]]
    """How it is reached, since OpenChoreo v0.2.0; needs registry."""


class DataPlaneGatewayArgs(TypedDict):
    """Domains under which the endpoints of a data plane are reached."""

    publicVirtualHost: pulumi.Input[str]
    """Domain of endpoints which the world can reach."""
    organizationVirtualHost: pulumi.Input[str]
    """Domain of endpoints which the organization can reach."""


class ImagePushSecretArgs(TypedDict):
    """Credentials for pushing images to a registry."""

    name: pulumi.Input[str]
    """Name of the Secret with the registry's credentials."""
    prefix: pulumi.Input[str]
    """Domain of the registry, such as ghcr.io."""


class ImageRegistryArgs(TypedDict):
    """The registries that a data plane's images are pushed to."""

    unauthenticated: NotRequired[pulumi.Input[Sequence[pulumi.Input[str]]]]
    """Domains of registries that need no credentials."""
    imagePushSecrets: NotRequired[pulumi.Input[Sequence[pulumi.Input[ImagePushSecretArgs]]]]
    """Credentials of registries that need them."""


class DataPlaneArgs(TypedDict):
    """A Kubernetes cluster where workloads of an organization run. Deleting it deletes its Environments."""

    organization: pulumi.Input[str]
    """Name of its Organization, whose namespace it is in."""
    connectionConfig: NotRequired[pulumi.Input[str]]
    """Kubeconfig of its cluster, for the Secret that connectionConfigRef names; kept as a secret."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    kubernetesCluster: pulumi.Input[KubernetesClusterArgs]
    """The cluster that runs the workloads."""
    gateway: pulumi.Input[DataPlaneGatewayArgs]
    """Domains of the endpoints."""
    registry: NotRequired[pulumi.Input[ImageRegistryArgs]]
    """Where images are pushed to, since OpenChoreo v0.2.0; needs credentials."""


class RemoteJwksArgs(TypedDict):
    """Where the keys that sign callers' tokens are published."""

    uri: pulumi.Input[str]
    """URI of the JSON Web Key Set."""


class GatewaySecurityArgs(TypedDict):
    """How callers of an environment's endpoints are authenticated."""

    remoteJwks: NotRequired[pulumi.Input[RemoteJwksArgs]]
    """Published keys; used by endpoints with the oauth scheme."""


class EnvironmentGatewayArgs(TypedDict):
    """How the endpoints of an environment are reached."""

    dnsPrefix: NotRequired[pulumi.Input[str]]
    """First label of the host names; must differ between environments of one data plane."""
    security: NotRequired[pulumi.Input[GatewaySecurityArgs]]
    """How callers are authenticated."""


class EnvironmentArgs(TypedDict):
    """A stage of delivery, such as development or production, on one DataPlane."""

    organization: pulumi.Input[str]
    """Name of its Organization, whose namespace it is in."""
    projects: NotRequired[Sequence[str]]
    """Names of the Projects that get a namespace in it."""
    dataPlaneKubeconfig: NotRequired[pulumi.Input[str]]
    """Kubeconfig of the data plane, if that is a separate cluster; kept as a secret."""
    dataPlaneGateway: NotRequired[pulumi.Input[DataPlaneGatewayArgs]]
    """Domains of the data plane: its output `gateway`. With them the environment has the output `hosts`."""
    namespaceMetadata: NotRequired[NamespaceMetadataArgs]
    """Labels and annotations of its namespaces, in addition to OpenChoreo's."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    dataPlaneRef: NotRequired[pulumi.Input[str]]
    """metadata.name of the DataPlane that runs its workloads."""
    isProduction: NotRequired[pulumi.Input[bool]]
    """Whether it serves production."""
    gateway: NotRequired[pulumi.Input[EnvironmentGatewayArgs]]
    """How its endpoints are reached."""


class TargetEnvironmentRefArgs(TypedDict):
    """An environment that can be promoted to."""

    name: pulumi.Input[str]
    """Name of the target environment."""
    requiresApproval: NotRequired[pulumi.Input[bool]]
    """Whether it needs approval. No controller reads it."""
    isManualApprovalRequired: NotRequired[pulumi.Input[bool]]
    """Whether a person must approve. No controller reads it."""


class PromotionPathArgs(TypedDict):
    """The environments that deployments are promoted to from one environment."""

    sourceEnvironmentRef: pulumi.Input[str]
    """Name of the environment that is promoted from."""
    targetEnvironmentRefs: pulumi.Input[Sequence[pulumi.Input[TargetEnvironmentRefArgs]]]
    """Environments that can be promoted to."""


class DeploymentPipelineArgs(TypedDict):
    """The order in which the environments of a project follow each other."""

    organization: pulumi.Input[str]
    """Name of its Organization, whose namespace it is in."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    promotionPaths: NotRequired[pulumi.Input[Sequence[pulumi.Input[PromotionPathArgs]]]]
    """Ways from environment to environment."""


class ProjectArgs(TypedDict):
    """Components that belong together. It has one data-plane namespace in each environment it is deployed to."""

    organization: pulumi.Input[str]
    """Name of its Organization, whose namespace it is in."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    deploymentPipelineRef: pulumi.Input[str]
    """Name of the DeploymentPipeline of its components."""


class GitAuthenticationArgs(TypedDict):
    """How a private Git repository is read."""

    secretRef: pulumi.Input[str]
    """Name of the Secret with the Git credentials."""


class GitRepositoryArgs(TypedDict):
    """Source code to build a component from."""

    url: pulumi.Input[str]
    """URL of the repository, such as https://github.com/acme/customer-service."""
    authentication: NotRequired[pulumi.Input[GitAuthenticationArgs]]
    """How it is read; not needed if it is public."""


class RegistryAuthenticationArgs(TypedDict):
    """How a private container registry is read."""

    secretRef: NotRequired[pulumi.Input[str]]
    """Name of the Secret with the registry's credentials."""


class ContainerRegistryArgs(TypedDict):
    """A container image that is built elsewhere."""

    imageName: NotRequired[pulumi.Input[str]]
    """Registry and image without a tag, as in docker.io/library/nginx."""
    authentication: NotRequired[pulumi.Input[RegistryAuthenticationArgs]]
    """How it is read; not needed if it is public."""


class ComponentSourceArgs(TypedDict):
    """Where a component comes from: a Git repository or a container registry, not both."""

    gitRepository: NotRequired[pulumi.Input[GitRepositoryArgs]]
    """Source code to build; excludes containerRegistry."""
    containerRegistry: NotRequired[pulumi.Input[ContainerRegistryArgs]]
    """Image to deploy; excludes gitRepository."""


class ComponentArgs(TypedDict):
    """A unit of deployment of a Project: a service, a web application or a scheduled task."""

    organization: pulumi.Input[str]
    """Name of its Organization, whose namespace it is in."""
    project: pulumi.Input[str]
    """Name of its Project."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    type: NotRequired[pulumi.Input[str]]
    """Service, WebApplication or ScheduledTask; others are accepted and ignored."""
    source: NotRequired[pulumi.Input[ComponentSourceArgs]]
    """Where its code or image comes from."""


class DockerBuildArgs(TypedDict):
    """A build by a Dockerfile."""

    context: pulumi.Input[str]
    """Path of the build context in the repository."""
    dockerfilePath: pulumi.Input[str]
    """Path of the Dockerfile in the repository."""


class BuildpackBuildArgs(TypedDict):
    """A build by a buildpack."""

    name: pulumi.Input[str]
    """Name of the buildpack, such as Go or Python."""
    version: NotRequired[pulumi.Input[str]]
    """Version of the language."""


class BuildConfigurationArgs(TypedDict):
    """How source code becomes an image: by a Dockerfile or by a buildpack, not both."""

    docker: NotRequired[pulumi.Input[DockerBuildArgs]]
    """Build by a Dockerfile."""
    buildpack: NotRequired[pulumi.Input[BuildpackBuildArgs]]
    """Build by a buildpack."""


class BuildTemplateArgs(TypedDict):
    """What the Builds of a track have in common."""

    branch: pulumi.Input[str]
    """Git branch to build."""
    path: pulumi.Input[str]
    """Path of the component in the repository."""
    buildConfiguration: NotRequired[pulumi.Input[BuildConfigurationArgs]]
    """How the image is built."""


class DeploymentTrackArgs(TypedDict):
    """A line of development of a Component, such as main, from builds to deployments."""

    organization: pulumi.Input[str]
    """Name of its Organization, whose namespace it is in."""
    project: pulumi.Input[str]
    """Name of its Project."""
    component: pulumi.Input[str]
    """Name of its Component."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    autoDeploy: NotRequired[pulumi.Input[bool]]
    """Whether a finished build is deployed at once."""
    buildTemplateSpec: NotRequired[pulumi.Input[BuildTemplateArgs]]
    """What its Builds have in common."""


class EnvironmentGroupArgs(TypedDict):
    """Environments that share values."""

    name: pulumi.Input[str]
    """Name of the group of environments."""
    environments: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Names of the environments."""


class ConfigurationValueArgs(TypedDict):
    """The value of a key in one environment or in a group of environments."""

    environment: NotRequired[pulumi.Input[str]]
    """Environment it is for; excludes environmentGroupRef."""
    environmentGroupRef: NotRequired[pulumi.Input[str]]
    """Group of environments it is for; excludes environment."""
    value: NotRequired[pulumi.Input[str]]
    """The value; excludes vaultKey."""
    vaultKey: NotRequired[pulumi.Input[str]]
    """Where the vault keeps the value; excludes value."""


class ConfigurationArgs(TypedDict):
    """A key and its value in each environment."""

    key: pulumi.Input[str]
    """The key."""
    values: pulumi.Input[Sequence[pulumi.Input[ConfigurationValueArgs]]]
    """Its value in each environment."""


class ConfigurationGroupArgs(TypedDict):
    """Configuration of an organization, with a value for each environment."""

    organization: pulumi.Input[str]
    """Name of its Organization, whose namespace it is in."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    scope: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """What the group is for."""
    environmentGroups: NotRequired[pulumi.Input[Sequence[pulumi.Input[EnvironmentGroupArgs]]]]
    """Environments that share values."""
    configurations: pulumi.Input[Sequence[pulumi.Input[ConfigurationArgs]]]
    """Keys and their values."""


class BuildEnvVarArgs(TypedDict):
    """An environment variable of a build."""

    name: pulumi.Input[str]
    """Name of the variable."""
    value: pulumi.Input[str]
    """Its value."""


class BuildEnvFromArgs(TypedDict):
    """Environment variables of a build for all values of a Secret."""

    secretRef: pulumi.Input[str]
    """Name of the Secret."""


class BuildEnvironmentArgs(TypedDict):
    """Environment variables of a build."""

    env: NotRequired[pulumi.Input[Sequence[pulumi.Input[BuildEnvVarArgs]]]]
    """Variables one by one."""
    envFrom: NotRequired[pulumi.Input[Sequence[pulumi.Input[BuildEnvFromArgs]]]]
    """Variables for all values of Secrets."""


class BuildArgs(TypedDict):
    """One run that makes an image from source code."""

    organization: pulumi.Input[str]
    """Name of its Organization, whose namespace it is in."""
    project: pulumi.Input[str]
    """Name of its Project."""
    component: pulumi.Input[str]
    """Name of its Component."""
    deploymentTrack: pulumi.Input[str]
    """Name of its DeploymentTrack."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    buildConfiguration: pulumi.Input[BuildConfigurationArgs]
    """How the image is built."""
    branch: NotRequired[pulumi.Input[str]]
    """Git branch to build."""
    gitRevision: NotRequired[pulumi.Input[str]]
    """Git revision to build; default: the newest of the branch."""
    path: NotRequired[pulumi.Input[str]]
    """Path of the component in the repository."""
    autoBuild: NotRequired[pulumi.Input[bool]]
    """Whether new commits are built."""
    buildEnvironment: NotRequired[pulumi.Input[BuildEnvironmentArgs]]
    """Environment variables of the build."""


class FromBuildRefArgs(TypedDict):
    """An image that a Build made."""

    name: NotRequired[pulumi.Input[str]]
    """Name of the Build."""
    gitRevision: NotRequired[pulumi.Input[str]]
    """Revision whose latest Build is meant. No controller supports it."""


class FromImageRefArgs(TypedDict):
    """An image of the component's container registry."""

    tag: NotRequired[pulumi.Input[str]]
    """Tag of the image, such as 1.2.0 or latest."""
    skipVersionValidation: NotRequired[pulumi.Input[bool]]
    """Whether the tag need not be a version."""


class TargetArtifactArgs(TypedDict):
    """The image to deploy: of a Build or of a registry, not both."""

    fromBuildRef: NotRequired[pulumi.Input[FromBuildRefArgs]]
    """Image of a Build; excludes fromImageRef."""
    fromImageRef: NotRequired[pulumi.Input[FromImageRefArgs]]
    """Image of a registry; excludes fromBuildRef."""


class EndpointTemplateMetadataArgs(TypedDict):
    """Metadata of the Endpoints that are made from a template."""

    name: NotRequired[pulumi.Input[str]]
    """Name of the template; part of the Endpoint's name."""
    namespace: NotRequired[pulumi.Input[str]]
    """Namespace; the Deployment's own is used."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations."""
    finalizers: NotRequired[pulumi.Input[Sequence[pulumi.Input[str]]]]
    """Finalizers."""


class EndpointType(str, Enum):
    """Protocol of the endpoint."""

    HTTP = "HTTP"
    REST = "REST"
    GRPC = "gRPC"
    GRAPHQL = "GraphQL"
    WEBSOCKET = "Websocket"
    TCP = "TCP"
    UDP = "UDP"


class EndpointServiceArgs(TypedDict):
    """The service behind an endpoint."""

    port: pulumi.Input[int]
    """Port of the service."""
    url: NotRequired[pulumi.Input[str]]
    """URL of the service."""
    basePath: NotRequired[pulumi.Input[str]]
    """Path under which the service answers."""


class EndpointSchemaArgs(TypedDict):
    """The interface description of an endpoint."""

    filePath: NotRequired[pulumi.Input[str]]
    """Path of the description in the component's source code."""
    content: NotRequired[pulumi.Input[str]]
    """The description itself."""


class BackendJwtConfigurationArgs(TypedDict):
    """What is in the token for the service."""

    audiences: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Audiences of the token."""


class BackendJwtArgs(TypedDict):
    """A token that the gateway passes to the service."""

    enable: pulumi.Input[bool]
    """Whether the token is passed."""
    configuration: pulumi.Input[BackendJwtConfigurationArgs]
    """What is in the token."""


class OperationPolicyArgs(TypedDict):
    """Authentication of one operation."""

    target: pulumi.Input[str]
    """The operation."""
    authenticationType: pulumi.Input[str]
    """How its callers are authenticated."""


class CorsArgs(TypedDict):
    """What a browser may do with the endpoint from another origin."""

    enable: pulumi.Input[bool]
    """Whether these rules apply."""
    allowOrigins: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Origins that may call."""
    allowMethods: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Methods that may be used."""
    allowHeaders: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Headers that may be sent."""
    exposeHeaders: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Headers of the answer that may be read."""


class RateLimitArgs(TypedDict):
    """How often an endpoint accepts calls."""

    tier: pulumi.Input[str]
    """Name of the limit."""


class ApiSettingsArgs(TypedDict):
    """What the gateway does with calls of an endpoint."""

    securitySchemes: NotRequired[pulumi.Input[Sequence[pulumi.Input[str]]]]
    """How callers are authenticated: oauth or nothing."""
    authorizationHeader: NotRequired[pulumi.Input[str]]
    """Header with the caller's token."""
    backendJwt: NotRequired[pulumi.Input[BackendJwtArgs]]
    """Token for the service."""
    operationPolicies: NotRequired[pulumi.Input[Sequence[pulumi.Input[OperationPolicyArgs]]]]
    """Authentication operation by operation."""
    cors: NotRequired[pulumi.Input[CorsArgs]]
    """Calls from pages of other origins."""
    rateLimit: NotRequired[pulumi.Input[RateLimitArgs]]
    """Limit of calls."""


class VisibilityArgs(TypedDict):
    """Whether an endpoint can be reached from some network, and its own settings there."""

    enable: pulumi.Input[bool]
    """Whether the endpoint can be reached."""
    apiSettings: NotRequired[pulumi.Input[ApiSettingsArgs]]
    """Settings that take precedence over the endpoint's."""


class NetworkVisibilitiesArgs(TypedDict):
    """From where an endpoint can be reached. Without this block it is public."""

    organization: NotRequired[pulumi.Input[VisibilityArgs]]
    """From inside the organization."""
    public: NotRequired[pulumi.Input[VisibilityArgs]]
    """From everywhere."""


class EndpointSpecArgs(TypedDict):
    """The spec of an Endpoint."""

    type: pulumi.Input[EndpointType]
    """Protocol of the endpoint."""
    service: pulumi.Input[EndpointServiceArgs]
    """The service behind it."""
    schema: NotRequired[pulumi.Input[EndpointSchemaArgs]]
    """Its interface description."""
    networkVisibilities: NotRequired[pulumi.Input[NetworkVisibilitiesArgs]]
    """From where it can be reached."""
    apiSettings: NotRequired[pulumi.Input[ApiSettingsArgs]]
    """What the gateway does with its calls."""


class EndpointTemplateArgs(TypedDict):
    """What the Endpoints of a deployment are made from."""

    metadata: pulumi.Input[EndpointTemplateMetadataArgs]
    """Metadata of the Endpoint."""
    spec: pulumi.Input[EndpointSpecArgs]
    """Spec of the Endpoint."""


class DependenciesArgs(TypedDict):
    """What a component depends on. No field is defined yet."""


class ConfigurationGroupKeyRefArgs(TypedDict):
    """One value of a ConfigurationGroup."""

    name: pulumi.Input[str]
    """Name of the ConfigurationGroup."""
    key: pulumi.Input[str]
    """Key in the group."""


class SecretKeyRefArgs(TypedDict):
    """One value of a Secret."""

    name: pulumi.Input[str]
    """Name of the Secret."""
    key: pulumi.Input[str]
    """Key in the Secret."""


class ValueFromArgs(TypedDict):
    """A value that is kept elsewhere: in a ConfigurationGroup or in a Secret, not both."""

    configurationGroupRef: NotRequired[pulumi.Input[ConfigurationGroupKeyRefArgs]]
    """Value of a ConfigurationGroup."""
    secretRef: NotRequired[pulumi.Input[SecretKeyRefArgs]]
    """Value of a Secret."""


class EnvVarArgs(TypedDict):
    """An environment variable of the container."""

    key: pulumi.Input[str]
    """Name of the variable."""
    value: NotRequired[pulumi.Input[str]]
    """Its value; excludes valueFrom."""
    valueFrom: NotRequired[pulumi.Input[ValueFromArgs]]
    """Where its value is kept; excludes value."""


class ConfigurationGroupRefArgs(TypedDict):
    """All values of a ConfigurationGroup."""

    name: pulumi.Input[str]
    """Name of the ConfigurationGroup."""


class SecretRefArgs(TypedDict):
    """All values of a Secret."""

    name: pulumi.Input[str]
    """Name of the Secret."""


class EnvFromSourceArgs(TypedDict):
    """Environment variables for all values of a source."""

    configurationGroupRef: NotRequired[pulumi.Input[ConfigurationGroupRefArgs]]
    """All values of a ConfigurationGroup."""
    secretRef: NotRequired[pulumi.Input[SecretRefArgs]]
    """All values of a Secret."""


class FileMountArgs(TypedDict):
    """A file in the container."""

    mountPath: pulumi.Input[str]
    """Path of the file."""
    value: NotRequired[pulumi.Input[str]]
    """Its content; excludes valueFrom."""
    valueFrom: NotRequired[pulumi.Input[ValueFromArgs]]
    """Where its content is kept; excludes value."""


class ConfigurationGroupMountRefArgs(TypedDict):
    """A ConfigurationGroup as files of a folder."""

    name: pulumi.Input[str]
    """Name of the ConfigurationGroup."""
    mountPath: pulumi.Input[str]
    """Absolute path of the folder."""


class SecretMountRefArgs(TypedDict):
    """A Secret as files of a folder."""

    name: pulumi.Input[str]
    """Name of the Secret."""
    mountPath: pulumi.Input[str]
    """Absolute path of the folder."""


class FileMountsFromSourceArgs(TypedDict):
    """Files for all values of a source."""

    configurationGroupRef: NotRequired[pulumi.Input[ConfigurationGroupMountRefArgs]]
    """Files for the values of a ConfigurationGroup."""
    secretRef: NotRequired[pulumi.Input[SecretMountRefArgs]]
    """Files for the values of a Secret."""


class ResourceLimitsArgs(TypedDict):
    """How much the container may use, as Kubernetes quantities."""

    cpu: NotRequired[pulumi.Input[str]]
    """CPU, such as 500m."""
    memory: NotRequired[pulumi.Input[str]]
    """Memory, such as 256Mi."""


class ExecActionArgs(TypedDict):
    """Runs a command in the container."""

    command: NotRequired[pulumi.Input[Sequence[pulumi.Input[str]]]]
    """Command and arguments, run without a shell. Exit status 0 is healthy."""


class GrpcActionArgs(TypedDict):
    """Calls the gRPC health service of the container."""

    port: pulumi.Input[int]
    """Port of the gRPC service, 1 to 65535."""
    service: NotRequired[pulumi.Input[str]]
    """Name of the service to ask about."""


class HttpHeaderArgs(TypedDict):
    """A header of a probe's request."""

    name: pulumi.Input[str]
    """Name of the header."""
    value: pulumi.Input[str]
    """Value of the header."""


class HttpGetActionArgs(TypedDict):
    """Sends an HTTP GET request to the container."""

    port: pulumi.Input[Any]
    """Number (1 to 65535) or name of the port."""
    path: NotRequired[pulumi.Input[str]]
    """Path of the request."""
    host: NotRequired[pulumi.Input[str]]
    """Host to connect to; default: the pod's address."""
    scheme: NotRequired[pulumi.Input[str]]
    """HTTP or HTTPS; default: HTTP."""
    httpHeaders: NotRequired[pulumi.Input[Sequence[pulumi.Input[HttpHeaderArgs]]]]
    """Headers of the request; they may repeat."""


class TcpSocketActionArgs(TypedDict):
    """Opens a TCP connection to the container."""

    port: pulumi.Input[Any]
    """Number (1 to 65535) or name of the port."""
    host: NotRequired[pulumi.Input[str]]
    """Host to connect to; default: the pod's address."""


class ProbeArgs(TypedDict):
    """A health check of a container: one of exec, grpc, httpGet and tcpSocket, and how often it runs."""

    exec: NotRequired[pulumi.Input[ExecActionArgs]]
    """Check by a command in the container."""
    grpc: NotRequired[pulumi.Input[GrpcActionArgs]]
    """Check by a gRPC health request."""
    httpGet: NotRequired[pulumi.Input[HttpGetActionArgs]]
    """Check by an HTTP GET request."""
    tcpSocket: NotRequired[pulumi.Input[TcpSocketActionArgs]]
    """Check by a TCP connection."""
    initialDelaySeconds: NotRequired[pulumi.Input[int]]
    """Seconds from the container's start to the first check."""
    periodSeconds: NotRequired[pulumi.Input[int]]
    """Seconds from one check to the next; default 10, at least 1."""
    timeoutSeconds: NotRequired[pulumi.Input[int]]
    """Seconds after which a check has failed; default 1."""
    successThreshold: NotRequired[pulumi.Input[int]]
    """Successes in a row after which it is healthy; default 1."""
    failureThreshold: NotRequired[pulumi.Input[int]]
    """Failures in a row after which it has failed; default 3."""
    terminationGracePeriodSeconds: NotRequired[pulumi.Input[int]]
    """Seconds to end in after a failed check, in place of the pod's own."""


class ProbesArgs(TypedDict):
    """Health checks of the container."""

    readinessProbe: NotRequired[pulumi.Input[ProbeArgs]]
    """Whether it can take requests."""
    livenessProbe: NotRequired[pulumi.Input[ProbeArgs]]
    """Whether it must be restarted."""


class HpaScalingArgs(TypedDict):
    """Scaling by load. Thresholds are given as a percentage of the request."""

    minReplicas: NotRequired[pulumi.Input[int]]
    """Least number of replicas."""
    maxReplicas: NotRequired[pulumi.Input[int]]
    """Greatest number of replicas."""
    cpuThreshold: NotRequired[pulumi.Input[int]]
    """CPU use from which replicas are added."""
    memoryThreshold: NotRequired[pulumi.Input[int]]
    """Memory use from which replicas are added."""


class S2zScalingArgs(TypedDict):
    """Scaling to zero while there are no requests."""

    maxReplicas: NotRequired[pulumi.Input[int]]
    """Greatest number of replicas."""
    queueLength: NotRequired[pulumi.Input[int]]
    """Waiting requests from which replicas are added."""


class ScalingArgs(TypedDict):
    """How the number of replicas follows the load: by hpa or by s2z, not both."""

    hpa: NotRequired[pulumi.Input[HpaScalingArgs]]
    """Scaling by load."""
    s2z: NotRequired[pulumi.Input[S2zScalingArgs]]
    """Scaling to zero."""


class TaskScheduleArgs(TypedDict):
    """When a scheduled task runs."""

    cron: pulumi.Input[str]
    """Cron expression, such as */5 * * * *."""
    timezone: NotRequired[pulumi.Input[str]]
    """Time zone of the expression, such as Asia/Colombo."""


class TaskArgs(TypedDict):
    """How a task runs."""

    disabled: NotRequired[pulumi.Input[bool]]
    """Whether it does not run."""
    schedule: NotRequired[pulumi.Input[TaskScheduleArgs]]
    """When it runs; for components of type ScheduledTask."""


class ApplicationArgs(TypedDict):
    """What a container is given at run time."""

    args: NotRequired[pulumi.Input[Sequence[pulumi.Input[str]]]]
    """Command line arguments."""
    env: NotRequired[pulumi.Input[Sequence[pulumi.Input[EnvVarArgs]]]]
    """Environment variables."""
    envFrom: NotRequired[pulumi.Input[Sequence[pulumi.Input[EnvFromSourceArgs]]]]
    """Environment variables for all values of a source."""
    fileMounts: NotRequired[pulumi.Input[Sequence[pulumi.Input[FileMountArgs]]]]
    """Files."""
    fileMountsFrom: NotRequired[pulumi.Input[Sequence[pulumi.Input[FileMountsFromSourceArgs]]]]
    """Files for all values of a source."""
    resourceLimits: NotRequired[pulumi.Input[ResourceLimitsArgs]]
    """How much it may use."""
    probes: NotRequired[pulumi.Input[ProbesArgs]]
    """Health checks."""
    scaling: NotRequired[pulumi.Input[ScalingArgs]]
    """Number of replicas; not for tasks."""
    task: NotRequired[pulumi.Input[TaskArgs]]
    """How it runs; only for tasks, excludes scaling."""


class ArtifactConfigurationArgs(TypedDict):
    """What a deployable image is configured with."""

    endpointTemplates: NotRequired[pulumi.Input[Sequence[pulumi.Input[EndpointTemplateArgs]]]]
    """Endpoints which the component offers."""
    dependencies: NotRequired[pulumi.Input[DependenciesArgs]]
    """What the component depends on."""
    application: NotRequired[pulumi.Input[ApplicationArgs]]
    """What the container is given at run time."""


class DeployableArtifactArgs(TypedDict):
    """An image together with its configuration: what a Deployment deploys."""

    organization: pulumi.Input[str]
    """Name of its Organization, whose namespace it is in."""
    project: pulumi.Input[str]
    """Name of its Project."""
    component: pulumi.Input[str]
    """Name of its Component."""
    deploymentTrack: pulumi.Input[str]
    """Name of its DeploymentTrack."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    targetArtifact: pulumi.Input[TargetArtifactArgs]
    """The image to deploy."""
    configuration: NotRequired[pulumi.Input[ArtifactConfigurationArgs]]
    """What it is configured with."""


class EndpointOverrideArgs(TypedDict):
    """What is different about an endpoint in one environment. No field is defined yet."""


class DependenciesOverrideArgs(TypedDict):
    """What is different about the dependencies in one environment. No field is defined yet."""


class ConfigurationOverridesArgs(TypedDict):
    """What is different about an artifact in one environment."""

    endpointTemplates: NotRequired[pulumi.Input[Sequence[pulumi.Input[EndpointOverrideArgs]]]]
    """Differences of the endpoints."""
    dependencies: NotRequired[pulumi.Input[DependenciesOverrideArgs]]
    """Differences of the dependencies."""
    application: NotRequired[pulumi.Input[ApplicationArgs]]
    """Differences of what the container is given."""


class DeploymentArgs(TypedDict):
    """A DeployableArtifact in an Environment."""

    organization: pulumi.Input[str]
    """Name of its Organization, whose namespace it is in."""
    project: pulumi.Input[str]
    """Name of its Project."""
    component: pulumi.Input[str]
    """Name of its Component."""
    deploymentTrack: pulumi.Input[str]
    """Name of its DeploymentTrack."""
    environment: pulumi.Input[str]
    """Name of its Environment."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    deploymentArtifactRef: pulumi.Input[str]
    """Name of the DeployableArtifact to deploy."""
    revisionHistoryLimit: NotRequired[pulumi.Input[int]]
    """Old revisions to keep; default 10."""
    configurationOverrides: NotRequired[pulumi.Input[ConfigurationOverridesArgs]]
    """What is different about the artifact in this environment."""


class EndpointArgs(TypedDict):
    """An entry point to a deployed component. The Deployment controller makes it from the artifact's templates."""

    organization: pulumi.Input[str]
    """Name of its Organization, whose namespace it is in."""
    project: pulumi.Input[str]
    """Name of its Project."""
    component: pulumi.Input[str]
    """Name of its Component."""
    deploymentTrack: pulumi.Input[str]
    """Name of its DeploymentTrack."""
    environment: pulumi.Input[str]
    """Name of its Environment."""
    deployment: pulumi.Input[str]
    """Name of its Deployment."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    type: pulumi.Input[EndpointType]
    """Protocol of the endpoint."""
    service: pulumi.Input[EndpointServiceArgs]
    """The service behind it."""
    schema: NotRequired[pulumi.Input[EndpointSchemaArgs]]
    """Its interface description."""
    networkVisibilities: NotRequired[pulumi.Input[NetworkVisibilitiesArgs]]
    """From where it can be reached."""
    apiSettings: NotRequired[pulumi.Input[ApiSettingsArgs]]
    """What the gateway does with its calls."""


__all__ = [
    "ApiSettingsArgs",
    "ApplicationArgs",
    "ArtifactConfigurationArgs",
    "BackendJwtArgs",
    "BackendJwtConfigurationArgs",
    "BuildArgs",
    "BuildConfigurationArgs",
    "BuildEnvFromArgs",
    "BuildEnvVarArgs",
    "BuildEnvironmentArgs",
    "BuildTemplateArgs",
    "BuildpackBuildArgs",
    "ClusterCredentialsArgs",
    "ComponentArgs",
    "ComponentSourceArgs",
    "ConfigurationArgs",
    "ConfigurationGroupArgs",
    "ConfigurationGroupKeyRefArgs",
    "ConfigurationGroupMountRefArgs",
    "ConfigurationGroupRefArgs",
    "ConfigurationOverridesArgs",
    "ConfigurationValueArgs",
    "ContainerRegistryArgs",
    "CorsArgs",
    "DataPlaneArgs",
    "DataPlaneGatewayArgs",
    "DependenciesArgs",
    "DependenciesOverrideArgs",
    "DeployableArtifactArgs",
    "DeploymentArgs",
    "DeploymentPipelineArgs",
    "DeploymentTrackArgs",
    "DockerBuildArgs",
    "EndpointArgs",
    "EndpointOverrideArgs",
    "EndpointSchemaArgs",
    "EndpointServiceArgs",
    "EndpointSpecArgs",
    "EndpointTemplateArgs",
    "EndpointTemplateMetadataArgs",
    "EndpointType",
    "EnvFromSourceArgs",
    "EnvVarArgs",
    "EnvironmentArgs",
    "EnvironmentGatewayArgs",
    "EnvironmentGroupArgs",
    "ExecActionArgs",
    "FeatureFlagsArgs",
    "FileMountArgs",
    "FileMountsFromSourceArgs",
    "FromBuildRefArgs",
    "FromImageRefArgs",
    "GatewaySecurityArgs",
    "GitAuthenticationArgs",
    "GitRepositoryArgs",
    "GrpcActionArgs",
    "HpaScalingArgs",
    "HttpGetActionArgs",
    "HttpHeaderArgs",
    "ImagePushSecretArgs",
    "ImageRegistryArgs",
    "KubernetesClusterArgs",
    "NetworkVisibilitiesArgs",
    "OperationPolicyArgs",
    "OrganizationArgs",
    "ProbeArgs",
    "ProbesArgs",
    "ProjectArgs",
    "PromotionPathArgs",
    "RateLimitArgs",
    "RegistryAuthenticationArgs",
    "RemoteJwksArgs",
    "ResourceLimitsArgs",
    "S2zScalingArgs",
    "ScalingArgs",
    "SecretKeyRefArgs",
    "SecretMountRefArgs",
    "SecretRefArgs",
    "TargetArtifactArgs",
    "TargetEnvironmentRefArgs",
    "TaskArgs",
    "TaskScheduleArgs",
    "TcpSocketActionArgs",
    "ValueFromArgs",
    "VisibilityArgs",
]

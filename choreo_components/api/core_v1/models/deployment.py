"""What is deployed: artifacts, and their Deployments in environments."""

from typing import Annotated, Literal

from choreo_components.api.core_v1 import API_VERSION
from choreo_components.api.core_v1.models.endpoint import EndpointSpec
from choreo_components.api.core_v1.models.status import ApiVersion
from choreo_components.api.kubernetes_types import Probe
from choreo_components.api.meta import WireModel, doc
from choreo_components.api.objects import ApiObject
from choreo_components.api.shape import POINTER, Int32


class FromBuildRef(WireModel):
    """An image that a Build made."""

    name: Annotated[str | None, doc("Name of the Build.")] = None
    git_revision: Annotated[str | None, doc("Revision whose latest Build is meant. No controller supports it.")] = None


class FromImageRef(WireModel):
    """An image of the component's container registry."""

    tag: Annotated[str | None, doc("Tag of the image, such as 1.2.0 or latest.")] = None
    skip_version_validation: Annotated[bool | None, doc("Whether the tag need not be a version.")] = None


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
    liveness_probe: Annotated[Probe | None, doc("Whether it must be restarted.")] = None


class HpaScaling(WireModel):
    """Scaling by load. Thresholds are given as a percentage of the request."""

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

    disabled: Annotated[bool | None, doc("Whether it does not run.")] = None
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
    """The spec of a DeployableArtifact."""

    target_artifact: Annotated[TargetArtifact, doc("The image to deploy.")]
    configuration: Annotated[ArtifactConfiguration | None, doc("What it is configured with.")] = None


class DeployableArtifact(ApiObject):
    """An image together with its configuration: what a Deployment deploys."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["DeployableArtifact"] = "DeployableArtifact"
    spec: DeployableArtifactSpec


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
    """The spec of a Deployment."""

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

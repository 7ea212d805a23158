"""Components, and how they are built."""

from typing import Annotated, Literal

from pydantic import Field

from choreo_components.api.core_v1 import API_VERSION
from choreo_components.api.core_v1.models.status import ApiVersion, ConditionsStatus
from choreo_components.api.meta import WireModel, doc
from choreo_components.api.objects import ApiObject


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
    """A container image that is built elsewhere."""

    image_name: Annotated[str | None, doc("Registry and image without a tag, as in docker.io/library/nginx.")] = None
    authentication: Annotated[RegistryAuthentication | None, doc("How it is read; not needed if it is public.")] = None


class ComponentSource(WireModel):
    """Where a component comes from: a Git repository or a container registry, not both."""

    git_repository: Annotated[GitRepository | None, doc("Source code to build; excludes containerRegistry.")] = None
    container_registry: Annotated[ContainerRegistry | None, doc("Image to deploy; excludes gitRepository.")] = None


class ComponentSpec(WireModel):
    """The spec of a Component."""

    type: Annotated[str | None, doc("Service, WebApplication or ScheduledTask; others are accepted and ignored.")] = (
        None
    )
    source: Annotated[ComponentSource | None, doc("Where its code or image comes from.")] = None


class Component(ApiObject):
    """A unit of deployment of a Project: a service, a web application or a scheduled task."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["Component"] = "Component"
    spec: ComponentSpec = Field(default_factory=ComponentSpec)


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
    """The spec of a DeploymentTrack."""

    auto_deploy: Annotated[bool | None, doc("Whether a finished build is deployed at once.")] = None
    build_template_spec: Annotated[BuildTemplate | None, doc("What its Builds have in common.")] = None


class DeploymentTrack(ApiObject):
    """A line of development of a Component, such as main, from builds to deployments."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["DeploymentTrack"] = "DeploymentTrack"
    spec: DeploymentTrackSpec = Field(default_factory=DeploymentTrackSpec)


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
    """The spec of a Build."""

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

"""The kinds of core.choreo.dev/v1 that consist of one custom resource, as Pulumi components."""

import pulumi

from choreo_components.components.core_v1.args import (
    BuildArgs,
    ComponentArgs,
    ConfigurationGroupArgs,
    DeployableArtifactArgs,
    DeploymentArgs,
    DeploymentPipelineArgs,
    DeploymentTrackArgs,
    EndpointArgs,
    ProjectArgs,
)
from choreo_components.components.core_v1.base import CoreV1Component


class DeploymentPipeline(CoreV1Component):
    """A deployment pipeline: the environments that an organization's deployments are promoted through."""

    def __init__(self, name: str, args: DeploymentPipelineArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, organization and spec fields, named as in OpenChoreo."""
        super().__init__("DeploymentPipeline", name, args, opts)
        self._declare()
        self._complete()


class Project(CoreV1Component):
    """A project: components that are developed and deployed together, through one pipeline."""

    def __init__(self, name: str, args: ProjectArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, organization and spec fields, named as in OpenChoreo."""
        super().__init__("Project", name, args, opts)
        self._declare()
        self._complete()


class Component(CoreV1Component):
    """A component: one part of a project that is built and deployed, such as a service."""

    def __init__(self, name: str, args: ComponentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, organization and spec fields, named as in OpenChoreo."""
        super().__init__("Component", name, args, opts)
        self._declare()
        self._complete()


class DeploymentTrack(CoreV1Component):
    """A deployment track: a line of a component's development, such as its main branch."""

    def __init__(self, name: str, args: DeploymentTrackArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, organization and spec fields, named as in OpenChoreo."""
        super().__init__("DeploymentTrack", name, args, opts)
        self._declare()
        self._complete()


class DeployableArtifact(CoreV1Component):
    """A deployable artifact: an image of a component together with its configuration."""

    def __init__(self, name: str, args: DeployableArtifactArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, organization and spec fields, named as in OpenChoreo."""
        super().__init__("DeployableArtifact", name, args, opts)
        self._declare()
        self._complete()


class Deployment(CoreV1Component):
    """A deployment: an artifact that runs in an environment. Its environment's finalizer is deleted after it."""

    def __init__(self, name: str, args: DeploymentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, organization and spec fields, named as in OpenChoreo.

        It is replaced if its environment changes or is replaced.
        """
        super().__init__("Deployment", name, args, opts)
        self._declare()
        self._complete()


class Endpoint(CoreV1Component):
    """An endpoint: where the network reaches a deployment. OpenChoreo's controllers make them for deployments."""

    address: pulumi.Output[str | None]
    """The URL under which it is reached, as OpenChoreo's controllers last reported it."""

    def __init__(self, name: str, args: EndpointArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, organization and spec fields, named as in OpenChoreo."""
        super().__init__("Endpoint", name, args, opts)
        self.address = self._declare().status.apply(lambda status: (status or {}).get("address"))
        self._complete(address=self.address)


class Build(CoreV1Component):
    """A build: one run that makes an artifact from a track's sources."""

    def __init__(self, name: str, args: BuildArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, organization and spec fields, named as in OpenChoreo."""
        super().__init__("Build", name, args, opts)
        self._declare()
        self._complete()


class ConfigurationGroup(CoreV1Component):
    """A configuration group: values by environment which artifacts refer to."""

    def __init__(self, name: str, args: ConfigurationGroupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, organization and spec fields, named as in OpenChoreo."""
        super().__init__("ConfigurationGroup", name, args, opts)
        self._declare()
        self._complete()

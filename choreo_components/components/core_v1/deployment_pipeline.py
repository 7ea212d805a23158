"""A deployment pipeline: the environments that an organization's deployments are promoted through."""

import pulumi

from choreo_components.components.base import ObjectComponent
from choreo_components.components.core_v1.args import DeploymentPipelineArgs


class DeploymentPipeline(ObjectComponent):
    """A deployment pipeline: the environments that an organization's deployments are promoted through."""

    def __init__(
        self,
        name: str,
        args: DeploymentPipelineArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares it. `args` has the fields of its spec beside its identity, in OpenChoreo's names."""
        super().__init__("DeploymentPipeline", name, args, opts)
        self.complete()

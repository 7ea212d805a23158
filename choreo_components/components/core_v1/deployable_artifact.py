"""A deployable artifact: an image of a component together with its configuration."""

import pulumi

from choreo_components.components.base import ObjectComponent
from choreo_components.components.core_v1.args import DeployableArtifactArgs


class DeployableArtifact(ObjectComponent):
    """A deployable artifact: an image of a component together with its configuration."""

    def __init__(
        self,
        name: str,
        args: DeployableArtifactArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares it. `args` has the fields of its spec beside its identity, in OpenChoreo's names."""
        super().__init__("DeployableArtifact", name, args, opts)
        self.complete()

"""A deployment track: a line of a component's development, such as its main branch."""

import pulumi

from choreo_components.components.base import ObjectComponent
from choreo_components.components.core_v1.args import DeploymentTrackArgs


class DeploymentTrack(ObjectComponent):
    """A deployment track: a line of a component's development, such as its main branch."""

    def __init__(
        self,
        name: str,
        args: DeploymentTrackArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares it. `args` has the fields of its spec beside its identity, in OpenChoreo's names."""
        super().__init__("DeploymentTrack", name, args, opts)
        self.complete()

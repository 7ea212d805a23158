"""A data plane: a Kubernetes cluster that runs an organization's workloads."""

import pulumi

from choreo_components.components.args import DataPlaneArgs
from choreo_components.components.base import ObjectComponent


class DataPlane(ObjectComponent):
    """A data plane: a Kubernetes cluster that runs an organization's workloads."""

    def __init__(
        self,
        name: str,
        args: DataPlaneArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares it. `args` has the fields of its spec beside its identity, in OpenChoreo's names."""
        super().__init__("DataPlane", name, args, opts)
        self.complete()

"""A deployment: an artifact that runs in an environment. Its environment's finalizer is deleted after it."""

import pulumi

from choreo_components.components.base import ObjectComponent
from choreo_components.components.core_v1.args import DeploymentArgs


class Deployment(ObjectComponent):
    """A deployment: an artifact that runs in an environment. Its environment's finalizer is deleted after it."""

    def __init__(
        self,
        name: str,
        args: DeploymentArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares it. `args` has the fields of its spec beside its identity, in OpenChoreo's names.

        In another environment, or in one that is made anew, it is another Deployment.
        """
        super().__init__("Deployment", name, args, opts)
        self.complete()

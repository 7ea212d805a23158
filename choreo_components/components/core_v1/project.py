"""A project: components that are developed and deployed together, through one pipeline."""

import pulumi

from choreo_components.components.base import ObjectComponent
from choreo_components.components.core_v1.args import ProjectArgs


class Project(ObjectComponent):
    """A project: components that are developed and deployed together, through one pipeline."""

    def __init__(
        self,
        name: str,
        args: ProjectArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares it. `args` has the fields of its spec beside its identity, in OpenChoreo's names."""
        super().__init__("Project", name, args, opts)
        self.complete()

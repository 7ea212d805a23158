"""A component: one part of a project that is built and deployed, such as a service."""

import pulumi

from choreo_components.components.base import ObjectComponent
from choreo_components.components.core_v1.args import ComponentArgs


class Component(ObjectComponent):
    """A component: one part of a project that is built and deployed, such as a service."""

    def __init__(
        self,
        name: str,
        args: ComponentArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares it. `args` has the fields of its spec beside its identity, in OpenChoreo's names."""
        super().__init__("Component", name, args, opts)
        self.complete()

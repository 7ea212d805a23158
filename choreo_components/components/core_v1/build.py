"""A build: one run that makes an artifact of a track's sources."""

import pulumi

from choreo_components.components.base import ObjectComponent
from choreo_components.components.core_v1.args import BuildArgs


class Build(ObjectComponent):
    """A build: one run that makes an artifact of a track's sources."""

    def __init__(self, name: str, args: BuildArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declares it. `args` has the fields of its spec beside its identity, in OpenChoreo's names."""
        super().__init__("Build", name, args, opts)
        self.complete()

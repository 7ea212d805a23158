"""A configuration group: values by environment which artifacts refer to."""

import pulumi

from choreo_components.components.base import ObjectComponent
from choreo_components.components.core_v1.args import ConfigurationGroupArgs


class ConfigurationGroup(ObjectComponent):
    """A configuration group: values by environment which artifacts refer to."""

    def __init__(
        self,
        name: str,
        args: ConfigurationGroupArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares it. `args` has the fields of its spec beside its identity, in OpenChoreo's names."""
        super().__init__("ConfigurationGroup", name, args, opts)
        self.complete()

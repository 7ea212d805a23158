"""An endpoint: where the network reaches a deployment. OpenChoreo's controllers make them for deployments."""

import pulumi

from choreo_components.components.base import ObjectComponent
from choreo_components.components.core_v1.args import EndpointArgs


class Endpoint(ObjectComponent):
    """An endpoint: where the network reaches a deployment. OpenChoreo's controllers make them for deployments."""

    def __init__(
        self,
        name: str,
        args: EndpointArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares it. `args` has the fields of its spec beside its identity, in OpenChoreo's names."""
        super().__init__("Endpoint", name, args, opts)
        self.complete()

"""A data plane: a Kubernetes cluster that runs an organization's workloads."""

from collections.abc import Sequence

import pulumi

from choreo_components.components.core_v1.args import DataPlaneArgs, DataPlaneGatewayArgs
from choreo_components.components.core_v1.base import CoreV1Component
from choreo_components.components.core_v1.connection import connection_secret
from choreo_components.components.objects import object_options


class DataPlane(CoreV1Component):
    """A data plane: a Kubernetes cluster that runs an organization's workloads.

    With `connectionConfig` it makes the Secret that `connectionConfigRef` names, in the organization's namespace.
    """

    gateway: pulumi.Output[DataPlaneGatewayArgs]
    """Domains of its endpoints; an Environment that gets them as an argument knows its host names."""

    _secret_arguments = ("connectionConfig",)

    def __init__(self, name: str, args: DataPlaneArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Create the component. `args` holds its name, organization and spec fields, named as in OpenChoreo."""
        super().__init__("DataPlane", name, args, opts)
        self._declare(self._connection(name, args, opts))
        self.gateway = pulumi.Output.from_input(args["gateway"])
        self._complete(gateway=self.gateway)

    def _connection(
        self, name: str, args: DataPlaneArgs, opts: pulumi.ResourceOptions | None
    ) -> Sequence[pulumi.Resource]:
        """The Secret, if there is a kubeconfig for it."""
        kubeconfig = args.get("connectionConfig")
        if kubeconfig is None:
            return ()
        reference = pulumi.Output.from_input(args["kubernetesCluster"]).apply(lambda each: each["connectionConfigRef"])
        options = object_options(self, args, opts)
        role = f"{name}-connection"
        return [connection_secret(role, reference, args["organization"], self._object_name, kubeconfig, options)]

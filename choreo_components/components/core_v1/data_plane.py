"""A data plane: a Kubernetes cluster that runs an organization's workloads."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from choreo_components.components.base import ObjectComponent, object_options
from choreo_components.components.core_v1.args import DataPlaneArgs
from choreo_components.components.core_v1.connection import connection_secret


class DataPlane(ObjectComponent):
    """A data plane: a Kubernetes cluster that runs an organization's workloads.

    With `connectionConfig` it makes the Secret that `connectionConfigRef` names, in the organization's namespace.
    """

    def __init__(
        self,
        name: str,
        args: DataPlaneArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares it. `args` has the fields of its spec beside its identity, in OpenChoreo's names."""
        super().__init__("DataPlane", name, args, opts)
        self.complete()

    def before(
        self, name: str, args: Mapping[str, Any], opts: pulumi.ResourceOptions | None
    ) -> Sequence[pulumi.Resource]:
        """Registers the Secret, where there is a kubeconfig for it."""
        kubeconfig = args.get("connectionConfig")
        if kubeconfig is None:
            return ()
        reference = pulumi.Output.from_input(args["kubernetesCluster"]).apply(lambda each: each["connectionConfigRef"])
        own = object_options(self, args, opts)
        made = connection_secret(
            f"{name}-connection", reference, args["organization"], self.object_name, kubeconfig, own
        )
        return [made]

"""The finalizer and its provider, as Pulumi programs in Python see them."""

from collections.abc import Mapping, Sequence

import pulumi

from choreo_components.components.tokens import INDEX, token
from choreo_components.version import VERSION


class Provider(pulumi.ProviderResource):
    """The `choreo` provider with settings of its own; without one, the finalizer uses the ambient kubeconfig.

    The state keeps the identity of the cluster that it leads to, and a later command on another cluster is refused.
    """

    def __init__(
        self,
        name: str,
        *,
        kubeconfig: pulumi.Input[str] | None = None,
        data_plane_kubeconfigs: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        context: str | None = None,
        control_plane: str | None = None,
        identity: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`kubeconfig` is the text of a kubeconfig or the path of one; its text is kept as a secret.

        So are `data_plane_kubeconfigs`, by ORGANIZATION/DATAPLANE. They come before those that finalizers have: with
        `--run-program`, providers take new settings, and nothing else in the state does.

        `context` is the one of the ambient kubeconfig that counts. `control_plane` is the UID that the namespace
        kube-system has to have: the only way to another cluster than the one in the state. `identity` is that UID if it
        has been asked for already, "" if it could not be known.
        """
        settings = {"kubeconfig": kubeconfig, "dataPlaneKubeconfigs": data_plane_kubeconfigs}
        secret = {name: None if value is None else pulumi.Output.secret(value) for name, value in settings.items()}
        props = {**secret, "context": context, "controlPlane": control_plane, "__cluster": identity}
        versioned = pulumi.ResourceOptions.merge(pulumi.ResourceOptions(version=VERSION), opts)
        super().__init__("choreo", name, props, versioned)


class Finalizer(pulumi.CustomResource):
    """The finalizer as the Environment component registers it, without a constructor of its own.

    For one that has, the SDK keeps the call stack in the state, which the engine writes anew at every step.
    """

    organization: pulumi.Output[str]
    """The organization whose environment it finalizes."""
    environment: pulumi.Output[str]
    """The environment's metadata.name. Who uses it comes after the finalizer, and goes before it."""


TOKEN = token(INDEX, "EnvironmentFinalizer")


def released(opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    """The options of a resource of our provider: those given, and the provider's release."""
    return pulumi.ResourceOptions.merge(pulumi.ResourceOptions(version=VERSION), opts)


class EnvironmentFinalizer(Finalizer):
    """Takes an environment's Deployments, then its data-plane namespaces, out of the cluster when it is deleted.

    An Environment component has one already. Declared by itself, it has to depend on the Environment, its namespaces
    and everything that its Deployments are made of, and the Deployments on it.
    """

    def __init__(
        self,
        name: str,
        *,
        organization: pulumi.Input[str],
        environment: pulumi.Input[str],
        data_plane_ref: pulumi.Input[str] | None = None,
        namespace_names: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        deployments_timeout: pulumi.Input[str] | None = None,
        namespaces_timeout: pulumi.Input[str] | None = None,
        data_plane_kubeconfig: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`data_plane_ref` names the data plane: on another one, the environment is finalized and begun anew.

        `namespace_names` are those of the namespaces that were made for it: they go even if their labels were changed.
        `deployments_timeout` and `namespaces_timeout` are the deadlines of the two steps as durations (10m each).
        `data_plane_kubeconfig` leads to the data plane where that is a cluster of its own; it is kept as a secret.
        """
        props = {
            "organization": organization,
            "environment": environment,
            "dataPlaneRef": data_plane_ref,
            "namespaceNames": namespace_names,
            "deploymentsTimeout": deployments_timeout,
            "namespacesTimeout": namespaces_timeout,
            "dataPlaneKubeconfig": None
            if data_plane_kubeconfig is None
            else pulumi.Output.secret(data_plane_kubeconfig),
        }
        super().__init__(TOKEN, name, props, released(opts))

"""The finalizer and its provider, for Pulumi programs in Python."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from choreo_components.state.contract import FORM, FORM_VERSION, Property, Settings
from choreo_components.state.contract import Finalizer as Names
from choreo_components.version import VERSION


class Provider(pulumi.ProviderResource):
    """The `choreo` provider with explicit settings; without one, the finalizer uses the ambient kubeconfig.

    The state keeps the identity of its cluster, and a later command on another cluster is refused.
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

        So are `data_plane_kubeconfigs`, by ORGANIZATION/DATAPLANE. They override those of finalizers: with
        `--run-program`, providers get new settings, and nothing else in the state does.

        `context` is the one to use of the ambient kubeconfig. `control_plane` is the UID that the namespace kube-system
        must have: the only way to another cluster than the one in the state. `identity` is that UID if it was read
        already, "" if it could not be read.
        """
        settings = {
            Settings.KUBECONFIG: kubeconfig,
            Settings.CONTEXT: context,
            Settings.CONTROL_PLANE: control_plane,
            Settings.DATA_PLANE_KUBECONFIGS: data_plane_kubeconfigs,
            Settings.CLUSTER: identity,
        }
        props = {name: _sealed(name, value) for name, value in settings.items()} | {FORM_VERSION: FORM}
        versioned = pulumi.ResourceOptions.merge(pulumi.ResourceOptions(version=VERSION), opts)
        super().__init__("choreo", name, props, versioned)


class Finalizer(pulumi.CustomResource):
    """The finalizer as the Environment component registers it, without a constructor.

    For resources of a constructor, the SDK keeps the call stack in the state, which the engine rewrites at every step.
    """

    namespace: pulumi.Output[str]
    """The environment's metadata.namespace: the name of its organization."""
    environment: pulumi.Output[str]
    """The environment's metadata.name. Resources that use it are created after the finalizer, and deleted before it."""


def finalizer_inputs(
    *,
    namespace: pulumi.Input[str],
    environment: pulumi.Input[str],
    api_version: str | None = None,
    data_plane_ref: pulumi.Input[str] | None = None,
    namespace_names: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
    deployments_timeout: pulumi.Input[str] | None = None,
    namespaces_timeout: pulumi.Input[str] | None = None,
    data_plane_kubeconfig: pulumi.Input[str] | None = None,
    delete_retained: pulumi.Input[bool] | None = None,
    environment_uid: pulumi.Input[str | None] = None,
) -> dict[str, Any]:
    """The inputs of a finalizer by their names in the contract; None means the provider's default."""
    inputs = {
        Names.API_VERSION: api_version or Names.API_VERSION.default,
        Names.NAMESPACE: namespace,
        Names.ENVIRONMENT: environment,
        Names.DATA_PLANE_REF: data_plane_ref,
        Names.DEPLOYMENTS_TIMEOUT: deployments_timeout,
        Names.NAMESPACES_TIMEOUT: namespaces_timeout,
        Names.NAMESPACE_NAMES: namespace_names,
        Names.DATA_PLANE_KUBECONFIG: data_plane_kubeconfig,
        Names.DELETE_RETAINED: delete_retained,
        Names.ENVIRONMENT_UID: environment_uid,
    }
    return {name: _sealed(name, value) for name, value in inputs.items()} | {FORM_VERSION: FORM}


def _sealed(name: Property, value: Any) -> Any:
    """The value, as a secret if the property is one."""
    return pulumi.Output.secret(value) if name.secret and value is not None else value


def released(opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    """The options of a resource of our provider, with the provider's release."""
    return pulumi.ResourceOptions.merge(pulumi.ResourceOptions(version=VERSION), opts)


class EnvironmentFinalizer(Finalizer):
    """Deletes what is deployed to an environment, then its data-plane namespaces, when it is deleted itself.

    An Environment component has one already. A separately declared one must depend on the Environment, its namespaces
    and everything that its Deployments are made of, and the Deployments must depend on it.
    """

    def __init__(
        self,
        name: str,
        *,
        namespace: pulumi.Input[str],
        environment: pulumi.Input[str],
        data_plane_ref: pulumi.Input[str] | None = None,
        namespace_names: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        deployments_timeout: pulumi.Input[str] | None = None,
        namespaces_timeout: pulumi.Input[str] | None = None,
        data_plane_kubeconfig: pulumi.Input[str] | None = None,
        delete_retained: pulumi.Input[bool] | None = None,
        api_version: str | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """`namespace` and `environment` are the Environment's metadata.namespace and metadata.name.

        `api_version` is that of the Environment, core.choreo.dev/v1 by default.

        `data_plane_ref` names the data plane: with another one, the environment is finalized and created again.

        `namespace_names` are the namespaces that were made for it: they are deleted even if their labels were changed.
        `deployments_timeout` and `namespaces_timeout` are the deadlines of the two steps as durations (10m each).
        `data_plane_kubeconfig` is that of the data plane if it is a separate cluster; it is kept as a secret.
        With `delete_retained`, retained objects are deleted too; otherwise they block the deletion of the environment.
        """
        inputs = finalizer_inputs(
            api_version=api_version,
            namespace=namespace,
            environment=environment,
            data_plane_ref=data_plane_ref,
            namespace_names=namespace_names,
            deployments_timeout=deployments_timeout,
            namespaces_timeout=namespaces_timeout,
            data_plane_kubeconfig=data_plane_kubeconfig,
            delete_retained=delete_retained,
        )
        super().__init__(Names.TOKEN, name, inputs, released(opts))

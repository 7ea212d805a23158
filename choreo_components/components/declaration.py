"""A declaration: a plan as resources, registered in its order and with its edges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pulumi

from choreo_components.components.base import PARENTS, declare_object, object_options
from choreo_components.components.children import KubernetesObject, kubernetes_provider
from choreo_components.components.core_v1.connection import connection_secret
from choreo_components.components.core_v1.organization import organization_namespace
from choreo_components.components.core_v1.provisioning import Elsewhere, Provisioning
from choreo_components.components.finalizer import Finalizer, Provider
from choreo_components.components.stack_resources import deletion_guards, full_name, inventory
from choreo_components.config.findings import Finding
from choreo_components.config.settings import Declared, Settings
from choreo_components.kubernetes.kubeconfig import resolve
from choreo_components.plan.nodes import FinalizerNode, Key, NamespaceNode, ObjectNode, Plan, SecretNode
from choreo_components.preflight.data_planes import Connection

DATA_PLANES = "data-planes"
"""What the `choreo` provider of finalizers is called whose data planes are clusters of their own."""

WITNESSED = 10
"""Up to how many environments of a stack have a witness: the engine writes all resources of a stack at each step."""

CONTROL_PLANE = "control-plane"
"""What the Kubernetes provider calls the control plane's cluster."""


@dataclass(frozen=True)
class ControlPlane:
    """The way to the control plane: what both providers are given, so that they lead to one cluster.

    `kubeconfig` is the secret text of one in the settings; without it the ambient one counts, by its `context` (None:
    there is none, as in a pod). `identity` is the cluster's: "" where the credentials cannot read it, None where it has
    not been asked for.
    """

    kubeconfig: pulumi.Output[str] | None = None
    context: str | None = None
    identity: str | None = None


def declare(
    settings: Settings,
    plan: Plan,
    control_plane: ControlPlane,
    hooks: pulumi.ResourceHookBinding | None = None,
    data_planes: Mapping[str, Connection] | None = None,
    terminating: Sequence[Finding] = (),
) -> None:
    """Registers the objects of the plan, and the namespaces and finalizers of its environments.

    `hooks` are those of the objects. `data_planes` are the ways to data planes by ORGANIZATION/NAME. `terminating` are
    errors about what is being deleted, which a preview and an up must refuse.
    """
    clusters = _Clusters(settings, control_plane, data_planes or {})
    providers = clusters.providers
    made: dict[Key, pulumi.Resource] = {}
    provisionings: dict[Key, Provisioning] = {}
    finalizers: dict[Key, Finalizer] = {}
    witnesses: dict[Key, pulumi.Resource] = {}
    protected: list[Key] = []
    first = inventory(settings, plan, clusters.remote, providers, terminating)
    # All objects come after the ways to data planes: a provider that is updated while it deletes something is closed.
    begin = [first, *clusters.reach_data_planes(after=first)]
    for node in plan.nodes:
        needs = plan.needs[node.key]
        resources = [made[key] for key in needs] or begin
        if isinstance(node, NamespaceNode):
            made[node.key] = provisionings[node.environment].add_namespace(node.project, resources)
            continue
        if isinstance(node, FinalizerNode):
            provisioning = provisionings[node.environment]
            made[node.key] = finalizers[node.key] = provisioning.add_finalizer(resources)
            if len(provisionings) <= WITNESSED:
                witnesses[node.environment] = provisioning.add_witness(
                    full_name(node.environment), finalizers[node.key]
                )
            continue
        if isinstance(node, SecretNode):
            made[node.key] = _secret(node, settings, clusters, resources)
            continue
        args = _arguments(node, settings)
        # By way of the finalizer, so that Deployments are made anew when their environment is.
        for key in finalizers.keys() & set(needs):
            args["environment"] = finalizers[key].environment
        protect = _is_protected(node.declared, settings)
        if protect:
            protected.append(node.key)
        opts = pulumi.ResourceOptions(
            depends_on=resources,
            providers=providers,
            protect=protect or None,
            hooks=hooks,
        )
        kind, role = node.key.kind, full_name(node.key)
        made[node.key] = own = declare_object(kind, role, args["name"], args, opts, waits=node.wait is not None)
        if kind == "Environment":
            elsewhere = clusters.elsewhere.get(f"{node.key.organization}/{node.declared.spec.data_plane_ref}")
            provisionings[node.key] = Provisioning(role, own, args, opts, parent=own, elsewhere=elsewhere)
        elif kind == "Organization":
            made[node.key] = organization_namespace(role, own, args["name"], args, opts, parent=own)
    deletion_guards(settings, plan, protected, made, first, witnesses, providers)


def _is_protected(declared: Declared, settings: Settings) -> bool:
    """Whether Pulumi has to refuse the object's deletion."""
    production = declared.kind == "Environment" and declared.spec.is_production
    return bool(production) and not settings.allow_production_destroy


class _Clusters:
    """The clusters of a stack, and the providers that reach them."""

    def __init__(self, settings: Settings, control_plane: ControlPlane, data_planes: Mapping[str, Connection]) -> None:
        self._settings = settings
        self._control_plane = control_plane
        self.remote = {
            name: each.kubeconfig for name, each in sorted(data_planes.items()) if each.kubeconfig is not None
        }
        """The kubeconfigs of data planes with clusters of their own, by ORGANIZATION/NAME."""
        # Default providers would lead elsewhere by settings of their own, and keep all of the stack's in the state.
        self._own = self._choreo("choreo")
        self.providers = [self._own, self._kubernetes("kubernetes")]
        """Those of all that is on the control plane."""
        self.elsewhere: dict[str, Elsewhere] = {}
        """The data planes that are clusters of their own, by ORGANIZATION/NAME."""

    def reach_data_planes(self, after: pulumi.Resource) -> list[pulumi.Resource]:
        """Registers the providers of data planes that are clusters of their own.

        They come `after` the inventory: where that refuses, the state keeps the kubeconfigs that it has.
        """
        if not self.remote:
            return []
        opts = pulumi.ResourceOptions(depends_on=[after])
        of_finalizers = self._choreo(DATA_PLANES, opts, self.remote)
        for name, text in self.remote.items():
            kubeconfig = pulumi.Output.secret(text)
            kubernetes = kubernetes_provider(name, kubeconfig, name, opts)
            self.elsewhere[name] = Elsewhere(kubeconfig, kubernetes, of_finalizers)
        return [of_finalizers, *(each.kubernetes for each in self.elsewhere.values())]

    @cached_property
    def of_secrets(self) -> pulumi.ProviderResource:
        """The provider of Secrets on the control plane: with other credentials, one is changed in its place."""
        return self._kubernetes("connections", mutable_secrets=True)

    def _choreo(
        self, name: str, opts: pulumi.ResourceOptions | None = None, remote: Mapping[str, str] | None = None
    ) -> Provider:
        way = self._control_plane
        return Provider(
            name,
            kubeconfig=way.kubeconfig,
            data_plane_kubeconfigs=remote,
            context=way.context,
            control_plane=self._settings.control_plane,
            identity=way.identity,
            opts=opts,
        )

    def _kubernetes(self, name: str, *, mutable_secrets: bool = False) -> pulumi.ProviderResource:
        """A Kubernetes provider, after ours: where that refuses the cluster, the state keeps the way that it has."""
        way, opts = self._control_plane, pulumi.ResourceOptions(depends_on=[self._own])
        return kubernetes_provider(
            name, way.kubeconfig, CONTROL_PLANE, opts, context=way.context, mutable_secrets=mutable_secrets
        )


def _secret(
    node: SecretNode, settings: Settings, clusters: _Clusters, needs: Sequence[pulumi.Resource]
) -> KubernetesObject:
    """The Secret with a data plane's kubeconfig."""
    args = {"timeouts": vars(settings.timeouts)}
    opts = object_options(None, args, pulumi.ResourceOptions(depends_on=list(needs), providers=[clusters.of_secrets]))
    text = resolve(settings.data_plane_kubeconfigs[node.data_plane.name].given).given
    key = node.key
    return connection_secret(full_name(key), key.name, key.organization, node.data_plane.name, text, opts)


def _arguments(node: ObjectNode, settings: Settings) -> dict[str, Any]:
    """An object as arguments: the fields of its spec, its annotations and labels, and its parents."""
    declared, metadata = node.declared, node.declared.object.metadata
    parents = {argument: declared.labels[label] for argument, label in PARENTS.items() if label in declared.labels}
    given = settings.namespace_metadata
    of_namespaces = {"labels": given.labels, "annotations": given.annotations}
    return {
        "name": metadata.name,
        "labels": {key: value for key, value in declared.labels.items() if key not in PARENTS.values()},
        "annotations": metadata.annotations or {},
        "controllers": settings.controllers,
        "timeouts": vars(settings.timeouts),
        **(
            {"namespaceMetadata": of_namespaces}
            if node.key.kind == "Environment" and any(of_namespaces.values())
            else {}
        ),
        **parents,
        **declared.object.to_wire().get("spec", {}),
    }

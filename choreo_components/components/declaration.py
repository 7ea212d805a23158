"""Declaration: registers a plan's resources, in its order and with its edges."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from choreo_components.api import kind_of
from choreo_components.api.annotations import APPLIED, of_provider
from choreo_components.api.generation import Role
from choreo_components.api.neighbours import is_mutable
from choreo_components.components.base import ObjectComponent
from choreo_components.components.children import kubernetes_object, kubernetes_provider
from choreo_components.components.finalizer import Finalizer, Provider
from choreo_components.components.generations import composites_of
from choreo_components.components.objects import object_options, object_role, register_object
from choreo_components.components.provisioning import Provisioning, SeparateDataPlane
from choreo_components.components.scope import Scope
from choreo_components.components.stack_resources import deletion_guards, inventory, rollout_of
from choreo_components.config.settings import Declared, Settings
from choreo_components.kubernetes.kubeconfig import resolve
from choreo_components.plan.nodes import (
    FinalizerNode,
    Key,
    NamespaceNode,
    NeighbourNode,
    Node,
    ObjectNode,
    Plan,
    SecretNode,
)
from choreo_components.preflight.run import Survey

DATA_PLANES = "data-planes"
"""The name of the `choreo` provider for finalizers whose data planes are separate clusters."""

CONTROL_PLANE = "control-plane"
"""The cluster identifier of the control plane for the Kubernetes provider."""


@dataclass(frozen=True)
class ControlPlane:
    """How to reach the control plane: the settings of both providers, so that they lead to the same cluster.

    `kubeconfig` is the secret text from the settings; without it, the ambient one is used, with its `context` (None:
    there is none, as in a pod). `identity` is the cluster's: "" if the credentials cannot read it, None if it was not
    read.
    """

    kubeconfig: pulumi.Output[str] | None = None
    context: str | None = None
    identity: str | None = None


def declare(
    scope: Scope,
    settings: Settings,
    plan: Plan,
    control_plane: ControlPlane,
    survey: Survey,
    hooks: pulumi.ResourceHookBinding | None = None,
    after: Sequence[pulumi.Input[pulumi.Resource]] = (),
) -> Mapping[Key, pulumi.Resource]:
    """Registers the objects of the plan, and the namespaces and finalizers of its environments.

    `survey` is the result of the preflight, `hooks` are those of the objects. Everything is created after the resources
    in `after`.
    """
    return _Declaration(scope, settings, plan, control_plane, survey, hooks, after).declare()


def _around(declared: Declared, settings: Settings) -> Mapping[str, Any]:
    """The arguments of a component that its children need in addition to the object."""
    given = settings.namespace_metadata
    of_environment = {
        "namespaceMetadata": {"labels": given.labels, "annotations": given.annotations},
        "deleteRetained": settings.delete_retained,
    }
    return {
        "controllers": settings.controllers,
        "timeouts": vars(settings.timeouts),
        **(of_environment if declared.role is Role.ENVIRONMENT else {}),
    }


def _is_protected(declared: Declared, settings: Settings) -> bool:
    """Whether Pulumi must refuse the object's deletion."""
    is_environment = declared.role is Role.ENVIRONMENT
    return (
        is_environment
        and declared.generation.serves_production(declared.wire)
        and not settings.allow_production_destroy
    )


@dataclass(frozen=True)
class Providers:
    """The providers of a plan on the control plane."""

    choreo: Provider
    kubernetes: pulumi.ProviderResource
    secrets: pulumi.ProviderResource | None
    """That of Secrets with kubeconfigs, if there are any: with other credentials, a Secret is updated in place."""
    contents: pulumi.ProviderResource | None
    """That of declared Secrets and ConfigMaps, if there are any; they are updated in place too."""


class _Declaration:
    """Registers the resources of a plan, node by node."""

    def __init__(
        self,
        scope: Scope,
        settings: Settings,
        plan: Plan,
        control_plane: ControlPlane,
        survey: Survey,
        hooks: pulumi.ResourceHookBinding | None,
        after: Sequence[pulumi.Input[pulumi.Resource]],
    ) -> None:
        self._scope = scope
        self._settings = settings
        self._plan = plan
        self._control_plane = control_plane
        self._survey = survey
        self._hooks = hooks
        self._after = after
        self._remote = {
            name: each.kubeconfig for name, each in sorted(survey.data_planes.items()) if each.kubeconfig is not None
        }
        """The kubeconfigs of data planes in separate clusters, by ORGANIZATION/NAME."""
        self._made: dict[Key, pulumi.Resource] = {}
        self._components: dict[Key, ObjectComponent] = {}
        self._provisionings: dict[Key, Provisioning] = {}
        self._finalizers: dict[Key, Finalizer] = {}
        self._witnesses: dict[Key, pulumi.Resource] = {}
        self._protected: list[Key] = []

    def declare(self) -> Mapping[Key, pulumi.Resource]:
        """Registers all resources."""
        self._providers = self._register_providers()
        choreo = self._providers.choreo
        first = inventory(
            self._settings, self._plan, self._remote, self._scope, choreo, self._survey.terminating, self._after
        )
        # Objects follow the providers of data planes: a provider that is updated while it deletes something is closed.
        self._elsewhere = self._register_data_planes(first)
        providers = [
            one for each in self._elsewhere.values() for one in (each.choreo, each.kubernetes) if one is not None
        ]
        self._begin = list(dict.fromkeys([first, *providers]))
        for node in self._plan.nodes:
            self._made[node.key] = self._register(node, [self._made[key] for key in self._plan.needs[node.key]])
        rollout = rollout_of(self._settings, self._plan, self._made, self._scope, choreo)
        deletion_guards(
            self._settings,
            self._plan,
            self._protected,
            self._made,
            first,
            [] if rollout is None else [rollout],
            self._witnesses,
            self._scope,
            choreo,
        )
        return self._made

    def _register(self, node: Node, needs: Sequence[pulumi.Resource]) -> pulumi.Resource:
        after = needs or self._begin
        match node:
            case ObjectNode():
                return self._register_object(node, after)
            case SecretNode():
                return self._register_secret(node, after)
            case NamespaceNode():
                return self._provisionings[node.environment].add_namespace(node.project, after)
            case FinalizerNode():
                return self._register_finalizer(node, after)
            case NeighbourNode():
                return self._register_neighbour(node, after)

    def _register_object(self, node: ObjectNode, after: Sequence[pulumi.Resource]) -> pulumi.Resource:
        """Registers an object, in its component if it has one. Returns the resource that others must follow."""
        key, declared, role = node.key, node.declared, self._scope.named(node.key.full_name)
        kind, composites = kind_of(key.api_version, key.kind), composites_of(key.api_version)
        protect = _is_protected(declared, self._settings)
        if protect:
            self._protected.append(key)
        component = self._component(key, protect)
        opts = pulumi.ResourceOptions(depends_on=list(after), protect=protect or None)
        given = _around(declared, self._settings)
        environment = None if node.environment is None else self._component(node.environment)
        of_object = object_options(component or environment or self._scope.platform, given, opts)
        of_object.aliases = [pulumi.Alias(parent=each) for each in self._other_parents(node, environment)]
        of_object.provider, of_object.hooks = self._providers.kubernetes, self._hooks
        metadata = declared.wire["metadata"]
        annotations = of_provider(kind, waits=node.wait is not None) | metadata.get("annotations", {})
        body: Mapping[str, Any] = {**declared.wire, "metadata": {**metadata, "annotations": annotations}}
        for finalizer in self._finalizers.keys() & set(self._plan.needs[key]):
            body = composites.with_environment(self._finalizers[finalizer].environment, body)
        name = object_role(role, key.kind) if component else role
        made = register_object(kind, name, body, of_object, patch=declared.is_kept)
        if component is None:
            return made
        data_plane = declared.data_plane
        elsewhere = self._elsewhere.get(data_plane.full_name) if data_plane else None
        last, provisioning = composites.surround(component, role, made, declared, given, opts, elsewhere)
        if provisioning is not None:
            self._provisionings[key] = provisioning
        return last

    def _other_parents(self, node: ObjectNode, environment: ObjectComponent | None) -> Iterator[pulumi.Resource]:
        """The former parents of an object that makes a namespace, which an `environment` may have declared, or not.

        It is the same object in the cluster: a deletion under its former name would delete the namespace too.
        """
        declared = node.declared
        maker = declared.generation.namespaces.maker
        if maker is None or declared.kind != maker.kind:
            return
        if environment is not None:
            yield self._scope.platform
            return
        [kind] = declared.generation.of_role(Role.ENVIRONMENT)
        organization, _, name = declared.generation.cell_of(declared.wire)
        key = Key(node.key.api_version, kind.kind, organization, name)
        if key in self._components:
            yield self._components[key]

    def _component(self, key: Key, protect: bool = False) -> ObjectComponent | None:
        """The component of an object whose kind has more children; other nodes of the plan may be among them."""
        composite = composites_of(key.api_version).COMPOSITES.get(key.kind)
        if composite is not None and key not in self._components:
            providers = [self._providers.choreo, self._providers.kubernetes]
            opts = pulumi.ResourceOptions(parent=self._scope.platform, providers=providers, protect=protect or None)
            self._components[key] = composite.bare(self._scope.named(key.full_name), opts)
        return self._components.get(key)

    def _register_secret(self, node: SecretNode, after: Sequence[pulumi.Resource]) -> pulumi.Resource:
        """The Secret with a data plane's kubeconfig: a child of the data plane, and before it in the plan."""
        key, role = node.key, self._scope.named(node.data_plane.full_name)
        parent = self._component(node.data_plane) or self._scope.platform
        opts = pulumi.ResourceOptions(depends_on=list(after))
        options = object_options(parent, {"timeouts": vars(self._settings.timeouts)}, opts)
        options.provider = self._providers.secrets
        text = resolve(self._settings.data_plane_kubeconfigs[node.data_plane.name].given).given
        connection_secret = composites_of(node.data_plane.api_version).connection_secret
        # A plan has such a Secret only if data planes refer to one.
        assert connection_secret is not None
        return connection_secret(f"{role}-connection", key.name, key.organization, node.data_plane.name, text, options)

    def _register_neighbour(self, node: NeighbourNode, after: Sequence[pulumi.Resource]) -> pulumi.Resource:
        """An object of another API, as it is written. A namespace has the name that one of OpenChoreo would have."""
        neighbour = node.neighbour
        opts = pulumi.ResourceOptions(depends_on=list(after))
        options = object_options(self._scope.platform, {"timeouts": vars(self._settings.timeouts)}, opts)
        mutable = is_mutable(neighbour.api_version, neighbour.kind)
        options.provider = self._providers.contents if mutable else self._providers.kubernetes
        metadata = neighbour.wire["metadata"]
        body = {**neighbour.wire, "metadata": {**metadata, "annotations": {**APPLIED, **neighbour.annotations}}}
        if neighbour.is_secret:
            if (data := body.get("data")) is not None:
                body["data"] = pulumi.Output.secret(data)
            # A former `kubectl apply` may have stored everything in an annotation as well.
            options.additional_secret_outputs = ["data", "stringData", "metadata"]
        role = self._scope.named(neighbour.full_name)
        return kubernetes_object(role, neighbour.api_version, neighbour.kind, body, options, patch=neighbour.is_kept)

    def _register_finalizer(self, node: FinalizerNode, after: Sequence[pulumi.Resource]) -> pulumi.Resource:
        """The finalizer of an environment, and its witness."""
        provisioning = self._provisionings[node.environment]
        finalizer = self._finalizers[node.key] = provisioning.add_finalizer(after)
        self._witnesses[node.environment] = provisioning.add_witness(node.environment.full_name, finalizer)
        return finalizer

    def _register_providers(self) -> Providers:
        """The providers of the control plane. Default ones could lead to other clusters by their settings."""
        choreo = self._choreo("choreo")
        return Providers(
            choreo,
            self._kubernetes("kubernetes", choreo),
            self._kubernetes("connections", choreo, mutable_secrets=True) if self._plan.secrets else None,
            self._kubernetes("contents", choreo, mutable_secrets=True, mutable_config_maps=True)
            if any(is_mutable(node.key.api_version, node.key.kind) for node in self._plan.neighbours)
            else None,
        )

    def _register_data_planes(self, first: pulumi.Resource) -> Mapping[str, SeparateDataPlane]:
        """The data planes in separate clusters, by ORGANIZATION/NAME, with their providers.

        They are created after the inventory: if that refuses, the state keeps its kubeconfigs.
        """
        if not self._remote:
            return {}
        of_finalizers = self._choreo(DATA_PLANES, [first], self._remote)
        found = {}
        for name, text in self._remote.items():
            kubeconfig = pulumi.Output.secret(text)
            opts = self._scope.options(depends_on=[first])
            # Names of objects have no asterisk, so this differs from the names of other providers.
            role = self._scope.named(name if "/" in name else f"*/{name}")
            kubernetes = kubernetes_provider(role, kubeconfig, name, opts)
            found[name] = SeparateDataPlane(kubeconfig, kubernetes, of_finalizers)
        return found

    def _choreo(
        self, name: str, after: Sequence[pulumi.Resource] = (), remote: Mapping[str, str] | None = None
    ) -> Provider:
        way = self._control_plane
        return Provider(
            self._scope.named(name),
            kubeconfig=way.kubeconfig,
            data_plane_kubeconfigs=remote,
            context=way.context,
            control_plane=self._settings.control_plane,
            identity=way.identity,
            opts=self._scope.options(depends_on=[*self._after, *after]),
        )

    def _kubernetes(
        self, name: str, choreo: Provider, *, mutable_secrets: bool = False, mutable_config_maps: bool = False
    ) -> pulumi.ProviderResource:
        """A Kubernetes provider, after ours: if that refuses the cluster, the state keeps its settings."""
        way, opts = self._control_plane, self._scope.options(depends_on=[choreo])
        return kubernetes_provider(
            self._scope.named(name),
            way.kubeconfig,
            CONTROL_PLANE,
            opts,
            context=way.context,
            mutable_secrets=mutable_secrets,
            mutable_config_maps=mutable_config_maps,
        )

"""A declaration: a plan as resources, registered in its order and with its edges."""

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
from choreo_components.components.provisioning import Elsewhere, Provisioning
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
"""What the `choreo` provider of finalizers is called whose data planes are clusters of their own."""

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
    scope: Scope,
    settings: Settings,
    plan: Plan,
    control_plane: ControlPlane,
    survey: Survey,
    hooks: pulumi.ResourceHookBinding | None = None,
    after: Sequence[pulumi.Input[pulumi.Resource]] = (),
) -> Mapping[Key, pulumi.Resource]:
    """Registers the objects of the plan, and the namespaces and finalizers of its environments.

    `survey` is what the clusters have said of it, `hooks` are those of the objects. Everything comes after what `after`
    names.
    """
    return _Declaration(scope, settings, plan, control_plane, survey, hooks, after).declare()


def _around(declared: Declared, settings: Settings) -> Mapping[str, Any]:
    """What the children of an object's component are made with, besides the object: arguments of the component."""
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
    """Whether Pulumi has to refuse the object's deletion."""
    is_environment = declared.role is Role.ENVIRONMENT
    return (
        is_environment
        and declared.generation.serves_production(declared.wire)
        and not settings.allow_production_destroy
    )


@dataclass(frozen=True)
class Providers:
    """The providers of a plan: those of all that is on the control plane, and those of other data planes."""

    choreo: Provider
    kubernetes: pulumi.ProviderResource
    secrets: pulumi.ProviderResource | None
    """That of Secrets on the control plane, if there are any: with other credentials, one is changed in its place."""
    contents: pulumi.ProviderResource | None
    """That of Secrets and ConfigMaps which are declared, if there are any, likewise."""


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
        """The kubeconfigs of data planes with clusters of their own, by ORGANIZATION/NAME."""
        self._made: dict[Key, pulumi.Resource] = {}
        self._components: dict[Key, ObjectComponent] = {}
        self._provisionings: dict[Key, Provisioning] = {}
        self._finalizers: dict[Key, Finalizer] = {}
        self._witnesses: dict[Key, pulumi.Resource] = {}
        self._protected: list[Key] = []

    def declare(self) -> Mapping[Key, pulumi.Resource]:
        """Registers everything."""
        self._providers = self._register_providers()
        choreo = self._providers.choreo
        first = inventory(
            self._settings, self._plan, self._remote, self._scope, choreo, self._survey.terminating, self._after
        )
        # Objects come after the ways to data planes: a provider that is updated while it deletes something is closed.
        self._elsewhere = self._register_data_planes(first)
        ways = [way for each in self._elsewhere.values() for way in (each.choreo, each.kubernetes) if way is not None]
        self._begin = list(dict.fromkeys([first, *ways]))
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
        """An object; within its component where it has more children. What others have to come after is returned."""
        key, declared, role = node.key, node.declared, self._scope.named(node.key.full_name)
        kind, composites = kind_of(key.api_version, key.kind), composites_of(key.api_version)
        protect = _is_protected(declared, self._settings)
        if protect:
            self._protected.append(key)
        component = self._component(key, protect)
        opts = pulumi.ResourceOptions(depends_on=list(after), protect=protect or None)
        given = _around(declared, self._settings)
        bringing = None if node.environment is None else self._component(node.environment)
        own = object_options(component or bringing or self._scope.platform, given, opts)
        own.aliases = [pulumi.Alias(parent=each) for each in self._other_parents(node, bringing)]
        own.provider, own.hooks = self._providers.kubernetes, self._hooks
        metadata = declared.wire["metadata"]
        annotations = of_provider(kind, waits=node.wait is not None) | metadata.get("annotations", {})
        body: Mapping[str, Any] = {**declared.wire, "metadata": {**metadata, "annotations": annotations}}
        for finalizer in self._finalizers.keys() & set(self._plan.needs[key]):
            body = composites.by_way_of(self._finalizers[finalizer].environment, body)
        own_role = object_role(role, key.kind) if component else role
        made = register_object(kind, own_role, body, own, patch=declared.is_kept)
        if component is None:
            return made
        data_plane = declared.data_plane
        elsewhere = self._elsewhere.get(data_plane.full_name) if data_plane else None
        last, provisioning = composites.surround(component, role, made, declared, given, opts, elsewhere)
        if provisioning is not None:
            self._provisionings[key] = provisioning
        return last

    def _other_parents(self, node: ObjectNode, bringing: ObjectComponent | None) -> Iterator[pulumi.Resource]:
        """The parents that a maker of namespaces had where an environment brought it, and now does not, or the reverse.

        It is one object in the cluster: deleted by its former name, it would take the namespace along.
        """
        declared = node.declared
        maker = declared.generation.namespaces.maker
        if maker is None or declared.kind != maker.kind:
            return
        if bringing is not None:
            yield self._scope.platform
            return
        [kind] = declared.generation.of_role(Role.ENVIRONMENT)
        organization, _, environment = declared.generation.placed(declared.wire)
        key = Key(node.key.api_version, kind.kind, organization, environment)
        if key in self._components:
            yield self._components[key]

    def _component(self, key: Key, protect: bool = False) -> ObjectComponent | None:
        """The component of an object whose kind has more children; another node of the plan may be one of them."""
        composite = composites_of(key.api_version).COMPOSITES.get(key.kind)
        if composite is not None and key not in self._components:
            providers = [self._providers.choreo, self._providers.kubernetes]
            opts = pulumi.ResourceOptions(parent=self._scope.platform, providers=providers, protect=protect or None)
            self._components[key] = composite.bare(self._scope.named(key.full_name), opts)
        return self._components.get(key)

    def _register_secret(self, node: SecretNode, after: Sequence[pulumi.Resource]) -> pulumi.Resource:
        """The Secret with a data plane's kubeconfig: a child of the data plane, and in the plan before it."""
        key, role = node.key, self._scope.named(node.data_plane.full_name)
        parent = self._component(node.data_plane) or self._scope.platform
        opts = pulumi.ResourceOptions(depends_on=list(after))
        own = object_options(parent, {"timeouts": vars(self._settings.timeouts)}, opts)
        own.provider = self._providers.secrets
        text = resolve(self._settings.data_plane_kubeconfigs[node.data_plane.name].given).given
        connection_secret = composites_of(node.data_plane.api_version).connection_secret
        # A plan has such a Secret only where data planes refer to one.
        assert connection_secret is not None
        return connection_secret(f"{role}-connection", key.name, key.organization, node.data_plane.name, text, own)

    def _register_neighbour(self, node: NeighbourNode, after: Sequence[pulumi.Resource]) -> pulumi.Resource:
        """An object of another API, as it is written. A namespace is called as one that is OpenChoreo's would be."""
        neighbour = node.neighbour
        opts = pulumi.ResourceOptions(depends_on=list(after))
        own = object_options(self._scope.platform, {"timeouts": vars(self._settings.timeouts)}, opts)
        mutable = is_mutable(neighbour.api_version, neighbour.kind)
        own.provider = self._providers.contents if mutable else self._providers.kubernetes
        metadata = neighbour.wire["metadata"]
        body = {**neighbour.wire, "metadata": {**metadata, "annotations": {**APPLIED, **neighbour.annotations}}}
        if neighbour.is_secret:
            if (data := body.get("data")) is not None:
                body["data"] = pulumi.Output.secret(data)
            # Somebody's `kubectl apply` may have left it all in an annotation as well.
            own.additional_secret_outputs = ["data", "stringData", "metadata"]
        role = self._scope.named(neighbour.full_name)
        return kubernetes_object(role, neighbour.api_version, neighbour.kind, body, own, patch=neighbour.is_kept)

    def _register_finalizer(self, node: FinalizerNode, after: Sequence[pulumi.Resource]) -> pulumi.Resource:
        """The finalizer of an environment, and its witness."""
        provisioning = self._provisionings[node.environment]
        finalizer = self._finalizers[node.key] = provisioning.add_finalizer(after)
        self._witnesses[node.environment] = provisioning.add_witness(node.environment.full_name, finalizer)
        return finalizer

    def _register_providers(self) -> Providers:
        """The providers of the control plane. Default ones would lead elsewhere by settings of their own."""
        choreo = self._choreo("choreo")
        return Providers(
            choreo,
            self._kubernetes("kubernetes", choreo),
            self._kubernetes("connections", choreo, mutable_secrets=True) if self._plan.secrets else None,
            self._kubernetes("contents", choreo, mutable_secrets=True, mutable_config_maps=True)
            if any(is_mutable(node.key.api_version, node.key.kind) for node in self._plan.neighbours)
            else None,
        )

    def _register_data_planes(self, first: pulumi.Resource) -> Mapping[str, Elsewhere]:
        """The data planes that are clusters of their own, by ORGANIZATION/NAME, with their providers.

        They come after the inventory: where that refuses, the state keeps the kubeconfigs that it has.
        """
        if not self._remote:
            return {}
        of_finalizers = self._choreo(DATA_PLANES, [first], self._remote)
        found = {}
        for name, text in self._remote.items():
            kubeconfig = pulumi.Output.secret(text)
            opts = self._scope.options(depends_on=[first])
            # Names of objects have no asterisk: one of the whole cluster is not called like a provider of ours.
            role = self._scope.named(name if "/" in name else f"*/{name}")
            kubernetes = kubernetes_provider(role, kubeconfig, name, opts)
            found[name] = Elsewhere(kubeconfig, kubernetes, of_finalizers)
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
        """A Kubernetes provider, after ours: where that refuses the cluster, the state keeps the way that it has."""
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

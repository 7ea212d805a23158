"""Platform: the component that plans and checks OpenChoreo's objects as a whole, and declares them with all safety."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, Self, TypedDict

import pulumi
from pulumi.resource import DependencyProviderResource

from choreo_components.api.generation import Role
from choreo_components.components.args import NamespaceMetadataArgs, TimeoutsArgs
from choreo_components.components.children import dependencies, without_call_stacks
from choreo_components.components.declaration import declare
from choreo_components.components.generations import former_urns
from choreo_components.components.known_arguments import known_arguments
from choreo_components.components.preparation import Prepared, prepare, project_folder
from choreo_components.components.scope import Scope
from choreo_components.components.tokens import INDEX, PACKAGE, token
from choreo_components.config.options import Adopt, Controllers
from choreo_components.plan.environment_context import environment_context
from choreo_components.plan.nodes import Key, Plan
from choreo_components.plan.references import Found
from choreo_components.state.contract import Finalizer

TOKEN = token(INDEX, "Platform")

STACK = "platform"
"""The name of the Platform of a stack's settings."""


class PlatformArgs(TypedDict):
    """What a Platform declares, and how; a stack's settings have the same names.

    A preview needs all values, as a Platform is planned before anything is declared. An output of a resource that does
    not exist yet is an error.
    """

    resources: NotRequired[pulumi.Input[Sequence[pulumi.Input[Any]]]]
    """Objects of OpenChoreo, and of other APIs that the cluster serves, each as in a manifest."""
    manifests: NotRequired[pulumi.Input[Sequence[pulumi.Input[str]]]]
    """Files with such objects, and globs of such files, relative to the project's folder."""
    projects: NotRequired[pulumi.Input[Sequence[pulumi.Input[str]]]]
    """Projects that are declared elsewhere and have a namespace in each environment of this Platform."""
    controllers: NotRequired[Controllers]
    """With (the default) or without OpenChoreo's controllers."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long each step may take."""
    adopt: NotRequired[Adopt]
    """Whether objects that exist in the cluster are taken over: never (the default), or if they are labelled."""
    allowProductionDestroy: NotRequired[pulumi.Input[bool]]
    """Whether production environments may be deleted."""
    deleteRetained: NotRequired[pulumi.Input[bool]]
    """Whether retained objects are deleted with their environment; otherwise they block its deletion."""
    kubeconfig: NotRequired[pulumi.Input[str]]
    """The control plane's kubeconfig: its text, or its path from the project's folder; by default the ambient one."""
    controlPlane: NotRequired[pulumi.Input[str]]
    """The UID that the namespace kube-system of the control plane must have."""
    dataPlaneKubeconfigs: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Kubeconfigs of data planes in separate clusters, by the DataPlane's name."""
    namespaceMetadata: NotRequired[NamespaceMetadataArgs]
    """Labels and annotations of data-plane namespaces in addition to OpenChoreo's."""


NOTHING: PlatformArgs = {}
"""No arguments: a Platform without objects."""


class Platform(pulumi.ComponentResource):
    """Plans and checks OpenChoreo's objects as a whole, and declares them with all safety.

    Objects that refer to one another belong in one Platform, which creates them in order, deletes them in the reverse
    order, and refuses to delete what others still need. It makes the providers of everything that it declares.
    """

    _secret_arguments = ("kubeconfig", "dataPlaneKubeconfigs")

    environments: pulumi.Output[Mapping[str, Any]]
    """By ORGANIZATION/ENVIRONMENT: the `dataPlane`, the `hosts` by visibility, and the `namespaces` by project."""

    @without_call_stacks
    def __init__(self, name: str, args: PlatformArgs = NOTHING, opts: pulumi.ResourceOptions | None = None) -> None:
        """Plans the objects, checks them against the cluster, and declares them.

        Raises pulumi.RunError with a report of all findings if one of them is an error; nothing is declared then.
        """
        _require_no_providers(name, opts)
        given = known_arguments(name, args)
        prepared = prepare(given.config, project_folder())
        super().__init__(TOKEN, name, None, opts)
        self._declare(prepared, Scope(self, f"{name}-"), [*given.resources, *dependencies(opts)])

    @classmethod
    def of_stack(cls, prepared: Prepared) -> Self:
        """The Platform of a stack's settings, whose children have no prefix in their names."""
        platform = cls.__new__(cls)
        opts = pulumi.ResourceOptions(transformations=former_urns())
        pulumi.ComponentResource.__init__(platform, TOKEN, STACK, None, opts)
        platform._declare(prepared, Scope(platform))
        return platform

    def _declare(self, prepared: Prepared, scope: Scope, after: Sequence[pulumi.Input[pulumi.Resource]] = ()) -> None:
        made = declare(
            scope,
            prepared.settings,
            prepared.plan,
            prepared.control_plane,
            prepared.survey,
            hooks(prepared, scope),
            after,
        )
        finalizers = [made[node.key] for node in prepared.plan.finalizers]
        found = outputs(prepared.plan, prepared.survey.live)
        # Resources that use a namespace are created after the finalizers, and deleted before them.
        self.environments = pulumi.Output.all(*(each.urn for each in finalizers)).apply(lambda _: found)
        self.register_outputs({"environments": self.environments})


def hooks(prepared: Prepared, scope: Scope) -> pulumi.ResourceHookBinding | None:
    """The hooks that are called if an object could not be created or changed; none without controllers."""
    if prepared.settings.controllers is Controllers.ABSENT:
        return None

    async def on_error(args: pulumi.ErrorHookArgs) -> bool:
        # Deferred: without an error, no client is needed.
        from choreo_components.components.explanation import explain

        await explain(args, prepared.kubeconfig)
        return False

    return pulumi.ResourceHookBinding(on_error=[pulumi.ErrorHook(scope.named("explain"), on_error)])


def outputs(planned: Plan, live: Found) -> dict[str, Any]:
    """The environments by ORGANIZATION/ENVIRONMENT: data plane, host names, and the namespace of each project."""
    namespaces: dict[Key, dict[str, str]] = defaultdict(dict)
    for each in planned.namespaces:
        namespaces[each.environment][each.project] = each.name
    for node in planned.objects:
        generation = node.declared.generation
        maker = generation.namespaces.maker
        if maker is not None and node.key.kind == maker.kind:
            organization, project, environment = cell = generation.cell_of(node.declared.wire)
            kind = generation.kind_of_role(Role.ENVIRONMENT).kind
            key = Key(generation.api_version, kind, organization, environment)
            namespaces[key][project] = generation.namespaces.name(*cell)
    return {
        node.key.full_name: {
            "dataPlane": None if (target := node.declared.data_plane) is None else target.name,
            "hosts": environment_context(node.declared, planned, live).hosts,
            "namespaces": dict(namespaces[node.key]),
        }
        for node in planned.of_role(Role.ENVIRONMENT)
    }


def _require_no_providers(name: str, opts: pulumi.ResourceOptions | None) -> None:
    """Raises pulumi.RunError if a provider is given that a Platform would not use."""
    if opts is None:
        return
    given = [opts.provider, *(opts.providers.values() if isinstance(opts.providers, Mapping) else opts.providers or ())]
    # A host always gets a reference to its own provider, whose settings the servicer checks.
    packages = {
        each.package
        for each in given
        if each is not None and not (each.package == PACKAGE and isinstance(each, DependencyProviderResource))
    }
    for package, type_ in (("kubernetes", "kubernetes:core/v1:Namespace"), (PACKAGE, Finalizer.TOKEN)):
        if package in packages or (opts.parent is not None and opts.parent.get_provider(type_) is not None):
            raise pulumi.RunError(
                f"Platform {name!r} has a {package} provider, and makes its own; remove that provider, and select the "
                "cluster with the argument kubeconfig"
            )

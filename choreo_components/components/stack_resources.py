"""Stack resources: the inventory, which is created first and deleted last; the guards, the reverse; and the rollout.

The rollout, which a plan with bindings has, is created before the guards.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pulumi

from choreo_components.api import kind_of
from choreo_components.api.generation import SECRET, Role
from choreo_components.components.finalizer import released
from choreo_components.components.provisioning import reference_to
from choreo_components.components.rollout import digest, rollout
from choreo_components.components.scope import Scope
from choreo_components.components.witness import witness
from choreo_components.config.findings import Finding, in_order
from choreo_components.config.options import Controllers
from choreo_components.config.settings import Settings
from choreo_components.plan.nodes import KUBERNETES, FinalizerNode, Key, ObjectInCluster, Plan
from choreo_components.state.contract import FORM, FORM_VERSION, PRODUCTION, STACK, Guard, Inventory
from choreo_components.state.names import NAMESPACE, Awaited, Identity, Type, written


def inventory(
    settings: Settings,
    plan: Plan,
    remote: Mapping[str, str],
    scope: Scope,
    provider: pulumi.ProviderResource,
    terminating: Sequence[Finding] = (),
    after: Sequence[pulumi.Input[pulumi.Resource]] = (),
) -> pulumi.CustomResource:
    """The inventory of the plan's objects; `remote` has the kubeconfigs of data planes in separate clusters.

    It is refused if there is anything in `terminating`. It is created after the resources in `after`.
    """
    objects: dict[Type, list[str]] = defaultdict(list)
    for each in plan.objects_in_cluster:
        if not each.declared.is_kept:
            objects[Type(each.api_version, each.kind)].append(_name(each))
    for node in plan.neighbours:
        if not node.neighbour.is_kept:
            objects[type_of(node.key)].append(node.key.full_name)
    data_planes: dict[str, dict[str, str]] = defaultdict(dict)
    for environment in plan.of_role(Role.ENVIRONMENT):
        if (data_plane := environment.declared.data_plane) is not None:
            data_planes[str(type_of(environment.key))][environment.key.full_name] = reference_to(data_plane)
    inputs = {
        Inventory.OBJECTS: written(objects),
        Inventory.DATA_PLANE_REFS: dict(data_planes),
        Inventory.DATA_PLANE_KUBECONFIGS: pulumi.Output.secret(dict(remote)) if remote else None,
        Inventory.ADOPT: settings.adopt.value,
        Inventory.TERMINATING: [f"{each.where}: {each.message}" for each in in_order(terminating)] or None,
        FORM_VERSION: FORM,
    }
    opts = scope.options(provider=provider, depends_on=list(after))
    return pulumi.CustomResource(Inventory.TOKEN, scope.named("inventory"), inputs, released(opts))


def rollout_of(
    settings: Settings,
    plan: Plan,
    made: Mapping[Key, pulumi.Resource],
    scope: Scope,
    provider: pulumi.ProviderResource,
) -> pulumi.CustomResource | None:
    """The rollout of all bindings that are waited for, after these; None if there are none."""
    awaited = {
        node.key: node.declared.wire
        for node in plan.objects
        if node.wait is not None and kind_of(node.key.api_version, node.key.kind).carried_out_by is not None
    }
    if not awaited:
        return None
    bindings: dict[str, dict[str, str]] = defaultdict(dict)
    for key, wire in sorted(awaited.items()):
        bindings[str(type_of(key))][key.full_name] = digest(wire)
    needed = {need for key in awaited for need in plan.needs[key]}
    last = [made[key] for key in awaited if key not in needed]
    opts = scope.options(provider=provider)
    return rollout(scope.named("rollout"), dict(bindings), settings.timeouts.ready, after=last, opts=opts)


def deletion_guards(
    settings: Settings,
    plan: Plan,
    protected: Sequence[Key],
    made: Mapping[Key, pulumi.Resource],
    first: pulumi.Resource,
    more: Iterable[pulumi.Resource],
    witnesses: Mapping[Key, pulumi.Resource],
    scope: Scope,
    provider: pulumi.ProviderResource,
) -> None:
    """The guards of the plan's objects, if others may need any of them.

    That of the whole stack is created after everything in `made` and `more`, after the `witnesses` of its environments,
    and after the guards of its parts. `first` is the inventory.
    """
    objects = _guarded(plan, lambda key: True)
    if not any(kind_of(*type_).dependents for type_ in objects):
        return
    opts = scope.options(provider=provider)
    needed_by_others = [node.key for node in plan.objects if node.key.role in (Role.TENANT, Role.DATA_PLANE)]
    parts = [
        *witnesses.values(),
        *(_guard_of_part(settings, key, plan, made[key], scope, opts) for key in needed_by_others),
    ]
    if any(plan.of_role(Role.ENVIRONMENT)):
        parts.append(_guard_of_production(plan, protected, {**made, **witnesses}, first, scope, opts))
    needed = {key for keys in plan.needs.values() for key in keys}
    inputs: dict[str, Any] = {
        Guard.OBJECTS: written(objects),
        Guard.PROTECTED: written(_by_type(protected)),
        Guard.CONNECTED: written(_by_type(_connected(plan))),
        Guard.DELETE_RETAINED: settings.delete_retained,
        Guard.AWAITED: [each.entry() for each in sorted(_awaited(settings, plan))],
    }
    last = [*(made[key] for key in made if key not in needed), *more, *parts]
    whole = _guard(scope.named("deletion-guard"), inputs, last, opts)
    witness(scope.named("stack-witness"), STACK, before=whole, deleted_with=first, opts=opts)


def _guard(
    name: str, inputs: Mapping[str, Any], after: Sequence[pulumi.Resource], opts: pulumi.ResourceOptions, **more: Any
) -> pulumi.CustomResource:
    """A guard, without its empty inputs."""
    edges = pulumi.ResourceOptions(depends_on=list(after), **more)
    given = {property_: value for property_, value in inputs.items() if value}
    merged = pulumi.ResourceOptions.merge(opts, edges)
    return pulumi.CustomResource(Guard.TOKEN, name, {**given, FORM_VERSION: FORM}, released(merged))


def _guard_of_part(
    settings: Settings, key: Key, plan: Plan, made: pulumi.Resource, scope: Scope, opts: pulumi.ResourceOptions
) -> pulumi.CustomResource:
    """The guard of an organization or a data plane, with the objects of the stack that are deleted with it."""
    dependents = plan.dependents({key})
    objects = written(_guarded(plan, lambda each: each in dependents))
    inputs: dict[str, Any] = {
        Guard.OBJECTS: objects,
        Guard.DELETE_RETAINED: settings.delete_retained,
        Guard.PART: str(Identity(type_of(key), key.full_name)),
    }
    # A cluster-scoped plane may have the name of a tenant.
    part = key.full_name if key.organization else f"{key.kind}/{key.name}"
    return _guard(scope.named(f"deletion-guard/{part}"), inputs, [made], opts)


def _guard_of_production(
    plan: Plan,
    protected: Sequence[Key],
    made: Mapping[Key, pulumi.Resource],
    first: pulumi.Resource,
    scope: Scope,
    opts: pulumi.ResourceOptions,
) -> pulumi.CustomResource:
    """The guard of production: protected, and created after everything that depends on production.

    Pulumi also excludes the dependencies of protected resources: so `--exclude-protected` keeps production's
    Deployments and what they are made of, which are not protected themselves. A stack without production has it too, as
    Pulumi refuses to delete a resource that was protected until now.
    """
    finalizers = {node.key for node in plan.nodes if isinstance(node, FinalizerNode) and node.environment in protected}
    dependents = plan.dependents(finalizers)
    needed = {need for key in dependents for need in plan.needs[key]}
    last = [made[key] for key in made if key in dependents - needed or key in protected]
    inputs: dict[str, Any] = {Guard.PROTECTED: written(_by_type(protected)), Guard.PART: PRODUCTION}
    return _guard(scope.named("production-guard"), inputs, last or [first], opts, protect=bool(protected))


def _guarded(plan: Plan, wanted: Callable[[Key], bool]) -> dict[Type, list[str]]:
    """The names of the wanted objects that others may need, or that may need others."""
    kinds = [(generation.api_version, kind) for generation in plan.generations for kind in generation.kinds]
    guarded = {
        (api_version, name) for api_version, kind in kinds if kind.dependents for name in (kind.kind, *kind.dependents)
    }
    # A retained object blocks a destroy by itself.
    guarded |= {
        (generation.api_version, sweep.kind)
        for generation in plan.generations
        for sweep in generation.teardown.sweeps
        if sweep.retention is not None
    }
    return _by_type(node.key for node in plan.objects if type_of(node.key) in guarded and wanted(node.key))


def _by_type(keys: Iterable[Key]) -> dict[Type, list[str]]:
    """The names of these objects, by type."""
    names: dict[Type, list[str]] = defaultdict(list)
    for key in keys:
        names[type_of(key)].append(key.full_name)
    return names


def _connected(plan: Plan) -> Iterator[Key]:
    """The data planes that refer to Secrets of the plan; several may refer to the same."""
    secrets = {node.key for node in plan.secrets}
    for node in plan.of_role(Role.DATA_PLANE):
        reference = node.declared.generation.data_planes.connection(node.declared.wire)
        if reference and Key(KUBERNETES, SECRET, node.key.organization, reference) in secrets:
            yield node.key


def _awaited(settings: Settings, plan: Plan) -> set[Awaited]:
    """The types whose deletion the Kubernetes provider waits for, without objects that are `deletedWith` another."""
    keys = [
        *(node.key for node in plan.objects),
        *(node.key for node in plan.secrets),
        *(node.key for node in plan.neighbours),
    ]
    awaited = {Awaited(type_of(key), key.organization) for key in keys}
    tenants = {Awaited(type_of(node.key)) for node in plan.of_role(Role.TENANT)}
    if tenants and settings.controllers is Controllers.ABSENT:
        awaited.add(Awaited(NAMESPACE))
    return tenants | {each for each in awaited if Awaited(each.type) not in tenants}


def _name(each: ObjectInCluster) -> str:
    """The name of an object in an inventory."""
    if each.environment is not None:
        return f"{each.environment.full_name}/{each.name}"
    return f"{each.node.full_name}/{each.name}" if each.tenant else each.node.full_name


def type_of(key: Key) -> Type:
    """The type of an object of the plan."""
    return Type(key.api_version, key.kind)

"""What a stack has besides its objects: the inventory, which comes first and goes last, and guards, the reverse."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pulumi

from choreo_components.api.core_v1.dependents import DEPENDANTS, GUARDED
from choreo_components.api.generation import SECRET, Role
from choreo_components.components.finalizer import released
from choreo_components.components.witness import witness
from choreo_components.config.findings import Finding, in_order
from choreo_components.config.options import Controllers
from choreo_components.config.settings import Settings
from choreo_components.plan.nodes import KUBERNETES, FinalizerNode, Key, NamespaceNode, ObjectNode, Plan, SecretNode


def inventory(
    settings: Settings,
    plan: Plan,
    remote: Mapping[str, str],
    providers: list[pulumi.ProviderResource],
    terminating: Sequence[Finding] = (),
) -> pulumi.CustomResource:
    """The inventory of the plan's objects; `remote` has the kubeconfigs of data planes with clusters of their own.

    With anything in `terminating`, it is refused.
    """
    objects: dict[str, list[str]] = defaultdict(list)
    data_planes: dict[str, str] = {}
    for node in plan.nodes:
        if isinstance(node, ObjectNode):
            objects[node.key.kind].append(full_name(node.key))
            if node.key.kind == "Environment":
                data_planes[full_name(node.key)] = node.declared.spec.data_plane_ref
            if node.key.kind == "Organization":
                objects["Namespace"].append(f"{node.key.name}/{node.key.name}")
        elif isinstance(node, NamespaceNode):
            objects["Namespace"].append(f"{node.key.organization}/{node.environment.name}/{node.name}")
        elif isinstance(node, SecretNode):
            objects["Secret"].append(full_name(node.key))
    props = {
        "objects": dict(objects),
        "dataPlaneRefs": data_planes,
        "dataPlaneKubeconfigs": pulumi.Output.secret(dict(remote)) if remote else None,
        "adopt": settings.adopt.value,
        "terminating": [f"{finding.where}: {finding.message}" for finding in in_order(terminating)] or None,
    }
    opts = pulumi.ResourceOptions(providers=providers)
    return pulumi.CustomResource("choreo:index:Inventory", "inventory", props, released(opts))


def deletion_guards(
    settings: Settings,
    plan: Plan,
    protected: Sequence[Key],
    made: Mapping[Key, pulumi.Resource],
    first: pulumi.Resource,
    witnesses: Mapping[Key, pulumi.Resource],
    providers: list[pulumi.ProviderResource],
) -> None:
    """The guards of the plan's objects, if there is anything that others may need.

    That of the whole stack comes after all that is `made`, after the `witnesses` of its environments, and after the
    guards of its parts. `first` is the inventory.
    """
    names = _guarded(plan, lambda key: True)
    if not any(names[GUARDED[kind]] for kind in DEPENDANTS):
        return
    opts = pulumi.ResourceOptions(providers=providers)
    needed_by_others = [node.key for node in plan.nodes if node.key.kind in ("Organization", "DataPlane")]
    parts = [*witnesses.values(), *(_guard_of_part(key, plan, made[key], opts) for key in needed_by_others)]
    if names[GUARDED["Environment"]]:
        parts.append(_guard_of_production(plan, protected, {**made, **witnesses}, first, opts))
    needed = {key for keys in plan.needs.values() for key in keys}
    props = {
        **names,
        "connectedDataPlanes": sorted(_connected(plan)),
        "protectedEnvironments": [full_name(key) for key in protected],
        "awaited": sorted(_awaited(settings, plan)),
    }
    last = [*(made[key] for key in made if key not in needed), *parts]
    whole = _guard("deletion-guard", props, last, opts)
    witness("stack-witness", "stack", before=whole, deleted_with=first, opts=opts)


def _guard(
    name: str, props: Mapping[str, Any], after: Sequence[pulumi.Resource], opts: pulumi.ResourceOptions, **more: Any
) -> pulumi.CustomResource:
    """A guard; what is empty among its inputs is left out."""
    own = pulumi.ResourceOptions(depends_on=list(after), **more)
    given = {property_: value for property_, value in props.items() if value}
    merged = pulumi.ResourceOptions.merge(opts, own)
    return pulumi.CustomResource("choreo:index:DeletionGuard", name, given, released(merged))


def _guard_of_part(key: Key, plan: Plan, made: pulumi.Resource, opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    """The guard of an organization or a data plane; it knows what of the stack is deleted with it."""
    dependants = plan.dependents({key})
    names = _guarded(plan, lambda each: each in dependants)
    name = f"deletion-guard/{full_name(key)}"
    return _guard(name, {**names, "part": f"{key.kind} {full_name(key)}"}, [made], opts)


def _guard_of_production(
    plan: Plan,
    protected: Sequence[Key],
    made: Mapping[Key, pulumi.Resource],
    first: pulumi.Resource,
    opts: pulumi.ResourceOptions,
) -> pulumi.CustomResource:
    """The guard of production: protected, and after all that depends on production.

    Pulumi counts what a protected resource depends on as protected: so `--exclude-protected` leaves production's
    Deployments and what they are made of, which are not protected themselves. A stack without production has it too, as
    Pulumi refuses to delete what was protected until now.
    """
    finalizers = {node.key for node in plan.nodes if isinstance(node, FinalizerNode) and node.environment in protected}
    dependants = plan.dependents(finalizers)
    needed = {need for key in dependants for need in plan.needs[key]}
    last = [made[key] for key in made if key in dependants - needed or key in protected]
    props = {"protectedEnvironments": [full_name(key) for key in protected], "part": "production"}
    return _guard("production-guard", props, last or [first], opts, protect=bool(protected))


def _guarded(plan: Plan, wanted: Callable[[Key], bool]) -> dict[str, list[str]]:
    """The names of what others may need, or what may need others, of the wanted objects."""
    names: dict[str, list[str]] = {property_: [] for property_ in GUARDED.values()}
    for node in plan.nodes:
        if isinstance(node, ObjectNode) and node.key.kind in GUARDED and wanted(node.key):
            names[GUARDED[node.key.kind]].append(full_name(node.key))
    return names


def _connected(plan: Plan) -> Iterator[str]:
    """The data planes that refer to Secrets of the plan, as ORGANIZATION/NAME; several may refer to one."""
    secrets = {node.key for node in plan.secrets}
    for node in plan.of_role(Role.DATA_PLANE):
        reference = node.declared.generation.data_planes.connection(node.declared.wire)
        if reference and Key(KUBERNETES, SECRET, node.key.organization, reference) in secrets:
            yield full_name(node.key)


def _awaited(settings: Settings, plan: Plan) -> set[str]:
    """The kinds whose end the Kubernetes provider waits for; what is `deletedWith` another is not among them."""
    kinds: set[str] = set()
    for node in plan.nodes:
        if node.key.kind == "Organization":
            kinds |= {"Organization"} | ({"Namespace"} if settings.controllers is Controllers.ABSENT else set())
        elif isinstance(node, ObjectNode | SecretNode):
            kinds.add(f"{node.key.organization}/{node.key.kind}")
    return kinds


def full_name(key: Key) -> str:
    """ORGANIZATION/NAME; of an organization, its name."""
    return key.name if key.kind == "Organization" else f"{key.organization}/{key.name}"

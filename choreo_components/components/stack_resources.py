"""What a stack has besides its objects: the inventory, which comes first and goes last, and the guard, the reverse."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import pulumi

from choreo_components.components.finalizer import released
from choreo_components.controllers import Controllers
from choreo_components.dependants import DEPENDANTS, GUARDED
from choreo_components.findings import Finding, in_order
from choreo_components.plan import Key, NamespaceNode, ObjectNode, Plan, SecretNode
from choreo_components.settings import Settings


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


def deletion_guard(
    settings: Settings,
    plan: Plan,
    protected: Sequence[Key],
    after: Sequence[pulumi.Resource],
    providers: list[pulumi.ProviderResource],
) -> None:
    """The guard of the plan's objects, if there is anything that others may need; it comes `after` all of them."""
    names: dict[str, list[str]] = {property_: [] for property_ in GUARDED.values()}
    for node in plan.nodes:
        if isinstance(node, ObjectNode) and node.key.kind in GUARDED:
            names[GUARDED[node.key.kind]].append(full_name(node.key))
    if not any(names[GUARDED[kind]] for kind in DEPENDANTS):
        return
    props = {
        **names,
        "connectedDataPlanes": sorted(_connected(plan)),
        "protectedEnvironments": [full_name(key) for key in protected],
        "awaited": sorted(_awaited(settings, plan)),
    }
    opts = pulumi.ResourceOptions(providers=providers, depends_on=list(after))
    pulumi.CustomResource(
        "choreo:index:DeletionGuard",
        "deletion-guard",
        {property_: value for property_, value in props.items() if value},
        released(opts),
    )


def _connected(plan: Plan) -> Iterator[str]:
    """The data planes that refer to Secrets of the plan, as ORGANIZATION/NAME; several may refer to one."""
    secrets = {node.key for node in plan.nodes if isinstance(node, SecretNode)}
    for node in plan.nodes:
        if isinstance(node, ObjectNode) and node.key.kind == "DataPlane":
            reference = node.declared.object.to_wire()["spec"]["kubernetesCluster"].get("connectionConfigRef")
            if Key("Secret", node.key.organization, reference) in secrets:
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

"""A declaration: a plan as resources, registered in its order and with its edges."""

from typing import Any, cast

import pulumi

from choreo_components.components.args import DataPlaneArgs, EnvironmentArgs, OrganizationArgs
from choreo_components.components.base import PARENTS, declare_object
from choreo_components.components.data_plane import DataPlane
from choreo_components.components.environment import Environment
from choreo_components.components.finalizer import Finalizer, Provider
from choreo_components.components.organization import Organization
from choreo_components.plan import Key, NamespaceNode, ObjectNode, Plan
from choreo_components.settings import Declared, Settings


def declare(settings: Settings, plan: Plan, kubeconfig: pulumi.Output[str] | None) -> None:
    """Registers the objects of the plan, and the namespaces and finalizers of its environments.

    `kubeconfig` is the secret text that leads to the cluster; None leaves it to the ambient one.
    """
    providers = _providers(kubeconfig)
    made: dict[Key, pulumi.Resource] = {}
    environments: dict[Key, Environment] = {}
    finalizers: dict[Key, Finalizer] = {}
    for node in plan.nodes:
        needs = plan.needs[node.key]
        resources = [made[key] for key in needs]
        if isinstance(node, ObjectNode):
            args = _arguments(node, settings)
            # By way of the finalizer, so that Deployments are made anew when their environment is.
            for key in finalizers.keys() & set(needs):
                args["environment"] = finalizers[key].environment
            opts = pulumi.ResourceOptions(
                depends_on=resources, providers=providers, protect=_protected(node.declared, settings)
            )
            made[node.key] = _declared(node, args, opts, environments)
        elif isinstance(node, NamespaceNode):
            made[node.key] = environments[node.environment].add_namespace(node.project, resources)
        else:
            made[node.key] = finalizers[node.key] = environments[node.environment].add_finalizer(resources)


def _declared(
    node: ObjectNode, args: dict[str, Any], opts: pulumi.ResourceOptions, environments: dict[Key, Environment]
) -> pulumi.Resource:
    """What the objects that need this one come after: of a component, its last child.

    Organization, DataPlane and Environment stand as components, with what they bring along. Around the others there
    would be nothing else: the object stands by itself, and Pulumi has a third of the steps and half of the state.
    """
    kind, name = node.key.kind, _name(node.key)
    match kind:
        case "Organization":
            return Organization(name, cast(OrganizationArgs, args), opts).last
        case "DataPlane":
            return DataPlane(name, cast(DataPlaneArgs, args), opts).last
        case "Environment":
            environment = Environment.unprovisioned(name, cast(EnvironmentArgs, args), opts)
            environments[node.key] = environment
            return environment.last
        case _:
            return declare_object(kind, name, args["name"], args, opts)


def _protected(declared: Declared, settings: Settings) -> bool | None:
    """Whether Pulumi has to refuse the object's deletion; None leaves it undecided."""
    production = declared.kind == "Environment" and declared.spec.is_production
    return True if production and not settings.allow_production_destroy else None


def _providers(
    kubeconfig: pulumi.Output[str] | None,
) -> list[pulumi.ProviderResource]:
    """The providers of the whole stack. A default `choreo` provider would keep all of the stack's settings in state."""
    providers: list[pulumi.ProviderResource] = [Provider("choreo", kubeconfig)]
    if kubeconfig is not None:
        from pulumi_kubernetes import Provider as KubernetesProvider

        providers.append(KubernetesProvider("kubernetes", kubeconfig=kubeconfig))
    return providers


def _arguments(node: ObjectNode, settings: Settings) -> dict[str, Any]:
    """An object as arguments: the fields of its spec, its annotations and labels, and its parents."""
    declared, metadata = node.declared, node.declared.object.metadata
    parents = {argument: declared.labels[label] for argument, label in PARENTS.items() if label in declared.labels}
    return {
        "name": metadata.name,
        "labels": {key: value for key, value in declared.labels.items() if key not in PARENTS.values()},
        "annotations": metadata.annotations or {},
        "controllers": settings.controllers,
        "timeouts": vars(settings.timeouts),
        **parents,
        **declared.object.to_wire().get("spec", {}),
    }


def _name(key: Key) -> str:
    """What an object is called in the program."""
    return key.name if key.kind == "Organization" else f"{key.organization}/{key.name}"

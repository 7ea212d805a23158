"""A declaration: the components of a plan, registered in its order and with its edges."""

from typing import Any, cast

import pulumi

from choreo_components.components import COMPONENTS
from choreo_components.components.args import EnvironmentArgs
from choreo_components.components.base import PARENTS, ObjectComponent
from choreo_components.components.environment import Environment
from choreo_components.components.finalizer import EnvironmentFinalizer, Provider
from choreo_components.plan import Key, NamespaceNode, ObjectNode, Plan
from choreo_components.settings import Declared, Settings

_BY_KIND: dict[str, Any] = {component.__name__: component for component in COMPONENTS}


def declare(settings: Settings, plan: Plan, kubeconfig: pulumi.Output[str] | None) -> None:
    """Registers a component for each object of the plan, and the namespaces and finalizers of its environments.

    `kubeconfig` is the secret text that leads to the cluster; None leaves it to the ambient one.
    """
    providers = _providers(kubeconfig)
    made: dict[Key, pulumi.Resource] = {}
    environments: dict[Key, Environment] = {}
    finalizers: dict[Key, EnvironmentFinalizer] = {}
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
            component = _component(node, args, opts)
            made[node.key] = component.last
            if isinstance(component, Environment):
                environments[node.key] = component
        elif isinstance(node, NamespaceNode):
            made[node.key] = environments[node.environment].add_namespace(node.project, resources)
        else:
            made[node.key] = finalizers[node.key] = environments[node.environment].add_finalizer(resources)
            environments[node.environment].complete()


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


def _component(node: ObjectNode, args: dict[str, Any], opts: pulumi.ResourceOptions) -> ObjectComponent:
    key = node.key
    name = key.name if key.kind == "Organization" else f"{key.organization}/{key.name}"
    if key.kind == "Environment":
        return Environment(name, cast(EnvironmentArgs, args), opts, provision=False)
    component: ObjectComponent = _BY_KIND[key.kind](name, args, opts)
    return component

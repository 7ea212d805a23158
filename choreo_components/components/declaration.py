"""A declaration: the components of a plan, registered in its order and with its edges."""

from typing import Any

import pulumi

from choreo_components.components import COMPONENTS
from choreo_components.components.base import PARENTS, ObjectComponent
from choreo_components.components.environment import Environment
from choreo_components.components.finalizer import Provider
from choreo_components.plan import Key, NamespaceNode, ObjectNode, Plan
from choreo_components.settings import Settings

_BY_KIND: dict[str, Any] = {component.__name__: component for component in COMPONENTS}


def declare(settings: Settings, plan: Plan, kubeconfig: pulumi.Output[str] | None) -> None:
    """Registers a component for each object of the plan, and the namespaces and finalizers of its environments.

    `kubeconfig` is the secret text that leads to the cluster; None leaves it to the ambient one.
    """
    providers = _providers(kubeconfig)
    made: dict[Key, pulumi.Resource] = {}
    environments: dict[Key, Environment] = {}
    for node in plan.nodes:
        needs = [made[key] for key in plan.needs[node.key]]
        if isinstance(node, ObjectNode):
            component = _component(
                node,
                settings,
                pulumi.ResourceOptions(depends_on=needs, providers=providers),
            )
            made[node.key] = component.last
            if isinstance(component, Environment):
                environments[node.key] = component
        elif isinstance(node, NamespaceNode):
            made[node.key] = environments[node.environment].add_namespace(node.project, needs)
        else:
            made[node.key] = environments[node.environment].add_finalizer(needs)
            environments[node.environment].complete()


def _providers(
    kubeconfig: pulumi.Output[str] | None,
) -> list[pulumi.ProviderResource]:
    """The providers of the whole stack. A default `choreo` provider would keep all of the stack's settings in state."""
    providers: list[pulumi.ProviderResource] = [Provider("choreo", kubeconfig)]
    if kubeconfig is not None:
        from pulumi_kubernetes import Provider as KubernetesProvider

        providers.append(KubernetesProvider("kubernetes", kubeconfig=kubeconfig))
    return providers


def _component(node: ObjectNode, settings: Settings, opts: pulumi.ResourceOptions) -> ObjectComponent:
    """The component of an object, with the object's own fields, labels and annotations as its arguments."""
    key, metadata = node.key, node.declared.object.metadata
    name = key.name if key.kind == "Organization" else f"{key.organization}/{key.name}"
    args = {
        "name": metadata.name,
        "labels": metadata.labels,
        "annotations": metadata.annotations or {},
        "controllers": settings.controllers,
        "timeouts": vars(settings.timeouts),
        **{
            argument: node.declared.labels[label]
            for argument, label in PARENTS.items()
            if label in node.declared.labels
        },
        **node.declared.object.to_wire().get("spec", {}),
    }
    options = {"provision": False} if key.kind == "Environment" else {}
    component: ObjectComponent = _BY_KIND[key.kind](name, args, opts, **options)
    return component

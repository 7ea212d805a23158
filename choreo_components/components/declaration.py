"""A declaration: a plan as resources, registered in its order and with its edges."""

from typing import Any

import pulumi

from choreo_components.components.base import PARENTS, declare_object
from choreo_components.components.finalizer import Finalizer, Provider
from choreo_components.components.organization import organization_namespace
from choreo_components.components.provisioning import Provisioning
from choreo_components.components.stack_resources import deletion_guard, full_name, inventory
from choreo_components.plan import FinalizerNode, Key, NamespaceNode, ObjectNode, Plan
from choreo_components.settings import Declared, Settings


def declare(
    settings: Settings,
    plan: Plan,
    kubeconfig: pulumi.Output[str] | None,
    hooks: pulumi.ResourceHookBinding | None = None,
) -> None:
    """Registers the objects of the plan, and the namespaces and finalizers of its environments.

    `kubeconfig` is the secret text that leads to the cluster; None leaves it to the ambient one. `hooks` are those of
    the objects.
    """
    providers = _providers(kubeconfig)
    made: dict[Key, pulumi.Resource] = {}
    provisionings: dict[Key, Provisioning] = {}
    finalizers: dict[Key, Finalizer] = {}
    protected: list[Key] = []
    first = inventory(settings, plan, providers)
    for node in plan.nodes:
        needs = plan.needs[node.key]
        resources = [made[key] for key in needs] or [first]
        if isinstance(node, NamespaceNode):
            made[node.key] = provisionings[node.environment].add_namespace(node.project, resources)
            continue
        if isinstance(node, FinalizerNode):
            made[node.key] = finalizers[node.key] = provisionings[node.environment].add_finalizer(resources)
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
            provisionings[node.key] = Provisioning(role, own, args, opts, parent=own)
        elif kind == "Organization":
            made[node.key] = organization_namespace(role, own, args["name"], args, opts, parent=own)
    needed = {key for keys in plan.needs.values() for key in keys}
    deletion_guard(plan, protected, [made[key] for key in made if key not in needed], providers)


def _is_protected(declared: Declared, settings: Settings) -> bool:
    """Whether Pulumi has to refuse the object's deletion."""
    production = declared.kind == "Environment" and declared.spec.is_production
    return bool(production) and not settings.allow_production_destroy


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

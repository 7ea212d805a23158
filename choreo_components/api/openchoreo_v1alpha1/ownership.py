"""Ownership in openchoreo.dev/v1alpha1: whose an object in a cluster is, and which controller has made it."""

from collections.abc import Mapping, Sequence
from typing import Any

from choreo_components.api.generation import BUILDS_NAMESPACE, NAMESPACE, Lookup, Ownership, Target
from choreo_components.api.openchoreo_v1alpha1 import labels
from choreo_components.api.openchoreo_v1alpha1.hierarchy import (
    IN_ENVIRONMENTS,
    named,
    namespace_of,
    owner_of,
    root_environment,
    spec_of,
)
from choreo_components.api.openchoreo_v1alpha1.order import ORDER

FOLLOWING: Mapping[str, Mapping[str, str]] = {
    "Component": {"projectName": labels.PROJECT},
    "Resource": {"projectName": labels.PROJECT},
    "ProjectReleaseBinding": {"projectName": labels.PROJECT},
    "Workload": {"projectName": labels.PROJECT, "componentName": labels.COMPONENT},
    "ReleaseBinding": {"projectName": labels.PROJECT, "componentName": labels.COMPONENT},
    "ResourceReleaseBinding": {"projectName": labels.PROJECT, "resourceName": labels.RESOURCE},
}
"""By kind: the labels that OpenChoreo's API server sets, and the fields of the owner that they repeat."""


def organizations(live: Mapping[str, Any]) -> tuple[str, ...]:
    """The namespace that an object is in, or is; "" for a cluster-scoped object."""
    return (str(live["metadata"]["name"]) if live["kind"] == NAMESPACE else namespace_of(live),)


def environment(live: Mapping[str, Any]) -> str | None:
    """The environment that an object is, or belongs to; None: it belongs to its namespace as a whole."""
    if live["kind"] == "Environment":
        return str(live["metadata"]["name"])
    return spec_of(live).get("environment") if live["kind"] in IN_ENVIRONMENTS else None


def following_labels(wire: Mapping[str, Any]) -> dict[str, str]:
    """The labels that follow from an object in wire names."""
    if wire["kind"] == "Namespace":
        return labels.tenant_labels(str(wire["metadata"]["name"]))
    owner = owner_of(wire)
    follow = FOLLOWING.get(str(wire["kind"]), {})
    return {label: str(owner[field]) for field, label in follow.items() if owner.get(field)}


def claim(organization: str, namespaced: bool) -> dict[str, str]:
    """Nothing: no label names the namespace of an object."""
    return {}


def makers(live: Mapping[str, Any], targets: Sequence[Target], find: Lookup) -> Sequence[Target]:
    """The objects for which this one was made: a release, the first binding of a component, or what it is built as.

    Reference-v1alpha1: sections 1 and 10. Objects with an owner reference, as a RenderedRelease, are not looked up.
    """
    namespace, owner = namespace_of(live), owner_of(live)
    match live["kind"]:
        case "ProjectRelease":
            return [named("Project", namespace, str(owner.get("projectName")))]
        case "ResourceRelease":
            return [named("Resource", namespace, str(owner.get("resourceName")))]
        case "ComponentRelease":
            component = named("Component", namespace, str(owner.get("componentName")))
            return [component] if _deploys_itself(component, find) else []
        case "ReleaseBinding":
            component = named("Component", namespace, str(owner.get("componentName")))
            project = find(named("Project", namespace, str(owner.get("projectName"))))
            root = _root(project, namespace, find)
            in_root = root is not None and root == spec_of(live).get("environment")
            return [component] if in_root and _deploys_itself(component, find) else []
        case "Workload":
            component = named("Component", namespace, str(owner.get("componentName")))
            return [component] if spec_of(find(component) or {}).get("workflow") else []
        case "WorkflowRun":
            of = (live["metadata"].get("labels") or {}).get(labels.COMPONENT)
            return [named("Component", namespace, of)] if of else []
    return []


def _deploys_itself(component: Target, find: Lookup) -> bool:
    return bool(spec_of(find(component) or {}).get("autoDeploy"))


def _root(project: Mapping[str, Any] | None, namespace: str, find: Lookup) -> str | None:
    """The environment where promotion begins for a project."""
    reference = spec_of(project or {}).get("deploymentPipelineRef") or {}
    pipeline = find(named("DeploymentPipeline", namespace, str(reference.get("name"))))
    return None if pipeline is None else root_environment(pipeline)


OWNERSHIP = Ownership(
    organizations=organizations,
    environment=environment,
    makers=makers,
    made=frozenset(
        {"ProjectRelease", "ComponentRelease", "ResourceRelease", "ReleaseBinding", "Workload", "WorkflowRun"}
    ),
    labels=following_labels,
    claim=claim,
    # A component with autoDeploy re-creates its first binding as long as the component exists. A namespace is deleted
    # last, after that of its workflows.
    removal_order=(
        "Component",
        *(each for each in reversed(ORDER[1:]) if each != "Component"),
        BUILDS_NAMESPACE,
        NAMESPACE,
    ),
    field_manager="manager",
)
"""Ownership in this API."""

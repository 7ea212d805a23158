"""Objects of openchoreo.dev/v1alpha1 as people write them: a platform in one namespace, with its own types."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

Manifest = dict[str, Any]


def manifest(kind: str, name: str, namespace: str | None, spec: Mapping[str, Any]) -> Manifest:
    """An object of the kind; a cluster-scoped one is in no namespace."""
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": "openchoreo.dev/v1alpha1", "kind": kind, "metadata": metadata, "spec": dict(spec)}


def tenant(name: str) -> Manifest:
    """The namespace of all other objects."""
    metadata = {"name": name, "labels": {"openchoreo.dev/control-plane": "true"}}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def data_plane(namespace: str | None, name: str = "default") -> Manifest:
    """A DataPlane; in no namespace, a ClusterDataPlane."""
    spec = {"planeID": name, "clusterAgent": {"clientCA": {"value": "certificate of the agent's authority"}}}
    return manifest("DataPlane" if namespace else "ClusterDataPlane", name, namespace, spec)


def environment(namespace: str, name: str, plane: str = "default", kind: str = "DataPlane", **spec: Any) -> Manifest:
    return manifest("Environment", name, namespace, {"dataPlaneRef": {"kind": kind, "name": plane}, **spec})


def pipeline(namespace: str, *steps: tuple[str, Sequence[str]], name: str = "pipeline") -> Manifest:
    """A DeploymentPipeline with these steps: source and target."""
    paths = [
        {"sourceEnvironmentRef": {"name": source}, "targetEnvironmentRefs": [{"name": each} for each in targets]}
        for source, targets in steps
    ]
    return manifest("DeploymentPipeline", name, namespace, {"promotionPaths": paths})


def project_type(namespace: str, name: str = "plain", *others: Mapping[str, Any]) -> Manifest:
    """A ProjectType that makes the namespace and other things."""
    metadata = {"name": "${metadata.namespace}", "labels": "${metadata.labels}"}
    cell = {"id": "cell", "template": {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}}
    return manifest("ProjectType", name, namespace, {"resources": [cell, *others]})


def project(namespace: str, name: str = "shop", of_type: str = "plain") -> Manifest:
    spec = {"deploymentPipelineRef": {"name": "pipeline"}, "type": {"kind": "ProjectType", "name": of_type}}
    return manifest("Project", name, namespace, spec)


def project_release_binding(
    namespace: str, environment: str, project: str = "shop", name: str | None = None, **spec: Any
) -> Manifest:
    owner = {"projectName": project}
    given = {"owner": owner, "environment": environment, **spec}
    return manifest("ProjectReleaseBinding", name or f"{project}-{environment}", namespace, given)


def component_type(namespace: str, name: str = "service", **spec: Any) -> Manifest:
    template = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "${metadata.name}"}}
    return manifest(
        "ComponentType",
        name,
        namespace,
        {"workloadType": "deployment", "resources": [{"id": "deployment", "template": template}], **spec},
    )


def component(namespace: str, name: str = "web", project: str = "shop", **spec: Any) -> Manifest:
    """A Component; autoDeploy unless it says otherwise."""
    of_type = {"kind": "ComponentType", "name": "deployment/service"}
    given = {"owner": {"projectName": project}, "componentType": of_type, "autoDeploy": True, **spec}
    return manifest("Component", name, namespace, given)


def workload(
    namespace: str, component: str = "web", project: str = "shop", name: str | None = None, image: str = "web:1"
) -> Manifest:
    owner = {"projectName": project, "componentName": component}
    return manifest(
        "Workload", name or f"{component}-workload", namespace, {"owner": owner, "container": {"image": image}}
    )


def release_binding(
    namespace: str, environment: str, component: str = "web", name: str | None = None, **spec: Any
) -> Manifest:
    owner = {"projectName": "shop", "componentName": component}
    given = {"owner": owner, "environment": environment, **spec}
    return manifest("ReleaseBinding", name or f"{component}-{environment}", namespace, given)


def resource_type(namespace: str, name: str = "database", **spec: Any) -> Manifest:
    template = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "${metadata.name}"}}
    return manifest("ResourceType", name, namespace, {"resources": [{"id": "config", "template": template}], **spec})


def resource(namespace: str, name: str = "orders", project: str = "shop") -> Manifest:
    spec = {"owner": {"projectName": project}, "type": {"kind": "ResourceType", "name": "database"}}
    return manifest("Resource", name, namespace, spec)


def resource_release_binding(
    namespace: str, environment: str, release: str, resource: str = "orders", **spec: Any
) -> Manifest:
    owner = {"projectName": "shop", "resourceName": resource}
    given = {"owner": owner, "environment": environment, "resourceRelease": release, **spec}
    return manifest("ResourceReleaseBinding", f"{resource}-{environment}", namespace, given)


def platform(namespace: str, environments: Sequence[str] = ("development", "staging")) -> list[Manifest]:
    """A namespace with a plane, environments, a pipeline through them, types, a project and its bindings."""
    steps = [(source, [target]) for source, target in pairwise(environments)]
    return [
        tenant(namespace),
        data_plane(namespace),
        *(environment(namespace, each) for each in environments),
        pipeline(namespace, *(steps or [(environments[0], [])])),
        project_type(namespace),
        component_type(namespace),
        resource_type(namespace),
        project(namespace),
        *(project_release_binding(namespace, each) for each in environments),
    ]


def every_kind(namespace: str) -> list[Manifest]:
    """An object of each kind that people declare; cluster-scoped ones are named after the namespace."""
    agent = {"clusterAgent": {"clientCA": {"value": "certificate of the agent's authority"}}}
    observed = {"observerURL": "https://observer.example", **agent}
    made = {"resources": [{"id": "config", "template": {"apiVersion": "v1", "kind": "ConfigMap"}}]}
    proxy = {"workloadType": "proxy", **made}
    run = {"runTemplate": {"metadata": {"namespace": "${metadata.namespace}"}}}
    entitled = {"entitlement": {"claim": "groups", "value": "developers"}}
    owner = {"projectName": "shop", "componentName": "web"}
    of_type = {"kind": "ComponentType", "name": "service", "spec": proxy}
    released = {"owner": owner, "componentType": of_type, "workload": {"container": {"image": "web:1"}}}
    condition = {"window": "5m", "interval": "1m", "operator": "gt", "threshold": 1}
    alert = {"name": "slow", "source": {"type": "log"}, "condition": condition}

    def with_role(kind: str) -> Manifest:
        return {**entitled, "roleMappings": [{"roleRef": {"kind": kind, "name": "developer"}}]}

    whole: dict[str, Manifest] = {
        "ClusterObservabilityPlane": {"planeID": "default", **observed},
        "ClusterWorkflowPlane": {"planeID": "default", **agent},
        "ClusterAuthzRole": {"actions": ["project:view"]},
        "ClusterAuthzRoleBinding": with_role("ClusterAuthzRole"),
        "ClusterProjectType": made,
        "ClusterTrait": {},
        "ClusterWorkflow": run,
        "ClusterComponentType": proxy,
        "ClusterResourceType": made,
    }
    within: dict[str, Manifest] = {
        "ObservabilityPlane": observed,
        "WorkflowPlane": agent,
        "SecretReference": {"template": {}, "data": [{"secretKey": "key", "remoteRef": {"key": "key"}}]},
        "AuthzRole": {"actions": ["project:view"]},
        "AuthzRoleBinding": with_role("AuthzRole"),
        "Trait": {},
        "Workflow": run,
        "ObservabilityAlertsNotificationChannel": {
            "environment": "development",
            "type": "webhook",
            "webhookConfig": {"url": "https://hook.example"},
        },
        "WorkflowRun": {"workflow": {"kind": "Workflow", "name": "one"}},
        "ComponentRelease": released,
        "ObservabilityAlertRule": {**alert, "actions": {"notifications": {"channels": ["one"]}}},
    }
    return [
        *platform(namespace),
        data_plane(None, namespace),
        *(manifest(kind, namespace, None, spec) for kind, spec in whole.items()),
        *(manifest(kind, "one", namespace, spec) for kind, spec in within.items()),
        component(namespace),
        workload(namespace),
        release_binding(namespace, "staging"),
        resource(namespace),
        resource_release_binding(namespace, "development", "orders-1"),
    ]

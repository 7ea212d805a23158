"""What the controllers of openchoreo.dev/v1alpha1 read and write."""

from collections.abc import Mapping

from choreo_components.kubernetes.objects import Resource

GROUP, VERSION = "openchoreo.dev", "v1alpha1"

_KINDS = (
    "DataPlane",
    "ClusterDataPlane",
    "WorkflowPlane",
    "ClusterWorkflowPlane",
    "ObservabilityPlane",
    "ClusterObservabilityPlane",
    "Environment",
    "DeploymentPipeline",
    "ProjectType",
    "ClusterProjectType",
    "ComponentType",
    "ClusterComponentType",
    "Trait",
    "ClusterTrait",
    "ResourceType",
    "ClusterResourceType",
    "Workflow",
    "ClusterWorkflow",
    "SecretReference",
    "ObservabilityAlertsNotificationChannel",
    "Project",
    "ProjectRelease",
    "ProjectReleaseBinding",
    "Component",
    "Workload",
    "WorkflowRun",
    "ComponentRelease",
    "ReleaseBinding",
    "Resource",
    "ResourceRelease",
    "ResourceReleaseBinding",
    "RenderedRelease",
)

RESOURCES: Mapping[str, Resource] = {
    kind: Resource(GROUP, VERSION, kind, f"{kind.lower()}s", namespaced=not kind.startswith("Cluster"))
    for kind in _KINDS
}
"""By kind, without those that no controller uses."""

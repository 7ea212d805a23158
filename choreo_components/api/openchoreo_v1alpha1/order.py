"""The order in which objects of openchoreo.dev/v1alpha1 can be created (reference-v1alpha1: section 2.1)."""

from typing import Final

from choreo_components.api.generation import DATA_PLANE_NAMESPACE, FINALIZER, NAMESPACE, SECRET

ORDER: Final = (
    NAMESPACE,
    SECRET,
    "ClusterObservabilityPlane",
    "ObservabilityPlane",
    "ClusterDataPlane",
    "DataPlane",
    "ClusterWorkflowPlane",
    "WorkflowPlane",
    "ClusterAuthzRole",
    "AuthzRole",
    "ClusterAuthzRoleBinding",
    "AuthzRoleBinding",
    "SecretReference",
    "ClusterProjectType",
    "ProjectType",
    "ClusterTrait",
    "Trait",
    "ClusterWorkflow",
    "Workflow",
    "ClusterComponentType",
    "ComponentType",
    "ClusterResourceType",
    "ResourceType",
    "Environment",
    DATA_PLANE_NAMESPACE,
    FINALIZER,
    "ObservabilityAlertsNotificationChannel",
    "DeploymentPipeline",
    "Project",
    "ProjectRelease",
    "ProjectReleaseBinding",
    "Component",
    "Workload",
    "ComponentRelease",
    "ReleaseBinding",
    "Resource",
    "ResourceRelease",
    "ResourceReleaseBinding",
    "RenderedRelease",
    "WorkflowRun",
    "ObservabilityAlertRule",
)
"""The kinds in the order in which they can be created, with what a plan adds. Destroy is the reverse.

A finalizer comes before the pipelines that name its environment: as long as one does, the environment cannot be
deleted.
"""

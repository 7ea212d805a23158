"""The kinds of openchoreo.dev/v1alpha1, and what OpenChoreo and Kubernetes know of each, in an order of creation."""

from typing import Any, Final, Literal

from choreo_components.api.constraints import replacing_paths
from choreo_components.api.generation import Kind, PrinterColumn, Role
from choreo_components.api.meta import WireModel
from choreo_components.api.objects import ApiObject
from choreo_components.api.openchoreo_v1alpha1 import models

_AGE = PrinterColumn("Age", "date", ".metadata.creationTimestamp")
_PROJECT = PrinterColumn("Project", "string", ".spec.owner.projectName")
_COMPONENT = PrinterColumn("Component", "string", ".spec.owner.componentName")
_RESOURCE = PrinterColumn("Resource", "string", ".spec.owner.resourceName")
_ENVIRONMENT = PrinterColumn("Environment", "string", ".spec.environment")
_READY = PrinterColumn("Ready", "string", '.status.conditions[?(@.type=="Ready")].status')

_OF_NAMESPACES = ((("spec", "finalizers"), ["kubernetes"]),)
_OF_WORKFLOWS = ((("spec", "runTemplate", "spec", "serviceAccountName"), "workflow-sa"),)


def _kind(
    model: type[ApiObject],
    status: type[WireModel],
    *short_names: str,
    ready: str | None = None,
    columns: tuple[PrinterColumn, ...] = (),
    scope: Literal["Cluster", "Namespaced"] = "Namespaced",
    **more: Any,
) -> Kind:
    """A kind that is found by its name alone, and replaced if an immutable field of it changes."""
    return Kind(
        model,
        status,
        # All plurals are formed like this: the kind in lower case, and an s.
        f"{model.model_fields['kind'].default.lower()}s",
        hierarchy=(),
        ready_condition=ready,
        short_names=short_names,
        printer_columns=columns,
        scope=scope,
        replaced_by=tuple(".".join(map(str, path)) for path in replacing_paths(model)),
        **more,
    )


def _only_made_by(maker: str, instead: str) -> str:
    """Why an object that a controller makes cannot be declared."""
    return f"only OpenChoreo's controllers make it, for a {maker}; remove it here: a stack {instead}"


KINDS: Final = (
    _kind(
        models.Namespace,
        models.EmptyStatus,
        "ns",
        scope="Cluster",
        role=Role.TENANT,
        filled=_OF_NAMESPACES,
        # All other objects belong to a project, or are made for objects that do.
        dependents=(
            "AuthzRole",
            "AuthzRoleBinding",
            "ComponentType",
            "DataPlane",
            "DeploymentPipeline",
            "Environment",
            "ObservabilityAlertsNotificationChannel",
            "ObservabilityPlane",
            "Project",
            "ProjectType",
            "ResourceType",
            "SecretReference",
            "Trait",
            "Workflow",
            "WorkflowPlane",
        ),
    ),
    _kind(
        models.ClusterObservabilityPlane,
        models.ClusterPlaneStatus,
        "cop",
        "cops",
        ready="Created",
        ready_is_refreshed=False,
        scope="Cluster",
    ),
    _kind(models.ObservabilityPlane, models.PlaneStatus, ready="Created", ready_is_refreshed=False),
    _kind(
        models.ClusterDataPlane,
        models.ClusterPlaneStatus,
        "cdp",
        "cdps",
        ready="Created",
        ready_is_refreshed=False,
        scope="Cluster",
        role=Role.DATA_PLANE,
        dependents=("Environment",),
    ),
    _kind(
        models.DataPlane,
        models.PlaneStatus,
        "dp",
        "dps",
        ready="Created",
        ready_is_refreshed=False,
        role=Role.DATA_PLANE,
        dependents=("Environment",),
    ),
    _kind(
        models.ClusterWorkflowPlane,
        models.ClusterPlaneStatus,
        "cwp",
        "cwps",
        ready="Created",
        ready_is_refreshed=False,
        scope="Cluster",
    ),
    _kind(models.WorkflowPlane, models.PlaneStatus, ready="Created", ready_is_refreshed=False),
    _kind(models.SecretReference, models.SecretReferenceStatus),
    _kind(models.ClusterAuthzRole, models.EmptyStatus, columns=(_AGE,), scope="Cluster", has_status=False),
    _kind(models.AuthzRole, models.EmptyStatus, columns=(_AGE,), has_status=False),
    _kind(models.ClusterAuthzRoleBinding, models.EmptyStatus, columns=(_AGE,), scope="Cluster", has_status=False),
    _kind(models.AuthzRoleBinding, models.EmptyStatus, columns=(_AGE,), has_status=False),
    _kind(models.ClusterProjectType, models.EmptyStatus, "cpt", "cpts", columns=(_AGE,), scope="Cluster"),
    _kind(models.ProjectType, models.EmptyStatus, "pt", "pts", columns=(_AGE,)),
    _kind(models.ClusterTrait, models.EmptyStatus, "ctrait", "ctraits", columns=(_AGE,), scope="Cluster"),
    _kind(models.Trait, models.EmptyStatus, "trait", "traits", columns=(_AGE,)),
    _kind(
        models.ClusterWorkflow,
        models.MappedConditions,
        "cwf",
        "cwfs",
        columns=(_AGE,),
        scope="Cluster",
        filled=_OF_WORKFLOWS,
    ),
    _kind(models.Workflow, models.MappedConditions, spec_required=True, filled=_OF_WORKFLOWS),
    _kind(
        models.ClusterComponentType,
        models.EmptyStatus,
        "cct",
        "ccts",
        columns=(PrinterColumn("WorkloadType", "string", ".spec.workloadType"), _AGE),
        scope="Cluster",
    ),
    _kind(
        models.ComponentType,
        models.EmptyStatus,
        "ct",
        "cts",
        columns=(PrinterColumn("WorkloadType", "string", ".spec.workloadType"), _AGE),
    ),
    _kind(models.ClusterResourceType, models.EmptyStatus, "crt", "crts", columns=(_AGE,), scope="Cluster"),
    _kind(models.ResourceType, models.EmptyStatus, "rt", "rts", columns=(_AGE,)),
    _kind(
        models.Environment,
        models.ListedStatus,
        "env",
        "envs",
        ready="Ready",
        role=Role.ENVIRONMENT,
        dependents=("DeploymentPipeline",),
    ),
    _kind(
        models.DeploymentPipeline,
        models.ListedStatus,
        "deppipe",
        "deppipes",
        ready="Available",
        role=Role.PIPELINE,
        dependents=("Project",),
    ),
    _kind(
        models.ObservabilityAlertsNotificationChannel,
        models.EmptyStatus,
        columns=(
            PrinterColumn("Type", "string", ".spec.type"),
            _AGE,
            # OpenChoreo's own column; no controller ever writes the field.
            PrinterColumn("Notifications", "integer", ".status.notificationCount"),
        ),
    ),
    _kind(
        models.Project,
        models.ProjectStatus,
        "proj",
        "projs",
        ready="Ready",
        role=Role.PROJECT,
        dependents=("Component", "ProjectReleaseBinding", "Resource"),
    ),
    _kind(
        models.ProjectRelease,
        models.EmptyStatus,
        columns=(_PROJECT, _AGE),
        refused=_only_made_by("Project", "names the release that it wants in a ProjectReleaseBinding"),
    ),
    _kind(
        models.ProjectReleaseBinding,
        models.ProjectReleaseBindingStatus,
        "prb",
        "prbs",
        ready="Ready",
        carried_out_by="RenderedRelease",
        columns=(
            _PROJECT,
            _ENVIRONMENT,
            PrinterColumn("Release", "string", ".spec.projectRelease"),
            _READY,
            _AGE,
        ),
    ),
    _kind(
        models.Resource,
        models.ResourceStatus,
        "res",
        ready="Ready",
        columns=(_PROJECT, PrinterColumn("Type", "string", ".spec.type.name"), _AGE),
    ),
    _kind(
        models.ResourceRelease,
        models.EmptyStatus,
        columns=(_PROJECT, _RESOURCE, _AGE),
        refused=_only_made_by("Resource", "names the release that it wants in a ResourceReleaseBinding"),
    ),
    _kind(
        models.ResourceReleaseBinding,
        models.ResourceReleaseBindingStatus,
        "rrb",
        "rrbs",
        ready="Ready",
        carried_out_by="RenderedRelease",
        columns=(
            _PROJECT,
            _RESOURCE,
            _ENVIRONMENT,
            PrinterColumn("Release", "string", ".spec.resourceRelease"),
            _READY,
            _AGE,
        ),
    ),
    _kind(
        models.Component,
        models.ComponentStatus,
        "comp",
        "comps",
        ready="Ready",
        columns=(_PROJECT, PrinterColumn("ComponentType", "string", ".spec.componentType.name"), _AGE),
    ),
    _kind(models.WorkflowRun, models.WorkflowRunStatus, spec_required=True),
    _kind(models.Workload, models.EmptyStatus, columns=(_PROJECT, _COMPONENT, _AGE)),
    _kind(models.ComponentRelease, models.EmptyStatus, columns=(_PROJECT, _COMPONENT, _AGE)),
    _kind(
        models.ReleaseBinding,
        models.ReleaseBindingStatus,
        ready="Ready",
        carried_out_by="RenderedRelease",
        columns=(_PROJECT, _COMPONENT, _ENVIRONMENT, _AGE),
    ),
    _kind(
        models.RenderedRelease,
        models.RenderedReleaseStatus,
        ready="ResourcesApplied",
        refused=_only_made_by("binding", "declares the binding that it is rendered for"),
    ),
    _kind(
        models.ObservabilityAlertRule,
        models.ObservabilityAlertRuleStatus,
        columns=(
            PrinterColumn("Severity", "string", ".spec.severity"),
            PrinterColumn("Enabled", "string", ".spec.enabled"),
            PrinterColumn("Phase", "string", ".status.phase"),
            _AGE,
        ),
    ),
)

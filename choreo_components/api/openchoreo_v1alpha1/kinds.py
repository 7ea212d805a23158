"""The kinds of openchoreo.dev/v1alpha1, and what OpenChoreo and Kubernetes know of each, in an order of creation."""

from typing import Any, Final, Literal

from choreo_components.api.constraints import immutable_paths
from choreo_components.api.generation import Kind, PrinterColumn, Role
from choreo_components.api.meta import WireModel
from choreo_components.api.objects import ApiObject
from choreo_components.api.openchoreo_v1alpha1 import models

_AGE = PrinterColumn("Age", "date", ".metadata.creationTimestamp")


def _kind(
    model: type[ApiObject],
    status: type[WireModel],
    *short_names: str,
    ready: str | None = None,
    columns: tuple[PrinterColumn, ...] = (),
    scope: Literal["Cluster", "Namespaced"] = "Namespaced",
    **more: Any,
) -> Kind:
    """A kind that is found by its name alone, and made anew where a final field of it changes."""
    return Kind(
        model,
        status,
        # As all of them are called: the kind in lower case, and an s.
        f"{model.model_fields['kind'].default.lower()}s",
        hierarchy=(),
        ready_condition=ready,
        short_names=short_names,
        printer_columns=columns,
        scope=scope,
        replaced_by=tuple(".".join(map(str, path)) for path in immutable_paths(model)),
        **more,
    )


KINDS: Final = (
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
    ),
    _kind(
        models.DataPlane,
        models.PlaneStatus,
        "dp",
        "dps",
        ready="Created",
        ready_is_refreshed=False,
        role=Role.DATA_PLANE,
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
    ),
    _kind(models.Workflow, models.MappedConditions, spec_required=True),
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
    ),
    _kind(
        models.DeploymentPipeline,
        models.ListedStatus,
        "deppipe",
        "deppipes",
        ready="Available",
        role=Role.PIPELINE,
    ),
    _kind(models.WorkflowRun, models.WorkflowRunStatus, spec_required=True),
)

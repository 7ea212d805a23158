"""Workflows, such as builds, and their runs."""

from typing import Annotated, Literal

from pydantic import Field

from choreo_components.api.meta import WireModel, doc
from choreo_components.api.objects import ApiObject
from choreo_components.api.openchoreo_v1alpha1 import API_VERSION
from choreo_components.api.openchoreo_v1alpha1.models.common import ApiVersion, MappedConditions, Name, Time
from choreo_components.api.openchoreo_v1alpha1.models.types import Expression, SchemaSection
from choreo_components.api.shape import IMMUTABLE, Facets, FreeObject, ListMap

Lifetime = Annotated[str, Facets(pattern=r"^(\d+d)?(\d+h)?(\d+m)?(\d+s)?$", meaning="a time such as 10d or 1h30m")]
_ReferenceId = Annotated[
    str,
    Facets(
        pattern="^[a-z][a-z0-9-]*[a-z0-9]$",
        min_length=2,
        max_length=63,
        meaning="lower-case letters, digits and inner hyphens, and begin with a letter",
    ),
]
_NamedPlane = Annotated[str, Facets(min_length=1, max_length=63)]


class WorkflowPlaneRef(WireModel):
    """A plane for workflows: of the namespace, or of all namespaces."""

    kind: Annotated[
        Literal["WorkflowPlane", "ClusterWorkflowPlane"], doc("Whether it is namespaced or cluster-scoped.")
    ]
    name: Annotated[_NamedPlane, doc("Name of the plane.")]


class ClusterWorkflowPlaneRef(WireModel):
    """A plane for workflows of all namespaces."""

    kind: Annotated[Literal["ClusterWorkflowPlane"], doc("Always a plane of all namespaces.")]
    name: Annotated[_NamedPlane, doc("Name of the plane.")]


class WorkflowResource(WireModel):
    """An object that a run of a workflow needs."""

    id: Annotated[Name, doc("Identifier, unique in the workflow.")]
    template: Annotated[FreeObject, doc("The object, with expressions.")]
    include_when: Annotated[Expression | None, doc("Whether it is made; default: always.")] = None


class ExternalRef(WireModel):
    """An object of another owner that a workflow reads."""

    id: Annotated[_ReferenceId, doc("The name by which expressions refer to it.")]
    api_version: Annotated[Name, doc("Its apiVersion.")]
    kind: Annotated[Literal["SecretReference"], doc("Its kind.")]
    name: Annotated[Name, doc("Its name, which may have expressions.")]


class WorkflowSpec(WireModel):
    """The spec of a Workflow."""

    workflow_plane_ref: Annotated[
        WorkflowPlaneRef,
        IMMUTABLE,
        doc("Plane that runs it. Immutable; default: the ClusterWorkflowPlane named default."),
    ] = Field(default_factory=lambda: WorkflowPlaneRef(kind="ClusterWorkflowPlane", name="default"))
    parameters: Annotated[SchemaSection | None, doc("The parameters of a run.")] = None
    # OpenChoreo's webhook sets its spec.serviceAccountName, whatever is there.
    run_template: Annotated[FreeObject, doc("The object that is a run, in the namespace ${metadata.namespace}.")]
    resources: Annotated[list[WorkflowResource] | None, doc("Further objects that a run needs.")] = None
    external_refs: Annotated[list[ExternalRef] | None, ListMap("id"), doc("What it reads.")] = None
    ttl_after_completion: Annotated[Lifetime | None, doc("How long a run is kept when it is done, as in 10d.")] = None


class Workflow(ApiObject):
    """What a WorkflowRun of the namespace does: a template, and what it needs."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["Workflow"] = "Workflow"
    spec: WorkflowSpec


class ClusterWorkflowSpec(WireModel):
    """The spec of a ClusterWorkflow."""

    workflow_plane_ref: Annotated[
        ClusterWorkflowPlaneRef, IMMUTABLE, doc("Plane that runs it. Immutable; default: the one named default.")
    ] = Field(default_factory=lambda: ClusterWorkflowPlaneRef(kind="ClusterWorkflowPlane", name="default"))
    parameters: Annotated[SchemaSection | None, doc("The parameters of a run.")] = None
    # OpenChoreo's webhook sets its spec.serviceAccountName, whatever is there.
    run_template: Annotated[FreeObject, doc("The object that is a run, in the namespace ${metadata.namespace}.")]
    resources: Annotated[list[WorkflowResource] | None, doc("Further objects that a run needs.")] = None
    external_refs: Annotated[list[ExternalRef] | None, ListMap("id"), doc("What it reads.")] = None
    ttl_after_completion: Annotated[Lifetime | None, doc("How long a run is kept when it is done, as in 10d.")] = None


class ClusterWorkflow(ApiObject):
    """What a WorkflowRun of any namespace does: a template, and what it needs."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["ClusterWorkflow"] = "ClusterWorkflow"
    spec: ClusterWorkflowSpec


class WorkflowRunConfig(WireModel):
    """The workflow that a run is of, and what it is given."""

    kind: Annotated[
        Literal["Workflow", "ClusterWorkflow"], IMMUTABLE, doc("Whether it is namespaced or cluster-scoped. Immutable.")
    ] = "ClusterWorkflow"
    name: Annotated[Name, IMMUTABLE, doc("Name of the workflow. Immutable.")]
    parameters: Annotated[FreeObject | None, doc("Values for the workflow's parameters.")] = None


class WorkflowRunSpec(WireModel):
    """The spec of a WorkflowRun."""

    workflow: Annotated[WorkflowRunConfig, doc("What is run.")]
    ttl_after_completion: Annotated[
        Lifetime | None, doc("How long it is kept when it is done, as in 1h30m; default: its workflow's.")
    ] = None


class ObjectReference(WireModel):
    """An object in the cluster of a workflow plane."""

    api_version: Annotated[Name, doc("Its apiVersion.")]
    kind: Annotated[Name, doc("Its kind.")]
    name: Annotated[Name, doc("Its name.")]
    namespace: Annotated[str | None, doc("Its namespace; none for a cluster-scoped object.")] = None


class WorkflowTask(WireModel):
    """A step of a run."""

    name: Annotated[Name, doc("Name of the step.")]
    phase: Annotated[
        Literal["Pending", "Running", "Succeeded", "Failed", "Skipped", "Error"] | None, doc("Its progress.")
    ] = None
    started_at: Annotated[Time | None, doc("When it began.")] = None
    completed_at: Annotated[Time | None, doc("When it ended.")] = None
    message: Annotated[str | None, doc("Its state, as a sentence for people.")] = None


class WorkflowRunStatus(MappedConditions):
    """What the WorkflowRun controller reports."""

    run_reference: Annotated[ObjectReference | None, doc("The object that is the run.")] = None
    resources: Annotated[list[ObjectReference] | None, doc("Further objects that it needs.")] = None
    tasks: Annotated[list[WorkflowTask] | None, doc("Its steps.")] = None
    started_at: Annotated[Time | None, doc("When it began.")] = None
    completed_at: Annotated[Time | None, doc("When it ended.")] = None


class WorkflowRun(ApiObject):
    """A run of a workflow, such as a build."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["WorkflowRun"] = "WorkflowRun"
    spec: WorkflowRunSpec

"""Projects, their releases, and what each is given in an environment: its namespace and what else its type has."""

from typing import Annotated, ClassVar, Literal

from choreo_components.api.meta import WireModel, doc
from choreo_components.api.objects import ApiObject
from choreo_components.api.openchoreo_v1alpha1 import API_VERSION
from choreo_components.api.openchoreo_v1alpha1.models.common import (
    ApiVersion,
    ListedStatus,
    MappedStatus,
    Name,
)
from choreo_components.api.openchoreo_v1alpha1.models.types import ProjectTypeSpec
from choreo_components.api.shape import IMMUTABLE, SEEDED, Facets, FreeValue, Rule

ProjectTypeKind = Literal["ProjectType", "ClusterProjectType"]
TypeName = Annotated[
    str,
    Facets(
        pattern="^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
        min_length=1,
        meaning="lower-case letters, digits and inner hyphens",
    ),
]


class ProjectOwner(WireModel):
    """The Project that an object belongs to."""

    project_name: Annotated[Name, doc("Name of the Project.")]


class DeploymentPipelineRef(WireModel):
    """A DeploymentPipeline of the same namespace."""

    kind: Annotated[Literal["DeploymentPipeline"], doc("Always a DeploymentPipeline.")] = "DeploymentPipeline"
    name: Annotated[str, Facets(min_length=1, max_length=63), doc("Name of the pipeline.")]


class ProjectTypeRef(WireModel):
    """A ProjectType of the same namespace, or a ClusterProjectType."""

    kind: Annotated[ProjectTypeKind, doc("Whether it is namespaced or cluster-scoped.")] = "ProjectType"
    name: Annotated[TypeName, doc("Name of the type.")]


class ProjectSpec(WireModel):
    """The spec of a Project."""

    deployment_pipeline_ref: Annotated[
        DeploymentPipelineRef, doc("The environments that its components are promoted through.")
    ]
    type: Annotated[ProjectTypeRef, IMMUTABLE, doc("What the project is given in each environment. Immutable.")]
    parameters: Annotated[
        FreeValue | None, doc("Values for the parameters of its type. They are checked when a release is rendered.")
    ] = None


class LatestRelease(WireModel):
    """The newest release of a Project or of a Resource."""

    name: Annotated[Name, doc("Name of the release.")]
    hash: Annotated[Name, doc("Hash of its content: another hash makes another release.")]


class ProjectStatus(ListedStatus):
    """What the Project controller reports."""

    latest_release: Annotated[LatestRelease | None, doc("The newest ProjectRelease.")] = None


class Project(ApiObject):
    """A group of components and resources that share a namespace in each environment."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["Project"] = "Project"
    spec: ProjectSpec


class ReleasedProjectType(WireModel):
    """A project type as it was when a release was made."""

    kind: Annotated[ProjectTypeKind, doc("Whether it was namespaced or cluster-scoped.")]
    name: Annotated[Name, doc("Name of the type.")]
    spec: Annotated[ProjectTypeSpec, doc("The type's spec at that time.")]


class ProjectReleaseSpec(WireModel):
    """The spec of a ProjectRelease, which is immutable."""

    RULES: ClassVar[tuple[Rule, ...]] = (IMMUTABLE,)

    owner: Annotated[ProjectOwner, doc("The project it is a release of.")]
    project_type: Annotated[ReleasedProjectType, doc("The project's type at that time.")]
    parameters: Annotated[FreeValue | None, doc("The project's parameters at that time.")] = None


class ProjectRelease(ApiObject):
    """A Project and its type at one time. The Project controller makes it, and never deletes it."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["ProjectRelease"] = "ProjectRelease"
    spec: ProjectReleaseSpec


class ProjectReleaseBindingSpec(WireModel):
    """The spec of a ProjectReleaseBinding."""

    owner: Annotated[ProjectOwner, IMMUTABLE, doc("The project. Immutable.")]
    environment: Annotated[Name, IMMUTABLE, doc("Name of the Environment. Immutable.")]
    # Go would drop "", and the controller takes it for absent.
    project_release: Annotated[
        str | None, SEEDED, doc("Name of the ProjectRelease; if it is missing, the controller sets the latest, once.")
    ] = None
    environment_configs: Annotated[
        FreeValue | None, doc("Values for the parameters that the project's type leaves to each environment.")
    ] = None


class ProjectReleaseBindingStatus(MappedStatus):
    """What the ProjectReleaseBinding controller reports."""

    namespace: Annotated[
        str | None, doc("Namespace of the project on the data plane, whether it exists yet or not.")
    ] = None


class ProjectReleaseBinding(ApiObject):
    """A Project in an Environment: it makes the namespace there; deleting it deletes that with everything in it."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["ProjectReleaseBinding"] = "ProjectReleaseBinding"
    spec: ProjectReleaseBindingSpec

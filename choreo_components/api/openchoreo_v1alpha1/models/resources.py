"""Resources that components use, such as databases, their releases, and what each is in an environment."""

from typing import Annotated, ClassVar, Literal

from choreo_components.api.meta import WireModel, doc
from choreo_components.api.objects import ApiObject
from choreo_components.api.openchoreo_v1alpha1 import API_VERSION
from choreo_components.api.openchoreo_v1alpha1.models.common import (
    ApiVersion,
    MappedConditions,
    MappedStatus,
    Name,
)
from choreo_components.api.openchoreo_v1alpha1.models.projects import LatestRelease, ProjectOwner, TypeName
from choreo_components.api.openchoreo_v1alpha1.models.types import ResourceOutput, ResourceTypeSpec, RetainPolicy
from choreo_components.api.shape import IMMUTABLE, FreeValue, ListMap, Rule

ResourceTypeKind = Literal["ResourceType", "ClusterResourceType"]


class ResourceTypeRef(WireModel):
    """A ResourceType of the same namespace, or a ClusterResourceType."""

    kind: Annotated[ResourceTypeKind, doc("Whether it is namespaced or cluster-scoped.")] = "ResourceType"
    name: Annotated[TypeName, doc("Name of the type.")]


class ResourceSpec(WireModel):
    """The spec of a Resource."""

    owner: Annotated[ProjectOwner, IMMUTABLE, doc("The project it belongs to. Immutable.")]
    type: Annotated[ResourceTypeRef, IMMUTABLE, doc("What the resource is made of. Immutable.")]
    parameters: Annotated[FreeValue | None, doc("Values for the parameters of its type.")] = None


class ResourceStatus(MappedStatus):
    """What the Resource controller reports."""

    latest_release: Annotated[LatestRelease | None, doc("The newest ResourceRelease.")] = None


class Resource(ApiObject):
    """Something that the components of a Project use, such as a database or a queue."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["Resource"] = "Resource"
    spec: ResourceSpec


class ResourceOwner(WireModel):
    """The Resource that an object belongs to."""

    project_name: Annotated[Name, doc("Name of the Project of the Resource.")]
    resource_name: Annotated[Name, doc("Name of the Resource.")]


class ReleasedResourceType(WireModel):
    """A resource type as it was when a release was made."""

    kind: Annotated[ResourceTypeKind, doc("Whether it was namespaced or cluster-scoped.")]
    name: Annotated[Name, doc("Name of the type.")]
    spec: Annotated[ResourceTypeSpec, doc("The type's spec at that time.")]


class ResourceReleaseSpec(WireModel):
    """The spec of a ResourceRelease, which is immutable."""

    RULES: ClassVar[tuple[Rule, ...]] = (IMMUTABLE,)

    owner: Annotated[ResourceOwner, doc("The resource it is a release of.")]
    resource_type: Annotated[ReleasedResourceType, doc("The resource's type at that time.")]
    parameters: Annotated[FreeValue | None, doc("The resource's parameters at that time.")] = None


class ResourceRelease(ApiObject):
    """A Resource and its type at one time. The Resource controller makes it, and deletes it with the Resource."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["ResourceRelease"] = "ResourceRelease"
    spec: ResourceReleaseSpec


class ResourceReleaseBindingSpec(WireModel):
    """The spec of a ResourceReleaseBinding."""

    owner: Annotated[ResourceOwner, IMMUTABLE, doc("The resource. Immutable.")]
    environment: Annotated[Name, IMMUTABLE, doc("Name of the Environment. Immutable.")]
    resource_release: Annotated[
        str | None, doc("Name of the ResourceRelease. No controller sets it: without it, nothing is deployed.")
    ] = None
    resource_type_environment_configs: Annotated[
        FreeValue | None, doc("Values for the parameters that the resource's type leaves to each environment.")
    ] = None
    retain_policy: Annotated[
        RetainPolicy | None, doc("Whether the resource stays when the binding is deleted; default: its type's.")
    ] = None


class ResolvedOutput(ResourceOutput):
    """What an output of a resource is in one environment."""


class ResourceReleaseBindingStatus(MappedConditions):
    """What the ResourceReleaseBinding controller reports."""

    outputs: Annotated[list[ResolvedOutput] | None, ListMap("name"), doc("The resource's outputs.")] = None


class ResourceReleaseBinding(ApiObject):
    """A Resource in an Environment. With the policy Retain it cannot be deleted until the policy is changed."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["ResourceReleaseBinding"] = "ResourceReleaseBinding"
    spec: ResourceReleaseBindingSpec

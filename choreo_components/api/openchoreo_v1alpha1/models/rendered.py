"""What a release is made into for a plane: the manifests that its agent applies."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from choreo_components.api.meta import WireModel, doc
from choreo_components.api.objects import ApiObject
from choreo_components.api.openchoreo_v1alpha1 import API_VERSION
from choreo_components.api.openchoreo_v1alpha1.models.common import ApiVersion, ListedConditions, Name, Time
from choreo_components.api.openchoreo_v1alpha1.models.types import TargetPlane
from choreo_components.api.shape import IMMUTABLE, POINTER, Facets, FreeValue, Rule

Interval = Annotated[str, Facets(pattern=r"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$", meaning="a time such as 90s or 1h30m")]


def _has_two_owners(wire: Mapping[str, Any]) -> bool:
    return "componentName" in wire and "resourceName" in wire


class RenderedReleaseOwner(WireModel):
    """Whose release it is: a component's, a resource's or, without either, a project's."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "!has(self.componentName) || !has(self.resourceName)",
            "has both componentName and resourceName; give one of them, or neither for the project",
            _has_two_owners,
        ),
    )

    project_name: Annotated[Name, doc("Name of the Project.")]
    component_name: Annotated[str | None, doc("Name of the Component; excludes resourceName.")] = None
    resource_name: Annotated[str | None, doc("Name of the Resource; excludes componentName.")] = None


class RenderedManifest(WireModel):
    """An object to apply on the plane."""

    id: Annotated[Name, doc("Identifier, unique in the release.")]
    object: Annotated[FreeValue, doc("The object, as Kubernetes has it.")]


class RenderedReleaseSpec(WireModel):
    """The spec of a RenderedRelease."""

    owner: Annotated[RenderedReleaseOwner, IMMUTABLE, doc("Whose release it is. Immutable.")]
    environment_name: Annotated[Name, doc("Name of the Environment.")]
    target_plane: Annotated[TargetPlane, doc("Plane of the environment that it is applied on.")] = "dataplane"
    resources: Annotated[list[RenderedManifest] | None, doc("The objects to apply.")] = None
    interval: Annotated[Interval | None, POINTER, doc("How often they are applied again; default: 5m.")] = None
    progressing_interval: Annotated[
        Interval | None, POINTER, doc("The same while a change is in progress; default: 10s.")
    ] = None


class RenderedManifestStatus(WireModel):
    """An object that has been applied on the plane."""

    id: Annotated[Name, doc("Its name in the spec.")]
    group: Annotated[str | None, doc("Its API group; nothing for Kubernetes' core.")] = None
    version: Annotated[Name, doc("Its version in the group.")]
    kind: Annotated[Name, doc("Its kind.")]
    name: Annotated[Name, doc("Its name.")]
    namespace: Annotated[str | None, doc("Its namespace; none for a cluster-scoped object.")] = None
    status: Annotated[FreeValue | None, doc("Its own status.")] = None
    health_status: Annotated[str | None, doc("Its state: Healthy, Progressing, Suspended, Degraded or Unknown.")] = None
    last_observed_time: Annotated[Time | None, doc("When it was last observed.")] = None


class RenderedReleaseStatus(ListedConditions):
    """What the RenderedRelease controller reports."""

    resources: Annotated[list[RenderedManifestStatus] | None, doc("The objects that have been applied.")] = None


class RenderedRelease(ApiObject):
    """The manifests of a release for one plane. Controllers alone make it, one or two for each binding."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["RenderedRelease"] = "RenderedRelease"
    spec: RenderedReleaseSpec

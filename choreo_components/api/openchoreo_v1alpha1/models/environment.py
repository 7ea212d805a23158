"""Environments, and the pipelines by which releases are promoted through them."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from choreo_components.api.meta import WireModel, doc
from choreo_components.api.objects import ApiObject
from choreo_components.api.openchoreo_v1alpha1 import API_VERSION
from choreo_components.api.openchoreo_v1alpha1.models.common import ApiVersion
from choreo_components.api.openchoreo_v1alpha1.models.planes import Gateway
from choreo_components.api.shape import HOLLOW, Facets, Rule, immutable_once_set

_NamedEnvironment = Annotated[str, Facets(min_length=1, max_length=63)]


class DataPlaneRef(WireModel):
    """A data plane: of the namespace, or of all namespaces."""

    kind: Annotated[Literal["DataPlane", "ClusterDataPlane"], doc("Whether it is namespaced or cluster-scoped.")]
    name: Annotated[str, doc("Name of the plane.")]


class EnvironmentSpec(WireModel):
    """The spec of an Environment.

    Its controller writes `gateway: {}` if it is missing: the two mean the same.
    """

    RULES: ClassVar[tuple[Rule, ...]] = (immutable_once_set("dataPlaneRef"),)

    data_plane_ref: Annotated[
        DataPlaneRef | None, doc("Its data plane. Immutable once it is set; default: the plane named default.")
    ] = None
    is_production: Annotated[bool | None, doc("Whether it serves production.")] = None
    gateway: Annotated[Gateway | None, HOLLOW, doc("Its gateways, in place of those of its data plane.")] = None


class Environment(ApiObject):
    """A stage such as development or production, with a namespace for each project on its data plane."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["Environment"] = "Environment"
    spec: EnvironmentSpec = Field(default_factory=EnvironmentSpec)


class SourceEnvironmentRef(WireModel):
    """An Environment that releases are promoted from."""

    kind: Annotated[Literal["Environment"], doc("Always an Environment.")] = "Environment"
    name: Annotated[_NamedEnvironment, doc("Name of the Environment.")]


class TargetEnvironmentRef(WireModel):
    """An Environment that releases are promoted to."""

    kind: Annotated[Literal["Environment"], doc("Always an Environment.")] = "Environment"
    name: Annotated[_NamedEnvironment, doc("Name of the Environment.")]


class PromotionPath(WireModel):
    """A step of promotion, from one Environment to the next ones."""

    source_environment_ref: Annotated[SourceEnvironmentRef, doc("Where releases are promoted from.")]
    target_environment_refs: Annotated[
        list[TargetEnvironmentRef], doc("Environments to which they may be promoted from there.")
    ]


class DeploymentPipelineSpec(WireModel):
    """The spec of a DeploymentPipeline."""

    promotion_paths: Annotated[
        list[PromotionPath] | None, doc("Steps of promotion; releases start in the environment that is no target.")
    ] = None


class DeploymentPipeline(ApiObject):
    """The order in which releases pass through Environments."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["DeploymentPipeline"] = "DeploymentPipeline"
    spec: DeploymentPipelineSpec = Field(default_factory=DeploymentPipelineSpec)

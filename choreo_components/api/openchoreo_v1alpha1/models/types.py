"""Types: what platform teams offer projects, components and resources to be made of, and traits to add to them."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from choreo_components.api.meta import WireModel, doc
from choreo_components.api.objects import ApiObject
from choreo_components.api.openchoreo_v1alpha1 import API_VERSION
from choreo_components.api.openchoreo_v1alpha1.models.common import ApiVersion, Name, SecretKeyRef
from choreo_components.api.shape import IMMUTABLE, POINTER, Facets, FreeObject, FreeValue, Items, ListMap, Rule

Expression = Annotated[str, Facets(pattern=r"^\$\{[\s\S]+\}\s*$", meaning="an expression, as in ${parameters.size}")]
Variable = Annotated[
    str,
    Facets(pattern="^[a-zA-Z_][a-zA-Z0-9_]*$", meaning="letters, digits and _, and not begin with a digit"),
]
TargetPlane = Literal["dataplane", "observabilityplane"]
RetainPolicy = Literal["Delete", "Retain"]
WorkloadType = Literal["deployment", "statefulset", "cronjob", "job", "proxy"]


class SchemaSection(WireModel):
    """The allowed values, as an OpenAPI schema."""

    open_api_v3_schema: Annotated[
        FreeObject | None, doc("Schema of the values, with their defaults.", "openAPIV3Schema")
    ] = None


def _misses_variable(wire: Mapping[str, Any]) -> bool:
    return "forEach" in wire and "var" not in wire


class Repeated(WireModel):
    """What is done once, or for each item of a list."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule("has(self.var) || !has(self.forEach)", "forEach needs var, a name for the item", _misses_variable),
    )

    for_each: Annotated[Expression | None, doc("List with an item for each time; needs var.")] = None
    var: Annotated[Variable | None, doc("The name by which expressions refer to the item.")] = None


class Validation(WireModel):
    """A condition on values; nothing is made of them if it is false."""

    rule: Annotated[Expression, doc("Whether it holds.")]
    message: Annotated[Name, doc("The message if it does not hold.")]


class ResourceTemplate(Repeated):
    """An object that a type makes."""

    id: Annotated[Name, doc("Identifier, unique in the type.")]
    target_plane: Annotated[TargetPlane, doc("Plane that it is applied on.")] = "dataplane"
    include_when: Annotated[Expression | None, doc("Whether it is made; default: always.")] = None
    template: Annotated[FreeObject, doc("The object, with expressions.")]


class ProjectTypeSpec(WireModel):
    """The spec of a ProjectType or ClusterProjectType."""

    parameters: Annotated[SchemaSection | None, doc("The parameters of a project.")] = None
    environment_configs: Annotated[SchemaSection | None, doc("The parameters in each environment.")] = None
    validations: Annotated[list[Validation] | None, doc("Conditions that these values must meet.")] = None
    resources: Annotated[
        list[ResourceTemplate],
        Items(least=1),
        ListMap("id"),
        doc("What it makes in each environment: a Namespace named ${metadata.namespace} at least."),
    ]


class ProjectType(ApiObject):
    """What Projects of the namespace have in each environment: their namespace, and what else is in it."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["ProjectType"] = "ProjectType"
    spec: ProjectTypeSpec


class ClusterProjectType(ApiObject):
    """What Projects of any namespace have in each environment: their namespace, and what else is in it."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["ClusterProjectType"] = "ClusterProjectType"
    spec: ProjectTypeSpec


class RenderedTarget(WireModel):
    """Which of the objects that were made are meant."""

    group: Annotated[str, doc("Group of their API; empty for Kubernetes' own.")]
    version: Annotated[Name, doc("Version of their API.")]
    kind: Annotated[Name, doc("Their kind.")]
    where: Annotated[Expression | None, doc("Which of these; default: all.")] = None


class RequiredTarget(RenderedTarget):
    """Which of the objects that were made are meant, and whether one must exist."""

    must_match: Annotated[bool, POINTER, doc("Whether it is an error if there is none.")] = True


class PostRenderValidation(Repeated):
    """A condition on the objects that were made; none is applied if it is false."""

    target: Annotated[RequiredTarget, doc("The objects that it is about.")]
    target_plane: Annotated[TargetPlane, doc("Plane that they are applied on.")] = "dataplane"
    when: Annotated[Expression | None, doc("Whether it is evaluated; default: always.")] = None
    rule: Annotated[Expression, doc("Whether it holds, where resource is the object.")]
    message: Annotated[Name, doc("The message if it does not hold.")]


def _has_both_validations(wire: Mapping[str, Any]) -> bool:
    return bool(wire.get("validations")) and bool(wire.get("preRenderValidations"))


ONE_OF_THE_VALIDATIONS = Rule(
    "!has(self.validations) || size(self.validations) == 0"
    " || !has(self.preRenderValidations) || size(self.preRenderValidations) == 0",
    "validations is an older name of preRenderValidations; use only the latter",
    _has_both_validations,
)


class EmbeddedTrait(WireModel):
    """A trait that all components of a type have."""

    kind: Annotated[Literal["Trait", "ClusterTrait"], doc("Whether it is namespaced or cluster-scoped.")] = "Trait"
    name: Annotated[Name, doc("Name of the trait.")]
    instance_name: Annotated[Name, doc("Name of this use of the trait, unique in its list.")]
    parameters: Annotated[FreeValue | None, doc("Values for its parameters, with expressions.")] = None
    environment_configs: Annotated[
        FreeValue | None, doc("Values for the parameters that it leaves to each environment, with expressions.")
    ] = None


class EmbeddedClusterTrait(WireModel):
    """A trait that all components of a type for all namespaces have."""

    kind: Annotated[Literal["ClusterTrait"], doc("Always a trait of all namespaces.")] = "ClusterTrait"
    name: Annotated[Name, doc("Name of the trait.")]
    instance_name: Annotated[Name, doc("Name of this use of the trait, unique in its list.")]
    parameters: Annotated[FreeValue | None, doc("Values for its parameters, with expressions.")] = None
    environment_configs: Annotated[
        FreeValue | None, doc("Values for the parameters that it leaves to each environment, with expressions.")
    ] = None


class AllowedTrait(WireModel):
    """A trait that components of a type may have."""

    kind: Annotated[Literal["Trait", "ClusterTrait"], doc("Whether it is namespaced or cluster-scoped.")] = "Trait"
    name: Annotated[Name, doc("Name of the trait.")]


class AllowedClusterTrait(WireModel):
    """A trait that components of a type for all namespaces may have."""

    kind: Annotated[Literal["ClusterTrait"], doc("Always a trait of all namespaces.")]
    name: Annotated[Name, doc("Name of the trait.")]


class AllowedWorkflow(WireModel):
    """A workflow that components of a type may use."""

    kind: Annotated[Literal["Workflow", "ClusterWorkflow"], doc("Whether it is namespaced or cluster-scoped.")] = (
        "ClusterWorkflow"
    )
    name: Annotated[Name, doc("Name of the workflow.")]


class AllowedClusterWorkflow(WireModel):
    """A workflow that components of a type for all namespaces may use."""

    kind: Annotated[Literal["ClusterWorkflow"], doc("Always a workflow of all namespaces.")]
    name: Annotated[Name, doc("Name of the workflow.")]


def _has_no_workload(wire: Mapping[str, Any]) -> bool:
    wanted = wire["workloadType"]
    return wanted != "proxy" and all(each.get("id") != wanted for each in wire["resources"])


class AnyComponentTypeSpec(WireModel):
    """The spec of a ComponentType or ClusterComponentType."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "self.resources.exists(each, each.id == self.workloadType) || self.workloadType == 'proxy'",
            "one of the resources needs the workloadType as its id; only a proxy has no such resource",
            _has_no_workload,
        ),
        ONE_OF_THE_VALIDATIONS,
    )

    workload_type: Annotated[WorkloadType, IMMUTABLE, doc("What runs a component of this type. Immutable.")]
    parameters: Annotated[SchemaSection | None, doc("The parameters of a component.")] = None
    environment_configs: Annotated[SchemaSection | None, doc("The parameters in each environment.")] = None
    validations: Annotated[list[Validation] | None, doc("Older name of preRenderValidations.")] = None
    pre_render_validations: Annotated[list[Validation] | None, doc("Conditions that these values must meet.")] = None
    resources: Annotated[
        list[ResourceTemplate],
        Items(least=1),
        doc("What it makes; the id of the workload is the workloadType."),
    ]
    post_render_validations: Annotated[
        list[PostRenderValidation] | None, doc("Conditions that the objects must meet.")
    ] = None


class ComponentTypeSpec(AnyComponentTypeSpec):
    """The spec of a ComponentType."""

    traits: Annotated[list[EmbeddedTrait] | None, doc("Traits that all its components have.")] = None
    allowed_traits: Annotated[list[AllowedTrait] | None, doc("Traits they may have; default: no others.")] = None
    allowed_workflows: Annotated[list[AllowedWorkflow] | None, doc("Workflows that they may use; default: none.")] = (
        None
    )


class ComponentType(ApiObject):
    """The objects that Components of the namespace become in each environment."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["ComponentType"] = "ComponentType"
    spec: ComponentTypeSpec


class ClusterComponentTypeSpec(AnyComponentTypeSpec):
    """The spec of a ClusterComponentType."""

    traits: Annotated[list[EmbeddedClusterTrait] | None, doc("Traits that all its components have.")] = None
    allowed_traits: Annotated[list[AllowedClusterTrait] | None, doc("Traits they may have; default: no others.")] = None
    allowed_workflows: Annotated[
        list[AllowedClusterWorkflow] | None, doc("Workflows that they may use; default: none.")
    ] = None


class ClusterComponentType(ApiObject):
    """The objects that Components of any namespace become in each environment."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["ClusterComponentType"] = "ClusterComponentType"
    spec: ClusterComponentTypeSpec


class TraitTemplate(Repeated):
    """An object that a trait makes."""

    target_plane: Annotated[TargetPlane, doc("Plane that it is applied on.")] = "dataplane"
    include_when: Annotated[Expression | None, doc("Whether it is made; default: always.")] = None
    template: Annotated[FreeObject, doc("The object, with expressions.")]


class PatchOperation(WireModel):
    """A change of an object, as in a JSON patch."""

    op: Annotated[Literal["add", "replace", "remove"], doc("What is done.")]
    path: Annotated[str, doc("Where: a JSON pointer, with expressions.")]
    value: Annotated[FreeValue | None, doc("The new value, with expressions; not for remove.")] = None


class TraitPatch(Repeated):
    """Changes of objects that a component has."""

    target: Annotated[RenderedTarget, doc("The objects that are changed.")]
    target_plane: Annotated[TargetPlane, doc("Plane that they are applied on.")] = "dataplane"
    operations: Annotated[list[PatchOperation], Items(least=1), doc("The changes, one after the other.")]


class TraitRemoval(Repeated):
    """Objects that a component with it does not have."""

    target: Annotated[RenderedTarget, doc("The objects that are left out.")]
    target_plane: Annotated[TargetPlane, doc("Plane that they would be applied on.")] = "dataplane"


class TraitSpec(WireModel):
    """The spec of a Trait or ClusterTrait."""

    RULES: ClassVar[tuple[Rule, ...]] = (ONE_OF_THE_VALIDATIONS,)

    parameters: Annotated[SchemaSection | None, doc("The parameters that a component can set.")] = None
    environment_configs: Annotated[SchemaSection | None, doc("The parameters in each environment.")] = None
    validations: Annotated[list[Validation] | None, doc("Older name of preRenderValidations.")] = None
    pre_render_validations: Annotated[list[Validation] | None, doc("Conditions that these values must meet.")] = None
    creates: Annotated[list[TraitTemplate] | None, doc("What it makes.")] = None
    patches: Annotated[list[TraitPatch] | None, doc("What it changes of what the component has.")] = None
    removes: Annotated[list[TraitRemoval] | None, doc("What it leaves out of what the component has.")] = None
    post_render_validations: Annotated[
        list[PostRenderValidation] | None, doc("Conditions that the objects must meet.")
    ] = None


class Trait(ApiObject):
    """An addition that Components of the namespace may use with their type."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["Trait"] = "Trait"
    spec: TraitSpec


class ClusterTrait(ApiObject):
    """An addition that Components of any namespace may use with their type."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["ClusterTrait"] = "ClusterTrait"
    spec: TraitSpec


class ProvisionedTemplate(WireModel):
    """An object that a type of resources makes."""

    id: Annotated[Name, doc("Identifier, unique in the type.")]
    template: Annotated[FreeObject, doc("The object, with expressions.")]
    include_when: Annotated[Expression | None, doc("Whether it is made; default: always.")] = None
    ready_when: Annotated[Expression | None, doc("Whether it is ready; default: the rule of its kind.")] = None


class ConfigMapKeyRef(WireModel):
    """A key of a ConfigMap."""

    name: Annotated[Name, doc("Name of the ConfigMap.")]
    key: Annotated[Name, doc("Key in it.")]


_SOURCES = ("value", "secretKeyRef", "configMapKeyRef")


def _has_not_one_source(wire: Mapping[str, Any]) -> bool:
    return sum(each in wire for each in _SOURCES) != 1


class ResourceOutput(WireModel):
    """What a resource gives the components that use it: one of value, secretKeyRef and configMapKeyRef."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "[has(self.value), has(self.secretKeyRef), has(self.configMapKeyRef)].exists_one(given, given)",
            "needs one of value, secretKeyRef and configMapKeyRef",
            _has_not_one_source,
        ),
    )

    name: Annotated[Name, doc("The name by which components refer to it.")]
    value: Annotated[str | None, doc("The value itself, with expressions.")] = None
    secret_key_ref: Annotated[SecretKeyRef | None, doc("Where a secret value is kept.")] = None
    config_map_key_ref: Annotated[ConfigMapKeyRef | None, doc("Where a value that is not secret is kept.")] = None


class ResourceTypeSpec(WireModel):
    """The spec of a ResourceType or ClusterResourceType."""

    parameters: Annotated[SchemaSection | None, doc("The parameters of a resource.")] = None
    environment_configs: Annotated[SchemaSection | None, doc("The parameters in each environment.")] = None
    retain_policy: Annotated[RetainPolicy, doc("Whether resources stay when their bindings are deleted.")] = "Delete"
    resources: Annotated[
        list[ProvisionedTemplate], Items(least=1), ListMap("id"), doc("What it makes in each environment.")
    ]
    outputs: Annotated[
        list[ResourceOutput] | None, ListMap("name"), doc("What components that use the resource get from it.")
    ] = None


class ResourceType(ApiObject):
    """The objects that Resources of the namespace, such as databases, become in each environment."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["ResourceType"] = "ResourceType"
    spec: ResourceTypeSpec


class ClusterResourceType(ApiObject):
    """The objects that Resources of any namespace, such as databases, become in each environment."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["ClusterResourceType"] = "ClusterResourceType"
    spec: ResourceTypeSpec

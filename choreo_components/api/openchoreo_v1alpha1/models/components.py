"""Components, what they run, their releases, and what each is in an environment."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from choreo_components.api.meta import WireModel, doc
from choreo_components.api.objects import ApiObject
from choreo_components.api.openchoreo_v1alpha1 import API_VERSION
from choreo_components.api.openchoreo_v1alpha1.models.common import (
    ApiVersion,
    ListedStatus,
    Name,
    Port,
    SecretKeyRef,
    Time,
)
from choreo_components.api.openchoreo_v1alpha1.models.projects import ProjectOwner
from choreo_components.api.openchoreo_v1alpha1.models.types import ComponentTypeSpec, TraitSpec
from choreo_components.api.shape import (
    IMMUTABLE,
    POINTER,
    PRESERVED,
    SEEDED,
    SET,
    Facets,
    FreeObject,
    FreeValue,
    Int32,
    Items,
    ListMap,
    Rule,
)

ComponentTypeKind = Literal["ComponentType", "ClusterComponentType"]
TraitKind = Literal["Trait", "ClusterTrait"]


class ComponentTypeRef(WireModel):
    """A ComponentType of the same namespace, or a ClusterComponentType."""

    kind: Annotated[ComponentTypeKind, doc("Whether it is namespaced or cluster-scoped.")] = "ComponentType"
    name: Annotated[
        str,
        Facets(
            pattern="^(deployment|statefulset|cronjob|job|proxy)/[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
            meaning="the type's workloadType and name, as in deployment/service",
        ),
        doc("The type's workloadType and name, as in deployment/service."),
    ]


class ReleasedComponentTrait(WireModel):
    """A trait that a component had when a release was made."""

    kind: Annotated[TraitKind, doc("Whether it was namespaced or cluster-scoped.")]
    name: Annotated[Name, doc("Name of the trait.")]
    instance_name: Annotated[Name, doc("Name of this use of the trait, unique in its list.")]
    parameters: Annotated[FreeValue | None, doc("Values for the parameters of the trait.")] = None


class ComponentTrait(WireModel):
    """A trait that a component has."""

    kind: Annotated[TraitKind, doc("Whether it is namespaced or cluster-scoped.")] = "Trait"
    name: Annotated[Name, doc("Name of the trait.")]
    instance_name: Annotated[Name, doc("Name of this use of the trait, unique in the component.")]
    parameters: Annotated[FreeValue | None, doc("Values for the parameters of the trait.")] = None


class ComponentWorkflow(WireModel):
    """The workflow that builds a component."""

    kind: Annotated[Literal["Workflow", "ClusterWorkflow"], doc("Whether it is namespaced or cluster-scoped.")] = (
        "ClusterWorkflow"
    )
    name: Annotated[Name, doc("Name of the workflow; the component's type must allow it.")]
    parameters: Annotated[FreeObject | None, doc("Values for the parameters of the workflow.")] = None


class ComponentSpec(WireModel):
    """The spec of a Component."""

    owner: Annotated[ProjectOwner, IMMUTABLE, doc("The project it belongs to. Immutable.")]
    component_type: Annotated[ComponentTypeRef, IMMUTABLE, doc("What the component is deployed as. Immutable.")]
    parameters: Annotated[FreeValue | None, doc("Values for the parameters of its type.")] = None
    traits: Annotated[list[ComponentTrait] | None, doc("Traits of the component.")] = None
    workflow: Annotated[ComponentWorkflow | None, doc("How it is built; not needed for an image that exists.")] = None
    auto_deploy: Annotated[
        bool | None, doc("Whether each new release is deployed to the first environment of the pipeline at once.")
    ] = None
    auto_build: Annotated[
        bool | None, POINTER, doc("Whether new commits are built; the repository must call OpenChoreo's webhook.")
    ] = None


class LatestComponentRelease(WireModel):
    """The newest release of a Component."""

    name: Annotated[Name, doc("Name of the ComponentRelease.")]
    release_hash: Annotated[Name, doc("Hash of its content: another hash makes another release.")]


class ComponentStatus(ListedStatus):
    """What the Component controller reports."""

    latest_release: Annotated[LatestComponentRelease | None, doc("The newest ComponentRelease.")] = None


class Component(ApiObject):
    """A unit of deployment of a Project. What it runs is in its Workload."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["Component"] = "Component"
    spec: ComponentSpec


class ComponentOwner(WireModel):
    """The Component that an object belongs to."""

    project_name: Annotated[Name, doc("Name of the Project of the Component.")]
    component_name: Annotated[Name, doc("Name of the Component.")]


class ValueFrom(WireModel):
    """A value that is kept elsewhere."""

    secret_key_ref: Annotated[SecretKeyRef | None, doc("Where the value is among secrets.")] = None


def _says_twice(wire: Mapping[str, Any]) -> bool:
    return "value" in wire and "valueFrom" in wire


_VALUE_OR_SOURCE = Rule(
    "!has(self.value) || !has(self.valueFrom)", "has both value and valueFrom; give only one of them", _says_twice
)


class EnvVar(WireModel):
    """An environment variable of the container."""

    RULES: ClassVar[tuple[Rule, ...]] = (_VALUE_OR_SOURCE,)

    key: Annotated[str, doc("Name of the variable.")]
    value: Annotated[str | None, doc("Its value; excludes valueFrom.")] = None
    value_from: Annotated[ValueFrom | None, doc("Where its value is kept; excludes value.")] = None


class FileMount(WireModel):
    """A file in the container."""

    RULES: ClassVar[tuple[Rule, ...]] = (_VALUE_OR_SOURCE,)

    key: Annotated[str, doc("Name of the file.")]
    mount_path: Annotated[str, doc("Path of the folder that it is put in.")]
    value: Annotated[str | None, doc("Its content; excludes valueFrom.")] = None
    value_from: Annotated[ValueFrom | None, doc("Where its content is kept; excludes value.")] = None


class Container(WireModel):
    """The container of a workload."""

    image: Annotated[Name, doc("Image, with a tag or a digest.")]
    command: Annotated[list[str] | None, doc("Command, in place of the image's.")] = None
    args: Annotated[list[str] | None, doc("Arguments of the command, in place of the image's.")] = None
    env: Annotated[list[EnvVar] | None, doc("Environment variables.")] = None
    files: Annotated[list[FileMount] | None, doc("Files.")] = None


class EndpointSchema(WireModel):
    """Interface description of an endpoint."""

    type: Annotated[str | None, doc("Language of the description.")] = None
    content: Annotated[str | None, doc("The description itself.")] = None


EndpointType = Literal["HTTP", "gRPC", "GraphQL", "Websocket", "TCP", "UDP"]
EndpointVisibility = Literal["project", "namespace", "internal", "external"]


class WorkloadEndpoint(WireModel):
    """A port that a workload offers. The same project can always reach it."""

    type: Annotated[EndpointType, doc("Protocol of the endpoint.")]
    port: Annotated[Port, doc("Port under which it is reached.")]
    target_port: Annotated[Port | None, doc("Port that the container listens on; default: port.")] = None
    visibility: Annotated[
        list[EndpointVisibility] | None, SET, doc("Further networks from which it can be reached.")
    ] = None
    display_name: Annotated[str | None, doc("Name for people.")] = None
    base_path: Annotated[str | None, doc("Path under which its API is.")] = None
    # `schema` is taken by pydantic.
    schema_: Annotated[EndpointSchema | None, doc("Its interface description.")] = None


class EndpointEnvBindings(WireModel):
    """The environment variables with the address of another component's endpoint."""

    address: Annotated[
        str | None, doc("Variable for the whole address: a URL, or host and port where the protocol has no URLs.")
    ] = None
    host: Annotated[str | None, doc("Variable for the host.")] = None
    port: Annotated[str | None, doc("Variable for the port.")] = None
    base_path: Annotated[str | None, doc("Variable for the path.")] = None


class EndpointDependency(WireModel):
    """An endpoint of another component that a workload calls."""

    project: Annotated[str | None, doc("Project of the other component; default: its own.")] = None
    component: Annotated[Name, doc("Name of the other component.")]
    name: Annotated[Name, doc("Name of the endpoint.")]
    visibility: Annotated[
        Literal["project", "namespace"], doc("Where calls come from: the same project or another one.")
    ]
    env_bindings: Annotated[EndpointEnvBindings, doc("The variables with its address.")]


def _has_empty(wire: Mapping[str, Any]) -> bool:
    return not all(output and target for output, target in wire.items())


_NOTHING_EMPTY = Rule(
    "self.all(output, size(output) > 0 && size(self[output]) > 0)",
    "has an empty name: neither an output nor its target may have one",
    _has_empty,
)


class ResourceDependency(WireModel):
    """A resource of the same project that a workload uses."""

    ref: Annotated[Name, doc("Name of the Resource.")]
    env_bindings: Annotated[
        dict[str, str] | None,
        Items(most=50),
        _NOTHING_EMPTY,
        doc("Environment variables by the outputs of the resource."),
    ] = None
    file_bindings: Annotated[
        dict[str, str] | None,
        Items(most=50),
        _NOTHING_EMPTY,
        doc("Paths of files by those outputs that are in a Secret or ConfigMap."),
    ] = None


class Dependencies(WireModel):
    """What a workload depends on."""

    endpoints: Annotated[
        list[EndpointDependency] | None, Items(most=50), doc("Endpoints of other components that it calls.")
    ] = None
    resources: Annotated[
        list[ResourceDependency] | None, Items(most=50), ListMap("ref"), doc("Resources that it uses.")
    ] = None


class WorkloadTemplate(WireModel):
    """What a component runs."""

    container: Annotated[Container, doc("The container.")]
    endpoints: Annotated[dict[str, WorkloadEndpoint] | None, doc("Endpoints that it offers, by their names.")] = None
    dependencies: Annotated[Dependencies | None, doc("What it depends on.")] = None


class WorkloadSpec(WorkloadTemplate):
    """The spec of a Workload."""

    owner: Annotated[ComponentOwner, IMMUTABLE, doc("The component that runs it. Immutable.")]


class Workload(ApiObject):
    """What a Component runs: an image and its settings. A Component has just one."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["Workload"] = "Workload"
    spec: WorkloadSpec


class ReleasedComponentType(WireModel):
    """A component type as it was when a release was made."""

    kind: Annotated[ComponentTypeKind, doc("Whether it was namespaced or cluster-scoped.")]
    name: Annotated[Name, doc("The type's workloadType and name, as in deployment/service.")]
    spec: Annotated[ComponentTypeSpec, doc("The type's spec at that time.")]


class ReleasedTrait(WireModel):
    """A trait as it was when a release was made."""

    kind: Annotated[TraitKind, doc("Whether it was namespaced or cluster-scoped.")]
    name: Annotated[Name, doc("Name of the trait.")]
    spec: Annotated[TraitSpec, doc("The trait's spec at that time.")]


class ComponentProfile(WireModel):
    """The component when a release was made."""

    parameters: Annotated[FreeValue | None, doc("Values for the parameters of its type.")] = None
    traits: Annotated[list[ReleasedComponentTrait] | None, doc("The traits that it had.")] = None


class ComponentReleaseSpec(WireModel):
    """The spec of a ComponentRelease, which is immutable."""

    owner: Annotated[ComponentOwner, IMMUTABLE, doc("The component it is a release of. Immutable.")]
    component_type: Annotated[ReleasedComponentType, IMMUTABLE, doc("The component's type at that time. Immutable.")]
    # So many that the rules of a trait are not too much work for the API server.
    traits: Annotated[
        list[ReleasedTrait] | None, Items(most=100), IMMUTABLE, doc("The component's traits at that time. Immutable.")
    ] = None
    component_profile: Annotated[
        ComponentProfile | None, IMMUTABLE, doc("The component's parameters at that time. Immutable.")
    ] = None
    workload: Annotated[WorkloadTemplate, IMMUTABLE, doc("What the component ran at that time. Immutable.")]


class ComponentRelease(ApiObject):
    """A Component with its type, its traits and its Workload at one time: what is promoted."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["ComponentRelease"] = "ComponentRelease"
    spec: ComponentReleaseSpec


class ContainerOverride(WireModel):
    """What is different about a container in one environment."""

    env: Annotated[list[EnvVar] | None, doc("Environment variables, added to the workload's or replacing them.")] = None
    files: Annotated[list[FileMount] | None, doc("Files, added to the workload's or replacing them.")] = None


class WorkloadOverrides(WireModel):
    """What is different about a workload in one environment."""

    container: Annotated[ContainerOverride | None, doc("What is different about its container.")] = None


class ReleaseBindingSpec(WireModel):
    """The spec of a ReleaseBinding."""

    owner: Annotated[ComponentOwner, IMMUTABLE, doc("The component. Immutable.")]
    environment: Annotated[str, IMMUTABLE, doc("Name of the Environment. Immutable.")]
    release_name: Annotated[
        str | None,
        SEEDED,
        doc("Name of the ComponentRelease; in the pipeline's first environment, autoDeploy of the component sets it."),
    ] = None
    component_type_environment_configs: Annotated[
        FreeObject | None, doc("Values for the parameters that the component's type leaves to each environment.")
    ] = None
    trait_environment_configs: Annotated[
        dict[str, FreeObject] | None,
        doc("Values for the parameters that a trait leaves to each environment, by its instanceName."),
    ] = None
    workload_overrides: Annotated[
        WorkloadOverrides | None, PRESERVED, doc("What is different about the workload in this environment.")
    ] = None
    state: Annotated[
        Literal["Active", "Undeploy"], doc("Whether the release is deployed, or removed with the binding kept.")
    ] = "Active"


class EndpointUrl(WireModel):
    """Where an endpoint is reached, part by part."""

    scheme: Annotated[str | None, doc("Protocol, such as https or grpc.")] = None
    host: Annotated[Name, doc("Name or IP address of the host.")]
    port: Annotated[Int32 | None, doc("Port.")] = None
    path: Annotated[str | None, doc("Path.")] = None


class GatewayUrls(WireModel):
    """Where an endpoint is reached through a gateway, by the gateway's listeners."""

    http: Annotated[EndpointUrl | None, doc("Without encryption.")] = None
    https: Annotated[EndpointUrl | None, doc("With encryption up to the gateway.")] = None
    tls: Annotated[EndpointUrl | None, doc("With encryption up to the container.")] = None


class EndpointUrls(WireModel):
    """Where an endpoint of a deployed component is reached."""

    name: Annotated[str, doc("Name of the endpoint in the workload.")]
    type: Annotated[str | None, doc("Its protocol.")] = None
    service_url: Annotated[EndpointUrl | None, doc("Address inside the cluster.", name="serviceURL")] = None
    invoke_url: Annotated[str | None, doc("Public URL, if a controller reports it.", name="invokeURL")] = None
    internal_urls: Annotated[GatewayUrls | None, doc("Addresses for the organization.", name="internalURLs")] = None
    external_urls: Annotated[GatewayUrls | None, doc("Public addresses.", name="externalURLs")] = None


class Connection(WireModel):
    """An endpoint that a deployed component calls."""

    namespace: Annotated[Name, doc("Namespace of the component with the endpoint.")]
    project: Annotated[Name, doc("Its project.")]
    component: Annotated[Name, doc("Its name.")]
    endpoint: Annotated[Name, doc("Name of the endpoint.")]


class ConnectionTarget(Connection):
    """An endpoint that a deployed component wants to call."""

    visibility: Annotated[EndpointVisibility, doc("Where calls come from.")]
    environment: Annotated[str | None, doc("Environment of both components.")] = None


class ResolvedConnection(Connection):
    """An endpoint that a deployed component can call."""

    visibility: Annotated[EndpointVisibility, doc("Where calls come from.")]
    url: Annotated[EndpointUrl, doc("Where it is reached.")]


class PendingConnection(Connection):
    """An endpoint that a deployed component needs and cannot call."""

    reason: Annotated[str, doc("Why it cannot.")]


class ResourceConnection(WireModel):
    """A resource that a deployed component uses."""

    namespace: Annotated[Name, doc("Namespace of the component.")]
    project: Annotated[Name, doc("Project of the resource.")]
    resource_name: Annotated[Name, doc("Name of the resource.")]


class ResourceDependencyTarget(ResourceConnection):
    """A resource that a deployed component wants to use."""

    environment: Annotated[Name, doc("Environment of the component, and of the resource.")]


class PendingResourceDependency(ResourceConnection):
    """A resource that a deployed component needs and cannot use."""

    reason: Annotated[str, doc("Why it cannot.")]


class ReleaseBindingStatus(ListedStatus):
    """What the ReleaseBinding controller reports."""

    last_spec_update_time: Annotated[Time | None, doc("When the controller saw the spec change last.")] = None
    endpoints: Annotated[list[EndpointUrls] | None, doc("Where the component's endpoints are reached.")] = None
    connection_targets: Annotated[list[ConnectionTarget] | None, doc("Endpoints that it wants to call.")] = None
    resolved_connections: Annotated[list[ResolvedConnection] | None, doc("Endpoints that it can call.")] = None
    pending_connections: Annotated[list[PendingConnection] | None, doc("Endpoints that it cannot call.")] = None
    resource_dependency_targets: Annotated[
        list[ResourceDependencyTarget] | None, doc("Resources that it wants to use.")
    ] = None
    pending_resource_dependencies: Annotated[
        list[PendingResourceDependency] | None, doc("Resources that it cannot use.")
    ] = None
    secret_reference_names: Annotated[list[str] | None, doc("SecretReferences that it uses.")] = None


class ReleaseBinding(ApiObject):
    """A ComponentRelease in an Environment: deleting it deletes what runs there."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["ReleaseBinding"] = "ReleaseBinding"
    spec: ReleaseBindingSpec

"""Planes: the clusters that run workloads, run workflows, and keep logs and metrics."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from choreo_components.api.meta import WireModel, doc
from choreo_components.api.objects import ApiObject
from choreo_components.api.openchoreo_v1alpha1 import API_VERSION
from choreo_components.api.openchoreo_v1alpha1.models.common import (
    ApiVersion,
    DnsLabel,
    ListedStatus,
    MappedStatus,
    Port,
    Time,
)
from choreo_components.api.shape import HOLLOW, Facets, Rule

PlaneId = Annotated[
    str,
    Facets(
        pattern="^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
        max_length=63,
        meaning="lower-case letters, digits and inner hyphens",
    ),
]


class SecretKeyReference(WireModel):
    """A key of a Secret of Kubernetes."""

    name: Annotated[str, doc("Name of the Secret.")]
    key: Annotated[str, doc("Key in it.")]
    namespace: Annotated[str | None, doc("Namespace of the Secret; default: the plane's own.")] = None


class ClientCa(WireModel):
    """The certificate authority of a plane's agent; give one of the two."""

    secret_key_ref: Annotated[SecretKeyReference | None, doc("Where the PEM text of its certificate is kept.")] = None
    value: Annotated[str | None, doc("The PEM text of its certificate.")] = None


class ClusterAgent(WireModel):
    """The agent in the cluster of a plane, which connects to the control plane by itself."""

    client_ca: Annotated[ClientCa, doc("The issuer of the agent's certificate.", "clientCA")]


class SecretStoreRef(WireModel):
    """A ClusterSecretStore of the External Secrets Operator."""

    name: Annotated[str, doc("Name of the store in the cluster of the plane.")]


class ObservabilityPlaneRef(WireModel):
    """A plane for observability: of the namespace, or of all namespaces."""

    kind: Annotated[
        Literal["ObservabilityPlane", "ClusterObservabilityPlane"], doc("Whether it is namespaced or cluster-scoped.")
    ]
    name: Annotated[DnsLabel, doc("Name of the plane.")]


class ClusterObservabilityPlaneRef(WireModel):
    """A plane for observability of all namespaces."""

    kind: Annotated[Literal["ClusterObservabilityPlane"], doc("Always a plane of all namespaces.")]
    name: Annotated[DnsLabel, doc("Name of the plane.")]


class GatewayListener(WireModel):
    """Where a gateway listens."""

    host: Annotated[str, doc("Domain of the host names that it serves.")]
    port: Annotated[Port, doc("Port, 1 to 65535.")]
    listener_name: Annotated[str | None, doc("Name of the listener in the Gateway object; default: any.")] = None


class GatewayEndpoint(WireModel):
    """A Gateway object, and how it is reached."""

    name: Annotated[str, doc("Name of the Gateway object.")]
    namespace: Annotated[str, doc("Namespace of the Gateway object.")]
    http: Annotated[GatewayListener | None, doc("Where it serves HTTP.")] = None
    https: Annotated[GatewayListener | None, doc("Where it serves HTTPS.")] = None
    tls: Annotated[GatewayListener | None, doc("Where it serves TLS.")] = None


class GatewayNetwork(WireModel):
    """The gateways for traffic of one direction."""

    external: Annotated[GatewayEndpoint | None, doc("Gateway to and from the internet.")] = None
    internal: Annotated[GatewayEndpoint | None, doc("Gateway to and from the company's network.")] = None


class Gateway(WireModel):
    """The gateways of a data plane, or of an environment in place of those."""

    ingress: Annotated[GatewayNetwork | None, doc("Gateways for incoming traffic.")] = None
    egress: Annotated[GatewayNetwork | None, doc("Gateways for outgoing traffic.")] = None


class AgentConnection(WireModel):
    """How an agent is connected, as the control plane saw it last."""

    connected: Annotated[bool, doc("Whether any agent is connected.")]
    connected_agents: Annotated[int, doc("How many agents are connected.")]
    last_connected_time: Annotated[Time | None, doc("When an agent connected last.")] = None
    last_disconnected_time: Annotated[Time | None, doc("When the last of them disconnected.")] = None
    last_heartbeat_time: Annotated[Time | None, doc("When an agent was last heard of.")] = None
    message: Annotated[str | None, doc("Its state, as a sentence for people.")] = None


class PlaneStatus(ListedStatus):
    """What the controller of a plane reports."""

    agent_connection: Annotated[AgentConnection | None, doc("How its agents are connected.")] = None


class ClusterPlaneStatus(MappedStatus):
    """What the controller of a plane for all namespaces reports."""

    agent_connection: Annotated[AgentConnection | None, doc("How its agents are connected.")] = None


class DataPlaneSpec(WireModel):
    """The spec of a DataPlane.

    Its controller writes `gateway: {}` if it is missing: the two mean the same.
    """

    plane_id: Annotated[
        PlaneId | None, doc("The agent's name for the cluster; planes may share one. Default: its name.", "planeID")
    ] = None
    cluster_agent: Annotated[ClusterAgent, doc("How its agent is authenticated.")]
    gateway: Annotated[Gateway | None, HOLLOW, doc("Its gateways.")] = None
    secret_store_ref: Annotated[SecretStoreRef | None, doc("Where the secrets of workloads come from.")] = None
    observability_plane_ref: Annotated[
        ObservabilityPlaneRef | None, doc("Plane that gets logs and metrics; default: the one named default.")
    ] = None


class DataPlane(ApiObject):
    """A Kubernetes cluster that runs the workloads of a namespace's Environments."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["DataPlane"] = "DataPlane"
    spec: DataPlaneSpec


def _is_of_a_namespace(reference: Mapping[str, Any]) -> bool:
    return bool(reference["kind"] != "ClusterObservabilityPlane")


FOR_ALL_NAMESPACES = Rule(
    "self.kind == 'ClusterObservabilityPlane'",
    "a plane for all namespaces can refer to a ClusterObservabilityPlane only",
    _is_of_a_namespace,
)


class ClusterDataPlaneSpec(WireModel):
    """The spec of a ClusterDataPlane.

    Its controller writes `gateway: {}` if it is missing: the two mean the same.
    """

    plane_id: Annotated[PlaneId, doc("The agent's name for the cluster; planes may share one.", "planeID")]
    cluster_agent: Annotated[ClusterAgent, doc("How its agent is authenticated.")]
    gateway: Annotated[Gateway | None, HOLLOW, doc("Its gateways.")] = None
    secret_store_ref: Annotated[SecretStoreRef | None, doc("Where the secrets of workloads come from.")] = None
    observability_plane_ref: Annotated[
        ClusterObservabilityPlaneRef | None,
        FOR_ALL_NAMESPACES,
        doc("Plane that gets logs and metrics; default: the one named default."),
    ] = None


class ClusterDataPlane(ApiObject):
    """A Kubernetes cluster that runs the workloads of Environments of all namespaces."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["ClusterDataPlane"] = "ClusterDataPlane"
    spec: ClusterDataPlaneSpec


class WorkflowPlaneSpec(WireModel):
    """The spec of a WorkflowPlane."""

    plane_id: Annotated[
        PlaneId | None, doc("The agent's name for the cluster; planes may share one. Default: its name.", "planeID")
    ] = None
    cluster_agent: Annotated[ClusterAgent, doc("How its agent is authenticated.")]
    secret_store_ref: Annotated[SecretStoreRef | None, doc("Where the secrets of workflows come from.")] = None
    observability_plane_ref: Annotated[
        ObservabilityPlaneRef | None, doc("Plane that gets logs and metrics; default: the one named default.")
    ] = None


class WorkflowPlane(ApiObject):
    """A Kubernetes cluster that runs the workflows of a namespace, builds among them."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["WorkflowPlane"] = "WorkflowPlane"
    spec: WorkflowPlaneSpec


class ClusterWorkflowPlaneSpec(WireModel):
    """The spec of a ClusterWorkflowPlane."""

    plane_id: Annotated[PlaneId, doc("The agent's name for the cluster; planes may share one.", "planeID")]
    cluster_agent: Annotated[ClusterAgent, doc("How its agent is authenticated.")]
    secret_store_ref: Annotated[SecretStoreRef | None, doc("Where the secrets of workflows come from.")] = None
    observability_plane_ref: Annotated[
        ClusterObservabilityPlaneRef | None,
        FOR_ALL_NAMESPACES,
        doc("Plane that gets logs and metrics; default: the one named default."),
    ] = None


class ClusterWorkflowPlane(ApiObject):
    """A Kubernetes cluster that runs workflows of all namespaces, builds among them."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["ClusterWorkflowPlane"] = "ClusterWorkflowPlane"
    spec: ClusterWorkflowPlaneSpec


class ObservabilityPlaneSpec(WireModel):
    """The spec of an ObservabilityPlane."""

    plane_id: Annotated[
        PlaneId | None, doc("The agent's name for the cluster; planes may share one. Default: its name.", "planeID")
    ] = None
    cluster_agent: Annotated[ClusterAgent, doc("How its agent is authenticated.")]
    observer_url: Annotated[str, doc("URL of the API for logs and metrics.", "observerURL")]
    rca_agent_url: Annotated[str | None, doc("URL of the agent that analyses causes.", "rcaAgentURL")] = None
    fin_ops_agent_url: Annotated[str | None, doc("URL of the agent that analyses costs.", "finOpsAgentURL")] = None


class ObservabilityPlane(ApiObject):
    """A Kubernetes cluster that keeps logs and metrics of a namespace, and watches them."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["ObservabilityPlane"] = "ObservabilityPlane"
    spec: ObservabilityPlaneSpec


class ClusterObservabilityPlaneSpec(WireModel):
    """The spec of a ClusterObservabilityPlane."""

    plane_id: Annotated[PlaneId, doc("The agent's name for the cluster; planes may share one.", "planeID")]
    cluster_agent: Annotated[ClusterAgent, doc("How its agent is authenticated.")]
    observer_url: Annotated[str, doc("URL of the API for logs and metrics.", "observerURL")]
    rca_agent_url: Annotated[str | None, doc("URL of the agent that analyses causes.", "rcaAgentURL")] = None
    fin_ops_agent_url: Annotated[str | None, doc("URL of the agent that analyses costs.", "finOpsAgentURL")] = None


class ClusterObservabilityPlane(ApiObject):
    """A Kubernetes cluster that keeps logs and metrics of all namespaces, and watches them."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["ClusterObservabilityPlane"] = "ClusterObservabilityPlane"
    spec: ClusterObservabilityPlaneSpec

"""The arguments of the components of openchoreo.dev/v1alpha1, with the names of OpenChoreo's YAML.

Written by `python -m choreo_components.components.generate` from the models of the API: change those.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, NotRequired, TypedDict

import pulumi

from choreo_components.components.args import NamespaceMetadataArgs, TimeoutsArgs
from choreo_components.config.options import Controllers

KEYWORDS: dict[tuple[str, str], str] = {}
"""By type and key: the meaning of keys that are keywords of Python, which cannot be attributes of a class."""


class SecretKeyReferenceArgs(TypedDict):
    """A key of a Secret of Kubernetes."""

    name: pulumi.Input[str]
    """Name of the Secret."""
    key: pulumi.Input[str]
    """Key in it."""
    namespace: NotRequired[pulumi.Input[str]]
    """Namespace of the Secret; default: the plane's own."""


class ClientCaArgs(TypedDict):
    """The certificate authority of a plane's agent; give one of the two."""

    secretKeyRef: NotRequired[pulumi.Input[SecretKeyReferenceArgs]]
    """Where the PEM text of its certificate is kept."""
    value: NotRequired[pulumi.Input[str]]
    """The PEM text of its certificate."""


class ClusterAgentArgs(TypedDict):
    """The agent in the cluster of a plane, which connects to the control plane by itself."""

    clientCA: pulumi.Input[ClientCaArgs]
    """The issuer of the agent's certificate."""


class ClusterObservabilityPlaneArgs(TypedDict):
    """A Kubernetes cluster that keeps logs and metrics of all namespaces, and watches them."""

    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    planeID: pulumi.Input[str]
    """The agent's name for the cluster; planes may share one."""
    clusterAgent: pulumi.Input[ClusterAgentArgs]
    """How its agent is authenticated."""
    observerURL: pulumi.Input[str]
    """URL of the API for logs and metrics."""
    rcaAgentURL: NotRequired[pulumi.Input[str]]
    """URL of the agent that analyses causes."""
    finOpsAgentURL: NotRequired[pulumi.Input[str]]
    """URL of the agent that analyses costs."""


class ObservabilityPlaneArgs(TypedDict):
    """A Kubernetes cluster that keeps logs and metrics of a namespace, and watches them."""

    namespace: pulumi.Input[str]
    """Namespace that it is in."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    planeID: NotRequired[pulumi.Input[str]]
    """The agent's name for the cluster; planes may share one. Default: its name."""
    clusterAgent: pulumi.Input[ClusterAgentArgs]
    """How its agent is authenticated."""
    observerURL: pulumi.Input[str]
    """URL of the API for logs and metrics."""
    rcaAgentURL: NotRequired[pulumi.Input[str]]
    """URL of the agent that analyses causes."""
    finOpsAgentURL: NotRequired[pulumi.Input[str]]
    """URL of the agent that analyses costs."""


class GatewayListenerArgs(TypedDict):
    """Where a gateway listens."""

    host: pulumi.Input[str]
    """Domain of the host names that it serves."""
    port: pulumi.Input[int]
    """Port, 1 to 65535."""
    listenerName: NotRequired[pulumi.Input[str]]
    """Name of the listener in the Gateway object; default: any."""


class GatewayEndpointArgs(TypedDict):
    """A Gateway object, and how it is reached."""

    name: pulumi.Input[str]
    """Name of the Gateway object."""
    namespace: pulumi.Input[str]
    """Namespace of the Gateway object."""
    http: NotRequired[pulumi.Input[GatewayListenerArgs]]
    """Where it serves HTTP."""
    https: NotRequired[pulumi.Input[GatewayListenerArgs]]
    """Where it serves HTTPS."""
    tls: NotRequired[pulumi.Input[GatewayListenerArgs]]
    """Where it serves TLS."""


class GatewayNetworkArgs(TypedDict):
    """The gateways for traffic of one direction."""

    external: NotRequired[pulumi.Input[GatewayEndpointArgs]]
    """Gateway to and from the internet."""
    internal: NotRequired[pulumi.Input[GatewayEndpointArgs]]
    """Gateway to and from the company's network."""


class GatewayArgs(TypedDict):
    """The gateways of a data plane, or of an environment in place of those."""

    ingress: NotRequired[pulumi.Input[GatewayNetworkArgs]]
    """Gateways for incoming traffic."""
    egress: NotRequired[pulumi.Input[GatewayNetworkArgs]]
    """Gateways for outgoing traffic."""


class SecretStoreRefArgs(TypedDict):
    """A ClusterSecretStore of the External Secrets Operator."""

    name: pulumi.Input[str]
    """Name of the store in the cluster of the plane."""


class ClusterObservabilityPlaneRefKind(str, Enum):
    """Always a plane of all namespaces."""

    CLUSTEROBSERVABILITYPLANE = "ClusterObservabilityPlane"


class ClusterObservabilityPlaneRefArgs(TypedDict):
    """A plane for observability of all namespaces."""

    kind: pulumi.Input[ClusterObservabilityPlaneRefKind]
    """Always a plane of all namespaces."""
    name: pulumi.Input[str]
    """Name of the plane."""


class ClusterDataPlaneArgs(TypedDict):
    """A Kubernetes cluster that runs the workloads of Environments of all namespaces."""

    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    planeID: pulumi.Input[str]
    """The agent's name for the cluster; planes may share one."""
    clusterAgent: pulumi.Input[ClusterAgentArgs]
    """How its agent is authenticated."""
    gateway: NotRequired[pulumi.Input[GatewayArgs]]
    """Its gateways."""
    secretStoreRef: NotRequired[pulumi.Input[SecretStoreRefArgs]]
    """Where the secrets of workloads come from."""
    observabilityPlaneRef: NotRequired[pulumi.Input[ClusterObservabilityPlaneRefArgs]]
    """Plane that gets logs and metrics; default: the one named default."""


class ObservabilityPlaneRefKind(str, Enum):
    """Whether it is namespaced or cluster-scoped."""

    OBSERVABILITYPLANE = "ObservabilityPlane"
    CLUSTEROBSERVABILITYPLANE = "ClusterObservabilityPlane"


class ObservabilityPlaneRefArgs(TypedDict):
    """A plane for observability: of the namespace, or of all namespaces."""

    kind: pulumi.Input[ObservabilityPlaneRefKind]
    """Whether it is namespaced or cluster-scoped."""
    name: pulumi.Input[str]
    """Name of the plane."""


class DataPlaneArgs(TypedDict):
    """A Kubernetes cluster that runs the workloads of a namespace's Environments."""

    namespace: pulumi.Input[str]
    """Namespace that it is in."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    planeID: NotRequired[pulumi.Input[str]]
    """The agent's name for the cluster; planes may share one. Default: its name."""
    clusterAgent: pulumi.Input[ClusterAgentArgs]
    """How its agent is authenticated."""
    gateway: NotRequired[pulumi.Input[GatewayArgs]]
    """Its gateways."""
    secretStoreRef: NotRequired[pulumi.Input[SecretStoreRefArgs]]
    """Where the secrets of workloads come from."""
    observabilityPlaneRef: NotRequired[pulumi.Input[ObservabilityPlaneRefArgs]]
    """Plane that gets logs and metrics; default: the one named default."""


class ClusterWorkflowPlaneArgs(TypedDict):
    """A Kubernetes cluster that runs workflows of all namespaces, builds among them."""

    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    planeID: pulumi.Input[str]
    """The agent's name for the cluster; planes may share one."""
    clusterAgent: pulumi.Input[ClusterAgentArgs]
    """How its agent is authenticated."""
    secretStoreRef: NotRequired[pulumi.Input[SecretStoreRefArgs]]
    """Where the secrets of workflows come from."""
    observabilityPlaneRef: NotRequired[pulumi.Input[ClusterObservabilityPlaneRefArgs]]
    """Plane that gets logs and metrics; default: the one named default."""


class WorkflowPlaneArgs(TypedDict):
    """A Kubernetes cluster that runs the workflows of a namespace, builds among them."""

    namespace: pulumi.Input[str]
    """Namespace that it is in."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    planeID: NotRequired[pulumi.Input[str]]
    """The agent's name for the cluster; planes may share one. Default: its name."""
    clusterAgent: pulumi.Input[ClusterAgentArgs]
    """How its agent is authenticated."""
    secretStoreRef: NotRequired[pulumi.Input[SecretStoreRefArgs]]
    """Where the secrets of workflows come from."""
    observabilityPlaneRef: NotRequired[pulumi.Input[ObservabilityPlaneRefArgs]]
    """Plane that gets logs and metrics; default: the one named default."""


class ClusterAuthzRoleArgs(TypedDict):
    """A set of actions that may be done in any namespace."""

    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    actions: pulumi.Input[Sequence[pulumi.Input[str]]]
    """What may be done, as in component:create or project:*."""
    description: NotRequired[pulumi.Input[str]]
    """What the role is for."""


class AuthzRoleArgs(TypedDict):
    """A set of actions that may be done in a namespace."""

    namespace: pulumi.Input[str]
    """Namespace that it is in."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    actions: pulumi.Input[Sequence[pulumi.Input[str]]]
    """What may be done, as in component:create or project:*."""
    description: NotRequired[pulumi.Input[str]]
    """What the role is for."""


class EntitlementArgs(TypedDict):
    """The subjects: those whose token has this claim."""

    claim: pulumi.Input[str]
    """Claim of the token, such as groups."""
    value: pulumi.Input[str]
    """Value that it must have."""


class AuthzRoleRefKind(str, Enum):
    """Whether it is namespaced or cluster-scoped."""

    AUTHZROLE = "AuthzRole"
    CLUSTERAUTHZROLE = "ClusterAuthzRole"


class AuthzRoleRefArgs(TypedDict):
    """A role: of the namespace, or of all namespaces."""

    kind: pulumi.Input[AuthzRoleRefKind]
    """Whether it is namespaced or cluster-scoped."""
    name: pulumi.Input[str]
    """Name of the role."""


class ClusterScopeArgs(TypedDict):
    """Scope of a role; without any of these, everywhere."""

    namespace: NotRequired[pulumi.Input[str]]
    """Name of the only namespace."""
    project: NotRequired[pulumi.Input[str]]
    """Name of the only Project of that namespace."""
    component: NotRequired[pulumi.Input[str]]
    """Name of the only Component of that project."""
    resource: NotRequired[pulumi.Input[str]]
    """Name of the only Resource of that project."""


class AuthzConditionArgs(TypedDict):
    """A condition on which a role is granted."""

    actions: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Actions of the role that it is about."""
    expression: pulumi.Input[str]
    """Whether they may be done: an expression in CEL."""


class ClusterRoleMappingArgs(TypedDict):
    """A role, and the part of the cluster in which it is granted.

    The API server of OpenChoreo writes `scope: {}` if it is missing: the two mean the same.
    """

    roleRef: pulumi.Input[AuthzRoleRefArgs]
    """The role, a ClusterAuthzRole."""
    scope: NotRequired[pulumi.Input[ClusterScopeArgs]]
    """Scope of the role; default: everywhere."""
    conditions: NotRequired[pulumi.Input[Sequence[pulumi.Input[AuthzConditionArgs]]]]
    """Conditions on which it is granted; of several for one action, one is enough."""


class ClusterAuthzRoleBindingEffect(str, Enum):
    """Whether the roles are granted or, with deny, revoked."""

    ALLOW = "allow"
    DENY = "deny"


class ClusterAuthzRoleBindingArgs(TypedDict):
    """The roles of subjects, in all namespaces or some."""

    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    entitlement: pulumi.Input[EntitlementArgs]
    """The subjects."""
    roleMappings: pulumi.Input[Sequence[pulumi.Input[ClusterRoleMappingArgs]]]
    """Their roles, with scopes."""
    effect: NotRequired[pulumi.Input[ClusterAuthzRoleBindingEffect]]
    """Whether the roles are granted or, with deny, revoked."""


class NamespaceScopeArgs(TypedDict):
    """Scope of a role in a namespace; without any of these, the whole namespace."""

    project: NotRequired[pulumi.Input[str]]
    """Name of the only Project."""
    component: NotRequired[pulumi.Input[str]]
    """Name of the only Component of that project."""
    resource: NotRequired[pulumi.Input[str]]
    """Name of the only Resource of that project."""


class RoleMappingArgs(TypedDict):
    """A role, and the part of the namespace in which it is granted.

    The API server of OpenChoreo writes `scope: {}` if it is missing: the two mean the same.
    """

    roleRef: pulumi.Input[AuthzRoleRefArgs]
    """The role."""
    scope: NotRequired[pulumi.Input[NamespaceScopeArgs]]
    """Scope of the role; default: the whole namespace."""
    conditions: NotRequired[pulumi.Input[Sequence[pulumi.Input[AuthzConditionArgs]]]]
    """Conditions on which it is granted; of several for one action, one is enough."""


class AuthzRoleBindingEffect(str, Enum):
    """Whether the roles are granted or, with deny, revoked."""

    ALLOW = "allow"
    DENY = "deny"


class AuthzRoleBindingArgs(TypedDict):
    """The roles of subjects in a namespace."""

    namespace: pulumi.Input[str]
    """Namespace that it is in."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    entitlement: pulumi.Input[EntitlementArgs]
    """The subjects."""
    roleMappings: pulumi.Input[Sequence[pulumi.Input[RoleMappingArgs]]]
    """Their roles, with scopes."""
    effect: NotRequired[pulumi.Input[AuthzRoleBindingEffect]]
    """Whether the roles are granted or, with deny, revoked."""


class TargetPlaneRefKind(str, Enum):
    """Kind of the plane."""

    WORKFLOWPLANE = "WorkflowPlane"
    CLUSTERWORKFLOWPLANE = "ClusterWorkflowPlane"
    DATAPLANE = "DataPlane"
    CLUSTERDATAPLANE = "ClusterDataPlane"


class TargetPlaneRefArgs(TypedDict):
    """A plane whose store of secrets is meant."""

    kind: pulumi.Input[TargetPlaneRefKind]
    """Kind of the plane."""
    name: pulumi.Input[str]
    """Name of the plane."""


class SecretTemplateType(str, Enum):
    """Type of the Secret, as Kubernetes has it."""

    OPAQUE = "Opaque"
    KUBERNETES_IO_DOCKERCONFIGJSON = "kubernetes.io/dockerconfigjson"
    KUBERNETES_IO_DOCKERCFG = "kubernetes.io/dockercfg"
    KUBERNETES_IO_BASIC_AUTH = "kubernetes.io/basic-auth"
    KUBERNETES_IO_SSH_AUTH = "kubernetes.io/ssh-auth"
    KUBERNETES_IO_TLS = "kubernetes.io/tls"
    BOOTSTRAP_KUBERNETES_IO_TOKEN = "bootstrap.kubernetes.io/token"


class SecretMetadataArgs(TypedDict):
    """Metadata of a Secret."""

    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations."""


class SecretTemplateArgs(TypedDict):
    """A template of the Secrets that are made of a reference."""

    type: NotRequired[pulumi.Input[SecretTemplateType]]
    """Type of the Secret, as Kubernetes has it."""
    metadata: NotRequired[pulumi.Input[SecretMetadataArgs]]
    """Metadata of the Secret."""


class RemoteRefArgs(TypedDict):
    """A value in a store of secrets."""

    key: pulumi.Input[str]
    """Path of the entry in the store."""
    property: NotRequired[pulumi.Input[str]]
    """Field of the entry; default: all of it."""
    version: NotRequired[pulumi.Input[str]]
    """Version of the entry; its meaning depends on the store."""


class SecretDataSourceArgs(TypedDict):
    """A key of a Secret, and where its value is kept."""

    secretKey: pulumi.Input[str]
    """Key in the Secret."""
    remoteRef: pulumi.Input[RemoteRefArgs]
    """Where its value is kept."""


class SecretReferenceArgs(TypedDict):
    """A secret whose values are kept in a store outside: workloads and workflows name it."""

    namespace: pulumi.Input[str]
    """Namespace that it is in."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    targetPlane: NotRequired[pulumi.Input[TargetPlaneRefArgs]]
    """The plane into whose store the values were put; default: any store."""
    template: pulumi.Input[SecretTemplateArgs]
    """A template of the Secrets."""
    data: pulumi.Input[Sequence[pulumi.Input[SecretDataSourceArgs]]]
    """The keys, and where their values are kept."""
    refreshInterval: NotRequired[pulumi.Input[str]]
    """How often the values are read again, such as 30m."""


class SchemaSectionArgs(TypedDict):
    """The allowed values, as an OpenAPI schema."""

    openAPIV3Schema: NotRequired[pulumi.Input[Mapping[str, Any]]]
    """Schema of the values, with their defaults."""


class ValidationArgs(TypedDict):
    """A condition on values; nothing is made of them if it is false."""

    rule: pulumi.Input[str]
    """Whether it holds."""
    message: pulumi.Input[str]
    """The message if it does not hold."""


class ResourceTemplateTargetPlane(str, Enum):
    """Plane that it is applied on."""

    DATAPLANE = "dataplane"
    OBSERVABILITYPLANE = "observabilityplane"


class ResourceTemplateArgs(TypedDict):
    """An object that a type makes."""

    forEach: NotRequired[pulumi.Input[str]]
    """List with an item for each time; needs var."""
    var: NotRequired[pulumi.Input[str]]
    """The name by which expressions refer to the item."""
    id: pulumi.Input[str]
    """Identifier, unique in the type."""
    targetPlane: NotRequired[pulumi.Input[ResourceTemplateTargetPlane]]
    """Plane that it is applied on."""
    includeWhen: NotRequired[pulumi.Input[str]]
    """Whether it is made; default: always."""
    template: pulumi.Input[Mapping[str, Any]]
    """The object, with expressions."""


class ClusterProjectTypeArgs(TypedDict):
    """What Projects of any namespace have in each environment: their namespace, and what else is in it."""

    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    parameters: NotRequired[pulumi.Input[SchemaSectionArgs]]
    """The parameters of a project."""
    environmentConfigs: NotRequired[pulumi.Input[SchemaSectionArgs]]
    """The parameters in each environment."""
    validations: NotRequired[pulumi.Input[Sequence[pulumi.Input[ValidationArgs]]]]
    """Conditions that these values must meet."""
    resources: pulumi.Input[Sequence[pulumi.Input[ResourceTemplateArgs]]]
    """What it makes in each environment: a Namespace named ${metadata.namespace} at least."""


class ProjectTypeArgs(TypedDict):
    """What Projects of the namespace have in each environment: their namespace, and what else is in it."""

    namespace: pulumi.Input[str]
    """Namespace that it is in."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    parameters: NotRequired[pulumi.Input[SchemaSectionArgs]]
    """The parameters of a project."""
    environmentConfigs: NotRequired[pulumi.Input[SchemaSectionArgs]]
    """The parameters in each environment."""
    validations: NotRequired[pulumi.Input[Sequence[pulumi.Input[ValidationArgs]]]]
    """Conditions that these values must meet."""
    resources: pulumi.Input[Sequence[pulumi.Input[ResourceTemplateArgs]]]
    """What it makes in each environment: a Namespace named ${metadata.namespace} at least."""


class TraitTemplateTargetPlane(str, Enum):
    """Plane that it is applied on."""

    DATAPLANE = "dataplane"
    OBSERVABILITYPLANE = "observabilityplane"


class TraitTemplateArgs(TypedDict):
    """An object that a trait makes."""

    forEach: NotRequired[pulumi.Input[str]]
    """List with an item for each time; needs var."""
    var: NotRequired[pulumi.Input[str]]
    """The name by which expressions refer to the item."""
    targetPlane: NotRequired[pulumi.Input[TraitTemplateTargetPlane]]
    """Plane that it is applied on."""
    includeWhen: NotRequired[pulumi.Input[str]]
    """Whether it is made; default: always."""
    template: pulumi.Input[Mapping[str, Any]]
    """The object, with expressions."""


class RenderedTargetArgs(TypedDict):
    """Which of the objects that were made are meant."""

    group: pulumi.Input[str]
    """Group of their API; empty for Kubernetes' own."""
    version: pulumi.Input[str]
    """Version of their API."""
    kind: pulumi.Input[str]
    """Their kind."""
    where: NotRequired[pulumi.Input[str]]
    """Which of these; default: all."""


class TraitPatchTargetPlane(str, Enum):
    """Plane that they are applied on."""

    DATAPLANE = "dataplane"
    OBSERVABILITYPLANE = "observabilityplane"


class PatchOperationOp(str, Enum):
    """What is done."""

    ADD = "add"
    REPLACE = "replace"
    REMOVE = "remove"


class PatchOperationArgs(TypedDict):
    """A change of an object, as in a JSON patch."""

    op: pulumi.Input[PatchOperationOp]
    """What is done."""
    path: pulumi.Input[str]
    """Where: a JSON pointer, with expressions."""
    value: NotRequired[pulumi.Input[Any]]
    """The new value, with expressions; not for remove."""


class TraitPatchArgs(TypedDict):
    """Changes of objects that a component has."""

    forEach: NotRequired[pulumi.Input[str]]
    """List with an item for each time; needs var."""
    var: NotRequired[pulumi.Input[str]]
    """The name by which expressions refer to the item."""
    target: pulumi.Input[RenderedTargetArgs]
    """The objects that are changed."""
    targetPlane: NotRequired[pulumi.Input[TraitPatchTargetPlane]]
    """Plane that they are applied on."""
    operations: pulumi.Input[Sequence[pulumi.Input[PatchOperationArgs]]]
    """The changes, one after the other."""


class TraitRemovalTargetPlane(str, Enum):
    """Plane that they would be applied on."""

    DATAPLANE = "dataplane"
    OBSERVABILITYPLANE = "observabilityplane"


class TraitRemovalArgs(TypedDict):
    """Objects that a component with it does not have."""

    forEach: NotRequired[pulumi.Input[str]]
    """List with an item for each time; needs var."""
    var: NotRequired[pulumi.Input[str]]
    """The name by which expressions refer to the item."""
    target: pulumi.Input[RenderedTargetArgs]
    """The objects that are left out."""
    targetPlane: NotRequired[pulumi.Input[TraitRemovalTargetPlane]]
    """Plane that they would be applied on."""


class RequiredTargetArgs(TypedDict):
    """Which of the objects that were made are meant, and whether one must exist."""

    group: pulumi.Input[str]
    """Group of their API; empty for Kubernetes' own."""
    version: pulumi.Input[str]
    """Version of their API."""
    kind: pulumi.Input[str]
    """Their kind."""
    where: NotRequired[pulumi.Input[str]]
    """Which of these; default: all."""
    mustMatch: NotRequired[pulumi.Input[bool]]
    """Whether it is an error if there is none."""


class PostRenderValidationTargetPlane(str, Enum):
    """Plane that they are applied on."""

    DATAPLANE = "dataplane"
    OBSERVABILITYPLANE = "observabilityplane"


class PostRenderValidationArgs(TypedDict):
    """A condition on the objects that were made; none is applied if it is false."""

    forEach: NotRequired[pulumi.Input[str]]
    """List with an item for each time; needs var."""
    var: NotRequired[pulumi.Input[str]]
    """The name by which expressions refer to the item."""
    target: pulumi.Input[RequiredTargetArgs]
    """The objects that it is about."""
    targetPlane: NotRequired[pulumi.Input[PostRenderValidationTargetPlane]]
    """Plane that they are applied on."""
    when: NotRequired[pulumi.Input[str]]
    """Whether it is evaluated; default: always."""
    rule: pulumi.Input[str]
    """Whether it holds, where resource is the object."""
    message: pulumi.Input[str]
    """The message if it does not hold."""


class ClusterTraitArgs(TypedDict):
    """An addition that Components of any namespace may use with their type."""

    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    parameters: NotRequired[pulumi.Input[SchemaSectionArgs]]
    """The parameters that a component can set."""
    environmentConfigs: NotRequired[pulumi.Input[SchemaSectionArgs]]
    """The parameters in each environment."""
    validations: NotRequired[pulumi.Input[Sequence[pulumi.Input[ValidationArgs]]]]
    """Older name of preRenderValidations."""
    preRenderValidations: NotRequired[pulumi.Input[Sequence[pulumi.Input[ValidationArgs]]]]
    """Conditions that these values must meet."""
    creates: NotRequired[pulumi.Input[Sequence[pulumi.Input[TraitTemplateArgs]]]]
    """What it makes."""
    patches: NotRequired[pulumi.Input[Sequence[pulumi.Input[TraitPatchArgs]]]]
    """What it changes of what the component has."""
    removes: NotRequired[pulumi.Input[Sequence[pulumi.Input[TraitRemovalArgs]]]]
    """What it leaves out of what the component has."""
    postRenderValidations: NotRequired[pulumi.Input[Sequence[pulumi.Input[PostRenderValidationArgs]]]]
    """Conditions that the objects must meet."""


class TraitArgs(TypedDict):
    """An addition that Components of the namespace may use with their type."""

    namespace: pulumi.Input[str]
    """Namespace that it is in."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    parameters: NotRequired[pulumi.Input[SchemaSectionArgs]]
    """The parameters that a component can set."""
    environmentConfigs: NotRequired[pulumi.Input[SchemaSectionArgs]]
    """The parameters in each environment."""
    validations: NotRequired[pulumi.Input[Sequence[pulumi.Input[ValidationArgs]]]]
    """Older name of preRenderValidations."""
    preRenderValidations: NotRequired[pulumi.Input[Sequence[pulumi.Input[ValidationArgs]]]]
    """Conditions that these values must meet."""
    creates: NotRequired[pulumi.Input[Sequence[pulumi.Input[TraitTemplateArgs]]]]
    """What it makes."""
    patches: NotRequired[pulumi.Input[Sequence[pulumi.Input[TraitPatchArgs]]]]
    """What it changes of what the component has."""
    removes: NotRequired[pulumi.Input[Sequence[pulumi.Input[TraitRemovalArgs]]]]
    """What it leaves out of what the component has."""
    postRenderValidations: NotRequired[pulumi.Input[Sequence[pulumi.Input[PostRenderValidationArgs]]]]
    """Conditions that the objects must meet."""


class ClusterWorkflowPlaneRefKind(str, Enum):
    """Always a plane of all namespaces."""

    CLUSTERWORKFLOWPLANE = "ClusterWorkflowPlane"


class ClusterWorkflowPlaneRefArgs(TypedDict):
    """A plane for workflows of all namespaces."""

    kind: pulumi.Input[ClusterWorkflowPlaneRefKind]
    """Always a plane of all namespaces."""
    name: pulumi.Input[str]
    """Name of the plane."""


class WorkflowResourceArgs(TypedDict):
    """An object that a run of a workflow needs."""

    id: pulumi.Input[str]
    """Identifier, unique in the workflow."""
    template: pulumi.Input[Mapping[str, Any]]
    """The object, with expressions."""
    includeWhen: NotRequired[pulumi.Input[str]]
    """Whether it is made; default: always."""


class ExternalRefKind(str, Enum):
    """Its kind."""

    SECRETREFERENCE = "SecretReference"


class ExternalRefArgs(TypedDict):
    """An object of another owner that a workflow reads."""

    id: pulumi.Input[str]
    """The name by which expressions refer to it."""
    apiVersion: pulumi.Input[str]
    """Its apiVersion."""
    kind: pulumi.Input[ExternalRefKind]
    """Its kind."""
    name: pulumi.Input[str]
    """Its name, which may have expressions."""


class ClusterWorkflowArgs(TypedDict):
    """What a WorkflowRun of any namespace does: a template, and what it needs."""

    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    workflowPlaneRef: NotRequired[pulumi.Input[ClusterWorkflowPlaneRefArgs]]
    """Plane that runs it. Immutable; default: the one named default."""
    parameters: NotRequired[pulumi.Input[SchemaSectionArgs]]
    """The parameters of a run."""
    runTemplate: pulumi.Input[Mapping[str, Any]]
    """The object that is a run, in the namespace ${metadata.namespace}."""
    resources: NotRequired[pulumi.Input[Sequence[pulumi.Input[WorkflowResourceArgs]]]]
    """Further objects that a run needs."""
    externalRefs: NotRequired[pulumi.Input[Sequence[pulumi.Input[ExternalRefArgs]]]]
    """What it reads."""
    ttlAfterCompletion: NotRequired[pulumi.Input[str]]
    """How long a run is kept when it is done, as in 10d."""


class WorkflowPlaneRefKind(str, Enum):
    """Whether it is namespaced or cluster-scoped."""

    WORKFLOWPLANE = "WorkflowPlane"
    CLUSTERWORKFLOWPLANE = "ClusterWorkflowPlane"


class WorkflowPlaneRefArgs(TypedDict):
    """A plane for workflows: of the namespace, or of all namespaces."""

    kind: pulumi.Input[WorkflowPlaneRefKind]
    """Whether it is namespaced or cluster-scoped."""
    name: pulumi.Input[str]
    """Name of the plane."""


class WorkflowArgs(TypedDict):
    """What a WorkflowRun of the namespace does: a template, and what it needs."""

    namespace: pulumi.Input[str]
    """Namespace that it is in."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    workflowPlaneRef: NotRequired[pulumi.Input[WorkflowPlaneRefArgs]]
    """Plane that runs it. Immutable; default: the ClusterWorkflowPlane named default."""
    parameters: NotRequired[pulumi.Input[SchemaSectionArgs]]
    """The parameters of a run."""
    runTemplate: pulumi.Input[Mapping[str, Any]]
    """The object that is a run, in the namespace ${metadata.namespace}."""
    resources: NotRequired[pulumi.Input[Sequence[pulumi.Input[WorkflowResourceArgs]]]]
    """Further objects that a run needs."""
    externalRefs: NotRequired[pulumi.Input[Sequence[pulumi.Input[ExternalRefArgs]]]]
    """What it reads."""
    ttlAfterCompletion: NotRequired[pulumi.Input[str]]
    """How long a run is kept when it is done, as in 10d."""


class ClusterComponentTypeWorkloadType(str, Enum):
    """What runs a component of this type. Immutable."""

    DEPLOYMENT = "deployment"
    STATEFULSET = "statefulset"
    CRONJOB = "cronjob"
    JOB = "job"
    PROXY = "proxy"


class EmbeddedClusterTraitKind(str, Enum):
    """Always a trait of all namespaces."""

    CLUSTERTRAIT = "ClusterTrait"


class EmbeddedClusterTraitArgs(TypedDict):
    """A trait that all components of a type for all namespaces have."""

    kind: NotRequired[pulumi.Input[EmbeddedClusterTraitKind]]
    """Always a trait of all namespaces."""
    name: pulumi.Input[str]
    """Name of the trait."""
    instanceName: pulumi.Input[str]
    """Name of this use of the trait, unique in its list."""
    parameters: NotRequired[pulumi.Input[Any]]
    """Values for its parameters, with expressions."""
    environmentConfigs: NotRequired[pulumi.Input[Any]]
    """Values for the parameters that it leaves to each environment, with expressions."""


class AllowedClusterTraitKind(str, Enum):
    """Always a trait of all namespaces."""

    CLUSTERTRAIT = "ClusterTrait"


class AllowedClusterTraitArgs(TypedDict):
    """A trait that components of a type for all namespaces may have."""

    kind: pulumi.Input[AllowedClusterTraitKind]
    """Always a trait of all namespaces."""
    name: pulumi.Input[str]
    """Name of the trait."""


class AllowedClusterWorkflowKind(str, Enum):
    """Always a workflow of all namespaces."""

    CLUSTERWORKFLOW = "ClusterWorkflow"


class AllowedClusterWorkflowArgs(TypedDict):
    """A workflow that components of a type for all namespaces may use."""

    kind: pulumi.Input[AllowedClusterWorkflowKind]
    """Always a workflow of all namespaces."""
    name: pulumi.Input[str]
    """Name of the workflow."""


class ClusterComponentTypeArgs(TypedDict):
    """The objects that Components of any namespace become in each environment."""

    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    workloadType: pulumi.Input[ClusterComponentTypeWorkloadType]
    """What runs a component of this type. Immutable."""
    parameters: NotRequired[pulumi.Input[SchemaSectionArgs]]
    """The parameters of a component."""
    environmentConfigs: NotRequired[pulumi.Input[SchemaSectionArgs]]
    """The parameters in each environment."""
    validations: NotRequired[pulumi.Input[Sequence[pulumi.Input[ValidationArgs]]]]
    """Older name of preRenderValidations."""
    preRenderValidations: NotRequired[pulumi.Input[Sequence[pulumi.Input[ValidationArgs]]]]
    """Conditions that these values must meet."""
    resources: pulumi.Input[Sequence[pulumi.Input[ResourceTemplateArgs]]]
    """What it makes; the id of the workload is the workloadType."""
    postRenderValidations: NotRequired[pulumi.Input[Sequence[pulumi.Input[PostRenderValidationArgs]]]]
    """Conditions that the objects must meet."""
    traits: NotRequired[pulumi.Input[Sequence[pulumi.Input[EmbeddedClusterTraitArgs]]]]
    """Traits that all its components have."""
    allowedTraits: NotRequired[pulumi.Input[Sequence[pulumi.Input[AllowedClusterTraitArgs]]]]
    """Traits they may have; default: no others."""
    allowedWorkflows: NotRequired[pulumi.Input[Sequence[pulumi.Input[AllowedClusterWorkflowArgs]]]]
    """Workflows that they may use; default: none."""


class ComponentTypeWorkloadType(str, Enum):
    """What runs a component of this type. Immutable."""

    DEPLOYMENT = "deployment"
    STATEFULSET = "statefulset"
    CRONJOB = "cronjob"
    JOB = "job"
    PROXY = "proxy"


class EmbeddedTraitKind(str, Enum):
    """Whether it is namespaced or cluster-scoped."""

    TRAIT = "Trait"
    CLUSTERTRAIT = "ClusterTrait"


class EmbeddedTraitArgs(TypedDict):
    """A trait that all components of a type have."""

    kind: NotRequired[pulumi.Input[EmbeddedTraitKind]]
    """Whether it is namespaced or cluster-scoped."""
    name: pulumi.Input[str]
    """Name of the trait."""
    instanceName: pulumi.Input[str]
    """Name of this use of the trait, unique in its list."""
    parameters: NotRequired[pulumi.Input[Any]]
    """Values for its parameters, with expressions."""
    environmentConfigs: NotRequired[pulumi.Input[Any]]
    """Values for the parameters that it leaves to each environment, with expressions."""


class AllowedTraitKind(str, Enum):
    """Whether it is namespaced or cluster-scoped."""

    TRAIT = "Trait"
    CLUSTERTRAIT = "ClusterTrait"


class AllowedTraitArgs(TypedDict):
    """A trait that components of a type may have."""

    kind: NotRequired[pulumi.Input[AllowedTraitKind]]
    """Whether it is namespaced or cluster-scoped."""
    name: pulumi.Input[str]
    """Name of the trait."""


class AllowedWorkflowKind(str, Enum):
    """Whether it is namespaced or cluster-scoped."""

    WORKFLOW = "Workflow"
    CLUSTERWORKFLOW = "ClusterWorkflow"


class AllowedWorkflowArgs(TypedDict):
    """A workflow that components of a type may use."""

    kind: NotRequired[pulumi.Input[AllowedWorkflowKind]]
    """Whether it is namespaced or cluster-scoped."""
    name: pulumi.Input[str]
    """Name of the workflow."""


class ComponentTypeArgs(TypedDict):
    """The objects that Components of the namespace become in each environment."""

    namespace: pulumi.Input[str]
    """Namespace that it is in."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    workloadType: pulumi.Input[ComponentTypeWorkloadType]
    """What runs a component of this type. Immutable."""
    parameters: NotRequired[pulumi.Input[SchemaSectionArgs]]
    """The parameters of a component."""
    environmentConfigs: NotRequired[pulumi.Input[SchemaSectionArgs]]
    """The parameters in each environment."""
    validations: NotRequired[pulumi.Input[Sequence[pulumi.Input[ValidationArgs]]]]
    """Older name of preRenderValidations."""
    preRenderValidations: NotRequired[pulumi.Input[Sequence[pulumi.Input[ValidationArgs]]]]
    """Conditions that these values must meet."""
    resources: pulumi.Input[Sequence[pulumi.Input[ResourceTemplateArgs]]]
    """What it makes; the id of the workload is the workloadType."""
    postRenderValidations: NotRequired[pulumi.Input[Sequence[pulumi.Input[PostRenderValidationArgs]]]]
    """Conditions that the objects must meet."""
    traits: NotRequired[pulumi.Input[Sequence[pulumi.Input[EmbeddedTraitArgs]]]]
    """Traits that all its components have."""
    allowedTraits: NotRequired[pulumi.Input[Sequence[pulumi.Input[AllowedTraitArgs]]]]
    """Traits they may have; default: no others."""
    allowedWorkflows: NotRequired[pulumi.Input[Sequence[pulumi.Input[AllowedWorkflowArgs]]]]
    """Workflows that they may use; default: none."""


class ResourceTypeRetainPolicy(str, Enum):
    """Whether resources stay when their bindings are deleted."""

    DELETE = "Delete"
    RETAIN = "Retain"


class ProvisionedTemplateArgs(TypedDict):
    """An object that a type of resources makes."""

    id: pulumi.Input[str]
    """Identifier, unique in the type."""
    template: pulumi.Input[Mapping[str, Any]]
    """The object, with expressions."""
    includeWhen: NotRequired[pulumi.Input[str]]
    """Whether it is made; default: always."""
    readyWhen: NotRequired[pulumi.Input[str]]
    """Whether it is ready; default: the rule of its kind."""


class SecretKeyRefArgs(TypedDict):
    """A key of a Secret, or of a SecretReference."""

    name: pulumi.Input[str]
    """Name of the Secret."""
    key: pulumi.Input[str]
    """Key in it."""


class ConfigMapKeyRefArgs(TypedDict):
    """A key of a ConfigMap."""

    name: pulumi.Input[str]
    """Name of the ConfigMap."""
    key: pulumi.Input[str]
    """Key in it."""


class ResourceOutputArgs(TypedDict):
    """What a resource gives the components that use it: one of value, secretKeyRef and configMapKeyRef."""

    name: pulumi.Input[str]
    """The name by which components refer to it."""
    value: NotRequired[pulumi.Input[str]]
    """The value itself, with expressions."""
    secretKeyRef: NotRequired[pulumi.Input[SecretKeyRefArgs]]
    """Where a secret value is kept."""
    configMapKeyRef: NotRequired[pulumi.Input[ConfigMapKeyRefArgs]]
    """Where a value that is not secret is kept."""


class ClusterResourceTypeArgs(TypedDict):
    """The objects that Resources of any namespace, such as databases, become in each environment."""

    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    parameters: NotRequired[pulumi.Input[SchemaSectionArgs]]
    """The parameters of a resource."""
    environmentConfigs: NotRequired[pulumi.Input[SchemaSectionArgs]]
    """The parameters in each environment."""
    retainPolicy: NotRequired[pulumi.Input[ResourceTypeRetainPolicy]]
    """Whether resources stay when their bindings are deleted."""
    resources: pulumi.Input[Sequence[pulumi.Input[ProvisionedTemplateArgs]]]
    """What it makes in each environment."""
    outputs: NotRequired[pulumi.Input[Sequence[pulumi.Input[ResourceOutputArgs]]]]
    """What components that use the resource get from it."""


class ResourceTypeArgs(TypedDict):
    """The objects that Resources of the namespace, such as databases, become in each environment."""

    namespace: pulumi.Input[str]
    """Namespace that it is in."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    parameters: NotRequired[pulumi.Input[SchemaSectionArgs]]
    """The parameters of a resource."""
    environmentConfigs: NotRequired[pulumi.Input[SchemaSectionArgs]]
    """The parameters in each environment."""
    retainPolicy: NotRequired[pulumi.Input[ResourceTypeRetainPolicy]]
    """Whether resources stay when their bindings are deleted."""
    resources: pulumi.Input[Sequence[pulumi.Input[ProvisionedTemplateArgs]]]
    """What it makes in each environment."""
    outputs: NotRequired[pulumi.Input[Sequence[pulumi.Input[ResourceOutputArgs]]]]
    """What components that use the resource get from it."""


class DataPlaneRefKind(str, Enum):
    """Whether it is namespaced or cluster-scoped."""

    DATAPLANE = "DataPlane"
    CLUSTERDATAPLANE = "ClusterDataPlane"


class DataPlaneRefArgs(TypedDict):
    """A data plane: of the namespace, or of all namespaces."""

    kind: pulumi.Input[DataPlaneRefKind]
    """Whether it is namespaced or cluster-scoped."""
    name: pulumi.Input[str]
    """Name of the plane."""


class EnvironmentArgs(TypedDict):
    """A stage such as development or production, with a namespace for each project on its data plane."""

    namespace: pulumi.Input[str]
    """Namespace that it is in."""
    projects: NotRequired[Sequence[str]]
    """Names of the Projects that are bound to it, and so get a namespace in it."""
    dataPlaneKubeconfig: NotRequired[pulumi.Input[str]]
    """Kubeconfig of the data plane, if that is a separate cluster; kept as a secret."""
    dataPlaneGateway: NotRequired[pulumi.Input[GatewayArgs]]
    """Gateway of the data plane. With it, or the argument `gateway`, the environment has the output `hosts`."""
    namespaceMetadata: NotRequired[NamespaceMetadataArgs]
    """Labels and annotations of the namespaces that this program makes, in addition to OpenChoreo's."""
    deleteRetained: NotRequired[pulumi.Input[bool]]
    """Whether what a ResourceReleaseBinding retains may be deleted with the environment; default: false."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    dataPlaneRef: NotRequired[pulumi.Input[DataPlaneRefArgs]]
    """Its data plane. Immutable once it is set; default: the plane named default."""
    isProduction: NotRequired[pulumi.Input[bool]]
    """Whether it serves production."""
    gateway: NotRequired[pulumi.Input[GatewayArgs]]
    """Its gateways, in place of those of its data plane."""


class ObservabilityAlertsNotificationChannelType(str, Enum):
    """Mails or requests."""

    EMAIL = "email"
    WEBHOOK = "webhook"


class ValueFromArgs(TypedDict):
    """A value that is kept elsewhere."""

    secretKeyRef: NotRequired[pulumi.Input[SecretKeyRefArgs]]
    """Where the value is among secrets."""


class SmtpAuthArgs(TypedDict):
    """The credentials of the sender of mails at the mail server."""

    username: pulumi.Input[ValueFromArgs]
    """Where the name is kept."""
    password: pulumi.Input[ValueFromArgs]
    """Where the password is kept."""


class SmtpTlsArgs(TypedDict):
    """Encryption on the way to the mail server."""

    insecureSkipVerify: NotRequired[pulumi.Input[bool]]
    """Whether any certificate of the server is accepted. Not for production."""


class SmtpArgs(TypedDict):
    """The server that accepts mails."""

    host: pulumi.Input[str]
    """Name of the server."""
    port: pulumi.Input[int]
    """Its port."""
    auth: pulumi.Input[SmtpAuthArgs]
    """Credentials of the sender."""
    tls: pulumi.Input[SmtpTlsArgs]
    """Encryption."""


class EmailTemplateArgs(TypedDict):
    """The content of a mail; CEL is allowed in ${…}."""

    subject: pulumi.Input[str]
    """Subject."""
    body: pulumi.Input[str]
    """Text."""


EmailConfigKeywords = TypedDict("EmailConfigKeywords", {"from": pulumi.Input[str]})
"""The keys of EmailConfigArgs that are keywords of Python."""


class EmailConfigArgs(EmailConfigKeywords):
    """Mails to send."""

    to: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Addresses of the receivers."""
    smtp: pulumi.Input[SmtpArgs]
    """The server that accepts the mails."""
    template: pulumi.Input[EmailTemplateArgs]
    """The content of the mails."""


KEYWORDS["EmailConfigArgs", "from"] = "Address of the sender."


class WebhookHeaderArgs(TypedDict):
    """A header of a request."""

    value: NotRequired[pulumi.Input[str]]
    """Its value; excludes valueFrom."""
    valueFrom: NotRequired[pulumi.Input[ValueFromArgs]]
    """Where its value is kept; excludes value."""


class WebhookConfigArgs(TypedDict):
    """Requests to send."""

    url: pulumi.Input[str]
    """URL that the requests are sent to."""
    headers: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[WebhookHeaderArgs]]]]
    """Headers of the requests, by their names."""
    payloadTemplate: NotRequired[pulumi.Input[str]]
    """Body of a request, as JSON with CEL in it; default: everything known of the alert."""


class ObservabilityAlertsNotificationChannelArgs(TypedDict):
    """Who is notified of alerts in an Environment, and how."""

    namespace: pulumi.Input[str]
    """Namespace that it is in."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    environment: pulumi.Input[str]
    """Name of the Environment. Immutable."""
    isEnvDefault: NotRequired[pulumi.Input[bool]]
    """Whether it gets the alerts of the environment that name no channel."""
    type: pulumi.Input[ObservabilityAlertsNotificationChannelType]
    """Mails or requests."""
    emailConfig: NotRequired[pulumi.Input[EmailConfigArgs]]
    """The mails; for channels of type email."""
    webhookConfig: NotRequired[pulumi.Input[WebhookConfigArgs]]
    """The requests; for channels of type webhook."""


class SourceEnvironmentRefKind(str, Enum):
    """Always an Environment."""

    ENVIRONMENT = "Environment"


class SourceEnvironmentRefArgs(TypedDict):
    """An Environment that releases are promoted from."""

    kind: NotRequired[pulumi.Input[SourceEnvironmentRefKind]]
    """Always an Environment."""
    name: pulumi.Input[str]
    """Name of the Environment."""


class TargetEnvironmentRefKind(str, Enum):
    """Always an Environment."""

    ENVIRONMENT = "Environment"


class TargetEnvironmentRefArgs(TypedDict):
    """An Environment that releases are promoted to."""

    kind: NotRequired[pulumi.Input[TargetEnvironmentRefKind]]
    """Always an Environment."""
    name: pulumi.Input[str]
    """Name of the Environment."""


class PromotionPathArgs(TypedDict):
    """A step of promotion, from one Environment to the next ones."""

    sourceEnvironmentRef: pulumi.Input[SourceEnvironmentRefArgs]
    """Where releases are promoted from."""
    targetEnvironmentRefs: pulumi.Input[Sequence[pulumi.Input[TargetEnvironmentRefArgs]]]
    """Environments to which they may be promoted from there."""


class DeploymentPipelineArgs(TypedDict):
    """The order in which releases pass through Environments."""

    namespace: pulumi.Input[str]
    """Namespace that it is in."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    promotionPaths: NotRequired[pulumi.Input[Sequence[pulumi.Input[PromotionPathArgs]]]]
    """Steps of promotion; releases start in the environment that is no target."""


class DeploymentPipelineRefKind(str, Enum):
    """Always a DeploymentPipeline."""

    DEPLOYMENTPIPELINE = "DeploymentPipeline"


class DeploymentPipelineRefArgs(TypedDict):
    """A DeploymentPipeline of the same namespace."""

    kind: NotRequired[pulumi.Input[DeploymentPipelineRefKind]]
    """Always a DeploymentPipeline."""
    name: pulumi.Input[str]
    """Name of the pipeline."""


class ProjectTypeRefKind(str, Enum):
    """Whether it is namespaced or cluster-scoped."""

    PROJECTTYPE = "ProjectType"
    CLUSTERPROJECTTYPE = "ClusterProjectType"


class ProjectTypeRefArgs(TypedDict):
    """A ProjectType of the same namespace, or a ClusterProjectType."""

    kind: NotRequired[pulumi.Input[ProjectTypeRefKind]]
    """Whether it is namespaced or cluster-scoped."""
    name: pulumi.Input[str]
    """Name of the type."""


class ProjectArgs(TypedDict):
    """A group of components and resources that share a namespace in each environment."""

    namespace: pulumi.Input[str]
    """Namespace that it is in."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    deploymentPipelineRef: pulumi.Input[DeploymentPipelineRefArgs]
    """The environments that its components are promoted through."""
    type: pulumi.Input[ProjectTypeRefArgs]
    """What the project is given in each environment. Immutable."""
    parameters: NotRequired[pulumi.Input[Any]]
    """Values for the parameters of its type. They are checked when a release is rendered."""


class ProjectOwnerArgs(TypedDict):
    """The Project that an object belongs to."""

    projectName: pulumi.Input[str]
    """Name of the Project."""


class ProjectReleaseBindingArgs(TypedDict):
    """A Project in an Environment: it makes the namespace there; deleting it deletes that with everything in it."""

    namespace: pulumi.Input[str]
    """Namespace that it is in."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    owner: pulumi.Input[ProjectOwnerArgs]
    """The project. Immutable."""
    environment: pulumi.Input[str]
    """Name of the Environment. Immutable."""
    projectRelease: NotRequired[pulumi.Input[str]]
    """Name of the ProjectRelease; if it is missing, the controller sets the latest, once."""
    environmentConfigs: NotRequired[pulumi.Input[Any]]
    """Values for the parameters that the project's type leaves to each environment."""


class ComponentTypeRefKind(str, Enum):
    """Whether it is namespaced or cluster-scoped."""

    COMPONENTTYPE = "ComponentType"
    CLUSTERCOMPONENTTYPE = "ClusterComponentType"


class ComponentTypeRefArgs(TypedDict):
    """A ComponentType of the same namespace, or a ClusterComponentType."""

    kind: NotRequired[pulumi.Input[ComponentTypeRefKind]]
    """Whether it is namespaced or cluster-scoped."""
    name: pulumi.Input[str]
    """The type's workloadType and name, as in deployment/service."""


class ComponentTraitKind(str, Enum):
    """Whether it is namespaced or cluster-scoped."""

    TRAIT = "Trait"
    CLUSTERTRAIT = "ClusterTrait"


class ComponentTraitArgs(TypedDict):
    """A trait that a component has."""

    kind: NotRequired[pulumi.Input[ComponentTraitKind]]
    """Whether it is namespaced or cluster-scoped."""
    name: pulumi.Input[str]
    """Name of the trait."""
    instanceName: pulumi.Input[str]
    """Name of this use of the trait, unique in the component."""
    parameters: NotRequired[pulumi.Input[Any]]
    """Values for the parameters of the trait."""


class ComponentWorkflowKind(str, Enum):
    """Whether it is namespaced or cluster-scoped."""

    WORKFLOW = "Workflow"
    CLUSTERWORKFLOW = "ClusterWorkflow"


class ComponentWorkflowArgs(TypedDict):
    """The workflow that builds a component."""

    kind: NotRequired[pulumi.Input[ComponentWorkflowKind]]
    """Whether it is namespaced or cluster-scoped."""
    name: pulumi.Input[str]
    """Name of the workflow; the component's type must allow it."""
    parameters: NotRequired[pulumi.Input[Mapping[str, Any]]]
    """Values for the parameters of the workflow."""


class ComponentArgs(TypedDict):
    """A unit of deployment of a Project. What it runs is in its Workload."""

    namespace: pulumi.Input[str]
    """Namespace that it is in."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    owner: pulumi.Input[ProjectOwnerArgs]
    """The project it belongs to. Immutable."""
    componentType: pulumi.Input[ComponentTypeRefArgs]
    """What the component is deployed as. Immutable."""
    parameters: NotRequired[pulumi.Input[Any]]
    """Values for the parameters of its type."""
    traits: NotRequired[pulumi.Input[Sequence[pulumi.Input[ComponentTraitArgs]]]]
    """Traits of the component."""
    workflow: NotRequired[pulumi.Input[ComponentWorkflowArgs]]
    """How it is built; not needed for an image that exists."""
    autoDeploy: NotRequired[pulumi.Input[bool]]
    """Whether each new release is deployed to the first environment of the pipeline at once."""
    autoBuild: NotRequired[pulumi.Input[bool]]
    """Whether new commits are built; the repository must call OpenChoreo's webhook."""


class EnvVarArgs(TypedDict):
    """An environment variable of the container."""

    key: pulumi.Input[str]
    """Name of the variable."""
    value: NotRequired[pulumi.Input[str]]
    """Its value; excludes valueFrom."""
    valueFrom: NotRequired[pulumi.Input[ValueFromArgs]]
    """Where its value is kept; excludes value."""


class FileMountArgs(TypedDict):
    """A file in the container."""

    key: pulumi.Input[str]
    """Name of the file."""
    mountPath: pulumi.Input[str]
    """Path of the folder that it is put in."""
    value: NotRequired[pulumi.Input[str]]
    """Its content; excludes valueFrom."""
    valueFrom: NotRequired[pulumi.Input[ValueFromArgs]]
    """Where its content is kept; excludes value."""


class ContainerArgs(TypedDict):
    """The container of a workload."""

    image: pulumi.Input[str]
    """Image, with a tag or a digest."""
    command: NotRequired[pulumi.Input[Sequence[pulumi.Input[str]]]]
    """Command, in place of the image's."""
    args: NotRequired[pulumi.Input[Sequence[pulumi.Input[str]]]]
    """Arguments of the command, in place of the image's."""
    env: NotRequired[pulumi.Input[Sequence[pulumi.Input[EnvVarArgs]]]]
    """Environment variables."""
    files: NotRequired[pulumi.Input[Sequence[pulumi.Input[FileMountArgs]]]]
    """Files."""


class WorkloadEndpointType(str, Enum):
    """Protocol of the endpoint."""

    HTTP = "HTTP"
    GRPC = "gRPC"
    GRAPHQL = "GraphQL"
    WEBSOCKET = "Websocket"
    TCP = "TCP"
    UDP = "UDP"


class WorkloadEndpointVisibility(str, Enum):
    """Further networks from which it can be reached."""

    PROJECT = "project"
    NAMESPACE = "namespace"
    INTERNAL = "internal"
    EXTERNAL = "external"


class EndpointSchemaArgs(TypedDict):
    """Interface description of an endpoint."""

    type: NotRequired[pulumi.Input[str]]
    """Language of the description."""
    content: NotRequired[pulumi.Input[str]]
    """The description itself."""


class WorkloadEndpointArgs(TypedDict):
    """A port that a workload offers. The same project can always reach it."""

    type: pulumi.Input[WorkloadEndpointType]
    """Protocol of the endpoint."""
    port: pulumi.Input[int]
    """Port under which it is reached."""
    targetPort: NotRequired[pulumi.Input[int]]
    """Port that the container listens on; default: port."""
    visibility: NotRequired[pulumi.Input[Sequence[pulumi.Input[WorkloadEndpointVisibility]]]]
    """Further networks from which it can be reached."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    basePath: NotRequired[pulumi.Input[str]]
    """Path under which its API is."""
    schema: NotRequired[pulumi.Input[EndpointSchemaArgs]]
    """Its interface description."""


class EndpointDependencyVisibility(str, Enum):
    """Where calls come from: the same project or another one."""

    PROJECT = "project"
    NAMESPACE = "namespace"


class EndpointEnvBindingsArgs(TypedDict):
    """The environment variables with the address of another component's endpoint."""

    address: NotRequired[pulumi.Input[str]]
    """Variable for the whole address: a URL, or host and port where the protocol has no URLs."""
    host: NotRequired[pulumi.Input[str]]
    """Variable for the host."""
    port: NotRequired[pulumi.Input[str]]
    """Variable for the port."""
    basePath: NotRequired[pulumi.Input[str]]
    """Variable for the path."""


class EndpointDependencyArgs(TypedDict):
    """An endpoint of another component that a workload calls."""

    project: NotRequired[pulumi.Input[str]]
    """Project of the other component; default: its own."""
    component: pulumi.Input[str]
    """Name of the other component."""
    name: pulumi.Input[str]
    """Name of the endpoint."""
    visibility: pulumi.Input[EndpointDependencyVisibility]
    """Where calls come from: the same project or another one."""
    envBindings: pulumi.Input[EndpointEnvBindingsArgs]
    """The variables with its address."""


class ResourceDependencyArgs(TypedDict):
    """A resource of the same project that a workload uses."""

    ref: pulumi.Input[str]
    """Name of the Resource."""
    envBindings: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Environment variables by the outputs of the resource."""
    fileBindings: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Paths of files by those outputs that are in a Secret or ConfigMap."""


class DependenciesArgs(TypedDict):
    """What a workload depends on."""

    endpoints: NotRequired[pulumi.Input[Sequence[pulumi.Input[EndpointDependencyArgs]]]]
    """Endpoints of other components that it calls."""
    resources: NotRequired[pulumi.Input[Sequence[pulumi.Input[ResourceDependencyArgs]]]]
    """Resources that it uses."""


class ComponentOwnerArgs(TypedDict):
    """The Component that an object belongs to."""

    projectName: pulumi.Input[str]
    """Name of the Project of the Component."""
    componentName: pulumi.Input[str]
    """Name of the Component."""


class WorkloadArgs(TypedDict):
    """What a Component runs: an image and its settings. A Component has just one."""

    namespace: pulumi.Input[str]
    """Namespace that it is in."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    container: pulumi.Input[ContainerArgs]
    """The container."""
    endpoints: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[WorkloadEndpointArgs]]]]
    """Endpoints that it offers, by their names."""
    dependencies: NotRequired[pulumi.Input[DependenciesArgs]]
    """What it depends on."""
    owner: pulumi.Input[ComponentOwnerArgs]
    """The component that runs it. Immutable."""


class ReleasedComponentTypeKind(str, Enum):
    """Whether it was namespaced or cluster-scoped."""

    COMPONENTTYPE = "ComponentType"
    CLUSTERCOMPONENTTYPE = "ClusterComponentType"


class ComponentTypeSpecArgs(TypedDict):
    """The spec of a ComponentType."""

    workloadType: pulumi.Input[ComponentTypeWorkloadType]
    """What runs a component of this type. Immutable."""
    parameters: NotRequired[pulumi.Input[SchemaSectionArgs]]
    """The parameters of a component."""
    environmentConfigs: NotRequired[pulumi.Input[SchemaSectionArgs]]
    """The parameters in each environment."""
    validations: NotRequired[pulumi.Input[Sequence[pulumi.Input[ValidationArgs]]]]
    """Older name of preRenderValidations."""
    preRenderValidations: NotRequired[pulumi.Input[Sequence[pulumi.Input[ValidationArgs]]]]
    """Conditions that these values must meet."""
    resources: pulumi.Input[Sequence[pulumi.Input[ResourceTemplateArgs]]]
    """What it makes; the id of the workload is the workloadType."""
    postRenderValidations: NotRequired[pulumi.Input[Sequence[pulumi.Input[PostRenderValidationArgs]]]]
    """Conditions that the objects must meet."""
    traits: NotRequired[pulumi.Input[Sequence[pulumi.Input[EmbeddedTraitArgs]]]]
    """Traits that all its components have."""
    allowedTraits: NotRequired[pulumi.Input[Sequence[pulumi.Input[AllowedTraitArgs]]]]
    """Traits they may have; default: no others."""
    allowedWorkflows: NotRequired[pulumi.Input[Sequence[pulumi.Input[AllowedWorkflowArgs]]]]
    """Workflows that they may use; default: none."""


class ReleasedComponentTypeArgs(TypedDict):
    """A component type as it was when a release was made."""

    kind: pulumi.Input[ReleasedComponentTypeKind]
    """Whether it was namespaced or cluster-scoped."""
    name: pulumi.Input[str]
    """The type's workloadType and name, as in deployment/service."""
    spec: pulumi.Input[ComponentTypeSpecArgs]
    """The type's spec at that time."""


class ReleasedTraitKind(str, Enum):
    """Whether it was namespaced or cluster-scoped."""

    TRAIT = "Trait"
    CLUSTERTRAIT = "ClusterTrait"


class TraitSpecArgs(TypedDict):
    """The spec of a Trait or ClusterTrait."""

    parameters: NotRequired[pulumi.Input[SchemaSectionArgs]]
    """The parameters that a component can set."""
    environmentConfigs: NotRequired[pulumi.Input[SchemaSectionArgs]]
    """The parameters in each environment."""
    validations: NotRequired[pulumi.Input[Sequence[pulumi.Input[ValidationArgs]]]]
    """Older name of preRenderValidations."""
    preRenderValidations: NotRequired[pulumi.Input[Sequence[pulumi.Input[ValidationArgs]]]]
    """Conditions that these values must meet."""
    creates: NotRequired[pulumi.Input[Sequence[pulumi.Input[TraitTemplateArgs]]]]
    """What it makes."""
    patches: NotRequired[pulumi.Input[Sequence[pulumi.Input[TraitPatchArgs]]]]
    """What it changes of what the component has."""
    removes: NotRequired[pulumi.Input[Sequence[pulumi.Input[TraitRemovalArgs]]]]
    """What it leaves out of what the component has."""
    postRenderValidations: NotRequired[pulumi.Input[Sequence[pulumi.Input[PostRenderValidationArgs]]]]
    """Conditions that the objects must meet."""


class ReleasedTraitArgs(TypedDict):
    """A trait as it was when a release was made."""

    kind: pulumi.Input[ReleasedTraitKind]
    """Whether it was namespaced or cluster-scoped."""
    name: pulumi.Input[str]
    """Name of the trait."""
    spec: pulumi.Input[TraitSpecArgs]
    """The trait's spec at that time."""


class ReleasedComponentTraitKind(str, Enum):
    """Whether it was namespaced or cluster-scoped."""

    TRAIT = "Trait"
    CLUSTERTRAIT = "ClusterTrait"


class ReleasedComponentTraitArgs(TypedDict):
    """A trait that a component had when a release was made."""

    kind: pulumi.Input[ReleasedComponentTraitKind]
    """Whether it was namespaced or cluster-scoped."""
    name: pulumi.Input[str]
    """Name of the trait."""
    instanceName: pulumi.Input[str]
    """Name of this use of the trait, unique in its list."""
    parameters: NotRequired[pulumi.Input[Any]]
    """Values for the parameters of the trait."""


class ComponentProfileArgs(TypedDict):
    """The component when a release was made."""

    parameters: NotRequired[pulumi.Input[Any]]
    """Values for the parameters of its type."""
    traits: NotRequired[pulumi.Input[Sequence[pulumi.Input[ReleasedComponentTraitArgs]]]]
    """The traits that it had."""


class WorkloadTemplateArgs(TypedDict):
    """What a component runs."""

    container: pulumi.Input[ContainerArgs]
    """The container."""
    endpoints: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[WorkloadEndpointArgs]]]]
    """Endpoints that it offers, by their names."""
    dependencies: NotRequired[pulumi.Input[DependenciesArgs]]
    """What it depends on."""


class ComponentReleaseArgs(TypedDict):
    """A Component with its type, its traits and its Workload at one time: what is promoted."""

    namespace: pulumi.Input[str]
    """Namespace that it is in."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    owner: pulumi.Input[ComponentOwnerArgs]
    """The component it is a release of. Immutable."""
    componentType: pulumi.Input[ReleasedComponentTypeArgs]
    """The component's type at that time. Immutable."""
    traits: NotRequired[pulumi.Input[Sequence[pulumi.Input[ReleasedTraitArgs]]]]
    """The component's traits at that time. Immutable."""
    componentProfile: NotRequired[pulumi.Input[ComponentProfileArgs]]
    """The component's parameters at that time. Immutable."""
    workload: pulumi.Input[WorkloadTemplateArgs]
    """What the component ran at that time. Immutable."""


class ContainerOverrideArgs(TypedDict):
    """What is different about a container in one environment."""

    env: NotRequired[pulumi.Input[Sequence[pulumi.Input[EnvVarArgs]]]]
    """Environment variables, added to the workload's or replacing them."""
    files: NotRequired[pulumi.Input[Sequence[pulumi.Input[FileMountArgs]]]]
    """Files, added to the workload's or replacing them."""


class WorkloadOverridesArgs(TypedDict):
    """What is different about a workload in one environment."""

    container: NotRequired[pulumi.Input[ContainerOverrideArgs]]
    """What is different about its container."""


class ReleaseBindingState(str, Enum):
    """Whether the release is deployed, or removed with the binding kept."""

    ACTIVE = "Active"
    UNDEPLOY = "Undeploy"


class ReleaseBindingArgs(TypedDict):
    """A ComponentRelease in an Environment: deleting it deletes what runs there."""

    namespace: pulumi.Input[str]
    """Namespace that it is in."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    owner: pulumi.Input[ComponentOwnerArgs]
    """The component. Immutable."""
    environment: pulumi.Input[str]
    """Name of the Environment. Immutable."""
    releaseName: NotRequired[pulumi.Input[str]]
    """Name of the ComponentRelease; in the pipeline's first environment, autoDeploy of the component sets it."""
    componentTypeEnvironmentConfigs: NotRequired[pulumi.Input[Mapping[str, Any]]]
    """Values for the parameters that the component's type leaves to each environment."""
    traitEnvironmentConfigs: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[Mapping[str, Any]]]]]
    """Values for the parameters that a trait leaves to each environment, by its instanceName."""
    workloadOverrides: NotRequired[pulumi.Input[WorkloadOverridesArgs]]
    """What is different about the workload in this environment."""
    state: NotRequired[pulumi.Input[ReleaseBindingState]]
    """Whether the release is deployed, or removed with the binding kept."""


class ResourceTypeRefKind(str, Enum):
    """Whether it is namespaced or cluster-scoped."""

    RESOURCETYPE = "ResourceType"
    CLUSTERRESOURCETYPE = "ClusterResourceType"


class ResourceTypeRefArgs(TypedDict):
    """A ResourceType of the same namespace, or a ClusterResourceType."""

    kind: NotRequired[pulumi.Input[ResourceTypeRefKind]]
    """Whether it is namespaced or cluster-scoped."""
    name: pulumi.Input[str]
    """Name of the type."""


class ResourceArgs(TypedDict):
    """Something that the components of a Project use, such as a database or a queue."""

    namespace: pulumi.Input[str]
    """Namespace that it is in."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    owner: pulumi.Input[ProjectOwnerArgs]
    """The project it belongs to. Immutable."""
    type: pulumi.Input[ResourceTypeRefArgs]
    """What the resource is made of. Immutable."""
    parameters: NotRequired[pulumi.Input[Any]]
    """Values for the parameters of its type."""


class ResourceOwnerArgs(TypedDict):
    """The Resource that an object belongs to."""

    projectName: pulumi.Input[str]
    """Name of the Project of the Resource."""
    resourceName: pulumi.Input[str]
    """Name of the Resource."""


class ResourceReleaseBindingRetainPolicy(str, Enum):
    """Whether the resource stays when the binding is deleted; default: its type's."""

    DELETE = "Delete"
    RETAIN = "Retain"


class ResourceReleaseBindingArgs(TypedDict):
    """A Resource in an Environment. With the policy Retain it cannot be deleted until the policy is changed."""

    namespace: pulumi.Input[str]
    """Namespace that it is in."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    owner: pulumi.Input[ResourceOwnerArgs]
    """The resource. Immutable."""
    environment: pulumi.Input[str]
    """Name of the Environment. Immutable."""
    resourceRelease: NotRequired[pulumi.Input[str]]
    """Name of the ResourceRelease. No controller sets it: without it, nothing is deployed."""
    resourceTypeEnvironmentConfigs: NotRequired[pulumi.Input[Any]]
    """Values for the parameters that the resource's type leaves to each environment."""
    retainPolicy: NotRequired[pulumi.Input[ResourceReleaseBindingRetainPolicy]]
    """Whether the resource stays when the binding is deleted; default: its type's."""


class WorkflowRunConfigKind(str, Enum):
    """Whether it is namespaced or cluster-scoped. Immutable."""

    WORKFLOW = "Workflow"
    CLUSTERWORKFLOW = "ClusterWorkflow"


class WorkflowRunConfigArgs(TypedDict):
    """The workflow that a run is of, and what it is given."""

    kind: NotRequired[pulumi.Input[WorkflowRunConfigKind]]
    """Whether it is namespaced or cluster-scoped. Immutable."""
    name: pulumi.Input[str]
    """Name of the workflow. Immutable."""
    parameters: NotRequired[pulumi.Input[Mapping[str, Any]]]
    """Values for the workflow's parameters."""


class WorkflowRunArgs(TypedDict):
    """A run of a workflow, such as a build."""

    namespace: pulumi.Input[str]
    """Namespace that it is in."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    description: NotRequired[pulumi.Input[str]]
    """What it is for."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    workflow: pulumi.Input[WorkflowRunConfigArgs]
    """What is run."""
    ttlAfterCompletion: NotRequired[pulumi.Input[str]]
    """How long it is kept when it is done, as in 1h30m; default: its workflow's."""


class AlertSourceType(str, Enum):
    """Logs, a metric or costs."""

    LOG = "log"
    METRIC = "metric"
    BUDGET = "budget"


class AlertSourceArgs(TypedDict):
    """What an alert rule evaluates."""

    type: pulumi.Input[AlertSourceType]
    """Logs, a metric or costs."""
    query: NotRequired[pulumi.Input[str]]
    """Which lines of the logs count; for logs."""
    metric: NotRequired[pulumi.Input[str]]
    """Name of the metric; for metrics."""


class AlertConditionOperator(str, Enum):
    """How the value is compared with the threshold."""

    GT = "gt"
    LT = "lt"
    GTE = "gte"
    LTE = "lte"
    EQ = "eq"


class AlertConditionArgs(TypedDict):
    """When an alert is raised."""

    window: pulumi.Input[str]
    """Length of time that is evaluated, such as 5m."""
    interval: pulumi.Input[str]
    """How often it is evaluated, such as 1m."""
    operator: pulumi.Input[AlertConditionOperator]
    """How the value is compared with the threshold."""
    threshold: pulumi.Input[int]
    """The value it is compared with."""


class AlertNotificationsArgs(TypedDict):
    """Who is notified of an alert."""

    channels: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Names of ObservabilityAlertsNotificationChannels."""


class AlertIncidentArgs(TypedDict):
    """Whether an alert makes an incident, and what happens then."""

    enabled: NotRequired[pulumi.Input[bool]]
    """Whether an incident is made."""
    triggerAiRca: NotRequired[pulumi.Input[bool]]
    """Whether an AI analyses the cause; needs enabled."""
    triggerAiCostAnalysis: NotRequired[pulumi.Input[bool]]
    """Whether an AI analyses the costs; needs enabled, and a source of type budget."""


class AlertActionsArgs(TypedDict):
    """The actions of an alert."""

    notifications: pulumi.Input[AlertNotificationsArgs]
    """Who is notified."""
    incident: NotRequired[pulumi.Input[AlertIncidentArgs]]
    """Whether there is an incident."""


class ObservabilityAlertRuleArgs(TypedDict):
    """A rule by which alerts are raised. Releases of components make it, from a trait."""

    namespace: pulumi.Input[str]
    """Namespace that it is in."""
    ruleName: pulumi.Input[str]
    """Name of the rule for people: the field `name` of its spec."""
    name: NotRequired[str]
    """Name of the object; default: the name of the Pulumi resource."""
    displayName: NotRequired[pulumi.Input[str]]
    """Name for people."""
    labels: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Labels in addition to those of OpenChoreo."""
    annotations: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Annotations in addition to those of OpenChoreo."""
    controllers: NotRequired[Controllers]
    """Whether OpenChoreo's controllers run; default: present."""
    timeouts: NotRequired[TimeoutsArgs]
    """How long to wait before giving up."""
    description: NotRequired[pulumi.Input[str]]
    """What it is about, for people."""
    severity: NotRequired[pulumi.Input[str]]
    """Its severity: info, warning or critical."""
    enabled: NotRequired[pulumi.Input[bool]]
    """Whether the rule applies."""
    source: pulumi.Input[AlertSourceArgs]
    """What it evaluates."""
    condition: pulumi.Input[AlertConditionArgs]
    """When an alert is raised."""
    actions: pulumi.Input[AlertActionsArgs]
    """The actions."""


__all__ = [
    "AlertActionsArgs",
    "AlertConditionArgs",
    "AlertConditionOperator",
    "AlertIncidentArgs",
    "AlertNotificationsArgs",
    "AlertSourceArgs",
    "AlertSourceType",
    "AllowedClusterTraitArgs",
    "AllowedClusterTraitKind",
    "AllowedClusterWorkflowArgs",
    "AllowedClusterWorkflowKind",
    "AllowedTraitArgs",
    "AllowedTraitKind",
    "AllowedWorkflowArgs",
    "AllowedWorkflowKind",
    "AuthzConditionArgs",
    "AuthzRoleArgs",
    "AuthzRoleBindingArgs",
    "AuthzRoleBindingEffect",
    "AuthzRoleRefArgs",
    "AuthzRoleRefKind",
    "ClientCaArgs",
    "ClusterAgentArgs",
    "ClusterAuthzRoleArgs",
    "ClusterAuthzRoleBindingArgs",
    "ClusterAuthzRoleBindingEffect",
    "ClusterComponentTypeArgs",
    "ClusterComponentTypeWorkloadType",
    "ClusterDataPlaneArgs",
    "ClusterObservabilityPlaneArgs",
    "ClusterObservabilityPlaneRefArgs",
    "ClusterObservabilityPlaneRefKind",
    "ClusterProjectTypeArgs",
    "ClusterResourceTypeArgs",
    "ClusterRoleMappingArgs",
    "ClusterScopeArgs",
    "ClusterTraitArgs",
    "ClusterWorkflowArgs",
    "ClusterWorkflowPlaneArgs",
    "ClusterWorkflowPlaneRefArgs",
    "ClusterWorkflowPlaneRefKind",
    "ComponentArgs",
    "ComponentOwnerArgs",
    "ComponentProfileArgs",
    "ComponentReleaseArgs",
    "ComponentTraitArgs",
    "ComponentTraitKind",
    "ComponentTypeArgs",
    "ComponentTypeRefArgs",
    "ComponentTypeRefKind",
    "ComponentTypeSpecArgs",
    "ComponentTypeWorkloadType",
    "ComponentWorkflowArgs",
    "ComponentWorkflowKind",
    "ConfigMapKeyRefArgs",
    "ContainerArgs",
    "ContainerOverrideArgs",
    "DataPlaneArgs",
    "DataPlaneRefArgs",
    "DataPlaneRefKind",
    "DependenciesArgs",
    "DeploymentPipelineArgs",
    "DeploymentPipelineRefArgs",
    "DeploymentPipelineRefKind",
    "EmailConfigArgs",
    "EmailConfigKeywords",
    "EmailTemplateArgs",
    "EmbeddedClusterTraitArgs",
    "EmbeddedClusterTraitKind",
    "EmbeddedTraitArgs",
    "EmbeddedTraitKind",
    "EndpointDependencyArgs",
    "EndpointDependencyVisibility",
    "EndpointEnvBindingsArgs",
    "EndpointSchemaArgs",
    "EntitlementArgs",
    "EnvVarArgs",
    "EnvironmentArgs",
    "ExternalRefArgs",
    "ExternalRefKind",
    "FileMountArgs",
    "GatewayArgs",
    "GatewayEndpointArgs",
    "GatewayListenerArgs",
    "GatewayNetworkArgs",
    "NamespaceScopeArgs",
    "ObservabilityAlertRuleArgs",
    "ObservabilityAlertsNotificationChannelArgs",
    "ObservabilityAlertsNotificationChannelType",
    "ObservabilityPlaneArgs",
    "ObservabilityPlaneRefArgs",
    "ObservabilityPlaneRefKind",
    "PatchOperationArgs",
    "PatchOperationOp",
    "PostRenderValidationArgs",
    "PostRenderValidationTargetPlane",
    "ProjectArgs",
    "ProjectOwnerArgs",
    "ProjectReleaseBindingArgs",
    "ProjectTypeArgs",
    "ProjectTypeRefArgs",
    "ProjectTypeRefKind",
    "PromotionPathArgs",
    "ProvisionedTemplateArgs",
    "ReleaseBindingArgs",
    "ReleaseBindingState",
    "ReleasedComponentTraitArgs",
    "ReleasedComponentTraitKind",
    "ReleasedComponentTypeArgs",
    "ReleasedComponentTypeKind",
    "ReleasedTraitArgs",
    "ReleasedTraitKind",
    "RemoteRefArgs",
    "RenderedTargetArgs",
    "RequiredTargetArgs",
    "ResourceArgs",
    "ResourceDependencyArgs",
    "ResourceOutputArgs",
    "ResourceOwnerArgs",
    "ResourceReleaseBindingArgs",
    "ResourceReleaseBindingRetainPolicy",
    "ResourceTemplateArgs",
    "ResourceTemplateTargetPlane",
    "ResourceTypeArgs",
    "ResourceTypeRefArgs",
    "ResourceTypeRefKind",
    "ResourceTypeRetainPolicy",
    "RoleMappingArgs",
    "SchemaSectionArgs",
    "SecretDataSourceArgs",
    "SecretKeyRefArgs",
    "SecretKeyReferenceArgs",
    "SecretMetadataArgs",
    "SecretReferenceArgs",
    "SecretStoreRefArgs",
    "SecretTemplateArgs",
    "SecretTemplateType",
    "SmtpArgs",
    "SmtpAuthArgs",
    "SmtpTlsArgs",
    "SourceEnvironmentRefArgs",
    "SourceEnvironmentRefKind",
    "TargetEnvironmentRefArgs",
    "TargetEnvironmentRefKind",
    "TargetPlaneRefArgs",
    "TargetPlaneRefKind",
    "TraitArgs",
    "TraitPatchArgs",
    "TraitPatchTargetPlane",
    "TraitRemovalArgs",
    "TraitRemovalTargetPlane",
    "TraitSpecArgs",
    "TraitTemplateArgs",
    "TraitTemplateTargetPlane",
    "ValidationArgs",
    "ValueFromArgs",
    "WebhookConfigArgs",
    "WebhookHeaderArgs",
    "WorkflowArgs",
    "WorkflowPlaneArgs",
    "WorkflowPlaneRefArgs",
    "WorkflowPlaneRefKind",
    "WorkflowResourceArgs",
    "WorkflowRunArgs",
    "WorkflowRunConfigArgs",
    "WorkflowRunConfigKind",
    "WorkloadArgs",
    "WorkloadEndpointArgs",
    "WorkloadEndpointType",
    "WorkloadEndpointVisibility",
    "WorkloadOverridesArgs",
    "WorkloadTemplateArgs",
]

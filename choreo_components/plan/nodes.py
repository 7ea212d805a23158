"""The nodes of a plan: the objects that a stack declares, and what is created with them in the cluster."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeAlias

from choreo_components.api.generation import NAMESPACE, SECRET, Generation, Role
from choreo_components.api.generations import generations
from choreo_components.config.findings import Finding
from choreo_components.config.neighbours import Neighbour
from choreo_components.config.settings import Declared
from choreo_components.plan.references import Index, Reference

KUBERNETES = "v1"
"""The apiVersion of namespaces and Secrets."""


@dataclass(frozen=True)
class Key:
    """The identity of a node: the apiVersion of its generation, its kind, its organization, and its name there.

    For an object of another API, the apiVersion is that of the object.
    """

    api_version: str
    kind: str
    organization: str
    name: str

    @classmethod
    def of(cls, declared: Declared) -> "Key":
        """The node of an object that a stack declares."""
        return cls(declared.generation.api_version, declared.kind, declared.organization, declared.name)

    @classmethod
    def of_neighbour(cls, neighbour: Neighbour) -> "Key":
        """The node of an object of another API: its namespace takes the place of the organization."""
        return cls(neighbour.api_version, neighbour.kind, neighbour.namespace, neighbour.name)

    @property
    def role(self) -> Role | None:
        """The role of an object of OpenChoreo in a plan; None for any other object."""
        generation = generations().get(self.api_version)
        return None if generation is None else generation.role(self.kind)

    @property
    def full_name(self) -> str:
        """ORGANIZATION/NAME; for an organization and a cluster-wide object, its name."""
        return f"{self.organization}/{self.name}" if self.organization and self.role is not Role.TENANT else self.name

    def __lt__(self, other: "Key") -> bool:
        return self._sorted < other._sorted

    @property
    def _sorted(self) -> tuple[str, ...]:
        return self.kind, self.organization, self.name, self.api_version

    def __str__(self) -> str:
        return f"{self.kind} {self.organization}/{self.name}"


@dataclass(frozen=True)
class ObjectNode:
    """An object that the stack declares, or one that is added for one of its environments.

    `wait` is the condition that says that it is reconciled, if there is one. `environment` is the one that it is added
    for.
    """

    key: Key
    declared: Declared
    wait: str | None
    environment: Key | None = None


@dataclass(frozen=True)
class NamespaceNode:
    """The data-plane namespace of a project in an environment of the stack; `name` is its name in the cluster.

    `declared` is the environment.
    """

    key: Key
    environment: Key
    project: str
    name: str
    declared: Declared = field(repr=False)


@dataclass(frozen=True)
class FinalizerNode:
    """The finalizer of an environment of the stack, which is `declared`."""

    key: Key
    environment: Key
    declared: Declared = field(repr=False)


@dataclass(frozen=True)
class SecretNode:
    """The Secret that a DataPlane of the stack refers to, in which other stacks find the data plane's kubeconfig.

    `declared` is that data plane.
    """

    key: Key
    data_plane: Key
    declared: Declared = field(repr=False)


@dataclass(frozen=True)
class NeighbourNode:
    """An object of another API than OpenChoreo's that the stack declares.

    `home` is the node that creates its namespace; None if it has no namespace, or one that the stack does not create.
    """

    key: Key
    neighbour: Neighbour
    home: Key | None = None


OwnNode: TypeAlias = ObjectNode | NamespaceNode | FinalizerNode | SecretNode

Node: TypeAlias = OwnNode | NeighbourNode


@dataclass(frozen=True)
class ObjectInCluster:
    """An object of a plan in a cluster: one that is declared, or one that is created with it.

    `node` is the one that creates it, and `declared` the object of the stack that it is or is created with.
    `environment` is the one on whose data plane it is; None: it is on the control plane. `labels` are those by which
    OpenChoreo finds an object that is not declared itself. `tenant`: it is the namespace of an organization.
    """

    api_version: str
    kind: str
    namespace: str | None
    name: str
    node: Key
    declared: Declared
    environment: Key | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    tenant: bool = False

    @property
    def is_declared(self) -> bool:
        """Whether it is declared itself, and not created with another object."""
        return self.node.kind == self.kind and self.api_version == self.declared.object.api_version


@dataclass(frozen=True)
class Plan:
    """What a stack becomes.

    `nodes` are in an order in which they can be created; `needs` are the nodes that each one is created after and
    deleted before. `outside` are the references to objects that the stack does not declare; `index` finds those that it
    does.
    """

    nodes: tuple[Node, ...]
    needs: Mapping[Key, tuple[Key, ...]]
    outside: tuple[Reference, ...]
    findings: tuple[Finding, ...]
    index: Index

    @cached_property
    def objects(self) -> tuple[ObjectNode, ...]:
        """The objects that the stack declares."""
        return tuple(node for node in self.nodes if isinstance(node, ObjectNode))

    @cached_property
    def namespaces(self) -> tuple[NamespaceNode, ...]:
        """The data-plane namespaces."""
        return tuple(node for node in self.nodes if isinstance(node, NamespaceNode))

    @cached_property
    def finalizers(self) -> tuple[FinalizerNode, ...]:
        """The finalizers of the environments."""
        return tuple(node for node in self.nodes if isinstance(node, FinalizerNode))

    @cached_property
    def secrets(self) -> tuple[SecretNode, ...]:
        """The Secrets with the kubeconfigs of data planes."""
        return tuple(node for node in self.nodes if isinstance(node, SecretNode))

    @cached_property
    def neighbours(self) -> tuple[NeighbourNode, ...]:
        """The objects of other APIs."""
        return tuple(node for node in self.nodes if isinstance(node, NeighbourNode))

    @cached_property
    def own(self) -> "tuple[OwnNode, ...]":
        """All nodes but the objects of other APIs."""
        return tuple(node for node in self.nodes if not isinstance(node, NeighbourNode))

    @cached_property
    def generations(self) -> tuple[Generation, ...]:
        """The generations of the objects, each once."""
        return tuple(dict.fromkeys(node.declared.generation for node in self.objects))

    def of_role(self, role: Role) -> Iterator[ObjectNode]:
        """The declared objects of a role."""
        return (node for node in self.objects if node.declared.role is role)

    @cached_property
    def objects_in_cluster(self) -> tuple[ObjectInCluster, ...]:
        """All objects in clusters that the plan has for OpenChoreo, in an order of creation."""
        return tuple(each for node in self.own for each in _in_cluster(node))

    def dependents(self, keys: Collection[Key]) -> set[Key]:
        """These nodes, and those that need one of them directly or indirectly, and so are deleted before them."""
        found = set(keys)
        for node in self.nodes:
            if found & set(self.needs[node.key]):
                found.add(node.key)
        return found

    def without(self, keys: Collection[Key]) -> "Plan":
        """The same plan without these nodes."""
        if not keys:
            return self
        needs = {
            key: tuple(each for each in needed if each not in keys)
            for key, needed in self.needs.items()
            if key not in keys
        }
        return replace(self, nodes=tuple(node for node in self.nodes if node.key not in keys), needs=needs)

    def without_waits(self, kinds: Collection[tuple[str, str]]) -> "Plan":
        """The same plan without waiting for objects of these kinds, each with its apiVersion."""
        nodes = (
            replace(n, wait=None) if isinstance(n, ObjectNode) and (n.key.api_version, n.key.kind) in kinds else n
            for n in self.nodes
        )
        return replace(self, nodes=tuple(nodes))


def _in_cluster(node: OwnNode) -> Iterator[ObjectInCluster]:
    key, declared = node.key, node.declared
    match node:
        case ObjectNode():
            api_version, namespace = declared.object.api_version, declared.object.metadata.namespace
            is_namespace = declared.role is Role.TENANT and declared.generation.tenant_is_a_namespace
            labels = declared.labels if is_namespace else {}
            yield ObjectInCluster(
                api_version, key.kind, namespace, key.name, key, declared, labels=labels, tenant=is_namespace
            )
            if declared.role is Role.TENANT and not is_namespace:
                labels = declared.generation.namespaces.tenant_labels(key.name)
                yield ObjectInCluster(KUBERNETES, NAMESPACE, None, key.name, key, declared, labels=labels, tenant=True)
        case NamespaceNode():
            labels = declared.generation.namespaces.labels(key.organization, node.project, declared.name)
            yield ObjectInCluster(
                KUBERNETES, NAMESPACE, None, node.name, key, declared, environment=node.environment, labels=labels
            )
        case SecretNode():
            labels = declared.generation.data_planes.connection_labels(key.organization, key.name, declared.name)
            yield ObjectInCluster(KUBERNETES, SECRET, key.organization, key.name, key, declared, labels=labels)

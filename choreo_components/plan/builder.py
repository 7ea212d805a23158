"""A plan: what a stack's objects become in the cluster, in which order, and what is wrong with them.

Pure: no Pulumi, no network. The program, the pictures, the checks and the commands all read the one plan.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from choreo_components.api import kind_of
from choreo_components.api.annotations import of_provider
from choreo_components.api.core_v1 import labels
from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.api.names import Use, refusal
from choreo_components.config.findings import Finding, Severity, error
from choreo_components.config.options import Controllers
from choreo_components.config.settings import Declared, Settings
from choreo_components.plan.checks import check, size
from choreo_components.plan.references import (
    Index,
    Reference,
    Target,
    promoted_environments,
    references,
)

CREATION_ORDER = (
    "Organization",
    "Secret",
    "DataPlane",
    "Environment",
    "DeploymentPipeline",
    "Project",
    "Component",
    "DeploymentTrack",
    "ConfigurationGroup",
    "Build",
    "DeployableArtifact",
    "Namespace",
    "EnvironmentFinalizer",
    "Deployment",
    "Endpoint",
)
"""The kinds in the order in which they can be created: what one refers to stands before it. Destroy is the reverse."""

_WORKLOADS = (
    "Component",
    "DeploymentTrack",
    "ConfigurationGroup",
    "Build",
    "DeployableArtifact",
)
"""What Deployments are made of: it has to outlive the finalizer's sweep, or they never finalize."""


@dataclass(frozen=True, order=True)
class Key:
    """Which node of a plan: its kind, its organization, and its name there."""

    kind: str
    organization: str
    name: str

    @classmethod
    def of(cls, declared: Declared) -> "Key":
        """The node of an object that a stack declares."""
        return cls(declared.kind, declared.organization, declared.name)

    def __str__(self) -> str:
        return f"{self.kind} {self.organization}/{self.name}"


@dataclass(frozen=True)
class ObjectNode:
    """An object that the stack declares. `wait` is the condition that says it is reconciled, where one ever does."""

    key: Key
    declared: Declared
    wait: str | None


@dataclass(frozen=True)
class NamespaceNode:
    """The data-plane namespace of a project in an environment of the stack; `name` is its name in the cluster."""

    key: Key
    environment: Key
    project: str
    name: str


@dataclass(frozen=True)
class FinalizerNode:
    """The finalizer of an environment of the stack."""

    key: Key
    environment: Key


@dataclass(frozen=True)
class SecretNode:
    """The Secret that a DataPlane of the stack refers to: other stacks find the data plane's kubeconfig in it."""

    key: Key
    data_plane: Key


Node = ObjectNode | NamespaceNode | FinalizerNode | SecretNode


@dataclass(frozen=True)
class Plan:
    """What a stack becomes.

    `nodes` stand in an order in which they can be created; `needs` are the nodes that each one comes after, and which
    it has to be gone before. `outside` are the references to objects that the stack does not declare; `index` finds
    those that it does.
    """

    nodes: tuple[Node, ...]
    needs: Mapping[Key, tuple[Key, ...]]
    outside: tuple[Reference, ...]
    findings: tuple[Finding, ...]
    index: Index

    def dependants(self, keys: Collection[Key]) -> set[Key]:
        """The nodes that need one of these, by way of others too, and these themselves; they go before them."""
        found = set(keys)
        for node in self.nodes:
            if found & set(self.needs[node.key]):
                found.add(node.key)
        return found

    def without_waits(self, kinds: Collection[str]) -> "Plan":
        """The same plan, but nothing of these kinds is waited for."""
        nodes = (replace(n, wait=None) if isinstance(n, ObjectNode) and n.key.kind in kinds else n for n in self.nodes)
        return replace(self, nodes=tuple(nodes))


def plan(settings: Settings) -> Plan:
    """The plan of a stack. The same settings in another order give the same plan."""
    builder = _Builder(settings)
    return builder.plan()


class _Builder:
    """Derives nodes and edges from a stack's objects."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.declared = sorted(
            settings.declared,
            key=lambda each: (
                CREATION_ORDER.index(each.kind),
                each.organization,
                each.name,
            ),
        )
        # The declared ones count by their names, as they come last.
        self.index = Index([*settings.contradicting, *self.declared])
        self.by_kind: dict[str, list[Declared]] = defaultdict(list)
        for each in self.declared:
            self.by_kind[each.kind].append(each)
        self.needs: dict[Key, set[Key]] = defaultdict(set)
        self.outside: list[Reference] = []
        self.findings: list[Finding] = []

    def plan(self) -> Plan:
        objects = [ObjectNode(Key.of(each), each, self.wait(each)) for each in self.declared]
        for each in self.declared:
            self.connect(each)
        secrets = self.secrets()
        namespaces = [node for each in self.by_kind["Environment"] for node in self.namespaces(each)]
        finalizers = self.finalizers(namespaces)
        for deployment in self.by_kind["Deployment"]:
            finalizer = Key(
                "EnvironmentFinalizer",
                deployment.organization,
                deployment.labels[labels.ENVIRONMENT],
            )
            if finalizer in self.needs:
                self.needs[Key.of(deployment)].add(finalizer)
        nodes: list[Node] = [*objects, *secrets, *namespaces, *finalizers]
        nodes.sort(key=lambda node: (CREATION_ORDER.index(node.key.kind), node.key))
        triples = [(node.key.organization, node.project, node.environment.name) for node in namespaces]
        return Plan(
            nodes=tuple(nodes),
            needs={node.key: tuple(sorted(self.needs[node.key], key=_creation)) for node in nodes},
            outside=tuple(self.outside),
            findings=(
                *self.findings,
                *(found for node in objects for found in self.sizes(node)),
                *check(self.declared, triples),
            ),
            index=self.index,
        )

    def wait(self, declared: Declared) -> str | None:
        if self.settings.controllers is Controllers.ABSENT:
            return None
        return kind_of(declared.object.api_version, declared.kind).ready_condition

    def sizes(self, node: ObjectNode) -> Iterator[Finding]:
        kind = kind_of(node.declared.object.api_version, node.key.kind)
        return size(node.declared, of_provider(kind, waits=node.wait is not None))

    def connect(self, declared: Declared) -> None:
        """Edges to what the object refers to; the organization stands behind all of it already."""
        key = Key.of(declared)
        self.needs[key] = set()
        organization: Declared | None = None
        for reference in references(declared):
            found = self.index.find(reference.target)
            if found is None:
                self.outside.append(reference)
            elif found.kind == "Organization":
                organization = found
            else:
                self.needs[key].add(Key.of(found))
        if organization is not None and not self.needs[key]:
            self.needs[key].add(Key.of(organization))

    def ambiguous(self) -> Iterator[Finding]:
        """An error for each kubeconfig in the settings whose name means data planes of several organizations."""
        meant: dict[str, set[str]] = defaultdict(set)
        for each in self.by_kind["DataPlane"]:
            meant[each.name].add(each.organization)
        for each in self.by_kind["Environment"]:
            if each.spec.data_plane_ref:
                meant[each.spec.data_plane_ref].add(each.organization)
        for name, kubeconfig in self.settings.data_plane_kubeconfigs.items():
            if len(meant[name]) > 1:
                organizations = " and ".join(map(repr, sorted(meant[name])))
                message = (
                    f"organizations {organizations} of this stack each have a data plane {name!r}, and they would "
                    "share this kubeconfig: give each organization a stack of its own, or the data planes other names"
                )
                yield error(kubeconfig.where, message)

    def secrets(self) -> list[SecretNode]:
        """The Secrets of those data planes whose kubeconfigs the stack has; each comes before its DataPlane."""
        given = self.settings.data_plane_kubeconfigs
        self.findings += self.ambiguous()
        nodes: dict[Key, SecretNode] = {}
        for each in self.by_kind["DataPlane"]:
            described = each.object.to_wire()["spec"]["kubernetesCluster"]
            name = described.get("connectionConfigRef")
            if not name or each.name not in given:
                continue
            key = Key("Secret", each.organization, name)
            first = nodes.setdefault(key, SecretNode(key, Key.of(each))).data_plane
            if given[first.name].given != given[each.name].given:
                message = f"data planes {first.name!r} and {each.name!r} name one Secret, and have two kubeconfigs"
                self.findings.append(error(each.at("spec", "kubernetesCluster", "connectionConfigRef"), message))
            if refused := refusal(name, Use.OBJECT) or refusal(name, Use.LABEL_VALUE):
                where = each.at("spec", "kubernetesCluster", "connectionConfigRef")
                self.findings.append(
                    error(where, f"Kubernetes would refuse the name {name!r} of the Secret: {refused}")
                )
            # The organization stands behind its Secret.
            self.needs[key] = {needed for needed in self.needs[Key.of(each)] if needed.kind == "Organization"}
            self.needs[Key.of(each)] = {key}
        return list(nodes.values())

    def namespaces(self, environment: Declared) -> list[NamespaceNode]:
        """The namespaces that are wanted in an environment: one for each project that can be deployed to it."""
        organization, name = environment.organization, environment.name
        projects: dict[str, Key | None] = {}
        for project_name, where in self.settings.projects.items():
            target = Target("Project", organization, labels=((labels.NAME, project_name),))
            found = self.index.find(target)
            if found is None:
                self.outside.append(Reference(environment, where, target, Severity.WARNING))
            projects[project_name] = None if found is None else Key.of(found)
        for project in self.by_kind["Project"]:
            if project.organization == organization and self.reaches(project, name):
                projects[project.name] = Key.of(project)
        for deployment in self.by_kind["Deployment"]:
            if deployment.organization == organization and deployment.labels[labels.ENVIRONMENT] == name:
                projects.setdefault(deployment.labels[labels.PROJECT], None)
        nodes = []
        for project_name, project_key in sorted(projects.items()):
            key = Key("Namespace", organization, f"{project_name}/{name}")
            self.needs[key] = {
                Key.of(environment),
                *([project_key] if project_key else []),
            }
            namespace = data_plane_namespace(organization, project_name, name)
            nodes.append(NamespaceNode(key, Key.of(environment), project_name, namespace))
        return nodes

    def reaches(self, project: Declared, environment: str) -> bool:
        """Whether the project can come to the environment. A pipeline of another stack may name any."""
        pipeline = self.index.find(
            Target(
                "DeploymentPipeline",
                project.organization,
                project.spec.deployment_pipeline_ref,
            )
        )
        return pipeline is None or any(name == environment for _, name in promoted_environments(pipeline))

    def finalizers(self, namespaces: Sequence[NamespaceNode]) -> list[FinalizerNode]:
        """The environments' finalizers, after their namespaces and whatever their Deployments may be made of."""
        workloads: dict[str, set[Key]] = defaultdict(set)
        for each in (workload for kind in _WORKLOADS for workload in self.by_kind[kind]):
            workloads[each.organization].add(Key.of(each))
        # What stands behind another workload is waited for through that one.
        last = {
            organization: keys - {needed for key in keys for needed in self.needs[key]}
            for organization, keys in workloads.items()
        }
        own: dict[Key, set[Key]] = defaultdict(set)
        for node in namespaces:
            own[node.environment].add(node.key)
        nodes = []
        for environment in map(Key.of, self.by_kind["Environment"]):
            key = Key("EnvironmentFinalizer", environment.organization, environment.name)
            self.needs[key] = {
                environment,
                *own[environment],
                *last.get(environment.organization, ()),
            }
            nodes.append(FinalizerNode(key, environment))
        return nodes


def _creation(key: Key) -> tuple[int, Key]:
    return CREATION_ORDER.index(key.kind), key

"""A leftover: what a cluster has of OpenChoreo's that no stack declares, and that nothing declared needs or has made.

Pure: plans and a census are held against each other. What is declared stands; so does what it refers to (its
organization, its data plane, …), what OpenChoreo's controllers have made for something that stands, and what something
that stands owns. The rest is left over.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from choreo_components.api import kind_of
from choreo_components.api.core_v1 import API_VERSION, labels
from choreo_components.api.core_v1.hierarchy import named
from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.api.core_v1.order import ORDER as CREATION_ORDER
from choreo_components.api.generation import Target
from choreo_components.api.generations import generation_of
from choreo_components.config.documents import Document
from choreo_components.config.settings import Declared
from choreo_components.inspection.snapshot import ORGANIZATIONS, Census, key_of, of_builds, organizations_of
from choreo_components.kubernetes.deletion import deletion
from choreo_components.kubernetes.objects import Live
from choreo_components.plan.nodes import Key, NamespaceNode, ObjectNode, Plan, SecretNode
from choreo_components.plan.references import Index, Reference, references
from choreo_components.teardown.ownership import by_itself

_OF_BUILDS, _OF_ORGANIZATION, _OF_DATA_PLANE = "CI namespace", "organization's namespace", "Namespace"

TEARDOWN_ORDER = (*reversed(CREATION_ORDER[1:]), _OF_BUILDS, _OF_ORGANIZATION, CREATION_ORDER[0])
"""What can be taken away before what: the kinds, and the roles of namespaces."""


@dataclass(frozen=True)
class Leftover:
    """An object that is left over: of which organization, what it is (its kind, or a namespace's role), and why."""

    live: Live
    organization: str
    role: str
    why: tuple[str, ...]

    @property
    def since(self) -> str:
        """When it was made, as the API server writes it."""
        return str(self.live.metadata.get("creationTimestamp", ""))


def leftovers(plans: Sequence[Plan], census: Census, organizations: Collection[str]) -> list[Leftover]:
    """What is left over of these organizations, of each in the order in which it can be taken away."""
    finder = _Finder(plans, census, organizations)
    every = (
        *finder.objects(),
        *finder.secrets(),
        *finder.organization_namespaces(),
        *finder.data_plane_namespaces(),
    )
    found = [each for each in every if each.organization in organizations]
    return sorted(found, key=lambda each: (each.organization, TEARDOWN_ORDER.index(each.role), each.live.name))


class _Finder:
    """Knows what stands, and says why the rest does not."""

    def __init__(self, plans: Sequence[Plan], census: Census, organizations: Collection[str]) -> None:
        nodes = [node for plan in plans for node in plan.nodes]
        self._census = census
        self._organizations = organizations
        self._made = {node.key for node in nodes if isinstance(node, SecretNode)}
        self._declared = {node.key: node.declared for node in nodes if isinstance(node, ObjectNode)}
        self._index = Index(self._declared.values())
        self._namespaces = {node.name for node in nodes if isinstance(node, NamespaceNode)}
        self._spoken = {node.key.organization for node in nodes}
        self._live: dict[Key, Live] = {}
        self._named: dict[tuple[str, str, str | None], list[Live]] = defaultdict(list)
        for live in sorted(census.objects, key=lambda each: (CREATION_ORDER.index(each.resource.kind), each.name)):
            key = key_of(live)
            self._live[key] = live
            self._named[key.kind, key.organization, live.labels.get(labels.NAME)].append(live)
        self._by_uid = {live.metadata.get("uid"): key for key, live in self._live.items()}
        self._standing = set(self._declared)
        self._stand_with([reference for plan in plans for reference in plan.outside])
        # In the order of creation: owners before what they own.
        for key, live in self._live.items():
            if key not in self._standing and self._is_made(live):
                self._standing.add(key)
        of_deployments = [
            self._declared[key].labels if key in self._declared else self._live[key].labels
            for key in self._standing
            if key.kind == "Deployment"
        ]
        self._deployed = {
            tuple(each.get(label) for label in (labels.ORGANIZATION, labels.PROJECT, labels.ENVIRONMENT))
            for each in of_deployments
        }

    def objects(self) -> Iterator[Leftover]:
        """The custom resources that are left over."""
        for key, live in self._live.items():
            if key not in self._standing:
                # What stands in the wrong namespace is a leftover of the organization that was asked for.
                owners = organizations_of(live)
                owner = next((each for each in owners if each in self._organizations), owners[0])
                yield Leftover(live, owner, key.kind, tuple(self._why(key, live)))

    def secrets(self) -> Iterator[Leftover]:
        """The Secrets with data planes' kubeconfigs that are left over."""
        connected = {(key.organization, self._connection(key)) for key in self._standing if key.kind == "DataPlane"}
        for live in self._census.secrets:
            key = key_of(live)
            if key in self._made or (key.organization, key.name) in connected:
                continue
            data_plane = live.labels.get(labels.DATAPLANE, "")
            why = self._missing(Target(API_VERSION, "DataPlane", key.organization, data_plane))
            told = why or f"its data plane {data_plane!r} does not refer to it"
            yield Leftover(live, key.organization, key.kind, tuple(_also_deleting(live, [told])))

    def _connection(self, data_plane: Key) -> str | None:
        """The Secret that a DataPlane which stands refers to."""
        declared = self._declared.get(data_plane)
        spec = _spec(self._live[data_plane]) if declared is None else declared.object.to_wire()["spec"]
        described = spec.get("kubernetesCluster") or {}
        reference: str | None = described.get("connectionConfigRef")
        return reference

    def organization_namespaces(self) -> Iterator[Leftover]:
        """The namespaces of organizations and of their builds that are left over."""
        with_builds = {key.organization for key in self._standing if key.kind == "Build"}
        for live in self._census.namespaces:
            if organization := _owner_of(live):
                why = self._unneeded(live, organization)
                role = _OF_ORGANIZATION
            elif organization := of_builds(live):
                role = _OF_BUILDS
                needed = organization in with_builds or not self._census.knows("Build", organization)
                why = None if needed else f"organization {organization!r} has no Build, and nobody else deletes it"
            else:
                continue
            if why is not None:
                yield Leftover(live, organization, role, tuple(_also_deleting(live, [why])))

    def data_plane_namespaces(self) -> Iterator[Leftover]:
        """The namespaces of environments that are left over."""
        for live in self._census.data_plane_namespaces:
            organization, environment = (
                live.labels.get(label) for label in (labels.ORGANIZATION_NAME, labels.ENVIRONMENT_NAME)
            )
            if not organization or not environment or live.name in self._namespaces or _owner_of(live):
                continue
            why = self._homeless(live, organization, environment)
            if why:
                yield Leftover(live, organization, _OF_DATA_PLANE, tuple(_also_deleting(live, why)))

    def _stand_with(self, needed: Iterable[Reference]) -> None:
        """Lets stand what is referred to, and what that refers to in turn."""
        waiting = [reference for reference in needed if reference.holds]
        while waiting:
            live = self._find(waiting.pop().target)
            if live is None or key_of(live) in self._standing:
                continue
            self._standing.add(key_of(live))
            waiting += (reference for reference in _references(live) if reference.holds)

    def _find(self, target: Target) -> Live | None:
        """The object in the cluster that is meant."""
        if target.name is not None:
            return self._live.get(Key(API_VERSION, target.kind, target.organization, target.name))
        wanted = dict(target.labels)
        named = self._named.get((target.kind, target.organization, wanted.get(labels.NAME)), ())
        return next((live for live in named if wanted.items() <= live.labels.items()), None)

    def _stands(self, target: Target) -> bool:
        live = self._find(target)
        return self._index.find(target) is not None or (live is not None and key_of(live) in self._standing)

    def _is_made(self, live: Live) -> bool:
        """Whether OpenChoreo's controllers have made the object for one that stands."""
        if any(self._by_uid.get(owner.get("uid")) in self._standing for owner in _owners(live)):
            return True
        match live.resource.kind:
            case "Endpoint":
                return any(self._stands(each.target) for each in _references(live) if each.target.kind == "Deployment")
            case "DeployableArtifact":
                key = key_of(live)
                return Key(API_VERSION, "Build", key.organization, key.name) in self._standing
            case "Deployment":
                return self._is_automatic(live)
        return False

    def _is_automatic(self, deployment: Live) -> bool:
        """Whether a Build has made the Deployment, as its track has it: in the first environment of the pipeline.

        OpenChoreo: internal/controller/build (autoDeploy). Promotions to others are somebody's doing.
        """
        found = {each.target.kind: self._find(each.target) for each in _references(deployment)}
        track, artifact = found.get("DeploymentTrack"), found.get("DeployableArtifact")
        if track is None or artifact is None or not _spec(track).get("autoDeploy"):
            return False
        if not {key_of(track), key_of(artifact)} <= self._standing:
            return False
        if not any(owner.get("kind") == "Build" for owner in _owners(artifact)):
            return False
        organization = key_of(deployment).organization
        project = self._find(named("Project", organization, deployment.labels.get(labels.PROJECT, "")))
        reference = _spec(project).get("deploymentPipelineRef") if project else None
        pipeline = self._live.get(Key(API_VERSION, "DeploymentPipeline", organization, str(reference)))
        paths = (_spec(pipeline).get("promotionPaths") if pipeline else None) or [{}]
        return bool(paths[0].get("sourceEnvironmentRef") == deployment.labels.get(labels.ENVIRONMENT, ""))

    def _why(self, key: Key, live: Live) -> Iterator[str]:
        """Why an object is left over, what explains most first."""
        kind = kind_of(API_VERSION, key.kind)
        told = [self._missing(each.target) for each in _references(live) if each.holds]
        for owner in _owners(live):
            there = owner.get("uid") in self._by_uid
            state = "is declared nowhere" if there else "is not among what the cluster has of OpenChoreo's"
            told.append(f"its owner, {owner.get('kind')} {owner.get('name')!r}, {state}")
        told += [
            f"OpenChoreo does not find it: its namespace is {key.organization!r}, its label says organization {other!r}"
            for other in organizations_of(live)[1:]
        ]
        lacking = [label for label in kind.hierarchy if not live.labels.get(label)]
        if lacking:
            told.append(f"OpenChoreo does not find what it belongs to: its labels lack {', '.join(lacking)}")
        reasons = [each for each in dict.fromkeys(told) if each is not None] or ["no stack declares it"]
        yield from _also_deleting(live, reasons)

    def _missing(self, target: Target) -> str | None:
        """What is to be said about an object that a leftover refers to; None where that stands, or none is named."""
        name = target.name if target.name is not None else dict(target.labels)[labels.NAME]
        if not name or self._stands(target):
            return None
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", target.kind).lower()
        told = f"its {words} {name!r} is declared nowhere"
        if self._find(target) is None and self._census.knows(target.kind, target.organization):
            told += " and not in the cluster"
        return told

    def _unneeded(self, live: Live, organization: str) -> str | None:
        """Why the namespace of an organization is left over; None where it is not."""
        if live.name != organization:
            return f"it carries the labels of organization {organization!r}, whose namespace is {organization!r}"
        if organization in self._spoken:
            return None
        return self._missing(Target(API_VERSION, ORGANIZATIONS, organization, organization))

    def _homeless(self, live: Live, organization: str, environment: str) -> list[str]:
        """Why a namespace with the labels of an environment is left over; nothing where it is not."""
        project = live.labels.get(labels.PROJECT_NAME, "")
        name = data_plane_namespace(organization, project, environment) if project else None
        known = self._census.knows("Deployment", organization)
        if live.name == name and ((organization, project, environment) in self._deployed or not known):
            return []
        if spared := by_itself(live, generation_of(API_VERSION), organization, environment):
            return [f"it carries the labels of environment {environment!r}, and {spared}"]
        targets = named("Environment", organization, environment), named("Project", organization, project)
        told = [each for each in map(self._missing, targets) if each is not None]
        if not told and live.name != name:
            told = [f"OpenChoreo gives its labels to {name!r} only" if name else f"it lacks {labels.PROJECT_NAME}"]
        return told or [f"no stack has project {project!r} in environment {environment!r}, or deploys there"]


def _references(live: Live) -> Iterator[Reference]:
    """What an object in the cluster refers to; nothing where it has another shape than the one that we know."""
    kind = kind_of(API_VERSION, live.resource.kind)
    own = {**dict.fromkeys(kind.hierarchy, ""), **live.labels}
    metadata = {"name": live.name, "namespace": live.namespace, "labels": own}
    wire = {"apiVersion": API_VERSION, "kind": kind.kind, "metadata": metadata, "spec": _spec(live)}
    try:
        yield from references(Declared(kind.model_of(wire).from_wire(wire), Document(wire, str(live))))
    except ValidationError:
        return


def _spec(live: Live) -> dict[str, Any]:
    spec: dict[str, Any] = live.manifest.get("spec") or {}
    return spec


def _owners(live: Live) -> list[dict[str, Any]]:
    owners: list[dict[str, Any]] = live.metadata.get("ownerReferences") or []
    return owners


def _owner_of(namespace: Live) -> str | None:
    """The organization whose own namespace it is by its labels."""
    if namespace.labels.get(labels.MANAGED_BY) != labels.MANAGED_BY_CONTROL_PLANE:
        return None
    return namespace.labels.get(labels.ORGANIZATION)


def _also_deleting(live: Live, reasons: Iterable[str]) -> Iterator[str]:
    yield from reasons
    if (told := deletion(live)) is not None:
        yield told

"""A division: which stack takes over which objects of a live organization, and what stays where it is, and why.

Pure. What a stack gets has been read and planned just as a preview does it, and found to be right.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from choreo_components.adopt.manifest import NoManifest, manifest_of
from choreo_components.adopt.organization import (
    LiveOrganization,
    Wire,
    argument,
    data_plane_of,
    labels_of,
    name_of,
    namespace_of,
    shown,
)
from choreo_components.adopt.ownership import applied_by_pulumi
from choreo_components.api import Kind, kind_of
from choreo_components.api.core_v1 import labels
from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.api.core_v1.order import ORDER as CREATION_ORDER
from choreo_components.api.generation import Severity
from choreo_components.config import settings
from choreo_components.config.documents import Document
from choreo_components.config.findings import Finding, error
from choreo_components.config.namespace_metadata import FIELDS, problems
from choreo_components.config.options import Controllers
from choreo_components.config.settings import (
    CONTROLLERS,
    NAMESPACE_METADATA,
    PROJECTS,
    RESOURCES,
    Settings,
)
from choreo_components.plan.builder import plan
from choreo_components.plan.nodes import Plan

OF_ENVIRONMENT = ("Deployment", "Endpoint")
"""The kinds that belong to the stack of the environment which they name."""


@dataclass(frozen=True)
class Left:
    """What is not taken over, and why. `owned`: another object brings it along, and no stack is to have it."""

    what: str
    reason: str
    owned: bool = False

    def __str__(self) -> str:
        return f"{self.what}: {self.reason}"


@dataclass(frozen=True)
class Stack:
    """A stack that takes over objects, each as its manifest, and for `projects` the namespaces of its environment.

    `namespace_metadata` are the labels and annotations that all of these have of Pulumi, besides OpenChoreo's own.
    """

    name: str
    controllers: Controllers
    manifests: tuple[dict[str, Any], ...] = ()
    projects: tuple[str, ...] = ()
    namespace_metadata: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def config(self) -> dict[str, Any]:
        """Its settings, with all objects inline."""
        config: dict[str, Any] = {CONTROLLERS: self.controllers.value, RESOURCES: list(self.manifests)}
        return config | self.of_namespaces

    @property
    def of_namespaces(self) -> dict[str, Any]:
        """Its settings about namespaces."""
        config: dict[str, Any] = {PROJECTS: list(self.projects)} if self.projects else {}
        return config | ({NAMESPACE_METADATA: self.namespace_metadata} if self.namespace_metadata else {})

    @property
    def data_planes(self) -> frozenset[str]:
        """The data planes that its environments are on, as ORGANIZATION/NAME."""
        return frozenset(data_plane_of(each) for each in self.manifests if each["kind"] == "Environment")


@dataclass(frozen=True)
class Planned:
    """A stack with what it declares: settings and plan are those of its next preview."""

    stack: Stack
    settings: Settings
    plan: Plan


@dataclass
class Division:
    """The stacks, what is left, and what a preview would warn of."""

    stacks: list[Planned] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def divide(there: LiveOrganization, name: str, environment: str | None = None) -> Division:
    """The organization as a stack `name` and a stack `name`-ENVIRONMENT for each environment.

    With an environment: that one alone, as the stack `name`.
    """
    division = Division()
    adopted: dict[str | None, list[dict[str, Any]]] = defaultdict(list)
    for live in sorted(there.objects, key=lambda each: (CREATION_ORDER.index(each["kind"]), name_of(each))):
        of = _environment_of(live)
        if environment is not None and of != environment:
            continue
        adopted.setdefault(of, [])
        made = _adoptable(live, there)
        if isinstance(made, Left):
            division.left.append(made)
        else:
            adopted[of].append(made)
    namespaces = [
        live
        for live in there.data_plane_namespaces
        if environment in (None, labels_of(live).get(labels.ENVIRONMENT_NAME))
    ]
    projects: dict[str, list[str]] = defaultdict(list)
    taken: dict[str, list[Wire]] = defaultdict(list)
    for live in namespaces:
        reason = _foreign(live, there.organization)
        if reason is None:
            taken[labels_of(live)[labels.ENVIRONMENT_NAME]].append(live)
            projects[labels_of(live)[labels.ENVIRONMENT_NAME]].append(labels_of(live)[labels.PROJECT_NAME])
        else:
            division.left.append(Left(shown(live), reason))
    for of in sorted({*adopted, *projects}, key=lambda each: each or ""):
        stack = Stack(
            name if environment is not None or of is None else f"{name}-{of}",
            there.controllers,
            tuple(adopted[of]),
            tuple(sorted(projects[of])) if of is not None else (),
            _shared(taken[of]) if of is not None else {},
        )
        _settle(stack, of, there, division)
    return division


def _shared(namespaces: Sequence[Wire]) -> dict[str, dict[str, str]]:
    """The labels and annotations that Pulumi has given to all of the namespaces, and that a setting may give them."""
    shared = {}
    for part in FIELDS:
        applied = [applied_by_pulumi(live, part).items() for live in namespaces]
        common = dict(sorted(set.intersection(*map(set, applied)))) if applied else {}
        found = {key: value for key, value in common.items() if not any(problems({part: {key: value}}))}
        if found:
            shared[part] = found
    return shared


def _environment_of(live: Wire) -> str | None:
    """The environment whose stack the object belongs to; None for the organization's."""
    if live["kind"] == "Environment":
        return name_of(live)
    return labels_of(live).get(labels.ENVIRONMENT) if live["kind"] in OF_ENVIRONMENT else None


def _adoptable(live: Wire, there: LiveOrganization) -> dict[str, Any] | Left:
    """The object's manifest, or why it cannot be taken over."""
    kind = kind_of(live["apiVersion"], live["kind"])
    owners = live["metadata"].get("ownerReferences")
    if owners:
        owner = f"{owners[0]['kind']} {owners[0]['name']}"
        return Left(shown(live), f"made and owned by {owner}: it comes and goes with it", owned=True)
    reason = _obstacle(live, kind)
    if reason is None and kind.kind == "Environment" and (why := there.closed.get(data_plane_of(live))) is not None:
        name = live["spec"]["dataPlaneRef"]
        reason = (
            f"its namespaces are not known, since nobody gets to its data plane: {why}; with a kubeconfig that gets "
            f"there, adopt again with --data-plane-kubeconfig {name}=FILE"
        )
    if reason is None and kind.scope == "Cluster" and there.namespace is None:
        reason = f"its namespace is not there: kubectl create namespace {name_of(live)}, and adopt again"
    if reason is None:
        try:
            return manifest_of(live)
        except NoManifest as problem:
            reason = f"choreo's model of the kind does not take it: {problem}"
    return Left(shown(live), reason)


def _obstacle(live: Wire, kind: Kind) -> str | None:
    """Why the live object has to stay as it is; None where nothing is in the way."""
    if live["metadata"].get("deletionTimestamp"):
        return "is being deleted"
    has, name = labels_of(live), name_of(live)
    label = has.get(labels.NAME)
    if kind.named_by_label and label and label != name:
        return (
            f"its metadata.name is not its name {label!r}: `choreoctl create` names objects so, and OpenChoreo finds "
            "them by the one here and by the other there. It has to be made anew, under one name for both: "
            "docs/choreoctl.md says how"
        )
    known = {labels.NAME: name, labels.ORGANIZATION: namespace_of(live) or name}
    missing = [each for each in kind.hierarchy if not has.get(each)]
    if missing:
        wanted = " ".join(f"{each}={known.get(each, '…')}" for each in missing)
        return f"lacks labels by which OpenChoreo finds it: kubectl label {argument(live)} {wanted}, and adopt again"
    return None


def _foreign(live: Wire, organization: str) -> str | None:
    """Why a namespace with the organization's label was not made for one of its environments; None where it was."""
    has, name = labels_of(live), name_of(live)
    if live["metadata"].get("deletionTimestamp"):
        return "is being deleted"
    project, environment = has.get(labels.PROJECT_NAME), has.get(labels.ENVIRONMENT_NAME)
    if not project or not environment:
        return f"carries the organization's label, and not both {labels.PROJECT_NAME} and {labels.ENVIRONMENT_NAME}"
    wanted = labels.data_plane_namespace_labels(organization, project, environment)
    differing = [f"{key}={value}" for key, value in wanted.items() if has.get(key) != value]
    if differing:
        return (
            "its labels are not those of a data-plane namespace: "
            f"kubectl label --overwrite namespace {name} {' '.join(differing)}, and adopt again"
        )
    expected = data_plane_namespace(organization, project, environment)
    if name != expected:
        return (
            f"OpenChoreo's name for its labels is {expected}: if it is somebody else's, take the labels off, since "
            f"the environment takes it along when it goes (kubectl label namespace {name} {labels.ENVIRONMENT_NAME}-)"
        )
    return None


def _settle(stack: Stack, environment: str | None, there: LiveOrganization, division: Division) -> None:
    """Takes out of the stack what a preview would refuse, until it refuses nothing, and adds what remains."""
    while True:
        if environment is not None and not any(each["kind"] == "Environment" for each in stack.manifests):
            reason = f"its Environment {environment!r} cannot be adopted, or is not there"
            left = [shown(each) for each in stack.manifests]
            left += [
                f"Namespace {data_plane_namespace(there.organization, project, environment)}"
                for project in stack.projects
            ]
            division.left += [Left(each, reason) for each in left]
            return
        read, findings = settings.read(Document(stack.config, stack.name), Path())
        planned = plan(read).without_waits(there.unsupported)
        found = [*findings, *planned.findings, *_dangling(planned, there)]
        refused: dict[str, dict[int, list[str]]] = {RESOURCES: defaultdict(list), PROJECTS: defaultdict(list)}
        for setting, index, finding, message in _attributed(found):
            if finding.severity is Severity.ERROR:
                refused[setting][index].append(message)
        if not any(refused.values()):
            break
        division.left += [
            Left(shown(stack.manifests[index]), "; ".join(told)) for index, told in refused[RESOURCES].items()
        ]
        division.left += [
            Left(f"project {stack.projects[index]!r} in {stack.name}", "; ".join(told))
            for index, told in refused[PROJECTS].items()
        ]
        stack = replace(
            stack,
            manifests=tuple(_except(stack.manifests, refused[RESOURCES])),
            projects=tuple(_except(stack.projects, refused[PROJECTS])),
        )
    if stack.manifests:
        division.stacks.append(Planned(stack, read, planned))
        division.warnings += [
            f"{shown(stack.manifests[index]) if setting == RESOURCES else stack.name}: {message}"
            for setting, index, _, message in _attributed(found)
        ]


def _dangling(planned: Plan, there: LiveOrganization) -> Iterator[Finding]:
    """What the stack refers to and nobody has: its preview would fail."""
    for reference in planned.outside:
        if reference.severity is Severity.ERROR and there.find(reference.target) is None:
            yield error(reference.where, reference.missing)


_PLACE = re.compile(rf"({RESOURCES}|{PROJECTS})\[(\d+)\]\.?(.*)", re.DOTALL)


def _attributed(findings: Sequence[Finding]) -> Iterator[tuple[str, int, Finding, str]]:
    """The findings, each with the setting and the position in it that it is about."""
    for finding in findings:
        place = _PLACE.fullmatch(finding.where.field)
        if place is None:
            raise AssertionError(f"a finding about no object: {finding}")
        setting, index, rest = place.groups()
        yield setting, int(index), finding, f"{rest}: {finding.message}" if rest else finding.message


def _except(given: Sequence[Any], positions: Any) -> list[Any]:
    return [each for index, each in enumerate(given) if index not in positions]

"""A partition: which stack adopts which objects of a live organization, and what is not adopted, and why.

Pure. The content of each stack has been read and planned as a preview does it, without errors.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from choreo_components.adopt.manifest import NoManifest, manifest_of
from choreo_components.adopt.organization import LiveOrganization, data_plane_of
from choreo_components.adopt.ownership import applied_by_pulumi, is_applied
from choreo_components.api import Generation, Kind, Role, generation_having, kind_of
from choreo_components.api.generation import Cell, Severity, Target
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
from choreo_components.kubernetes.objects import Live, live_of
from choreo_components.plan.builder import plan
from choreo_components.plan.nodes import Key, Plan

SHARED: Final = ""
"""The value in place of an environment for cluster-scoped objects."""

SHARED_STACK: Final = "platform-shared"
"""The stack of the cluster-scoped objects, which all organizations share."""


@dataclass(frozen=True)
class Left:
    """What is not adopted, and why. `owned`: it is made for another object, and must be in no stack."""

    what: str
    reason: str
    owned: bool = False

    def __str__(self) -> str:
        return f"{self.what}: {self.reason}"


@dataclass(frozen=True)
class Stack:
    """A stack that adopts objects, each as its manifest, and for `projects` the namespaces of its environment.

    `namespace_metadata` are the labels and annotations that Pulumi has given to all of these, beyond OpenChoreo's own.
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
        """The data planes of its environments, as ORGANIZATION/NAME."""
        named = (data_plane_of(each) for each in self.manifests if role_of(each) is Role.ENVIRONMENT)
        return frozenset(each for each in named if each is not None)


@dataclass(frozen=True)
class Planned:
    """A stack with its settings and plan, which are those of its next preview."""

    stack: Stack
    settings: Settings
    plan: Plan


@dataclass
class Division:
    """The stacks, what is not adopted, and the warnings of a preview."""

    stacks: list[Planned] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def divide(
    there: LiveOrganization, name: str, environment: str | None = None, taken_already: Mapping[Key, str] | None = None
) -> Division:
    """The organization as a stack `name` and a stack `name`-ENVIRONMENT for each environment.

    Cluster-scoped objects are in a separate stack, unless they are in `taken_already`, which has names of stacks of the
    project. With an environment: that one alone, as the stack `name`.
    """
    division = Division()
    generation = there.generation
    shared = {key: stack for key, stack in (taken_already or {}).items() if not key.organization}
    adopted: dict[str | None, list[dict[str, Any]]] = defaultdict(list)
    for live in sorted(there.objects, key=lambda each: (generation.position(each.resource.kind), each.name)):
        of = _home(live, generation)
        if environment is not None and of != environment:
            continue
        key = Key(generation.api_version, live.resource.kind, "", live.name)
        if of == SHARED and key in shared:
            continue
        adopted.setdefault(of, [])
        made = _adoptable(live, there)
        if of == SHARED and shared and not isinstance(made, Left):
            made = Left(
                str(live), f"stack {next(iter(shared.values()))!r} has other cluster-scoped objects; declare it there"
            )
        if isinstance(made, Left):
            division.left.append(made)
        else:
            adopted[of].append(made)
    projects: dict[str, list[str]] = defaultdict(list)
    taken: dict[str, list[Live]] = defaultdict(list)
    bound = _bound(there)
    for live in there.data_plane_namespaces:
        cell = generation.namespaces.cell(live.labels)
        _, project, named = cell
        if environment not in (None, named):
            continue
        reason = _foreign(live, there)
        maker = generation.namespaces.maker
        if reason is None and maker is not None and cell not in bound:
            reason = f"no {maker.kind} has made it, and none deletes it"
        if reason is None:
            taken[named].append(live)
            if maker is None:
                projects[named].append(project)
        else:
            division.left.append(Left(str(live), reason))
    for of in sorted({*adopted, *projects}, key=_in_order):
        stack = Stack(
            _called(of, name, environment),
            there.controllers,
            tuple(adopted[of]),
            tuple(sorted(projects[of])) if of else (),
            _shared(taken[of]) if of else {},
        )
        _settle(stack, of or None, there, division)
    return division


def _home(live: Live, generation: Generation) -> str | None:
    """The environment whose stack an object belongs to; None: that of the organization; or SHARED."""
    if live.namespace is None and generation.role(live.resource.kind) is not Role.TENANT:
        return SHARED
    return generation.ownership.environment(live.manifest)


def _in_order(of: str | None) -> tuple[int, str]:
    """The sort key of a stack: what is shared comes first, and then the organization."""
    return (0 if of == SHARED else 1 if of is None else 2), of or ""


def _called(of: str | None, name: str, environment: str | None) -> str:
    if of == SHARED:
        return SHARED_STACK
    return name if environment is not None or of is None else f"{name}-{of}"


def _bound(there: LiveOrganization) -> frozenset[Cell]:
    """The projects and environments in which anything is deployed, and which so have a namespace."""
    generation = there.generation
    deployed = (live for live in there.objects if live.resource.kind in generation.teardown.kinds)
    return frozenset(generation.cell_of(live.manifest) for live in deployed)


def _shared(namespaces: Sequence[Live]) -> dict[str, dict[str, str]]:
    """The labels and annotations that Pulumi has given to all of the namespaces, and that a setting may declare."""
    shared = {}
    for part in FIELDS:
        applied = [applied_by_pulumi(live, part).items() for live in namespaces]
        common = dict(sorted(set.intersection(*map(set, applied)))) if applied else {}
        found = {key: value for key, value in common.items() if not any(problems({part: {key: value}}))}
        if found:
            shared[part] = found
    return shared


def role_of(manifest: Mapping[str, Any]) -> Role | None:
    """The role of an object in wire names in a plan."""
    return generation_having(manifest["apiVersion"], manifest["kind"]).role(manifest["kind"])


def _adoptable(live: Live, there: LiveOrganization) -> dict[str, Any] | Left:
    """The object's manifest, or why it cannot be adopted."""
    kind = kind_of(live.resource.api_version, live.resource.kind)
    owners = live.metadata.get("ownerReferences")
    if owners:
        owner = f"{owners[0]['kind']} {owners[0]['name']}"
        return Left(str(live), f"made and owned by {owner}, and deleted with it", owned=True)
    if made := _made_for(live, there):
        return Left(str(live), f"made for {made}, and deleted with it", owned=True)
    reason = _obstacle(live, kind, there) or (_out_of_reach(live, there) if kind.role is Role.ENVIRONMENT else None)
    if reason is None and kind.role is Role.TENANT and there.namespace is None:
        reason = f"its namespace is missing; kubectl create namespace {live.name}, and adopt again"
    if reason is None:
        try:
            return manifest_of(live)
        except NoManifest as problem:
            reason = f"choreo's model of the kind does not accept it: {problem}"
    return Left(str(live), reason)


def _made_for(live: Live, there: LiveOrganization) -> str | None:
    """The objects for which controllers have made this one, so that no stack needs it; None if they have not."""
    ownership = there.generation.ownership
    if live.resource.kind not in ownership.made or is_applied(live):
        return None

    def lookup(target: Target) -> Mapping[str, Any] | None:
        found = there.find(target)
        return None if found is None else found.manifest

    makers = [there.find(each) for each in ownership.makers(live.manifest, (), lookup)]
    return " and ".join(map(str, makers)) if makers and None not in makers else None


def _obstacle(live: Live, kind: Kind, there: LiveOrganization) -> str | None:
    """Why the live object cannot be adopted; None if it can."""
    if live.deleting:
        return "is being deleted"
    label = live.labels.get(kind.named_by_label) if kind.named_by_label is not None else None
    if label and label != live.name:
        return (
            f"its metadata.name is not its name {label!r}: `choreoctl create` names objects like this, and OpenChoreo "
            "finds them sometimes by one and sometimes by the other; re-create it with one name for both: "
            "docs/choreoctl.md says how"
        )
    known = there.generation.ownership.labels(live.manifest)
    missing = [each for each in kind.hierarchy if not live.labels.get(each)]
    if missing:
        wanted = " ".join(f"{each}={known.get(each, '…')}" for each in missing)
        return (
            f"labels by which OpenChoreo finds it are missing; kubectl label {live.command} {wanted}, and adopt again"
        )
    return None


def _out_of_reach(environment: Live, there: LiveOrganization) -> str | None:
    """Why the namespaces of an environment are not known; None if they are."""
    data_plane = there.generation.data_planes.of_environment(environment.manifest)
    why = there.closed.get(data_plane_of(environment.manifest) or "")
    if data_plane is None or why is None:
        return None
    return (
        f"its namespaces are not known, since its data plane is unreachable: {why}; adopt again with a kubeconfig for "
        f"it: --data-plane-kubeconfig {data_plane.known_as}=FILE"
    )


def _foreign(live: Live, there: LiveOrganization) -> str | None:
    """Why a namespace with the organization's label was not made for one of its environments; None if it was."""
    if live.deleting:
        return "is being deleted"
    of = there.generation.namespaces
    _, project, environment = of.cell(live.labels)
    _, of_project, of_environment = of.cell_labels
    if not project or not environment:
        return f"has the {there.generation.tenant}'s label, but not both {of_project} and {of_environment}"
    wanted = of.labels(there.organization, project, environment)
    differing = [f"{key}={value}" for key, value in wanted.items() if live.labels.get(key) != value]
    if differing:
        return (
            "its labels are not those of a data-plane namespace; "
            f"kubectl label --overwrite namespace {live.name} {' '.join(differing)}, and adopt again"
        )
    expected = of.name(there.organization, project, environment)
    if live.name != expected:
        return (
            f"OpenChoreo's name for its labels is {expected}; if it does not belong to the environment, remove the "
            f"label (kubectl label namespace {live.name} {of_environment}-), or it is deleted with the environment"
        )
    return None


def _settle(stack: Stack, environment: str | None, there: LiveOrganization, division: Division) -> None:
    """Removes from the stack what a preview would refuse, until it refuses nothing, and adds the rest."""
    while True:
        if environment is not None and not any(role_of(each) is Role.ENVIRONMENT for each in stack.manifests):
            kind = there.generation.kind_of_role(Role.ENVIRONMENT).kind
            reason = f"its {kind} {environment!r} cannot be adopted, or is missing"
            name = there.generation.namespaces.name
            left = [str(live_of(each)) for each in stack.manifests]
            left += [f"Namespace {name(there.organization, project, environment)}" for project in stack.projects]
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
            Left(str(live_of(stack.manifests[index])), "; ".join(why)) for index, why in refused[RESOURCES].items()
        ]
        division.left += [
            Left(f"project {stack.projects[index]!r} in {stack.name}", "; ".join(why))
            for index, why in refused[PROJECTS].items()
        ]
        stack = replace(
            stack,
            manifests=tuple(_except(stack.manifests, refused[RESOURCES])),
            projects=tuple(_except(stack.projects, refused[PROJECTS])),
        )
    if stack.manifests:
        division.stacks.append(Planned(stack, read, planned))
        division.warnings += [
            f"{live_of(stack.manifests[index]) if setting == RESOURCES else stack.name}: {message}"
            for setting, index, _, message in _attributed(found)
        ]


def _dangling(planned: Plan, there: LiveOrganization) -> Iterator[Finding]:
    """References of the stack to missing objects: its preview would fail."""
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

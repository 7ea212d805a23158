"""Leftovers: objects of OpenChoreo in a cluster that no stack declares, and that no declared object needs or has made.

Pure: compares plans with a snapshot. Declared objects are in use; so are the objects that they refer to (their
organization, their data plane, …), and those that OpenChoreo's controllers have made for objects in use, or that
objects in use own. The rest is left over.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from choreo_components.api import Generation, Role, generation_of, kind_of
from choreo_components.api.generation import BUILDS_NAMESPACE, DATA_PLANE_NAMESPACE, SECRET, TENANT_NAMESPACE, Target
from choreo_components.api.names import in_words
from choreo_components.api.neighbours import is_namespace
from choreo_components.config.documents import Document
from choreo_components.config.settings import Declared
from choreo_components.inspection.snapshot import Snapshot, generation_of_secret, key_of, organizations_of
from choreo_components.kubernetes.deletion import deletion
from choreo_components.kubernetes.objects import Live
from choreo_components.plan.nodes import Key, Plan
from choreo_components.plan.references import Index, Reference, has_fields, references
from choreo_components.teardown.ownership import by_name_and_labels, is_of_kubernetes


@dataclass(frozen=True)
class Leftover:
    """An object that is left over, with its organization, its role (a kind, or the role of a namespace), and why."""

    live: Live
    generation: Generation = field(repr=False)
    organization: str
    role: str
    why: tuple[str, ...]

    @property
    def since(self) -> str:
        """When it was created, as the API server writes it."""
        return str(self.live.metadata.get("creationTimestamp", ""))

    @property
    def position(self) -> tuple[str, str, int, str]:
        """Its position in the order in which the objects of an organization can be deleted."""
        order = self.generation.ownership.removal_order
        return self.organization, self.generation.api_version, order.index(self.role), self.live.name


def leftovers(plans: Sequence[Plan], snapshot: Snapshot, organizations: Collection[str]) -> list[Leftover]:
    """The leftovers of these organizations, for each in the order in which they can be deleted."""
    finder = _Finder(plans, snapshot, organizations)
    every = (
        *finder.objects(),
        *finder.secrets(),
        *finder.organization_namespaces(),
        *finder.data_plane_namespaces(),
    )
    found = [each for each in every if each.organization in organizations]
    return sorted(found, key=lambda each: each.position)


class _Finder:
    """Finds the objects in use, and says why the others are left over."""

    def __init__(self, plans: Sequence[Plan], snapshot: Snapshot, organizations: Collection[str]) -> None:
        self._snapshot = snapshot
        self._organizations = organizations
        neighbours = [node.key for plan in plans for node in plan.neighbours]
        self._secrets = {(node.key.organization, node.key.name) for plan in plans for node in plan.secrets}
        self._secrets |= {(key.organization, key.name) for key in neighbours if key.kind == SECRET}
        self._declared_namespaces = {key.name for key in neighbours if is_namespace(key.api_version, key.kind)}
        self._declared = {node.key: node.declared for plan in plans for node in plan.objects}
        self._index = Index(self._declared.values())
        self._namespaces = {node.name for plan in plans for node in plan.namespaces}
        self._named = {node.key.organization for plan in plans for node in plan.own}
        self._live: dict[Key, Live] = {}
        self._labelled: dict[tuple[str, str, str, tuple[str, str]], list[Live]] = defaultdict(list)
        for live in sorted(snapshot.objects, key=_in_order_of_creation):
            key = key_of(live)
            self._live[key] = live
            for label in live.labels.items():
                self._labelled[key.api_version, key.kind, key.organization, label].append(live)
        self._by_uid = {live.metadata.get("uid"): key for key, live in self._live.items()}
        self._in_use = set(self._declared) | {key for key in self._live if self._is_kept(key)}
        self._add_targets([reference for plan in plans for reference in plan.outside])
        # In the order of creation: owners before the objects that they own.
        for key, live in self._live.items():
            if key not in self._in_use and self._is_made(live):
                self._in_use.add(key)
        self._deployed = {
            generation.cell_of(self._wire(key))
            for key in self._in_use
            for generation in (generation_of(key.api_version),)
            if key.kind in generation.teardown.kinds
        }

    def objects(self) -> Iterator[Leftover]:
        """The custom resources that are left over."""
        for key, live in self._live.items():
            if key not in self._in_use:
                # An object in the wrong namespace is a leftover of the requested organization.
                owners = organizations_of(live)
                owner = next((each for each in owners if each in self._organizations), owners[0])
                yield Leftover(live, generation_of(key.api_version), owner, key.kind, tuple(self._why(key, live)))

    def secrets(self) -> Iterator[Leftover]:
        """The Secrets with data planes' kubeconfigs that are left over."""
        connected = {
            (key.organization, generation_of(key.api_version).data_planes.connection(self._wire(key)))
            for key in self._in_use
            if key.role is Role.DATA_PLANE
        }
        for live in self._snapshot.secrets:
            key, generation = key_of(live), generation_of_secret(live)
            target = None if generation is None else generation.data_planes.connected(live.manifest)
            secret = key.organization, key.name
            if generation is None or target is None or secret in self._secrets or secret in connected:
                continue
            why = self._missing(target) or f"its data plane {target.known_as!r} does not refer to it"
            yield Leftover(live, generation, key.organization, key.kind, tuple(_also_deleting(live, [why])))

    def organization_namespaces(self) -> Iterator[Leftover]:
        """The namespaces of organizations and of their builds that are left over, and are not declared objects."""
        for generation in self._snapshot.generations:
            of = generation.namespaces
            for live in self._snapshot.namespaces:
                if key_of(live) in self._live or live.name in self._declared_namespaces:
                    continue
                if not generation.tenant_is_a_namespace and (organization := of.tenant(live.name, live.labels)):
                    role, why = TENANT_NAMESPACE, self._unneeded(live, generation, organization)
                elif organization := of.builds(live.name, live.labels):
                    role, why = BUILDS_NAMESPACE, self._without_builds(generation, organization)
                else:
                    continue
                if why is not None:
                    yield Leftover(live, generation, organization, role, tuple(_also_deleting(live, [why])))

    def data_plane_namespaces(self) -> Iterator[Leftover]:
        """The namespaces of environments that are left over."""
        for generation in self._snapshot.asked:
            of = generation.namespaces
            for live in self._snapshot.data_plane_namespaces:
                organization, project, environment = of.cell(live.labels)
                if (
                    not organization
                    or not environment
                    or live.name in self._namespaces | self._declared_namespaces
                    or of.tenant(live.name, live.labels)
                ):
                    continue
                why = self._undeclared(live, generation, organization, project, environment)
                if why:
                    reasons = tuple(_also_deleting(live, why))
                    yield Leftover(live, generation, organization, DATA_PLANE_NAMESPACE, reasons)

    def _wire(self, key: Key) -> Mapping[str, Any]:
        """An object in use, as it is declared, or else as it is live."""
        declared = self._declared.get(key)
        return self._live[key].manifest if declared is None else declared.wire

    def _is_kept(self, key: Key) -> bool:
        """Whether it is a namespace that is a tenant, and is in use: stacks name it, or it belongs to Kubernetes."""
        if key.role is not Role.TENANT or not generation_of(key.api_version).tenant_is_a_namespace:
            return False
        return key.name in self._named or is_of_kubernetes(key.name)

    def _add_targets(self, needed: Iterable[Reference]) -> None:
        """Adds the targets of references to the objects in use, and the targets of these in turn."""
        waiting = [reference for reference in needed if reference.holds]
        while waiting:
            live = self._find(waiting.pop().target)
            if live is None or key_of(live) in self._in_use:
                continue
            self._in_use.add(key_of(live))
            waiting += (reference for reference in _references(live) if reference.holds)

    def _find(self, target: Target) -> Live | None:
        """The object in the cluster that matches."""
        if target.name is not None:
            live = self._live.get(Key(target.api_version, target.kind, target.organization, target.name))
            if not target.fields or (live is not None and has_fields(live.manifest, target)):
                return live
            of_kind = target.api_version, target.kind, target.organization
            same = (
                live for key, live in self._live.items() if (key.api_version, key.kind, key.organization) == of_kind
            )
            return next((live for live in same if has_fields(live.manifest, target)), None)
        named = self._labelled.get((target.api_version, target.kind, target.organization, target.labels[-1]), ())
        return next((live for live in named if dict(target.labels).items() <= live.labels.items()), None)

    def _lookup(self, target: Target) -> Mapping[str, Any] | None:
        live = self._find(target)
        return None if live is None else live.manifest

    def _is_in_use(self, target: Target) -> bool:
        live = self._find(target)
        return self._index.find(target) is not None or (live is not None and key_of(live) in self._in_use)

    def _is_made(self, live: Live) -> bool:
        """Whether OpenChoreo's controllers have made the object for one in use."""
        if any(self._by_uid.get(owner.get("uid")) in self._in_use for owner in _owners(live)):
            return True
        key = key_of(live)
        made_by = kind_of(key.api_version, key.kind).made_by
        if made_by and self._is_in_use(Target(key.api_version, made_by, key.organization, key.name)):
            return True
        targets = [each.target for each in _references(live)]
        makers = generation_of(key.api_version).ownership.makers(live.manifest, targets, self._lookup)
        return bool(makers) and all(map(self._is_in_use, makers))

    def _why(self, key: Key, live: Live) -> Iterator[str]:
        """Why an object is left over, the best explanation first."""
        kind = kind_of(key.api_version, key.kind)
        reasons = [self._missing(each.target) for each in _references(live) if each.holds]
        for owner in _owners(live):
            named = f"its owner, {owner.get('kind')} {owner.get('name')!r}"
            there = owner.get("uid") in self._by_uid
            absent = f"{named}, is not among OpenChoreo's objects in the cluster"
            reasons.append(f"no stack declares {named}" if there else absent)
        reasons += [
            f"OpenChoreo cannot find it: its namespace is {key.organization!r}, its label says organization {other!r}"
            for other in organizations_of(live)[1:]
        ]
        missing = [label for label in kind.hierarchy if not live.labels.get(label)]
        if missing:
            reasons.append(f"OpenChoreo cannot find what it belongs to: it has no label {', '.join(missing)}")
        known = [each for each in dict.fromkeys(reasons) if each is not None] or ["no stack declares it"]
        yield from _also_deleting(live, known)

    def _missing(self, target: Target) -> str | None:
        """A message about an object that a leftover refers to; None if that is in use, or none is named."""
        if not target.known_as or self._is_in_use(target):
            return None
        message = f"no stack declares its {in_words(target.kind)} {target.known_as!r}"
        if self._find(target) is None and self._snapshot.knows(target, target.organization):
            message += ", and it is not in the cluster"
        return message

    def _unneeded(self, live: Live, generation: Generation, organization: str) -> str | None:
        """Why the namespace of an organization is left over; None if it is not."""
        if live.name != organization:
            return f"it has the labels of organization {organization!r}, whose namespace is {organization!r}"
        if organization in self._named:
            return None
        owners = [
            Target(kind.api_version, kind.kind, organization, organization) for kind in generation.of_role(Role.TENANT)
        ]
        return next(filter(None, map(self._missing, owners)), None)

    def _without_builds(self, generation: Generation, organization: str) -> str | None:
        """Why the namespace of an organization's builds is left over; None if it is not."""
        kind = generation.by_name[generation.namespaces.built_by]
        wanted = kind.api_version, kind.kind, organization
        needed = any((key.api_version, key.kind, key.organization) == wanted for key in self._in_use)
        if needed or not self._snapshot.knows(kind, organization):
            return None
        return f"{generation.tenant} {organization!r} has no {kind.kind}, and no controller deletes it"

    def _undeclared(
        self, live: Live, generation: Generation, organization: str, project: str, environment: str
    ) -> list[str]:
        """Why a namespace with the labels of an environment is left over; empty if it is not."""
        name = generation.namespaces.name(organization, project, environment) if project else None
        known = all(self._snapshot.knows(generation.by_name[kind], organization) for kind in generation.teardown.kinds)
        if live.name == name and ((organization, project, environment) in self._deployed or not known):
            return []
        if reason := by_name_and_labels(live, generation, organization, environment):
            return [f"it has the labels of environment {environment!r}, and {reason}"]
        targets = [
            generation.named(kind.kind, organization, called)
            for role, called in ((Role.ENVIRONMENT, environment), (Role.PROJECT, project))
            for kind in generation.of_role(role)
        ]
        reasons = [each for each in map(self._missing, targets) if each is not None]
        if not reasons and live.name != name:
            of_project = generation.namespaces.cell_labels[1]
            reasons = [f"OpenChoreo gives its labels to {name!r} only" if name else f"it has no label {of_project}"]
        return reasons or [f"no stack has project {project!r} in environment {environment!r}, or deploys there"]


def _in_order_of_creation(live: Live) -> tuple[str, int, str]:
    key = key_of(live)
    return key.api_version, generation_of(key.api_version).position(key.kind), live.name


def _references(live: Live) -> Iterator[Reference]:
    """The references of an object in the cluster; none if it does not match our model."""
    kind = kind_of(live.resource.api_version, live.resource.kind)
    labels = {**dict.fromkeys(kind.hierarchy, ""), **live.labels}
    metadata = {"name": live.name, "namespace": live.namespace, "labels": labels}
    spec = live.manifest.get("spec") or {}
    wire = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": metadata, "spec": spec}
    try:
        yield from references(Declared(kind.model_of(wire).from_wire(wire), Document(wire, str(live))))
    except ValidationError:
        return


def _owners(live: Live) -> list[dict[str, Any]]:
    owners: list[dict[str, Any]] = live.metadata.get("ownerReferences") or []
    return owners


def _also_deleting(live: Live, reasons: Iterable[str]) -> Iterator[str]:
    yield from reasons
    if (state := deletion(live)) is not None:
        yield state

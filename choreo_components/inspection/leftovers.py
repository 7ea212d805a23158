"""A leftover: what a cluster has of OpenChoreo's that no stack declares, and that nothing declared needs or has made.

Pure: plans and a census are held against each other. What is declared stands; so does what it refers to (its
organization, its data plane, …), what OpenChoreo's controllers have made for something that stands, and what something
that stands owns. The rest is left over.
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
from choreo_components.inspection.snapshot import Census, generation_of_secret, key_of, organizations_of
from choreo_components.kubernetes.deletion import deletion
from choreo_components.kubernetes.objects import Live
from choreo_components.plan.nodes import Key, Plan
from choreo_components.plan.references import Index, Reference, has_fields, references
from choreo_components.teardown.ownership import by_name_and_labels, is_of_kubernetes


@dataclass(frozen=True)
class Leftover:
    """An object that is left over: of which organization, what it is (its kind, or a namespace's role), and why."""

    live: Live
    generation: Generation = field(repr=False)
    organization: str
    role: str
    why: tuple[str, ...]

    @property
    def since(self) -> str:
        """When it was made, as the API server writes it."""
        return str(self.live.metadata.get("creationTimestamp", ""))

    @property
    def position(self) -> tuple[str, str, int, str]:
        """When it can be taken away, after others of its organization."""
        order = self.generation.ownership.removal_order
        return self.organization, self.generation.api_version, order.index(self.role), self.live.name


def leftovers(plans: Sequence[Plan], census: Census, organizations: Collection[str]) -> list[Leftover]:
    """What is left over of these organizations, of each in the order in which it can be taken away."""
    finder = _LeftoverFinder(plans, census, organizations)
    every = (
        *finder.objects(),
        *finder.secrets(),
        *finder.organization_namespaces(),
        *finder.data_plane_namespaces(),
    )
    found = [each for each in every if each.organization in organizations]
    return sorted(found, key=lambda each: each.position)


class _LeftoverFinder:
    """Knows what stands, and says why the rest does not."""

    def __init__(self, plans: Sequence[Plan], census: Census, organizations: Collection[str]) -> None:
        self._census = census
        self._organizations = organizations
        beside = [node.key for plan in plans for node in plan.neighbours]
        self._secrets = {(node.key.organization, node.key.name) for plan in plans for node in plan.secrets}
        self._secrets |= {(key.organization, key.name) for key in beside if key.kind == SECRET}
        self._declared_namespaces = {key.name for key in beside if is_namespace(key.api_version, key.kind)}
        self._declared = {node.key: node.declared for plan in plans for node in plan.objects}
        self._index = Index(self._declared.values())
        self._namespaces = {node.name for plan in plans for node in plan.namespaces}
        self._spoken = {node.key.organization for plan in plans for node in plan.own}
        self._live: dict[Key, Live] = {}
        self._labelled: dict[tuple[str, str, str, tuple[str, str]], list[Live]] = defaultdict(list)
        for live in sorted(census.objects, key=_in_order_of_creation):
            key = key_of(live)
            self._live[key] = live
            for label in live.labels.items():
                self._labelled[key.api_version, key.kind, key.organization, label].append(live)
        self._by_uid = {live.metadata.get("uid"): key for key, live in self._live.items()}
        self._standing = set(self._declared) | {key for key in self._live if self._is_kept(key)}
        self._stand_with([reference for plan in plans for reference in plan.outside])
        # In the order of creation: owners before what they own.
        for key, live in self._live.items():
            if key not in self._standing and self._is_made(live):
                self._standing.add(key)
        self._deployed = {
            generation.placed(self._wire(key))
            for key in self._standing
            for generation in (generation_of(key.api_version),)
            if key.kind in generation.teardown.kinds
        }

    def objects(self) -> Iterator[Leftover]:
        """The custom resources that are left over."""
        for key, live in self._live.items():
            if key not in self._standing:
                # What stands in the wrong namespace is a leftover of the organization that was asked for.
                owners = organizations_of(live)
                owner = next((each for each in owners if each in self._organizations), owners[0])
                yield Leftover(live, generation_of(key.api_version), owner, key.kind, tuple(self._why(key, live)))

    def secrets(self) -> Iterator[Leftover]:
        """The Secrets with data planes' kubeconfigs that are left over."""
        connected = {
            (key.organization, generation_of(key.api_version).data_planes.connection(self._wire(key)))
            for key in self._standing
            if key.role is Role.DATA_PLANE
        }
        for live in self._census.secrets:
            key, generation = key_of(live), generation_of_secret(live)
            target = None if generation is None else generation.data_planes.connected(live.manifest)
            secret = key.organization, key.name
            if generation is None or target is None or secret in self._secrets or secret in connected:
                continue
            told = self._missing(target) or f"its data plane {target.known_as!r} does not refer to it"
            yield Leftover(live, generation, key.organization, key.kind, tuple(_also_deleting(live, [told])))

    def organization_namespaces(self) -> Iterator[Leftover]:
        """The namespaces of organizations and of their builds that are left over, and are no objects themselves."""
        for generation in self._census.generations:
            of = generation.namespaces
            for live in self._census.namespaces:
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
        for generation in self._census.asked:
            of = generation.namespaces
            for live in self._census.data_plane_namespaces:
                organization, project, environment = of.placement(live.labels)
                if (
                    not organization
                    or not environment
                    or live.name in self._namespaces | self._declared_namespaces
                    or of.tenant(live.name, live.labels)
                ):
                    continue
                why = self._homeless(live, generation, organization, project, environment)
                if why:
                    reasons = tuple(_also_deleting(live, why))
                    yield Leftover(live, generation, organization, DATA_PLANE_NAMESPACE, reasons)

    def _wire(self, key: Key) -> Mapping[str, Any]:
        """An object that stands, as it is declared, or else as it is live."""
        declared = self._declared.get(key)
        return self._live[key].manifest if declared is None else declared.wire

    def _is_kept(self, key: Key) -> bool:
        """Whether it is a namespace that is a tenant, and stays: stacks speak of it, or it is Kubernetes' own."""
        if key.role is not Role.TENANT or not generation_of(key.api_version).tenant_is_a_namespace:
            return False
        return key.name in self._spoken or is_of_kubernetes(key.name)

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

    def _stands(self, target: Target) -> bool:
        live = self._find(target)
        return self._index.find(target) is not None or (live is not None and key_of(live) in self._standing)

    def _is_made(self, live: Live) -> bool:
        """Whether OpenChoreo's controllers have made the object for one that stands."""
        if any(self._by_uid.get(owner.get("uid")) in self._standing for owner in _owners(live)):
            return True
        key = key_of(live)
        made_by = kind_of(key.api_version, key.kind).made_by
        if made_by and self._stands(Target(key.api_version, made_by, key.organization, key.name)):
            return True
        targets = [each.target for each in _references(live)]
        makers = generation_of(key.api_version).ownership.makers(live.manifest, targets, self._lookup)
        return bool(makers) and all(map(self._stands, makers))

    def _why(self, key: Key, live: Live) -> Iterator[str]:
        """Why an object is left over, what explains most first."""
        kind = kind_of(key.api_version, key.kind)
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
        if not target.known_as or self._stands(target):
            return None
        told = f"its {in_words(target.kind)} {target.known_as!r} is declared nowhere"
        if self._find(target) is None and self._census.knows(target, target.organization):
            told += " and not in the cluster"
        return told

    def _unneeded(self, live: Live, generation: Generation, organization: str) -> str | None:
        """Why the namespace of an organization is left over; None where it is not."""
        if live.name != organization:
            return f"it carries the labels of organization {organization!r}, whose namespace is {organization!r}"
        if organization in self._spoken:
            return None
        owners = [
            Target(kind.api_version, kind.kind, organization, organization) for kind in generation.of_role(Role.TENANT)
        ]
        return next(filter(None, map(self._missing, owners)), None)

    def _without_builds(self, generation: Generation, organization: str) -> str | None:
        """Why the namespace of an organization's builds is left over; None where it is not."""
        kind = generation.by_name[generation.namespaces.built_by]
        wanted = kind.api_version, kind.kind, organization
        needed = any((key.api_version, key.kind, key.organization) == wanted for key in self._standing)
        if needed or not self._census.knows(kind, organization):
            return None
        return f"{generation.tenant} {organization!r} has no {kind.kind}, and nobody else deletes it"

    def _homeless(
        self, live: Live, generation: Generation, organization: str, project: str, environment: str
    ) -> list[str]:
        """Why a namespace with the labels of an environment is left over; nothing where it is not."""
        name = generation.namespaces.name(organization, project, environment) if project else None
        known = all(self._census.knows(generation.by_name[kind], organization) for kind in generation.teardown.kinds)
        if live.name == name and ((organization, project, environment) in self._deployed or not known):
            return []
        if spared := by_name_and_labels(live, generation, organization, environment):
            return [f"it carries the labels of environment {environment!r}, and {spared}"]
        targets = [
            generation.named(kind.kind, organization, called)
            for role, called in ((Role.ENVIRONMENT, environment), (Role.PROJECT, project))
            for kind in generation.of_role(role)
        ]
        told = [each for each in map(self._missing, targets) if each is not None]
        if not told and live.name != name:
            of_project = generation.namespaces.placed_by[1]
            told = [f"OpenChoreo gives its labels to {name!r} only" if name else f"it lacks {of_project}"]
        return told or [f"no stack has project {project!r} in environment {environment!r}, or deploys there"]


def _in_order_of_creation(live: Live) -> tuple[str, int, str]:
    key = key_of(live)
    return key.api_version, generation_of(key.api_version).position(key.kind), live.name


def _references(live: Live) -> Iterator[Reference]:
    """What an object in the cluster refers to; nothing where it has another shape than the one that we know."""
    kind = kind_of(live.resource.api_version, live.resource.kind)
    own = {**dict.fromkeys(kind.hierarchy, ""), **live.labels}
    metadata = {"name": live.name, "namespace": live.namespace, "labels": own}
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
    if (told := deletion(live)) is not None:
        yield told

"""The workspace: several stacks together, what they need from each other, and findings that involve more than one.

Pure, like the plans that it is made of.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from choreo_components.api.generation import Role, Severity, Target
from choreo_components.api.generations import generation_of
from choreo_components.config.findings import Finding, error, warning
from choreo_components.config.neighbours import Neighbour
from choreo_components.config.project import Stack
from choreo_components.config.settings import Declared
from choreo_components.plan.builder import plan
from choreo_components.plan.checks import check
from choreo_components.plan.nodes import Key, Plan
from choreo_components.plan.references import Index, Reference

MOST_SUGGESTIONS = 20
"""How many findings say what may be meant instead."""


@dataclass(frozen=True)
class PlannedStack:
    """A stack of a workspace, with its plan."""

    stack: Stack
    plan: Plan

    @property
    def name(self) -> str:
        """The stack's name."""
        return self.stack.name

    @property
    def objects(self) -> int:
        """How many objects it declares."""
        return len(self.stack.settings.declared) + len(self.stack.settings.neighbours)


@dataclass(frozen=True)
class Link:
    """A reference from the stack `source` to an object that another stack, `owner`, declares."""

    source: str
    reference: Reference
    owner: str
    needed: Declared

    @property
    def binding(self) -> bool:
        """Whether the stack cannot be created without it."""
        return self.reference.severity is Severity.ERROR


class _Cluster:
    """What the stacks of a cluster declare: `first` has each object, and the first stack that declares it."""

    def __init__(self, stacks: Iterable[PlannedStack]) -> None:
        self.stacks = tuple(stacks)
        self.first: dict[Key, tuple[str, Declared]] = {}
        for planned in self.stacks:
            for node in planned.plan.objects:
                self.first.setdefault(node.key, (planned.name, node.declared))
        self.owners: dict[tuple[str, ...], tuple[str, Declared | Neighbour]] = {}
        """Each object, of any API, and the first stack that declares it."""
        for planned in self.stacks:
            for identity, each in _objects(planned):
                self.owners.setdefault(identity, (planned.name, each))
        self.index = Index(declared for _, declared in self.first.values())


class Workspace:
    """All stacks with their plans: `stacks` in the given order, and the `links` between them.

    Stacks whose kubeconfigs are readable and different have different clusters, and nothing in common. An encrypted
    kubeconfig is unknown: it counts as that of the others, unless they declare the same objects.
    """

    def __init__(self, stacks: Iterable[Stack]) -> None:
        """Plans the stacks."""
        self.stacks = tuple(PlannedStack(stack, plan(stack.settings)) for stack in stacks)
        self._by_name = {planned.name: planned.stack for planned in self.stacks}
        groups: dict[str, list[PlannedStack]] = defaultdict(list)
        for planned in self.stacks:
            kubeconfig = planned.stack.kubeconfig
            groups[kubeconfig if isinstance(kubeconfig, str) else ""].append(planned)
        self._clusters = tuple(map(_Cluster, groups.values()))
        self._cluster = {planned.name: cluster for cluster in self._clusters for planned in cluster.stacks}
        self.links = tuple(self._links())

    def findings(self, *, whole: bool) -> Mapping[str, list[Finding]]:
        """All findings by stack, in the order of the stacks.

        `whole`: these are all stacks of a project. An object that they refer to and none declares may be in the
        cluster. It is reported only if it is most likely misspelt: in a whole project that declares its organization.
        """
        found = {each.name: [*each.stack.findings, *each.stack.known(each.plan.findings)] for each in self.stacks}
        for name, finding in self._between():
            found[name].append(finding)
        if whole and all(each.stack.complete for each in self.stacks):
            for name, finding in self._unknown():
                found[name].append(finding)
        return found

    @property
    def batches(self) -> list[list[str]]:
        """The names of the stacks in an order of creation; those of a batch do not need each other.

        Stacks that need each other, and what needs those, are the last batch.
        """
        needs = self._needs()
        batches: list[list[str]] = []
        while needs:
            batch = [name for name in needs if not needs[name] & needs.keys()] or list(needs)
            batches.append(batch)
            needs = {name: needed for name, needed in needs.items() if name not in batch}
        return batches

    @property
    def cycle(self) -> list[str]:
        """Stacks that need each other, the first of them again at the end; empty if there is an order."""
        try:
            # Sorted, as sets have another order in each run.
            TopologicalSorter({name: sorted(needed) for name, needed in self._needs().items()}).prepare()
        except CycleError as found:
            names: list[str] = found.args[1]
            return names
        return []

    def _needs(self) -> dict[str, set[str]]:
        """By stack: those without which it cannot be created."""
        needs: dict[str, set[str]] = {planned.name: set() for planned in self.stacks}
        for link in self.links:
            if link.binding:
                needs[link.source].add(link.owner)
        return needs

    @cached_property
    def overlaps(self) -> Mapping[tuple[str, str], list[tuple[Declared | Neighbour, Declared | Neighbour]]]:
        """By pairs of stacks: the objects that both declare, which is right only if their clusters are different.

        Only for stacks where that is unknown: the kubeconfig of one of them is encrypted, or left out.
        """
        found: dict[tuple[str, str], list[tuple[Declared | Neighbour, Declared | Neighbour]]] = defaultdict(list)
        for planned, owner, declared, first in self._duplicates():
            if planned.stack.kubeconfig != self._by_name[owner].kubeconfig:
                found[planned.name, owner].append((declared, first))
        return found

    def _find(self, stack: str, target: Target) -> tuple[str, Declared] | None:
        """The object that is meant, and the stack that declares it: first on the cluster of `stack`, then on others."""
        own = self._cluster[stack]
        for cluster in (own, *(each for each in self._clusters if each is not own)):
            if (declared := cluster.index.find(target)) is not None:
                return cluster.first[Key.of(declared)]
        return None

    def _links(self) -> Iterator[Link]:
        for planned in self.stacks:
            for reference in planned.plan.outside:
                if (found := self._find(planned.name, reference.target)) is not None:
                    yield Link(planned.name, reference, *found)

    def _between(self) -> Iterator[tuple[str, Finding]]:
        """Findings that involve several stacks, each with the name of the stack that has its place."""
        yield from self._declared_twice()
        for link in self.links:
            yield from ((link.source, finding) for finding in link.reference.misfits(link.needed.wire))
        for cluster in self._clusters:
            yield from self._shared(cluster)
        if cycle := self.cycle:
            link = next(each for each in self.links if each.binding and [each.source, each.owner] == cycle[1::-1])
            message = f"stacks need each other: {' -> '.join(cycle)}; none of them can be created first"
            yield link.source, warning(link.reference.where, message)

    def _shared(self, cluster: _Cluster) -> Iterator[tuple[str, Finding]]:
        """Collisions between stacks on a cluster."""
        home: dict[str, str] = {}
        for name, declared in cluster.first.values():
            home.setdefault(declared.at().file, name)
        cells = [
            (node.declared.generation, (node.key.organization, node.project, node.environment.name))
            for planned in cluster.stacks
            for node in planned.plan.namespaces
        ]
        alone = {finding for planned in cluster.stacks for finding in planned.plan.findings}
        for finding in check([declared for _, declared in cluster.first.values()], cells):
            if finding not in alone:
                name = home[finding.where.file]
                yield from ((name, each) for each in self._by_name[name].known([finding]))

    def _duplicates(self) -> Iterator[tuple[PlannedStack, str, Declared | Neighbour, Declared | Neighbour]]:
        """Objects that an earlier stack of the same cluster declares too: stack, earlier stack, and both objects."""
        for planned in self.stacks:
            for identity, declared in _objects(planned):
                owner, first = self._cluster[planned.name].owners[identity]
                if owner != planned.name:
                    yield planned, owner, declared, first

    def _declared_twice(self) -> Iterator[tuple[str, Finding]]:
        overlaps = self.overlaps
        for planned, owner, declared, first in self._duplicates():
            if (planned.name, owner) not in overlaps:
                where = first.at("metadata", "name")
                message = f"{declared} is also declared in stack {owner!r} ({where}); remove it from one of the stacks"
                yield planned.name, error(declared.at("metadata", "name"), message)
        for (name, owner), objects in overlaps.items():
            declared, first = objects[0]
            more = f" and {len(objects) - 1} more are" if len(objects) > 1 else " is"
            where = first.at("metadata", "name")
            message = (
                f"{declared}{more} also declared in stack {owner!r} ({where}): valid only if the two stacks have "
                "different clusters, which is not known here"
            )
            yield name, warning(declared.at("metadata", "name"), message)

    def _unknown(self) -> Iterator[tuple[str, Finding]]:
        """A warning for each object that is referred to and not declared, in organizations that a stack declares."""
        unknown: dict[Target, list[tuple[str, Reference]]] = defaultdict(list)
        for planned in self.stacks:
            for reference in planned.plan.outside:
                target = reference.target
                tenants = generation_of(target.api_version).of_role(Role.TENANT)
                declared = any(
                    Key(target.api_version, tenant.kind, target.organization, target.organization) in cluster.first
                    for cluster in self._clusters
                    for tenant in tenants
                )
                if declared and self._find(planned.name, target) is None:
                    unknown[target].append((planned.name, reference))
        for number, (target, references) in enumerate(unknown.items()):
            name, reference = references[0]
            more = f" ({len(references) - 1} more refer to it)" if len(references) > 1 else ""
            message = f"no stack of this project declares {target} of organization {target.organization!r}"
            # Each suggestion compares the name with all others, which takes minutes for thousands of names.
            meant = self._meant(target) if number < MOST_SUGGESTIONS else ""
            yield name, warning(reference.where, f"{message}{more}{meant}")

    def _meant(self, target: Target) -> str:
        """A suggestion of what may be meant instead."""
        names = [
            declared.name if target.name else declared.labels.get(target.labels[-1][0], "")
            for cluster in self._clusters
            for key, (_, declared) in cluster.first.items()
            if (key.api_version, key.kind, key.organization) == (target.api_version, target.kind, target.organization)
        ]
        close = get_close_matches(target.known_as, names, n=1)
        return f"; did you mean {close[0]!r}?" if close else ""


def _objects(planned: PlannedStack) -> Iterator[tuple[tuple[str, ...], Declared | Neighbour]]:
    """The objects of a stack, of any API, each with its identity in a cluster."""
    for node in planned.plan.objects:
        metadata = node.declared.object.metadata
        yield (node.declared.object.api_version, node.key.kind, metadata.namespace or "", node.key.name), node.declared
    for each in planned.plan.neighbours:
        yield (each.key.api_version, each.key.kind, each.key.organization, each.key.name), each.neighbour

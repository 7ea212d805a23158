"""An estate: several stacks side by side, what they need of each other, and what is wrong that none can see by itself.

Pure, like the plans that it is made of.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter

from choreo_components.api import labels
from choreo_components.checks import check
from choreo_components.findings import Finding, Severity, error, warning
from choreo_components.plan import Key, NamespaceNode, ObjectNode, Plan, plan
from choreo_components.project import Stack
from choreo_components.references import Index, Reference, Target
from choreo_components.settings import Declared


@dataclass(frozen=True)
class Member:
    """A stack of an estate, and what becomes of it."""

    stack: Stack
    plan: Plan

    @property
    def name(self) -> str:
        """The stack's name."""
        return self.stack.name


@dataclass(frozen=True)
class Link:
    """A reference from the stack `source` to an object that another one declares, the stack `owner`."""

    source: str
    reference: Reference
    owner: str
    needed: Declared

    @property
    def binding(self) -> bool:
        """Whether the stack cannot be brought up without it."""
        return self.reference.severity is Severity.ERROR


class Estate:
    """The stacks, planned: `members` in the order in which they were given, and the `links` between them."""

    def __init__(self, stacks: Iterable[Stack]) -> None:
        """Plans the stacks."""
        self.members = tuple(Member(stack, plan(stack.settings)) for stack in stacks)
        self._first: dict[Key, tuple[str, Declared]] = {}
        for member in self.members:
            for node in member.plan.nodes:
                if isinstance(node, ObjectNode):
                    self._first.setdefault(node.key, (member.name, node.declared))
        self._index = Index(declared for _, declared in self._first.values())
        self.links = tuple(self._links())

    @property
    def objects(self) -> int:
        """How many objects the stacks declare."""
        return sum(len(member.stack.settings.declared) for member in self.members)

    def findings(self, *, whole: bool) -> Mapping[str, list[Finding]]:
        """All findings by stack, in the order of the stacks.

        `whole` is whether these are all stacks of a project. What they refer to and none declares may be in the
        cluster; it is told only where it is most likely misspelt: of a whole project that declares the organization.
        """
        found = {each.name: [*each.stack.findings, *each.stack.known(each.plan.findings)] for each in self.members}
        for name, finding in self._between():
            found[name].append(finding)
        if whole and all(each.stack.complete for each in self.members):
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
    def circle(self) -> list[str]:
        """Stacks that need each other, the first of them again at the end; none where there is an order."""
        try:
            # Sorted, as sets have another order in each run.
            TopologicalSorter({name: sorted(needed) for name, needed in self._needs().items()}).prepare()
        except CycleError as found:
            names: list[str] = found.args[1]
            return names
        return []

    def _needs(self) -> dict[str, set[str]]:
        """By stack: those without which it cannot be brought up."""
        needs: dict[str, set[str]] = {member.name: set() for member in self.members}
        for link in self.links:
            if link.binding:
                needs[link.source].add(link.owner)
        return needs

    def _links(self) -> Iterator[Link]:
        for member in self.members:
            for reference in member.plan.outside:
                needed = self._index.find(reference.target)
                if needed is not None:
                    yield Link(member.name, reference, self._first[Key.of(needed)][0], needed)

    def _between(self) -> Iterator[tuple[str, Finding]]:
        """What is wrong between stacks, each with the name of the stack that has the place."""
        yield from self._declared_twice()
        home: dict[str, str] = {}
        for name, declared in self._first.values():
            home.setdefault(declared.at().file, name)
        triples = [
            (node.key.organization, node.project, node.environment.name)
            for member in self.members
            for node in member.plan.nodes
            if isinstance(node, NamespaceNode)
        ]
        alone = {finding for member in self.members for finding in member.plan.findings}
        for finding in check([declared for _, declared in self._first.values()], triples):
            if finding not in alone:
                yield home[finding.where.file], finding
        if circle := self.circle:
            link = next(each for each in self.links if each.binding and [each.source, each.owner] == circle[1::-1])
            message = f"stacks need each other: {' -> '.join(circle)}; none of them can be brought up first"
            yield link.source, warning(link.reference.where, message)

    def _declared_twice(self) -> Iterator[tuple[str, Finding]]:
        for member in self.members:
            for declared in member.stack.settings.declared:
                owner, first = self._first[Key.of(declared)]
                if owner != member.name:
                    where = first.at("metadata", "name")
                    message = f"{declared} is declared in stack {owner!r} as well ({where}): only one stack can have it"
                    yield member.name, error(declared.at("metadata", "name"), message)

    def _unknown(self) -> Iterator[tuple[str, Finding]]:
        """What is referred to and nobody declares, each once, in organizations that the estate declares."""
        told: dict[Target, list[tuple[str, Reference]]] = defaultdict(list)
        for member in self.members:
            for reference in member.plan.outside:
                target = reference.target
                organization = Key("Organization", target.organization, target.organization)
                if self._index.find(target) is None and organization in self._first:
                    told[target].append((member.name, reference))
        for target, references in told.items():
            name, reference = references[0]
            more = f" ({len(references) - 1} more refer to it)" if len(references) > 1 else ""
            message = f"no stack of this project declares {target} of organization {target.organization!r}"
            yield name, warning(reference.where, f"{message}{more}{self._meant(target)}")

    def _meant(self, target: Target) -> str:
        """What may be meant instead."""
        wanted = target.name or dict(target.labels).get(labels.NAME, "")
        names = [
            declared.name if target.name else declared.labels[labels.NAME]
            for key, (_, declared) in self._first.items()
            if (key.kind, key.organization) == (target.kind, target.organization)
        ]
        close = get_close_matches(wanted, names, n=1)
        return f"; did you mean {close[0]!r}?" if close else ""

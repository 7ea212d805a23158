"""A graph: what several stacks become in the cluster, in the order of creation and numbered in the order of destroy.

Objects, namespaces and finalizers are its nodes, and stacks their groups. Resources that exist only in Pulumi's state
(the inventory and the deletion guard of a stack) are left out.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from hashlib import sha256

from choreo_components.api.generation import NAMESPACE, Role, Target
from choreo_components.api.generations import generation_of
from choreo_components.plan.nodes import KUBERNETES, Key, NamespaceNode
from choreo_components.plan.references import Reference
from choreo_components.plan.workspace import PlannedStack, Workspace


@dataclass(frozen=True)
class Node:
    """A node: its `id` consists of letters, digits and underscores; the `lines` of its label are not escaped."""

    id: str
    kind: str
    lines: tuple[str, ...]
    role: Role | None = None


@dataclass(frozen=True)
class Group:
    """A stack, or what is `outside`: objects that no stack declares and that must be in the cluster."""

    id: str
    title: str
    nodes: tuple[Node, ...]
    outside: bool = False


@dataclass(frozen=True)
class Edge:
    """From what is needed to what needs it, by the ids of the nodes; `crosses`: the former is read from the cluster."""

    source: str
    target: str
    crosses: bool


@dataclass(frozen=True)
class Graph:
    """Groups with their nodes, and the edges between nodes, each in the order of creation."""

    groups: tuple[Group, ...]
    edges: tuple[Edge, ...]


def graph(workspace: Workspace) -> Graph:
    """The graph of a workspace. It does not depend on the order in which the stacks are given.

    The last line of a label says when the node is destroyed: `destroy 2.3` is the third step of a stack that is
    destroyed second. Nodes of the same step, and stacks of the same number, are destroyed together. Edges that follow
    from others are left out.
    """
    return _Drawing(workspace).graph()


class _Drawing:
    """Collects nodes and edges by their keys."""

    def __init__(self, workspace: Workspace) -> None:
        batches = reversed(workspace.batches)
        self.turns = {name: turn for turn, batch in enumerate(batches, 1) for name in batch}
        self.stacks = sorted(workspace.stacks, key=lambda planned: (-self.turns[planned.name], planned.name))
        self.needs: dict[Key, set[Key]] = {}
        self.home: dict[Key, str] = {}
        self.called: dict[Key, str] = {}
        self.steps: dict[Key, int] = {}
        self.outside: dict[Key, None] = {}
        for planned in self.stacks:
            self.add(planned)
        self.connect(workspace)
        for planned in self.stacks:
            self.number(planned)
        self.ids = _ids([*self.needs, *self.outside])

    def add(self, planned: PlannedStack) -> None:
        """The nodes of a stack, in its order, with the edges inside it."""
        for node in planned.plan.nodes:
            self.home[node.key] = planned.name
            self.called[node.key] = node.name if isinstance(node, NamespaceNode) else node.key.name
            self.needs[node.key] = {_behind(key) for key in planned.plan.needs[node.key]}
            if (namespace := _behind(node.key)) != node.key:
                self.home[namespace], self.called[namespace] = planned.name, namespace.name
                self.needs[namespace] = {node.key}

    def connect(self, workspace: Workspace) -> None:
        """Adds the edges between stacks, and from what is outside."""
        links = {(link.source, link.reference.target): link.needed for link in workspace.links}
        organizations: list[tuple[Key, Key]] = []
        for planned in self.stacks:
            for reference in planned.plan.outside:
                # What a pipeline names may be created later.
                if not reference.holds:
                    continue
                needed = links.get((planned.name, reference.target))
                key = _outside(reference.target) if needed is None else _behind(Key.of(needed))
                if _outside(reference.target).role is Role.TENANT:
                    organizations.append((_source(reference), key))
                else:
                    self.need(_source(reference), key)
        # As in a plan: an object that needs another one reaches its organization through that.
        alone = [each for each in organizations if not any(needed.organization for needed in self.needs[each[0]])]
        for source, key in alone:
            self.need(source, key)

    def need(self, source: Key, key: Key) -> None:
        self.needs[source].add(key)
        if key not in self.home:
            self.outside[key] = None

    def number(self, planned: PlannedStack) -> None:
        """Numbers the steps in which a stack is destroyed: against the edges."""
        own = [key for key, home in self.home.items() if home == planned.name]
        taken = {node.key for node in planned.plan.namespaces}
        steps = dict.fromkeys(own, 1)
        order = TopologicalSorter({key: self.needs[key] & steps.keys() for key in own}).static_order()
        for key in reversed(list(order)):
            for needed in self.needs[key] & steps.keys():
                # The finalizer itself deletes the namespaces of its environment.
                steps[needed] = max(steps[needed], steps[key] + (needed not in taken))
        self.steps |= steps

    def graph(self) -> Graph:
        several = len({key.organization for key in self.home if key.organization}) > 1
        groups = [
            Group(
                f"stack_{id}",
                f"stack {planned.name}: destroy {self.turns[planned.name]}",
                tuple(self.node(key, several) for key, home in self.home.items() if home == planned.name),
            )
            for planned, id in zip(self.stacks, _slugs([each.name for each in self.stacks]), strict=True)
        ]
        if self.outside:
            nodes = tuple(self.node(key, several) for key in sorted(self.outside))
            groups.append(Group("outside", "in the cluster", nodes, outside=True))
        return Graph(tuple(groups), tuple(self.edges()))

    def node(self, key: Key, several: bool) -> Node:
        called = self.called.get(key, key.name)
        inside = several and key.organization and key.role is not Role.TENANT
        name = f"{key.organization}/{called}" if inside else called
        when = f"destroy {self.turns[self.home[key]]}.{self.steps[key]}" if key in self.home else "not of these stacks"
        return Node(self.ids[key], key.kind, (key.kind, name, when), key.role)

    def edges(self) -> Iterator[Edge]:
        """The edges without those that follow from others."""
        bits = {key: 1 << number for number, key in enumerate([*self.needs, *self.outside])}
        before: dict[Key, int] = {}
        for key in TopologicalSorter(self.needs).static_order():
            before[key] = 0
            for needed in self.needs.get(key, ()):
                before[key] |= bits[needed] | before[needed]
        for key, needs in self.needs.items():
            behind = 0
            for needed in needs:
                behind |= before[needed]
            for needed in sorted(needs):
                if not bits[needed] & behind:
                    yield Edge(self.ids[needed], self.ids[key], self.home.get(needed) != self.home[key])


def _behind(key: Key) -> Key:
    """What must exist before an object can be used: for an organization, its namespace."""
    if key.role is not Role.TENANT or generation_of(key.api_version).tenant_is_a_namespace:
        return key
    return Key(KUBERNETES, NAMESPACE, key.name, key.name)


def _source(reference: Reference) -> Key:
    """The node that needs what is referred to: a project is needed by its namespace in an environment."""
    source = Key.of(reference.source)
    if reference.project is None:
        return source
    return Key(KUBERNETES, NAMESPACE, source.organization, f"{reference.project}/{source.name}")


def _outside(target: Target) -> Key:
    name = target.name if target.name is not None else "/".join(value for _, value in target.labels)
    return Key(target.api_version, target.kind, target.organization, name)


def _ids(keys: Iterable[Key]) -> dict[Key, str]:
    """An id for each key, which does not depend on the other keys unless they would have the same id."""
    unique = list(keys)
    return dict(zip(unique, _slugs([f"{key.kind} {key.organization} {key.name}" for key in unique]), strict=True))


def _slugs(texts: list[str]) -> list[str]:
    """The texts in letters, digits and underscores; with a hash if that makes several the same."""
    slugs = [re.sub(r"[^0-9A-Za-z]+", "_", text) for text in texts]
    count = Counter(slugs)
    return [
        f"{slug}_{sha256(text.encode('utf-8', 'surrogateescape')).hexdigest()[:8]}" if count[slug] > 1 else slug
        for slug, text in zip(slugs, texts, strict=True)
    ]

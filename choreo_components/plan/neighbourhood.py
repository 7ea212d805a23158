"""The neighbourhood of a plan: where objects of other APIs are in its order, and what comes after them.

They come before OpenChoreo's objects, which may use them without an explicit reference, and after the namespace that
they are in. Webhooks come last, as they may refuse what is created after them. A destroy is the reverse.
"""

from collections.abc import Iterable, Iterator, Mapping

from choreo_components.api.generation import SECRET, Role
from choreo_components.api.neighbours import group_of, is_namespace, is_webhook, needed_by, position
from choreo_components.config.findings import Finding, error
from choreo_components.config.neighbours import Neighbour
from choreo_components.config.settings import Declared
from choreo_components.plan.nodes import KUBERNETES, Key, NamespaceNode, NeighbourNode, SecretNode

NAMESPACES, TENANTS, BEFORE, OWN, INSIDE, LAST = range(6)
"""The parts of a plan's order: plain namespaces; tenants; neighbours; all other objects of OpenChoreo; neighbours in
its data-plane namespaces; and webhooks."""


class Neighbourhood:
    """The neighbours of a plan, and the other objects of the plan that may conflict with them."""

    def __init__(
        self,
        neighbours: Iterable[Neighbour],
        declared: Iterable[Declared],
        namespaces: Iterable[NamespaceNode],
        secrets: Iterable[SecretNode],
        finalizers: Mapping[Key, Key],
    ) -> None:
        """`finalizers` are those of environments, by these."""
        self.findings: list[Finding] = []
        self._homes: dict[str, tuple[Key, ...]] = {}
        self._made: dict[str, str] = {}
        """By the name of a namespace that is created with something else: what that is, in words."""
        self._tenants: set[str] = set()
        for owner in declared:
            self._add_home(owner)
        for made in namespaces:
            self._homes[made.name] = (made.key, *filter(None, (finalizers.get(made.environment),)))
            self._made[made.name] = f"project {made.project!r} in {made.declared}"
        own = {secret.key for secret in secrets}
        free = [each for each in neighbours if self._is_free(each, own)]
        for each in free:
            if is_namespace(each.api_version, each.kind):
                self._homes[each.name] = (Key.of_neighbour(each),)
        self.nodes = [
            NeighbourNode(Key.of_neighbour(each), each, next(iter(self._homes.get(each.namespace, ())), None))
            for each in free
        ]
        self._by_name = {
            (group_of(node.key.api_version), node.key.kind, node.key.organization, node.key.name): node.key
            for node in self.nodes
        }
        self._part = {node.key: self._part_of(node.key) for node in self.nodes}
        self.needs = {node.key: set(self._needs(node)) for node in self.nodes}
        """By neighbour: what it comes after."""
        self._ends: dict[str, tuple[Key, ...]] = {}
        self._has_secrets = any(key.kind == SECRET for key in self._part)

    def _add_home(self, declared: Declared) -> None:
        """Adds the namespace that is created with an object of OpenChoreo's, if any."""
        generation = declared.generation
        if declared.role is Role.TENANT:
            self._homes[declared.name] = (Key.of(declared),)
            self._made[declared.name] = str(declared)
            self._tenants.add(declared.name)
        maker = generation.namespaces.maker
        if maker is not None and declared.kind == maker.kind:
            cell = generation.cell_of(declared.wire)
            if all(cell):
                name = generation.namespaces.name(*cell)
                self._homes[name] = (Key.of(declared),)
                self._made[name] = str(declared)

    def _is_free(self, neighbour: Neighbour, secrets: Iterable[Key]) -> bool:
        """Whether nothing else in the plan is the same object; otherwise adds an error."""
        where = neighbour.at("metadata", "name")
        if is_namespace(neighbour.api_version, neighbour.kind) and neighbour.name in self._made:
            message = f"the namespace of {self._made[neighbour.name]}, which creates it; leave this one out"
            self.findings.append(error(where, message))
            return False
        if Key.of_neighbour(neighbour) in secrets:
            message = "the Secret that choreo:dataPlaneKubeconfigs makes; remove this one, or the kubeconfig there"
            self.findings.append(error(where, message))
            return False
        return True

    def _part_of(self, key: Key) -> int:
        if is_webhook(key.api_version, key.kind):
            return LAST
        if is_namespace(key.api_version, key.kind):
            return NAMESPACES
        inside = key.organization in self._made and key.organization not in self._tenants
        return INSIDE if inside else BEFORE

    def order(self, key: Key) -> tuple[int, str, int]:
        """The position of a neighbour in the order of creation, comparable with those of all nodes of the plan."""
        return self._part[key], "", position(key.api_version, key.kind)

    def _needs(self, node: NeighbourNode) -> Iterator[Key]:
        """What a neighbour comes after."""
        yield from self._homes.get(node.key.organization, ())
        for each in needed_by(node.neighbour.wire):
            found = self._by_name.get(each)
            if found is not None and found != node.key and self._part[found] <= self._part[node.key]:
                yield found

    def last(self) -> list[Key]:
        """The webhooks, which come after everything else."""
        return [key for key, part in self._part.items() if part == LAST]

    def before(self, declared: Declared, *, is_first: bool) -> Iterator[Key]:
        """The neighbours that an object of OpenChoreo's comes after: the Secrets that it names.

        `is_first`: of the plan it needs only its tenant, so it comes after all neighbours in its namespace or in none.
        """
        for namespace, name in declared.generation.secrets(declared.wire) if self._has_secrets else ():
            key = Key(KUBERNETES, SECRET, namespace, name)
            if self._part.get(key) == BEFORE:
                yield key
        if is_first:
            yield from self._ends_of(declared.organization)

    def _ends_of(self, organization: str) -> tuple[Key, ...]:
        """The last of the neighbours in an organization's namespace and in none: those that none of them needs."""
        if organization not in self._ends:
            near = [
                key
                for key, part in self._part.items()
                if part in (NAMESPACES, BEFORE) and key.organization in ("", organization)
            ]
            needed = {each for key in near for each in self.needs[key]}
            self._ends[organization] = tuple(key for key in near if key not in needed)
        return self._ends[organization]

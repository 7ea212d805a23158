"""A reference: one object's need for another, by name or by labels, in the stack or outside it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from choreo_components.api.generation import Dependency, Severity, Target, Violation
from choreo_components.api.generations import kind_of
from choreo_components.config.findings import Finding, Location
from choreo_components.config.settings import Declared

Found = Mapping[Target, Mapping[str, Any] | None]
"""What was looked up in the cluster: the object in wire names that a target leads to; None if there is none."""


@dataclass(frozen=True)
class Reference:
    """`source` needs the object that `target` identifies, and names it at `where`.

    If there is no such object, `missing` is the message and `severity` its severity. `holds`: it must exist before the
    source. `project` is set if the source's namespace for that project needs it, and not the source itself.
    """

    source: Declared
    where: Location
    target: Target
    missing: str
    severity: Severity = Severity.ERROR
    holds: bool = True
    project: str | None = None
    unfit: Callable[[Mapping[str, Any]], Iterable[Violation]] | None = field(default=None, compare=False)
    """What is wrong with the source if this object is found."""

    @classmethod
    def of(cls, source: Declared, found: Dependency) -> "Reference":
        """A dependency of an object, with its place."""
        where = source.at(*found.path)
        return cls(source, where, found.target, found.missing, found.severity, found.holds, unfit=found.unfit)

    def misfits(self, found: Mapping[str, Any]) -> Iterator[Finding]:
        """What is wrong with the source if the target leads to this object, in wire names."""
        for each in self.unfit(found) if self.unfit is not None else ():
            yield Finding(each.severity, self.source.at(*each.path), each.message)


def references(declared: Declared) -> Iterator[Reference]:
    """All references of an object, including that to its organization."""
    for found in declared.generation.references(declared):
        yield Reference.of(declared, found)


def has_fields(wire: Mapping[str, Any], target: Target) -> bool:
    """Whether an object in wire names has the fields by which a target is found."""
    return all(_text(wire, path) == value for path, value in target.fields)


def _text(wire: Mapping[str, Any], path: str) -> Any:
    inside: Any = wire
    for name in path.split("."):
        inside = inside.get(name) if isinstance(inside, Mapping) else None
    return inside


class Index:
    """A stack's objects, found as OpenChoreo finds them: by metadata.name, by labels, or by fields."""

    def __init__(self, declared: Iterable[Declared]) -> None:
        """Indexes the objects; of several with the same labels, the first is found."""
        self._by_name: dict[tuple[str, str, str, str], Declared] = {}
        self._by_kind: dict[tuple[str, str], list[Declared]] = {}
        self._by_labels: dict[tuple[str, str, tuple[str, ...]], dict[tuple[str, tuple[str, ...]], Declared]] = {}
        self._by_fields: dict[tuple[str, str, tuple[str, ...]], dict[tuple[str, tuple[Any, ...]], Declared]] = {}
        for each in declared:
            api_version = each.generation.api_version
            self._by_name[api_version, each.kind, each.organization, each.name] = each
            self._by_kind.setdefault((api_version, each.kind), []).append(each)

    def find(self, target: Target) -> Declared | None:
        """The object of this stack that is meant, or the one that will make it; None if it has neither."""
        if target.fields:
            return self._with_fields(target)
        if target.name is None:
            return self._labelled(target)
        made_by = kind_of(target.api_version, target.kind).made_by
        for kind in (target.kind, made_by) if made_by else (target.kind,):
            found = self._by_name.get((target.api_version, kind, target.organization, target.name))
            if found is not None:
                return found
        return None

    def _with_fields(self, target: Target) -> Declared | None:
        """By an index for each set of fields that targets name."""
        paths = tuple(path for path, _ in target.fields)
        kind = target.api_version, target.kind
        index = self._by_fields.get((*kind, paths))
        if index is None:
            index = self._by_fields[*kind, paths] = {}
            for each in self._by_kind.get(kind, ()):
                index[each.organization, tuple(_text(each.wire, path) for path in paths)] = each
        return index.get((target.organization, tuple(value for _, value in target.fields)))

    def _labelled(self, target: Target) -> Declared | None:
        """By an index for each set of labels that targets name."""
        pairs = sorted(target.labels)
        keys = tuple(key for key, _ in pairs)
        kind = target.api_version, target.kind
        index = self._by_labels.get((*kind, keys))
        if index is None:
            index = self._by_labels[*kind, keys] = {}
            for each in self._by_kind.get(kind, ()):
                index.setdefault((each.organization, tuple(each.labels.get(key, "") for key in keys)), each)
        return index.get((target.organization, tuple(value for _, value in pairs)))

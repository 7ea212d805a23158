"""Checks: mistakes that OpenChoreo would accept, and that later fail, hang or collide without a visible error."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from choreo_components.api.annotations import excess
from choreo_components.api.generation import Cell, Generation, Path, Role, Sole, Violation
from choreo_components.api.generations import generation_having
from choreo_components.api.names import Use, collisions, refusal
from choreo_components.config.findings import Finding, error
from choreo_components.config.neighbours import Neighbour
from choreo_components.config.settings import Declared

LARGEST_OBJECT = 3 * 2**19
"""Bytes of a request that etcd takes, unless its --max-request-bytes says otherwise."""


def check(declared: Sequence[Declared], cells: Iterable[tuple[Generation, Cell]]) -> Iterator[Finding]:
    """All findings about a stack's objects and its data-plane namespaces."""
    environments = [each for each in declared if each.role is Role.ENVIRONMENT]
    others = [each for each in declared if each.role is not Role.ENVIRONMENT]

    def found(of: Declared, violation: Violation) -> Finding:
        return Finding(violation.severity, of.at(*violation.path), violation.message)

    for each in environments:
        yield from (found(each, violation) for violation in each.generation.checks(each))
    yield from together(declared)
    yield from _duplicates(declared)
    for each in others:
        yield from (found(each, violation) for violation in each.generation.checks(each))
    yield from _namespaces(environments, list(cells))


def together(declared: Iterable[Declared], in_cluster: Iterable[Mapping[str, Any]] = ()) -> Iterator[Finding]:
    """Findings about combinations of a stack's objects, with each other and with objects that are `in_cluster`."""
    groups: dict[Generation, list[Declared]] = defaultdict(list)
    for each in declared:
        groups[each.generation].append(each)
    others: dict[Generation, list[Mapping[str, Any]]] = defaultdict(list)
    for wire in in_cluster:
        others[generation_having(str(wire["apiVersion"]), str(wire["kind"]))].append(wire)
    for generation, own in groups.items():
        wires = [*(each.wire for each in own), *others[generation]]
        for index, violation in generation.checks_together(wires, partial(_at, own)):
            if index < len(own):
                yield Finding(violation.severity, own[index].at(*violation.path), violation.message)


def _at(own: Sequence[Declared], index: int, path: Path) -> str:
    """The location of a field of one of the objects; those after the declared ones are the cluster's."""
    return str(own[index].at(*path)) if index < len(own) else "in the cluster"


def _duplicates(declared: Iterable[Declared]) -> Iterator[Finding]:
    """An error for each object that duplicates the function of another one, where there must be at most one.

    The right one is the one with the name that it should have, or else the first.
    """
    same: dict[tuple[str, str, tuple[str, ...]], list[tuple[Declared, Sole]]] = defaultdict(list)
    for each in declared:
        if (sole := each.generation.sole(each.wire)) is not None:
            same[each.generation.api_version, each.kind, sole.of].append((each, sole))
    for group in same.values():
        right, _ = next(((each, sole) for each, sole in group if each.name == sole.called), group[0])
        for each, sole in group:
            if each is not right:
                message = (
                    f"{each.kind} {right.name!r} {sole.says} already ({right.at(*sole.path)}): {sole.otherwise}; "
                    "declare only one of them"
                )
                yield error(each.at(*sole.path), message)


def size(declared: Declared | Neighbour, added: Mapping[str, str]) -> Iterator[Finding]:
    """An error if an object, with the annotations that are `added` to its own, is too large for Kubernetes."""
    if refused := excess({**added, **(declared.object.metadata.annotations or {})}):
        yield error(declared.at("metadata", "annotations"), refused)
    elif _is_larger(declared.document.value, LARGEST_OBJECT):
        yield error(declared.at(), f"more than {LARGEST_OBJECT:,} bytes: etcd accepts no larger object by default")


def _is_larger(value: Any, limit: int) -> bool:
    """Whether a value takes more bytes in JSON. It stops at the limit, as aliases can make a value huge."""
    inside, size = [value], 0
    while inside and size <= limit:
        each = inside.pop()
        if isinstance(each, Mapping):
            size += 4 * len(each)
            inside += [*each, *each.values()]
        elif isinstance(each, list):
            size += 2 + len(each)
            inside += each
        else:
            text = str(each)
            size += len(text if text.isascii() else text.encode("utf-8", "replace"))
    return size > limit


def _namespaces(environments: Iterable[Declared], cells: Sequence[tuple[Generation, Cell]]) -> Iterator[Finding]:
    """An error for each namespace that Kubernetes refuses, or that several projects or environments would share."""
    by_name = {(each.generation, each.organization, each.name): each for each in environments}
    for generation, cell in cells:
        organization, project, environment = cell
        name = generation.namespaces.name(*cell)
        if refused := refusal(name, Use.NAMESPACE):
            where = by_name[generation, organization, environment].at("metadata", "name")
            yield error(
                where,
                f"the data-plane namespace of project {project!r} would be named {name}: {refused}; rename the project "
                "or the environment",
            )
    for shared, group in collisions(cells, lambda each: each[0].namespaces.name(*each[1])).items():
        generation, (organization, _, environment) = group[0]
        owners = " and ".join(f"organization {o!r}, project {p!r}, environment {e!r}" for _, (o, p, e) in group)
        where = by_name[generation, organization, environment].at("metadata", "name")
        yield error(
            where,
            f"one data-plane namespace, {shared}, would belong to {owners}; rename one of them",
        )

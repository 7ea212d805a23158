"""A check: something that OpenChoreo would accept, and that then fails, hangs or collides where nobody looks."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from choreo_components.api.annotations import excess
from choreo_components.api.generation import Generation, Path, Placement, Role, Sole, Violation
from choreo_components.api.generations import generation_having
from choreo_components.api.names import Use, collisions, refusal
from choreo_components.config.findings import Finding, error
from choreo_components.config.neighbours import Neighbour
from choreo_components.config.settings import Declared

LARGEST_OBJECT = 3 * 2**19
"""Bytes of a request that etcd takes, unless its --max-request-bytes says otherwise."""


def check(declared: Sequence[Declared], placements: Iterable[tuple[Generation, Placement]]) -> Iterator[Finding]:
    """All findings about a stack's objects, and about the data-plane namespaces that it has."""
    environments = [each for each in declared if each.role is Role.ENVIRONMENT]
    others = [each for each in declared if each.role is not Role.ENVIRONMENT]

    def found(of: Declared, violation: Violation) -> Finding:
        return Finding(violation.severity, of.at(*violation.path), violation.message)

    for each in environments:
        yield from (found(each, violation) for violation in each.generation.checks(each))
    yield from together(declared)
    yield from _second_ones(declared)
    for each in others:
        yield from (found(each, violation) for violation in each.generation.checks(each))
    yield from _namespaces(environments, list(placements))


def together(declared: Iterable[Declared], beside: Iterable[Mapping[str, Any]] = ()) -> Iterator[Finding]:
    """Findings about a stack's objects that several of them make, or some with those `beside` them in the cluster."""
    groups: dict[Generation, list[Declared]] = defaultdict(list)
    for each in declared:
        groups[each.generation].append(each)
    others: dict[Generation, list[Mapping[str, Any]]] = defaultdict(list)
    for wire in beside:
        others[generation_having(str(wire["apiVersion"]), str(wire["kind"]))].append(wire)
    for generation, own in groups.items():
        wires = [*(each.wire for each in own), *others[generation]]
        for index, violation in generation.checks_together(wires, partial(_at, own)):
            if index < len(own):
                yield Finding(violation.severity, own[index].at(*violation.path), violation.message)


def _at(own: Sequence[Declared], index: int, path: Path) -> str:
    """Where a field of one of the objects is; those after the declared ones are the cluster's."""
    return str(own[index].at(*path)) if index < len(own) else "in the cluster"


def _second_ones(declared: Iterable[Declared]) -> Iterator[Finding]:
    """An error for each object that is what another one is already, where there must be one at most.

    Of several, the one with the name that it should have is the right one, else the first.
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
                    f"{each.kind} {right.name!r} {sole.says} already ({right.at(*sole.path)}): {sole.otherwise}. "
                    "Declare one of the two"
                )
                yield error(each.at(*sole.path), message)


def size(declared: Declared | Neighbour, added: Mapping[str, str]) -> Iterator[Finding]:
    """An error where an object is larger than Kubernetes takes, with the annotations that are `added` to its own."""
    if refused := excess({**added, **(declared.object.metadata.annotations or {})}):
        yield error(declared.at("metadata", "annotations"), refused)
    elif _is_larger(declared.document.value, LARGEST_OBJECT):
        yield error(declared.at(), f"more than {LARGEST_OBJECT:,} bytes: etcd takes no larger object by default")


def _is_larger(value: Any, limit: int) -> bool:
    """Whether a value takes more bytes in JSON. Bounded by the limit: aliases may make it endless."""
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


def _namespaces(
    environments: Iterable[Declared], placements: Sequence[tuple[Generation, Placement]]
) -> Iterator[Finding]:
    """Namespaces that Kubernetes refuses, and those that several projects or environments would share."""
    by_name = {(each.generation, each.organization, each.name): each for each in environments}
    for generation, placement in placements:
        organization, project, environment = placement
        name = generation.namespaces.name(*placement)
        if refused := refusal(name, Use.NAMESPACE):
            where = by_name[generation, organization, environment].at("metadata", "name")
            yield error(
                where,
                f"the data-plane namespace of project {project!r} would be called {name}: {refused}",
            )
    for shared, group in collisions(placements, lambda each: each[0].namespaces.name(*each[1])).items():
        generation, (organization, _, environment) = group[0]
        told = " and ".join(f"organization {o!r}, project {p!r}, environment {e!r}" for _, (o, p, e) in group)
        where = by_name[generation, organization, environment].at("metadata", "name")
        yield error(
            where,
            f"one data-plane namespace, {shared}, would belong to {told}: rename one of them",
        )

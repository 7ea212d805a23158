"""Settling: how an object changes by itself after it was sent.

Webhooks and Kubernetes fill in fields, whatever was sent; controllers seed others once, and Go writes empty objects in
place of missing ones. None of this is drift.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from choreo_components.api.generation import Kind
from choreo_components.api.meta import WireModel
from choreo_components.api.shape import ListOf, MapOf, ObjectOf, Shape, fields_of

Path = tuple[str, ...]


def unfilled(kind: Kind, wire: Mapping[str, Any], compared: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    """The object in wire names without the values that are filled in for each of its kind.

    A field is left out if this object, or the one to compare with (`compared`), has the value that is filled in.
    """
    for path, value in kind.filled:
        if value in (_at(wire, path), _at(compared or {}, path)):
            wire = _without(wire, path)
    return wire


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _without(wire: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    head, *rest = path
    if head not in wire:
        return wire
    if not rest:
        return {name: value for name, value in wire.items() if name != head}
    inside = wire[head]
    return {**wire, head: _without(inside, tuple(rest))} if isinstance(inside, Mapping) else wire


def without_hollow(model: type[WireModel], wire: Mapping[str, Any]) -> dict[str, Any]:
    """An object of the model, in wire names, without the empty objects that mean the same as missing ones."""
    fields = fields_of(model)
    return {
        name: _without_hollow(fields[name].shape, value) if name in fields else value
        for name, value in wire.items()
        if not (name in fields and fields[name].hollow and value == {})
    }


def _without_hollow(shape: Shape, value: Any) -> Any:
    match shape:
        case ObjectOf(model) if isinstance(value, Mapping):
            return without_hollow(model, value)
        case ListOf(item) if isinstance(value, list):
            return [_without_hollow(item, each) for each in value]
        case MapOf(item) if isinstance(value, Mapping):
            return {key: _without_hollow(item, each) for key, each in value.items()}
    return value


def seeded(model: type[WireModel]) -> Iterator[Path]:
    """The paths of the fields, in no list, that controllers seed of an object of the model."""
    for name, field in fields_of(model).items():
        if field.seeded:
            yield (name,)
        elif isinstance(field.shape, ObjectOf):
            yield from ((name, *path) for path in seeded(field.shape.model))

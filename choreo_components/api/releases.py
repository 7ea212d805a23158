"""The fields of one release alone: they distinguish the models that a kind has had under one apiVersion."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

from choreo_components.api.meta import WireModel
from choreo_components.api.shape import ObjectOf, fields_of

Path: TypeAlias = tuple[str | int, ...]
"""The path of a field that is in no list: wire names, outermost first."""


@cache
def own_fields(model: type[WireModel], models: Sequence[type[WireModel]]) -> tuple[Path, ...]:
    """The outermost fields that the model has and none of the other `models`, in the order of declaration."""
    common = {path for other in models if other is not model for path in _paths(other)}
    return tuple(path for path in _paths(model) if path not in common and (not path[:-1] or path[:-1] in common))


def has(wire: Mapping[str, Any], path: Path) -> bool:
    """Whether an object in wire names has the field, with any value. Values that are not plain are not searched."""
    value: Any = wire
    for name in path:
        if not isinstance(value, Mapping) or name not in value:
            return False
        value = value[name]
    return True


def _paths(model: type[WireModel], around: Path = ()) -> Iterator[Path]:
    for name, field in fields_of(model).items():
        yield (*around, name)
        if isinstance(field.shape, ObjectOf):
            yield from _paths(field.shape.model, (*around, name))

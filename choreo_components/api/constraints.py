"""Constraints: what an API server checks of an object beyond the types of its fields, found before it is sent.

They follow from the marks of the models: limits and patterns of scalars, sizes of lists and maps, keys that must not
repeat, and rules. Rules on changes are of another sort: they say which changes replace the object.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from choreo_components.api.generation import Path, Violation
from choreo_components.api.meta import WireModel
from choreo_components.api.shape import (
    SET,
    Facets,
    Items,
    ListMap,
    ListOf,
    MapOf,
    ObjectOf,
    Rule,
    Scalar,
    Shape,
    fields_of,
    rules_of,
)


def violations(model: type[WireModel], wire: Mapping[str, Any]) -> Iterator[Violation]:
    """What an API server would refuse in an object in wire names that is valid by its model.

    A value that is not plain (a `pulumi.Output`, say) is skipped. No message quotes a value: it may be a secret.
    """
    yield from _of_object(model, wire, ())


@cache
def immutable_paths(model: type[WireModel]) -> tuple[Path, ...]:
    """The immutable fields of objects of the model, in wire names: a change needs a new object."""
    return tuple(_immutable(model, lambda _, path: (path,)))


def replacing_paths(model: type[WireModel]) -> tuple[Path, ...]:
    """The same, but for an object that may be set later its fields: setting the object changes none of them."""
    return tuple(_immutable(model, _inside))


def _inside(model: type[WireModel], path: tuple[str, ...]) -> Iterator[Path]:
    """The fields of the object at the path, which is one step; the path itself if there are none, or it has no step."""
    field = fields_of(model)[path[0]] if path else None
    if field is not None and isinstance(field.shape, ObjectOf):
        yield from ((*path, name) for name in fields_of(field.shape.model))
    else:
        yield path


def _immutable(
    model: type[WireModel], of_rule: Callable[[type[WireModel], tuple[str, ...]], Iterable[Path]]
) -> Iterator[Path]:
    fixed = [rule.fixed for rule in rules_of(model) if rule.fixed is not None]
    for each in fixed:
        yield from of_rule(model, each)
    if () in fixed:
        return
    for name, field in fields_of(model).items():
        if any(rule.fixed == () for rule in field.rules):
            yield (name,)
        elif isinstance(field.shape, ObjectOf):
            yield from ((name, *path) for path in _immutable(field.shape.model, of_rule))


def _of_object(model: type[WireModel], wire: Mapping[str, Any], path: Path) -> Iterator[Violation]:
    for name, field in fields_of(model).items():
        if wire.get(name) is not None:
            yield from _of_value(field.shape, wire[name], (*path, name))
            yield from _broken(field.rules, wire[name], (*path, name))
    yield from _broken(rules_of(model), wire, path)


def _of_value(shape: Shape, value: Any, path: Path) -> Iterator[Violation]:
    match shape:
        case ObjectOf(model) if isinstance(value, Mapping):
            yield from _of_object(model, value, path)
        case ListOf(item, merged, size) if isinstance(value, list | tuple):
            yield from _of_size(size, len(value), "item", path)
            yield from _repeated(merged, value, path)
            for index, each in enumerate(value):
                yield from _of_value(item, each, (*path, index))
        case MapOf(item, size) if isinstance(value, Mapping):
            yield from _of_size(size, len(value), "key", path)
            for key, each in value.items():
                yield from _of_value(item, each, (*path, key))
        case Scalar(facets=facets) if isinstance(value, str):
            yield from (Violation(path, message) for message in _of_text(facets, value))
        case Scalar(facets=facets) if isinstance(value, int):
            if facets.minimum is not None and value < facets.minimum:
                yield Violation(path, f"should be at least {facets.minimum}")
            if facets.maximum is not None and value > facets.maximum:
                yield Violation(path, f"should be at most {facets.maximum}")


def _of_text(facets: Facets, text: str) -> Iterator[str]:
    if facets.min_length is not None and len(text) < facets.min_length:
        yield "must not be empty" if facets.min_length == 1 else f"should have at least {facets.min_length} characters"
    elif facets.pattern is not None and not _compiled(facets.pattern).search(text):
        yield f"should be {facets.meaning or 'as the regular expression says'}: {facets.pattern}"
    if facets.max_length is not None and len(text) > facets.max_length:
        yield f"should have at most {facets.max_length} characters, but has {len(text)}"
    if facets.format == "uri" and not _is_uri(text):
        yield "should be a URL, as in https://example.com/hook"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """The pattern with Go's semantics: `$` does not match before a line break, and classes are ASCII."""
    return re.compile(re.sub(r"\$$", r"\\Z", pattern), re.ASCII)


def _is_uri(text: str) -> bool:
    """Whether the API server takes it for a URI: a path from the root, or anything with a scheme."""
    try:
        return bool(urlsplit(text).scheme) or text.startswith("/")
    except ValueError:
        return False


def _of_size(size: Items, count: int, what: str, path: Path) -> Iterator[Violation]:
    if size.least is not None and count < size.least:
        yield Violation(path, f"should have at least {_counted(size.least, what)}")
    if size.most is not None and count > size.most:
        yield Violation(path, f"should have at most {_counted(size.most, what)}, but has {count}")


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _repeated(merged: object, items: list[Any] | tuple[Any, ...], path: Path) -> Iterator[Violation]:
    """The items of a list that repeat an earlier one, or its key."""
    seen: dict[tuple[Any, ...], int] = {}
    for index, item in enumerate(items):
        match merged:
            case ListMap(keys) if isinstance(item, Mapping):
                identity, place = tuple(item.get(key) for key in keys), (*path, index, keys[0])
                wanted = f"{' and '.join(keys)} should differ from item to item"
            case _ if merged == SET:
                identity, place, wanted = (item,), (*path, index), "items should differ from each other"
            case _:
                return
        if not all(isinstance(each, str | int | None) for each in identity):
            continue
        first = seen.setdefault(identity, index)
        if first != index:
            yield Violation(place, f"is the same as in item {first}: {wanted}")


def _broken(rules: tuple[Rule, ...], value: Any, path: Path) -> Iterator[Violation]:
    for rule in rules:
        if rule.broken is not None and rule.broken(value):
            yield Violation(path, rule.message)

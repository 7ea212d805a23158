"""A validation problem: something in a value that OpenChoreo's API does not accept, with what would be right."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeAlias

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from choreo_components.api import OF_THE_SERVER, ApiObject, Kind
from choreo_components.api.meta import WireModel
from choreo_components.api.releases import has, own_fields
from choreo_components.api.shape import ListOf, MapOf, ObjectOf, PortLike, Shape, fields_of, holds_secrets
from choreo_components.config.documents import FieldPath, field_name

_WANTED = {
    "string_type": "a string",
    "bool_type": "true or false",
    "int_type": "an integer",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
}
"""What pydantic expects, by type of error."""


REQUIRED = "required field is missing"
"""The message about a missing field."""

WRONG_KEY = "should be a string, as all keys"
"""The message about a key that is no string."""


@dataclass(frozen=True)
class Problem:
    """What is wrong (`message`) with the `value` at `path`."""

    path: FieldPath
    message: str
    value: Any

    @property
    def field(self) -> str:
        """The path as people write it."""
        return field_name(self.path)


MOST_PROBLEMS = 100
"""Problems that are reported of one value. Of the others, only the number is reported."""


Written: TypeAlias = Callable[[FieldPath], str | None]
"""The text of the number or boolean at a path, as far as it is known how that was written."""


def parse(
    kind: Kind, wire: Mapping[str, Any], written: Written = lambda _: None
) -> tuple[ApiObject | None, list[Problem]]:
    """The object of the kind in wire names; if it is invalid, None and its problems in the order of the fields."""
    model = kind.model_of(wire)
    try:
        return model.from_wire(wire), []
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False)
    found = list(_problems(kind, model, wire, errors[:MOST_PROBLEMS], written))
    if len(errors) > MOST_PROBLEMS:
        found.append(Problem((), f"{len(errors) - MOST_PROBLEMS:,} more problems in this object", None))
    return None, found


def _problems(
    kind: Kind, model: type[ApiObject], wire: Mapping[str, Any], errors: Iterable[ErrorDetails], written: Written
) -> Iterator[Problem]:
    own: dict[FieldPath, type[ApiObject]]
    own = {path: each for each in kind.models for path in own_fields(each, kind.models)}
    of_no_release = not any(has(wire, path) for path in own)
    for error in errors:
        path, value = error["loc"], error["input"]
        if path in own and error["type"] == "extra_forbidden":
            yield Problem(path, _of_another_release(kind, model, own[path]), value)
        elif path in own and of_no_release and error["type"] == "missing":
            # Reported once, for the first of them.
            if path == next(iter(own)):
                yield Problem(path[:-1], _of_no_release(kind), value)
        elif not isinstance(_shape_at(model, path[:-1]), PortLike):
            yield Problem(path, _message(error, kind, model, shown(value, written(path))), value)
        elif path[-1] == "int":
            # For a value that may be of either type, pydantic reports two errors, one step below the field.
            quoted = shown(value, written(path[:-1]))
            yield Problem(path[:-1], f"should be an integer or a string, not {quoted}", value)


def _of_another_release(kind: Kind, model: type[ApiObject], other: type[ApiObject]) -> str:
    """Why a field that only `other` has cannot stay in an object of `model`."""
    return (
        f"this field belongs to the {kind.kind} of {kind.release_of(other)}, but the others belong to "
        f"{kind.release_of(model)}; use the fields of one release"
    )


def _of_no_release(kind: Kind) -> str:
    """What is missing in an object that has none of the fields that distinguish the models."""
    wanted = (
        f"{' and '.join(map(field_name, own_fields(model, kind.models)))} for {kind.release_of(model)}"
        for model in kind.models
    )
    return f"required field is missing: {', or '.join(wanted)}"


def _message(error: ErrorDetails, kind: Kind, model: type[ApiObject], quoted: str) -> str:
    type_, path, value = error["type"], error["loc"], error["input"]
    if type_ == "missing":
        return REQUIRED
    if type_ == "extra_forbidden" and path in OF_THE_SERVER:
        return "set by the cluster; remove it"
    if type_ == "extra_forbidden":
        known = list(dict.fromkeys(name for each in kind.models for name in _fields_around(each, path)))
        close = get_close_matches(str(path[-1]), known, n=1)
        meant = f"did you mean {close[0]}?" if close else f"valid fields: {', '.join(known) or 'none'}"
        return f"unknown field; {meant}"
    if type_ in _WANTED:
        quotes = " (put it in quotes)" if type_ == "string_type" and isinstance(value, bool | int | float) else ""
        given = "" if _is_secret(model, path) else f", not {quoted}"
        return f"should be {_WANTED[type_]}{given}{quotes}"
    if type_ == "literal_error":
        return f"should be one of {error['ctx']['expected'].replace(' or ', ', ')}, not {quoted}"
    message: str = error["msg"]
    return message[0].lower() + message[1:]


def _is_secret(model: type[WireModel], path: FieldPath) -> bool:
    """Whether the field at the path is secret or holds secrets, so that whatever is written there may be one."""
    around, shape = _shape_at(model, path[:-1]), _shape_at(model, path)
    if isinstance(shape, ObjectOf):
        return holds_secrets(shape.model)
    return isinstance(around, ObjectOf) and fields_of(around.model)[str(path[-1])].secret


def _fields_around(model: type[WireModel], path: FieldPath) -> list[str]:
    """The wire names of the fields that the object with the last step of the path may have."""
    around = _shape_at(model, path[:-1])
    return list(fields_of(around.model)) if isinstance(around, ObjectOf) else []


def _shape_at(model: type[WireModel], path: FieldPath) -> Shape | None:
    """The shape of the field at the path; None if the model has no such field."""
    shape: Shape = ObjectOf(model)
    for step in path:
        if isinstance(shape, ListOf | MapOf):
            shape = shape.item
            continue
        field = fields_of(shape.model).get(str(step)) if isinstance(shape, ObjectOf) else None
        if field is None:
            return None
        shape = field.shape
    return shape


def shown(value: Any, written: str | None = None) -> str:
    """A value as in YAML, a number or a boolean as `written`; of a list or a mapping, only that it is one."""
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = written or (str(value).lower() if isinstance(value, bool) else repr(value))
    return text if len(text) <= 60 else text[:57] + "..."

"""A problem: one thing about a value that OpenChoreo's API does not take, in words that say what would be right."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from choreo_components.api.meta import WireModel
from choreo_components.api.shape import ListOf, ObjectOf, PortLike, Shape, fields_of
from choreo_components.manifests import FieldPath, field_name

_WANTED = {
    "string_type": "a string",
    "bool_type": "true or false",
    "int_type": "an integer",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
}
"""What pydantic's errors of type ask for."""


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
"""Problems of one value that are told: of more, only the count is."""


def problems(invalid: ValidationError, model: type[WireModel]) -> list[Problem]:
    """The problems of a value that was to be of the model, in the order of its fields."""
    found = []
    told = invalid.errors(include_url=False)
    for error in told[:MOST_PROBLEMS]:
        path, value = error["loc"], error["input"]
        if not isinstance(_shape_at(model, path[:-1]), PortLike):
            found.append(Problem(path, _message(error, model), value))
        elif path[-1] == "int":
            # Of a value that may be either, pydantic tells twice what it is not, a step below the field.
            found.append(Problem(path[:-1], f"should be an integer or a string, not {shown(value)}", value))
    if len(told) > MOST_PROBLEMS:
        found.append(Problem((), f"{len(told) - MOST_PROBLEMS:,} more problems in this object", None))
    return found


def _message(error: ErrorDetails, model: type[WireModel]) -> str:
    kind, path, value = error["type"], error["loc"], error["input"]
    if kind == "missing":
        return "required, and missing"
    if kind == "extra_forbidden":
        known = _fields_around(model, path)
        close = get_close_matches(str(path[-1]), known, n=1)
        meant = f"did you mean {close[0]}?" if close else f"known here: {', '.join(known) or 'no field at all'}"
        return f"unknown field; {meant}"
    if kind in _WANTED:
        quotes = " (put it in quotes)" if kind == "string_type" and isinstance(value, bool | int | float) else ""
        return f"should be {_WANTED[kind]}, not {shown(value)}{quotes}"
    if kind == "literal_error":
        return f"should be one of {error['ctx']['expected'].replace(' or ', ', ')}, not {shown(value)}"
    message: str = error["msg"]
    return message[0].lower() + message[1:]


def _fields_around(model: type[WireModel], path: FieldPath) -> list[str]:
    """The wire names of the fields that the object around the last step of the path may have."""
    around = _shape_at(model, path[:-1])
    return list(fields_of(around.model)) if isinstance(around, ObjectOf) else []


def _shape_at(model: type[WireModel], path: FieldPath) -> Shape | None:
    """The shape of the field at the path; None where the model has none."""
    shape: Shape = ObjectOf(model)
    for step in path:
        if isinstance(shape, ListOf):
            shape = shape.item
            continue
        field = fields_of(shape.model).get(str(step)) if isinstance(shape, ObjectOf) else None
        if field is None:
            return None
        shape = field.shape
    return shape


def shown(value: Any) -> str:
    """A value as YAML people know it; a collection by its kind alone."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."

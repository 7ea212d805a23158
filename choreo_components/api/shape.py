"""The shape of a field: the few forms a value has in OpenChoreo's API, read from the models' annotations.

CRDs, the pruning of zero values and the arguments of the Pulumi components all follow from it.
"""

import types
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import AfterValidator
from pydantic import Field as PydanticField
from pydantic_core import PydanticCustomError

from choreo_components.api.meta import WireModel


@dataclass(frozen=True)
class Facets:
    """What the CRD requires of a scalar in addition to its type: checks of the API server, not of the model.

    `pattern` is a regular expression of Go's (RE2), and `meaning` the same in words, to follow "should be".
    """

    format: str | None = None
    pattern: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    min_length: int | None = None
    max_length: int | None = None
    meaning: str | None = None


@dataclass(frozen=True)
class Items:
    """How many items a list has, or keys a map, at least and at most."""

    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, init=False)
class ListMap:
    """A list whose items are identified by these fields, and merged by them in server-side apply."""

    keys: tuple[str, ...]

    def __init__(self, *keys: str) -> None:
        object.__setattr__(self, "keys", keys)


@dataclass(frozen=True)
class Rule:
    """A rule that the API server checks for a value, in the Common Expression Language (x-kubernetes-validations).

    `broken` is the same in Python: whether a valid value in wire names breaks it. None for a rule on changes, which
    has `fixed` instead: the field of the value that must not change once it is set; () is the value itself.
    """

    cel: str
    message: str
    broken: Callable[[Any], bool] | None = None
    fixed: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Mark:
    """A property of a field which Python's types cannot express."""

    meaning: str


# Go holds the value behind a pointer, so that 0 differs from a missing value and survives a controller's update.
POINTER: Final = Mark("pointer")
# Go writes the value even if it is zero, and the CRD requires it even though the API server fills in a default.
ALWAYS: Final = Mark("always")
# Server-side apply replaces the list as a whole.
ATOMIC: Final = Mark("atomic")
# No two items of the list are equal; server-side apply merges them.
SET: Final = Mark("set")
# The API server keeps unknown fields of the object, although nothing reads them.
PRESERVED: Final = Mark("preserved")
# Controllers fill it in if it is missing, and do not change it otherwise.
SEEDED: Final = Mark("seeded")
# Go writes the object, empty, even if it is missing: the two mean the same.
HOLLOW: Final = Mark("hollow")
# The value must never appear in plain text.
SECRET: Final = Mark("secret")

# An object, and any value at all, that others define: sent exactly as given.
_FREE_OBJECT: Final = Mark("free object")
_FREE_VALUE: Final = Mark("free value")
FreeObject = Annotated[dict[str, Any], _FREE_OBJECT]
FreeValue = Annotated[Any, _FREE_VALUE]

IMMUTABLE: Final = Rule("self == oldSelf", "cannot be changed", fixed=())


def immutable_once_set(field: str) -> Rule:
    """The rule of a model that one of its optional fields is neither changed nor removed once it is set."""
    kept = f"!has(oldSelf.{field}) || (has(self.{field}) && self.{field} == oldSelf.{field})"
    return Rule(kept, f"{field} cannot be changed once it is set", fixed=(field,))


Int32 = Annotated[int, PydanticField(ge=-(2**31), lt=2**31), Facets(format="int32")]
Int64 = Annotated[int, PydanticField(ge=-(2**63), lt=2**63), Facets(format="int64")]
IntOrString = int | str


def _decodable(text: str) -> str:
    """The text, if Go's decoder accepts it (encoding/base64, which skips line breaks). Errors never quote it."""
    try:
        b64decode(text.replace("\r", "").replace("\n", ""), validate=True)
    except ValueError:
        wanted = "should be base64, as in the fields …-data of a kubeconfig: neither PEM nor the path of a file"
        raise PydanticCustomError("base64", wanted) from None
    return text


Base64 = Annotated[str, AfterValidator(_decodable)]


@dataclass(frozen=True)
class Scalar:
    """A string, boolean or integer; `choices` are the only values of a string, if there are any."""

    type: type[str] | type[bool] | type[int]
    facets: Facets = Facets()
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class PortLike:
    """An integer or a string: the number or the name of a port."""


@dataclass(frozen=True)
class FreeForm:
    """A value that others define: an object if it is `typed`, else any value. Its content is not checked."""

    typed: bool


@dataclass(frozen=True)
class MapOf:
    """Any keys, each with a value of one shape."""

    item: "Shape"
    size: Items = Items()


@dataclass(frozen=True)
class ListOf:
    """A list of one shape; `merged` is how server-side apply merges it, if the CRD says so."""

    item: "Shape"
    merged: Mark | ListMap | None
    size: Items = Items()


@dataclass(frozen=True)
class ObjectOf:
    """An object with the fields of a model; `preserved`: the API server keeps unknown ones."""

    model: type[WireModel]
    preserved: bool = False


Shape = Scalar | PortLike | FreeForm | MapOf | ListOf | ObjectOf


@dataclass(frozen=True)
class Field:
    """A field of a model.

    `required`: an object must have the field when it is written. `pointer`: Go sends the zero value of an optional
    scalar. `always`: the CRD requires the field although it is optional. `default` is what the API server fills in,
    None for nothing. `secret`: the value must never appear in plain text. `rules` are those on the field, without those
    of its model. `seeded`: controllers fill it in if it is missing. `hollow`: an empty object means the same as none.
    """

    name: str
    shape: Shape
    required: bool
    pointer: bool
    default: Any
    description: str
    secret: bool
    rules: tuple[Rule, ...] = ()
    always: bool = False
    seeded: bool = False
    hollow: bool = False


@cache
def fields_of(model: type[WireModel]) -> Mapping[str, Field]:
    """The fields of a model by their wire names, in the order of declaration.

    Raises:
        TypeError: if an annotation has none of the known shapes.
    """
    fields = {}
    for python_name, info in model.model_fields.items():
        name = info.alias or python_name
        fields[name] = Field(
            name=name,
            shape=_shape(info.annotation, info.metadata),
            required=info.is_required(),
            pointer=POINTER in info.metadata,
            default=None if info.is_required() else info.get_default(call_default_factory=True),
            description=info.description or "",
            secret=SECRET in info.metadata,
            rules=tuple(mark for mark in info.metadata if isinstance(mark, Rule)),
            always=ALWAYS in info.metadata,
            seeded=SEEDED in info.metadata,
            hollow=HOLLOW in info.metadata,
        )
    return fields


def rules_of(model: type[WireModel]) -> tuple[Rule, ...]:
    """The rules on objects of the model: its class attribute `RULES`."""
    rules: tuple[Rule, ...] = getattr(model, "RULES", ())
    return rules


@cache
def holds_secrets(model: type[WireModel]) -> bool:
    """Whether a field of the model, or of an object inside it, is secret."""
    return any(
        field.secret or (isinstance(field.shape, ObjectOf) and holds_secrets(field.shape.model))
        for field in fields_of(model).values()
    )


def secrets_in(model: type[WireModel], value: Any) -> Iterator[tuple[str, ...]]:
    """The paths of the secrets that a value in wire names has if it is of the model, be it valid or not."""
    if not isinstance(value, Mapping) or not holds_secrets(model):
        return
    for name, field in fields_of(model).items():
        inside = value.get(name)
        if field.secret and inside is not None:
            yield (name,)
        elif isinstance(field.shape, ObjectOf):
            yield from ((name, *path) for path in secrets_in(field.shape.model, inside))


def may_show_secrets(model: type[WireModel], value: Any) -> bool:
    """Whether a value in wire names has a secret if it is of the model, or an unknown field next to a place for one.

    An unknown field may be the secret of a later release.
    """
    if not isinstance(value, Mapping) or not holds_secrets(model):
        return False
    fields = fields_of(model)
    beside_secrets = any(field.secret for field in fields.values())
    for name, inside in value.items():
        field = fields.get(name)
        if inside is None:
            continue
        if beside_secrets if field is None else field.secret:
            return True
        if field is not None and isinstance(field.shape, ObjectOf) and may_show_secrets(field.shape.model, inside):
            return True
    return False


def _shape(annotation: Any, marks: Iterable[Any]) -> Shape:
    origin, args = get_origin(annotation), get_args(annotation)
    marks = tuple(marks)
    if origin is Annotated:
        return _shape(args[0], (*marks, *args[1:]))
    if origin in (Union, types.UnionType):
        given = [arg for arg in args if arg is not type(None)]
        return _shape(given[0], marks) if len(given) == 1 else PortLike()
    if origin is Literal:
        return Scalar(str, choices=args)
    if _FREE_OBJECT in marks or _FREE_VALUE in marks:
        return FreeForm(typed=_FREE_OBJECT in marks)
    size = next((mark for mark in marks if isinstance(mark, Items)), Items())
    if origin is list:
        merged = next((mark for mark in marks if mark in (ATOMIC, SET) or isinstance(mark, ListMap)), None)
        return ListOf(_shape(args[0], ()), merged, size)
    if origin is dict:
        return MapOf(_shape(args[1], ()), size)
    if annotation in (str, bool, int):
        return Scalar(annotation, next((mark for mark in marks if isinstance(mark, Facets)), Facets()))
    if isinstance(annotation, type) and issubclass(annotation, WireModel):
        return ObjectOf(annotation, preserved=PRESERVED in marks)
    raise TypeError(f"no shape for {annotation!r}")

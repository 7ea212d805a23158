"""What may be sent: an object without the values that Go would leave out when a controller writes it back.

OpenChoreo's controllers add their finalizers by writing the whole object, and Go's encoder drops optional fields with
a zero value (`omitempty`). Whatever we send and Go drops shows up as a change on the next run, for ever. So, exactly
as Go (OpenChoreo: api/v1/*_types.go):

- an optional `false`, `0`, `""`, empty list or empty map is not sent;
- a required one is, and so is the zero of a number which Go holds behind a pointer (`revisionHistoryLimit: 0` means
  "keep none", which is not the default);
- an optional object that was given is sent, even as `{}` and even if only zero values were in it: Go keeps it, and
  it can mean something other than its absence (an Endpoint without `networkVisibilities` is public, one with an empty
  `networkVisibilities` is not);
- list items and map values are sent even if they are zero, and a null is an absence;
- what others define (`FreeForm`) is sent exactly as it is: Go passes the bytes on.
"""

from collections.abc import Mapping
from typing import Any

from choreo_components.api.meta import WireModel
from choreo_components.api.shape import Field, FreeForm, ListOf, MapOf, ObjectOf, PortLike, Scalar, Shape, fields_of


def prune_zero_values(model: type[WireModel], wire: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of an object in wire names, of the given model, without the optional zero values.

    The object need not be valid: fields which the model does not have stay, and so does every value that is not plain
    (a `pulumi.Output`, say), untouched and unread.
    """
    fields = fields_of(model)
    pruned = {}
    for name, given in wire.items():
        field = fields.get(name)
        if field is None:
            pruned[name] = given
            continue
        value = _pruned(field.shape, given)
        if field.required or field.always or not _vanishes(field, value):
            pruned[name] = value
    return pruned


def _pruned(shape: Shape, value: Any) -> Any:
    match shape:
        case ObjectOf(model) if isinstance(value, Mapping):
            return prune_zero_values(model, value)
        case ListOf(item) if isinstance(value, list | tuple):
            return [_pruned(item, each) for each in value]
        case MapOf(item) if isinstance(value, Mapping):
            return {key: _pruned(item, each) for key, each in value.items()}
        case _:
            return value


def _vanishes(field: Field, value: Any) -> bool:
    if value is None:
        return True
    match field.shape:
        case Scalar() | PortLike():
            return not field.pointer and isinstance(value, str | int | float) and not value
        case ListOf() | MapOf():
            return isinstance(value, list | tuple | Mapping) and not value
        case ObjectOf() | FreeForm():
            return False

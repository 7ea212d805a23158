"""What all values of the API have in common: camelCase names on the wire, no unknown fields, and a metadata block."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field


def wire_name(python_name: str) -> str:
    """The name on the wire of a Python attribute: `data_plane_ref` is `dataPlaneRef`, `schema_` is `schema`."""
    head, *rest = python_name.rstrip("_").split("_")
    return head + "".join(word.capitalize() for word in rest)


def doc(description: str, name: str | None = None) -> Any:
    """The meaning of a field, in a sentence that fits on a line: schemas and generated code show it.

    `name` is its name on the wire, if that does not follow from Python's.
    """
    return Field(description=description) if name is None else Field(description=description, alias=name)


class WireModel(BaseModel):
    """A value with a fixed set of fields.

    Frozen and strict: an unknown field is refused, and so is a value of another type (`"yes"` is no boolean, `1.0` no
    integer). In Python the fields have snake_case names; both names are accepted when an object is made in Python.
    Validators are built on the first use of a kind, not on import.
    """

    model_config = ConfigDict(
        alias_generator=wire_name,
        validate_by_name=True,
        validate_by_alias=True,
        extra="forbid",
        frozen=True,
        strict=True,
        defer_build=True,
        # The text of an error may be public.
        hide_input_in_errors=True,
    )


class ObjectMeta(WireModel):
    """What a manifest says about an object.

    Fields that the server owns (uid, resourceVersion, creationTimestamp, generation, managedFields, …) are refused if
    they have a value, as is the object's `status`: a manifest declares, it does not report. So is `generateName`, since
    all of OpenChoreo's references are by name.
    """

    name: Annotated[str, doc("Name of the object, unique for its kind in its namespace.")]
    namespace: Annotated[str | None, doc("Namespace of the object, which is the name of its organization.")] = None
    labels: Annotated[dict[str, str] | None, doc("Labels: OpenChoreo finds parents and children by them.")] = None
    annotations: Annotated[dict[str, str] | None, doc("Annotations, the display name and description among them.")] = (
        None
    )

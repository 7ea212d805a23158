"""Writes args.py: the arguments of the components, one TypedDict for each kind, from the models of the API.

    python -m choreo_components.components.generate

They are written out, not made at run time, because Pulumi's component analyzer takes a provider's schema from source
code: it reads the string literal after each attribute, and knows neither unions nor annotations kept as strings. Keys
are the names on the wire, so that a component can pass its arguments on as they are.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from choreo_components.api import Kind, generation_of
from choreo_components.api.generation import spec_of
from choreo_components.api.meta import WireModel
from choreo_components.api.shape import Field, FreeForm, ListOf, MapOf, ObjectOf, PortLike, Scalar, Shape, fields_of
from choreo_components.components.attributes import Attribute
from choreo_components.components.folders import folders

_HEADER = '''\
"""The arguments of the components, with the names of OpenChoreo's YAML.

Written by `python -m choreo_components.components.generate` from the models of the API: change those.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, NotRequired, TypedDict

import pulumi

from choreo_components.components.args import NamespaceMetadataArgs, TimeoutsArgs
from choreo_components.config.options import Controllers
'''

_PYTHON_TYPE = {str: "str", bool: "bool", int: "int"}
_Models = tuple[type[WireModel], ...]


def source(api_version: str, folder: str) -> str:
    """The whole text of args.py in the folder of a generation."""
    written: set[str] = set()
    classes = [_HEADER]
    around = import_module(f"choreo_components.components.{folder}.arguments").around
    for kind in generation_of(api_version).kinds:
        for name, text in _classes(kind, around):
            if name not in written:
                written.add(name)
                classes.append(text)
    exported = "".join(f'    "{name}",\n' for name in sorted(written))
    return "\n\n".join([*classes, f"__all__ = [\n{exported}]\n"])


def _classes(kind: Kind, around: Callable[[Kind], Sequence[Attribute]]) -> Iterator[tuple[str, str]]:
    """Names and texts of the classes for a kind, each after those it refers to: the analyzer needs no strings then."""
    specs = tuple(spec_of(model) for model in kind.models)
    yield from _referred(specs)
    yield _class(f"{kind.kind}Args", kind.model.__doc__, [*around(kind), *_attributes(specs)])


def _together(models: _Models) -> Iterator[tuple[Field, _Models]]:
    """The fields that an object of any of the models may have, each with the models of the objects inside it.

    Required is what all of them require: the analyzer knows no unions, so there is one class for all of them.
    """
    known = [fields_of(model) for model in models]
    for name in dict.fromkeys(name for fields in known for name in fields):
        having = [fields[name] for fields in known if name in fields]
        inside = (_innermost(field.shape) for field in having)
        nested = dict.fromkeys(shape.model for shape in inside if isinstance(shape, ObjectOf))
        required = len(having) == len(models) and all(field.required for field in having)
        yield replace(having[0], required=required), tuple(nested)


def _referred(models: _Models) -> Iterator[tuple[str, str]]:
    for field, nested in _together(models):
        if nested:
            yield from _referred(nested)
            yield _class(f"{nested[0].__name__}Args", nested[0].__doc__, _attributes(nested))
        match _innermost(field.shape):
            case Scalar(choices=choices) if choices:
                yield _enum(_enum_name(models[0], field), field.description, choices)


def _innermost(shape: Shape) -> Shape:
    return _innermost(shape.item) if isinstance(shape, ListOf | MapOf) else shape


def _attributes(models: _Models) -> list[Attribute]:
    return [(field.name, _type_of(models[0], field), field.description) for field, _ in _together(models)]


def _type_of(model: type[WireModel], field: Field) -> str:
    value = f"pulumi.Input[{_value_type(model, field, field.shape)}]"
    return value if field.required else f"NotRequired[{value}]"


def _value_type(model: type[WireModel], field: Field, shape: Shape) -> str:
    match shape:
        case Scalar(choices=choices) if choices:
            return _enum_name(model, field)
        case Scalar(type=type):
            return _PYTHON_TYPE[type]
        case PortLike():
            return "Any"
        case FreeForm(typed):
            return "Mapping[str, Any]" if typed else "Any"
        case MapOf(item):
            return f"Mapping[str, pulumi.Input[{_value_type(model, field, item)}]]"
        case ListOf(item):
            return f"Sequence[pulumi.Input[{_value_type(model, field, item)}]]"
        case ObjectOf(nested):
            return f"{nested.__name__}Args"


def _enum_name(model: type[WireModel], field: Field) -> str:
    return model.__name__.removesuffix("Spec") + field.name.capitalize()


def _class(name: str, doc: str | None, attributes: list[Attribute]) -> tuple[str, str]:
    lines = [f"class {name}(TypedDict):", f'    """{doc}"""', *([""] if attributes else [])]
    for attribute, type_, description in attributes:
        lines += [f"    {attribute}: {type_}", f'    """{description}"""']
    return name, "\n".join([*lines, ""])


def _enum(name: str, doc: str, choices: tuple[str, ...]) -> tuple[str, str]:
    lines = [f"class {name}(str, Enum):", f'    """{doc}"""', ""]
    lines += [f'    {choice.upper()} = "{choice}"' for choice in choices]
    return name, "\n".join([*lines, ""])


def main() -> None:
    """Rewrites args.py in each of the folders."""
    here = Path(__file__).parent
    for api_version, folder in folders().items():
        (here / folder / "args.py").write_text(source(api_version, folder), encoding="utf-8")


if __name__ == "__main__":
    main()

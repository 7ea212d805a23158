"""Generates args.py: the arguments of the components, one TypedDict for each kind, from the models of the API.

    python -m choreo_components.components.generate

They are generated as source code, not at run time, because Pulumi's component analyzer reads a provider's schema from
source code: it reads the string literal after each attribute, and supports neither unions nor annotations as strings.
Keys are the names on the wire, so that a component can pass its arguments on as they are.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from inspect import cleandoc
from keyword import iskeyword
from pathlib import Path
from textwrap import indent

from choreo_components.api import Generation, Kind, generation_of
from choreo_components.api.generation import spec_of
from choreo_components.api.meta import WireModel
from choreo_components.api.shape import Field, FreeForm, ListOf, MapOf, ObjectOf, PortLike, Scalar, Shape, fields_of
from choreo_components.components.attributes import Attribute
from choreo_components.components.folders import folders

_HEADER = '''\
"""The arguments of the components of {api_version}, with the names of OpenChoreo's YAML.

Written by `python -m choreo_components.components.generate` from the models of the API: change those.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, NotRequired, TypedDict

import pulumi

from choreo_components.components.args import NamespaceMetadataArgs, TimeoutsArgs
from choreo_components.config.options import Controllers
'''

_KEYWORDS = '''\
KEYWORDS: dict[tuple[str, str], str] = {}
"""By type and key: the meaning of keys that are keywords of Python, which cannot be attributes of a class."""
'''

_PYTHON_TYPE = {str: "str", bool: "bool", int: "int"}
_Models = tuple[type[WireModel], ...]


def source(api_version: str, folder: str) -> str:
    """The whole text of args.py in the folder of a generation."""
    written: set[str] = set()
    classes = [_HEADER.replace("{api_version}", api_version)]
    around = import_module(f"choreo_components.components.{folder}.arguments").around
    for kind in declarable(generation_of(api_version)):
        for name, text in _classes(kind, around):
            if name not in written:
                written.add(name)
                classes.append(text)
    exported = "".join(f'    "{name}",\n' for name in sorted(written) if "." not in name)
    if any("." in name for name in written):
        classes.insert(1, _KEYWORDS)
    return "\n\n".join([*classes, f"__all__ = [\n{exported}]\n"])


def declarable(generation: Generation) -> Sequence[Kind]:
    """The kinds that have components: those of OpenChoreo that users declare."""
    return [kind for kind in generation.kinds if kind.group and kind.refused is None]


def _classes(kind: Kind, around: Callable[[Kind], Sequence[Attribute]]) -> Iterator[tuple[str, str]]:
    """Names and texts of the classes for a kind, each after those that it refers to, as the analyzer needs them."""
    specs = tuple(spec_of(model) for model in kind.models)
    yield from _referred(specs)
    further = around(kind)
    # A field of the spec with the name of one of these is among them under another name.
    taken = {name for name, _, _ in further}
    spec = [each for each in _attributes(specs) if each[0] not in taken]
    yield from _classes_of(f"{kind.kind}Args", kind.model.__doc__, [*further, *spec])


def _merged(models: _Models) -> Iterator[tuple[Field, _Models]]:
    """The fields that an object of any of the models may have, each with the models of its nested objects.

    A field is required if all models require it: the analyzer supports no unions, so there is one class for all.
    """
    known = [fields_of(model) for model in models]
    for name in dict.fromkeys(name for fields in known for name in fields):
        having = [fields[name] for fields in known if name in fields]
        inside = (_innermost(field.shape) for field in having)
        nested = dict.fromkeys(shape.model for shape in inside if isinstance(shape, ObjectOf))
        required = len(having) == len(models) and all(field.required for field in having)
        yield replace(having[0], required=required), tuple(nested)


def _referred(models: _Models) -> Iterator[tuple[str, str]]:
    for field, nested in _merged(models):
        if nested:
            yield from _referred(nested)
            yield from _classes_of(f"{nested[0].__name__}Args", nested[0].__doc__, _attributes(nested))
        match _innermost(field.shape):
            case Scalar(choices=choices) if choices:
                yield _enum(_enum_name(models[0], field), field.description, choices)


def _innermost(shape: Shape) -> Shape:
    return _innermost(shape.item) if isinstance(shape, ListOf | MapOf) else shape


def _attributes(models: _Models) -> list[Attribute]:
    return [(field.name, _type_of(models[0], field), field.description) for field, _ in _merged(models)]


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
    return model.__name__.removesuffix("Spec") + field.name[0].upper() + field.name[1:]


def _classes_of(name: str, doc: str | None, attributes: list[Attribute]) -> Iterator[tuple[str, str]]:
    """A class with these attributes; it inherits those whose names are keywords of Python."""
    keywords = [each for each in attributes if iskeyword(each[0])]
    if not keywords:
        yield _class(name, "TypedDict", doc, attributes)
        return
    base = f"{name.removesuffix('Args')}Keywords"
    yield (
        base,
        "\n".join(
            [
                f'{base} = TypedDict("{base}", {{{", ".join(f"{key!r}: {type_}" for key, type_, _ in keywords)}}})',
                f'"""The keys of {name} that are keywords of Python."""',
                "",
            ]
        ),
    )
    yield _class(name, base, doc, [each for each in attributes if each not in keywords])
    for key, _, description in keywords:
        yield f"{name}.{key}", f'KEYWORDS["{name}", "{key}"] = "{description}"\n'


def _class(name: str, base: str, doc: str | None, attributes: list[Attribute]) -> tuple[str, str]:
    # Python 3.13 and later remove the indentation themselves.
    paragraphs = indent(cleandoc(doc or ""), "    ").lstrip()
    end = "\n    " if "\n" in paragraphs else ""
    lines = [f"class {name}({base}):", f'    """{paragraphs}{end}"""', *([""] if attributes else [])]
    for attribute, type_, description in attributes:
        lines += [f"    {attribute}: {type_}", f'    """{description}"""']
    return name, "\n".join([*lines, ""])


def _enum(name: str, doc: str, choices: tuple[str, ...]) -> tuple[str, str]:
    lines = [f"class {name}(str, Enum):", f'    """{doc}"""', ""]
    lines += [f'    {re.sub(r"[^0-9A-Za-z]", "_", choice).upper()} = "{choice}"' for choice in choices]
    return name, "\n".join([*lines, ""])


def main() -> None:
    """Rewrites args.py in each of the folders."""
    here = Path(__file__).parent
    for api_version, folder in folders().items():
        (here / folder / "args.py").write_text(source(api_version, folder), encoding="utf-8")


if __name__ == "__main__":
    main()

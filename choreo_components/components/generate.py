"""Writes args.py: the arguments of the components, one TypedDict for each kind, from the models of the API.

    python -m choreo_components.components.generate

They are written out, not made at run time, because Pulumi's component analyzer takes a provider's schema from source
code: it reads the string literal after each attribute, and knows neither unions nor annotations kept as strings. Keys
are the names on the wire, so that a component can pass its arguments on as they are.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from choreo_components.api import Kind, all_kinds
from choreo_components.api.core_v1 import labels
from choreo_components.api.generation import spec_of
from choreo_components.api.meta import WireModel, wire_name
from choreo_components.api.shape import Field, ListOf, ObjectOf, PortLike, Scalar, Shape, StringMap, fields_of

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

_PARENTS = {
    labels.ORGANIZATION: "Name of its Organization, whose namespace it is in.",
    labels.PROJECT: "Name of its Project.",
    labels.COMPONENT: "Name of its Component.",
    labels.DEPLOYMENT_TRACK: "Name of its DeploymentTrack.",
    labels.ENVIRONMENT: "Name of its Environment.",
    labels.DEPLOYMENT: "Name of its Deployment.",
}

_OF_ONE_KIND = {
    "DataPlane": [
        (
            "connectionConfig",
            "NotRequired[pulumi.Input[str]]",
            "Kubeconfig of its own cluster, for the Secret that connectionConfigRef names; kept as a secret.",
        ),
    ],
    "Environment": [
        ("projects", "NotRequired[Sequence[str]]", "Names of the Projects that get a namespace in it."),
        (
            "dataPlaneKubeconfig",
            "NotRequired[pulumi.Input[str]]",
            "Kubeconfig of the data plane, where that is a cluster of its own; kept as a secret.",
        ),
        (
            "dataPlaneGateway",
            "NotRequired[pulumi.Input[DataPlaneGatewayArgs]]",
            "Domains of the data plane: its output `gateway`. With them the environment has the output `hosts`.",
        ),
        (
            "namespaceMetadata",
            "NotRequired[NamespaceMetadataArgs]",
            "Labels and annotations of its namespaces, besides OpenChoreo's own.",
        ),
    ],
}

_COMMON = (
    ("name", "NotRequired[str]", "Name of the object; default: the name of the Pulumi resource."),
    ("displayName", "NotRequired[pulumi.Input[str]]", "Name for people."),
    ("description", "NotRequired[pulumi.Input[str]]", "What it is for."),
    ("labels", "NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]", "Labels besides those of OpenChoreo."),
    (
        "annotations",
        "NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]",
        "Annotations besides those of OpenChoreo.",
    ),
    ("controllers", "NotRequired[Controllers]", "Whether OpenChoreo's controllers run; default: present."),
    ("timeouts", "NotRequired[TimeoutsArgs]", "How long to wait before giving up."),
)

_PYTHON_TYPE = {str: "str", bool: "bool", int: "int"}
_Attribute = tuple[str, str, str]
_Models = tuple[type[WireModel], ...]


def source() -> str:
    """The whole text of args.py."""
    written: set[str] = set()
    classes = [_HEADER]
    for kind in all_kinds().values():
        for name, text in _classes(kind):
            if name not in written:
                written.add(name)
                classes.append(text)
    exported = "".join(f'    "{name}",\n' for name in sorted(written))
    return "\n\n".join([*classes, f"__all__ = [\n{exported}]\n"])


def parent_argument(label: str) -> str:
    """The argument that names a parent, by the label of the parent: `deploymentTrack` for …/deployment-track."""
    return wire_name(label.removeprefix(labels.PREFIX).replace("-", "_"))


def _classes(kind: Kind) -> Iterator[tuple[str, str]]:
    """Names and texts of the classes for a kind, each after those it refers to: the analyzer needs no strings then."""
    specs = tuple(spec_of(model) for model in kind.models)
    yield from _referred(specs)
    parents = [label for label in kind.hierarchy if label != labels.NAME]
    attributes = [
        *((parent_argument(label), "pulumi.Input[str]", _PARENTS[label]) for label in parents),
        *_OF_ONE_KIND.get(kind.kind, []),
        *_COMMON,
        *_attributes(specs),
    ]
    yield _class(f"{kind.kind}Args", kind.model.__doc__, attributes)


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
    return _innermost(shape.item) if isinstance(shape, ListOf) else shape


def _attributes(models: _Models) -> list[_Attribute]:
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
        case StringMap():
            return "Mapping[str, pulumi.Input[str]]"
        case ListOf(item):
            return f"Sequence[pulumi.Input[{_value_type(model, field, item)}]]"
        case ObjectOf(nested):
            return f"{nested.__name__}Args"


def _enum_name(model: type[WireModel], field: Field) -> str:
    return model.__name__.removesuffix("Spec") + field.name.capitalize()


def _class(name: str, doc: str | None, attributes: list[_Attribute]) -> tuple[str, str]:
    lines = [f"class {name}(TypedDict):", f'    """{doc}"""', *([""] if attributes else [])]
    for attribute, type_, description in attributes:
        lines += [f"    {attribute}: {type_}", f'    """{description}"""']
    return name, "\n".join([*lines, ""])


def _enum(name: str, doc: str, choices: tuple[str, ...]) -> tuple[str, str]:
    lines = [f"class {name}(str, Enum):", f'    """{doc}"""', ""]
    lines += [f'    {choice.upper()} = "{choice}"' for choice in choices]
    return name, "\n".join([*lines, ""])


def main() -> None:
    """Rewrites core_v1/args.py."""
    Path(__file__).with_name("core_v1").joinpath("args.py").write_text(source(), encoding="utf-8")


if __name__ == "__main__":
    main()

"""A JSON Schema: what editors know about OpenChoreo's objects, and about the file of a stack that declares them.

It is made of the models, field by field. What depends on several fields (references, names, host names) is checked by
`choreo validate`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from inspect import cleandoc
from typing import Any, TypeAlias

from choreo_components.api import PASSED_OVER, ApiObject, Kind, ObjectMeta, all_kinds
from choreo_components.api.generations import generation_having, generations
from choreo_components.api.meta import WireModel
from choreo_components.api.neighbours import own_domains
from choreo_components.api.releases import Path, own_fields
from choreo_components.api.shape import Field, FreeForm, ListOf, MapOf, ObjectOf, PortLike, Scalar, Shape, fields_of
from choreo_components.config.namespace_metadata import FIELDS
from choreo_components.config.options import Adopt, Controllers
from choreo_components.config.setting_meanings import MEANINGS, Meaning
from choreo_components.config.settings import (
    ADOPT,
    ALLOW_PRODUCTION_DESTROY,
    CONTROL_PLANE,
    CONTROLLERS,
    DATA_PLANE_KUBECONFIGS,
    DELETE_RETAINED,
    KUBECONFIG,
    MANIFESTS,
    NAMESPACE_METADATA,
    PROJECTS,
    RESOURCES,
    TIMEOUTS,
    Timeouts,
)

Schema: TypeAlias = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"

_TYPES = {str: "string", bool: "boolean", int: "integer"}

_DURATION = {"pattern": r"^([0-9]+(\.[0-9]+)?(ms|h|m|s))+$"}


def object_schema() -> Schema:
    """The schema of a manifest: an object of any kind, which its apiVersion and kind determine."""
    builder = _Builder()
    return {"$schema": DRAFT, "title": "An object of OpenChoreo", **builder.any_object(), "$defs": builder.definitions}


def settings_schema() -> Schema:
    """The schema of a stack's file Pulumi.STACK.yaml.

    Each of our settings, and each text in one, may be encrypted (`secure: …`); other settings may be anything.
    """
    builder = _Builder(secure=True)
    settings = builder.settings()
    ours = "|".join(re.escape(key.removeprefix("choreo:")) for key in settings)
    config = {
        "description": "Settings of the stack.",
        "type": ["object", "null"],
        "properties": settings,
        "patternProperties": {f"^choreo:(?!({ours})$)": False},
    }
    return {
        "$schema": DRAFT,
        "title": "The settings of a stack: Pulumi.STACK.yaml",
        "type": "object",
        "properties": {"config": config},
        "$defs": builder.definitions,
    }


class _Builder:
    """Writes the schema of each model once, as a definition that other schemas refer to."""

    def __init__(self, *, secure: bool = False) -> None:
        """`secure`: every text may be encrypted."""
        self.definitions: dict[str, Schema] = {}
        self.secure = secure
        if secure:
            self.definitions["secure"] = {
                "description": "A value that Pulumi has encrypted: `pulumi config set --secret`.",
                "type": "object",
                "properties": {"secure": {"type": "string"}},
                "required": ["secure"],
                "additionalProperties": False,
            }

    def any_object(self) -> Schema:
        """An object of any kind. Its kind selects the schema, so that editors report errors about that kind only."""
        own = [
            {
                "if": {"required": ["apiVersion"], "properties": {"apiVersion": {"const": each.api_version}}},
                "then": {"properties": {"kind": {"enum": [kind.kind for kind in each.kinds if kind.group]}}},
            }
            for each in generations().values()
        ]
        known = {"apiVersion": {"enum": list(generations())}}
        return {
            "type": "object",
            "required": ["apiVersion", "kind", "metadata"],
            "properties": {
                "apiVersion": {"anyOf": [{"enum": list(generations())}, {"type": "string", "pattern": _others()}]},
                "kind": {"type": "string"},
            },
            "allOf": [
                *own,
                {"if": {"properties": known}, "else": {"properties": {"metadata": self.metadata_of_others()}}},
                *(
                    {
                        "if": {
                            "required": ["apiVersion", "kind"],
                            "properties": {"apiVersion": {"const": kind.api_version}, "kind": {"const": kind.kind}},
                        },
                        "then": self.of_kind(kind),
                    }
                    for kind in all_kinds().values()
                ),
            ],
        }

    def metadata_of_others(self) -> Schema:
        """The metadata of an object of another API."""
        return self.model(ObjectMeta, self.passed_over("metadata"))

    def of_kind(self, kind: Kind) -> Schema:
        """An object of a kind: of a later release if it has fields that only that release has."""
        schema = self.object(kind, kind.model)
        for model in kind.since.values():
            own = [_present(path) for path in own_fields(model, kind.models)]
            schema = {"if": {"anyOf": own}, "then": self.object(kind, model), "else": schema}
        return schema

    def object(self, kind: Kind, model: type[ApiObject]) -> Schema:
        """A reference to the definition of the objects of a kind."""
        spec = fields_of(model)["spec"]
        return self.defined(
            model,
            lambda: {
                "description": cleandoc(model.__doc__ or ""),
                "type": "object",
                "properties": {
                    "apiVersion": {"const": kind.api_version},
                    "kind": {"const": kind.kind},
                    "metadata": self.metadata(kind),
                    "spec": self.value(spec.shape),
                    **self.passed_over(),
                },
                "required": ["apiVersion", "kind", "metadata", *(["spec"] if spec.required else [])],
                "additionalProperties": False,
            },
        )

    def metadata(self, kind: Kind) -> Schema:
        """The metadata that every object may have, and that objects of this kind must have."""
        fields = generation_having(kind.api_version, kind.kind).metadata(kind)
        own: Schema = {
            "properties": {
                "labels": {
                    "properties": {
                        label: {**self.text(), "description": described} for label, described in fields.labels.items()
                    },
                    "required": list(fields.labels),
                },
                "annotations": {
                    "properties": {
                        key: {**self.text(), "description": described} for key, described in fields.annotations.items()
                    }
                },
            },
            "required": ["labels"] if fields.labels else [],
        }
        if kind.namespaced and fields.namespace_label:
            by_label = {"properties": {"labels": {"required": [fields.namespace_label]}}, "required": ["labels"]}
            own["anyOf"] = [{"required": ["namespace"]}, by_label]
        elif kind.namespaced:
            own["required"].append("namespace")
        else:
            own["properties"]["namespace"] = {"type": "null", "description": "None: it belongs to the whole cluster."}
        return {"allOf": [self.model(ObjectMeta, self.passed_over("metadata")), own]}

    def passed_over(self, *around: str) -> dict[str, Schema]:
        """The fields in the object, or in the field `around`, that are allowed as long as they are empty."""
        nothing = {"$ref": "#/$defs/nothing"}
        self.definitions["nothing"] = {
            "description": "An empty value.",
            "anyOf": [
                {"enum": [None, "", 0, False]},
                {"type": "object", "additionalProperties": nothing},
                {"type": "array", "items": nothing},
            ],
        }
        return {
            path[-1]: {**nothing, "description": f"{meaning} Not declared: leave it out."}
            for path, meaning in PASSED_OVER.items()
            if path[:-1] == around
        }

    def settings(self) -> Mapping[str, Schema]:
        """Our settings by their names."""
        names = {"type": "array", "items": {"allOf": [self.text(), {"minLength": 1}]}}
        steps = {step.name: {"allOf": [self.text(), _DURATION]} for step in fields(Timeouts)}
        timeouts = {"type": "object", "properties": steps, "additionalProperties": False}
        texts = {"type": ["object", "null"], "additionalProperties": self.text()}
        metadata = {"type": "object", "properties": dict.fromkeys(FIELDS, texts), "additionalProperties": False}
        flag = {"enum": [True, False, "true", "false"]}
        values: Mapping[str, Schema] = {
            RESOURCES: {"type": "array", "items": self.any_object()},
            MANIFESTS: names,
            PROJECTS: names,
            CONTROLLERS: {"enum": [each.value for each in Controllers]},
            TIMEOUTS: timeouts,
            ADOPT: {"enum": [each.value for each in Adopt]},
            ALLOW_PRODUCTION_DESTROY: flag,
            DELETE_RETAINED: flag,
            KUBECONFIG: {"type": "string"},
            CONTROL_PLANE: self.text(),
            DATA_PLANE_KUBECONFIGS: {"type": "object", "additionalProperties": self.text()},
            NAMESPACE_METADATA: metadata,
        }
        return {name: _setting(MEANINGS[name], value) for name, value in values.items()}

    def model(self, model: type[WireModel], more: Mapping[str, Schema] | None = None) -> Schema:
        """A reference to the definition of a model, with `more` fields."""
        known = fields_of(model)
        return self.defined(
            model,
            lambda: {
                "description": cleandoc(model.__doc__ or ""),
                "type": "object",
                "properties": {name: self.field(field) for name, field in known.items()} | dict(more or {}),
                "required": [name for name, field in known.items() if field.required],
                "additionalProperties": False,
            },
        )

    def defined(self, model: type[WireModel], schema: Callable[[], Schema]) -> Schema:
        """A reference to a definition, which the first reference creates."""
        # Named by the folder of its generation too, as several generations have models of the same name.
        home = model.__module__.removeprefix("choreo_components.api.").partition(".")[0]
        name = f"{home}.{model.__name__}"
        if name not in self.definitions:
            self.definitions[name] = schema()
        return {"$ref": f"#/$defs/{name}"}

    def field(self, field: Field) -> Schema:
        value = self.value(field.shape)
        # Without a default, null means absent.
        absent = not field.required and field.default is None
        if absent:
            value = {"anyOf": [value, {"type": "null"}]}
        return {**value, "description": field.description}

    def value(self, shape: Shape) -> Schema:
        match shape:
            case Scalar(choices=choices) if choices:
                return {"enum": list(choices)}
            case Scalar(type, facets):
                if type is str:
                    return self.text()
                bits = {"int32": 31, "int64": 63}.get(facets.format or "")
                limits = {"minimum": -(2**bits), "maximum": 2**bits - 1} if bits else {}
                return {"type": _TYPES[type], **limits}
            case PortLike():
                return {"type": ["integer", "string"]}
            case FreeForm(typed):
                return {"type": "object"} if typed else {}
            case MapOf(item):
                return {"type": "object", "additionalProperties": self.value(item)}
            case ListOf(item):
                return {"type": "array", "items": self.value(item)}
            case ObjectOf(model):
                return self.model(model)

    def text(self) -> Schema:
        text: Schema = {"type": "string"}
        return {"anyOf": [text, {"$ref": "#/$defs/secure"}]} if self.secure else text


def _others() -> str:
    """The apiVersions of other APIs, as far as a pattern can express it: `choreo validate` detects misspelt ones."""
    domains = "|".join(map(re.escape, sorted(own_domains())))
    return rf"^(v1|(?!([^/]*\.)?({domains})/)[a-z0-9]([-a-z0-9.]*[a-z0-9])?/[a-z][-a-z0-9]*)$"


def _present(path: Path) -> Schema:
    """The schema of an object that has the field at the path."""
    head, rest = path[0], path[1:]
    return {"required": [head], **({"properties": {head: _present(rest)}} if rest else {})}


def _setting(meaning: Meaning, value: Schema) -> Schema:
    """The schema of a setting: its value, that value encrypted as a whole, or null."""
    described = f"{meaning.summary} Default: {meaning.default.replace('`', '')}."
    return {"description": described, "anyOf": [value, {"$ref": "#/$defs/secure"}, {"type": "null"}]}

"""CustomResourceDefinitions made from the models, for an API server that has none: the local control plane."""

from typing import Any

from choreo_components.api.generation import Kind, spec_of
from choreo_components.api.generations import all_kinds
from choreo_components.api.meta import WireModel
from choreo_components.api.objects import ApiObject
from choreo_components.api.shape import (
    Field,
    FreeForm,
    ListMap,
    ListOf,
    MapOf,
    Mark,
    ObjectOf,
    PortLike,
    Rule,
    Scalar,
    Shape,
    fields_of,
    rules_of,
)

_RULES = "x-kubernetes-validations"
_PRESERVING = {"x-kubernetes-preserve-unknown-fields": True}
_OPENAPI_TYPE = {str: "string", bool: "boolean", int: "integer"}


def custom_resource_definitions(release: str | None = None) -> list[dict[str, Any]]:
    """An apiextensions.k8s.io/v1 CustomResourceDefinition for each kind, in wire form.

    They equal OpenChoreo's own (config/crd/bases) in everything that an API server acts on; the descriptions and the
    messages of the rules are ours. `release` is one that has changed some of them (`Kind.since`); None means the
    releases before.
    """
    return [definition_of(kind, release) for kind in all_kinds().values() if kind.group]


def definition_of(kind: Kind, release: str | None = None) -> dict[str, Any]:
    """The CustomResourceDefinition of a kind, since that release."""
    model = kind.since.get(release or "", kind.model)
    names: dict[str, Any] = {
        "kind": kind.kind,
        "listKind": f"{kind.kind}List",
        "plural": kind.plural,
        "singular": kind.singular,
    }
    if kind.short_names:
        names["shortNames"] = list(kind.short_names)
    if kind.categories:
        names["categories"] = list(kind.categories)
    version: dict[str, Any] = {
        "name": kind.version,
        "schema": {"openAPIV3Schema": _root(kind, model)},
        "served": True,
        "storage": True,
        "subresources": {"status": {}} if kind.has_status else {},
    }
    if kind.printer_columns:
        version["additionalPrinterColumns"] = [
            {"jsonPath": column.json_path, "name": column.name, "type": column.type} for column in kind.printer_columns
        ]
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{kind.plural}.{kind.group}"},
        "spec": {"group": kind.group, "names": names, "scope": kind.scope, "versions": [version]},
    }


def _root(kind: Kind, model: type[ApiObject]) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "description": model.__doc__,
        "type": "object",
        "properties": {
            "apiVersion": {"description": "Group and version of the API.", "type": "string"},
            "kind": {"description": "Name of the kind.", "type": "string"},
            "metadata": {"type": "object"},
            "spec": _object(spec_of(model)),
        },
    }
    if kind.has_status:
        schema["properties"]["status"] = _object(kind.status)
    if kind.spec_required:
        schema["required"] = ["spec"]
    return schema


def _object(model: type[WireModel]) -> dict[str, Any]:
    fields = fields_of(model)
    schema: dict[str, Any] = {"description": model.__doc__, "type": "object"}
    if fields:
        schema["properties"] = {name: _property(field) for name, field in sorted(fields.items())}
    required = sorted(name for name, field in fields.items() if field.required or field.always)
    if required:
        schema["required"] = required
    return schema | _rules(rules_of(model))


def _property(field: Field) -> dict[str, Any]:
    schema = _value(field.shape) | {"description": field.description}
    if field.default is not None:
        default = field.default
        schema["default"] = default.model_dump(by_alias=True) if isinstance(default, WireModel) else default
    rules = [*schema.get(_RULES, ()), *_rules(field.rules).get(_RULES, ())]
    return schema | ({_RULES: rules} if rules else {})


def _rules(rules: tuple[Rule, ...]) -> dict[str, Any]:
    return {_RULES: [{"rule": each.cel, "message": each.message} for each in rules]} if rules else {}


def _value(shape: Shape) -> dict[str, Any]:
    match shape:
        case Scalar(type, facets, choices):
            keywords = {
                "enum": list(choices) or None,
                "format": facets.format,
                "pattern": facets.pattern,
                "minimum": facets.minimum,
                "maximum": facets.maximum,
                "minLength": facets.min_length,
                "maxLength": facets.max_length,
            }
            return {"type": _OPENAPI_TYPE[type], **_set(keywords)}
        case PortLike():
            return {"anyOf": [{"type": "integer"}, {"type": "string"}], "x-kubernetes-int-or-string": True}
        case FreeForm(typed):
            return ({"type": "object"} if typed else {}) | _PRESERVING
        case MapOf(item, size):
            limits = {"minProperties": size.least, "maxProperties": size.most}
            return {"type": "object", "additionalProperties": _value(item), **_set(limits)}
        case ListOf(item, merged, size):
            return {
                "type": "array",
                "items": _value(item),
                **_merging(merged),
                **_set({"minItems": size.least, "maxItems": size.most}),
            }
        case ObjectOf(model, preserved):
            return _object(model) | (_PRESERVING if preserved else {})


def _merging(merged: Mark | ListMap | None) -> dict[str, Any]:
    match merged:
        case ListMap(keys):
            return {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": list(keys)}
        case Mark(meaning):
            return {"x-kubernetes-list-type": meaning}
        case None:
            return {}


def _set(keywords: dict[str, Any]) -> dict[str, Any]:
    return {keyword: value for keyword, value in keywords.items() if value is not None}

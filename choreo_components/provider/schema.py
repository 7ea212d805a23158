"""The package's schema, as `pulumi package get-schema` prints it: components, finalizer and provider."""

import json
from typing import Any

from choreo_components.api import all_kinds
from choreo_components.api.meta import WireModel
from choreo_components.api.shape import ObjectOf, fields_of, holds_secrets
from choreo_components.components.tokens import PACKAGE, module_of, token
from choreo_components.provider.component_host import Host
from choreo_components.state.contract import Finalizer, Found, Settings
from choreo_components.version import VERSION

_INPUTS = {each: each.schema for each in Finalizer.inputs()}

_KEPT = {each: each.schema for each in (*Finalizer.inputs(), *Found.inputs()) if not each.deprecated}

_FINALIZER: dict[str, Any] = {
    "description": (
        "Deletes what is deployed to an environment, then its data-plane namespaces, when it is deleted itself. An "
        "Environment has one already. A separately declared one must depend on the Environment, its namespaces and "
        "everything that its Deployments are made of, and the Deployments must depend on it."
    ),
    "inputProperties": _INPUTS,
    # The namespace is required too, but may be given under its earlier name.
    "requiredInputs": [Finalizer.ENVIRONMENT],
    "properties": _KEPT,
    "required": [Finalizer.NAMESPACE, Finalizer.ENVIRONMENT],
}

_SETTINGS = {each: each.schema for each in Settings.inputs()}

_LANGUAGES: dict[str, Any] = {
    "nodejs": {"packageName": "choreo-sdk", "respectSchemaVersion": True},
    "python": {"packageName": "choreo_sdk", "respectSchemaVersion": True},
    "go": {"importBasePath": "choreo.dev/sdk/go/choreo", "respectSchemaVersion": True},
    "csharp": {"respectSchemaVersion": True},
    "java": {"respectSchemaVersion": True},
}
"""The names of the SDKs."""


def package_schema() -> str:
    """The package's schema as JSON."""
    host = Host()
    for kind in all_kinds().values():
        for model in kind.models:
            _mark_secrets(module_of(kind.api_version), model, host.types)
    schema = {
        "name": PACKAGE,
        "version": VERSION,
        "displayName": "OpenChoreo",
        "description": "OpenChoreo as code.",
        "keywords": ["openchoreo", "kubernetes", "category/infrastructure", "kind/component"],
        "license": "Apache-2.0",
        # A module is everything between the colons of a token.
        "meta": {"moduleFormat": "(.*)"},
        "language": _LANGUAGES,
        "config": {"variables": _SETTINGS},
        "provider": {"description": "OpenChoreo as code.", "inputProperties": _SETTINGS},
        "resources": {**host.resources, Finalizer.TOKEN: _FINALIZER},
        "types": host.types,
    }
    return json.dumps(schema)


def _mark_secrets(module: str, model: type[WireModel], types: dict[str, Any]) -> None:
    """Marks the secrets in the types of the arguments, which the analyzer does not recognize."""
    for name, field in fields_of(model).items():
        if field.secret:
            types[token(module, model.__name__)]["properties"][name]["secret"] = True
        elif isinstance(field.shape, ObjectOf) and holds_secrets(field.shape.model):
            _mark_secrets(module, field.shape.model, types)

"""The schema: what `pulumi package get-schema` prints of the components, the finalizer and the provider."""

import json
from inspect import cleandoc
from typing import Any

from choreo_components.api import all_kinds
from choreo_components.api.meta import WireModel
from choreo_components.api.shape import ObjectOf, fields_of, holds_secrets
from choreo_components.components import platform
from choreo_components.components.tokens import PACKAGE, module_of, token
from choreo_components.provider.component_host import Host
from choreo_components.state.contract import Finalizer, Found, Settings
from choreo_components.version import VERSION

_INPUTS = {each: each.schema for each in Finalizer.inputs()}

_KEPT = {each: each.schema for each in (*Finalizer.inputs(), *Found.inputs()) if not each.deprecated}

_FINALIZER: dict[str, Any] = {
    "description": (
        "Takes an environment's Deployments, then its data-plane namespaces, out of the cluster when it is deleted. "
        "An Environment has one already. Declared by itself, it has to depend on the Environment, its namespaces and "
        "everything that its Deployments are made of, and the Deployments on it."
    ),
    "inputProperties": _INPUTS,
    # The namespace too, which has an earlier name.
    "requiredInputs": [Finalizer.ENVIRONMENT],
    "properties": _KEPT,
    "required": [Finalizer.NAMESPACE, Finalizer.ENVIRONMENT],
}

_SETTINGS = {each: each.schema for each in Settings.inputs()}

_SECRET_ARGUMENTS = {"DataPlane": "connectionConfig", "Environment": "dataPlaneKubeconfig"}
"""By component: the argument that is a secret, which its Python type cannot say."""

_SECRETS_OF_A_PLATFORM = ("kubeconfig", "dataPlaneKubeconfigs")
"""The same of a Platform."""

_OUTPUTS = {
    "name": "The object's metadata.name. Who uses it comes after the object, and goes before it.",
    "namespace": "The organization's namespace, in which the object stands; of an Organization, the one made for it.",
}
"""The outputs of all components: the analyzer reads the docstrings of a class, and not those of its base."""

_LANGUAGES: dict[str, Any] = {
    "nodejs": {"packageName": "choreo-sdk", "respectSchemaVersion": True},
    "python": {"packageName": "choreo_sdk", "respectSchemaVersion": True},
    "go": {"importBasePath": "choreo.dev/sdk/go/choreo", "respectSchemaVersion": True},
    "csharp": {"respectSchemaVersion": True},
    "java": {"respectSchemaVersion": True},
}
"""What SDKs are called."""


def package_schema() -> str:
    """The package's schema as JSON."""
    host = Host()
    for resource in host.resources.values():
        # As Python 3.13 and later have them: before, docstrings keep the indentation of their code.
        resource["description"] = cleandoc(resource["description"])
        for name in _OUTPUTS.keys() & resource["properties"].keys():
            resource["properties"][name]["description"] = _OUTPUTS[name]
    for kind in all_kinds().values():
        module = module_of(kind.api_version)
        for model in kind.models:
            _mark_secrets(module, model, host.types)
        if argument := _SECRET_ARGUMENTS.get(kind.kind):
            host.resources[token(module, kind.kind)]["inputProperties"][argument]["secret"] = True
    for argument in _SECRETS_OF_A_PLATFORM:
        host.resources[platform.TOKEN]["inputProperties"][argument]["secret"] = True
    schema = {
        "name": PACKAGE,
        "version": VERSION,
        "displayName": "OpenChoreo",
        "description": "OpenChoreo as code.",
        "keywords": ["openchoreo", "kubernetes", "category/infrastructure", "kind/component"],
        "license": "Apache-2.0",
        # A module is the whole of what is between the colons of a token.
        "meta": {"moduleFormat": "(.*)"},
        "language": _LANGUAGES,
        "config": {"variables": _SETTINGS},
        "provider": {"description": "OpenChoreo as code.", "inputProperties": _SETTINGS},
        "resources": {**host.resources, Finalizer.TOKEN: _FINALIZER},
        "types": host.types,
    }
    return json.dumps(schema)


def _mark_secrets(module: str, model: type[WireModel], types: dict[str, Any]) -> None:
    """Marks what is secret in the types of the arguments: the analyzer cannot tell."""
    for name, field in fields_of(model).items():
        if field.secret:
            types[token(module, model.__name__)]["properties"][name]["secret"] = True
        elif isinstance(field.shape, ObjectOf) and holds_secrets(field.shape.model):
            _mark_secrets(module, field.shape.model, types)

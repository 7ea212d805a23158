"""The schema: what `pulumi package get-schema` prints of the components, the finalizer and the provider."""

import json
from inspect import cleandoc
from typing import Any

from choreo_components.api import all_kinds
from choreo_components.api.meta import WireModel
from choreo_components.api.shape import ObjectOf, fields_of, holds_secrets
from choreo_components.components.tokens import INDEX, PACKAGE, module_of, token
from choreo_components.provider.component_host import Host
from choreo_components.provider.resources.finalizer import DEFAULTS
from choreo_components.version import VERSION

_INPUTS: dict[str, Any] = {
    "organization": {
        "type": "string",
        "description": "Name of the organization whose environment it finalizes.",
    },
    "environment": {
        "type": "string",
        "description": "metadata.name of the Environment which it finalizes.",
    },
    "dataPlaneRef": {
        "type": "string",
        "description": "The data plane of the environment; on another one it is finalized and begun anew.",
    },
    "deploymentsTimeout": {
        "type": "string",
        "description": f"How long its Deployments may take to go; {DEFAULTS['deploymentsTimeout']} by default.",
    },
    "namespacesTimeout": {
        "type": "string",
        "description": f"How long its namespaces may take to go; {DEFAULTS['namespacesTimeout']} by default.",
    },
    "namespaceNames": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Namespaces that were made for it: they go with it even if somebody has changed their labels.",
    },
    "dataPlaneKubeconfig": {
        "type": "string",
        "description": "The kubeconfig of the data plane, where that is a cluster of its own.",
        "secret": True,
    },
}

_FOUND: dict[str, Any] = {
    "deployments": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Deployments that carried the environment's labels at the last refresh.",
    },
    "namespaces": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Namespaces that carried the environment's labels at the last refresh.",
    },
}

_FINALIZER: dict[str, Any] = {
    "description": (
        "Takes an environment's Deployments, then its data-plane namespaces, out of the cluster when it is deleted. "
        "An Environment has one already. Declared by itself, it has to depend on the Environment, its namespaces and "
        "everything that its Deployments are made of, and the Deployments on it."
    ),
    "inputProperties": _INPUTS,
    "requiredInputs": ["organization", "environment"],
    "properties": {**_INPUTS, **_FOUND},
    "required": ["organization", "environment"],
}

_SETTINGS: dict[str, Any] = {
    "kubeconfig": {
        "type": "string",
        "description": "The text of a kubeconfig, or the path of one; the ambient kubeconfig by default.",
        "secret": True,
    },
    "context": {
        "type": "string",
        "description": "The context of the ambient kubeconfig to use; its current context by default.",
    },
    "controlPlane": {
        "type": "string",
        "description": (
            "The UID that the namespace kube-system of the control plane must have. The state keeps that of the "
            "cluster that a stack is on; another cluster is refused, unless this names it."
        ),
    },
    "dataPlaneKubeconfigs": {
        "type": "object",
        "additionalProperties": {"type": "string"},
        "description": "Newer kubeconfigs of data planes than finalizers have in the state, by ORGANIZATION/DATAPLANE.",
        "secret": True,
    },
}

_SECRET_ARGUMENTS = {"DataPlane": "connectionConfig", "Environment": "dataPlaneKubeconfig"}
"""By component: the argument that is a secret, which its Python type cannot say."""

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
        for name, description in _OUTPUTS.items():
            resource["properties"][name]["description"] = description
    for kind in all_kinds().values():
        module = module_of(kind.api_version)
        for model in kind.models:
            _mark_secrets(module, model, host.types)
        if argument := _SECRET_ARGUMENTS.get(kind.kind):
            host.resources[token(module, kind.kind)]["inputProperties"][argument]["secret"] = True
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
        "resources": {**host.resources, token(INDEX, "EnvironmentFinalizer"): _FINALIZER},
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

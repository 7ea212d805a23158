"""The schema: what `pulumi package get-schema` prints of the components, the finalizer and the provider."""

import json
from inspect import cleandoc
from typing import Any

from choreo_components.api import all_kinds
from choreo_components.api.meta import WireModel
from choreo_components.api.shape import ObjectOf, fields_of, holds_secrets
from choreo_components.provider.component_host import Host
from choreo_components.state.contract import Finalizer, Found, Settings

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

_OUTPUTS = {
    "name": "The object's metadata.name. Who uses it comes after the object, and goes before it.",
    "namespace": "The organization's namespace, in which the object stands; of an Organization, the one made for it.",
    "namespaces": "The data-plane namespace of each project.",
}


def package_schema() -> str:
    """The package's schema as JSON."""
    schema: dict[str, Any] = json.loads(Host().schema or "{}")
    for resource in schema["resources"].values():
        # As Python 3.13 and later have them: before, docstrings keep the indentation of their code.
        resource["description"] = cleandoc(resource["description"])
        for name, described in resource["properties"].items():
            described.setdefault("description", _OUTPUTS[name])
    for kind in all_kinds().values():
        for model in kind.models:
            _mark_secrets(model, schema["types"])
    for component, argument in _SECRET_ARGUMENTS.items():
        schema["resources"][f"choreo:index:{component}"]["inputProperties"][argument]["secret"] = True
    schema["resources"][Finalizer.TOKEN] = _FINALIZER
    schema["config"] = {"variables": _SETTINGS}
    schema["provider"] = {
        "description": "OpenChoreo as code.",
        "inputProperties": _SETTINGS,
    }
    return json.dumps(schema)


def _mark_secrets(model: type[WireModel], types: dict[str, Any]) -> None:
    """Marks what is secret in the types of the arguments: the analyzer cannot tell."""
    for name, field in fields_of(model).items():
        if field.secret:
            types[f"choreo:index:{model.__name__}Args"]["properties"][name]["secret"] = True
        elif isinstance(field.shape, ObjectOf) and holds_secrets(field.shape.model):
            _mark_secrets(field.shape.model, types)

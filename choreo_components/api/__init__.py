"""OpenChoreo's API: what its objects look like, how they are written, and how they find each other.

It has a folder for each generation; the modules next to these folders are what all generations share.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from choreo_components.api.crd import custom_resource_definitions
    from choreo_components.api.generation import Generation, Kind, Role
    from choreo_components.api.generations import (
        UnknownKindError,
        all_kinds,
        generation_having,
        generation_of,
        kind_of,
        secrets_of,
    )
    from choreo_components.api.meta import ObjectMeta
    from choreo_components.api.objects import OF_THE_SERVER, PASSED_OVER, ApiObject
    from choreo_components.api.wire import prune_zero_values

__all__ = [
    "OF_THE_SERVER",
    "PASSED_OVER",
    "ApiObject",
    "Generation",
    "Kind",
    "ObjectMeta",
    "Role",
    "UnknownKindError",
    "all_kinds",
    "custom_resource_definitions",
    "generation_having",
    "generation_of",
    "kind_of",
    "prune_zero_values",
    "secrets_of",
]

_HOMES = {
    "OF_THE_SERVER": "objects",
    "PASSED_OVER": "objects",
    "ApiObject": "objects",
    "Generation": "generation",
    "Kind": "generation",
    "ObjectMeta": "meta",
    "Role": "generation",
    "UnknownKindError": "generations",
    "all_kinds": "generations",
    "custom_resource_definitions": "crd",
    "generation_having": "generations",
    "generation_of": "generations",
    "kind_of": "generations",
    "prune_zero_values": "wire",
    "secrets_of": "generations",
}


def __getattr__(name: str) -> Any:
    """Loads names on first use: the provider is started for each command, and seldom needs the models of the kinds."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

"""OpenChoreo's API: what its objects look like, how they are written, and how they find each other.

A folder for each generation of it; the modules beside them are what all generations share.
"""

from choreo_components.api.crd import custom_resource_definitions
from choreo_components.api.generation import Generation, Kind, Role
from choreo_components.api.generations import (
    UnknownKindError,
    all_kinds,
    generation_of,
    generations,
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
    "generation_of",
    "generations",
    "kind_of",
    "prune_zero_values",
    "secrets_of",
]

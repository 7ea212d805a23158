"""OpenChoreo's API: what its objects look like, how they are written, and how they find each other."""

from choreo_components.api.core_v1 import labels
from choreo_components.api.crd import custom_resource_definitions
from choreo_components.api.meta import ObjectMeta
from choreo_components.api.objects import OF_THE_SERVER, PASSED_OVER, ApiObject
from choreo_components.api.registry import KINDS, V0_2_0, Kind, UnknownKindError, kind_of, secrets_of
from choreo_components.api.wire import prune_zero_values

__all__ = [
    "KINDS",
    "OF_THE_SERVER",
    "PASSED_OVER",
    "V0_2_0",
    "ApiObject",
    "Kind",
    "ObjectMeta",
    "UnknownKindError",
    "custom_resource_definitions",
    "kind_of",
    "labels",
    "prune_zero_values",
    "secrets_of",
]

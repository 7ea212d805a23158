"""The Secrets of Kubernetes that objects of core.choreo.dev/v1 name, all in the namespace of the organization."""

from collections.abc import Iterator, Mapping
from typing import Any

from choreo_components.api.core_v1.data_planes import CONNECTION
from choreo_components.api.neighbours import named_in

FIELDS = (CONNECTION[-1], "secretRef", "imagePushSecrets")
"""The fields with a Secret: its name, or what has its name, or a list of such."""


def secrets(wire: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The Secrets that an object in wire names may name, each by its namespace and its name."""
    namespace = (wire.get("metadata") or {}).get("namespace") or ""
    for value in named_in(wire.get("spec"), FIELDS):
        for each in value if isinstance(value, list) else [value]:
            name = each.get("name") if isinstance(each, Mapping) else each
            if isinstance(name, str):
                yield namespace, name

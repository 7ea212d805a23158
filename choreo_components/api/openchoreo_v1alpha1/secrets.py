"""The Secrets of Kubernetes that objects of openchoreo.dev/v1alpha1 name: those of planes say in which namespace."""

from collections.abc import Iterator, Mapping
from typing import Any

from choreo_components.api.neighbours import named_in
from choreo_components.api.openchoreo_v1alpha1.hierarchy import namespace_of, spec_of

FIELDS = ("secretKeyRef",)
"""The fields with the name of a Secret, and maybe its namespace."""


def secrets(wire: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The Secrets that an object in wire names may name, each by its namespace and its name.

    A Workload has names of SecretReferences in the same fields: OpenChoreo makes Secrets of these elsewhere.
    """
    for value in named_in(spec_of(wire), FIELDS):
        if isinstance(value, Mapping) and isinstance(value.get("name"), str):
            yield value.get("namespace") or namespace_of(wire), value["name"]

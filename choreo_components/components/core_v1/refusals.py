"""Refusals: what Kubernetes would not take of an object's names, labels and keys, found before it is asked."""

from collections.abc import Iterator, Mapping
from typing import Any

from choreo_components.api import Kind
from choreo_components.api.core_v1 import labels
from choreo_components.api.core_v1.identity import refused_keys_and_values
from choreo_components.api.generation import Path
from choreo_components.api.names import Use, refusal


def refusals(kind: Kind, metadata: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """The fields of the metadata that would be refused, each with why.

    What is no string is not known yet, or has been found already.
    """
    name, namespace = metadata["name"], metadata.get("namespace")
    # An organization's name is its namespace's as well.
    refused_name = refusal(name, Use.OBJECT if kind.namespaced else Use.NAMESPACE) if isinstance(name, str) else None
    if refused_name:
        yield ("name",), f"Kubernetes would refuse the name {name!r}: {refused_name}"
    if namespace and isinstance(namespace, str) and (refused := refusal(namespace, Use.NAMESPACE)):
        yield ("namespace",), f"Kubernetes would refuse the name {namespace!r}: {refused}"
    # Their own fields have been looked at.
    followed = {labels.ORGANIZATION, *([labels.NAME] if refused_name else [])}
    # Nothing is wrong with an empty value.
    own = {key: value if isinstance(value, str) else "" for key, value in _known(metadata["labels"]).items()}
    for each in refused_keys_and_values(own, _known(metadata["annotations"]), followed):
        yield each.path[1:], each.message


def _known(given: Any) -> Mapping[str, Any]:
    """The labels or annotations with the keys that are known."""
    found = given if isinstance(given, Mapping) else {}
    return {key: value for key, value in found.items() if isinstance(key, str)}

"""Refusals: what Kubernetes would not take of an object's names, labels and keys, found before it is asked."""

from collections.abc import Iterator, Mapping
from typing import Any

from choreo_components.api import Kind
from choreo_components.api.core_v1 import labels
from choreo_components.api.names import Use, refusal


def refusals(kind: Kind, metadata: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The fields of the metadata, such as `name` or `labels[KEY]`, that would be refused, each with why.

    What is no string is not known yet, or has been found already.
    """
    name, namespace = metadata["name"], metadata.get("namespace")
    # An organization's name is its namespace's as well.
    refused_name = refusal(name, Use.OBJECT if kind.namespaced else Use.NAMESPACE) if isinstance(name, str) else None
    if refused_name:
        yield "name", f"Kubernetes would refuse the name {name!r}: {refused_name}"
    if namespace and isinstance(namespace, str) and (refused := refusal(namespace, Use.NAMESPACE)):
        yield "namespace", f"Kubernetes would refuse the name {namespace!r}: {refused}"
    # Their own fields have been looked at.
    followed = {labels.ORGANIZATION, *([labels.NAME] if refused_name else [])}
    for key, value in _known(metadata["labels"]).items():
        if refused := refusal(key, Use.LABEL_KEY):
            yield f"labels[{key}]", f"Kubernetes would refuse the label's key: {refused}"
        elif key not in followed and isinstance(value, str) and (refused := refusal(value, Use.LABEL_VALUE)):
            yield f"labels[{key}]", f"Kubernetes would refuse the label {value!r}: {refused}"
    for key in _known(metadata["annotations"]):
        # Capital letters in the prefix are taken.
        if refused := refusal(key.lower(), Use.LABEL_KEY):
            yield "annotations", f"Kubernetes would refuse the annotation's key {key!r}: {refused}"


def _known(given: Any) -> Mapping[str, Any]:
    """The labels or annotations with the keys that are known."""
    found = given if isinstance(given, Mapping) else {}
    return {key: value for key, value in found.items() if isinstance(key, str)}

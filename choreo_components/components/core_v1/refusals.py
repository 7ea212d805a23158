"""Refusals: what Kubernetes would not take of an object's names, labels and keys, found before it is asked."""

from collections.abc import Iterator, Mapping
from typing import Any

from choreo_components.api import Kind
from choreo_components.api.core_v1 import labels
from choreo_components.api.core_v1.identity import refused_name, refused_namespace
from choreo_components.api.generation import Path
from choreo_components.api.metadata import refused_keys_and_values
from choreo_components.components.body import known, known_labels


def refusals(kind: Kind, metadata: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """The fields of the metadata that would be refused, each with why.

    What is no string is not known yet, or has been found already.
    """
    name, namespace = metadata["name"], metadata.get("namespace")
    wrong_name = refused_name(kind, name) if isinstance(name, str) else None
    wrong_namespace = refused_namespace(namespace) if namespace and isinstance(namespace, str) else None
    # Their own fields have been looked at.
    followed = {labels.ORGANIZATION, *([labels.NAME] if wrong_name else [])}
    of_keys = refused_keys_and_values(known_labels(metadata["labels"]), known(metadata["annotations"]), followed)
    for each in (wrong_name, wrong_namespace, *of_keys):
        if each is not None:
            yield each.path[1:], each.message

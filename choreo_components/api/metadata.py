"""Metadata: what Kubernetes refuses of an object's names, labels and annotations, of whichever API it is."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from choreo_components.api.generation import Kind, Role, Violation
from choreo_components.api.names import Use, refusal


def refused_name(kind: Kind, name: str) -> Violation | None:
    """Why Kubernetes would refuse an object's name; None if it would not."""
    # A tenant's name is also that of its namespace.
    refused = refusal(name, Use.NAMESPACE if kind.role is Role.TENANT else Use.OBJECT)
    return Violation(("metadata", "name"), f"Kubernetes would refuse the name {name!r}: {refused}") if refused else None


def refused_namespace(name: str) -> Violation | None:
    """Why Kubernetes would refuse the name of an object's namespace; None if it would not."""
    if refused := refusal(name, Use.NAMESPACE):
        return Violation(("metadata", "namespace"), f"Kubernetes would refuse the name {name!r}: {refused}")
    return None


def refused_keys_and_values(
    own: Mapping[str, str], annotations: Iterable[str], followed: Collection[str]
) -> Iterator[Violation]:
    """The labels and keys of annotations that Kubernetes refuses; the values of `followed` are checked already."""
    for label, value in own.items():
        if refused := refusal(label, Use.LABEL_KEY):
            yield Violation(("metadata", "labels", label), f"Kubernetes would refuse the label's key: {refused}")
        elif label not in followed and (refused := refusal(value, Use.LABEL_VALUE)):
            yield Violation(("metadata", "labels", label), f"Kubernetes would refuse the label {value!r}: {refused}")
    for key in annotations:
        if refused := refusal(key.lower(), Use.LABEL_KEY):
            yield Violation(
                ("metadata", "annotations", key), f"Kubernetes would refuse the annotation's key: {refused}"
            )

"""Metadata: what Kubernetes refuses of the labels and annotations of an object, of whichever API it is."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from choreo_components.api.generation import Violation
from choreo_components.api.names import Use, refusal


def refused_keys_and_values(
    own: Mapping[str, str], annotations: Iterable[str], followed: Collection[str]
) -> Iterator[Violation]:
    """The labels and keys of annotations that Kubernetes refuses; the values of `followed` have been looked at."""
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

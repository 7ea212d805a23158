"""Namespace metadata: labels and annotations that all data-plane namespaces get in addition to OpenChoreo's own.

Admission policies may require some (for example Pod Security's `pod-security.kubernetes.io/enforce`), and refuse a
namespace without them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from choreo_components.api.annotations import APPLIED, LAST_APPLIED, excess
from choreo_components.api.generations import generations
from choreo_components.api.names import Use, refusal
from choreo_components.config.findings import Location
from choreo_components.config.validation import WRONG_KEY, Problem, shown

FIELDS = ("labels", "annotations")

TAKEN = {
    "kubernetes.io/metadata.name": "Kubernetes",
    LAST_APPLIED: "kubectl",
}
"""Keys that only their owner may set, with their owner; OpenChoreo's are those of its generations."""

TAKEN_DOMAINS = {"choreo.dev": "OpenChoreo", "openchoreo.dev": "OpenChoreo", "pulumi.com": "Pulumi"}
"""Likewise all keys whose prefix is one of these domains, or a subdomain."""


@dataclass(frozen=True)
class NamespaceMetadata:
    """The labels and annotations, and the place that sets them."""

    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    where: Location | None = None


def problems(given: Any) -> Iterator[Problem]:
    """What is wrong with `{labels: {…}, annotations: {…}}`: each problem with its path in it."""
    if not isinstance(given, Mapping):
        yield Problem((), f"should be a mapping with labels and annotations, not {shown(given)}", given)
        return
    for name, values in given.items():
        if name not in FIELDS:
            yield Problem((name,), f"unknown field; valid fields: {', '.join(FIELDS)}", values)
        elif values is not None and not isinstance(values, Mapping):
            yield Problem((name,), f"should be a mapping of keys to strings, not {shown(values)}", values)
        elif values is not None:
            yield from _wrong(name, values)


def _wrong(name: str, values: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong with the labels, or the annotations."""
    of_labels = name == "labels"
    for key, value in values.items():
        if not isinstance(key, str):
            yield Problem((name, key), WRONG_KEY, key)
            continue
        # Kubernetes allows capital letters in the prefix of a key only in annotations.
        refused_key = refusal(key if of_labels else key.lower(), Use.LABEL_KEY)
        if refused_key:
            yield Problem(
                (name, key), f"Kubernetes would refuse the {name.removesuffix('s')}'s key: {refused_key}", key
            )
        elif (owner := _owner(key)) is not None:
            yield Problem((name, key), f"only {owner} may set this key; remove it", key)
        elif not isinstance(value, str):
            quotes = " (put it in quotes)" if isinstance(value, bool | int | float) else ""
            yield Problem((name, key), f"should be a string, not {shown(value)}{quotes}", value)
        elif of_labels and (refused := refusal(value, Use.LABEL_VALUE)):
            yield Problem((name, key), f"Kubernetes would refuse the label {value!r}: {refused}", value)
    texts = {key: value for key, value in values.items() if isinstance(value, str)}
    if not of_labels and (too_many := excess({**texts, **APPLIED})):
        yield Problem((name,), too_many, values)


def _owner(key: str) -> str | None:
    """The owner of a key that nothing else may set; None for any other key."""
    if any(key in each.namespaces.reserved for each in generations().values()):
        return "OpenChoreo"
    domain = key.rpartition("/")[0].lower()
    by_domain = (owner for taken, owner in TAKEN_DOMAINS.items() if f".{domain}".endswith(f".{taken}"))
    return TAKEN.get(key) or next(by_domain, None)

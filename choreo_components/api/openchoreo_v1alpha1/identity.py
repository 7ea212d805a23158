"""The identity of an object of openchoreo.dev/v1alpha1: its name, its namespace, and the labels that follow."""

from collections.abc import Iterator

from choreo_components.api.generation import Kind, MetadataFields, Role, Violation
from choreo_components.api.metadata import refused_keys_and_values, refused_name, refused_namespace
from choreo_components.api.objects import ApiObject
from choreo_components.api.openchoreo_v1alpha1 import labels
from choreo_components.api.openchoreo_v1alpha1.ownership import FOLLOWING, following_labels


def identify(kind: Kind, given: ApiObject) -> tuple[ApiObject, list[Violation]]:
    """The object with the labels that follow from it, and what is wrong with its identity."""
    metadata = given.metadata
    own = dict(metadata.labels or {})
    found = list(_refused_names(kind, metadata.name, metadata.namespace))
    expected = following_labels(given.to_wire())
    for label, value in expected.items():
        if own.get(label, value) != value:
            message = f"contradicts {_source(kind, label)}: should be {value!r} or left out, not {own[label]!r}"
            found.append(Violation(("metadata", "labels", label), message))
        own[label] = value
    found += refused_keys_and_values(own, metadata.annotations or {}, expected)
    filled = metadata.model_copy(update={"labels": own or None})
    return given.model_copy(update={"metadata": filled}), found


def metadata(kind: Kind) -> MetadataFields:
    """The labels and annotations of OpenChoreo that objects of a kind have."""
    described = {labels.DISPLAY_NAME: "Name for people.", labels.DESCRIPTION: "What it is for."}
    return MetadataFields(labels={}, annotations=described, namespace_label=None)


def _source(kind: Kind, label: str) -> str:
    """What determines a label."""
    if kind.role is Role.TENANT:
        return "what a namespace with objects of OpenChoreo is"
    return next(f"spec.owner.{field}" for field, each in FOLLOWING[kind.kind].items() if each == label)


def _refused_names(kind: Kind, name: str, namespace: str | None) -> Iterator[Violation]:
    """What is wrong with an object's name and namespace."""
    if (wrong_name := refused_name(kind, name)) is not None:
        yield wrong_name
    if not kind.namespaced:
        if namespace is not None:
            message = f"{kind.kind} belongs to the whole cluster and has no namespace; remove it"
            yield Violation(("metadata", "namespace"), message)
    elif not namespace:
        yield Violation(("metadata", "namespace"), f"required field is missing: the namespace of the {kind.kind}")
    elif (wrong_namespace := refused_namespace(namespace)) is not None:
        yield wrong_namespace

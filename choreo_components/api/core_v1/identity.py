"""The identity of an object of core.choreo.dev/v1: its name, its namespace, and the labels that follow from them."""

from choreo_components.api.core_v1 import labels
from choreo_components.api.generation import Kind, MetadataFields, Path, Violation
from choreo_components.api.metadata import refused_keys_and_values, refused_name, refused_namespace
from choreo_components.api.objects import ApiObject


def identify(kind: Kind, given: ApiObject) -> tuple[ApiObject, list[Violation]]:
    """The object with its namespace and the labels that follow from it, and what is wrong with its identity."""
    found: list[Violation] = []
    metadata = given.metadata
    own = dict(metadata.labels or {})
    name, namespace = metadata.name, metadata.namespace

    def refuse(path: Path, message: str) -> None:
        found.append(Violation(path, message))

    wrong_name = refused_name(kind, name)
    if wrong_name is not None:
        found.append(wrong_name)
    expected: dict[str, tuple[str, str]] = {}
    if kind.named_by_label is not None:
        expected[kind.named_by_label] = (name, "metadata.name")
    if not kind.namespaced:
        if namespace is not None:
            message = f"{kind.kind} belongs to the whole cluster and has no namespace; remove it"
            refuse(("metadata", "namespace"), message)
    else:
        namespace = namespace or own.get(labels.ORGANIZATION)
        if not namespace:
            refuse(("metadata", "namespace"), f"required field is missing: the organization of the {kind.kind}")
        elif (wrong_namespace := refused_namespace(namespace)) is not None:
            found.append(wrong_namespace)
        else:
            expected[labels.ORGANIZATION] = (namespace, "metadata.namespace")
    for label, (value, source) in expected.items():
        if own.get(label, value) != value:
            message = f"contradicts {source}: should be {value!r} or left out, not {own[label]!r}"
            refuse(("metadata", "labels", label), message)
        own[label] = value
    own.setdefault(labels.NAME, name)
    # Their fields have been checked already.
    followed = {labels.ORGANIZATION, *([labels.NAME] if wrong_name else [])}
    for label in kind.hierarchy:
        if not own.get(label) and label not in followed:
            message = f"required label is missing: OpenChoreo finds by it what the {kind.kind} belongs to"
            refuse(("metadata", "labels", label), message)
    found += refused_keys_and_values(own, metadata.annotations or {}, followed)
    filled = metadata.model_copy(update={"namespace": namespace, "labels": own})
    return given.model_copy(update={"metadata": filled}), found


def metadata(kind: Kind) -> MetadataFields:
    """The labels and annotations of OpenChoreo that objects of a kind have."""
    parents = [label for label in kind.hierarchy if label not in (labels.ORGANIZATION, labels.NAME)]
    names = {label: label.removeprefix(labels.PREFIX).replace("-", " ") for label in parents}
    return MetadataFields(
        labels={label: f"Name of the {name} that it belongs to." for label, name in names.items()},
        annotations={labels.DISPLAY_NAME: "Name for people.", labels.DESCRIPTION: "What it is for."},
        namespace_label=labels.ORGANIZATION,
    )

"""Body: checks the arguments of a component, and makes an object in wire names of them."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from choreo_components.api import Kind, prune_zero_values
from choreo_components.api.annotations import excess
from choreo_components.api.constraints import violations
from choreo_components.api.generation import Path
from choreo_components.api.metadata import refused_keys_and_values, refused_name, refused_namespace
from choreo_components.components.misuse import misused, misused_metadata, misused_projects, wrong_keys
from choreo_components.config.documents import field_name
from choreo_components.config.validation import WRONG_KEY, parse


@dataclass(frozen=True)
class Conventions:
    """How the components of a generation map arguments to an object."""

    api_version: str
    around: Callable[[Kind], Collection[str]]
    """The arguments of a kind that are not fields of its spec."""
    metadata_of: Mapping[Path, str]
    """By field of the metadata: the argument for it, if that has another name."""
    followed: Callable[[Kind, bool], Collection[str]]
    """The labels of a kind that are derived from fields which were checked already; the flag: its name is refused."""


def object_body(
    kind: Kind,
    name: str,
    args: Mapping[str, Any],
    conventions: Conventions,
    *,
    namespace: Any,
    labels: Mapping[str, Any],
    annotations: Mapping[str, Any],
    spec: Mapping[str, Any] | None = None,
    found: Iterable[str] = (),
) -> dict[str, Any]:
    """The object without apiVersion and kind, in wire names; Outputs in the arguments are kept in place.

    `labels` and `annotations` are those of OpenChoreo; annotations that are None are left out. `spec` has the fields of
    the spec whose arguments have other names, and `found` are problems that were found before. Raises pulumi.RunError
    with all problems of the arguments.
    """
    metadata: dict[str, Any] = {
        "name": name,
        "labels": _joined(labels, args.get("labels")),
        "annotations": _joined(
            {key: value for key, value in annotations.items() if value is not None},
            args.get("annotations"),
        ),
    }
    if kind.namespaced:
        metadata["namespace"] = namespace
    fields = {field: plain(value) for field, value in args.items() if field not in conventions.around(kind)}
    body = {"metadata": metadata, "spec": {**fields, **(spec or {})}}
    _validate(kind, name, args, body, conventions, found)
    return prune_zero_values(kind.model_of(body), body)


def plain(value: Any) -> Any:
    """The value with lists for other sequences and dicts for other mappings, as the API's models require."""
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def _joined(ours: Mapping[str, Any], given: pulumi.Input[Mapping[str, Any]] | None) -> pulumi.Input[Mapping[str, Any]]:
    if given is None:
        return ours
    if isinstance(given, Mapping):
        return {**ours, **given}
    return pulumi.Output.all(ours, given).apply(lambda maps: {**maps[0], **maps[1]})


def _validate(
    kind: Kind,
    name: str,
    args: Mapping[str, Any],
    body: Mapping[str, Any],
    conventions: Conventions,
    found: Iterable[str],
) -> None:
    """Raises pulumi.RunError if a known value is wrong; Outputs are unknown here."""
    lines = [*found, *_misused(args)]
    parsed, problems = parse(kind, {"apiVersion": conventions.api_version, "kind": kind.kind, **body})
    lines += [
        f"{problem.field}: {problem.message}"
        for problem in problems
        if not isinstance(problem.value, pulumi.Output | Awaitable)
    ]
    reported = {problem.field for problem in problems}
    lines += [f"{field}: {WRONG_KEY}" for field in map(field_name, wrong_keys(body)) if field not in reported]
    if parsed is not None:
        # Rules need known values.
        broken = violations(type(parsed), parsed.to_wire())
        lines += [f"{field_name(each.path)}: {each.message}" for each in broken]
    refused = _refused(kind, body["metadata"], conventions)
    lines += [f"{conventions.metadata_of.get(path) or field_name(path)}: {why}" for path, why in refused]
    annotations = body["metadata"]["annotations"]
    if isinstance(annotations, Mapping) and all(isinstance(each, str) for each in annotations.values()):
        lines += [f"annotations: {each}" for each in [excess(annotations)] if each]
    if lines:
        problems_found = "\n".join(f"  {line}" for line in lines)
        raise pulumi.RunError(f"{kind.kind} {name!r} has invalid arguments:\n{problems_found}")


def _misused(args: Mapping[str, Any]) -> Iterator[str]:
    """The problems of the arguments that components of every generation share."""
    yield from misused(args)
    if "projects" in args:
        yield from misused_projects(args["projects"] or ())
    if (metadata := args.get("namespaceMetadata")) is not None:
        yield from misused_metadata(metadata)


def _refused(kind: Kind, metadata: Mapping[str, Any], conventions: Conventions) -> Iterator[tuple[Path, str]]:
    """The fields of the metadata that Kubernetes would refuse, each with the reason.

    A value that is no string is unknown, or was reported already.
    """
    name, namespace = metadata["name"], metadata.get("namespace")
    wrong_name = refused_name(kind, name) if isinstance(name, str) else None
    wrong_namespace = refused_namespace(namespace) if namespace and isinstance(namespace, str) else None
    followed = conventions.followed(kind, wrong_name is not None)
    # An empty value is valid.
    checked = {key: value if isinstance(value, str) else "" for key, value in _known(metadata["labels"]).items()}
    of_keys = refused_keys_and_values(checked, _known(metadata["annotations"]), followed)
    for each in (wrong_name, wrong_namespace, *of_keys):
        if each is not None:
            yield each.path[1:], each.message


def _known(given: Any) -> Mapping[str, Any]:
    """The labels or annotations with known keys."""
    found = given if isinstance(given, Mapping) else {}
    return {key: value for key, value in found.items() if isinstance(key, str)}

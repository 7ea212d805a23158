"""The base of the components of core.choreo.dev/v1: their arguments, checked, as an object."""

import re
from collections.abc import Awaitable, Iterator, Mapping
from typing import Any

import pulumi

from choreo_components.api import Kind, prune_zero_values
from choreo_components.api.annotations import excess, of_provider
from choreo_components.api.core_v1 import API_VERSION, labels
from choreo_components.api.generation import Path
from choreo_components.components.base import ObjectComponent
from choreo_components.components.core_v1.arguments import OF_ALL_KINDS, OF_ONE_KIND, PARENTS
from choreo_components.components.core_v1.refusals import refusals
from choreo_components.components.missing_namespace import refuse_if_missing
from choreo_components.components.misuse import misused, misused_metadata, misused_projects
from choreo_components.config.documents import field_name
from choreo_components.config.options import Controllers
from choreo_components.config.validation import parse, shown

_ARGUMENTS: Mapping[Path, str] = {
    ("namespace",): "organization",
    **{("labels", label): argument for argument, label in PARENTS.items()},
}
"""By fields of the metadata: the arguments that they come from, where those are called otherwise."""


class CoreV1Component(ObjectComponent):
    """Base of the components of core.choreo.dev/v1."""

    _api_version = API_VERSION

    def __init__(self, kind: str, name: str, args: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        """Registers the component. A preview refuses it where its organization is missing."""
        super().__init__(kind, name, args, opts)
        organization = args.get("organization") if self._kind.namespaced else None
        reason = (
            f"{_in_words(kind)} {self._object_name!r} of organization {organization!r} cannot be created: the "
            f"namespace {organization!r} of its organization does not exist. Create the Organization first; if this "
            "program declares it, give its output `namespace` as the argument `organization`"
        )
        self._is_decided = refuse_if_missing(self, name, organization, reason, opts)

    def _complete(self, **outputs: pulumi.Output[Any]) -> None:
        if self._is_decided is not None:
            both: Any = pulumi.Output.all(self.namespace, self._is_decided)
            outputs["namespace"] = both.apply(lambda known: known[0])
        super()._complete(**outputs)

    def _body(self, name: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """The object as OpenChoreo's controllers leave it: with its labels, and without optional zero values."""
        return _body(self._kind, name, args)


def _in_words(kind: str) -> str:
    """A kind as people say it: `data plane` of a DataPlane."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()


def _body(kind: Kind, name: str, args: Mapping[str, Any]) -> dict[str, Any]:
    """The object without apiVersion and kind, in wire names; Outputs stand where the arguments have them.

    Raises pulumi.RunError with all that is wrong with the arguments.
    """
    parents = {label: args[argument] for argument, label in PARENTS.items() if argument in args}
    annotations = {
        labels.DISPLAY_NAME: args.get("displayName"),
        labels.DESCRIPTION: args.get("description"),
        **of_provider(kind, waits=args.get("controllers") != Controllers.ABSENT),
    }
    metadata: dict[str, Any] = {
        "name": name,
        "labels": _joined({**parents, labels.NAME: name}, args.get("labels")),
        "annotations": _joined(
            {key: value for key, value in annotations.items() if value is not None},
            args.get("annotations"),
        ),
    }
    if kind.namespaced:
        metadata["namespace"] = args.get("organization")
    around = OF_ALL_KINDS | {argument for argument, _, _ in OF_ONE_KIND.get(kind.kind, ())}
    spec = {field: _plain(value) for field, value in args.items() if field not in around}
    body = {"metadata": metadata, "spec": spec}
    _validate(kind, name, args, body)
    return prune_zero_values(kind.model_of(body), body)


def _plain(value: Any) -> Any:
    """The value with lists for other sequences and dicts for other mappings, as the API's models want them."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def _joined(own: Mapping[str, Any], given: pulumi.Input[Mapping[str, Any]] | None) -> pulumi.Input[Mapping[str, Any]]:
    if given is None:
        return own
    if isinstance(given, Mapping):
        return {**own, **given}
    return pulumi.Output.all(own, given).apply(lambda maps: {**maps[0], **maps[1]})


def _validate(kind: Kind, name: str, args: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    """Raises pulumi.RunError unless all that is known already is right; what is an Output is not known yet."""
    found = list(_misused(kind, args))
    _, problems = parse(kind, {"apiVersion": API_VERSION, "kind": kind.kind, **body})
    found += [
        f"{problem.field}: {problem.message}"
        for problem in problems
        if not isinstance(problem.value, pulumi.Output | Awaitable)
    ]
    found += [f"{_ARGUMENTS.get(path) or field_name(path)}: {why}" for path, why in refusals(kind, body["metadata"])]
    annotations = body["metadata"]["annotations"]
    if isinstance(annotations, Mapping) and all(isinstance(each, str) for each in annotations.values()):
        found += [f"annotations: {refused}" for refused in [excess(annotations)] if refused]
    if found:
        lines = "\n".join(f"  {line}" for line in found)
        raise pulumi.RunError(f"{kind.kind} {name!r} is not what OpenChoreo takes:\n{lines}")


def _misused(kind: Kind, args: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the arguments which are not fields of the object's spec."""
    own = args.get("labels")
    for argument, label in PARENTS.items():
        parent = args.get(argument)
        given = own.get(label) if isinstance(own, Mapping) else None
        if label in kind.hierarchy and parent in (None, ""):
            yield f"{argument}: required, and missing: OpenChoreo finds what the {kind.kind} belongs to by it"
        elif isinstance(parent, str) and isinstance(given, str) and parent != given:
            yield f"labels[{label}]: contradicts {argument}: should be {parent!r} or left out, not {given!r}"
    yield from misused(args)
    if kind.kind == "Environment":
        yield from misused_projects(args.get("projects") or ())
        if (metadata := args.get("namespaceMetadata")) is not None:
            yield from misused_metadata(metadata)
    gateway = args.get("dataPlaneGateway")
    if gateway is not None and not isinstance(gateway, Mapping | pulumi.Output | Awaitable):
        yield f"dataPlaneGateway: should be the gateway of its data plane, not {shown(gateway)}"
    cluster = args.get("kubernetesCluster")
    if args.get("connectionConfig") and isinstance(cluster, Mapping) and not cluster.get("connectionConfigRef"):
        yield "connectionConfig: needs kubernetesCluster.connectionConfigRef, which names the Secret that it goes into"

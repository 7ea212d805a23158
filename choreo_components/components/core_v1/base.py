"""The base of the components of core.choreo.dev/v1: checks their arguments, and makes an object of them."""

from collections.abc import Awaitable, Iterator, Mapping
from typing import Any

import pulumi

from choreo_components.api import Kind
from choreo_components.api.annotations import of_provider
from choreo_components.api.core_v1 import API_VERSION, labels
from choreo_components.api.names import in_words
from choreo_components.components.base import ObjectComponent
from choreo_components.components.body import Conventions, object_body
from choreo_components.components.core_v1.arguments import OF_ALL_KINDS, OF_ONE_KIND, PARENTS
from choreo_components.config.options import Controllers
from choreo_components.config.validation import shown

_CONVENTIONS = Conventions(
    API_VERSION,
    around=lambda kind: OF_ALL_KINDS | {argument for argument, _, _ in OF_ONE_KIND.get(kind.kind, ())},
    metadata_of={
        ("namespace",): "organization",
        **{("labels", label): argument for argument, label in PARENTS.items()},
    },
    # The arguments for these labels are checked already.
    followed=lambda kind, wrong_name: {labels.ORGANIZATION, *([labels.NAME] if wrong_name else [])},
)


class CoreV1Component(ObjectComponent):
    """Base of the components of core.choreo.dev/v1."""

    _api_version = API_VERSION

    def _needs_namespace(self, args: Mapping[str, Any]) -> tuple[pulumi.Input[str], str] | None:
        organization = args.get("organization")
        if not self._kind.namespaced or organization is None:
            return None
        return organization, (
            f"{in_words(self._kind.kind)} {self._object_name!r} of organization {organization!r} cannot be created: "
            f"the namespace {organization!r} of its organization does not exist. Create the Organization first; if "
            "this program declares it, give its output `namespace` as the argument `organization`"
        )

    def _body(self, name: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """The object in the form that OpenChoreo's controllers store: with its labels, without optional zero values."""
        kind = self._kind
        parents = {label: args[argument] for argument, label in PARENTS.items() if argument in args}
        return object_body(
            kind,
            name,
            args,
            _CONVENTIONS,
            namespace=args.get("organization"),
            labels={**parents, labels.NAME: name},
            annotations={
                labels.DISPLAY_NAME: args.get("displayName"),
                labels.DESCRIPTION: args.get("description"),
                **of_provider(kind, waits=args.get("controllers") != Controllers.ABSENT),
            },
            found=_misused(kind, args),
        )


def _misused(kind: Kind, args: Mapping[str, Any]) -> Iterator[str]:
    """The problems of the arguments that are not fields of the object's spec."""
    labels_given = args.get("labels")
    for argument, label in PARENTS.items():
        parent = args.get(argument)
        given = labels_given.get(label) if isinstance(labels_given, Mapping) else None
        if label in kind.hierarchy and parent in (None, ""):
            yield f"{argument}: required field is missing: OpenChoreo finds by it what the {kind.kind} belongs to"
        elif isinstance(parent, str) and isinstance(given, str) and parent != given:
            yield f"labels[{label}]: contradicts {argument}: should be {parent!r} or left out, not {given!r}"
    gateway = args.get("dataPlaneGateway")
    if gateway is not None and not isinstance(gateway, Mapping | pulumi.Output | Awaitable):
        yield f"dataPlaneGateway: should be the gateway of its data plane, not {shown(gateway)}"
    cluster = args.get("kubernetesCluster")
    if args.get("connectionConfig") and isinstance(cluster, Mapping) and not cluster.get("connectionConfigRef"):
        yield "connectionConfig: needs kubernetesCluster.connectionConfigRef, which names the Secret for it"

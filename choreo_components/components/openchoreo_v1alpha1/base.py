"""The base of the components of openchoreo.dev/v1alpha1: checks their arguments, and makes an object of them."""

from collections.abc import Iterator, Mapping
from typing import Any

import pulumi

from choreo_components.api import Kind
from choreo_components.api.annotations import of_provider
from choreo_components.api.names import in_words
from choreo_components.api.openchoreo_v1alpha1 import API_VERSION, labels
from choreo_components.api.openchoreo_v1alpha1.ownership import FOLLOWING
from choreo_components.api.openchoreo_v1alpha1.readiness import waits_of
from choreo_components.components.base import ObjectComponent
from choreo_components.components.body import Conventions, object_body
from choreo_components.components.openchoreo_v1alpha1.arguments import FIELDS, NAMESPACE, names_around
from choreo_components.config.options import Controllers


class V1Alpha1Component(ObjectComponent):
    """Base of the components of openchoreo.dev/v1alpha1."""

    _api_version = API_VERSION

    def _needs_namespace(self, args: Mapping[str, Any]) -> tuple[pulumi.Input[str], str] | None:
        namespace = args.get(NAMESPACE)
        if not self._kind.namespaced or namespace is None:
            return None
        return namespace, (
            f"{in_words(self._kind.kind)} {self._object_name!r} of namespace {namespace!r} cannot be created: the "
            "namespace does not exist. Create it first; if this program declares it, give its output "
            "`metadata.name` as the argument `namespace`"
        )

    def _body(self, name: str, args: Mapping[str, Any]) -> dict[str, Any]:
        """The object in the form that OpenChoreo's controllers store: with its labels, without optional zero values."""
        kind = self._kind
        renamed = FIELDS.get(kind.kind, {})
        around = names_around(kind)
        present = args.get("controllers") != Controllers.ABSENT
        waits = present and waits_of({"kind": kind.kind, "spec": args})
        return object_body(
            kind,
            name,
            args,
            _CONVENTIONS,
            namespace=args.get(NAMESPACE),
            labels=_following(kind, args.get("owner")),
            annotations={
                labels.DISPLAY_NAME: args.get("displayName"),
                labels.DESCRIPTION: args.get("description") if "description" in around else None,
                **of_provider(kind, waits=waits),
            },
            spec={field: args[argument] for argument, field in renamed.items() if argument in args},
            found=_misused(kind, args),
        )


def _following(kind: Kind, owner: Any) -> dict[str, Any]:
    """The labels that are derived from the owner, which may be an Output, or contain some."""
    found = {}
    for field, label in FOLLOWING.get(kind.kind, {}).items():
        if isinstance(owner, Mapping):
            found[label] = owner.get(field)
        elif owner is not None:
            found[label] = pulumi.Output.from_input(owner)[field]
    return {label: value for label, value in found.items() if value is not None}


def _misused(kind: Kind, args: Mapping[str, Any]) -> Iterator[str]:
    """The problems of the arguments that are not fields of the object's spec."""
    if kind.namespaced and args.get(NAMESPACE) in (None, ""):
        yield f"{NAMESPACE}: required field is missing: the namespace of the {kind.kind}"
    labels_given, owner = args.get("labels"), args.get("owner")
    for label, value in _following(kind, owner).items():
        given = labels_given.get(label) if isinstance(labels_given, Mapping) else None
        if isinstance(value, str) and isinstance(given, str) and value != given:
            yield f"labels[{label}]: contradicts owner: should be {value!r} or left out, not {given!r}"


_CONVENTIONS = Conventions(
    API_VERSION,
    around=names_around,
    metadata_of={},
    followed=lambda kind, wrong_name: set(FOLLOWING.get(kind.kind, {}).values()),
)

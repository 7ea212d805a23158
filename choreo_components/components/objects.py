"""Objects as resources: registers a checked object, with its secrets sealed and its deadlines."""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any

import pulumi

from choreo_components.api import Kind
from choreo_components.api.shape import ObjectOf, Shape, fields_of, holds_secrets
from choreo_components.components.children import DEADLINE, KubernetesObject, child_options, kubernetes_object


def object_role(name: str, kind: str) -> str:
    """The name of the custom resource of the component `name` in the program."""
    return f"{name}-{kind.lower()}"


def register_object(
    kind: Kind, role: str, body: Mapping[str, Any], opts: pulumi.ResourceOptions, *, patch: bool = False
) -> KubernetesObject:
    """Registers the custom resource `role` of a checked object, whose `body` is in wire names.

    Fields that the models mark as secret become secrets of Pulumi. `opts` are made by `object_options`. `patch`: the
    object is one that Kubernetes keeps.
    """
    if kind.replaced_by:
        opts.replace_on_changes, opts.delete_before_replace = list(kind.replaced_by), True
    sealed = body
    # With all models: an unknown value may turn out to be of any of them.
    for model in kind.models:
        sealed = _sealed(ObjectOf(model), sealed)
    if any(map(holds_secrets, kind.models)):
        # A former `kubectl apply` has stored the whole object in an annotation.
        opts.additional_secret_outputs = ["metadata"]
    return kubernetes_object(role, kind.api_version, kind.kind, sealed, opts, patch=patch)


def object_options(
    parent: pulumi.Resource,
    args: Mapping[str, Any],
    opts: pulumi.ResourceOptions | None,
    needs: Sequence[pulumi.Resource] = (),
) -> pulumi.ResourceOptions:
    """The options of a resource for an object: its dependencies, and the deadlines of the arguments."""
    return child_options(parent, opts, needs, create=deadline(args, "ready"), delete=deadline(args, "delete"))


def deadline(args: Mapping[str, Any], step: str) -> str:
    """How long a step may take, by the argument `timeouts` or the default."""
    timeouts: Mapping[str, str] = args.get("timeouts") or {}
    return timeouts.get(step) or DEADLINE


def _sealed(shape: Shape, value: Any) -> Any:
    """The value with its secrets as secret Outputs, which Pulumi encrypts in the state and never shows."""
    if not isinstance(shape, ObjectOf) or not holds_secrets(shape.model):
        return value
    if isinstance(value, pulumi.Output | Awaitable):
        return pulumi.Output.from_input(value).apply(lambda known: pulumi.Output.from_input(_sealed(shape, known)))
    if not isinstance(value, Mapping):
        return value
    fields = {name: field for name, field in fields_of(shape.model).items() if name in value}
    secrets = {name: pulumi.Output.secret(value[name]) for name, field in fields.items() if field.secret}
    return {**value, **{name: _sealed(field.shape, value[name]) for name, field in fields.items()}, **secrets}

"""An object as a resource: what is right already, registered with its secrets sealed and its deadlines."""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any

import pulumi

from choreo_components.api import Kind
from choreo_components.api.shape import ObjectOf, Shape, fields_of, holds_secrets
from choreo_components.components.children import DEADLINE, KubernetesObject, child_options, kubernetes_object


def object_role(name: str, kind: str) -> str:
    """What the custom resource of the component `name` is called in the program."""
    return f"{name}-{kind.lower()}"


def register_object(
    kind: Kind, role: str, body: Mapping[str, Any], opts: pulumi.ResourceOptions, *, patch: bool = False
) -> KubernetesObject:
    """Registers the custom resource `role` of an object that is right already: `body` is it in wire names.

    What is a secret in it, by the marks of the models, becomes one to Pulumi. `opts` are its own, as `object_options`
    makes them. `patch`: it is one that Kubernetes keeps.
    """
    if kind.replaced_by:
        opts.replace_on_changes, opts.delete_before_replace = list(kind.replaced_by), True
    sealed = body
    # Of all models: what is not known yet may turn out to be of any.
    for model in kind.models:
        sealed = _sealed(ObjectOf(model), sealed)
    if any(map(holds_secrets, kind.models)):
        # `kubectl apply` has left the whole object in an annotation, if it ever applied it.
        opts.additional_secret_outputs = ["metadata"]
    return kubernetes_object(role, kind.api_version, kind.kind, sealed, opts, patch=patch)


def object_options(
    parent: pulumi.Resource,
    args: Mapping[str, Any],
    opts: pulumi.ResourceOptions | None,
    needs: Sequence[pulumi.Resource] = (),
) -> pulumi.ResourceOptions:
    """The options of what is made for an object: after what it needs, with the deadlines of the arguments."""
    return child_options(parent, opts, needs, create=deadline(args, "ready"), delete=deadline(args, "delete"))


def deadline(args: Mapping[str, Any], step: str) -> str:
    """How long a step may take: what the argument `timeouts` says of it, else the default."""
    timeouts: Mapping[str, str] = args.get("timeouts") or {}
    return timeouts.get(step) or DEADLINE


def _sealed(shape: Shape, value: Any) -> Any:
    """The value with the secrets in it as secret Outputs: Pulumi encrypts them in its state, and shows them nowhere."""
    if not isinstance(shape, ObjectOf) or not holds_secrets(shape.model):
        return value
    if isinstance(value, pulumi.Output | Awaitable):
        return pulumi.Output.from_input(value).apply(lambda known: pulumi.Output.from_input(_sealed(shape, known)))
    if not isinstance(value, Mapping):
        return value
    fields = {name: field for name, field in fields_of(shape.model).items() if name in value}
    secrets = {name: pulumi.Output.secret(value[name]) for name, field in fields.items() if field.secret}
    return {**value, **{name: _sealed(field.shape, value[name]) for name, field in fields.items()}, **secrets}

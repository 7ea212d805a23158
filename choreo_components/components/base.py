"""A component: one of OpenChoreo's objects as a Pulumi resource, with whatever has to stand around it."""

from collections.abc import Awaitable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Self

import pulumi

from choreo_components.api import Kind, kind_of, prune_zero_values
from choreo_components.api.annotations import excess, of_provider
from choreo_components.api.core_v1 import API_VERSION, labels
from choreo_components.api.generation import Path
from choreo_components.api.names import Use, refusal
from choreo_components.api.shape import ObjectOf, Shape, fields_of, holds_secrets
from choreo_components.components.args import TimeoutsArgs
from choreo_components.components.children import (
    DEADLINE,
    KubernetesObject,
    child_options,
    kubernetes_object,
)
from choreo_components.components.refusals import refusals
from choreo_components.components.tokens import former_tokens, module_of, token
from choreo_components.config.documents import field_name
from choreo_components.config.durations import seconds
from choreo_components.config.namespace_metadata import problems
from choreo_components.config.options import Controllers
from choreo_components.config.validation import parse, shown

PARENTS: Mapping[str, str] = {
    "organization": labels.ORGANIZATION,
    "project": labels.PROJECT,
    "component": labels.COMPONENT,
    "deploymentTrack": labels.DEPLOYMENT_TRACK,
    "environment": labels.ENVIRONMENT,
    "deployment": labels.DEPLOYMENT,
}
"""The arguments that name an object's parents, and the labels by which OpenChoreo finds them."""

_ARGUMENTS: Mapping[Path, str] = {
    ("namespace",): "organization",
    **{("labels", label): argument for argument, label in PARENTS.items()},
}
"""By fields of the metadata: the arguments that they come from, where those are called otherwise."""

AROUND_SPEC = frozenset(
    {
        *PARENTS,
        "name",
        "displayName",
        "description",
        "labels",
        "annotations",
        "controllers",
        "timeouts",
    }
)
"""The arguments of all kinds which are not fields of the object's spec."""

OF_ONE_KIND: Mapping[str, frozenset[str]] = {
    "DataPlane": frozenset({"connectionConfig"}),
    "Environment": frozenset({"projects", "dataPlaneKubeconfig", "dataPlaneGateway", "namespaceMetadata"}),
}
"""By kind: further arguments which are not fields of the object's spec."""


def object_role(name: str, kind: str) -> str:
    """What the custom resource of the component `name` is called in the program."""
    return f"{name}-{kind.lower()}"


def register_object(kind: Kind, role: str, body: Mapping[str, Any], opts: pulumi.ResourceOptions) -> KubernetesObject:
    """Registers the custom resource `role` of an object that is right already: `body` is it in wire names.

    What is a secret in it, by the marks of the models, becomes one to Pulumi. `opts` are its own, as `object_options`
    makes them.
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
    return kubernetes_object(role, kind.api_version, kind.kind, sealed, opts)


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


class ObjectComponent(pulumi.ComponentResource):
    """Base of the components: a custom resource with its metadata, sent as OpenChoreo's controllers leave it."""

    name: pulumi.Output[str]
    """The object's metadata.name. Who uses it comes after the object, and goes before it."""
    namespace: pulumi.Output[str]
    """The organization's namespace: the one the object stands in, or, of an Organization, the one made for it."""

    _secret_arguments: ClassVar[Sequence[str]] = ()
    """The arguments that are secrets, which their types cannot say. Without the `_` it would be one of the outputs."""

    def __init__(self, kind: str, name: str, args: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        """Registers the component. What it consists of is `_declare`d then, and it is `_complete`d at last.

        Raises pulumi.RunError with all that is wrong with the arguments, and registers nothing then.
        """
        self._kind = kind_of(API_VERSION, kind)
        self._object_name: str = args.get("name") or name
        body = _body(self._kind, self._object_name, args)
        module = module_of(API_VERSION)
        former = pulumi.ResourceOptions(aliases=[pulumi.Alias(type_=each) for each in former_tokens(module, kind)])
        super().__init__(token(module, kind), name, None, pulumi.ResourceOptions.merge(opts, former))
        self._register = partial(register_object, self._kind, object_role(name, kind), body)
        self._options = partial(object_options, self, args, opts)

    @classmethod
    def bare(cls, name: str, opts: pulumi.ResourceOptions) -> Self:
        """The component by itself: a Platform registers its children, in the order of its plan.

        Made without the constructor: for what that registers, the SDK keeps the call stack in the state.
        """
        component = cls.__new__(cls)
        pulumi.ComponentResource.__init__(component, token(module_of(API_VERSION), cls.__name__), name, None, opts)
        return component

    def _declare(self, needs: Sequence[pulumi.Resource] = ()) -> KubernetesObject:
        """Registers the custom resource, after what it needs and what the component's options name."""
        made = self._register(self._options(needs))
        # Where the metadata may hold a secret, it is not in these two.
        metadata = pulumi.Output.unsecret(made.metadata)
        self.name = metadata["name"]
        self.namespace = metadata["namespace"] if self._kind.namespaced else self.name
        return made

    def _complete(self, **outputs: pulumi.Output[Any]) -> None:
        """Tells Pulumi that the component has all its children, and its outputs: these besides those of all kinds."""
        self.register_outputs({"name": self.name, "namespace": self.namespace, **outputs})


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
    if kind.scope == "Namespaced":
        metadata["namespace"] = args.get("organization")
    around = AROUND_SPEC | OF_ONE_KIND.get(kind.kind, frozenset())
    spec = {field: _plain(value) for field, value in args.items() if field not in around}
    body = {"metadata": metadata, "spec": spec}
    _validate(kind, name, args, body)
    return prune_zero_values(kind.model_of(body), body)


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
    controllers = args.get("controllers") or Controllers.PRESENT
    if controllers not in list(Controllers):
        yield f"controllers: should be present or absent, not {shown(controllers)}"
    projects = (args.get("projects") or ()) if kind.kind == "Environment" else ()
    # A string is a sequence of strings too: of its letters.
    if isinstance(projects, str) or not all(isinstance(each, str) and each for each in projects):
        yield f"projects: should be a list of names, not {shown(projects)}"
    else:
        for project in projects:
            if refused := refusal(project, Use.OBJECT) or refusal(project, Use.LABEL_VALUE):
                yield f"projects: Kubernetes would refuse the name {project!r}: {refused}"
    if (
        "namespaceMetadata" in OF_ONE_KIND.get(kind.kind, ())
        and (metadata := args.get("namespaceMetadata")) is not None
    ):
        for problem in problems(metadata):
            if not isinstance(problem.value, pulumi.Output | Awaitable):
                yield f"{field_name(('namespaceMetadata', *problem.path))}: {problem.message}"
    gateway = args.get("dataPlaneGateway")
    if gateway is not None and not isinstance(gateway, Mapping | pulumi.Output | Awaitable):
        yield f"dataPlaneGateway: should be the gateway of its data plane, not {shown(gateway)}"
    cluster = args.get("kubernetesCluster")
    if args.get("connectionConfig") and isinstance(cluster, Mapping) and not cluster.get("connectionConfigRef"):
        yield "connectionConfig: needs kubernetesCluster.connectionConfigRef, which names the Secret that it goes into"
    timeouts = args.get("timeouts") or {}
    if not isinstance(timeouts, Mapping):
        yield f"timeouts: should be a mapping of steps to durations, not {shown(timeouts)}"
        return
    for step, duration in timeouts.items():
        if step not in TimeoutsArgs.__annotations__:
            yield f"timeouts.{step}: unknown step; the steps are {', '.join(TimeoutsArgs.__annotations__)}"
        elif not isinstance(duration, str):
            yield f"timeouts.{step}: should be a duration such as 90s, 10m or 1h30m, not {shown(duration)}"
        else:
            try:
                seconds(duration)
            except ValueError as problem:
                yield f"timeouts.{step}: {problem}"

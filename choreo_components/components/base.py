"""A component: one of OpenChoreo's objects as a Pulumi resource, with whatever has to stand around it in the cluster."""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any

import pulumi
from pydantic import ValidationError

from choreo_components.api import Kind, kind_of, labels, prune_zero_values
from choreo_components.api.core_v1 import API_VERSION
from choreo_components.components.children import (
    PATCH_FORCE,
    WAIT_FOR,
    KubernetesObject,
    child_options,
)
from choreo_components.controllers import Controllers
from choreo_components.validation import problems

DEADLINE = "10m"
"""How long anything is waited for unless `timeouts` says otherwise, as a duration."""

PARENTS: Mapping[str, str] = {
    "organization": labels.ORGANIZATION,
    "project": labels.PROJECT,
    "component": labels.COMPONENT,
    "deploymentTrack": labels.DEPLOYMENT_TRACK,
    "environment": labels.ENVIRONMENT,
    "deployment": labels.DEPLOYMENT,
}
"""The arguments that name an object's parents, and the labels by which OpenChoreo finds them."""

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
        "projects",
    }
)
"""The arguments which are not fields of the object's spec."""


class ObjectComponent(pulumi.ComponentResource):
    """Base of the components: a custom resource with its metadata, sent as OpenChoreo's controllers leave it."""

    name: pulumi.Output[str]
    """The object's metadata.name. Who uses it comes after the object, and goes before it."""
    namespace: pulumi.Output[str]
    """The organization's namespace: the one the object stands in, or, of an Organization, the one made for it."""

    def __init__(
        self,
        kind: str,
        name: str,
        args: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None,
        replace_on_changes: Sequence[str] = (),
    ) -> None:
        """Registers the component and its custom resource, which depends on what `opts` names.

        Raises pulumi.RunError with all that is wrong with the arguments, and registers no object then.
        """
        super().__init__(f"choreo:index:{kind}", name, None, opts)
        self.object_name: str = args.get("name") or name
        self._prefix = name
        self._args = args
        self._opts = opts
        described = kind_of(API_VERSION, kind)
        body = _body(described, self.object_name, args, self.controllers)
        self.resource: KubernetesObject = KubernetesObject(
            f"{name}-{kind.lower()}",
            API_VERSION,
            kind,
            body,
            self.child_options(replace_on_changes=replace_on_changes),
        )
        self.name = self.resource.metadata["name"]
        self.namespace = self.name if described.scope == "Cluster" else self.resource.metadata["namespace"]

    @property
    def last(self) -> pulumi.Resource:
        """What the objects that need this one come after, and go before."""
        return self.resource

    def complete(self) -> None:
        """Tells Pulumi that the component has all its children; the last step of its construction."""
        self.register_outputs({"name": self.name, "namespace": self.namespace})

    def child_options(
        self,
        needs: Sequence[pulumi.Resource] = (),
        *,
        replace_on_changes: Sequence[str] = (),
        replace_with: Sequence[pulumi.Resource] = (),
    ) -> pulumi.ResourceOptions:
        """The options of a child of this component that comes after what it needs."""
        return child_options(
            self,
            self._opts,
            needs,
            create=self.deadline("ready"),
            delete=self.deadline("delete"),
            replace_on_changes=replace_on_changes,
            replace_with=replace_with,
        )

    def deadline(self, step: str) -> str:
        """How long a step may take: what the argument `timeouts` says of it, else the default."""
        timeouts: Mapping[str, str] = self._args.get("timeouts") or {}
        return timeouts.get(step) or DEADLINE

    @property
    def controllers(self) -> Controllers:
        """Whether OpenChoreo's controllers look after the object; they do unless the argument says otherwise."""
        return Controllers(self._args.get("controllers") or Controllers.PRESENT)


def _body(kind: Kind, name: str, args: Mapping[str, Any], controllers: Controllers) -> dict[str, Any]:
    """The object without apiVersion and kind, in wire names; Outputs stand where the arguments have them."""
    parents = {label: args[argument] for argument, label in PARENTS.items() if argument in args}
    annotations = {
        labels.DISPLAY_NAME: args.get("displayName"),
        labels.DESCRIPTION: args.get("description"),
        PATCH_FORCE: "true",
        WAIT_FOR: f"condition={kind.ready_condition}"
        if kind.ready_condition and controllers is Controllers.PRESENT
        else None,
    }
    metadata = {
        "name": name,
        "labels": _joined({**parents, labels.NAME: name}, args.get("labels")),
        "annotations": _joined(
            {key: value for key, value in annotations.items() if value is not None},
            args.get("annotations"),
        ),
    }
    if kind.scope == "Namespaced":
        metadata["namespace"] = args["organization"]
    spec = {field: value for field, value in args.items() if field not in AROUND_SPEC}
    _validate(kind, name, metadata, spec)
    return prune_zero_values(kind.model, {"metadata": metadata, "spec": spec})


def _joined(own: Mapping[str, Any], given: pulumi.Input[Mapping[str, Any]] | None) -> pulumi.Input[Mapping[str, Any]]:
    if given is None:
        return own
    if isinstance(given, Mapping):
        return {**own, **given}
    return pulumi.Output.all(own, given).apply(lambda maps: {**maps[0], **maps[1]})


def _validate(kind: Kind, name: str, metadata: Mapping[str, Any], spec: Mapping[str, Any]) -> None:
    """Raises pulumi.RunError unless all that is known already is right; what is an Output is not known yet."""
    wire = {
        "apiVersion": API_VERSION,
        "kind": kind.kind,
        "metadata": metadata,
        "spec": spec,
    }
    try:
        kind.model.from_wire(wire)
    except ValidationError as invalid:
        found = [
            problem
            for problem in problems(invalid, kind.model)
            if not isinstance(problem.value, pulumi.Output | Awaitable)
        ]
        if found:
            lines = "\n".join(f"  {problem.field}: {problem.message}" for problem in found)
            raise pulumi.RunError(f"{kind.kind} {name!r} is not what OpenChoreo takes:\n{lines}") from None

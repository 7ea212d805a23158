"""What a Pulumi program registers, with an engine that records it and answers with the inputs."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi.output import Unknown
from pulumi.runtime import mocks, rpc

from choreo_components.api import Kind, kind_of
from choreo_components.api.core_v1 import labels
from choreo_components.components.core_v1.arguments import PARENTS
from choreo_components.components.declaration import ControlPlane
from choreo_components.components.platform import Platform
from choreo_components.components.preparation import Prepared
from choreo_components.preflight.data_planes import Connection
from choreo_components.preflight.run import Survey
from tests import declaring
from tests.declaring import Stack

EXAMPLES = {
    made["kind"]: made for made in declaring.every_kind(declaring.pipeline(promotions=[("development", ["staging"])]))
}
"""A valid object of each kind."""


def args_of(kind: str) -> dict[str, Any]:
    """The arguments that declare the example of the kind."""
    assert kind in EXAMPLES, f"add an example of {kind}, so that its component is tested"
    metadata = EXAMPLES[kind]["metadata"]
    found = dict(metadata.get("labels", {}))
    if "namespace" in metadata:
        found[labels.ORGANIZATION] = metadata["namespace"]
    parents = {argument: found[label] for argument, label in PARENTS.items() if label in found}
    return {**parents, **EXAMPLES[kind]["spec"]}


def kind_named(name: str) -> Kind:
    return kind_of("core.choreo.dev/v1", name)


@dataclass(frozen=True)
class Registered:
    """A registered resource; it refers to others by their names."""

    type: str
    name: str
    parent: str
    inputs: Mapping[str, Any]
    depends_on: frozenset[str]
    request: Any

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The metadata of a Kubernetes object."""
        metadata: Mapping[str, Any] = self.inputs["metadata"]
        return metadata

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels of a Kubernetes object."""
        return self.metadata["labels"] or {}

    @property
    def annotations(self) -> Mapping[str, str]:
        """The annotations of a Kubernetes object."""
        return self.metadata["annotations"] or {}


@dataclass
class Registrations:
    """What a program registered, and what it returned, with its Outputs resolved."""

    resources: list[Registered] = field(default_factory=list)
    outputs: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    """The namespaces that our provider was asked about, each with the name of that provider; "" is the default one."""
    returned: Any = None

    def __getitem__(self, name: str) -> Registered:
        """The resource with this name; the last one if a component and its provider or child have the same name."""
        found = [each for each in self.resources if each.name == name]
        assert found, f"no resource has the name {name!r}; there are {[each.name for each in self.resources]}"
        return found[-1]

    @property
    def names(self) -> list[str]:
        """The names of all resources."""
        return [each.name for each in self.resources]

    @property
    def custom(self) -> list[Registered]:
        """The registered resources that are not components."""
        return [each for each in self.resources if each.request.custom]

    def of_type(self, token: str) -> list[Registered]:
        """The resources of this type."""
        return [each for each in self.resources if each.type == token]


class _Shapes(mocks.Mocks):
    """Returns resources as requested, with the status that controllers report."""

    def __init__(self, noted: Registrations, status: Mapping[str, Any] | None, missing: Collection[str] | None) -> None:
        self._noted = noted
        self._status = status
        self._missing = missing

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        self._noted.asked.append((args.args["name"], _name(args.provider.rpartition("::")[0])))
        assert args.token == "choreo:index:isNamespaceMissing", f"a component calls {args.token}"
        known = {} if self._missing is None else {"isMissing": args.args["name"] in self._missing}
        return known, []

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        if not args.typ.startswith("kubernetes:"):
            return f"{args.name}-id", args.inputs
        # What an API server adds.
        metadata = {**args.inputs["metadata"], "uid": f"{args.name}-uid"}
        reported = {} if self._status is None else {"status": self._status}
        return f"{args.name}-id", {**args.inputs, "metadata": metadata, **reported}


class _Monitor(mocks.MockMonitor):
    """Records what is registered."""

    def __init__(self, noted: Registrations, shapes: _Shapes) -> None:
        super().__init__(shapes)
        self.noted = noted

    def RegisterResource(self, request: Any) -> Any:
        response: Any = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        if request.type != "pulumi:pulumi:Stack":
            self.noted.resources.append(
                Registered(
                    type=request.type,
                    name=request.name,
                    parent=_name(request.parent),
                    inputs=rpc.deserialize_properties(request.object, keep_unknowns=True),
                    depends_on=frozenset(map(_name, request.dependencies)),
                    request=request,
                )
            )
        return response

    def RegisterResourceOutputs(self, request: Any) -> Any:
        self.noted.outputs[_name(request.urn)] = rpc.deserialize_properties(request.outputs)
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call]


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]


def registered(
    program: Callable[[], Any],
    noted: Registrations | None = None,
    *,
    preview: bool = False,
    status: Mapping[str, Any] | None = None,
    missing: Collection[str] | None = (),
) -> Registrations:
    """Runs a program; `noted` records what it registered before a failure, and `status` is that of objects.

    `missing` are the namespaces that the cluster does not have, None if that is unknown.
    """
    noted = Registrations() if noted is None else noted
    shapes = _Shapes(noted, status, missing)

    def keep(value: Any) -> None:
        noted.returned = value

    # A separate loop, so that others in this process do not interfere.
    with asyncio.Runner() as runner:
        runner.get_loop()
        mocks.set_mocks(shapes, project="choreo", stack="test", preview=preview, monitor=_Monitor(noted, shapes))
        run = pulumi.runtime.test(  # type: ignore[no-untyped-call]
            lambda: pulumi.Output.from_input(program()).apply(keep)
        )
        run()
    return noted


def declare(
    found: Stack, control_plane: ControlPlane | None = None, data_planes: Mapping[str, Connection] | None = None
) -> Platform:
    """The Platform of a stack's settings; the preflight has found only the data planes."""
    survey = Survey(data_planes=data_planes or {})
    return Platform.of_stack(Prepared(found.settings, found.plan, survey, control_plane or ControlPlane()))


def refusal(program: Callable[[], Any]) -> list[str]:
    """The lines with which a program is refused, without the indentation; no object was registered."""
    noted = Registrations()
    try:
        registered(program, noted)
    except pulumi.RunError as error:
        assert noted.custom == [], "something was registered although the arguments are wrong"
        return [line.strip() for line in str(error).splitlines()]
    raise AssertionError("it was not refused")


def unknown() -> pulumi.Output[Any]:
    """A value that is unknown in a preview."""
    return pulumi.Output.from_input(Unknown())  # type: ignore[no-untyped-call]


def dependencies(output: pulumi.Output[Any]) -> pulumi.Output[list[str]]:
    """The names of the resources that an Output depends on, as an Output for a program to return."""

    async def names() -> list[str]:
        urns = [await resource.urn.future() for resource in await output.resources()]
        return sorted(_name(urn or "") for urn in urns)

    return pulumi.Output.from_input(names())

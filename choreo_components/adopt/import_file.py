"""An import file: the state of a stack as if it had made the live objects, for `pulumi import --file`.

A plain import reads each object, and keeps only the identity of a custom resource: the next `pulumi up` would apply all
of them. This file has inputs and outputs, so that nothing is read. The inputs have a single source: the program's own
declaration runs, and what it registers is recorded, answered with the live objects.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
from google.protobuf import json_format
from pulumi.runtime import mocks, rpc

from choreo_components.adopt.organization import LiveOrganization
from choreo_components.adopt.partition import Planned
from choreo_components.api import secrets_of
from choreo_components.api.annotations import APPLIED, FIELD_MANAGER, LAST_APPLIED, WAIT_FOR
from choreo_components.components.declaration import ControlPlane
from choreo_components.components.platform import Platform
from choreo_components.components.preparation import Prepared
from choreo_components.config.documents import field_name
from choreo_components.kubernetes.objects import live_of
from choreo_components.preflight.data_planes import Connection
from choreo_components.preflight.run import Survey
from choreo_components.provider.resource import is_secret, revealed
from choreo_components.provider.servicer import CUSTOM

_PROVIDER = "pulumi:providers:"
_KUBERNETES = "kubernetes:"


@dataclass
class ImportFile:
    """The content of the file.

    `missing` are the objects that the stack declares and the cluster does not have; `pending` are the differences of
    live objects that their next change applies.
    """

    resources: list[dict[str, Any]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The file."""
        return json.dumps({"resources": self.resources}, indent=2) + "\n"


def import_file(planned: Planned, there: LiveOrganization, context: str | None = None) -> ImportFile:
    """The import of a stack: everything that its program registers and that exists.

    `context` is the context of the ambient kubeconfig with which the stack will be brought up.
    """
    # The state knows the cluster from the beginning, so that no other one is mistaken for it.
    way = ControlPlane(context=context, identity=there.identity or None)
    monitor = _Monitor(there)
    # The ones that its next preview finds: no other stack needs them.
    data_planes = {
        name: Connection(text, "what is live")
        for name, text in there.kubeconfigs.items()
        if name in planned.stack.data_planes
    }
    prepared = Prepared(planned.settings, planned.plan, Survey(data_planes=data_planes), way)
    # A separate event loop: this one must not affect others in this process.
    with asyncio.Runner() as runner:
        runner.get_loop()
        mocks.set_mocks(monitor.mocks, project="choreo", stack=planned.stack.name, preview=False, monitor=monitor)
        run = pulumi.runtime.test(lambda: Platform.of_stack(prepared).environments)  # type: ignore[no-untyped-call]
        run()
    # The order of registration is not deterministic.
    monitor.file.missing.sort()
    monitor.file.pending.sort()
    return monitor.file


class _Answers(mocks.Mocks):
    """Answers as the engine and its providers do when all objects exist already."""

    def __init__(self, there: LiveOrganization) -> None:
        self.there = there

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], None]:
        raise AssertionError(f"the declaration calls {args.token}: it should read nothing")

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        if args.typ in CUSTOM:
            return CUSTOM[args.typ].identifier(args.inputs), args.inputs
        if not args.typ.startswith(_KUBERNETES):
            return args.name, args.inputs
        metadata = args.inputs["metadata"]
        name, namespace = metadata["name"], metadata.get("namespace")
        live = self.there.live(args.inputs)
        known = {} if live is None else live.manifest
        return f"{namespace}/{name}" if namespace else name, _overlaid(known, args.inputs)


class _Monitor(mocks.MockMonitor):
    """Records what is registered."""

    def __init__(self, there: LiveOrganization) -> None:
        super().__init__(_Answers(there))
        self.there = there
        self.file = ImportFile()

    def RegisterResource(self, request: Any) -> Any:
        """Answers the program."""
        response: Any = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        if request.type != "pulumi:pulumi:Stack":
            self._note(request, response.id)
        return response

    def _note(self, request: Any, identifier: str) -> None:
        inputs = _present(json_format.MessageToDict(request.object))
        spec: dict[str, Any] = {
            "type": request.type,
            "name": _called(request.type, request.name),
            "logicalName": request.name,
            "version": request.version,
        }
        if request.type.startswith(_PROVIDER):
            # Without its parent, as an import makes providers before all others: the next `up` knows it by its alias.
            self.file.resources.append(spec | {"inputs": _serialized(inputs)})
            return
        parent = _called_by(request.parent)
        if not parent.startswith("Stack "):
            spec["parent"] = parent
        if not request.custom:
            self.file.resources.append(spec | {"component": True})
            return
        spec["id"] = identifier
        if request.provider:
            spec["provider"] = _called_by(request.provider.rpartition("::")[0])
        outputs = inputs
        if request.type.startswith(_KUBERNETES):
            plain = revealed(inputs)
            live = self.there.live(plain)
            if live is None:
                self.file.missing.append(str(live_of(plain)))
                return
            for path in secrets_of(plain):
                inputs = _sealed(inputs, path)
            self.file.pending += [f"{live}: {each}" for each in _pending(live.manifest, plain)]
            outputs = _checkpoint(live.manifest, inputs)
        self.file.resources.append(spec | {"inputs": _serialized(inputs), "outputs": _serialized(outputs)})


def _called(type_: str, name: str) -> str:
    """The name by which entries of the file refer to each other: several kinds may have an object of one name."""
    is_component = type_.startswith("choreo:") and type_ not in CUSTOM
    return f"{type_ if is_component else type_.rpartition(':')[2]} {name}"


def _called_by(urn: str) -> str:
    """The same for a resource by its URN."""
    _, _, types, name = urn.split("::", 3)
    return _called(types.rpartition("$")[2], name)


def _checkpoint(live: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The state that the Kubernetes provider keeps of an object (pulumi-kubernetes: checkpointObject).

    It has the fields of the inputs, and so does not differ from them. The annotation of `kubectl apply` is left out: it
    may repeat a secret.
    """
    annotations = {
        key: value for key, value in (live["metadata"].get("annotations") or {}).items() if key != LAST_APPLIED
    }
    kept = {key: value for key, value in live["metadata"].items() if key != "managedFields"}
    state = _overlaid({**live, "metadata": {**kept, "annotations": annotations}}, inputs)
    return {
        **state,
        "__inputs": inputs,
        "__initialApiVersion": live["apiVersion"],
        "__fieldManager": APPLIED[FIELD_MANAGER],
    }


def _overlaid(live: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The live object with the values of the inputs."""
    return {
        **live,
        **{
            key: _overlaid(live[key], value)
            if isinstance(value, Mapping) and isinstance(live.get(key), Mapping) and not is_secret(value)
            else value
            for key, value in inputs.items()
        },
    }


def _pending(live: Mapping[str, Any], inputs: Mapping[str, Any]) -> Iterator[str]:
    """What differs in the live object, except the annotations that only the Kubernetes provider reads."""
    expected = [("metadata", "annotations", each) for each in (*APPLIED, WAIT_FOR)]
    for path, has, wanted in _differences((), live, inputs):
        if path not in expected:
            was = "is missing" if has is None else f"is {json.dumps(has)}"
            yield f"{field_name(path)} {was}, and will be {json.dumps(wanted)}"


def _differences(path: tuple[str, ...], has: Any, wanted: Any) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    if isinstance(wanted, Mapping) and (isinstance(has, Mapping) or has is None):
        for key, value in wanted.items():
            yield from _differences((*path, key), (has or {}).get(key), value)
    elif isinstance(wanted, list) and isinstance(has, list) and len(has) == len(wanted):
        for index, (one, other) in enumerate(zip(has, wanted, strict=True)):
            yield from _differences((*path, str(index)), one, other)
    elif has != wanted:
        yield path, has, wanted


def _present(value: Any) -> Any:
    """The value without nulls: the engine drops them."""
    if isinstance(value, dict):
        return {key: _present(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_present(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _sealed(value: Any, path: tuple[str, ...]) -> Any:
    """The value, with what is at the path marked as a secret."""
    if is_secret(value):
        return value
    if not path:
        return {rpc._special_sig_key: rpc._special_secret_sig, "value": value}
    return {**value, path[0]: _sealed(value[path[0]], path[1:])}


def _serialized(value: Any) -> Any:
    """The value as a state has it: a secret is JSON, which the engine encrypts (pulumi: apitype.SecretV1)."""
    if is_secret(value):
        return {rpc._special_sig_key: rpc._special_secret_sig, "plaintext": json.dumps(revealed(value["value"]))}
    if isinstance(value, dict):
        return {key: _serialized(each) for key, each in value.items()}
    return [_serialized(each) for each in value] if isinstance(value, list) else value

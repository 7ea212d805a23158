"""The provider's gRPC face: hands the engine's calls to a custom resource, or to the SDK's host of components."""

import asyncio
import json
import logging
import re
import sys
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

import grpc
import grpc.aio
from google.protobuf import empty_pb2, json_format
from google.protobuf.struct_pb2 import Struct

from choreo_components.components.questions import IS_MISSING, IS_NAMESPACE_MISSING, NAME, REASONS
from choreo_components.components.tokens import INDEX, PACKAGE, REFUSAL, token
from choreo_components.provider import control_plane
from choreo_components.provider.protocol import import_sdk, proto
from choreo_components.provider.resource import CustomResource, Failure, Session, differences, in_todays_form, revealed
from choreo_components.provider.resources.finalizer import EnvironmentFinalizer
from choreo_components.provider.resources.guard import DeletionGuard
from choreo_components.provider.resources.inventory import Inventory
from choreo_components.provider.resources.rollout import Rollout
from choreo_components.provider.resources.witness import Witness
from choreo_components.state.contract import FORM, FORM_VERSION, Contract, Settings
from choreo_components.version import VERSION

if TYPE_CHECKING:
    from pulumi.provider.server import ProviderServicer as ComponentServicer

    from choreo_components.kubernetes.client import Cluster


CUSTOM: Mapping[str, CustomResource] = {
    each.contract.TOKEN: each for each in (EnvironmentFinalizer(), Inventory(), DeletionGuard(), Witness(), Rollout())
}
"""Our custom resources by type."""

PLATFORM = token(INDEX, "Platform")
"""A Platform, by its type: to import it takes long."""

DEFAULT = re.compile(r"default(_.*)?")
"""What the engine calls the provider that a program has by default, with the version and the place of its plugin."""

SECONDS_TO_REFUSE = 5
"""How long the engine may take to ask for that check."""

_RESOURCE: ContextVar[str] = ContextVar("_RESOURCE", default="")
"""The URN of the resource that a call is about."""


class Servicer(proto.ResourceProviderServicer):
    """Serves the custom resources itself; components and the schema by the SDK, loaded when first asked.

    The engine starts this process for every command, so nothing is imported before it is needed.
    """

    def __init__(self, engine_address: str, arguments: list[str]) -> None:
        """`engine_address` is where log lines go; `arguments` are the command line's, for the SDK's host."""
        self._engine_address = engine_address
        self._arguments = arguments
        self._settings: Mapping[str, Any] = {}
        self._data_planes: Mapping[str, str] = {}
        self._is_checked = self._is_verified = False
        self._verification: asyncio.Task[None] | None = None
        self._has_moved = False
        self._clusters: dict[tuple[str | None, str | None], Cluster] = {}
        self._notes: set[str] = set()
        self._hosting: ComponentServicer | None = None
        self._engine = proto.engine_pb2_grpc.EngineStub(grpc.aio.insecure_channel(engine_address))
        self._running: set[asyncio.Task[Any]] = set()
        self._refused: set[str] = set()
        self._has_refused = asyncio.Event()
        self._constructing = 0
        self._all_constructed = asyncio.Event()

    async def GetPluginInfo(self, request: Any, context: Any) -> proto.PluginInfo:
        """The version of this package."""
        return proto.PluginInfo(version=VERSION)

    async def GetSchema(self, request: proto.GetSchemaRequest, context: Any) -> proto.GetSchemaResponse:
        """The schema of the components and of the finalizer."""
        import_sdk()
        from choreo_components.provider.schema import package_schema

        return proto.GetSchemaResponse(schema=package_schema())

    async def CheckConfig(self, request: proto.CheckRequest, context: Any) -> proto.CheckResponse:
        """Refuses settings that lead to another control plane than the one in the state, and keeps its identity.

        Other settings stay as they are: a stack's default provider gets the whole of `choreo:*`.
        """
        _RESOURCE.set(request.urn)
        olds, news = await _known(context, Settings, request.olds, request.news)
        checked = await self._cancellable(control_plane.check(olds, news, self._connect), context)
        self._is_checked, self._is_verified, self._has_moved = True, checked.is_recognized, checked.has_moved
        return proto.CheckResponse(
            inputs=_as_it_came({**checked.settings, FORM_VERSION: FORM}, request.news),
            failures=[proto.CheckFailure(reason=checked.refused)] if checked.refused else [],
        )

    async def DiffConfig(self, request: proto.DiffRequest, context: Any) -> proto.DiffResponse:
        """Other credentials lead to the same cluster: a change is an update, never a replacement of what is there."""
        old, new = (
            _properties(request.old_inputs or request.olds),
            _properties(request.news),
        )
        return _diff(differences(old, new), replaced=[])

    async def Configure(self, request: proto.ConfigureRequest, context: Any) -> proto.ConfigureResponse:
        """Keeps the settings in memory. A host of components has to take secrets, resources and outputs."""
        [self._settings] = await _known(context, Settings, request.args)
        self._data_planes = _mapping(self._settings.get(Settings.DATA_PLANE_KUBECONFIGS))
        return proto.ConfigureResponse(acceptSecrets=True, acceptResources=True, acceptOutputs=True)

    async def Construct(self, request: proto.ConstructRequest, context: Any) -> proto.ConstructResponse:
        """Runs a component's constructor for a program in another language, and ends that where it is refused.

        For a missing namespace it is not refused in a destroy or a refresh, where the engine checks nothing.
        """
        components = self._components()
        from pulumi import RunError

        reasons: list[str] = []
        REASONS.set(reasons)
        try:
            self._require_no_way_elsewhere(request)
            response = await self._constructed(components, request, context)
        except RunError as refused:
            if not await self._refuse(request, str(refused), context):
                await _abort(context, grpc.StatusCode.INVALID_ARGUMENT, str(refused))
            return proto.ConstructResponse(
                urn=f"urn:pulumi:{request.stack}::{request.project}::{request.type}::{request.name}"
            )
        for reason in reasons:
            await self._refuse(request, reason, context)
        return response

    async def _constructed(
        self, components: "ComponentServicer", request: proto.ConstructRequest, context: Any
    ) -> proto.ConstructResponse:
        self._constructing += 1
        self._all_constructed.clear()
        try:
            return await components.Construct(request, context)
        finally:
            self._constructing -= 1
            if not self._constructing:
                self._all_constructed.set()

    def _require_no_way_elsewhere(self, request: proto.ConstructRequest) -> None:
        """Raises RunError where a Platform is to be constructed by a provider that leads somewhere by its settings.

        It makes its own provider. That of the whole program has what the stack's settings say, and is nobody's choice.
        """
        _, _, reference = request.providers.get(PACKAGE, "").partition("::pulumi:providers:")
        _, _, provider = reference.rpartition("::")[0].partition("::")
        leading = [name for name in (Settings.KUBECONFIG, Settings.CONTEXT) if self._settings.get(name)]
        if request.type == PLATFORM and provider and DEFAULT.fullmatch(provider) is None and leading:
            from pulumi import RunError

            raise RunError(
                f"Platform {request.name!r} has a {PACKAGE} provider with {' and '.join(leading)}, and makes its own: "
                "remove that provider, and select the cluster by the argument kubeconfig"
            )

    async def _refuse(self, request: proto.ConstructRequest, reason: str, context: Any) -> bool:
        """Ends the program of a component, with the reason as the only error; False where the engine goes on.

        Of a call that fails, the SDKs of most languages print an error of their own, with a stack. Of a resource whose
        check fails they print nothing: the engine does, and takes nothing more from the program. So there is a resource
        that fails, and the call succeeds once the engine has asked for its check.

        The engine ends then, and each call that is pending is one more error. So it comes after those that construct
        something at the same time, and all that are refused with it succeed at once.
        """
        if self._constructing:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._all_constructed.wait(), SECONDS_TO_REFUSE)
        # Components of two types may have one name, and be refused at the same time.
        name = f"{request.type} {request.name}"
        self._refused.add(name)
        registration = proto.RegisterResourceRequest(
            type=REFUSAL,
            name=name,
            parent=request.parent,
            custom=True,
            object=_struct({"reason": reason}),
            # This very provider: the engine has one by default for each version that is asked for.
            provider=request.providers.get(PACKAGE, ""),
            version=self._settings.get("version", ""),
        )
        async with grpc.aio.insecure_channel(request.monitorEndpoint) as channel:
            call = proto.ResourceMonitorStub(channel).RegisterResource(registration)
            # Answered only by an engine that does not check it.
            waits = [asyncio.create_task(each) for each in (self._has_refused.wait(), _ended(call))]
            try:
                done, _ = await asyncio.wait(waits, timeout=SECONDS_TO_REFUSE, return_when=asyncio.FIRST_COMPLETED)
                if not done:
                    await _abort(context, grpc.StatusCode.INVALID_ARGUMENT, reason)
            finally:
                for each in waits:
                    each.cancel()
                self._refused.discard(name)
        return self._has_refused.is_set()

    async def _check_refusal(self, request: proto.CheckRequest) -> proto.CheckResponse:
        if request.urn.split("::", 3)[3] in self._refused:
            self._has_refused.set()
            # Their calls are answered before the engine ends.
            while self._refused:
                await asyncio.sleep(0.01)
        return proto.CheckResponse(failures=[proto.CheckFailure(reason=_properties(request.news)["reason"])])

    async def Check(self, request: proto.CheckRequest, context: Any) -> proto.CheckResponse:
        """Validates a resource's inputs and fills in the defaults."""
        if _type(request.urn) == REFUSAL:
            return await self._check_refusal(request)
        custom = await _custom(context, request.urn)
        olds, news = await _known(context, custom.contract, request.olds, request.news)
        work = custom.check(olds, news, self._session(request.urn))
        defaults, failures = await self._cancellable(self._verified(work), context)
        return proto.CheckResponse(
            inputs=_as_it_came({**news, **defaults}, request.news),
            failures=[proto.CheckFailure(property=name, reason=reason) for name, reason in failures.items()],
        )

    async def Diff(self, request: proto.DiffRequest, context: Any) -> proto.DiffResponse:
        """What differs between a resource's old and new inputs, and whether it is another resource now."""
        custom, former = await _custom(context, request.urn), request.old_inputs or request.olds
        olds, news = await _known(context, custom.contract, former, request.news)
        # What is kept in an older form differs in that alone: an update keeps it in the form of today.
        names = differences({**olds, FORM_VERSION: _properties(former).get(FORM_VERSION)}, news)
        return _diff(names, custom.replaced(olds, news))

    async def Create(self, request: proto.CreateRequest, context: Any) -> proto.CreateResponse:
        """Puts the resource into the graph. Nothing changes in the cluster."""
        custom, inputs = await _custom(context, request.urn), _properties(request.properties)
        identifier = custom.identifier(inputs)
        if not request.preview:
            work = custom.create(inputs, self._session(request.urn))
            await self._cancellable(self._verified(work), context)
        return proto.CreateResponse(id=identifier, properties=request.properties)

    async def Update(self, request: proto.UpdateRequest, context: Any) -> proto.UpdateResponse:
        """Takes over new inputs."""
        if not request.preview:
            custom = await _custom(context, request.urn)
            olds, news = await _known(context, custom.contract, request.old_inputs or request.olds, request.news)
            work = custom.update(olds, news, self._session(request.urn))
            await self._cancellable(self._verified(work), context)
        return proto.UpdateResponse(properties=request.news)

    async def Read(self, request: proto.ReadRequest, context: Any) -> proto.ReadResponse:
        """What there is of the resource now."""
        custom = await _custom(context, request.urn)
        [known] = await _known(context, custom.contract, request.inputs)
        work = custom.read(request.id, known, self._session(request.urn))
        read = await self._cancellable(self._verified(work), context)
        inputs, state = (_as_it_came(each, request.inputs) for each in read)
        return proto.ReadResponse(id=request.id, inputs=inputs, properties=state)

    async def Delete(self, request: proto.DeleteRequest, context: Any) -> empty_pb2.Empty:
        """What the resource is for, in most cases."""
        # An update that changes nothing else leaves what a check has found out in the inputs alone.
        custom = await _custom(context, request.urn)
        kept, inputs = await _known(context, custom.contract, request.properties, request.old_inputs)
        work = custom.delete(kept | inputs, self._session(request.urn))
        await self._cancellable(self._verified(work), context)
        return empty_pb2.Empty()

    async def Invoke(self, request: proto.InvokeRequest, context: Any) -> proto.InvokeResponse:
        """Whether a namespace is missing: see `missing_namespace`. Nothing where that is not known."""
        if request.tok != IS_NAMESPACE_MISSING:
            message = f"this release of choreo has no function {request.tok}: upgrade the package choreo-components"
            await _abort(context, grpc.StatusCode.FAILED_PRECONDITION, message)
        missing = await self._cancellable(self._is_missing(_properties(request.args)[NAME]), context)
        response = proto.InvokeResponse()
        if missing is not None:
            getattr(response, "return").update({IS_MISSING: missing})
        return response

    async def _is_missing(self, namespace: str) -> bool | None:
        from choreo_components.kubernetes.client import ClusterError
        from choreo_components.kubernetes.objects import NAMESPACES

        try:
            return await self._session("").connect().get(NAMESPACES, namespace) is None
        except ClusterError:
            return None

    async def Cancel(self, request: Any, context: Any) -> empty_pb2.Empty:
        """Ends what is waiting: the user has asked the engine to stop."""
        for task in self._running:
            task.cancel()
        return empty_pb2.Empty()

    def _session(self, urn: str) -> Session:
        """What a call about this resource works with."""
        _RESOURCE.set(urn)
        severity = proto.engine_pb2
        return Session(
            lambda: self._connect(self._settings.get(Settings.KUBECONFIG), self._settings.get(Settings.CONTEXT)),
            partial(self._log, urn, severity.INFO),
            partial(self._log, urn, severity.WARNING),
            self._data_plane,
            self._notes,
            self._verify,
            self._has_moved,
        )

    def _connect(self, kubeconfig: str | None, context: str | None = None) -> "Cluster":
        """A cluster, with one set of connections for all that ask it: making them costs more than most requests."""
        way = (kubeconfig or None, context or None)
        if way not in self._clusters:
            from choreo_components.kubernetes.client import Cluster

            self._clusters[way] = Cluster(*way)
        return self._clusters[way]

    async def _verified(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Does the work on the control plane that the stack is on. Raises Failure where that is another one now."""
        try:
            if not self._is_verified:
                from choreo_components.kubernetes.client import ClusterError

                # The work reports it, or waits, and asks again before it deletes anything.
                with suppress(ClusterError):
                    await self._verify()
        except BaseException:
            work.close()
            raise
        return await work

    async def _verify(self) -> None:
        """Raises Failure where the control plane is another one than the stack's, ClusterError while that is not known.

        All calls at the same time wait for one answer: one after the other, they would wait for as many.
        """
        if self._is_verified:
            return
        if self._verification is None or self._verification.done():
            work = control_plane.verify(self._settings, self._connect, of_today=self._is_checked)
            self._verification = asyncio.create_task(work)
            self._running.add(self._verification)
            self._verification.add_done_callback(self._end)
        # A call that is cancelled does not take the answer from the others.
        await asyncio.shield(self._verification)
        self._is_verified = True

    def _end(self, verification: asyncio.Task[None]) -> None:
        self._running.discard(verification)
        if not verification.cancelled():
            # All calls that have waited for it may be cancelled: its error is then of no use.
            verification.exception()

    def _data_plane(self, name: str, kubeconfig: str) -> "Cluster":
        """The cluster of a data plane: by the kubeconfig that the provider has today, else by that of the state."""
        from choreo_components.kubernetes.client import ClusterError

        try:
            return self._connect(self._data_planes.get(name, kubeconfig))
        except ClusterError as problem:
            raise ClusterError(f"data plane {name!r}: {problem}") from None

    def _components(self) -> "ComponentServicer":
        if self._hosting is None:
            import_sdk()
            from pulumi.provider.server import ProviderServicer as ComponentServicer

            from choreo_components.provider.component_host import Host

            self._hosting = ComponentServicer(Host(), self._arguments, self._engine_address)
        return self._hosting

    async def _cancellable(self, work: Coroutine[Any, Any, Any], context: Any) -> Any:
        """Runs the work so that Cancel ends it, and turns what it raises into the engine's kind of error."""
        task = asyncio.create_task(work)
        self._running.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            await _abort(
                context,
                grpc.StatusCode.CANCELLED,
                "cancelled; the same command goes on from here",
            )
        except Failure as problem:
            await _abort(context, grpc.StatusCode.FAILED_PRECONDITION, str(problem))
        finally:
            self._running.discard(task)

    def _log(self, urn: str, severity: Any, line: str) -> None:
        """Sends a line to the user; a line that cannot be sent is not worth an error."""
        request = proto.LogRequest(severity=severity, message=line, urn=urn)
        task = asyncio.ensure_future(_logged(self._engine.Log(request), line))
        self._running.add(task)
        task.add_done_callback(self._running.discard)


class _Lines(logging.Handler):
    """Sends what the package logs to the user, about the resource that the call is about."""

    def __init__(self, servicer: Servicer) -> None:
        super().__init__()
        self._servicer = servicer
        self._loop = asyncio.get_running_loop()

    def emit(self, record: logging.LogRecord) -> None:
        """Sends the line, from whatever thread it comes."""
        line = record.getMessage()
        # At the end there may be no loop any more.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._servicer._log, _RESOURCE.get(), proto.engine_pb2.INFO, line)


async def serve(engine_address: str, arguments: list[str], announce: Callable[[int], None]) -> None:
    """Serves until the process is ended, or the engine is. `announce` gets the port on 127.0.0.1 once calls are taken.

    An engine that is killed ends nobody. Without it, nothing here may go on: its user may have begun something else.
    """
    server = grpc.aio.server(options=[("grpc.max_receive_message_length", 400 * 1024 * 1024)])
    servicer = Servicer(engine_address, arguments)
    logging.getLogger("choreo_components").addHandler(_Lines(servicer))
    proto.provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    announce(port)
    await _gone(engine_address)
    await server.stop(None)


async def _gone(engine_address: str) -> None:
    """Returns when the engine, once met, cannot be reached any more: it is on this machine, so it has ended."""
    met = False
    async with grpc.aio.insecure_channel(engine_address) as channel:
        while True:
            state = channel.get_state(try_to_connect=True)
            met = met or state is grpc.ChannelConnectivity.READY
            if met and state is grpc.ChannelConnectivity.TRANSIENT_FAILURE:
                return
            await channel.wait_for_state_change(state)


async def _logged(call: Any, line: str) -> None:
    try:
        await call
    except grpc.aio.AioRpcError:
        # Which the engine reads as well. Where it has ended, nobody does.
        with suppress(OSError):
            print(line, file=sys.stderr, flush=True)


async def _ended(call: Any) -> Any:
    """Returns when the call has ended, whatever came of it."""
    with suppress(grpc.aio.AioRpcError):
        await call


async def _abort(context: Any, code: grpc.StatusCode, message: str) -> NoReturn:
    await context.abort(code, message)
    raise AssertionError("abort raises")


async def _custom(context: Any, urn: str) -> CustomResource:
    """The custom resource that an URN names by its type. Ends the call where there is none."""
    if (own := _type(urn)) not in CUSTOM:
        message = f"this release of choreo has no resource {own}: upgrade the package choreo-components"
        await _abort(context, grpc.StatusCode.FAILED_PRECONDITION, message)
    return CUSTOM[own]


def _type(urn: str) -> str:
    return urn.split("::")[2].rpartition("$")[2]


async def _known(context: Any, contract: type[Contract], *structs: Struct) -> list[dict[str, Any]]:
    """Properties in the form of today, whatever release wrote them. Ends the call where a newer one than this has."""
    try:
        return [in_todays_form(contract, _properties(struct)) for struct in structs]
    except Failure as problem:
        await _abort(context, grpc.StatusCode.FAILED_PRECONDITION, str(problem))


def _properties(struct: Struct) -> dict[str, Any]:
    """The properties as plain values, secrets in the clear."""
    properties: dict[str, Any] = revealed(json_format.MessageToDict(struct))
    return properties


def _mapping(value: Any) -> Mapping[str, str]:
    """The value if it is a mapping of texts, or the JSON of one: settings of other types come as their JSON."""
    if isinstance(value, str):
        with suppress(ValueError):
            value = json.loads(value)
    return {name: each for name, each in value.items() if isinstance(each, str)} if isinstance(value, dict) else {}


def _struct(properties: Mapping[str, Any]) -> Struct:
    struct = Struct()
    struct.update(properties)
    return struct


def _as_it_came(properties: Mapping[str, Any], known: Struct) -> Struct:
    """The properties; what is as it was before stays as it came, so that what is secret stays marked."""
    struct, before = _struct(properties), _properties(known)
    for name, value in known.fields.items():
        if properties.get(name) == before[name]:
            struct.fields[name].CopyFrom(value)
    return struct


def _diff(names: list[str], replaced: list[str]) -> proto.DiffResponse:
    response = proto.DiffResponse
    return response(
        changes=response.DIFF_SOME if names else response.DIFF_NONE,
        diffs=names,
        replaces=replaced,
        deleteBeforeReplace=bool(replaced),
    )

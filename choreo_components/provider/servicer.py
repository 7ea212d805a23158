"""The provider's gRPC server: passes the engine's calls to custom resources, or to the SDK's host of components."""

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
from choreo_components.provider.resource import CustomResource, Failure, Session, differences, in_current_form, revealed
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
"""The type of a Platform, whose import takes long."""

DEFAULT = re.compile(r"default(_.*)?")
"""The engine's names for default providers, which may include the version and location of the plugin."""

SECONDS_TO_REFUSE = 5
"""How long the engine may take until it calls for the check of a refusal."""

_RESOURCE: ContextVar[str] = ContextVar("_RESOURCE", default="")
"""The URN of the resource of the current call."""


class Servicer(proto.ResourceProviderServicer):
    """Serves the custom resources itself, components and the schema with the SDK, which is loaded at the first use.

    The engine starts this process for every command, so nothing is imported before it is needed.
    """

    def __init__(self, engine_address: str, arguments: list[str]) -> None:
        """`engine_address` receives log lines; `arguments` are those of the command line, for the SDK's host."""
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

        Other settings are passed on unchanged: a stack's default provider gets all of `choreo:*`.
        """
        _RESOURCE.set(request.urn)
        olds, news = await _in_current_form(context, Settings, request.olds, request.news)
        checked = await self._cancellable(control_plane.check(olds, news, self._connect), context)
        self._is_checked, self._is_verified, self._has_moved = True, checked.is_recognized, checked.has_moved
        return proto.CheckResponse(
            inputs=_with_marks({**checked.settings, FORM_VERSION: FORM}, request.news),
            failures=[proto.CheckFailure(reason=checked.refused)] if checked.refused else [],
        )

    async def DiffConfig(self, request: proto.DiffRequest, context: Any) -> proto.DiffResponse:
        """Other credentials lead to the same cluster: a change is an update, never a replacement of resources."""
        old, new = (
            _properties(request.old_inputs or request.olds),
            _properties(request.news),
        )
        return _diff(differences(old, new), replaced=[])

    async def Configure(self, request: proto.ConfigureRequest, context: Any) -> proto.ConfigureResponse:
        """Keeps the settings in memory. A host of components must accept secrets, resources and outputs."""
        [self._settings] = await _in_current_form(context, Settings, request.args)
        self._data_planes = _mapping(self._settings.get(Settings.DATA_PLANE_KUBECONFIGS))
        return proto.ConfigureResponse(acceptSecrets=True, acceptResources=True, acceptOutputs=True)

    async def Construct(self, request: proto.ConstructRequest, context: Any) -> proto.ConstructResponse:
        """Runs a component's constructor for a program in another language, and ends the program if it is refused.

        A missing namespace is no refusal in a destroy or a refresh, where the engine checks nothing.
        """
        components = self._components()
        from pulumi import RunError

        reasons: list[str] = []
        REASONS.set(reasons)
        try:
            self._require_no_other_cluster(request)
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

    def _require_no_other_cluster(self, request: proto.ConstructRequest) -> None:
        """Raises RunError if a Platform would be constructed by an explicit provider that selects a cluster.

        A Platform makes its own provider. The program's default provider has the stack's settings, and is accepted.
        """
        _, _, reference = request.providers.get(PACKAGE, "").partition("::pulumi:providers:")
        _, _, provider = reference.rpartition("::")[0].partition("::")
        leading = [name for name in (Settings.KUBECONFIG, Settings.CONTEXT) if self._settings.get(name)]
        if request.type == PLATFORM and provider and DEFAULT.fullmatch(provider) is None and leading:
            from pulumi import RunError

            raise RunError(
                f"Platform {request.name!r} has a {PACKAGE} provider with {' and '.join(leading)}, and makes its own; "
                "remove that provider, and select the cluster with the argument kubeconfig"
            )

    async def _refuse(self, request: proto.ConstructRequest, reason: str, context: Any) -> bool:
        """Ends the program of a component with the reason as the only error; False if the engine continues.

        If a call fails, the SDKs of most languages print a second error with a stack trace. If the check of a resource
        fails, they print nothing: the engine does, and accepts nothing more from the program. So a resource is
        registered whose check fails, and the call succeeds once the engine has called for that check.

        Then the engine ends, and each pending call would be one more error. So this waits for the constructors that run
        at the same time, and all calls that are refused together succeed at once.
        """
        if self._constructing:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._all_constructed.wait(), SECONDS_TO_REFUSE)
        # Components of two types may have the same name, and be refused at the same time.
        name = f"{request.type} {request.name}"
        self._refused.add(name)
        registration = proto.RegisterResourceRequest(
            type=REFUSAL,
            name=name,
            parent=request.parent,
            custom=True,
            object=_struct({"reason": reason}),
            # This same provider: the engine has a default one for each requested version.
            provider=request.providers.get(PACKAGE, ""),
            version=self._settings.get("version", ""),
        )
        async with grpc.aio.insecure_channel(request.monitorEndpoint) as channel:
            call = proto.ResourceMonitorStub(channel).RegisterResource(registration)
            # Only an engine that does not check it answers this call.
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
            # The refused calls are answered before the engine ends.
            while self._refused:
                await asyncio.sleep(0.01)
        return proto.CheckResponse(failures=[proto.CheckFailure(reason=_properties(request.news)["reason"])])

    async def Check(self, request: proto.CheckRequest, context: Any) -> proto.CheckResponse:
        """Validates a resource's inputs and fills in the defaults."""
        if _type(request.urn) == REFUSAL:
            return await self._check_refusal(request)
        custom = await _custom(context, request.urn)
        olds, news = await _in_current_form(context, custom.contract, request.olds, request.news)
        work = custom.check(olds, news, self._session(request.urn))
        defaults, failures = await self._cancellable(self._verified(work), context)
        return proto.CheckResponse(
            inputs=_with_marks({**news, **defaults}, request.news),
            failures=[proto.CheckFailure(property=name, reason=reason) for name, reason in failures.items()],
        )

    async def Diff(self, request: proto.DiffRequest, context: Any) -> proto.DiffResponse:
        """The differences between a resource's old and new inputs, and whether they require a replacement."""
        custom, former = await _custom(context, request.urn), request.old_inputs or request.olds
        olds, news = await _in_current_form(context, custom.contract, former, request.news)
        # Properties in an older form differ in the form only: an update stores them in the current one.
        names = differences({**olds, FORM_VERSION: _properties(former).get(FORM_VERSION)}, news)
        return _diff(names, custom.replaced(olds, news))

    async def Create(self, request: proto.CreateRequest, context: Any) -> proto.CreateResponse:
        """Creates the resource in the state; a rollout waits here. Nothing changes in the cluster."""
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
            olds, news = await _in_current_form(
                context, custom.contract, request.old_inputs or request.olds, request.news
            )
            work = custom.update(olds, news, self._session(request.urn))
            await self._cancellable(self._verified(work), context)
        return proto.UpdateResponse(properties=request.news)

    async def Read(self, request: proto.ReadRequest, context: Any) -> proto.ReadResponse:
        """Inputs and state of the resource as they are now."""
        custom = await _custom(context, request.urn)
        [known] = await _in_current_form(context, custom.contract, request.inputs)
        work = custom.read(request.id, known, self._session(request.urn))
        read = await self._cancellable(self._verified(work), context)
        inputs, state = (_with_marks(each, request.inputs) for each in read)
        return proto.ReadResponse(id=request.id, inputs=inputs, properties=state)

    async def Delete(self, request: proto.DeleteRequest, context: Any) -> empty_pb2.Empty:
        """Deletes the resource: for most of them, the call that does the work."""
        # After an update without other changes, the results of a check are in the inputs only.
        custom = await _custom(context, request.urn)
        kept, inputs = await _in_current_form(context, custom.contract, request.properties, request.old_inputs)
        work = custom.delete(kept | inputs, self._session(request.urn))
        await self._cancellable(self._verified(work), context)
        return empty_pb2.Empty()

    async def Invoke(self, request: proto.InvokeRequest, context: Any) -> proto.InvokeResponse:
        """Whether a namespace is missing: see `missing_namespace`. Empty if that is unknown."""
        if request.tok != IS_NAMESPACE_MISSING:
            message = f"this release of choreo has no function {request.tok}; upgrade the package choreo-components"
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
        """Cancels all running calls: the user has interrupted the engine."""
        for task in self._running:
            task.cancel()
        return empty_pb2.Empty()

    def _session(self, urn: str) -> Session:
        """The session for a call about this resource."""
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
        """A cluster, with one set of connections for all callers: opening them costs more than most requests."""
        way = (kubeconfig or None, context or None)
        if way not in self._clusters:
            from choreo_components.kubernetes.client import Cluster

            self._clusters[way] = Cluster(*way)
        return self._clusters[way]

    async def _verified(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Does the work if the control plane is still the stack's. Raises Failure if it is another one."""
        try:
            if not self._is_verified:
                from choreo_components.kubernetes.client import ClusterError

                # The work reports it, or waits, and verifies again before it deletes anything.
                with suppress(ClusterError):
                    await self._verify()
        except BaseException:
            work.close()
            raise
        return await work

    async def _verify(self) -> None:
        """Raises Failure if the control plane is not the stack's, ClusterError while that is unknown.

        All calls at the same time share one answer; one after the other, they would wait for as many answers.
        """
        if self._is_verified:
            return
        if self._verification is None or self._verification.done():
            work = control_plane.verify(self._settings, self._connect, current=self._is_checked)
            self._verification = asyncio.create_task(work)
            self._running.add(self._verification)
            self._verification.add_done_callback(self._end)
        # If one call is cancelled, the others still get the answer.
        await asyncio.shield(self._verification)
        self._is_verified = True

    def _end(self, verification: asyncio.Task[None]) -> None:
        self._running.discard(verification)
        if not verification.cancelled():
            # If all calls that waited for it were cancelled, nothing uses its error.
            verification.exception()

    def _data_plane(self, name: str, kubeconfig: str) -> "Cluster":
        """The cluster of a data plane, by the kubeconfig in the provider's settings, or else by that in the state."""
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
        """Runs the work so that Cancel ends it, and turns its errors into those of the engine."""
        task = asyncio.create_task(work)
        self._running.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            await _abort(
                context,
                grpc.StatusCode.CANCELLED,
                "cancelled; run the same command again to resume",
            )
        except Failure as problem:
            await _abort(context, grpc.StatusCode.FAILED_PRECONDITION, str(problem))
        finally:
            self._running.discard(task)

    def _log(self, urn: str, severity: Any, line: str) -> None:
        """Sends a line to the user; a failure to send it is ignored."""
        request = proto.LogRequest(severity=severity, message=line, urn=urn)
        task = asyncio.ensure_future(_logged(self._engine.Log(request), line))
        self._running.add(task)
        task.add_done_callback(self._running.discard)


class _Lines(logging.Handler):
    """Sends the package's log lines to the user, with the resource of the current call."""

    def __init__(self, servicer: Servicer) -> None:
        super().__init__()
        self._servicer = servicer
        self._loop = asyncio.get_running_loop()

    def emit(self, record: logging.LogRecord) -> None:
        """Sends the line, from any thread."""
        line = record.getMessage()
        # At the end, the loop may be closed.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._servicer._log, _RESOURCE.get(), proto.engine_pb2.INFO, line)


async def serve(engine_address: str, arguments: list[str], announce: Callable[[int], None]) -> None:
    """Serves until this process or the engine ends. `announce` gets the port on 127.0.0.1 once calls are accepted.

    A killed engine does not end its providers. This one must not continue without it: the user may already have started
    another command.
    """
    server = grpc.aio.server(options=[("grpc.max_receive_message_length", 400 * 1024 * 1024)])
    servicer = Servicer(engine_address, arguments)
    logging.getLogger("choreo_components").addHandler(_Lines(servicer))
    proto.provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    announce(port)
    await _engine_ended(engine_address)
    await server.stop(None)


async def _engine_ended(engine_address: str) -> None:
    """Returns when the engine, after a first connection, cannot be reached: it is on this machine, so it has ended."""
    connected = False
    async with grpc.aio.insecure_channel(engine_address) as channel:
        while True:
            state = channel.get_state(try_to_connect=True)
            connected = connected or state is grpc.ChannelConnectivity.READY
            if connected and state is grpc.ChannelConnectivity.TRANSIENT_FAILURE:
                return
            await channel.wait_for_state_change(state)


async def _logged(call: Any, line: str) -> None:
    try:
        await call
    except grpc.aio.AioRpcError:
        # The engine reads that as well. If the engine has ended, nothing does.
        with suppress(OSError):
            print(line, file=sys.stderr, flush=True)


async def _ended(call: Any) -> Any:
    """Returns when the call has ended, with any result."""
    with suppress(grpc.aio.AioRpcError):
        await call


async def _abort(context: Any, code: grpc.StatusCode, message: str) -> NoReturn:
    await context.abort(code, message)
    raise AssertionError("abort raises")


async def _custom(context: Any, urn: str) -> CustomResource:
    """The custom resource of the type in an URN. Ends the call if there is none."""
    if (type_ := _type(urn)) not in CUSTOM:
        message = f"this release of choreo has no resource {type_}; upgrade the package choreo-components"
        await _abort(context, grpc.StatusCode.FAILED_PRECONDITION, message)
    return CUSTOM[type_]


def _type(urn: str) -> str:
    return urn.split("::")[2].rpartition("$")[2]


async def _in_current_form(context: Any, contract: type[Contract], *structs: Struct) -> list[dict[str, Any]]:
    """Properties in the current form, from any release. Ends the call if a newer release than this wrote them."""
    try:
        return [in_current_form(contract, _properties(struct)) for struct in structs]
    except Failure as problem:
        await _abort(context, grpc.StatusCode.FAILED_PRECONDITION, str(problem))


def _properties(struct: Struct) -> dict[str, Any]:
    """The properties as plain values, secrets in plain text."""
    properties: dict[str, Any] = revealed(json_format.MessageToDict(struct))
    return properties


def _mapping(value: Any) -> Mapping[str, str]:
    """The value if it is a mapping of texts, or the JSON of one: settings that are no texts arrive as JSON."""
    if isinstance(value, str):
        with suppress(ValueError):
            value = json.loads(value)
    return {name: each for name, each in value.items() if isinstance(each, str)} if isinstance(value, dict) else {}


def _struct(properties: Mapping[str, Any]) -> Struct:
    struct = Struct()
    struct.update(properties)
    return struct


def _with_marks(properties: Mapping[str, Any], known: Struct) -> Struct:
    """The properties; unchanged ones are copied as they came, so that secrets stay marked."""
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

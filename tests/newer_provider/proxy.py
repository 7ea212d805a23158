"""A stand-in for a newer Kubernetes provider: the toolchain's own behind a proxy that creates objects as newer ones do.

From release 4.29 on, the Kubernetes provider creates an object by a POST, under one field manager for all, and an
object that exists is an error; with the setting `upsertExistingObjects`, and for what only patches, it applies the
object as every release did before (pulumi-kubernetes: provider/pkg/await, Creation). All else is handed on as it came.

The provider behind makes such a POST itself where it is configured for client-side apply: a second process of it does
the creating.
"""

import asyncio
import ctypes
import json
import os
import secrets
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, NoReturn

import grpc
import grpc.aio
from pulumi.runtime.proto import CreateRequest, CreateResponse, GetSchemaResponse, PluginInfo
from pulumi.runtime.proto.provider_pb2 import ConfigureRequest

RELEASE = "4.29.0"
"""The release that it passes for: the first which creates objects in this way."""

UPSERT, UPSERT_VARIABLE = "upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"
SETTINGS = ("enablePatchForce", UPSERT)
"""What the release knows, and the one behind does not: it ignores them."""

FIELD_MANAGER = "pulumi.com/patchFieldManager"

ADVICE = f"the object is there already; the setting {UPSERT} of the provider lets it be taken over"

_SERVICE = "/pulumirpc.ResourceProvider/"
_UNLIMITED = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))
_PR_SET_PDEATHSIG = 1


class Older:
    """A process of the provider that is installed."""

    def __init__(self, process: asyncio.subprocess.Process, channel: grpc.aio.Channel) -> None:
        self.process = process
        self._channel = channel

    @classmethod
    async def start(cls, executable: str, engine: str) -> "Older":
        """Starts it; it ends with this process, however that ends."""
        # A fork while gRPC's threads run may end before it becomes the program.
        for _ in range(5):
            process = await asyncio.create_subprocess_exec(
                executable, engine, stdout=asyncio.subprocess.PIPE, preexec_fn=_end_with_parent
            )
            assert process.stdout is not None
            if port := await process.stdout.readline():
                break
        return cls(process, grpc.aio.insecure_channel(f"127.0.0.1:{int(port)}", options=_UNLIMITED))

    async def ask(self, method: str, request: bytes) -> bytes:
        """What it answers; both as they go over the wire."""
        call: Any = self._channel.unary_unary(_SERVICE + method)
        answer: bytes = await call(request)
        return answer


class Newer(grpc.GenericRpcHandler):
    """The provider's face to the engine."""

    def __init__(self, older: Older, start: Callable[[], Awaitable[Older]]) -> None:
        self._older = older
        self._start = start
        self._configuration = b""
        self._takes_over = False
        self._creating: asyncio.Task[Older] | None = None

    def service(self, handler_call_details: Any) -> Any:
        """Takes every call of the provider's protocol."""
        method = handler_call_details.method.removeprefix(_SERVICE)
        own = {
            "GetPluginInfo": self._info,
            "GetSchema": self._schema,
            "Configure": self._configure,
            "Create": self._create,
            "Cancel": self._cancel,
        }.get(method)

        async def call(request: bytes, context: Any) -> bytes:
            try:
                return await (own(request) if own is not None else self._older.ask(method, request))
            except grpc.aio.AioRpcError as error:
                said = error.details() or ""
                if method == "Create" and "already exists" in said:
                    said = f"{said}: {ADVICE}"
                await context.abort(error.code(), said, tuple(error.trailing_metadata() or ()))
                raise

        return grpc.unary_unary_rpc_method_handler(call)

    async def _info(self, request: bytes) -> bytes:
        return PluginInfo(version=RELEASE).SerializeToString()

    async def _schema(self, request: bytes) -> bytes:
        answer = GetSchemaResponse.FromString(await self._older.ask("GetSchema", request))
        schema = json.loads(answer.schema)
        schema["version"] = RELEASE
        for known in (schema["config"]["variables"], schema["provider"]["inputProperties"]):
            known.update({name: {"type": "boolean"} for name in SETTINGS})
        return GetSchemaResponse(schema=json.dumps(schema)).SerializeToString()

    async def _configure(self, request: bytes) -> bytes:
        self._configuration = request
        given = ConfigureRequest.FromString(request).variables.get(f"kubernetes:config:{UPSERT}")
        self._takes_over = (os.environ.get(UPSERT_VARIABLE) if given is None else given) == "true"
        return await self._older.ask("Configure", request)

    async def _create(self, request: bytes) -> bytes:
        asked = CreateRequest.FromString(request)
        token = asked.urn.split("::")[2]
        if self._takes_over or token.endswith("Patch"):
            return await self._older.ask("Create", request)
        if self._creating is None:
            self._creating = asyncio.create_task(self._another())
        answer = CreateResponse.FromString(await (await self._creating).ask("Create", request))
        if answer.properties.fields["__fieldManager"].string_value:
            # That of the next change, which takes over what the POST owns.
            annotations = asked.properties.fields["metadata"].struct_value.fields["annotations"].struct_value.fields
            chosen = annotations[FIELD_MANAGER].string_value if FIELD_MANAGER in annotations else None
            answer.properties["__fieldManager"] = chosen or f"pulumi-kubernetes-{secrets.token_hex(4)}"
        return answer.SerializeToString()

    async def _another(self) -> Older:
        """Another process of the provider, which applies on the client's side."""
        another = await self._start()
        configuration = ConfigureRequest.FromString(self._configuration)
        configuration.variables["kubernetes:config:enableServerSideApply"] = "false"
        await another.ask("Configure", configuration.SerializeToString())
        return another

    async def _cancel(self, request: bytes) -> bytes:
        if self._creating is not None:
            with suppress(grpc.aio.AioRpcError):
                await (await self._creating).ask("Cancel", request)
        return await self._older.ask("Cancel", request)


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


async def serve(executable: str, engine: str) -> NoReturn:
    """Serves on a port that it prints, as a plugin does, until the engine or the provider behind it has ended."""
    parent = os.getppid()
    older = await Older.start(executable, engine)
    server = grpc.aio.server(options=_UNLIMITED)
    server.add_generic_rpc_handlers((Newer(older, lambda: Older.start(executable, engine)),))
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    await server.start()
    while os.getppid() == parent and older.process.returncode is None:
        await asyncio.sleep(0.5)
    # At once, as if it were killed: no connections are left to close.
    os._exit(1)


def main(executable: str) -> None:
    """Runs as a plugin of the engine, before the `executable` of an older release."""
    # The engine's address comes last, after flags such as those of its log.
    asyncio.run(serve(executable, sys.argv[-1]))

"""What a component refuses is the only error of a program in another language, as it was said."""

import asyncio
from typing import Any

import grpc
import grpc.aio
import pulumi
import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import proto
from pulumi.runtime.proto import resource_pb2_grpc

from choreo_components.provider import servicer
from choreo_components.provider.servicer import Servicer

REASON = "Environment 'dev' is not what OpenChoreo takes:\n  spec.dataPlane: unknown field"


class Refusing:
    """A host of components that refuses all."""

    async def Construct(self, request: Any, context: Any) -> None:
        raise pulumi.RunError(REASON)


class Ended(Exception):
    """The call has ended with an error."""


class Call:
    """The context of a call."""

    async def abort(self, code: grpc.StatusCode, message: str) -> None:
        raise Ended(code, message)


class Engine(resource_pb2_grpc.ResourceMonitorServicer):
    """An engine that asks the provider for the check of what is registered, and answers nothing when that fails."""

    def __init__(self, provider: Servicer) -> None:
        self.provider = provider
        self.registered: list[Any] = []
        self.checks: list[Any] = []

    async def RegisterResource(self, request: Any, context: Any) -> None:
        self.registered.append(request)
        urn = f"urn:pulumi:test::project::{request.type}::{request.name}"
        self.checks.append(await self.provider.Check(proto.CheckRequest(urn=urn, news=request.object), None))
        await asyncio.Event().wait()


@pytest.fixture(autouse=True)
def _refusing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Servicer, "_components", lambda self: Refusing())


def constructed(settings: dict[str, Any], **more: Any) -> tuple[proto.ConstructResponse, Engine]:
    """What comes of a component, and what the engine has seen, with these settings of the provider."""

    async def run() -> tuple[proto.ConstructResponse, Engine]:
        provider = Servicer("127.0.0.1:1", [])
        given = Struct()
        given.update(settings)
        await provider.Configure(proto.ConfigureRequest(args=given), None)
        engine, server = Engine(provider), grpc.aio.server()
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(engine, server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        request = proto.ConstructRequest(
            type="choreo:core/v1:Environment",
            name="dev",
            parent="urn:pulumi:test::project::pulumi:pulumi:Stack::project-test",
            project="project",
            stack="test",
            monitorEndpoint=f"127.0.0.1:{port}",
            **more,
        )
        try:
            return await provider.Construct(request, Call()), engine
        finally:
            await server.stop(None)

    return asyncio.run(run())


def test_what_a_component_refuses_fails_the_check_of_a_resource_and_not_the_call() -> None:
    response, engine = constructed({})
    [registered], [check] = engine.registered, engine.checks
    assert response.urn == "urn:pulumi:test::project::choreo:core/v1:Environment::dev"
    assert (registered.type, registered.name, registered.custom) == ("choreo:index:Refusal", "dev", True)
    assert registered.parent.endswith("::project-test")
    assert [(each.property, each.reason) for each in check.failures] == [("", REASON)]


def test_the_check_is_asked_of_the_provider_that_has_refused() -> None:
    assert constructed({"version": "0.0.7"})[1].registered[0].version == "0.0.7"
    providers = {"choreo": "urn:pulumi:test::project::pulumi:providers:choreo::own::id"}
    assert constructed({}, providers=providers)[1].registered[0].provider == providers["choreo"]


def test_of_an_engine_that_does_not_ask_the_call_fails_in_the_same_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servicer, "SECONDS_TO_REFUSE", 0.01)

    async def construct() -> None:
        await Servicer("127.0.0.1:1", []).Construct(proto.ConstructRequest(monitorEndpoint="127.0.0.1:1"), Call())

    with pytest.raises(Ended) as ended:
        asyncio.run(construct())
    assert ended.value.args == (grpc.StatusCode.INVALID_ARGUMENT, REASON)

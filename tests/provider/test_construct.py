"""If a component refuses its arguments, that is the only error of a program in another language, word for word."""

import asyncio
from typing import Any

import grpc
import grpc.aio
import pulumi
import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import proto
from pulumi.runtime.proto import resource_pb2, resource_pb2_grpc

from choreo_components.components.questions import REASONS
from choreo_components.provider import servicer
from choreo_components.provider.servicer import Servicer

REASON = "Environment 'dev' has invalid arguments:\n  spec.dataPlane: unknown field"


class Refusing:
    """A host that refuses all components."""

    async def Construct(self, request: Any, context: Any) -> None:
        raise pulumi.RunError(REASON)


class Making:
    """A host that constructs all components."""

    async def Construct(self, request: Any, context: Any) -> proto.ConstructResponse:
        return proto.ConstructResponse(urn="made")


class Ended(Exception):
    """The call has ended with an error."""


class Call:
    """The context of a call."""

    async def abort(self, code: grpc.StatusCode, message: str) -> None:
        raise Ended(code, message)


class Engine(resource_pb2_grpc.ResourceMonitorServicer):
    """An engine that calls for the check of what is registered, and does not answer when that fails."""

    def __init__(self, provider: Servicer) -> None:
        self.provider = provider
        self.registered: list[Any] = []
        self.checks: list[Any] = []
        self.checking: list[asyncio.Task[Any]] = []

    async def RegisterResource(self, request: Any, context: Any) -> None:
        self.registered.append(request)
        urn = f"urn:pulumi:test::project::pulumi:pulumi:Stack${request.type}::{request.name}"
        check = self.provider.Check(proto.CheckRequest(urn=urn, news=request.object), None)
        # It continues after the call.
        self.checking.append(asyncio.create_task(check))
        await asyncio.Event().wait()

    async def settle(self) -> None:
        """Waits for the answers to all checks, which follow those to the refused calls."""
        self.checks = await asyncio.wait_for(asyncio.gather(*self.checking), 5)


@pytest.fixture(autouse=True)
def _refusing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Servicer, "_components", lambda self: Refusing())


def constructed(
    settings: dict[str, Any], engine: type[Engine] = Engine, **more: Any
) -> tuple[proto.ConstructResponse, Engine]:
    """The answer for a component, and the engine, with these settings of the provider."""

    async def run() -> tuple[proto.ConstructResponse, Engine]:
        provider = Servicer("127.0.0.1:1", [])
        given = Struct()
        given.update(settings)
        await provider.Configure(proto.ConfigureRequest(args=given), None)
        made, server = engine(provider), grpc.aio.server()
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(made, server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        call = {
            "type": "choreo:core/v1:Environment",
            "name": "dev",
            "parent": "urn:pulumi:test::project::pulumi:pulumi:Stack::project-test",
            "project": "project",
            "stack": "test",
            "monitorEndpoint": f"127.0.0.1:{port}",
        }
        try:
            response = await provider.Construct(proto.ConstructRequest(**{**call, **more}), Call())
            await made.settle()
            return response, made
        finally:
            await server.stop(None)

    return asyncio.run(run())


def test_what_a_component_refuses_fails_the_check_of_a_resource_and_not_the_call() -> None:
    response, engine = constructed({})
    [registered], [check] = engine.registered, engine.checks
    assert response.urn == "urn:pulumi:test::project::choreo:core/v1:Environment::dev"
    assert (registered.type, registered.name, registered.custom) == (
        "choreo:index:Refusal",
        "choreo:core/v1:Environment dev",
        True,
    )
    assert registered.parent.endswith("::project-test")
    assert [(each.property, each.reason) for each in check.failures] == [("", REASON)]


def test_the_check_is_called_on_the_provider_that_has_refused() -> None:
    assert constructed({"version": "0.0.7"})[1].registered[0].version == "0.0.7"
    providers = {"choreo": "urn:pulumi:test::project::pulumi:providers:choreo::own::id"}
    assert constructed({}, providers=providers)[1].registered[0].provider == providers["choreo"]


def test_if_the_engine_calls_for_no_check_the_call_fails_with_the_same_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servicer, "SECONDS_TO_REFUSE", 0.01)

    async def construct() -> None:
        await Servicer("127.0.0.1:1", []).Construct(proto.ConstructRequest(monitorEndpoint="127.0.0.1:1"), Call())

    with pytest.raises(Ended) as ended:
        asyncio.run(construct())
    assert ended.value.args == (grpc.StatusCode.INVALID_ARGUMENT, REASON)


def test_components_of_two_types_with_one_name_are_refused_at_the_same_time() -> None:
    class Held(Engine):
        """An engine that calls for the checks when both are registered."""

        arrived, both = 0, asyncio.Event()

        async def RegisterResource(self, request: Any, context: Any) -> None:
            self.arrived += 1
            if self.arrived == 2:
                self.both.set()
            await self.both.wait()
            await super().RegisterResource(request, context)

    async def run() -> list[str]:
        provider = Servicer("127.0.0.1:1", [])
        engine, server = Held(provider), grpc.aio.server()
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(engine, server)
        endpoint = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        await server.start()
        try:
            calls = [
                provider.Construct(
                    proto.ConstructRequest(type=f"choreo:core/v1:{kind}", name="dev", monitorEndpoint=endpoint), Call()
                )
                for kind in ("Environment", "Project")
            ]
            answers = await asyncio.gather(*calls)
        finally:
            await server.stop(None)
        assert provider._refused == set(), "they are removed"
        return [answer.urn.removeprefix("urn:pulumi:::::") for answer in answers]

    assert asyncio.run(run()) == ["choreo:core/v1:Environment::dev", "choreo:core/v1:Project::dev"]


# --- What is refused once it is constructed -------------------------------------------------------------------------

MISSING = "environment 'dev' of organization 'acme' cannot be created: the namespace 'acme' does not exist"


class Finding:
    """A host whose component finds out during its construction why it cannot be created."""

    async def Construct(self, request: Any, context: Any) -> proto.ConstructResponse:
        async def found() -> None:
            reasons = REASONS.get()
            assert reasons is not None
            reasons.append(MISSING)

        await asyncio.create_task(found())
        return proto.ConstructResponse(urn="made")


def test_a_missing_namespace_fails_a_check_once_the_component_is_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Servicer, "_components", lambda self: Finding())
    response, engine = constructed({})
    assert response.urn == "made"
    [[failure]] = [check.failures for check in engine.checks]
    assert failure.reason == MISSING


class Destroying(Engine):
    """An engine that checks nothing: it destroys, or refreshes."""

    async def RegisterResource(self, request: Any, context: Any) -> resource_pb2.RegisterResourceResponse:  # type: ignore[override]
        self.registered.append(request)
        return resource_pb2.RegisterResourceResponse()


def test_an_engine_that_checks_nothing_continues_without_a_namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Servicer, "_components", lambda self: Finding())
    response, engine = constructed({}, engine=Destroying)
    assert (response.urn, len(engine.registered)) == ("made", 1)


def test_for_an_engine_that_checks_nothing_a_refusal_is_an_error_of_the_call() -> None:
    with pytest.raises(Ended) as ended:
        constructed({}, engine=Destroying)
    assert ended.value.args == (grpc.StatusCode.INVALID_ARGUMENT, REASON)


def test_a_refusal_waits_for_constructors_that_run_at_the_same_time_and_is_shared_with_other_refusals(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Otherwise each of their calls would be one more error when the engine ends."""
    story: list[str] = []

    class Slow:
        """A host that refuses two of three, one of them early."""

        async def Construct(self, request: Any, context: Any) -> proto.ConstructResponse:
            await asyncio.sleep(0.01 if request.name == "early" else 0.2)
            if request.name == "early":
                raise pulumi.RunError(REASON)
            story.append(f"{request.name} is constructed")
            if request.name == "late":
                raise pulumi.RunError(REASON)
            return proto.ConstructResponse(urn=request.name)

    class OneCheck(Engine):
        """An engine that checks one resource after the other, and ends with the first."""

        async def RegisterResource(self, request: Any, context: Any) -> None:
            self.registered.append(request)
            if len(self.registered) > 1:
                await asyncio.Event().wait()
            self.registered.pop()
            story.append("a check")
            await super().RegisterResource(request, context)

    monkeypatch.setattr(Servicer, "_components", lambda self: Slow())

    async def run() -> list[str]:
        provider = Servicer("127.0.0.1:1", [])
        engine, server = OneCheck(provider), grpc.aio.server()
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(engine, server)
        endpoint = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        await server.start()
        try:
            requests = [
                proto.ConstructRequest(name=name, monitorEndpoint=endpoint) for name in ("early", "late", "made")
            ]
            answers = await asyncio.gather(*(provider.Construct(each, Call()) for each in requests))
            await engine.settle()
            return [answer.urn for answer in answers]
        finally:
            await server.stop(None)

    assert asyncio.run(run()) == ["urn:pulumi:::::::early", "urn:pulumi:::::::late", "made"]
    assert story == ["late is constructed", "made is constructed", "a check"]


# --- The provider that constructs a Platform ------------------------------------------------------------------------

OWN, DEFAULT, DEFAULT_OF_A_VERSION = (
    {"choreo": f"urn:pulumi:test::project::pulumi:providers:choreo::{name}::id"}
    for name in ("own", "default", "default_0_1_0")
)


@pytest.mark.parametrize("setting", ["kubeconfig", "context"])
def test_an_explicit_provider_that_selects_a_cluster_is_refused_for_a_platform(
    setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Servicer, "_components", lambda self: Making())
    _, engine = constructed({setting: "very-secret"}, type="choreo:index:Platform", providers=OWN)
    [[failure]] = [check.failures for check in engine.checks]
    assert failure.reason == (
        f"Platform 'dev' has a choreo provider with {setting}, and makes its own; remove that provider, and select the "
        "cluster with the argument kubeconfig"
    )


@pytest.mark.parametrize(
    ("settings", "more"),
    [
        ({"version": "0.1.0"}, {"type": "choreo:index:Platform", "providers": OWN}),
        ({"kubeconfig": "ours"}, {"type": "choreo:index:Platform", "providers": DEFAULT}),
        ({"kubeconfig": "ours"}, {"type": "choreo:index:Platform", "providers": DEFAULT_OF_A_VERSION}),
        ({"kubeconfig": "ours"}, {"type": "choreo:index:Platform"}),
        ({"kubeconfig": "ours"}, {"providers": OWN}),
    ],
    ids=["no cluster", "the default one", "the default one of a version", "none", "another component"],
)
def test_any_other_provider_may_construct(settings: Any, more: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Servicer, "_components", lambda self: Making())
    assert constructed(settings, **more)[0].urn == "made"

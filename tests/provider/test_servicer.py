"""The servicer: its settings lead to clusters, never to an unintended one, and secrets stay marked."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import grpc
import pytest
import yaml
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import proto, rpc

from choreo_components.kubernetes import retries
from choreo_components.kubernetes.client import ClusterError, Forbidden, Unreachable
from choreo_components.provider.servicer import Servicer, _Lines
from tests.provider.fake_cluster import FakeCluster, namespace

URN = "urn:pulumi:test::choreo::choreo:index:EnvironmentFinalizer::finalizer"


def kubeconfig(server: str) -> str:
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": {"token": "very-secret"}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }
    return yaml.safe_dump(config)


HERE, EAST = kubeconfig("https://here.example"), kubeconfig("https://east.example")


def struct(values: dict[str, Any]) -> Struct:
    made = Struct()
    made.update(values)
    return made


def secret(value: Any) -> dict[str, Any]:
    return {rpc._special_sig_key: rpc._special_secret_sig, "value": value}


class Aborted(Exception):
    """The call has ended with an error."""


class Context:
    """Of a call."""

    async def abort(self, code: grpc.StatusCode, message: str) -> None:
        raise Aborted(f"{code.name}: {message}")


def configured(settings: dict[str, Any], then: Callable[[Servicer], Any]) -> Any:
    """The result of a servicer with these settings."""

    async def run() -> Any:
        servicer = Servicer("127.0.0.1:1", [])
        await servicer.Configure(proto.ConfigureRequest(args=struct(settings)), None)
        found = then(servicer)
        return await found if asyncio.iscoroutine(found) else found

    return asyncio.run(run())


@pytest.mark.parametrize(
    "data_planes",
    [secret({"acme/east": EAST}), {"acme/east": secret(EAST)}, json.dumps({"acme/east": EAST})],
    ids=["a secret mapping", "a mapping of secrets", "its JSON, as most SDKs pass it"],
)
def test_its_settings_lead_to_the_control_plane_and_to_data_planes(data_planes: Any) -> None:
    """A kubeconfig in the settings is newer than that in the state."""

    def servers(servicer: Servicer) -> list[str]:
        session = servicer._session(URN)
        clusters: list[Any] = [session.connect(), session.data_plane("acme/east", HERE)]
        return [cluster.server for cluster in clusters]

    settings = {"kubeconfig": secret(HERE), "dataPlaneKubeconfigs": data_planes}
    assert configured(settings, servers) == ["https://here.example", "https://east.example"]


def test_all_that_ask_a_cluster_share_one_set_of_connections() -> None:
    def same(servicer: Servicer) -> bool:
        one, another = servicer._session(URN), servicer._session(URN)
        return one.data_plane("acme/east", HERE) is another.data_plane("acme/west", EAST)

    assert configured({"dataPlaneKubeconfigs": {"acme/east": EAST}}, same)


@pytest.mark.parametrize("settings", [{}, {"kubeconfig": HERE}, {"dataPlaneKubeconfigs": {"acme/west": HERE}}])
def test_a_data_plane_that_is_missing_in_the_settings_is_the_one_in_the_state(
    settings: dict[str, Any],
) -> None:
    def server(servicer: Servicer) -> Any:
        return servicer._session(URN).data_plane("acme/east", EAST)

    assert configured(settings, server).server == "https://east.example"


def test_an_unusable_kubeconfig_is_reported_with_its_data_plane_and_not_quoted() -> None:
    with pytest.raises(ClusterError, match=r"^data plane 'acme/east': no usable kubeconfig") as refused:
        configured({}, lambda servicer: servicer._session(URN).data_plane("acme/east", "token: very-secret\n"))
    assert "very-secret" not in str(refused.value)


def test_a_line_that_the_engine_does_not_take_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    async def report(servicer: Servicer) -> None:
        servicer._session(URN).report("namespaces: deleting 1")
        await asyncio.gather(*servicer._running)

    configured({}, report)
    assert capfd.readouterr().err == "namespaces: deleting 1\n"


def test_what_a_call_waits_for_is_reported_for_its_resource(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[tuple[str, str]] = []

    async def read(
        self: Any, identifier: str, inputs: dict[str, Any], session: Any
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        retries.LOG.warning("still connecting to %s", "there")
        return inputs, inputs

    async def asked(servicer: Servicer) -> None:
        handler = _Lines(servicer)
        monkeypatch.setattr(servicer, "_log", lambda urn, severity, line: lines.append((urn, line)))
        retries.LOG.addHandler(handler)
        try:
            await asyncio.create_task(servicer.Read(proto.ReadRequest(urn=URN, id="acme/development"), None))
            await asyncio.sleep(0)
        finally:
            retries.LOG.removeHandler(handler)

    monkeypatch.setattr("choreo_components.provider.resources.finalizer.EnvironmentFinalizer.read", read)
    configured({}, asked)
    assert lines == [(URN, "still connecting to there")]


def test_calls_at_the_same_time_wait_for_one_answer_about_the_control_plane(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise each of them would wait in turn for a cluster that never answers."""
    asked: list[Any] = []

    async def verify(settings: Any, connect: Any, current: bool) -> None:
        asked.append(settings)
        await asyncio.sleep(0.01)
        raise Unreachable("no route")

    async def read(
        self: Any, identifier: str, inputs: dict[str, Any], session: Any
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        return inputs, inputs

    async def all_at_once(servicer: Servicer) -> None:
        request = proto.ReadRequest(urn=URN, id="acme/development")
        await asyncio.gather(*(servicer.Read(request, None) for _ in range(5)))
        assert len(asked) == 1
        await servicer.Read(request, None)
        assert len(asked) == 2, "it may answer by now"

    monkeypatch.setattr("choreo_components.provider.control_plane.verify", verify)
    monkeypatch.setattr("choreo_components.provider.resources.finalizer.EnvironmentFinalizer.read", read)
    configured({}, all_at_once)


@pytest.mark.parametrize("call", ["CheckConfig", "Read"])
def test_a_call_that_waits_for_the_control_plane_can_be_interrupted(call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exec credential plugin may wait for minutes."""

    class Aborted(Exception):
        pass

    class Context:
        async def abort(self, code: grpc.StatusCode, message: str) -> None:
            raise Aborted(code)

    async def forever(*_: Any, **__: Any) -> Any:
        await asyncio.Event().wait()

    async def interrupted(servicer: Servicer) -> None:
        requests = {
            "CheckConfig": proto.CheckRequest(urn="urn:pulumi:test::choreo::pulumi:providers:choreo::choreo"),
            "Read": proto.ReadRequest(urn=URN, id="acme/development"),
        }
        waiting = asyncio.create_task(getattr(servicer, call)(requests[call], Context()))
        await asyncio.sleep(0.01)
        await servicer.Cancel(None, None)
        with pytest.raises(Aborted, match="CANCELLED"):
            await asyncio.wait_for(waiting, 5)

    monkeypatch.setattr("choreo_components.provider.control_plane.verify", forever)
    monkeypatch.setattr("choreo_components.provider.control_plane.check", forever)
    configured({}, interrupted)


def test_a_deletion_has_the_results_of_a_check_even_if_nothing_else_had_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The engine then records only the inputs."""
    seen: list[dict[str, Any]] = []

    async def delete(self: Any, state: dict[str, Any], session: Any) -> None:
        seen.append(state)

    monkeypatch.setattr("choreo_components.provider.resources.finalizer.EnvironmentFinalizer.delete", delete)
    known = {"namespace": "acme", "formatVersion": 2}
    request = proto.DeleteRequest(
        urn=URN, properties=struct(known), old_inputs=struct({**known, "__cluster": "uid of east"})
    )
    configured({}, lambda servicer: servicer.Delete(request, None))
    assert seen == [{**known, "__cluster": "uid of east"}]


def test_a_refresh_takes_what_it_finds_for_an_input(monkeypatch: pytest.MonkeyPatch) -> None:
    async def read(
        self: Any, identifier: str, inputs: dict[str, Any], session: Any
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        found = {**inputs, "namespaceNames": ["dp-1"]}
        return found, found

    monkeypatch.setattr("choreo_components.provider.resources.finalizer.EnvironmentFinalizer.read", read)
    inputs = struct({"namespace": "acme", "formatVersion": 2, "namespaceNames": ["dp-1", "dp-2"]})
    request = proto.ReadRequest(urn=URN, id="acme/development", inputs=inputs)
    answer = configured({}, lambda servicer: servicer.Read(request, None))
    assert list(answer.inputs["namespaceNames"]) == list(answer.properties["namespaceNames"]) == ["dp-1"]


# --- Namespaces that programs refer to -----------------------------------------------------------------------------


def asked(cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The answer to a program that asks whether the namespace `acme` is missing."""
    request = proto.InvokeRequest(tok="choreo:index:isNamespaceMissing", args=struct({"name": "acme"}))
    monkeypatch.setattr(Servicer, "_connect", lambda self, kubeconfig, context: cluster)
    answer = configured({}, lambda servicer: servicer.Invoke(request, Context()))
    assert list(answer.failures) == []
    return dict(getattr(answer, "return").items())


def test_a_program_can_ask_whether_a_namespace_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(FakeCluster(), monkeypatch) == {"isMissing": True}
    assert asked(FakeCluster(namespace("acme")), monkeypatch) == {"isMissing": False}


@pytest.mark.parametrize("refusal", [Forbidden("403"), Unreachable("no answer")], ids=lambda each: type(each).__name__)
def test_the_answer_is_empty_if_the_cluster_does_not_answer(
    refusal: ClusterError, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = FakeCluster()
    cluster.refusal = refusal
    assert asked(cluster, monkeypatch) == {}


def test_a_kubeconfig_that_cannot_be_used_is_no_answer_either() -> None:
    request = proto.InvokeRequest(tok="choreo:index:isNamespaceMissing", args=struct({"name": "acme"}))
    answer = configured({"kubeconfig": "none"}, lambda servicer: servicer.Invoke(request, Context()))
    assert dict(getattr(answer, "return").items()) == {}


def test_a_function_that_only_a_newer_release_has_is_refused() -> None:
    lines = "FAILED_PRECONDITION: this release of choreo has no function choreo:index:isAway; upgrade the package"
    with pytest.raises(Aborted, match=lines):
        configured({}, lambda servicer: servicer.Invoke(proto.InvokeRequest(tok="choreo:index:isAway"), Context()))


# --- Forms of what is kept -----------------------------------------------------------------------------------------


NEWER = struct({"namespace": "acme", "environment": "development", "formatVersion": 3})


@pytest.mark.parametrize(
    ("call", "request_"),
    [
        ("Check", proto.CheckRequest(urn=URN, olds=NEWER)),
        ("Check", proto.CheckRequest(urn=URN, news=NEWER)),
        ("Diff", proto.DiffRequest(urn=URN, olds=NEWER)),
        ("Update", proto.UpdateRequest(urn=URN, olds=NEWER)),
        ("Read", proto.ReadRequest(urn=URN, inputs=NEWER)),
        ("Delete", proto.DeleteRequest(urn=URN, properties=NEWER)),
        ("CheckConfig", proto.CheckRequest(urn=URN, olds=NEWER)),
        ("Configure", proto.ConfigureRequest(args=NEWER)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_newer_release_has_written_is_refused_by_every_call_that_reads_it(call: str, request_: Any) -> None:
    lines = (
        r"FAILED_PRECONDITION: the state has formatVersion 3, and this release of choreo reads formatVersion 2 at most"
    )
    with pytest.raises(Aborted, match=lines):
        configured({}, lambda servicer: getattr(servicer, call)(request_, Context()))


def test_a_resource_that_only_a_newer_release_has_is_refused_too() -> None:
    request = proto.DeleteRequest(urn="urn:pulumi:test::choreo::choreo:index:Quota::quota", properties=struct({"a": 1}))
    with pytest.raises(
        Aborted, match="FAILED_PRECONDITION: this release of choreo has no resource choreo:index:Quota; upgrade"
    ):
        configured({}, lambda servicer: servicer.Delete(request, Context()))


FIRST = {"organization": "acme", "environment": "development", "dataPlaneRef": "dp-local", "namespaceNames": ["dp-1"]}
TODAY = {
    "apiVersion": "core.choreo.dev/v1",
    "namespace": "acme",
    "environment": "development",
    "dataPlaneRef": "dp-local",
    "namespaceNames": ["dp-1"],
    "formatVersion": 2,
}


def test_what_an_older_release_has_written_differs_in_its_form_only_and_is_not_replaced() -> None:
    request = proto.DiffRequest(urn=URN, old_inputs=struct(FIRST), news=struct(TODAY))
    answer = configured({}, lambda servicer: servicer.Diff(request, None))
    assert (list(answer.diffs), list(answer.replaces)) == (["formatVersion"], [])
    request = proto.DiffRequest(urn=URN, old_inputs=struct(TODAY), news=struct(TODAY))
    answer = configured({}, lambda servicer: servicer.Diff(request, None))
    assert answer.changes == proto.DiffResponse.DIFF_NONE


def test_a_refresh_stores_what_an_older_release_has_written_in_the_current_form(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def read(
        self: Any, identifier: str, inputs: dict[str, Any], session: Any
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        return inputs, inputs

    monkeypatch.setattr("choreo_components.provider.resources.finalizer.EnvironmentFinalizer.read", read)
    request = proto.ReadRequest(urn=URN, id="acme/development", inputs=struct(FIRST))
    answer = configured({}, lambda servicer: servicer.Read(request, None))
    assert answer.inputs == answer.properties == struct(TODAY)


def test_a_program_of_an_older_release_declares_the_same_resource() -> None:
    """One that declares a finalizer may still use the name `organization` for its namespace."""
    deadlines = {"deploymentsTimeout": "10m", "namespacesTimeout": "10m"}
    news = struct({**FIRST, **deadlines, "dataPlaneRef": rpc.UNKNOWN})
    answer = configured({}, lambda servicer: servicer.Check(proto.CheckRequest(urn=URN, news=news), None))
    assert list(answer.failures) == []
    assert dict(answer.inputs.items())["namespace"] == "acme"
    assert set(answer.inputs) == {*TODAY, *deadlines}


def test_a_deletion_reads_inputs_and_state_of_two_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, Any]] = []

    async def delete(self: Any, state: dict[str, Any], session: Any) -> None:
        seen.append(state)

    monkeypatch.setattr("choreo_components.provider.resources.finalizer.EnvironmentFinalizer.delete", delete)
    request = proto.DeleteRequest(urn=URN, properties=struct(FIRST), old_inputs=struct(TODAY))
    configured({}, lambda servicer: servicer.Delete(request, None))
    assert seen == [TODAY]


def test_a_refresh_leaves_secrets_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    async def read(
        self: Any, identifier: str, inputs: dict[str, Any], session: Any
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        return inputs, {**inputs, "namespaces": ["dp-1"]}

    monkeypatch.setattr("choreo_components.provider.resources.finalizer.EnvironmentFinalizer.read", read)
    inputs = struct({"namespace": "acme", "formatVersion": 2, "dataPlaneKubeconfig": secret(EAST)})
    request = proto.ReadRequest(urn=URN, id="acme/development", inputs=inputs)
    answer = configured({}, lambda servicer: servicer.Read(request, None))
    for properties in (answer.inputs, answer.properties):
        assert properties["dataPlaneKubeconfig"]["value"] == EAST
        assert properties["dataPlaneKubeconfig"][rpc._special_sig_key] == rpc._special_secret_sig
    assert list(answer.properties["namespaces"]) == ["dp-1"]

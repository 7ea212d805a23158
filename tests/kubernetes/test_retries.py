"""Retries: each request of ours is repeated while its answers pass, and nothing else is."""

import asyncio
import ssl
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from choreo_components.kubernetes import retries
from choreo_components.kubernetes.client import (
    Cluster,
    ClusterError,
    Conflict,
    Denied,
    Forbidden,
    Unauthorized,
    Unreachable,
)
from choreo_components.kubernetes.objects import NAMESPACES, Live
from choreo_components.kubernetes.retries import Retrying, sent_once
from devcluster.pki import Pki
from tests.apiserver import BROKEN, CLOSED, ApiServer, answer, good, kubeconfig, refusal

ACME = Live(NAMESPACES, {"metadata": {"name": "acme"}})
ROLES = 'RBAC: clusterrole.rbac.authorization.k8s.io "choreo-objects" not found'

SOON = 20
"""Seconds within which everything is done that does not wait for thirty, on however busy a machine."""

Request = Callable[[Cluster], Awaitable[Any]]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything takes a hundredth of the time, but for giving up, which a busy machine must not cause."""
    monkeypatch.setattr(retries, "UNANSWERED_SECONDS", 0.01)
    monkeypatch.setattr(retries, "FIRST_PAUSE", 0.002)
    monkeypatch.setattr(retries, "LONGEST_PAUSE", 0.05)
    monkeypatch.setattr(retries, "NOTICE_SECONDS", 0.02)


@pytest.fixture
def given_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that wait until it is given up."""
    monkeypatch.setattr(retries, "RETRY_SECONDS", 0.3)


def asked(request: Request, *script: bytes) -> tuple[Any, list[str]]:
    """What a request comes to at an API server with this script (an error is returned), and what was sent."""

    async def run() -> tuple[Any, list[str]]:
        async with ApiServer(script) as server, Cluster(kubeconfig(server.url)) as cluster:
            try:
                return await request(cluster), server.asked
            except ClusterError as problem:
                return problem, server.asked

    return asyncio.run(run())


async def get(cluster: Cluster) -> Any:
    found = await cluster.get(NAMESPACES, "acme")
    return found and found.name


async def listed(cluster: Cluster) -> list[str]:
    return [live.name for live in (await cluster.list(NAMESPACES, {}))[0]]


async def watched(cluster: Cluster) -> str:
    """The first event."""
    async with aclosing(cluster.watch(NAMESPACES, {}, "7")) as events:
        event, live = await anext(events)
    return f"{event} {live.name}"


REQUESTS: dict[str, tuple[Request, Any]] = {
    "a get": (get, "acme"),
    "a list": (listed, ["acme"]),
    "a delete": (lambda cluster: cluster.delete(ACME), None),
    "a watch": (watched, "ADDED acme"),
    "a look at the kinds": (lambda cluster: cluster.kinds("core.choreo.dev", "v1"), frozenset({"Environment"})),
    "a look at the groups": (lambda cluster: cluster.versions(), []),
    "a look at the schemas": (
        lambda cluster: cluster.openapi("core.choreo.dev", "v1"),
        {"resources": [{"kind": "Environment"}], "groups": []},
    ),
    "a review of a right": (lambda cluster: cluster.allowed("list", NAMESPACES), True),
    "a review of all rights": (lambda cluster: cluster.rules("acme"), []),
}

PASSING = {
    "429 with Retry-After": refusal(429, "too many requests", Retry_After="0"),
    "429 without": refusal(429, "storage is (re)initializing"),
    "503 of an API server that starts": answer(503, "[+]ping ok\n[-]etcd failed"),
    "503 of a load balancer": b"HTTP/1.1 503 \r\nContent-Length: 0\r\n\r\n",
    "502 of a proxy": answer(502, "<html>bad gateway</html>", Content_Type="text/html"),
    "503 with other JSON": answer(503, {"error": "no healthy upstream"}),
    "504": refusal(504, "Timeout: request did not complete within the allotted timeout"),
    "500 of etcd": refusal(500, "etcdserver: leader changed"),
    "408 of an idle connection": answer(408),
    "a server that misses roles": refusal(403, f"forbidden: {ROLES}"),
    "a connection that is closed": CLOSED,
    "a connection that breaks in an answer": BROKEN,
}


@pytest.mark.parametrize("passing", PASSING.values(), ids=PASSING)
def test_every_request_is_repeated_while_its_answers_pass(passing: bytes) -> None:
    async def run() -> None:
        async with ApiServer() as server, Cluster(kubeconfig(server.url)) as cluster:
            await cluster.versions()
            for name, (request, expected) in REQUESTS.items():
                if passing == BROKEN and name == "a watch":
                    continue
                server.script, server.asked = [passing, passing], []
                assert await request(cluster) == expected, name
                assert len(server.asked) == 3, name
                assert len(set(server.asked)) == 1, name

    asyncio.run(run())


def test_a_watch_that_breaks_off_ends() -> None:
    """Its caller lists again."""

    async def events(cluster: Cluster) -> list[str]:
        return [event async for event, _ in cluster.watch(NAMESPACES, {}, "7")]

    cut = answer(200, '{"type": "ADDED", "obj')
    assert asked(events, cut)[0] == []
    assert asked(events, BROKEN)[0] == []


@pytest.mark.parametrize(
    ("refused", "meaning"),
    [
        (refusal(400, "bad"), ClusterError),
        (refusal(401, "Unauthorized"), Unauthorized),
        (refusal(403, 'User "x" cannot list resource "namespaces"'), Forbidden),
        (refusal(403, 'admission webhook "keep.example.com" denied the request: no'), Denied),
        (refusal(409, "it is being deleted"), Conflict),
        (refusal(422, "invalid"), ClusterError),
        (refusal(500, 'Internal error occurred: failed calling webhook "keep.example.com"'), Denied),
        (answer(501), ClusterError),
        (b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", ClusterError),
    ],
)
def test_what_is_refused_for_good_is_asked_once(refused: bytes, meaning: type[ClusterError]) -> None:
    async def run() -> None:
        async with ApiServer() as server, Cluster(kubeconfig(server.url)) as cluster:
            for name in REQUESTS.keys() - {"a watch"}:
                server.script, server.asked = [refused], []
                with pytest.raises(ClusterError) as raised:
                    await REQUESTS[name][0](cluster)
                assert type(raised.value) is meaning
                assert len(server.asked) == 1, name

    asyncio.run(run())


@pytest.mark.usefixtures("given_up_soon")
@pytest.mark.parametrize(
    ("passing", "said"),
    [
        (refusal(429, "too many requests"), "answers 429: too many requests"),
        (b"HTTP/1.1 503 \r\nContent-Length: 0\r\n\r\n", "answers 503"),
        (CLOSED, "cannot be reached: Server disconnected without sending a response."),
    ],
)
def test_what_does_not_pass_in_time_is_an_error(passing: bytes, said: str) -> None:
    async def after_another(cluster: Cluster) -> Any:
        await cluster.versions()
        return await get(cluster)

    began = time.monotonic()
    found, _ = asked(after_another, good("GET", "/apis"), *[passing] * 1000)
    assert type(found) is Unreachable
    assert said in str(found)
    assert retries.RETRY_SECONDS <= time.monotonic() - began < SOON


def test_a_deletion_whose_answer_was_lost_counts_as_done() -> None:
    found, sent = asked(lambda cluster: cluster.delete(ACME), refusal(503), refusal(404, "not found"))
    assert found is None
    assert sent == ["DELETE /api/v1/namespaces/acme"] * 2


def test_each_page_of_a_list_is_repeated_by_itself() -> None:
    first = answer(200, page("a", more="next"))
    found, sent = asked(listed, refusal(429), first, refusal(429), answer(200, page("b")))
    assert found == ["a", "b"]
    assert [each.rpartition("continue=")[2] for each in sent[2:]] == ["next", "next"]


def test_a_list_whose_pages_have_expired_is_read_again_at_once() -> None:
    gone = refusal(410, "The provided continue parameter is too old")
    found, sent = asked(listed, answer(200, page("a", more="next")), gone, answer(200, page("a", "b")))
    assert found == ["a", "b"]
    assert sent[-1] == "GET /api/v1/namespaces"


def test_a_list_that_is_gone_for_good_is_an_error() -> None:
    found, sent = asked(listed, refusal(410, "gone"), refusal(410, "gone"))
    assert "answers 410: gone" in str(found)
    assert len(sent) == 2


def page(*names: str, more: str = "") -> Any:
    """A part of a list of namespaces."""
    items = [{"metadata": {"name": name}} for name in names]
    return {"kind": "NamespaceList", "metadata": {"resourceVersion": "7", "continue": more}, "items": items}


def test_a_review_that_misses_roles_is_asked_again() -> None:
    denied = answer(201, {"status": {"allowed": False, "reason": ROLES}})
    assert asked(lambda cluster: cluster.allowed("list", NAMESPACES), denied) == (True, [SELF_REVIEW] * 2)


@pytest.mark.usefixtures("given_up_soon")
def test_roles_that_are_gone_for_good_are_waited_for_once() -> None:
    denied = answer(201, {"status": {"allowed": False, "reason": ROLES}})
    first, *others = tries(lambda cluster: cluster.allowed("list", NAMESPACES), *[denied] * 1000)
    assert first > 2
    assert others == [1, 1]


def tries(request: Request, *script: bytes) -> list[int]:
    """How often each of three such requests is sent to a server that has answered before."""

    async def run() -> list[int]:
        async with ApiServer() as server, Cluster(kubeconfig(server.url)) as cluster:
            await cluster.versions()
            server.script = list(script)
            counts = []
            for _ in range(3):
                server.asked = []
                with suppress(Unreachable):
                    await request(cluster)
                counts.append(len(server.asked))
            return counts

    return asyncio.run(run())


SELF_REVIEW = "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


@pytest.mark.parametrize(("wanted", "least"), [("1", 1), ("0", 0), ("900", 1), ("soon", 0)])
def test_a_server_is_left_alone_as_long_as_it_asks_within_limits(
    monkeypatch: pytest.MonkeyPatch, wanted: str, least: float
) -> None:
    monkeypatch.setattr(retries, "LONGEST_RETRY_AFTER", 1.1)
    began = time.monotonic()
    assert asked(get, refusal(429, Retry_After=wanted))[0] == "acme"
    assert least <= time.monotonic() - began < SOON


@pytest.mark.usefixtures("given_up_soon")
def test_the_last_try_is_made_when_the_time_is_over() -> None:
    """Whatever the server's Retry-After says."""
    found, sent = asked(get, refusal(429, Retry_After="5"))
    assert found == "acme"
    assert len(sent) == 2


def test_a_server_that_has_never_answered_is_not_waited_for() -> None:
    async def run() -> None:
        async with Cluster(kubeconfig("http://127.0.0.1:1")) as cluster:
            for request in (get, listed):
                with pytest.raises(Unreachable, match="cannot be reached"):
                    await request(cluster)

    began = time.monotonic()
    asyncio.run(run())
    assert time.monotonic() - began < SOON


def test_a_server_that_has_answered_is_waited_for() -> None:
    async def run() -> Any:
        async with ApiServer() as server, Cluster(kubeconfig(server.url)) as cluster:
            await get(cluster)
            server.script = [CLOSED]
            await server.stop()
            again = asyncio.create_task(listed(cluster))
            await asyncio.sleep(0.2)
            assert not again.done()
            await server.start()
            return await again

    assert asyncio.run(run()) == ["acme"]


@pytest.mark.usefixtures("given_up_soon")
def test_one_outage_is_waited_for_once_and_not_by_each_request_in_turn() -> None:
    first, *others = tries(get, *[refusal(503)] * 1000)
    assert first > 2
    assert others == [1, 1]


def test_a_caller_with_a_deadline_repeats_requests_itself() -> None:
    async def once(cluster: Cluster) -> Any:
        with sent_once():
            return await get(cluster)

    found, sent = asked(once, refusal(429))
    assert type(found) is Unreachable
    assert len(sent) == 1


def test_a_certificate_that_is_not_trusted_is_refused_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "UNANSWERED_SECONDS", 30.0)
    pki = Pki(tmp_path / "pki")
    pki.ensure()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki.certificate("kube-apiserver"), pki.key("kube-apiserver"))

    async def run() -> None:
        async with ApiServer(tls=context) as server, Cluster(kubeconfig(server.url)) as cluster:
            with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
                await get(cluster)

    began = time.monotonic()
    asyncio.run(run())
    assert time.monotonic() - began < SOON


@pytest.mark.parametrize(("status", "tries"), [(503, 2), (407, 1)])
def test_a_proxy_that_is_busy_is_asked_again_and_one_that_wants_a_password_is_not(status: int, tries: int) -> None:
    async def run() -> list[str]:
        async with ApiServer([answer(status), answer(407)]) as proxy:
            text = kubeconfig("https://inside.example", **{"proxy-url": proxy.url})
            async with Cluster(text) as cluster:
                with pytest.raises(Unreachable, match="407"):
                    await get(cluster)
            return proxy.asked

    assert asyncio.run(run()) == ["CONNECT inside.example:443"] * tries


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The messages to a person."""
    return [record.getMessage() for record in caplog.records if record.name == retries.__name__]


def test_what_is_waited_for_is_printed_once(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "NOTICE_SECONDS", 0.5)

    async def many(cluster: Cluster) -> None:
        await asyncio.gather(*(get(cluster) for _ in range(20)))

    _, sent = asked(many, *[refusal(429, Retry_After="1")] * 20)
    assert len(sent) == 40
    address = said(caplog)[0].split(" answers ")[0]
    assert said(caplog) == [f"{address} answers 429 Said; trying again for up to 30s"]
    assert address.startswith("API server http://127.0.0.1:")


def test_what_passes_at_once_is_not_printed(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "NOTICE_SECONDS", 2.0)
    assert asked(get, refusal(429))[0] == "acme"
    assert said(caplog) == []


def test_it_is_printed_to_standard_error_by_default() -> None:
    program = """
import asyncio, sys
from choreo_components.kubernetes import retries
from choreo_components.kubernetes.client import Cluster
from choreo_components.kubernetes.objects import NAMESPACES

async def ask():
    async with Cluster(sys.argv[1]) as cluster:
        await cluster.get(NAMESPACES, "acme")

retries.NOTICE_SECONDS = 1.0
asyncio.run(ask())
"""

    async def run() -> tuple[str, str]:
        async with ApiServer([refusal(429, Retry_After="2")]) as server:
            command = [sys.executable, "-c", program, kubeconfig(server.url)]
            process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
            out, err = await process.communicate()
            return out.decode(), err.decode().replace(server.url, "HERE")

    assert asyncio.run(run()) == ("", "API server HERE answers 429 Said; trying again for up to 30s\n")


def test_each_try_is_the_request_as_it_came() -> None:
    """The transport below may put credentials into its headers, which may have changed by the next try."""
    sent: list[tuple[httpx.Headers, bytes]] = []

    class Signing(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            sent.append((request.headers.copy(), await request.aread()))
            request.headers["Authorization"] = "Bearer of today"
            return httpx.Response(503 if len(sent) < 3 else 200)

    async def run() -> None:
        async with httpx.AsyncClient(transport=Retrying(Signing(), "https://inside.example")) as client:
            await client.post("https://inside.example/", json={"kind": "Review"})

    asyncio.run(run())
    assert sent == [(sent[0][0], b'{"kind":"Review"}')] * 3
    assert "Authorization" not in sent[0][0]


def test_credentials_that_do_not_come_are_reported(caplog: pytest.LogCaptureFixture) -> None:
    class LoggingIn(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await asyncio.sleep(0.2)
            return httpx.Response(200)

    async def run() -> None:
        async with httpx.AsyncClient(transport=Retrying(LoggingIn(), "https://inside.example")) as client:
            await client.get("https://inside.example/")

    asyncio.run(run())
    assert said(caplog) == ["still waiting for credentials for API server https://inside.example"]


@pytest.mark.parametrize(
    ("script", "said_of_it"),
    [
        ([None], "still waiting for proxy 127.0.0.1:{port} to connect to API server https://inside.example"),
        (
            [b"HTTP/1.1 200 OK\r\n\r\n", None],
            "still waiting for the TLS handshake with API server https://inside.example through proxy 127.0.0.1:{port}",
        ),
    ],
    ids=["a proxy that does not connect", "a handshake that does not end"],
)
def test_a_proxy_that_keeps_a_request_is_reported(
    caplog: pytest.LogCaptureFixture, script: list[bytes | None], said_of_it: str
) -> None:
    async def run() -> int:
        async with ApiServer(script) as proxy:
            text = kubeconfig("https://inside.example", **{"proxy-url": proxy.url})
            async with Cluster(text) as cluster:
                with pytest.raises(TimeoutError):
                    await asyncio.wait_for(get(cluster), 0.5)
            return proxy.port

    port = asyncio.run(run())
    assert said(caplog) == [said_of_it.format(port=port)]


def test_an_answer_that_does_not_come_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> str:
        async with ApiServer([None]) as server, Cluster(kubeconfig(server.url)) as cluster:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(get(cluster), 0.5)
            return server.url

    address = asyncio.run(run())
    assert said(caplog) == [f"still waiting for API server {address} to answer"]


def test_a_connection_that_does_not_come_about_is_reported(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: Any, **__: Any) -> Any:
        await asyncio.sleep(60)

    monkeypatch.setattr("httpcore2._backends.auto.AutoBackend.connect_tcp", never)

    async def run(**cluster: Any) -> None:
        async with Cluster(kubeconfig("https://inside.example", **cluster)) as asked:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(get(asked), 0.5)

    asyncio.run(run())
    asyncio.run(run(**{"proxy-url": "http://proxy.example:3128"}))
    assert said(caplog) == [
        "still connecting to API server https://inside.example",
        "still connecting to API server https://inside.example through proxy proxy.example:3128",
    ]

"""A cluster says why it cannot be asked, and never quotes what may be a secret."""

import asyncio
import base64
import json
import os
import ssl
import stat
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

import pytest
import yaml
from lightkube.resources.core_v1 import Namespace

from choreo_components.kubernetes import client, retries
from choreo_components.kubernetes.client import (
    Cluster,
    ClusterError,
    Conflict,
    Denied,
    Forbidden,
    Unauthorized,
    Unreachable,
)
from choreo_components.kubernetes.objects import NAMESPACES, Live, Resource
from devcluster import ControlPlane
from tests import apiserver
from tests.apiserver import ApiServer
from tests.devcluster.api import administrator, create_namespace
from tests.https import kubeconfig, serving

MARK = "EYOURNOTSUPPOSEDTOREADTHIS"
ENCODED = base64.b64encode(MARK.encode()).decode()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (MARK, "neither kubeconfig YAML nor the path of a readable kubeconfig"),
        (MARK * 200, "neither kubeconfig YAML nor the path of a readable kubeconfig"),
        (f"/nonexistent/{MARK}", "neither kubeconfig YAML nor the path of a readable kubeconfig"),
        (f"{MARK * 5}/{MARK}.yaml", "neither kubeconfig YAML nor the path of a readable kubeconfig"),
        (
            f"apiVersion: v1, token: {MARK}, kind: config",
            "neither kubeconfig YAML nor the path of a readable kubeconfig",
        ),
        (f"{MARK}\n", "it is not a kubeconfig: it is not a mapping of fields"),
        (f"token: {MARK}\n", "token is not a field that choreo knows; valid fields: kind, apiVersion,"),
        (f"users: [{MARK}\n", "it is not a kubeconfig: neither YAML nor JSON (line 2)"),
        (f'{{"users": "{MARK}', "it is not a kubeconfig: neither YAML nor JSON"),
        (f"users: {{token: !{MARK} a}}\n", "it is not a kubeconfig: neither YAML nor JSON (line 1)"),
        (kubeconfig(MARK), "users[0].user must be a mapping"),
        (kubeconfig({"token": [MARK]}), "users[0].user.token must be a string"),
        (
            kubeconfig({"client-certificate-data": MARK[:-1], "client-key-data": MARK}),
            "users[0].user.client-certificate-data must be base64",
        ),
        (kubeconfig({"client-certificate-data": ENCODED, "client-key-data": ENCODED}), "its key cannot be read"),
        (
            kubeconfig({"client-certificate-data": ENCODED, "client-key": MARK}),
            "users[0].user.client-key is a relative path, and a text has no folder",
        ),
        (kubeconfig({"client-certificate": "/nonexistent", "client-key": f"/{MARK}"}), "No such file or directory"),
        (kubeconfig({}, **{"certificate-authority-data": ENCODED}), "its key cannot be read"),
        (kubeconfig({"auth-provider": {"name": MARK}}), "users[0].user.auth-provider is not supported"),
        (f"~no-such-user/{MARK}", "neither kubeconfig YAML nor the path of a readable kubeconfig"),
        ("{" * 20_000 + MARK, "it is not a kubeconfig: neither YAML nor JSON (line 1)"),
        (kubeconfig({}, f"https://a\0{MARK}"), "clusters[0].cluster.server is not an address"),
        (kubeconfig({}, "https://127.0.0.1:99999999"), "there is no port 99999999"),
        (
            kubeconfig({}, **{"proxy-url": f"socks5://{MARK}@127.0.0.1:1"}),
            "clusters[0].cluster.proxy-url is neither http:// nor https://",
        ),
        (
            kubeconfig({"token": MARK}).replace("current-context: x", "current-context: y"),
            "current-context: there is no context 'y'; existing contexts: 'x'",
        ),
    ],
)
def test_a_kubeconfig_that_is_none_is_refused_without_a_word_of_it(text: str, why: str) -> None:
    with pytest.raises(ClusterError) as refused:
        Cluster(text)
    assert str(refused.value).startswith("no usable kubeconfig: ")
    assert why in str(refused.value)
    assert MARK not in str(refused.value)
    assert ENCODED not in str(refused.value)


def test_a_kind_that_a_real_api_server_does_not_serve_has_no_objects(control_plane: ControlPlane) -> None:
    unserved = Resource("unserved.example", "v1", "Thing", "things")

    async def asked() -> tuple[Any, ...]:
        async with Cluster(str(control_plane.kubeconfig)) as cluster:
            await cluster.delete(Live(unserved, {"metadata": {"name": "a", "namespace": "default"}}))
            return await cluster.get(unserved, "a", "default"), *await cluster.list(unserved, {})

    assert asyncio.run(asked()) == (None, [], None)


def test_a_real_api_server_deletes_what_is_as_it_was_seen_and_nothing_else(control_plane: ControlPlane) -> None:
    kubernetes = administrator(control_plane)

    async def seen() -> Live | None:
        async with Cluster(str(control_plane.kubeconfig)) as cluster:
            return await cluster.get(NAMESPACES, "as-it-was-seen")

    async def delete(live: Live) -> None:
        async with Cluster(str(control_plane.kubeconfig)) as cluster:
            await cluster.delete(live)

    create_namespace(kubernetes, "as-it-was-seen")
    earlier = asyncio.run(seen())
    kubernetes.patch(Namespace, "as-it-was-seen", {"metadata": {"labels": {"kept": "yes"}}})
    now = asyncio.run(seen())
    assert earlier is not None
    assert now is not None
    another = Live(NAMESPACES, {"metadata": {**now.metadata, "uid": str(uuid4())}})
    for wrong in (earlier, another):
        with pytest.raises(Conflict, match=r"delete Namespace as-it-was-seen: .* answers 409: "):
            asyncio.run(delete(wrong))
    assert asyncio.run(seen()) == now
    asyncio.run(delete(now))
    left = asyncio.run(seen())
    assert left is None or left.deleting


def test_a_real_api_server_changes_what_is_as_it_was_seen_and_nothing_else(control_plane: ControlPlane) -> None:
    async def merged(live: Live, change: Mapping[str, Any]) -> Live | None:
        async with Cluster(str(control_plane.kubeconfig)) as cluster:
            return await cluster.merge(live, change)

    kubernetes = administrator(control_plane)
    create_namespace(kubernetes, "changed-as-seen")
    seen = Live(NAMESPACES, kubernetes.get(Namespace, "changed-as-seen").to_dict())
    changed = asyncio.run(merged(seen, {"metadata": {"labels": {"first": "yes"}}}))
    assert changed is not None
    assert changed.labels["first"] == "yes"
    with pytest.raises(Conflict, match=r"patch Namespace changed-as-seen: .* answers 409: "):
        asyncio.run(merged(seen, {"metadata": {"labels": {"second": "yes"}}}))
    gone = Live(NAMESPACES, {"metadata": {**changed.metadata, "name": "never-there"}})
    assert asyncio.run(merged(gone, {"metadata": {"labels": {"third": "yes"}}})) is None
    kubernetes.delete(Namespace, "changed-as-seen")


def test_a_real_api_server_answers_the_user_that_a_kubeconfig_acts_as(
    control_plane: ControlPlane, tmp_path: Path
) -> None:
    config = yaml.safe_load(control_plane.kubeconfig.read_text())

    async def allowed(**user: Any) -> bool:
        config["users"][0]["user"] |= user
        (tmp_path / "config").write_text(yaml.safe_dump(config))
        async with Cluster(tmp_path / "config") as cluster:
            return await cluster.allowed("delete", NAMESPACES)

    assert asyncio.run(allowed())
    assert not asyncio.run(allowed(**{"as": "unknown-user"}))
    assert asyncio.run(allowed(**{"as-groups": ["system:masters"]}))


@pytest.mark.parametrize(
    "given",
    [
        Path("/nonexistent/mine"),
        "/nonexistent/kube/config",
        "kubeconfig",
        "clusters/east.yaml",
        "~/nonexistent/east.yml",
    ],
)
def test_a_path_that_leads_nowhere_is_named(given: str | Path) -> None:
    with pytest.raises(ClusterError, match=f"no usable kubeconfig: there is no file {given}$"):
        Cluster(given)


def test_a_path_that_leads_to_something_else_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text(MARK)
    with pytest.raises(ClusterError, match=f"{tmp_path}/mine: it is not a kubeconfig: it is not a mapping of fields$"):
        Cluster(tmp_path / "mine")


def test_without_any_kubeconfig_it_is_said_what_is_not_there_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(ClusterError) as refused:
        Cluster(None)
    assert str(refused.value) == (
        "no usable kubeconfig: KUBECONFIG is not set, there is no ~/.kube/config, and this is not a pod of a cluster; "
        "set KUBECONFIG to the cluster's kubeconfig"
    )


def plugin(command: str, *arguments: str) -> Mapping[str, Any]:
    """A user whose credentials a command prints."""
    version = "client.authentication.k8s.io/v1beta1"
    return {"exec": {"apiVersion": version, "command": command, "args": [*arguments]}}


def answer(**status: str) -> str:
    """What such a command must print."""
    version = "client.authentication.k8s.io/v1beta1"
    return json.dumps({"apiVersion": version, "kind": "ExecCredential", "status": status})


@pytest.mark.processes_in_threads
@pytest.mark.parametrize(
    ("user", "why"),
    [
        ({"token": f"{MARK}\n"}, "the kubeconfig's token or password cannot be sent"),
        ({"token": f"{MARK}é"}, "answers 401"),
        (plugin(f"/nonexistent/{MARK}"), "cannot be run: No such file or directory"),
        (plugin(MARK), "is not on PATH"),
        (plugin("echo", MARK), "does not print an ExecCredential"),
        (plugin("echo", answer(clientKeyData=MARK)), "prints only one of a certificate and its key"),
        (plugin("echo", answer(clientCertificateData=MARK, clientKeyData=MARK)), "its key cannot be read"),
        (plugin("echo", f'{{"{MARK}": 1}}'), "does not print an ExecCredential"),
        (plugin("echo", answer()), "prints neither a token nor a certificate"),
        (plugin("echo", answer(token=MARK, expirationTimestamp=MARK)), "an invalid expirationTimestamp"),
        (plugin("echo", answer(token=MARK).replace("v1beta1", "v1")), "does not print an ExecCredential of"),
        ({"token": MARK}, "answers 401"),
        ({"tokenFile": "/nonexistent"}, "the tokenFile cannot be read: No such file or directory"),
        ({"tokenFile": "/dev/null"}, "the tokenFile is empty"),
    ],
)
def test_credentials_that_do_not_work_are_not_quoted(user: Any, why: str, tmp_path: Path) -> None:
    with serving(tokens=(), folder=tmp_path) as server:
        message = said(server.kubeconfig(user))
    assert why in message
    assert MARK not in message


def test_a_server_that_cannot_be_reached_is_named_without_the_password_in_its_address() -> None:
    async def ask() -> None:
        async with Cluster(kubeconfig({"token": MARK}, f"https://admin:{MARK}@127.0.0.1:1")) as cluster:
            await cluster.get(NAMESPACES, "acme")

    with pytest.raises(ClusterError, match=r"https://127\.0\.0\.1:1 cannot be reached") as refused:
        asyncio.run(ask())
    assert MARK not in str(refused.value)


def test_files_with_the_key_are_the_users_own_and_gone_when_the_key_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[Path, int]] = []

    def load(_: ssl.SSLContext, certificate: str, key: str, *__: object) -> None:
        seen.extend((Path(path).parent, stat.S_IMODE(os.stat(path).st_mode)) for path in (certificate, key))

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", load)
    Cluster(kubeconfig({"client-certificate-data": ENCODED, "client-key-data": ENCODED}))
    assert set(seen) == {(tmp_path, 0o600)}
    assert list(tmp_path.iterdir()) == []


class _Answering(BaseHTTPRequestHandler):
    """Answers every request with the server's status and text."""

    def do_GET(self) -> None:
        status, text, content_type = self.server.answer  # type: ignore[attr-defined]
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """It is not read."""


@contextmanager
def answering(status: int, text: str, content_type: str, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """The address of a server that answers every request so."""
    server = HTTPServer(("127.0.0.1", 0), _Answering)
    server.answer = (status, text, content_type)  # type: ignore[attr-defined]
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def namespaces(server: str) -> tuple[list[Live], str | None]:
    """What a list of namespaces comes to."""
    async with Cluster(kubeconfig({}, server)) as cluster:
        return await cluster.list(NAMESPACES, {})


def test_a_404_that_is_not_from_an_api_server_does_not_mean_that_nothing_exists() -> None:
    answer = (404, "<html>not found</html>", "text/html")
    with answering(*answer) as server, pytest.raises(ClusterError, match="answers 404"):
        asyncio.run(namespaces(server))


@pytest.mark.parametrize(
    ("status", "message", "meaning"),
    [
        (429, "too many requests", Unreachable),
        (503, "before all known HTTP paths have been installed", Unreachable),
        (500, "etcdserver: request timed out", Unreachable),
        (403, 'forbidden: RBAC: clusterrole.rbac.authorization.k8s.io "choreo-objects" not found', Unreachable),
        (403, 'User "x" cannot list resource "namespaces"', Forbidden),
        (401, "Unauthorized", Unauthorized),
        (403, 'admission webhook "keep.example.com" denied the request: no', Denied),
        (500, 'Internal error occurred: failed calling webhook "keep.example.com"', Denied),
        (409, "Operation cannot be fulfilled: the UID in the precondition does not match", Conflict),
        (409, 'admission webhook "keep.example.com" denied the request: no', Denied),
        (422, "ValidatingAdmissionPolicy 'keep' with binding 'keep' denied request: no", Denied),
    ],
)
def test_an_answer_means_retry_try_another_server_or_give_up(
    status: int, message: str, meaning: type[ClusterError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "RETRY_SECONDS", 0.0)
    text = json.dumps({"kind": "Status", "apiVersion": "v1", "code": status, "message": message})
    with answering(status, text, "application/json") as server, pytest.raises(ClusterError) as raised:
        asyncio.run(namespaces(server))
    assert type(raised.value) is meaning
    assert message in str(raised.value)


def said(text: str) -> str:
    """The error of a request with this kubeconfig, which must fail."""

    async def ask() -> None:
        async with Cluster(text) as cluster:
            await cluster.list(NAMESPACES, {})

    with pytest.raises(ClusterError) as raised:
        asyncio.run(ask())
    return str(raised.value)


def test_a_proxy_that_a_kubeconfig_names_is_used() -> None:
    with answering(401, "no", "text/plain") as proxy:
        message = said(kubeconfig({}, "http://nowhere.invalid", **{"proxy-url": proxy}))
    assert "http://nowhere.invalid answers 401" in message


# --- What is sent -------------------------------------------------------------------------------------------------


def asked(request: Callable[[Cluster], Awaitable[Any]], *script: bytes) -> tuple[Any, list[str]]:
    """What a request comes to at an API server with this script, and what was sent."""

    async def run() -> tuple[Any, list[str]]:
        async with ApiServer(script) as server, Cluster(apiserver.kubeconfig(server.url)) as cluster:
            return await request(cluster), server.asked

    return asyncio.run(run())


async def events(cluster: Cluster, labels: Mapping[str, str | None] | None = None) -> list[str]:
    """All events of a watch that ends."""
    return [f"{event} {live.name}" async for event, live in cluster.watch(NAMESPACES, labels or {}, "7")]


def event(type_: str, name: str, **more: Any) -> str:
    """A line of a watch."""
    return json.dumps({"type": type_, "object": {"metadata": {"name": name, **more}}}, ensure_ascii=False) + "\n"


def test_a_watch_reads_events_however_their_lines_are_cut_and_whatever_is_in_them() -> None:
    """A next line (U+0085) may be in JSON: it does not end a line there."""
    lines = event("ADDED", "a") + event("MODIFIED", "b", annotations={"note": "one\x85two"}) + event("DELETED", "c")
    found, sent = asked(events, apiserver.answer(200, lines))
    assert found == ["ADDED a", "MODIFIED b", "DELETED c"]
    assert sent == ["GET /api/v1/namespaces?watch=true&resourceVersion=7"]


def test_a_watch_whose_version_has_expired_ends() -> None:
    expired = json.dumps({"type": "ERROR", "object": {"kind": "Status", "code": 410}}) + "\n"
    assert asked(events, apiserver.answer(200, event("ADDED", "a") + expired + event("ADDED", "b")))[0] == ["ADDED a"]


def test_objects_are_selected_by_labels_with_a_value_and_with_any() -> None:
    selector = {"core.choreo.dev/organization": "acme", "environment-name": None}
    builds = Resource("core.choreo.dev", "v1", "Build", "builds")
    nothing = apiserver.answer(200, {"items": [], "metadata": {"resourceVersion": "7"}})
    _, [listed] = asked(lambda cluster: cluster.list(builds, selector, "a"), nothing)
    path, _, query = listed.removeprefix("GET ").partition("?")
    assert path == "/apis/core.choreo.dev/v1/namespaces/a/builds"
    assert parse_qs(query) == {
        "labelSelector": ["core.choreo.dev/organization=acme,environment-name"],
        "limit": ["500"],
    }


def test_a_name_is_a_part_of_the_path_whatever_it_is() -> None:
    _, sent = asked(lambda cluster: cluster.get(NAMESPACES, "a/../b?c"))
    assert sent == ["GET /api/v1/namespaces/a%2F..%2Fb%3Fc"]


@pytest.mark.parametrize(
    "body",
    [
        "no JSON",
        "[]",
        "[" * 100_000,
        {"items": []},
        {"items": None, "metadata": {"resourceVersion": "7"}},
        {"items": [{"metadata": {}}], "metadata": {"resourceVersion": "7"}},
        {"items": ["acme"], "metadata": {"resourceVersion": "7"}},
        {"items": [], "metadata": {"resourceVersion": ""}},
    ],
    ids=lambda body: str(body)[:60],
)
def test_a_list_that_is_none_of_an_api_servers_is_said_to_be_none(body: Any) -> None:
    with pytest.raises(ClusterError, match=r"list namespaces: the response of .* is not from a Kubernetes"):
        asked(lambda cluster: cluster.list(NAMESPACES, {}), apiserver.answer(200, body))


def test_what_is_wrong_with_us_is_not_said_of_the_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    def mistaken(*_: object) -> Live:
        raise TypeError("a mistake of ours")

    monkeypatch.setattr(client, "_live", mistaken)
    with pytest.raises(TypeError, match="a mistake of ours"):
        asked(lambda cluster: cluster.get(NAMESPACES, "acme"))

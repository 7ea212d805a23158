"""A cluster says why it cannot be asked, and never quotes what may be a secret."""

import asyncio
import base64
import json
import os
import ssl
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from choreo_components import retries
from choreo_components.cluster import (
    NAMESPACES,
    Cluster,
    ClusterError,
    Denied,
    Forbidden,
    Live,
    Resource,
    Unauthorized,
    Unreachable,
    kubeconfig_text,
)
from choreo_components.kubeconfig import EXEC_V1
from devcluster import ControlPlane

MARK = "EYOURNOTSUPPOSEDTOREADTHIS"
ENCODED = base64.b64encode(MARK.encode()).decode()


def kubeconfig(user: Any, server: str = "https://127.0.0.1:1", **cluster: Any) -> str:
    """The text of a kubeconfig whose user is this one."""
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "c", "cluster": {"server": server, **cluster}}],
            "users": [{"name": "u", "user": user}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (MARK, "neither its text nor the path of a file"),
        (MARK * 200, "neither its text nor the path of a file"),
        (f"/nonexistent/{MARK}", "neither its text nor the path of a file"),
        (f"{MARK * 5}/{MARK}.yaml", "neither its text nor the path of a file"),
        (f"apiVersion: v1, token: {MARK}, kind: config", "neither its text nor the path of a file"),
        (f"{MARK}\n", "it cannot be read as one (AttributeError)"),
        (f"token: {MARK}\n", "it cannot be read as one (KeyError)"),
        (f"users: [{MARK}\n", "it cannot be read as one (ParserError)"),
        (f'{{"users": "{MARK}', "it cannot be read as one (ScannerError)"),
        (f"users: {{token: !{MARK} a}}\n", "it cannot be read as one (ConstructorError)"),
        (kubeconfig(MARK), "it cannot be read as one (ValidationError)"),
        (kubeconfig({"token": [MARK]}), "it cannot be read as one (ValidationError)"),
        (kubeconfig({"client-certificate-data": MARK[:-1], "client-key-data": MARK}), "(Error)"),
        (kubeconfig({"client-certificate-data": ENCODED, "client-key-data": ENCODED}), "its key cannot be read"),
        (kubeconfig({"client-certificate-data": ENCODED, "client-key": MARK}), "its client-key is neither"),
        (kubeconfig({"client-certificate": "/nonexistent", "client-key": f"/{MARK}"}), "No such file or directory"),
        (kubeconfig({}, **{"certificate-authority-data": ENCODED}), "its key cannot be read"),
        (kubeconfig({"auth-provider": {"name": MARK}}), "auth-provider not supported"),
        (f"~nobody-has-this-home/{MARK}", "neither its text nor the path of a file"),
        ("{" * 20_000 + MARK, "it cannot be read as one (RecursionError)"),
        (kubeconfig({}, f"https://a\0{MARK}"), "it cannot be read as one (InvalidURL)"),
        (kubeconfig({}, "https://127.0.0.1:99999999"), "there is no port 99999999"),
        (
            kubeconfig({}, **{"proxy-url": f"socks5://{MARK}@127.0.0.1:1"}),
            "its proxy-url is neither http:// nor https://",
        ),
        (kubeconfig({"token": MARK}).replace("current-context: x", "current-context: y"), "Context 'y' not found"),
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
    unserved = Resource("nobody.example", "v1", "Thing", "things")

    async def asked() -> tuple[Any, ...]:
        async with Cluster(str(control_plane.kubeconfig)) as cluster:
            await cluster.delete(Live(unserved, {"metadata": {"name": "a", "namespace": "default"}}))
            return await cluster.get(unserved, "a", "default"), *await cluster.list(unserved, {})

    assert asyncio.run(asked()) == (None, [], None)


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
    with pytest.raises(ClusterError, match=f"{tmp_path}/mine cannot be read as one$"):
        Cluster(tmp_path / "mine")


def test_without_any_kubeconfig_it_is_said_what_is_not_there_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(ClusterError) as refused:
        Cluster(None)
    assert str(refused.value) == (
        "no usable kubeconfig: KUBECONFIG is not set, there is no ~/.kube/config, and this is no pod of a cluster: "
        "set KUBECONFIG to the file that leads to the cluster"
    )


def plugin(command: str, *arguments: str) -> Mapping[str, Any]:
    """A user whose credentials a command prints."""
    version = "client.authentication.k8s.io/v1beta1"
    return {"exec": {"apiVersion": version, "command": command, "args": [*arguments]}}


@pytest.mark.parametrize(
    ("user", "why"),
    [
        ({"token": f"{MARK}\n"}, "the kubeconfig's token or password cannot be sent"),
        ({"token": f"{MARK}é"}, "answers 401"),
        (plugin(f"/nonexistent/{MARK}"), "credentials or answer cannot be read: No such file or directory"),
        (plugin("echo", MARK), "credentials or answer cannot be read: JSONDecodeError"),
        (
            plugin("echo", f'{{"status": {{"clientKeyData": "{MARK}"}}}}'),
            "prints no token; one that prints a certificate",
        ),
        (plugin("echo", f'{{"{MARK}": 1}}'), "credentials or answer cannot be read: KeyError"),
        ({"token": MARK}, "answers 401"),
    ],
)
def test_credentials_that_do_not_work_are_not_quoted(user: Any, why: str) -> None:
    async def ask() -> None:
        async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 401 Unauthorized\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()

        async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            async with Cluster(kubeconfig(user, f"http://127.0.0.1:{port}")) as cluster:
                await cluster.get(NAMESPACES, "acme")

    with pytest.raises(ClusterError) as refused:
        asyncio.run(ask())
    assert why in str(refused.value)
    assert MARK not in str(refused.value)


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

    def load(_: ssl.SSLContext, certificate: str, key: str) -> None:
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
        """Nobody reads it."""


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


def test_a_404_of_somebody_else_than_an_api_server_does_not_mean_that_nothing_is_there() -> None:
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
        (422, "ValidatingAdmissionPolicy 'keep' with binding 'keep' denied request: no", Denied),
    ],
)
def test_an_answer_means_ask_again_ask_somebody_else_or_give_up(
    status: int, message: str, meaning: type[ClusterError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "RETRY_SECONDS", 0.0)
    text = json.dumps({"kind": "Status", "apiVersion": "v1", "code": status, "message": message})
    with answering(status, text, "application/json") as server, pytest.raises(ClusterError) as told:
        asyncio.run(namespaces(server))
    assert type(told.value) is meaning
    assert message in str(told.value)


def said(text: str) -> str:
    """What comes of a request with this kubeconfig, which has to fail."""

    async def ask() -> None:
        async with Cluster(text) as cluster:
            await cluster.list(NAMESPACES, {})

    with pytest.raises(ClusterError) as told:
        asyncio.run(ask())
    return str(told.value)


def test_a_proxy_that_a_kubeconfig_names_is_used() -> None:
    with answering(401, "no", "text/plain") as proxy:
        told = said(kubeconfig({}, "http://nowhere.invalid", **{"proxy-url": proxy}))
    assert "http://nowhere.invalid answers 401" in told


def certificate(folder: Path, name: str) -> Path:
    """A file with a key, and a certificate of this name that trusts itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    encoding, private = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    file.write_bytes(key.private_bytes(encoding, private, serialization.NoEncryption()) + made.public_bytes(encoding))
    return file


def test_a_server_is_known_by_the_name_that_a_kubeconfig_gives_it(tmp_path: Path) -> None:
    file = certificate(tmp_path, "inside.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    trusted = {"certificate-authority": str(file)}
    with answering(401, "no", "text/plain", context) as address:
        assert "answers 401" in said(kubeconfig({}, address, **trusted, **{"tls-server-name": "inside.example"}))
        assert "cannot be reached" in said(kubeconfig({}, address, **trusted))


def test_the_files_of_a_kubeconfig_are_looked_for_next_to_it(tmp_path: Path) -> None:
    """Also by who gets its text alone, as Secrets and providers do."""
    certificate(tmp_path, "anybody")
    (tmp_path / "plugin").touch()
    user = {"tokenFile": "./token", "exec": {"apiVersion": EXEC_V1, "command": "./plugin"}}
    file = tmp_path / "kubeconfig"
    file.write_text(kubeconfig(user, **{"certificate-authority": "server.pem"}))
    config = yaml.safe_load(kubeconfig_text(str(file)))
    [cluster], [user] = config["clusters"], [each["user"] for each in config["users"]]
    assert cluster["cluster"]["certificate-authority"] == str(tmp_path / "server.pem")
    assert user["tokenFile"] == str(tmp_path / "token")
    assert user["exec"] == {"apiVersion": EXEC_V1, "command": str(tmp_path / "plugin")}


def test_a_kubeconfig_that_names_no_files_is_taken_letter_by_letter(tmp_path: Path) -> None:
    file = tmp_path / "kubeconfig"
    file.write_text("# Mine.\n" + kubeconfig({"exec": {"apiVersion": EXEC_V1, "command": "aws"}}))
    assert kubeconfig_text(str(file)) == file.read_text()


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
def test_a_command_for_credentials_is_told_which_version_is_wanted(tmp_path: Path, version: str) -> None:
    api = f"client.authentication.k8s.io/{version}"
    told = tmp_path / "told"
    script = f'printf %s "$KUBERNETES_EXEC_INFO" > {told}; echo \'{{"status": {{"token": "t"}}}}\''
    user = {"exec": {"apiVersion": api, "command": "sh", "args": ["-c", script]}}

    async def ask() -> None:
        async with Cluster(kubeconfig(user)) as cluster:
            await cluster.list(NAMESPACES, {})

    with pytest.raises(Unreachable, match="cannot be reached"):
        asyncio.run(ask())
    assert json.loads(told.read_text()) == {"apiVersion": api, "kind": "ExecCredential", "spec": {"interactive": False}}

"""Every request is sent as the kubeconfig says: to whom, by which way, with which credentials, and as whom."""

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from choreo_components.kubernetes.client import Cluster, ClusterError, Unauthorized
from choreo_components.kubernetes.kubeconfig import credentials, proxies, resolve
from choreo_components.kubernetes.kubeconfig.connection import Transport
from choreo_components.kubernetes.kubeconfig.fields import KubeconfigError
from choreo_components.kubernetes.objects import NAMESPACES, Live
from tests.https import Authority, Server, in_base64, kubeconfig, serving


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(folder=tmp_path) as started:
        yield started


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def asked(text: str) -> None:
    """Has a cluster asked in every way that there is."""

    async def ask() -> None:
        async with Cluster(text) as cluster:
            await cluster.list(NAMESPACES, {})
            await cluster.delete(Live(NAMESPACES, {"metadata": {"name": "a"}}))
            async for _ in cluster.watch(NAMESPACES, {}, None):
                break
            await cluster.allowed("get", NAMESPACES)
            await cluster.versions()

    asyncio.run(ask())


def listed(text: str) -> None:
    """Has a cluster asked once."""

    async def ask() -> None:
        async with Cluster(text) as cluster:
            await cluster.list(NAMESPACES, {})

    asyncio.run(ask())


def refusal(text: str) -> str:
    with pytest.raises(ClusterError) as refused:
        listed(text)
    return str(refused.value)


# --- As whom ---------------------------------------------------------------------------------------------------------

EVERY_REQUEST = ["GET", "DELETE", "GET", "POST", "GET"]


def test_every_request_is_sent_as_the_user_that_the_kubeconfig_says_to_act_as(server: Server) -> None:
    extra = {"example.com/Größe%": ["1", "2"], "scopes": ["a"]}
    user = {"token": "t", "as": "Jürgen", "as-uid": "7", "as-groups": ["a", "b c"], "as-user-extra": extra}
    asked(server.kubeconfig(user))
    assert [request.method for request in server.requests] == EVERY_REQUEST
    for request in server.requests:
        sent = {name: values for name, values in request.headers.items() if name.startswith("impersonate-")}
        assert sent == {
            "impersonate-user": ["Jürgen".encode().decode("latin-1")],
            "impersonate-uid": ["7"],
            "impersonate-group": ["a", "b c"],
            "impersonate-extra-example.com%2fgr%c3%b6%c3%9fe%25": ["1", "2"],
            "impersonate-extra-scopes": ["a"],
        }
        assert request.headers["authorization"] == ["Bearer t"]


def test_without_one_no_user_is_impersonated(server: Server) -> None:
    asked(server.kubeconfig({"token": "t"}))
    assert not [name for request in server.requests for name in request.headers if name.startswith("impersonate-")]


def test_a_request_can_be_sent_again_and_stays_as_it_is(server: Server) -> None:
    transport = Transport(resolve(server.kubeconfig({"token": "t", "as": "me", "as-groups": ["us"]})))
    request = httpx.Request("GET", f"{server.address}/api")

    async def send() -> None:
        for _ in range(2):
            await transport.handle_async_request(request)

    asyncio.run(send())
    assert server.requests[0].headers == server.requests[1].headers
    assert "authorization" not in request.headers


# --- With which credentials ------------------------------------------------------------------------------------------

BASIC = "Basic dTpw"
COMMAND = {"apiVersion": "client.authentication.k8s.io/v1", "command": "/nonexistent", "interactiveMode": "Never"}


@pytest.mark.parametrize(
    ("user", "sent"),
    [
        ({}, None),
        ({"token": "t"}, "Bearer t"),
        ({"username": "u", "password": "p"}, BASIC),
        ({"username": "u"}, "Basic dTo="),
        ({"password": "p"}, None),
        ({"token": "t", "exec": COMMAND}, "Bearer t"),
        ({"username": "u", "password": "p", "exec": COMMAND}, BASIC),
    ],
)
def test_credentials_have_the_order_that_they_have_to_kubectl(
    server: Server, user: dict[str, Any], sent: str | None
) -> None:
    asked(server.kubeconfig(user))
    expected = [None if sent is None else [sent]] * len(EVERY_REQUEST)
    assert [request.headers.get("authorization") for request in server.requests] == expected


def test_a_password_in_the_address_comes_first(server: Server) -> None:
    listed(server.kubeconfig({"token": "t", "as": "me"}, server=server.address.replace("://", "://u:p@")))
    assert server.last.headers["authorization"] == [BASIC]
    assert server.last.headers["impersonate-user"] == ["me"]


def test_credentials_are_never_sent_in_the_clear(tmp_path: Path) -> None:
    """Nor does kubectl, or the Kubernetes provider: they would be asking as others."""
    with serving(tls=False, folder=tmp_path) as server:
        for user in ({"token": "t"}, {"username": "u", "password": "p"}, {"exec": COMMAND}, {"tokenFile": "/none"}):
            listed(kubeconfig({**user, "as": "me"}, server.address))
            assert "authorization" not in server.last.headers
            assert server.last.headers["impersonate-user"] == ["me"]


@pytest.mark.parametrize("data", [True, False])
def test_a_client_certificate_is_shown_from_a_file_or_from_the_text(server: Server, tmp_path: Path, data: bool) -> None:
    certificate, key = server.authority.certificate("admin")
    user: dict[str, str] = {}
    for name, content in (("client-certificate", certificate), ("client-key", key)):
        (tmp_path / name).write_bytes(content)
        user |= {f"{name}-data": in_base64(content)} if data else {name: str(tmp_path / name)}
    listed(server.kubeconfig({**user, "exec": COMMAND}))
    assert server.last.certificate == "admin", "and no command is run"


def test_a_key_with_a_password_is_refused_without_a_prompt(server: Server, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization

    certificate, key = server.authority.certificate("admin")
    private = serialization.load_pem_private_key(key, None)
    locked = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    user = {"client-certificate-data": in_base64(certificate), "client-key-data": in_base64(locked)}
    assert "the key of its client certificate is encrypted" in refusal(server.kubeconfig(user))


def sent(server: Server) -> list[str]:
    """The tokens of all requests."""
    return [request.headers["authorization"][0].removeprefix("Bearer ") for request in server.requests]


def test_a_token_file_is_read_again_after_a_while(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "TOKEN_SECONDS", 0.0)
    file = tmp_path / "token"

    async def ask() -> None:
        async with Cluster(server.kubeconfig({"tokenFile": str(file), "token": "own"})) as cluster:
            await cluster.list(NAMESPACES, {})
            for content in (" first\n", "second", "\n"):
                file.write_text(content)
                await cluster.list(NAMESPACES, {})
            file.unlink()
            await cluster.list(NAMESPACES, {})

    asyncio.run(ask())
    assert sent(server) == ["own", "first", "second", "second", "second"], "the last that could be read counts"


def test_a_token_file_is_read_again_after_a_401_at_once(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("first")

    async def ask() -> None:
        async with Cluster(server.kubeconfig({"tokenFile": str(file)})) as cluster:
            await cluster.list(NAMESPACES, {})
            file.write_text("second")
            await cluster.list(NAMESPACES, {})
            server.tokens = {"second"}
            await cluster.list(NAMESPACES, {})
            server.tokens = {"third"}
            with pytest.raises(Unauthorized):
                await cluster.list(NAMESPACES, {})

    asyncio.run(ask())
    assert sent(server) == ["first", "first", "first", "second", "second"], "and not again where it is the same"


def test_compressed_answers_are_asked_for_unless_the_kubeconfig_says_otherwise(server: Server) -> None:
    listed(server.kubeconfig({}))
    assert "gzip" in server.last.headers["accept-encoding"][0]
    listed(server.kubeconfig({}, **{"disable-compression": True}))
    assert "accept-encoding" not in server.last.headers


# --- To whom ---------------------------------------------------------------------------------------------------------


def test_certificates_without_identifiers_of_keys_are_trusted(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of EKS have none, and kubectl does not ask for them; Python does so by itself from 3.13 on."""
    default = ssl.create_default_context

    def strict(*arguments: Any, **options: Any) -> ssl.SSLContext:
        context = default(*arguments, **options)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    monkeypatch.setattr(ssl, "create_default_context", strict)
    listed(server.kubeconfig({}))


def test_an_authority_that_is_not_the_topmost_is_trusted_too(tmp_path: Path) -> None:
    below = Authority(above=Authority())
    with serving(by=lambda _: below.certificate("x", "127.0.0.1"), folder=tmp_path) as server:
        listed(server.kubeconfig({}, **{"certificate-authority-data": in_base64(below.pem)}))


@pytest.mark.parametrize(
    ("cluster", "why"),
    [
        ({}, ""),
        ({"tls-server-name": "inside.example"}, "certificate"),
        ({"certificate-authority-data": in_base64(Authority().pem)}, "certificate"),
        ({"certificate-authority-data": None}, "certificate"),
        ({"certificate-authority-data": None, "insecure-skip-tls-verify": True}, ""),
    ],
)
def test_chain_and_name_are_still_checked(server: Server, cluster: dict[str, Any], why: str) -> None:
    if why:
        assert why in refusal(server.kubeconfig({}, **cluster)).lower()
    else:
        listed(server.kubeconfig({}, **cluster))


def test_a_name_that_only_the_subject_has_is_none(tmp_path: Path) -> None:
    with serving(by=lambda authority: authority.certificate("localhost"), folder=tmp_path) as server:
        refusal(server.kubeconfig({}, server=server.address.replace("127.0.0.1", "localhost")))


def test_a_server_is_known_by_the_name_that_the_kubeconfig_gives_it(tmp_path: Path) -> None:
    with serving("inside.example", folder=tmp_path) as server:
        listed(server.kubeconfig({}, **{"tls-server-name": "inside.example"}))
        refusal(server.kubeconfig({}))


@pytest.mark.parametrize("content", [b"", b"\n", b"no certificate", b"\xff\xfe"])
def test_an_authority_without_a_certificate_is_not_everybody(server: Server, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ca.pem").write_bytes(content)
    cluster = {"certificate-authority-data": None, "certificate-authority": str(tmp_path / "ca.pem")}
    assert refusal(server.kubeconfig({}, **cluster)).startswith("no usable kubeconfig: ")


# --- By which way ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tls", [True, False])
def test_a_proxy_that_the_kubeconfig_names_is_used(tmp_path: Path, tls: bool) -> None:
    with serving(folder=tmp_path, tls=tls) as proxy:
        trusted = {"certificate-authority-data": in_base64(proxy.authority.pem)}
        with pytest.raises(ClusterError):
            listed(kubeconfig({"token": "t"}, "https://nowhere.invalid", **{"proxy-url": proxy.address}, **trusted))
    assert [request.method for request in proxy.requests] == ["CONNECT"], "what its certificate says is checked too"
    assert "authorization" not in proxy.last.headers


def test_a_proxy_of_the_environment_is_used_as_kubectl_uses_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(folder=tmp_path, tls=False) as proxy:
        monkeypatch.setenv("https_proxy", proxy.address)
        refusal(kubeconfig({}, "https://nowhere.invalid"))
        assert [request.method for request in proxy.requests] == ["CONNECT"]
        monkeypatch.setenv("NO_PROXY", "invalid")
        refusal(kubeconfig({}, "https://nowhere.invalid"))
        assert len(proxy.requests) == 1


PROXY = "http://proxy:3128"


@pytest.mark.parametrize(
    ("server", "environment", "proxy"),
    [
        ("https://x", {}, None),
        ("https://x", {"HTTPS_PROXY": PROXY}, PROXY),
        ("https://x", {"https_proxy": PROXY}, PROXY),
        ("https://x", {"HTTPS_PROXY": "proxy:3128"}, PROXY),
        ("https://x", {"HTTP_PROXY": PROXY, "ALL_PROXY": PROXY}, None),
        ("http://x", {"HTTP_PROXY": PROXY}, PROXY),
        ("https://localhost:6443", {"HTTPS_PROXY": PROXY}, None),
        ("https://127.0.0.2", {"HTTPS_PROXY": PROXY}, None),
        ("https://[::1]", {"HTTPS_PROXY": PROXY}, None),
        ("https://x", {"HTTPS_PROXY": PROXY, "NO_PROXY": "*"}, None),
        ("https://x", {"HTTPS_PROXY": PROXY, "no_proxy": " y , x "}, None),
        ("https://a.x", {"HTTPS_PROXY": PROXY, "NO_PROXY": "x"}, None),
        ("https://a.x", {"HTTPS_PROXY": PROXY, "NO_PROXY": ".x"}, None),
        ("https://a.x", {"HTTPS_PROXY": PROXY, "NO_PROXY": "*.X"}, None),
        ("https://x", {"HTTPS_PROXY": PROXY, "NO_PROXY": ".x"}, PROXY),
        ("https://ax", {"HTTPS_PROXY": PROXY, "NO_PROXY": "x"}, PROXY),
        ("https://x:6443", {"HTTPS_PROXY": PROXY, "NO_PROXY": "x:6443"}, None),
        ("https://x", {"HTTPS_PROXY": PROXY, "NO_PROXY": "x:443"}, None),
        ("https://x", {"HTTPS_PROXY": PROXY, "NO_PROXY": "x:6443"}, PROXY),
        ("https://10.1.2.3", {"HTTPS_PROXY": PROXY, "NO_PROXY": "10.0.0.0/8"}, None),
        ("https://11.1.2.3", {"HTTPS_PROXY": PROXY, "NO_PROXY": "10.0.0.0/8,x/y"}, PROXY),
        ("https://10.1.2.3:6443", {"HTTPS_PROXY": PROXY, "NO_PROXY": "10.1.2.3"}, None),
        ("https://[fd00::1]:6443", {"HTTPS_PROXY": PROXY, "NO_PROXY": "[fd00::1]:6443"}, None),
        ("https://[fd00::1]", {"HTTPS_PROXY": PROXY, "NO_PROXY": "fd00::/8"}, None),
        ("https://1.10.1.2.3", {"HTTPS_PROXY": PROXY, "NO_PROXY": "10.1.2.3"}, PROXY),
    ],
)
def test_the_environment_means_what_it_means_to_go(server: str, environment: dict[str, str], proxy: str | None) -> None:
    assert proxies.proxy_for(server, environment) == proxy


@pytest.mark.parametrize("proxy", ["socks5://x:1", "http://:1", "http://x:0", "http://x:99999"])
def test_a_proxy_of_another_kind_is_refused(proxy: str) -> None:
    with pytest.raises(KubeconfigError, match="the proxy in HTTPS_PROXY is neither http:// nor https://"):
        proxies.proxy_for("https://x", {"HTTPS_PROXY": proxy})

"""Connections to the cluster of a kubeconfig: what is trusted, by which proxy, and as which user requests are sent.

All requests to a cluster pass one transport, so none can be sent without the user of the kubeconfig.
"""

import base64
import os
import ssl
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn

import httpx2 as httpx

from choreo_components.kubernetes.kubeconfig import commands, credentials
from choreo_components.kubernetes.kubeconfig.credentials import Credentials, CredentialsError, Fixed, Source
from choreo_components.kubernetes.kubeconfig.fields import KubeconfigError, decoded
from choreo_components.kubernetes.kubeconfig.proxies import proxy_for
from choreo_components.kubernetes.kubeconfig.resolution import Resolved

KEPT_CONNECTIONS = 64
"""Idle connections that are kept for the next requests."""

_LEGAL = frozenset(b"!#$&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~")
"""The bytes of a header's name that are not escaped (client-go: transport/round_trippers.go)."""


class Transport(httpx.AsyncBaseTransport):
    """Sends requests to a cluster with the credentials of its kubeconfig, and as the user that it impersonates.

    The number of connections has no limit: each watch holds one, and a request must not wait for a watch to end. A
    request that is answered 401 is sent once more if there are other credentials by then.
    """

    def __init__(self, resolved: Resolved) -> None:
        """Reads the files of certificates and keys; sends nothing. Raises KubeconfigError."""
        cluster, user = resolved.cluster, resolved.user
        self._cluster = cluster
        self._tls = (cluster, user) if resolved.is_secure else ({}, {})
        self._server_name = cluster.get("tls-server-name")
        self._proxy = cluster.get("proxy-url") or proxy_for(cluster["server"], os.environ)
        # Never in plain text: kubectl sends no credentials to a server without TLS either.
        self._source = _source(resolved) if resolved.is_secure else Fixed(Credentials())
        self._acting_as = impersonation(user)
        self._connections: dict[tuple[str, str] | None, httpx.AsyncHTTPTransport] = {None: self._made(None)}
        """By the certificate that a command has printed: a connection keeps the certificate that it began with."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends the request. Raises CredentialsError if there are no credentials, and httpx's errors."""
        if "Authorization" in request.headers:
            # A password in the server's address takes precedence, as in Go.
            return await self._send(request, Credentials())
        used = await self._source.get()
        response = await self._send(request, used)
        if response.status_code != 401:
            self._source.accepted(used)
            return response
        renewed = await self._source.get(rejected=used)
        if renewed is used:
            return response
        await response.aclose()
        response = await self._send(request, renewed)
        if response.status_code != 401:
            self._source.accepted(renewed)
        return response

    async def aclose(self) -> None:
        """Closes all connections."""
        for each in self._connections.values():
            await each.aclose()

    async def _send(self, request: httpx.Request, with_credentials: Credentials) -> httpx.Response:
        own = [(b"Authorization", with_credentials.authorization.encode())] if with_credentials.authorization else []
        taken = {name.lower() for name, _ in (*own, *self._acting_as)}
        kept = [(name, value) for name, value in request.headers.raw if name.lower() not in taken]
        if self._cluster.get("disable-compression"):
            kept = [(name, value) for name, value in kept if name.lower() != b"accept-encoding"]
        named = {"sni_hostname": self._server_name} if self._server_name else {}
        # The request that was given is not changed: it may be sent again.
        sent = httpx.Request(
            request.method,
            request.url,
            headers=httpx.Headers([*kept, *own, *self._acting_as]),
            stream=request.stream,
            extensions={**request.extensions, **named},
        )
        return await self._connected(with_credentials.certificate).handle_async_request(sent)

    def _connected(self, certificate: tuple[str, str] | None) -> httpx.AsyncHTTPTransport:
        if certificate not in self._connections:
            try:
                self._connections[certificate] = self._made(certificate)
            except KubeconfigError as problem:
                raise CredentialsError(f"what the exec credential plugin (user.exec) prints: {problem}") from None
        return self._connections[certificate]

    def _made(self, certificate: tuple[str, str] | None) -> httpx.AsyncHTTPTransport:
        trusted = _trusted(*self._tls, certificate)
        proxy = None
        if self._proxy is not None:
            # As in Go, the trust for the server also applies to its proxy.
            secure = self._proxy.lower().startswith("https:")
            proxy = httpx.Proxy(self._proxy, ssl_context=trusted if secure else None)
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=KEPT_CONNECTIONS)
        return httpx.AsyncHTTPTransport(verify=trusted, proxy=proxy, limits=limits)


def impersonation(user: Mapping[str, Any]) -> list[tuple[bytes, bytes]]:
    """The headers of impersonation; none without it.

    As client-go sends them (transport/round_trippers.go). Names of extra fields have no case: the API server converts
    them to lower case.
    """
    if "as" not in user:
        return []
    headers = [(b"Impersonate-User", user["as"])]
    headers += [(b"Impersonate-Uid", uid) for uid in [user.get("as-uid")] if uid]
    headers += [(b"Impersonate-Group", group) for group in user.get("as-groups", [])]
    for key, values in user.get("as-user-extra", {}).items():
        headers += [(b"Impersonate-Extra-" + _escaped(key), value) for value in values or []]
    return [(name, value.encode()) for name, value in headers]


def _escaped(key: str) -> bytes:
    return b"".join(bytes([byte]) if byte in _LEGAL else b"%%%02X" % byte for byte in key.encode())


def _source(resolved: Resolved) -> Source:
    user, cluster = resolved.user, resolved.cluster
    own = credentials.own(user)
    if own is not None:
        return own
    spec = user["exec"]
    return commands.command(spec, _cluster_info(cluster) if spec.get("provideClusterInfo") else None)


def _cluster_info(cluster: Mapping[str, Any]) -> dict[str, Any]:
    """The cluster as it is passed to an exec credential plugin (client-go: rest/exec.go)."""
    same = ("server", "tls-server-name", "insecure-skip-tls-verify", "proxy-url", "disable-compression")
    known = {name: cluster[name] for name in same if name in cluster}
    if authority := _authority(cluster):
        known["certificate-authority-data"] = base64.b64encode(authority).decode()
    for extension in cluster.get("extensions", []):
        known["config"] = extension.get("extension")
    return known


def _authority(cluster: Mapping[str, Any]) -> bytes:
    """The certificates that are trusted, in PEM; empty for those of the system."""
    if data := cluster.get("certificate-authority-data"):
        return decoded(data)
    return _content(cluster, "certificate-authority")


def _content(fields: Mapping[str, Any], name: str) -> bytes:
    """The content of the file that a field names; empty if it names none."""
    if name not in fields:
        return b""
    try:
        content = Path(fields[name]).read_bytes()
    except (OSError, ValueError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "not a path"
        raise KubeconfigError(f"the file of {name} cannot be read: {why}") from None
    if not content.strip():
        raise KubeconfigError(f"the file of {name} is empty")
    return content


def _trusted(
    cluster: Mapping[str, Any], user: Mapping[str, Any], certificate: tuple[str, str] | None
) -> ssl.SSLContext:
    """The TLS context: what is trusted, and the client certificate of the command, else of the user."""
    try:
        if cluster.get("insecure-skip-tls-verify"):
            context = httpx.create_ssl_context(verify=False)
        elif authority := _authority(cluster):
            text = authority.decode("ascii", "ignore")
            if not text.strip():
                # Without any, Python would trust the system's.
                raise KubeconfigError("its certificate authority cannot be read: no PEM")
            context = ssl.create_default_context(cadata=text)
            # As in Go, an intermediate authority is trusted as well, and only names in the certificate's list count.
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
            context.hostname_checks_common_name = False
        else:
            context = httpx.create_ssl_context()
        # From Python 3.13 on it would require key identifiers, which the certificates of many clusters do not have.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        _show(context, user, certificate)
    except ssl.SSLError as problem:
        raise KubeconfigError(f"its certificates or its key cannot be read: {problem.reason or 'no PEM'}") from None
    return context


def _show(context: ssl.SSLContext, user: Mapping[str, Any], certificate: tuple[str, str] | None) -> None:
    """Loads a client certificate into the context, if there is one. OpenSSL reads it and its key from files only."""
    with ExitStack() as files:

        def temporary(content: bytes) -> str:
            # Readable for this user alone, and deleted when it is closed.
            file = files.enter_context(tempfile.NamedTemporaryFile())
            file.write(content)
            file.flush()
            return file.name

        def path(name: str) -> str | None:
            if data := user.get(f"{name}-data"):
                return temporary(decoded(data))
            _content(user, name)
            return user.get(name)

        if certificate is not None:
            chain, key = certificate
            context.load_cert_chain(temporary(chain.encode()), temporary(key.encode()), _no_password)
        elif (file := path("client-certificate")) is not None:
            context.load_cert_chain(file, path("client-key"), _no_password)


def _no_password() -> NoReturn:
    """Fails where OpenSSL would prompt at the terminal."""
    raise KubeconfigError(
        "the key of its client certificate is encrypted, and no terminal can ask for its password; use one without"
    )

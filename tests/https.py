"""A server with TLS and certificates like those of EKS, which notes its requests, and kubeconfigs that lead to it."""

import base64
import ipaddress
import json
import ssl
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PEM = serialization.Encoding.PEM


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


def in_base64(content: bytes) -> str:
    """As a field `…-data` has it."""
    return base64.b64encode(content).decode()


class Authority:
    """An authority as EKS makes it: self-signed, with basicConstraints only; so are its certificates, but for names."""

    def __init__(self, above: "Authority | None" = None) -> None:
        """Makes its key and certificate; `above` signs it, where it is not the topmost."""
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("kubernetes" if above is None else "below")
        constraints = x509.BasicConstraints(ca=True, path_length=None)
        issuer, signer = (self._name, self._key) if above is None else (above._name, above._key)
        made = _builder(self._name, issuer, self._key).add_extension(constraints, critical=True)
        self.pem = made.sign(signer, hashes.SHA256()).public_bytes(PEM)

    def certificate(self, name: str = "kube-apiserver", *hosts: str) -> tuple[bytes, bytes]:
        """A certificate for these hosts, and its key, in PEM. Without hosts it has only its name."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _builder(_name(name), self._name, key)
        if hosts:
            made = made.add_extension(x509.SubjectAlternativeName(list(map(_host, hosts))), critical=False)
        private = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return made.sign(self._key, hashes.SHA256()).public_bytes(PEM), private


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now, day = datetime.now(UTC), timedelta(days=1)
    return x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number(), now - day, now + day)


@dataclass(frozen=True)
class Request:
    """A request as it came: its headers by names in lower case, and the name in the client's certificate."""

    method: str
    path: str
    headers: Mapping[str, list[str]]
    certificate: str | None


@dataclass
class Server:
    """What the server at `address` is asked. `tokens` are those that it takes; with None it takes everybody."""

    address: str
    authority: Authority
    tokens: Collection[str] | None = None
    requests: list[Request] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def kubeconfig(self, user: Any, **cluster: Any) -> str:
        """The text of a kubeconfig that leads here."""
        trusted = {"certificate-authority-data": in_base64(self.authority.pem)}
        return kubeconfig(user, **{"server": self.address, **trusted, **cluster})

    @property
    def last(self) -> Request:
        """The last request."""
        return self.requests[-1]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _note(self) -> tuple[Server, Mapping[str, list[str]]]:
        """Notes the request; says whose it is, and its headers."""
        served: Server = self.server.served  # type: ignore[attr-defined]
        headers = {name.lower(): self.headers.get_all(name) or [] for name in self.headers}
        peer = self.connection.getpeercert() if isinstance(self.connection, ssl.SSLSocket) else None
        parts: Any = (peer or {}).get("subject", ())
        names = {key: value for part in parts for key, value in part}
        with served.lock:
            served.requests.append(Request(self.command, self.path, headers, names.get("commonName")))
        return served, headers

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        served, headers = self._note()
        token = headers.get("authorization", [""])[0].removeprefix("Bearer ")
        refused = served.tokens is not None and token not in served.tokens
        answer: Mapping[str, Any] = {"metadata": {"resourceVersion": "1"}, "items": [], "status": {"allowed": True}}
        if refused:
            answer = {"kind": "Status", "apiVersion": "v1", "code": 401, "message": "Unauthorized"}
        if "watch=true" in self.path:
            answer = {"type": "ADDED", "object": {"metadata": {"name": "a", "resourceVersion": "2"}}}
        body = json.dumps(answer).encode()
        self.send_response(401 if refused else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = _answer

    def do_CONNECT(self) -> None:
        """To be a proxy is refused."""
        self._note()
        self.send_error(403)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@contextmanager
def serving(
    *hosts: str,
    tokens: Collection[str] | None = None,
    by: Callable[[Authority], tuple[bytes, bytes]] | None = None,
    tls: bool = True,
    folder: Path,
) -> Iterator[Server]:
    """A server whose certificate is for these hosts (none: for 127.0.0.1), or made `by` its authority otherwise."""
    authority = Authority()
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    http.daemon_threads = True
    if tls:
        certificate, key = by(authority) if by else authority.certificate("kube-apiserver", *(hosts or ["127.0.0.1"]))
        file = folder / "server.pem"
        file.write_bytes(certificate + key)
        (folder / "authority.pem").write_bytes(authority.pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        context.verify_mode = ssl.CERT_OPTIONAL
        context.load_verify_locations(folder / "authority.pem")
        http.socket = context.wrap_socket(http.socket, server_side=True, do_handshake_on_connect=False)
    served = Server(f"{'https' if tls else 'http'}://127.0.0.1:{http.server_port}", authority, tokens)
    http.served = served  # type: ignore[attr-defined]
    thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield served
    finally:
        http.shutdown()
        thread.join()
        http.server_close()

"""An API server in a few lines: it gives the answers of a script, then good ones, and remembers what it was asked."""

import asyncio
import json
import ssl
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import yaml

CLOSED = b""
"""In a script: the connection is closed without an answer."""

BROKEN = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"
"""In a script: the connection is closed in the middle of an answer."""


def answer(status: int, body: Any = "", **headers: str) -> bytes:
    """A whole HTTP answer; a body that is no text is JSON."""
    text = body if isinstance(body, str) else json.dumps(body)
    given = {"Content-Type": "text/plain" if isinstance(body, str) else "application/json"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(text.encode())}"]
    return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in given.items()), "", text]).encode()


def refusal(status: int, message: str = "", **headers: str) -> bytes:
    """The Status by which an API server refuses."""
    return answer(status, {"kind": "Status", "apiVersion": "v1", "code": status, "message": message}, **headers)


def kubeconfig(server: str, **cluster: Any) -> str:
    """The text of a kubeconfig for that server."""
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "c", "cluster": {"server": server, **cluster}}],
            "users": [{"name": "u", "user": {}}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
    )


class ApiServer:
    """Listens on a port of 127.0.0.1 while it is open; `script` has the first answers."""

    def __init__(self, script: Iterable[bytes | None] = (), tls: ssl.SSLContext | None = None) -> None:
        """None in a script is an answer that never comes."""
        self.script = list(script)
        self.asked: list[str] = []
        """Method and target of each request."""
        self.port = 0
        self._tls = tls
        self._tasks: list[asyncio.Task[None]] = []
        self._writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"{'http' if self._tls is None else 'https'}://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.gather(*self._tasks)

    async def start(self) -> None:
        """Listens, on the port that it had before."""
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Refuses new connections from now on; those that there are end with their next answer."""
        assert self._server is not None
        self._server.close()

    def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        self._tasks.append(asyncio.create_task(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = next((line for line in head.lower().splitlines() if line.startswith("content-length")), ":0")
                await reader.readexactly(int(length.partition(":")[2]))
                method, target, _ = head.split("\r\n")[0].split(" ")
                self.asked.append(f"{method} {target}")
                said = self.script.pop(0) if self.script else good(method, target)
                if said is None:
                    await reader.read()
                    break
                writer.write(said)
                await writer.drain()
                if said in (CLOSED, BROKEN) or not self._server or not self._server.is_serving():
                    break
        writer.close()


def good(method: str, target: str) -> bytes:
    """What an API server answers that has one namespace, `acme`, and allows everything."""
    path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
    namespace = {"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": "acme", "resourceVersion": "7"}}
    if "watch" in query:
        return answer(200, json.dumps({"type": "ADDED", "object": namespace}) + "\n")
    if method == "DELETE":
        return answer(200, {"kind": "Status", "apiVersion": "v1", "status": "Success"})
    if method == "POST":
        return answer(201, {"kind": "Review", "status": {"allowed": True, "resourceRules": []}})
    if path.endswith("/namespaces"):
        return answer(200, {"kind": "NamespaceList", "metadata": {"resourceVersion": "7"}, "items": [namespace]})
    if path.startswith("/api/"):
        return answer(200, namespace)
    return answer(200, {"resources": [{"kind": "Environment"}], "groups": []})

"""A proxy: the network between a kubeconfig and its API server, which can be cut, stalled and restored."""

import asyncio
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import yaml

BLOCK = 65536


class Proxy:
    """Passes bytes on from a port of 127.0.0.1 to an API server while it is open, on a separate thread.

    TLS passes through: the API server's certificate is valid for each port of the address.
    """

    def __init__(self, kubeconfig: Path) -> None:
        self._content: dict[str, Any] = yaml.safe_load(kubeconfig.read_text())
        server = urlsplit(self._content["clusters"][0]["cluster"]["server"])
        self._target = (server.hostname, server.port)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._open = asyncio.Event()
        # Keeps the port while the network is cut, so that no other process takes it.
        self._reserved = socket.socket()
        self._reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._reserved.bind(("127.0.0.1", 0))
        self._port = self._reserved.getsockname()[1]

    def __enter__(self) -> Self:
        self._thread.start()
        self.restore()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()
        self._reserved.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)

    def kubeconfig(self, path: Path, user: Mapping[str, str] | None = None, *, through: bool = True) -> Path:
        """Writes a kubeconfig that leads `through` the proxy or past it, for another `user` if given."""
        content = yaml.safe_load(yaml.safe_dump(self._content))
        if through:
            content["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{self._port}"
        if user is not None:
            content["users"][0]["user"] = dict(user)
        path.write_text(yaml.safe_dump(content))
        return path

    def cut(self) -> None:
        """Breaks all connections and refuses new ones."""
        self._run(self._cut())

    def hold(self) -> None:
        """Stalls: nothing is passed on, and connections stay open."""
        self._loop.call_soon_threadsafe(self._open.clear)

    def restore(self) -> None:
        """Passes everything on again, including what was stalled."""
        self._run(self._restore())

    def _run(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _restore(self) -> None:
        self._open.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._connect, "127.0.0.1", self._port, reuse_port=True)

    async def _cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in self._writers:
            writer.transport.abort()

    async def _connect(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            server, to_server = await asyncio.open_connection(*self._target)
            await asyncio.gather(self._pass(client, to_server), self._pass(server, to_client))
        to_client.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while block := await reader.read(BLOCK):
                await self._open.wait()
                writer.write(block)
                await writer.drain()
        except OSError:
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

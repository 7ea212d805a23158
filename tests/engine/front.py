"""A front: a proxy in front of an API server, which answers some requests itself, as load balancers of clusters do."""

import http.client
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import yaml
from lightkube.config.client_adapter import verify_cluster
from lightkube.config.kubeconfig import KubeConfig

BLOCK = 65536

Own = tuple[int, dict[str, str], str]
"""An answer by the front itself: status, headers and body."""

Interference = Callable[[int], Own | None]
"""The front's answer to the request with this number; None where it passes the request on."""


class Front:
    """Passes plain HTTP on to an API server, with the credentials of a kubeconfig, on separate threads."""

    def __init__(self, kubeconfig: Path, interference: Interference) -> None:
        self._context_name = str(yaml.safe_load(kubeconfig.read_text())["current-context"])
        config = KubeConfig.from_file(kubeconfig).get()
        assert config is not None
        assert config.user is not None
        self._target = urlsplit(config.cluster.server)
        self._context = verify_cluster(config.cluster, config.user, config.abs_file)
        self._interference = interference
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._lock = threading.Lock()
        self.interfered = 0
        """How many requests were not passed on."""
        self._count = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def kubeconfig(self, path: Path) -> Path:
        """Writes a kubeconfig that leads to the front, with the context of the one that leads past it."""
        name = self._context_name
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{self._server.server_port}"}}],
            "users": [{"name": "u", "user": {}}],
            "contexts": [{"name": name, "context": {"cluster": "c", "user": "u"}}],
            "current-context": name,
        }
        path.write_text(yaml.safe_dump(content))
        return path

    def _own_answer(self) -> Own | None:
        with self._lock:
            self._count += 1
            found = self._interference(self._count)
            self.interfered += found is not None
        return found

    def _connect(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(
            str(self._target.hostname), self._target.port, timeout=600, context=self._context
        )

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        front = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing is logged."""

            def _handle(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                own = front._own_answer()
                if own is not None:
                    status, headers, text = own
                    self._begin(status, {**headers, "Content-Length": str(len(text.encode()))})
                    self.wfile.write(text.encode())
                    return
                with suppress(OSError, http.client.HTTPException):
                    self._pass_on(body)

            def _pass_on(self, body: bytes) -> None:
                connection = front._connect()
                kept = {"accept", "content-type", "user-agent"}
                headers = {name: value for name, value in self.headers.items() if name.lower() in kept}
                connection.request(self.command, self.path, body or None, headers)
                answer = connection.getresponse()
                sent = {"Content-Type": answer.getheader("Content-Type") or "", "Transfer-Encoding": "chunked"}
                self._begin(answer.status, sent)
                while block := answer.read1(BLOCK):
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(block), block))
                self.wfile.write(b"0\r\n\r\n")
                connection.close()

            def _begin(self, status: int, headers: dict[str, str]) -> None:
                self.send_response_only(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle

        return Handler

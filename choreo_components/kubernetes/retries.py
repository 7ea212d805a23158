"""Retries: a request with a transient answer is sent again, and what it waits for is reported.

An API server that is busy, that is being rolled over or has just started, and a load balancer that closes connections,
give answers that say nothing about the request. A final refusal is returned at once. All requests of ours may be sent
again: they read, review permissions, or delete or change an object in the version that was read.
"""

import asyncio
import logging
import random
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import httpx2 as httpx

RETRY_SECONDS = 30.0
"""How long a request with transient answers is sent again, counted from the first answer."""

UNANSWERED_SECONDS = 1.0
"""The same for a server that has never answered: its address is probably wrong."""

NOTICE_SECONDS = 2.0
"""After how long a message says what is waited for."""

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
"""Seconds between two tries, the shortest and the longest. They double, with jitter: requests that were refused at the
same time should not be sent again at the same time."""

LONGEST_RETRY_AFTER = 10.0
"""Seconds until the next try at most, whatever the server's `Retry-After` says."""

NOT_NOW = frozenset({408, 429, 500, 502, 503, 504})
"""HTTP statuses of an API server that is busy, or whose etcd, load balancer or proxy is unavailable. Some load
balancers answer 408 when they close an idle connection."""

ADMISSION = ("admission webhook", "failed calling webhook", "ValidatingAdmissionPolicy")
"""Texts in the message of an admission (Kubernetes: apiserver/pkg/admission/plugin/webhook/errors, .../policy)."""

UNTYPED = "failed to create typed patch object"
"""The message about an applied object with a field that its kind does not have: it is final, although its status is 500
(Kubernetes: apimachinery/pkg/util/managedfields)."""

REVIEWS = "/apis/authorization.k8s.io/"
"""The part that the paths of access reviews have in common."""

LOG = logging.getLogger(__name__)
"""The log of what is waited for. By default Python prints it to standard error, and Pulumi shows what its programs
print there; our provider sends it to the engine."""

_SENT_ONCE: ContextVar[bool] = ContextVar("_SENT_ONCE", default=False)


@contextmanager
def sent_once() -> Iterator[None]:
    """Within it each request is sent once: for callers with their own deadline, who repeat and report it."""
    token = _SENT_ONCE.set(True)
    try:
        yield
    finally:
        _SENT_ONCE.reset(token)


def passes(status: int, said: str) -> bool:
    """Whether an answer with this HTTP status and message is transient."""
    if any(word in said for word in (*ADMISSION, UNTYPED)):
        return False
    return status in NOT_NOW or (status == 403 and _misses_roles(said))


def message(response: httpx.Response) -> str | None:
    """The message of the answer's Status; None if it is not a Status, and so hardly from an API server."""
    with suppress(ValueError, RecursionError):
        found = response.json()
        if isinstance(found, dict) and found.get("kind") == "Status":
            return str(found.get("message") or "")
    return None


class Retrying(httpx.AsyncBaseTransport):
    """The connections to one API server, on which each request is repeated while its answers are transient."""

    def __init__(self, connections: httpx.AsyncBaseTransport, server: str) -> None:
        """`server` is its address without secrets, for messages."""
        self._connections = connections
        self._server = server
        self._answered = False
        self._failing = self._failed = float("-inf")
        """Since when all answers have been transient, and when the last of them came."""
        self._starting: float | None = None
        """Since when the API server has missed roles. This is waited for once: they may be deleted for good."""
        self._said = float("-inf")

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._connections.aclose()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The first answer that is not transient, or the last one. Raises what the last try has raised."""
        waiting = _Waiting(self._server, request.url)
        loop = asyncio.get_running_loop()
        notice = loop.call_later(NOTICE_SECONDS, self._say, waiting)
        began, pause = float("inf"), FIRST_PAUSE
        try:
            while True:
                answer = await self._try(_again(request, waiting))
                if answer.passing is None:
                    self._failed = float("-inf")
                    return answer.result()
                now = loop.time()
                began = min(began, now, self._since(answer, now))
                left = began + (RETRY_SECONDS if self._answered else UNANSWERED_SECONDS) - now
                if left <= 0 or _SENT_ONCE.get():
                    return answer.result()
                waiting.trouble = f"{answer.passing}; trying again for up to {RETRY_SECONDS:g}s"
                wanted = max(pause * random.uniform(0.5, 1), answer.retry_after)
                pause = min(2 * pause, LONGEST_PAUSE)
                await asyncio.sleep(min(wanted, left))
        finally:
            notice.cancel()

    async def _try(self, request: httpx.Request) -> "_Answer":
        """Sends the request once, and reads the answer whole unless it is a watch's."""
        try:
            response = await self._connections.handle_async_request(request)
            self._answered = True
            if response.is_error or request.url.params.get("watch") != "true":
                await response.aread()
        except (httpx.NetworkError, httpx.RemoteProtocolError, httpx.ProxyError) as problem:
            why = f"cannot be reached: {problem or type(problem).__name__}" if _is_passing(problem) else None
            return _Answer(problem, why)
        status, said = response.status_code, ""
        if response.is_error:
            said = message(response) or ""
        passing = passes(status, said)
        if (passing and status == 403) or _misses_roles(_reviewed(request, response)):
            return _Answer(response, "does not find its roles yet", starting=True)
        return _Answer(response, f"answers {status} {response.reason_phrase}".rstrip() if passing else None)

    def _since(self, answer: "_Answer", now: float) -> float:
        """Since when there have been only such answers."""
        if answer.starting:
            self._starting = now if self._starting is None else self._starting
            return self._starting
        if now - self._failed > RETRY_SECONDS:
            self._failing = now
        self._failed = now
        return self._failing

    def _say(self, waiting: "_Waiting") -> None:
        """Logs what is waited for, unless it was just logged for another request."""
        now = asyncio.get_running_loop().time()
        if now - self._said >= RETRY_SECONDS:
            self._said = now
            LOG.warning("%s", waiting)


@dataclass(frozen=True)
class _Answer:
    """The result of one try; `passing` says why it is tried again, None if it is final."""

    outcome: httpx.Response | httpx.TransportError
    passing: str | None
    starting: bool = False
    """Whether roles are missing."""

    @property
    def retry_after(self) -> float:
        """Seconds that the server asks to wait."""
        wanted = self.outcome.headers.get("Retry-After", "") if isinstance(self.outcome, httpx.Response) else ""
        return min(float(wanted), LONGEST_RETRY_AFTER) if wanted.isdecimal() else 0.0

    def result(self) -> httpx.Response:
        """The response, or the error."""
        if isinstance(self.outcome, httpx.Response):
            return self.outcome
        raise self.outcome


class _Waiting:
    """What a request waits for, in words: credentials, a connection, an answer, or an answer that is not transient."""

    def __init__(self, server: str, url: httpx.URL) -> None:
        self.trouble: str | None = None
        """Why it was refused last, if it was."""
        self._server = server
        self._address = url.host, url.port or (443 if url.scheme == "https" else 80)
        self._proxy: str | None = None
        self._step = f"waiting for credentials for API server {server}"

    async def trace(self, event: str, details: Mapping[str, Any]) -> None:
        """Notes a step that begins (httpcore: the extension `trace`)."""
        server = f"API server {self._server}"
        match event.split("."):
            case [_, "connect_tcp", "started"]:
                address = details["host"], details["port"]
                self._proxy = None if address == self._address else f"proxy {details['host']}:{details['port']}"
                self._step = f"connecting to {server}{self._through}"
            case ["connection", "start_tls", "started"] if self._proxy:
                self._step = f"waiting for the TLS handshake with {self._proxy}"
            case [_, "start_tls", "started"]:
                self._step = f"waiting for the TLS handshake with {server}{self._through}"
            case [_, "send_request_headers", "started"] if details["request"].method == b"CONNECT":
                self._step = f"waiting for {self._proxy} to connect to {server}"
            case [_, "send_request_headers", "started"]:
                self._step = f"waiting for {server}{self._through} to answer"

    @property
    def _through(self) -> str:
        return f" through {self._proxy}" if self._proxy else ""

    def __str__(self) -> str:
        return f"API server {self._server} {self.trouble}" if self.trouble else f"still {self._step}"


def _again(request: httpx.Request, waiting: _Waiting) -> httpx.Request:
    """The original request, to be sent as if for the first time: the credentials may have changed."""
    extensions = {**request.extensions, "trace": waiting.trace}
    return httpx.Request(
        request.method, request.url, headers=request.headers, stream=request.stream, extensions=extensions
    )


def _misses_roles(said: str) -> bool:
    """Whether the message is that of an API server that has just started: it knows bindings before their roles."""
    return "rbac.authorization.k8s.io" in said and "not found" in said


def _reviewed(request: httpx.Request, response: httpx.Response) -> str:
    """Why an access review does not allow what it was about; empty if it allows it, or the answer is no review."""
    if REVIEWS in request.url.path:
        with suppress(ValueError, RecursionError):
            found = response.json()
            status = found.get("status") if isinstance(found, dict) else None
            if isinstance(status, dict) and not status.get("allowed"):
                return f"{status.get('reason')} {status.get('evaluationError')}"
    return ""


_CLOSED = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
"""How TLS reports a connection that was closed."""


def _is_passing(problem: httpx.TransportError) -> bool:
    """Whether another try may succeed: not if a certificate is refused, or a proxy wants a password."""
    if isinstance(problem, httpx.ProxyError):
        return str(problem)[:3] in map(str, NOT_NOW)
    cause: BaseException | None = problem
    while cause is not None:
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, _CLOSED):
            return False
        cause = cause.__cause__ or cause.__context__
    return True

"""Credentials: what a request is sent with, and how they are renewed when they are no longer accepted."""

import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

TOKEN_SECONDS = 50.0
"""How long the content of a tokenFile is used before it is read again (client-go: transport/token_source.go)."""


class CredentialsError(Exception):
    """There are no credentials: the message says why, and quotes none."""


@dataclass(frozen=True, eq=False)
class Credentials:
    """A value for the header Authorization, and a client certificate with its key in PEM, as far as there are any."""

    authorization: str | None = field(default=None, repr=False)
    certificate: tuple[str, str] | None = field(default=None, repr=False)


class Source(Protocol):
    """A source of credentials. It may serve many requests at once, of several threads and event loops."""

    async def get(self, rejected: Credentials | None = None) -> Credentials:
        """The current credentials: after a 401, others than the `rejected` ones if there are any.

        Raises CredentialsError.
        """

    def accepted(self, credentials: Credentials) -> None:
        """Notes that the API server has accepted these."""


class Fixed:
    """Credentials that never change."""

    def __init__(self, credentials: Credentials) -> None:
        """Takes them."""
        self._credentials = credentials

    async def get(self, rejected: Credentials | None = None) -> Credentials:
        """The same ones."""
        return self._credentials

    def accepted(self, credentials: Credentials) -> None:
        """Changes nothing."""


class TokenFile:
    """A token in a file, which may be replaced at any time.

    As in client-go, the last one that could be read counts, and before any could, the kubeconfig's `token`.
    """

    def __init__(self, path: str, token: str | None) -> None:
        """Reads nothing yet."""
        self._path = Path(path)
        self._credentials = None if token is None else bearer(token)
        self._again = 0.0
        self._token = token

    async def get(self, rejected: Credentials | None = None) -> Credentials:
        """The token in the file, read again after a while and after a 401."""
        if rejected is self._credentials or time.monotonic() >= self._again:
            self._read()
        if self._credentials is None:
            raise CredentialsError("the tokenFile is empty")
        return self._credentials

    def accepted(self, credentials: Credentials) -> None:
        """Changes nothing."""

    def _read(self) -> None:
        try:
            token = self._path.read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as problem:
            if self._credentials is None:
                why = problem.strerror if isinstance(problem, OSError) else "it is not text"
                raise CredentialsError(f"the tokenFile cannot be read: {why}") from None
            return
        self._again = time.monotonic() + TOKEN_SECONDS
        if token and token != self._token:
            self._token, self._credentials = token, bearer(token)


def bearer(token: str, certificate: tuple[str, str] | None = None) -> Credentials:
    """The credentials of a token."""
    return Credentials(f"Bearer {token}", certificate)


def own(user: Mapping[str, Any]) -> Source | None:
    """The credentials that are in the user itself; None if a command must be run for them.

    In the order of client-go: a command is used only without a token, password or certificate.
    """
    if "tokenFile" in user:
        return TokenFile(user["tokenFile"], user.get("token"))
    if "token" in user:
        return Fixed(bearer(user["token"]))
    if "username" in user:
        basic = f"{user['username']}:{user.get('password', '')}".encode()
        return Fixed(Credentials(f"Basic {base64.b64encode(basic).decode()}"))
    certified = "client-certificate" in user or "client-certificate-data" in user
    return None if "exec" in user and not certified else Fixed(Credentials())

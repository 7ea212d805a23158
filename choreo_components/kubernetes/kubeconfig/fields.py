"""The fields of a kubeconfig, and how each is treated: the one table that reading, the documentation and tests follow.

The fields are those of client-go, by its structs (kubernetes/client-go: tools/clientcmd/api/v1/types.go). A field that
is not in the table is refused: it may name the user or the cluster, and ignoring it could mean more permissions.
"""

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class KubeconfigError(Exception):
    """A kubeconfig cannot be used: the message names the field, and quotes nothing that may be secret."""


class Treatment(str, Enum):
    """How a field is treated."""

    SUPPORTED = "supported"
    IGNORED = "ignored"
    REFUSED = "refused"


class Shape(str, Enum):
    """What the value of a field must be; null is the same as no value, as in client-go."""

    STRING = "a string"
    BOOLEAN = "true or false"
    BASE64 = "base64"
    STRINGS = "a list of strings"
    EXTRA = "a mapping of strings to lists of strings"
    MAPPING = "a mapping"
    LIST = "a list of mappings"
    ANYTHING = "anything"


@dataclass(frozen=True)
class Field:
    """A field: its name, what its value must be, how it is treated and why.

    `struct` is the struct of its value, or of each entry of it. `local` are fields that name files and commands of one
    machine.
    """

    name: str
    shape: Shape
    treatment: Treatment
    about: str
    struct: str | None = None
    local: bool = False


def _supported(name: str, shape: Shape, about: str, struct: str | None = None, *, local: bool = False) -> Field:
    return Field(name, shape, Treatment.SUPPORTED, about, struct, local)


def _ignored(name: str, about: str, struct: str | None = None) -> Field:
    return Field(name, Shape.ANYTHING, Treatment.IGNORED, about, struct)


_EXTENSIONS = _ignored("extensions", "notes of other tools", "NamedExtension")

EXEC_EXTENSION = "client.authentication.k8s.io/exec"
"""The extension of a cluster that is given to the exec credential plugin as `config`."""

STRUCTS: Mapping[str, tuple[Field, ...]] = {
    "Config": (
        _supported("kind", Shape.STRING, "`Config`, or left out"),
        _supported("apiVersion", Shape.STRING, "`v1`, or left out"),
        _ignored("preferences", "the colours of a terminal", "Preferences"),
        _supported("clusters", Shape.LIST, "of one name in several files the first counts", "NamedCluster"),
        _supported("users", Shape.LIST, "of one name in several files the first counts", "NamedAuthInfo"),
        _supported("contexts", Shape.LIST, "of one name in several files the first counts", "NamedContext"),
        _supported("current-context", Shape.STRING, "of several files, the first that has one"),
        _EXTENSIONS,
    ),
    "Preferences": (_ignored("colors", "the colours of a terminal"), _EXTENSIONS),
    "NamedCluster": (
        _supported("name", Shape.STRING, "what contexts call it; twice in one file is an error"),
        _supported("cluster", Shape.MAPPING, "read where the current context names it", "Cluster"),
    ),
    "NamedAuthInfo": (
        _supported("name", Shape.STRING, "what contexts call it; twice in one file is an error"),
        _supported("user", Shape.MAPPING, "read where the current context names it", "AuthInfo"),
    ),
    "NamedContext": (
        _supported("name", Shape.STRING, "what `current-context` calls it; twice in one file is an error"),
        _supported("context", Shape.MAPPING, "read where it is the current one", "Context"),
    ),
    "NamedExtension": (
        _supported("name", Shape.STRING, f"only `{EXEC_EXTENSION}` has a meaning, and only of a cluster"),
        _supported("extension", Shape.ANYTHING, "given to the exec credential plugin as `config`"),
    ),
    "Cluster": (
        _supported(
            "server", Shape.STRING, "http or https; without a scheme, https where there are TLS settings, else http"
        ),
        _supported("tls-server-name", Shape.STRING, "the name that the server's certificate must have"),
        _supported("insecure-skip-tls-verify", Shape.BOOLEAN, "with a certificate authority it is an error"),
        _supported("certificate-authority", Shape.STRING, "a file; together with `…-data` it is an error", local=True),
        _supported("certificate-authority-data", Shape.BASE64, "PEM; it alone is trusted then"),
        _supported("proxy-url", Shape.STRING, "http or https; SOCKS is an error. It comes before `HTTPS_PROXY`"),
        _supported("disable-compression", Shape.BOOLEAN, "no compressed answers are asked for"),
        Field(
            "extensions",
            Shape.LIST,
            Treatment.SUPPORTED,
            f"`{EXEC_EXTENSION}` is given to the exec credential plugin; the others are ignored",
            "NamedExtension",
        ),
    ),
    "AuthInfo": (
        _supported("client-certificate", Shape.STRING, "a file; needs a key", local=True),
        _supported("client-certificate-data", Shape.BASE64, "PEM; together with the file it is an error"),
        _supported("client-key", Shape.STRING, "a file", local=True),
        _supported("client-key-data", Shape.BASE64, "PEM; together with the file it is an error"),
        _supported("token", Shape.STRING, "comes before `exec`; together with `username` it is an error"),
        _supported(
            "tokenFile", Shape.STRING, "comes before `token`; read again every minute, and after a 401", local=True
        ),
        _supported("as", Shape.STRING, "the header `Impersonate-User` of every request"),
        _supported("as-uid", Shape.STRING, "`Impersonate-Uid`; without `as` it is an error"),
        _supported("as-groups", Shape.STRINGS, "`Impersonate-Group`; without `as` it is an error"),
        _supported("as-user-extra", Shape.EXTRA, "`Impersonate-Extra-…`; without `as` it is an error"),
        _supported("username", Shape.STRING, "basic authentication"),
        _supported("password", Shape.STRING, "basic authentication"),
        Field(
            "auth-provider",
            Shape.MAPPING,
            Treatment.REFUSED,
            "superseded by `exec`, with a command of the cloud's or of OpenID Connect",
            "AuthProviderConfig",
            local=True,
        ),
        _supported(
            "exec", Shape.MAPPING, "an exec credential plugin, run once for all requests", "ExecConfig", local=True
        ),
        _EXTENSIONS,
    ),
    "Context": (
        _supported("cluster", Shape.STRING, "an entry of `clusters`"),
        _supported("user", Shape.STRING, "an entry of `users`; without it there are no credentials"),
        _supported("namespace", Shape.STRING, "kept for the Kubernetes provider; choreo's own requests name theirs"),
        _EXTENSIONS,
    ),
    "AuthProviderConfig": (
        _ignored("name", "refused as a whole"),
        _ignored("config", "refused as a whole"),
    ),
    "ExecConfig": (
        _supported("command", Shape.STRING, "with a slash, relative to the kubeconfig's folder; else found by `PATH`"),
        _supported("args", Shape.STRINGS, "its arguments"),
        _supported("env", Shape.LIST, "in addition to the variables of the process", "ExecEnvVar"),
        _supported(
            "apiVersion", Shape.STRING, "`client.authentication.k8s.io/v1` or `…/v1beta1`; its answer has it too"
        ),
        _supported("installHint", Shape.STRING, "shown where there is no such command"),
        _supported("provideClusterInfo", Shape.BOOLEAN, "`KUBERNETES_EXEC_INFO` has `spec.cluster`"),
        _supported(
            "interactiveMode",
            Shape.STRING,
            "`Never` or `IfAvailable`, which v1 requires; `Always` is an error: there is no terminal",
        ),
    ),
    "ExecEnvVar": (
        _supported("name", Shape.STRING, "must not be empty"),
        _supported("value", Shape.STRING, "its value"),
    ),
}
"""The fields by the names of client-go's structs."""


def places(struct: str = "Config", place: str = "") -> Iterator[tuple[str, Field]]:
    """Each field with its place, such as `users[].user.exec.command`; without the content of unsupported ones."""
    for field in STRUCTS[struct]:
        at = f"{place}{field.name}"
        yield at, field
        if field.struct and field.treatment is Treatment.SUPPORTED:
            yield from places(field.struct, f"{at}[]." if field.shape is Shape.LIST else f"{at}.")


def checked(value: Any, struct: str, place: str) -> dict[str, Any]:
    """The fields of a struct that have a value and a meaning; their content is not checked.

    `place` names the struct in errors. Raises KubeconfigError for a field that is unknown, refused, or has a wrong
    value.
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise KubeconfigError(f"{place or 'a kubeconfig'} must be a mapping of fields")
    known = {field.name: field for field in STRUCTS[struct]}
    prefix = f"{place}." if place and not place.endswith(": ") else place
    found: dict[str, Any] = {}
    for name, given in value.items():
        field = known.get(name)
        if field is None:
            shown = name if _CALLED_LIKE_A_FIELD.fullmatch(str(name)) else "…"
            raise KubeconfigError(f"{prefix}{shown} is not a field that choreo knows; valid fields: {', '.join(known)}")
        if given is None or field.treatment is Treatment.IGNORED:
            continue
        if field.treatment is Treatment.REFUSED:
            raise KubeconfigError(f"{prefix}{name} is not supported: {field.about}")
        if not _FITS[field.shape](given):
            raise KubeconfigError(f"{prefix}{name} must be {field.shape.value}")
        # For client-go an empty value is missing; an empty exec credential plugin is one without its parts.
        if given or field.shape is Shape.MAPPING:
            found[name] = given
    return found


_CALLED_LIKE_A_FIELD = re.compile(r"[A-Za-z][A-Za-z-]{0,39}")
"""Whether the name of a field may be quoted: an unknown one may be a secret in the wrong place."""


def decoded(data: str) -> bytes:
    """The bytes of a field `…-data`; line breaks are allowed, as in Go. Raises ValueError if it is not base64."""
    return base64.b64decode(data.replace("\n", "").replace("\r", ""), validate=True)


def _is_base64(value: Any) -> bool:
    try:
        return isinstance(value, str) and decoded(value) is not None
    except ValueError:
        return False


def _are_strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


_FITS: Mapping[Shape, Callable[[Any], bool]] = {
    Shape.STRING: lambda value: isinstance(value, str),
    Shape.BOOLEAN: lambda value: isinstance(value, bool),
    Shape.BASE64: _is_base64,
    Shape.STRINGS: _are_strings,
    Shape.EXTRA: lambda value: isinstance(value, dict) and all(v is None or _are_strings(v) for v in value.values()),
    Shape.MAPPING: lambda value: isinstance(value, dict),
    Shape.LIST: lambda value: isinstance(value, list),
    Shape.ANYTHING: lambda value: True,
}

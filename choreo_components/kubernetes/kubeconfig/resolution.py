"""The one resolution: which cluster and which user a kubeconfig means, for every client that is given it."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from choreo_components.kubernetes.kubeconfig import reading
from choreo_components.kubernetes.kubeconfig.fields import EXEC_EXTENSION, STRUCTS, KubeconfigError, checked
from choreo_components.kubernetes.kubeconfig.reading import Entry, Kubeconfig

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where a pod has the credentials of its service account."""

EXEC_VERSIONS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")
"""The versions of the request to an exec credential plugin, and of its answer."""

_PARTS = {"clusters": "cluster", "users": "user"}
"""The sections that a context names entries of, and its fields that name them."""

_IN_CLUSTER = "in-cluster"
"""The name of context, cluster and user of a pod's service account."""


@dataclass(frozen=True)
class Resolved:
    """What a kubeconfig means: one cluster, one user, and the default namespace, if it has one.

    `text` is a kubeconfig with these and nothing else, which means the same wherever it is read on this machine;
    `given` is the text as it was given, if that does too. `context` is the name of the context, None in a pod;
    `origin` is a phrase for messages. `cluster` and `user` have the fields of client-go's Cluster and AuthInfo that
    are set, with absolute paths and a server with a scheme.
    """

    text: str = field(repr=False)
    given: str = field(repr=False)
    context: str | None
    origin: str
    cluster: Mapping[str, Any] = field(repr=False)
    user: Mapping[str, Any] = field(repr=False)
    namespace: str | None = None

    @property
    def server(self) -> str:
        """The server's address without a password that may be in it."""
        parts = urlsplit(str(self.cluster["server"]))
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

    @property
    def is_secure(self) -> bool:
        """Whether the server is reached by TLS; otherwise no credentials are sent, as with kubectl."""
        return urlsplit(str(self.cluster["server"])).scheme == "https"


def resolve(given: str | Path | None, context: str | None = None) -> Resolved:
    """What a kubeconfig means that is given as its text or its path; None means the ambient one.

    The ambient one is what kubectl uses by default: the files of KUBECONFIG, ~/.kube/config, or in a pod its service
    account. `context` is the name of the context to use; None: the current one. Raises KubeconfigError; no file but the
    kubeconfig is read, and no request is sent.
    """
    found = reading.ambient() if given is None else reading.given(given)
    if found is None:
        if context is not None:
            raise KubeconfigError(
                f"there is no context {context!r}, as KUBECONFIG is not set and there is no ~/.kube/config; set "
                "KUBECONFIG to the file that has it"
            )
        return _in_cluster()
    name, chosen = _chosen(found, context)
    cluster, user = _cluster(chosen["cluster"], chosen["user"]), _user(chosen["user"])
    parts = chosen["context"].value
    namespace = parts.get("namespace")
    text = given_text = _minimal(cluster, user, name, parts, namespace)
    entries = [found.sections[section].get(parts.get(part, "")) for section, part in _PARTS.items()]
    written = [_as_written(entry.value if entry else None) for entry in entries]
    is_current = name == found.current_context
    if found.text is not None and is_current and written == [_as_written(cluster), _as_written(user)]:
        given_text = found.text
        others = sum(map(len, found.sections.values())) - sum(entry is not None for entry in entries) > 1
        extensions = {len(each.get("extensions", [])) for each in (chosen["cluster"].value, cluster)}
        if not others and len(extensions) == 1:
            text = found.text
    return Resolved(text, given_text, name, f"{found.origin}, context {name!r}", cluster, user, namespace)


def local_fields(text: str) -> list[str]:
    """The fields of a kubeconfig's text that name commands and files of one machine, as far as its context uses them.

    Raises KubeconfigError if that cannot be known.
    """
    _, chosen = _chosen(reading.given(text))
    local = {each.name for struct in ("Cluster", "AuthInfo") for each in STRUCTS[struct] if each.local}
    return sorted(local & {*chosen["cluster"].value, *chosen["user"].value})


def context_of(given: str | Path | None = None) -> str | None:
    """The context of a kubeconfig, the ambient one by default; None if it has none, as in a pod, or cannot be used."""
    try:
        return resolve(given).context
    except KubeconfigError:
        return None


def _chosen(found: Kubeconfig, context: str | None = None) -> tuple[str, dict[str, Entry]]:
    """The name of a context (None: the current one), and its parts: context, cluster and user, with fields checked."""
    name, contexts = context or found.current_context, found.sections["contexts"]
    if not name:
        others = f": set it to one of {_names(contexts)}" if contexts else ", and there are no contexts"
        raise KubeconfigError(f"{found.place}current-context is not set{others}")
    if name not in contexts:
        others = f"; existing contexts: {_names(contexts)}" if contexts else ", and there are none"
        place = found.place if context else f"{found.place}current-context: "
        raise KubeconfigError(f"{place}there is no context {name!r}{others}")
    chosen = {"context": _filled(contexts[name], "Context")}
    for section, part, struct in (("clusters", "cluster", "Cluster"), ("users", "user", "AuthInfo")):
        named, entries, place = chosen["context"].value.get(part), found.sections[section], chosen["context"].place
        if not named and part == "user":
            chosen[part] = Entry({}, place, None)
        elif not named:
            raise KubeconfigError(f"{place}.{part} is not set; it must name one of the {section}")
        elif named not in entries:
            raise KubeconfigError(f"{place}.{part} names {named!r}, which {section} does not have")
        else:
            chosen[part] = _filled(entries[named], struct)
    return name, chosen


def _names(contexts: Mapping[str, Any]) -> str:
    most = 10
    more = f" and {len(contexts) - most} more" if len(contexts) > most else ""
    return ", ".join(map(repr, list(contexts)[:most])) + more


def _filled(entry: Entry, struct: str) -> Entry:
    """The entry with its fields checked, and the files in them by absolute paths."""
    value = checked(entry.value, struct, entry.place)
    for each in STRUCTS[struct]:
        if each.local and isinstance(value.get(each.name), str):
            value[each.name] = _absolute(value[each.name], entry, each.name)
    return Entry(value, entry.place, entry.folder)


def _absolute(path: str, entry: Entry, name: str) -> str:
    """A path of the entry, relative to its file, as an absolute one."""
    if entry.folder is None and not os.path.isabs(path):
        # It may be the key itself in the wrong field.
        instead = {"tokenFile": "token", "exec.command": "a name without slashes"}.get(name, f"{name}-data")
        raise KubeconfigError(
            f"{entry.place}.{name} is a relative path, and a text has no folder; use an absolute path, or {instead}"
        )
    return os.path.normpath(os.path.join(entry.folder or "", path))


def _cluster(entry: Entry, user: Entry) -> dict[str, Any]:
    cluster, place = dict(entry.value), entry.place
    if not cluster.get("server"):
        raise KubeconfigError(f"{place}.server is not set")
    secure = ("certificate-authority", "certificate-authority-data", "insecure-skip-tls-verify")
    certified = ("client-certificate", "client-certificate-data")
    with_tls = any(cluster.get(each) for each in secure) or any(user.value.get(each) for each in certified)
    cluster["server"] = _address(cluster["server"], "https" if with_tls else "http", f"{place}.server")
    if "certificate-authority" in cluster and "certificate-authority-data" in cluster:
        raise KubeconfigError(f"{place}: certificate-authority and certificate-authority-data cannot both be set")
    authority = cluster.get("certificate-authority") or cluster.get("certificate-authority-data")
    if authority and cluster.get("insecure-skip-tls-verify") and cluster["server"].startswith("https:"):
        raise KubeconfigError(f"{place}: insecure-skip-tls-verify and a certificate authority cannot both be set")
    if not _is_server_name(cluster.get("tls-server-name", "localhost")):
        raise KubeconfigError(f"{place}.tls-server-name is not a name that a server can have")
    if proxy := cluster.get("proxy-url"):
        if not proxy.lower().startswith(("http://", "https://")):
            raise KubeconfigError(f"{place}.proxy-url is neither http:// nor https://, and no other is supported")
        _split(proxy, f"{place}.proxy-url")
    extensions = _extension(cluster.pop("extensions", []), place)
    return {**cluster, **({"extensions": extensions} if extensions else {})}


def _is_server_name(name: str) -> bool:
    """Whether TLS can request a server of this name: Python's ssl raises various errors about others."""
    try:
        return bool(name.encode("idna")) and not name.startswith(".") and not re.search(r"[\0-\x20\x7f]", name)
    except UnicodeError:
        return False


def _extension(extensions: list[Any], place: str) -> list[dict[str, Any]]:
    """The one extension that has a meaning, in a list."""
    named = [checked(each, "NamedExtension", f"{place}.extensions[{n}]") for n, each in enumerate(extensions)]
    return [each for each in named if each.get("name") == EXEC_EXTENSION][:1]


def _address(server: str, scheme: str, place: str) -> str:
    """The server's address with a scheme, without query and fragment (client-go: rest/url_utils.go)."""
    if "://" not in server:
        if "/" in server.rstrip("/"):
            raise KubeconfigError(f"{place} has a path and no scheme; put http:// or https:// before it")
        server = f"{scheme}://{server}"
    parts = _split(server, place)
    if parts.scheme not in ("http", "https"):
        raise KubeconfigError(f"{place} is neither http:// nor https://")
    return parts._replace(query="", fragment="").geturl()


def _split(address: str, place: str) -> SplitResult:
    """The parts of an address. Raises KubeconfigError if it is not one."""
    try:
        parts = urlsplit(address)
    except ValueError:
        raise KubeconfigError(f"{place} is not an address") from None
    try:
        port = parts.port
    except ValueError:
        number = re.search(r":(\d+)$", parts.netloc)
        raise KubeconfigError(
            f"{place}{f': there is no port {number[1]}' if number else ' is not an address'}"
        ) from None
    if not parts.hostname or port == 0 or not re.fullmatch(r"[!-~\w]+", address):
        raise KubeconfigError(f"{place} is not an address")
    return parts


def _user(entry: Entry) -> dict[str, Any]:
    """The user, checked as client-go checks it (tools/clientcmd/validation.go, transport/round_trippers.go)."""
    user, place = dict(entry.value), entry.place
    for one, other in (
        ("client-certificate", "client-certificate-data"),
        ("client-key", "client-key-data"),
        ("token", "username"),
        ("token", "password"),
        ("tokenFile", "username"),
    ):
        if one in user and other in user:
            raise KubeconfigError(f"{place}: {one} and {other} cannot both be set")
    certified = "client-certificate" in user or "client-certificate-data" in user
    if certified and not ("client-key" in user or "client-key-data" in user):
        raise KubeconfigError(f"{place}: a client certificate needs client-key or client-key-data")
    if "as" not in user:
        for name in ("as-uid", "as-groups", "as-user-extra"):
            if name in user:
                raise KubeconfigError(f"{place}.{name} is allowed only together with as")
    for name in ("as", "as-uid", "as-groups", "as-user-extra"):
        if not _sendable(user.get(name)):
            raise KubeconfigError(f"{place}.{name} cannot be sent in an HTTP header")
    if "exec" in user:
        user["exec"] = _command(Entry(user["exec"], f"{place}.exec", entry.folder), entry)
    return user


def _sendable(value: Any) -> bool:
    """Whether the strings of a value can be those of headers."""
    if isinstance(value, dict):
        return all(key and _sendable(each) for key, each in value.items())
    if isinstance(value, list):
        return all(map(_sendable, value))
    return not value or (value == value.strip(" \t") and not re.search(r"[\0-\x08\x0a-\x1f\x7f]", value))


def _command(entry: Entry, user: Entry) -> dict[str, Any]:
    """The exec credential plugin, checked."""
    command, place = checked(entry.value, "ExecConfig", entry.place), entry.place
    if "command" not in command:
        raise KubeconfigError(f"{place}.command is not set")
    if os.sep in command["command"]:
        command["command"] = _absolute(command["command"], user, "exec.command")
    if (version := command.get("apiVersion")) not in EXEC_VERSIONS:
        wrong = "is not set" if version is None else "is not supported"
        raise KubeconfigError(f"{place}.apiVersion {wrong}: it must be {' or '.join(EXEC_VERSIONS)}")
    mode = command.get("interactiveMode", "IfAvailable" if version == EXEC_VERSIONS[1] else None)
    if mode == "Always":
        raise KubeconfigError(
            f"{place}.interactiveMode is Always, but the command has no terminal; give it another way to log in, and "
            "set Never or IfAvailable"
        )
    if mode not in ("Never", "IfAvailable"):
        wrong = "is not set" if mode is None else "is unknown"
        raise KubeconfigError(f"{place}.interactiveMode {wrong}: it must be Never or IfAvailable")
    variables = [checked(each, "ExecEnvVar", f"{place}.env[{n}]") for n, each in enumerate(command.get("env", []))]
    if not all(each.get("name") for each in variables):
        raise KubeconfigError(f"{place}.env has a variable without a name")
    if variables:
        command["env"] = [{"name": each["name"], "value": each.get("value", "")} for each in variables]
    return command


def _in_cluster() -> Resolved:
    """The service account of the pod that this runs in (client-go: rest/config.go)."""
    host, port = os.environ.get("KUBERNETES_SERVICE_HOST"), os.environ.get("KUBERNETES_SERVICE_PORT")
    token, authority = SERVICE_ACCOUNT / "token", SERVICE_ACCOUNT / "ca.crt"
    if not host or not port or not token.is_file():
        raise KubeconfigError(
            "KUBECONFIG is not set, there is no ~/.kube/config, and this is not a pod of a cluster; set KUBECONFIG to "
            "the cluster's kubeconfig"
        )
    address = f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
    cluster = {"server": address, "certificate-authority": str(authority)}
    user = {"tokenFile": str(token)}
    try:
        namespace = (SERVICE_ACCOUNT / "namespace").read_text(encoding="utf-8").strip() or None
    except OSError:
        namespace = None
    text = _minimal(cluster, user, _IN_CLUSTER, {"cluster": _IN_CLUSTER, "user": _IN_CLUSTER}, namespace)
    return Resolved(text, text, None, "the service account of this pod", cluster, user, namespace)


def _minimal(
    cluster: Mapping[str, Any], user: Mapping[str, Any], name: str, context: Mapping[str, Any], namespace: str | None
) -> str:
    """A kubeconfig of one context. In JSON, which all readers parse alike."""
    context = {part: context[part] for part in ("cluster", "user") if context.get(part)}
    users = [{"name": context["user"], "user": user}] if "user" in context else []
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": context["cluster"], "cluster": cluster}],
        "users": users,
        "contexts": [{"name": name, "context": context | ({"namespace": namespace} if namespace else {})}],
        "current-context": name,
    }
    return json.dumps(config, ensure_ascii=False)


def _as_written(value: Mapping[str, Any] | None) -> dict[str, Any]:
    """The fields that are set in a cluster or a user, as written, except extensions."""
    written = {key: each for key, each in (value or {}).items() if each and key != "extensions"}
    return {key: _as_written(each) if key == "exec" else each for key, each in written.items()}

"""A kubeconfig: how to get to a cluster, read as kubectl reads it, and the connections that follow from it.

Whatever is wrong with one is told without quoting anything that may be secret.
"""

import copy
import json
import os
import re
import ssl
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2 as httpx
import msgspec
import yaml
from lightkube.config.client_adapter import verify_cluster
from lightkube.config.kubeconfig import KubeConfig
from lightkube.config.models import NameValue
from lightkube.core.exceptions import ConfigError

from choreo_components.forms import is_text

KEPT_CONNECTIONS = 64
"""Idle connections that are kept for the next requests."""

FILES = {
    "cluster": ("certificate-authority",),
    "user": ("client-certificate", "client-key", "tokenFile"),
}
"""The fields of a kubeconfig's clusters and users that name files, relative to the kubeconfig's own."""

EXEC_V1 = "client.authentication.k8s.io/v1"
"""The version that a kubeconfig's command for credentials is asked for today."""


UNUSABLE = (
    ConfigError,
    OSError,
    yaml.YAMLError,
    msgspec.MsgspecError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
)
"""What is raised about a kubeconfig that is none, or not a whole one."""

UNREADABLE = (*UNUSABLE, RuntimeError, httpx.InvalidURL)
"""What is raised while one is read: also about a home that nobody has, endless nesting, an address that is none."""


def ambient_context() -> str | None:
    """The current context of the ambient kubeconfig; None where there is none, as in a pod, or it cannot be read."""
    try:
        content = _content(None)
    except UNREADABLE:
        return None
    context = content.get("current-context") if isinstance(content, dict) else None
    return context if isinstance(context, str) and context else None


def opened(given: str | Path | None, context: str | None = None) -> tuple[Any, httpx.AsyncHTTPTransport]:
    """A kubeconfig (its YAML text or a path; None: the ambient one) as lightkube's configuration, and connections.

    Raises one of UNREADABLE when it is not usable; no request is sent.
    """
    content = _content(given)
    if context is not None and isinstance(content, dict):
        content = {**content, "current-context": context}
    config = _informed(_configuration(content).get())
    return config, _transport(config, _way(content, config))


def text_of(given: str) -> str:
    """The text of a kubeconfig which is given as one, or as the path of one. Raises one of UNREADABLE."""
    return given if is_text(given) else _standing_alone(Path(given).expanduser())


def _content(given: str | Path | None) -> Any:
    """What stands in the kubeconfig given as text or path, else in the files that KUBECONFIG lists, or ~/.kube/config.

    None where there is none, and the pod's own credentials are meant.
    """
    if given is not None:
        if is_text(given):
            return yaml.safe_load(str(given))
        return _of_file(Path(given).expanduser())
    listed = [Path(path) for path in os.environ.get("KUBECONFIG", "").split(os.pathsep) if path]
    files = [path for path in listed or [Path("~/.kube/config").expanduser()] if path.is_file()]
    if not files:
        if listed:
            raise ConfigError(f"KUBECONFIG names {os.environ['KUBECONFIG']}, which is no file")
        return None
    return _of_file(files[0]) if len(files) == 1 else _merged(_of_file(file) or {} for file in files)


def _configuration(content: Any) -> KubeConfig:
    if content is not None:
        return KubeConfig.from_dict(content)
    try:
        return KubeConfig.from_service_account()
    except ConfigError:
        raise ConfigError(
            "KUBECONFIG is not set, there is no ~/.kube/config, and this is no pod of a cluster: set KUBECONFIG to "
            "the file that leads to the cluster"
        ) from None


def _informed(config: Any) -> Any:
    """The configuration with the command that prints credentials told which version of its answer is wanted.

    As kubectl tells it (Kubernetes: client-go/plugin/pkg/client/auth/exec). lightkube does not, and takes only the
    versions before v1, whose answers are the same.
    """
    command = config.user.exec if config.user else None
    if command is not None:
        version = command.apiVersion
        wanted = {"apiVersion": version, "kind": "ExecCredential", "spec": {"interactive": False}}
        command.env = [*(command.env or []), NameValue("KUBERNETES_EXEC_INFO", json.dumps(wanted))]
        if version == EXEC_V1:
            command.apiVersion = f"{version}beta1"
    return config


def _way(content: Any, config: Any) -> Mapping[str, str | None]:
    """What a kubeconfig says of the way to its server and lightkube does not read: `tls-server-name`, `proxy-url`."""
    port = httpx.URL(config.cluster.server).port
    if port is not None and not 0 < port < 65536:
        raise ConfigError(f"there is no port {port}")
    if content is None:
        return {}
    clusters = {each["name"]: each["cluster"] for each in content["clusters"]}
    cluster: Mapping[str, str | None] = clusters[config.context.cluster]
    proxy = cluster.get("proxy-url")
    if proxy and httpx.URL(proxy).scheme not in ("http", "https"):
        raise ConfigError("its proxy-url is neither http:// nor https://, and no other is supported")
    return cluster


class _Transport(httpx.AsyncHTTPTransport):
    """Connections to an API server whose certificate may have another name than its address (`tls-server-name`)."""

    def __init__(self, server_name: str | None, **options: Any) -> None:
        super().__init__(**options)
        self._server_name = server_name

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._server_name:
            request.extensions = {**request.extensions, "sni_hostname": self._server_name}
        return await super().handle_async_request(request)


def _transport(config: Any, way: Mapping[str, str | None]) -> httpx.AsyncHTTPTransport:
    """Connections without a limit: each watch holds one, and a request must not wait for a watch to end."""
    files = {
        "certificate-authority": config.cluster.certificate_auth,
        "client-certificate": config.user.client_cert,
        "client-key": config.user.client_key,
    }
    for field, path in files.items():
        # lightkube would quote it, and it may be the key itself, under the wrong name.
        if path and not Path(path).is_absolute():
            raise ConfigError(f"its {field} is neither an absolute path nor called {field}-data")
    trusted = verify_cluster(config.cluster, config.user, config.abs_file)
    return _Transport(
        way.get("tls-server-name"),
        verify=trusted,
        proxy=way.get("proxy-url"),
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=KEPT_CONNECTIONS),
    )


def _standing_alone(file: Path) -> str:
    """The text of a kubeconfig that means the same wherever it is put: as it is, unless it names files next to it."""
    text = file.read_text(encoding="utf-8")
    config = yaml.safe_load(text)
    resolved = _resolved(config, file.parent)
    return text if resolved == config else yaml.safe_dump(resolved)


def reason(problem: Exception, kubeconfig: str | Path | None) -> str:
    """Why a kubeconfig is not usable, in words that quote nothing of what may be secret."""
    if kubeconfig is not None and not is_text(kubeconfig):
        if not _is_surely_a_path(kubeconfig):
            return "what is given as one is neither its text nor the path of a file that can be read as one"
        with suppress(OSError, RuntimeError):
            if not Path(kubeconfig).expanduser().exists():
                return f"there is no file {kubeconfig}"
        return f"{kubeconfig} cannot be read as one"
    if isinstance(problem, ssl.SSLError):
        return f"its certificates or its key cannot be read: {problem.reason or 'no PEM'}"
    if isinstance(problem, (ConfigError, OSError)):
        return str(problem)
    # The text of any other error may quote what was read.
    return f"it cannot be read as one ({type(problem).__name__})"


def _of_file(file: Path) -> Any:
    return _resolved(yaml.safe_load(file.read_text(encoding="utf-8")), file.parent)


def _resolved(config: Any, folder: Path) -> Any:
    """A kubeconfig with the files that it names by absolute paths, as kubectl finds them; `folder` is its own."""
    if not isinstance(config, dict):
        return config
    resolved = copy.deepcopy(config)
    for section, fields in FILES.items():
        for each in resolved.get(f"{section}s") or []:
            named = each.get(section) or {}
            named |= {field: str(folder.absolute() / named[field]) for field in fields if named.get(field)}
            command = named.get("exec") or {}
            if os.sep in command.get("command", ""):
                command["command"] = str(folder.absolute() / command["command"])
    return resolved


_SEGMENT = r"[\w.@+ -]{0,64}"
_CALLED_LIKE_ONE = re.compile(
    rf"({_SEGMENT}/|~/)*(?=[^/]*(kube|config|\.ya?ml$|\.json$|\.conf$)){_SEGMENT}", re.IGNORECASE
)


def _is_surely_a_path(given: str | Path) -> bool:
    """Whether it may be told: a text that somebody has put in the place of a path may be a password."""
    return isinstance(given, Path) or _CALLED_LIKE_ONE.fullmatch(given) is not None


def _merged(configs: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Several kubeconfigs as one, as kubectl merges them: of entries with one name the first counts."""
    merged: dict[str, Any] = {"clusters": [], "contexts": [], "users": []}
    for config in configs:
        for section in ("clusters", "contexts", "users"):
            known = {entry["name"] for entry in merged[section]}
            merged[section] += [entry for entry in config.get(section) or [] if entry["name"] not in known]
        if config.get("current-context"):
            merged.setdefault("current-context", config["current-context"])
    return merged

"""A cluster: the live objects behind an API server. The only module that talks to one by itself."""

import os
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

import httpx2 as httpx
import yaml
from lightkube import ALL_NS, ApiError, AsyncClient
from lightkube.config.client_adapter import verify_cluster
from lightkube.config.kubeconfig import KubeConfig
from lightkube.core.exceptions import ConfigError
from lightkube.generic_resource import (
    create_global_resource,
    create_namespaced_resource,
)

REQUEST_SECONDS = 30.0
"""How long one answer of the API server may take."""

KEPT_CONNECTIONS = 64
"""Idle connections that are kept for the next requests."""

PAGE = 500
"""Objects per answer of a list."""


class ClusterError(Exception):
    """The cluster could not be asked, or refused: the message says what was asked, of whom, and what came back."""


class Unreachable(ClusterError):
    """Nobody answered: the same request may go through later."""


@dataclass(frozen=True)
class Resource:
    """A kind as the API server addresses it; `namespaced` False is a cluster-scoped one."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool = True

    @property
    def full_name(self) -> str:
        """The name `kubectl` takes without mistaking it for another group's: `deployments.core.choreo.dev`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


NAMESPACES = Resource("", "v1", "Namespace", "namespaces", namespaced=False)


@dataclass(frozen=True)
class Live:
    """An object as the API server last showed it."""

    resource: Resource
    manifest: Mapping[str, Any]

    @property
    def metadata(self) -> Mapping[str, Any]:
        """Its metadata in wire names."""
        metadata: Mapping[str, Any] = self.manifest.get("metadata") or {}
        return metadata

    @property
    def name(self) -> str:
        """metadata.name."""
        return str(self.metadata["name"])

    @property
    def namespace(self) -> str | None:
        """metadata.namespace; None for a cluster-scoped object."""
        return self.metadata.get("namespace")

    @property
    def labels(self) -> Mapping[str, str]:
        """metadata.labels."""
        return self.metadata.get("labels") or {}

    @property
    def deleting(self) -> bool:
        """Whether it has a deletionTimestamp."""
        return self.metadata.get("deletionTimestamp") is not None

    @property
    def conditions(self) -> Sequence[Mapping[str, Any]]:
        """status.conditions."""
        return (self.manifest.get("status") or {}).get("conditions") or []

    @property
    def told(self) -> Iterator[str]:
        """Its conditions, a line each: type, status, reason and message."""
        for condition in self.conditions:
            told = " ".join(str(condition.get(part)) for part in ("reason", "message") if condition.get(part))
            yield f"{condition.get('type')}={condition.get('status')} {told}".rstrip()

    @property
    def look(self) -> str:
        """How its user looks at it."""
        where = f" -n {self.namespace}" if self.namespace else ""
        return f"look: kubectl get {self.resource.full_name} {self.name}{where} -o yaml"

    def __str__(self) -> str:
        place = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.resource.kind} {place}"


class Cluster:
    """One API server, asked with the credentials of one kubeconfig: `async with Cluster(None) as cluster: …`."""

    def __init__(self, kubeconfig: str | None) -> None:
        """Takes a kubeconfig (its YAML text or a path); None stands for the ambient one, as `kubectl` finds it.

        Raises ClusterError when there is none, or it cannot be read; no request is sent yet.
        """
        try:
            config: Any = _kubeconfig(kubeconfig).get()
            self._client: Any = AsyncClient(
                config=config, timeout=httpx.Timeout(REQUEST_SECONDS), transport=_transport(config)
            )
            self.server: str = config.cluster.server
        except (
            ConfigError,
            OSError,
            yaml.YAMLError,
            KeyError,
            TypeError,
            AttributeError,
            AssertionError,
        ) as problem:
            # The text of a YAML error may quote the file: say which error, never what it read.
            reason = str(problem) if isinstance(problem, (ConfigError, OSError)) else type(problem).__name__
            raise ClusterError(f"no usable kubeconfig: {reason}") from None

    async def __aenter__(self) -> Self:
        """The cluster itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Lets go of the connections."""
        await self._client.close()

    async def get(self, resource: Resource, name: str, namespace: str | None = None) -> Live | None:
        """The object, or None where the API server knows none of that name (or not the kind)."""
        what = f"get {resource.full_name} {name}"
        try:
            found = await self._ask(what, self._client.get(_lightkube(resource), name, namespace=namespace))
        except _NotFound:
            return None
        return Live(resource, _plain(found))

    async def list(
        self,
        resource: Resource,
        labels: Mapping[str, str],
        namespace: str | None = None,
    ) -> tuple[list[Live], str | None]:
        """All objects that carry the labels, in the namespace (None: in all), and the version to watch from.

        A kind that the API server does not serve has no objects, and no version.
        """
        if resource.namespaced and namespace is None:
            namespace = ALL_NS
        items = self._client.list(
            _lightkube(resource),
            namespace=namespace,
            labels=dict(labels),
            chunk_size=PAGE,
        )

        async def collect() -> list[Live]:
            return [Live(resource, _plain(item)) async for item in items]

        try:
            return await self._ask(f"list {resource.full_name}", collect()), items.resourceVersion
        except _NotFound:
            return [], None

    async def delete(self, live: Live) -> None:
        """Asks for the object's deletion; one that is gone already is as good as deleted."""
        request = self._client.delete(_lightkube(live.resource), live.name, namespace=live.namespace)
        with suppress(_NotFound):
            await self._ask(f"delete {live}", request)

    async def watch(
        self,
        resource: Resource,
        labels: Mapping[str, str],
        version: str | None,
        namespace: str | None = None,
    ) -> AsyncGenerator[tuple[str, Live], None]:
        """What happens to the objects with the labels after `version`: ADDED, MODIFIED or DELETED, and the object.

        Ends when the API server or the connection does; it may also fall silent with the network: give it a deadline,
        and list again after either.
        """
        if resource.namespaced and namespace is None:
            namespace = ALL_NS
        events = self._client.watch(
            _lightkube(resource),
            namespace=namespace,
            labels=dict(labels),
            resource_version=version,
        )
        try:
            async for event, item in events:
                yield event, Live(resource, _plain(item))
        except httpx.HTTPError:
            return

    async def _ask(self, what: str, request: Any) -> Any:
        try:
            return await request
        except ApiError as problem:
            if problem.status.code == 404:
                raise _NotFound from None
            raise ClusterError(
                f"{what}: {self.server} answers {problem.status.code}: {problem.status.message}"
            ) from None
        except httpx.HTTPStatusError as problem:
            raise ClusterError(f"{what}: {self.server} answers {problem.response.status_code}") from None
        except httpx.HTTPError as problem:
            reason = str(problem) or type(problem).__name__
            raise Unreachable(f"{what}: {self.server} cannot be reached: {reason}") from None
        except ConfigError as problem:
            raise ClusterError(f"{what}: the kubeconfig's credentials do not work: {problem}") from None


class _NotFound(Exception):
    """HTTP 404."""


def _transport(config: Any) -> httpx.AsyncHTTPTransport:
    """Connections without a limit: each watch holds one, and a request must not wait for a watch to end."""
    trusted = verify_cluster(config.cluster, config.user, config.abs_file)
    return httpx.AsyncHTTPTransport(
        verify=trusted, limits=httpx.Limits(max_connections=None, max_keepalive_connections=KEPT_CONNECTIONS)
    )


def _kubeconfig(given: str | None) -> KubeConfig:
    """The kubeconfig given as text or path, else the files that KUBECONFIG lists, ~/.kube/config, or the pod's own."""
    if given is not None:
        if "\n" in given or given.lstrip().startswith("{"):
            return KubeConfig.from_dict(yaml.safe_load(given))
        return KubeConfig.from_file(Path(given).expanduser())
    listed = [Path(path) for path in os.environ.get("KUBECONFIG", "").split(os.pathsep) if path]
    files = [path for path in listed or [Path("~/.kube/config").expanduser()] if path.is_file()]
    if not files:
        if listed:
            raise ConfigError(f"KUBECONFIG names {os.environ['KUBECONFIG']}, which is no file")
        return KubeConfig.from_service_account()
    if len(files) == 1:
        return KubeConfig.from_file(files[0])
    return KubeConfig.from_dict(_merged(yaml.safe_load(path.read_text()) or {} for path in files))


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


@cache
def _lightkube(resource: Resource) -> Any:
    if resource.namespaced:
        return create_namespaced_resource(resource.group, resource.version, resource.kind, resource.plural)
    return create_global_resource(resource.group, resource.version, resource.kind, resource.plural)


def _plain(item: Any) -> Mapping[str, Any]:
    """A lightkube object as the JSON it came from."""
    plain: Mapping[str, Any] = item.to_dict()
    return plain

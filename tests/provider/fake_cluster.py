"""A cluster in memory, which answers lists, watches and deletions as an API server does."""

import asyncio
import copy
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Any

from choreo_components.kubernetes.client import ClusterError, Conflict, Forbidden, Unreachable
from choreo_components.kubernetes.objects import NAMESPACES, Live, Resource, resource_named

Manifest = dict[str, Any]

DEPLOYMENTS = resource_named("core.choreo.dev/v1", "Deployment")


def deployment(
    name: str,
    environment: str | None = "development",
    organization: str | None = "acme",
    namespace: str = "acme",
    **metadata: Any,
) -> Live:
    """A Deployment with the labels of its environment and organization; None leaves one out."""
    labels = {"core.choreo.dev/environment": environment, "core.choreo.dev/organization": organization}
    return _live(DEPLOYMENTS, name, labels, {"namespace": namespace, **metadata})


def namespace(
    name: str, environment: str | None = "development", organization: str | None = "acme", **metadata: Any
) -> Live:
    """A data-plane namespace with the labels of its environment and organization; None leaves one out."""
    labels = {"environment-name": environment, "organization-name": organization}
    return _live(NAMESPACES, name, labels, metadata, {"spec": {"finalizers": ["kubernetes"]}})


def kube_system(uid: str) -> Live:
    """The namespace whose UID identifies a cluster."""
    return _live(NAMESPACES, "kube-system", {}, {"uid": uid})


def _live(
    resource: Resource,
    name: str,
    labels: Mapping[str, str | None],
    metadata: Mapping[str, Any],
    rest: Mapping[str, Any] | None = None,
) -> Live:
    given = {key: value for key, value in labels.items() if value is not None}
    return Live(resource, {"metadata": {"name": name, "labels": given, **metadata}, **(rest or {})})


class FakeCluster:
    """Has objects, removes each when it is deleted unless it is held, and records the story of what happened.

    `story` has a line for each request (`list deployments`, `delete Deployment acme/a`) and for each object that is
    gone (`gone Deployment acme/a`). Requests are answered with `Unreachable` while `outages` has entries: each takes
    one; `refusal` is the answer to all of them, and `Forbidden` to those in namespaces that are `closed`. `breaks` is
    how many watches end as soon as they begin. The watches of a `mute` one report nothing; the versions of an
    `opaque` one's objects are no integers.
    """

    def __init__(self, *lives: Live, held: Sequence[str] = (), breaks: int = 0) -> None:
        made = (_seen(live, **{"uid": f"uid of {live}", "resourceVersion": "0", **live.metadata}) for live in lives)
        self.lives = {str(live): live for live in made}
        self.held = set(held)
        self.breaks = breaks
        self.outages: list[str] = []
        self.story: list[str] = []
        self.then: dict[str, Callable[[], None]] = {}
        self.mute = False
        self.opaque = False
        self.served = frozenset({"Environment"})
        self.others: list[Resource] = []
        self.denied: set[tuple[str, str, str | None]] = set()
        self.refusal: ClusterError | None = None
        self.closed: set[str] = set()
        self._events: list[tuple[str, Live, Live | None]] = []

    @property
    def names(self) -> list[str]:
        """The objects that exist, by kind and name."""
        return sorted(self.lives)

    def requests(self, verb: str) -> list[str]:
        """The part of the story with this verb."""
        return [line.removeprefix(f"{verb} ") for line in self.story if line.startswith(f"{verb} ")]

    def add(self, live: Live) -> None:
        """Another client creates an object."""
        uid = f"uid of {live} {len(self._events)}"
        self.lives[str(live)] = self._happens("ADDED", _seen(live, **{"uid": uid, **live.metadata}))

    def change(self, live: Live) -> None:
        """Another client changes an object."""
        before = self.lives[str(live)]
        self.lives[str(live)] = self._happens("MODIFIED", _seen(live, uid=before.metadata["uid"]), before)

    def remove(self, name: str) -> None:
        """An object is gone."""
        live = self.lives.pop(name, None)
        if live is not None:
            self._record(f"gone {name}")
            self._happens("DELETED", live, live)

    async def get(self, resource: Resource, name: str, namespace: str | None = None) -> Live | None:
        self._record(f"get {resource.plural} {name}")
        await self._answer(namespace)
        found = [live for live in self.lives.values() if _matches(live, resource, {}, namespace) and live.name == name]
        return copy.deepcopy(found[0]) if found else None

    async def list(
        self, resource: Resource, labels: Mapping[str, str | None], namespace: str | None = None
    ) -> tuple[list[Live], str | None]:
        self._record(f"list {resource.plural}")
        await self._answer(namespace)
        found = [live for live in self.lives.values() if _matches(live, resource, labels, namespace)]
        return copy.deepcopy(found), str(len(self._events))

    async def allowed(self, verb: str, resource: Resource, namespace: str | None = None) -> bool:
        return (verb, resource.plural, namespace) not in self.denied

    async def kinds(self, group: str, version: str) -> frozenset[str]:
        return self.served

    async def resources(self, api_version: str) -> Mapping[str, Resource]:
        return {each.kind: each for each in self.others if each.api_version == api_version}

    async def delete(self, live: Live) -> None:
        self._record(f"delete {live}")
        await self._answer()
        current = self.lives.get(str(live))
        if current is None:
            return
        for part in ("uid", "resourceVersion"):
            if live.metadata.get(part) not in (None, current.metadata.get(part)):
                raise Conflict(f"delete {live}: the {part} in the precondition is not the object's")
        if current.deleting:
            return
        deleting = _seen(current, deletionTimestamp="2025-05-09T00:00:00Z")
        self.lives[str(live)] = self._happens("MODIFIED", deleting, current)
        if str(live) not in self.held:
            asyncio.get_running_loop().call_later(0.001, self.remove, str(live))

    async def merge(self, live: Live, change: Mapping[str, Any]) -> Live | None:
        self._record(f"merge {live}")
        await self._answer()
        current = self.lives.get(str(live))
        if current is None:
            return None
        if live.metadata.get("resourceVersion") != current.metadata["resourceVersion"]:
            raise Conflict(f"patch {live}: the resourceVersion in the precondition is not the object's")
        merged = Live(live.resource, _merged(current.manifest, change))
        self.lives[str(live)] = self._happens("MODIFIED", merged, current)
        return copy.deepcopy(self.lives[str(live)])

    async def watch(
        self, resource: Resource, labels: Mapping[str, str | None], version: str | None, namespace: str | None = None
    ) -> AsyncGenerator[tuple[str, Live], None]:
        self._record(f"watch {resource.plural}")
        if self.breaks:
            self.breaks -= 1
            return
        seen = int(version or 0)
        while True:
            while seen < len(self._events) and not self.mute:
                event, live, before = self._events[seen]
                seen += 1
                matched = before is not None and _matches(before, resource, labels, namespace)
                if event != "DELETED" and _matches(live, resource, labels, namespace):
                    yield "MODIFIED" if matched else "ADDED", copy.deepcopy(live)
                elif matched:
                    yield "DELETED", copy.deepcopy(live)
            await asyncio.sleep(0.001)

    async def _answer(self, namespace: str | None = None) -> None:
        await asyncio.sleep(0)
        if namespace in self.closed:
            raise Forbidden(f"may not read in namespace {namespace}")
        if self.refusal:
            raise self.refusal
        if self.outages:
            raise Unreachable(self.outages.pop())

    def _happens(self, event: str, live: Live, before: Live | None = None) -> Live:
        """The object with its new version."""
        number = len(self._events) + 1
        live = _seen(live, resourceVersion=f"v{number}" if self.opaque else str(number))
        self._events.append((event, live, before))
        return live

    def _record(self, line: str) -> None:
        self.story.append(line)
        if line in self.then:
            self.then.pop(line)()


def _seen(live: Live, **metadata: Any) -> Live:
    """The object with metadata that the API server has set."""
    return Live(live.resource, {**live.manifest, "metadata": {**live.metadata, **metadata}})


def _merged(value: Any, change: Any) -> Any:
    """RFC 7386."""
    if not isinstance(change, Mapping):
        return change
    base = dict(value) if isinstance(value, Mapping) else {}
    return {**base, **{name: _merged(base.get(name), each) for name, each in change.items()}}


def _matches(live: Live, resource: Resource, labels: Mapping[str, str | None], namespace: str | None) -> bool:
    in_namespace = namespace is None or live.namespace == namespace
    carried = all(key in live.labels and value in (None, live.labels[key]) for key, value in labels.items())
    return live.resource == resource and in_namespace and carried

"""The API server as a controller manager sees it: caches filled by watches, and objects written as Go writes them."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from lightkube import ALL_NS, ApiError, AsyncClient
from lightkube.generic_resource import create_global_resource, create_namespaced_resource
from lightkube.types import OnErrorAction, OnErrorResult

from choreo_components.kubernetes.objects import NAMESPACES, Live, Resource

WORKLOADS = Resource("apps", "v1", "Deployment", "deployments")
"""The workload that is finally deployed to a data plane."""

_DEFINITIONS = Resource(
    "apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", namespaced=False
)


class Key(NamedTuple):
    """Identifies an object of a kind."""

    namespace: str | None
    name: str


class Condition(NamedTuple):
    """A condition as a controller sets it."""

    type: str
    status: str
    reason: str
    message: str


def key_of(live: Live) -> Key:
    """The reference to an object."""
    return Key(live.namespace, live.name)


def spec_of(live: Live) -> Mapping[str, Any]:
    """The spec of an object, {} where it has none."""
    spec: Mapping[str, Any] = live.manifest.get("spec") or {}
    return spec


def status_of(live: Live) -> Mapping[str, Any]:
    """The status of an object, {} where it has none."""
    status: Mapping[str, Any] = live.manifest.get("status") or {}
    return status


@dataclass(frozen=True)
class GoTypes:
    """What a group's Go types have and its schemas do not show, and what decides what an Update writes."""

    pointers: frozenset[str] = frozenset()
    """Optional fields behind a pointer: their zero value is kept."""
    structs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By kind: fields of its spec that are structs, and are written even if they were not sent."""


class Api:
    """Reads come from the caches, and may lag behind; the API server refuses writes that are out of date."""

    def __init__(
        self,
        client: AsyncClient,
        resources: Mapping[str, Resource],
        schemas: Mapping[str, Mapping[str, Any]],
        go_types: GoTypes,
    ) -> None:
        """Takes what the controllers of one group read and write, by kind, and the schemas of the group's kinds."""
        self.resources = resources
        self._client: Any = client
        self._schemas = schemas
        self._go_types = go_types
        self._cached: dict[Resource, dict[Key, Live]] = {}
        self._ended: dict[tuple[Resource, Key], int] = {}

    async def follow(self, resource: Resource, listed: asyncio.Event) -> AsyncGenerator[tuple[Live, bool]]:
        """Fills the cache of a resource and keeps it current; yields each existing object, and each one that changes.

        With each, whether anything but its status changed.
        """
        items = self._client.list(lightkube_class(resource), **_everywhere(resource))
        found = [Live(resource, item.to_dict()) async for item in items]
        self._cached[resource] = {key_of(live): live for live in found}
        seen = {key_of(live): _without_status(live) for live in found}
        listed.set()
        for live in found:
            yield live, True
        events = self._client.watch(
            lightkube_class(resource), resource_version=items.resourceVersion, on_error=_again, **_everywhere(resource)
        )
        async for event, item in events:
            live = Live(resource, item.to_dict())
            key, now = key_of(live), _without_status(live)
            if event == "DELETED":
                self._ended[resource, key] = _version(live)
                if self._is_newer(live):
                    self._cached[resource].pop(key, None)
                seen.pop(key, None)
                yield live, True
            else:
                self._keep(live)
                changed = seen.get(key) != now
                seen[key] = now
                yield live, changed

    def _keep(self, live: Live) -> None:
        """Puts an object into the cache of its kind if it is the newest known version."""
        cached = self._cached.get(live.resource)
        if cached is not None and self._is_newer(live):
            cached[key_of(live)] = live

    def _is_newer(self, live: Live) -> bool:
        cached = self._cached[live.resource].get(key_of(live))
        known = max(_version(cached) if cached else 0, self._ended.get((live.resource, key_of(live)), 0))
        return _version(live) >= known

    def get(self, kind: str, key: Key) -> Live | None:
        """The object in the cache."""
        return self._cached[self.resources[kind]].get(key)

    def all(self, kind: str, namespace: str | None = None) -> Sequence[Live]:
        """All objects in the cache, in the namespace or everywhere."""
        # A copy: the webhook reads on another thread.
        cached = list(self._cached[self.resources[kind]].values())
        return [live for live in cached if namespace is None or live.namespace == namespace]

    def find(self, kind: str, namespace: str | None, labels: Mapping[str, str]) -> Sequence[Live]:
        """All objects in the cache with the labels (an empty value matches none), in the namespace or in all."""
        return [
            live
            for live in self.all(kind, namespace)
            if all(value and live.labels.get(name) == value for name, value in labels.items())
        ]

    async def create(self, resource: Resource, manifest: Mapping[str, Any]) -> Live:
        """Creates an object."""
        body = {"apiVersion": resource.api_version, "kind": resource.kind, **manifest}
        return self._written(resource, await self._client.create(lightkube_class(resource)(body)))

    async def exists(self, resource: Resource, key: Key) -> bool:
        """Whether the API server has the object; asks it directly, as there is no cache for data planes."""
        try:
            await self._client.get(lightkube_class(resource), key.name, namespace=key.namespace)
        except ApiError as problem:
            if problem.status.code != 404:
                raise
            return False
        return True

    async def labelled(self, resource: Resource, labels: Mapping[str, str]) -> Sequence[Live]:
        """All objects with the labels; asks the API server directly, as there is no cache for data planes."""
        items = self._client.list(lightkube_class(resource), labels=dict(labels), **_everywhere(resource))
        return [Live(resource, item.to_dict()) async for item in items]

    async def apply(self, resource: Resource, manifest: Mapping[str, Any], field_manager: str) -> None:
        """Applies an object on the server side, with force."""
        body = lightkube_class(resource)({"apiVersion": resource.api_version, "kind": resource.kind, **manifest})
        await self._client.apply(body, field_manager=field_manager, force=True)

    async def delete(self, resource: Resource, key: Key) -> None:
        """Asks for an object's deletion; one that is gone already is fine."""
        try:
            await self._client.delete(lightkube_class(resource), key.name, namespace=key.namespace)
        except ApiError as problem:
            if problem.status.code != 404:
                raise

    async def update(self, live: Live, metadata: Mapping[str, Any], spec: Mapping[str, Any] | None = None) -> Live:
        """Writes the whole object back with other metadata and spec, and without the zero values that Go omits."""
        manifest = {**live.manifest, "metadata": {**live.metadata, **metadata}}
        if live.resource != NAMESPACES:
            kind = live.resource.kind
            manifest["spec"] = self.as_go_writes(kind, {**spec_of(live), **(spec or {})})
        return self._written(live.resource, await self._client.replace(lightkube_class(live.resource)(manifest)))

    def as_go_writes(self, kind: str, spec: Mapping[str, Any]) -> Mapping[str, Any]:
        """The spec of an object when a controller has read and written it."""
        structs: dict[str, Any] = {field: {} for field in self._go_types.structs.get(kind, ())}
        written: Mapping[str, Any] = as_go_writes(structs | dict(spec), self._schemas[kind], self._go_types.pointers)
        return written

    async def set_condition(self, live: Live, condition: Condition, **status: Any) -> bool:
        """Sets a condition, and other fields of the status. False if nothing changed."""
        return await self.set_status(live, [condition], **status) is not live

    async def set_status(self, live: Live, conditions: Sequence[Condition], **status: Any) -> Live:
        """Sets conditions, and other fields of the status; writes nothing if nothing changes."""
        before = status_of(live)
        kept: dict[str, dict[str, Any]] = {each["type"]: each for each in before.get("conditions") or []}
        changed = any(before.get(field) != value for field, value in status.items())
        for condition in conditions:
            old = kept.get(condition.type)
            new = {**condition._asdict(), "observedGeneration": live.metadata["generation"]}
            if old is not None and all(old.get(field) == value for field, value in new.items()):
                continue
            changed = True
            same = old is not None and old["status"] == condition.status
            now = f"{datetime.now(UTC):%Y-%m-%dT%TZ}"
            kept[condition.type] = {**new, "lastTransitionTime": old["lastTransitionTime"] if old and same else now}
        if not changed:
            return live
        manifest = {**live.manifest, "status": {**before, **status, "conditions": list(kept.values())}}
        return self._written(live.resource, await self._client.replace(lightkube_class(live.resource).Status(manifest)))

    def _written(self, resource: Resource, item: Any) -> Live:
        """Takes the object from the API server's response, before a watch reports it."""
        live = Live(resource, item.to_dict())
        # Without finalizers the object is gone, and must not come back to the cache.
        if not live.deleting or live.metadata.get("finalizers"):
            self._keep(live)
        return live


def as_go_writes(value: Any, schema: Mapping[str, Any], pointers: frozenset[str]) -> Any:
    """A value after Go has read and written it: without optional fields that have a zero value."""
    if isinstance(value, list):
        return [as_go_writes(each, schema["items"], pointers) for each in value]
    properties = schema.get("properties")
    if properties is None or not isinstance(value, dict):
        return value
    required = schema.get("required", ())
    return {
        name: as_go_writes(each, properties[name], pointers)
        for name, each in value.items()
        if name in required or name in pointers or not _vanishes(each, properties[name])
    }


def _vanishes(value: Any, schema: Mapping[str, Any]) -> bool:
    free = "properties" in schema or schema.get("x-kubernetes-preserve-unknown-fields")
    return not free and not value


async def schemas_of_specs(client: AsyncClient) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    """By served group and kind: the schema of the spec ({} if there is none)."""
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    items: Any = client.list(lightkube_class(_DEFINITIONS))
    async for item in items:
        spec = item.to_dict()["spec"]
        properties = spec["versions"][0]["schema"]["openAPIV3Schema"].get("properties", {})
        found.setdefault(spec["group"], {})[spec["names"]["kind"]] = properties.get("spec", {})
    return found


def _version(live: Live) -> int:
    return int(live.metadata["resourceVersion"])


def _without_status(live: Live) -> tuple[Any, ...]:
    unsteady = ("managedFields", "resourceVersion")
    metadata = {field: value for field, value in live.metadata.items() if field not in unsteady}
    return metadata, live.manifest.get("spec")


def _everywhere(resource: Resource) -> dict[str, str]:
    return {"namespace": ALL_NS} if resource.namespaced else {}


def _again(_: Exception, __: int) -> OnErrorResult:
    """What to do when a watch breaks."""
    return OnErrorResult(OnErrorAction.RETRY, sleep=0.1)


@cache
def lightkube_class(resource: Resource) -> Any:
    """lightkube's only class for a kind."""
    if resource.namespaced:
        return create_namespaced_resource(resource.group, resource.version, resource.kind, resource.plural)
    return create_global_resource(resource.group, resource.version, resource.kind, resource.plural)

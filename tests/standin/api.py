"""The API server as a controller manager sees it: caches that watches fill, and objects written as Go writes them."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from lightkube import ALL_NS, ApiError, AsyncClient
from lightkube.generic_resource import create_global_resource, create_namespaced_resource
from lightkube.types import OnErrorAction, OnErrorResult

from choreo_components.api import all_kinds, custom_resource_definitions
from choreo_components.kubernetes.objects import NAMESPACES, Live, Resource, resource_of

RESOURCES: Mapping[str, Resource] = {kind.kind: resource_of(kind) for kind in all_kinds().values()} | {
    "Namespace": NAMESPACES
}
"""What controllers read and write, by kind. Only a Deployment's workload is of a kind of its own."""

WORKLOADS = Resource("apps", "v1", "Deployment", "deployments")
"""What a Deployment becomes on the data plane."""

POINTERS = {"revisionHistoryLimit", "minReplicas", "maxReplicas", "cpuThreshold", "memoryThreshold", "queueLength"}
"""Optional numbers that Go holds behind a pointer: their zero is something, and stays."""


class Key(NamedTuple):
    """Which object of a kind."""

    namespace: str | None
    name: str


class Condition(NamedTuple):
    """A condition as a controller sets it."""

    type: str
    status: str
    reason: str
    message: str


def key_of(live: Live) -> Key:
    """Which one of its kind an object is."""
    return Key(live.namespace, live.name)


class Api:
    """Reads come from the caches, and may lag behind; the API server refuses to write what is out of date."""

    def __init__(self, client: AsyncClient) -> None:
        self._client: Any = client
        self._cached: dict[Resource, dict[Key, Live]] = {}

    async def follow(self, resource: Resource, listed: asyncio.Event) -> AsyncGenerator[Live]:
        """Fills the cache of a resource and keeps it; gives each object that is there, and each one that changes."""
        items = self._client.list(_lightkube(resource), **_everywhere(resource))
        found = [Live(resource, item.to_dict()) async for item in items]
        kept = self._cached[resource] = {key_of(live): live for live in found}
        listed.set()
        for live in found:
            yield live
        events = self._client.watch(
            _lightkube(resource), resource_version=items.resourceVersion, on_error=_again, **_everywhere(resource)
        )
        async for event, item in events:
            live = Live(resource, item.to_dict())
            if event == "DELETED":
                kept.pop(key_of(live), None)
            else:
                kept[key_of(live)] = live
            yield live

    def get(self, kind: str, key: Key) -> Live | None:
        """The object in the cache."""
        return self._cached[RESOURCES[kind]].get(key)

    def find(self, kind: str, namespace: str | None, labels: Mapping[str, str]) -> Sequence[Live]:
        """All objects in the cache which carry the labels (an empty value matches none), in the namespace or in all."""
        # A copy: the webhook asks on a thread of its own.
        cached = list(self._cached[RESOURCES[kind]].values())
        return [
            live
            for live in cached
            if (namespace is None or live.namespace == namespace)
            and all(value and live.labels.get(name) == value for name, value in labels.items())
        ]

    async def create(self, resource: Resource, manifest: Mapping[str, Any]) -> None:
        """Creates an object."""
        body = {"apiVersion": f"{resource.group}/{resource.version}".lstrip("/"), "kind": resource.kind, **manifest}
        await self._client.create(_lightkube(resource)(body))

    async def exists(self, resource: Resource, key: Key) -> bool:
        """Whether the API server has the object; asks itself, as for data planes there is no cache."""
        try:
            await self._client.get(_lightkube(resource), key.name, namespace=key.namespace)
        except ApiError as problem:
            if problem.status.code != 404:
                raise
            return False
        return True

    async def delete(self, resource: Resource, key: Key) -> None:
        """Asks for an object's deletion; one that is gone already is fine."""
        try:
            await self._client.delete(_lightkube(resource), key.name, namespace=key.namespace)
        except ApiError as problem:
            if problem.status.code != 404:
                raise

    async def update(self, live: Live, metadata: Mapping[str, Any]) -> None:
        """Writes the whole object back with other metadata, and without the zero values that Go leaves out."""
        manifest = {**live.manifest, "metadata": {**live.metadata, **metadata}}
        if live.resource != NAMESPACES:
            # A struct is never left out, not even an empty one.
            manifest["spec"] = as_go_writes(manifest.get("spec") or {}, _spec_schema(live.resource.kind))
        await self._client.replace(_lightkube(live.resource)(manifest))

    async def set_condition(self, live: Live, condition: Condition, **status: Any) -> bool:
        """Sets a condition, and other fields of the status. False where they stand so already."""
        before: Mapping[str, Any] = live.manifest.get("status") or {}
        conditions: list[dict[str, Any]] = before.get("conditions") or []
        old = next((each for each in conditions if each["type"] == condition.type), None)
        new = {**condition._asdict(), "observedGeneration": live.metadata["generation"]}
        changes = old is None or any(old.get(field) != value for field, value in new.items())
        if not changes and all(before.get(field) == value for field, value in status.items()):
            return False
        same = old is not None and old["status"] == condition.status
        new["lastTransitionTime"] = old["lastTransitionTime"] if old and same else f"{datetime.now(UTC):%Y-%m-%dT%TZ}"
        others = [each for each in conditions if each["type"] != condition.type]
        manifest = {**live.manifest, "status": {**before, **status, "conditions": [*others, new]}}
        await self._client.replace(_lightkube(live.resource).Status(manifest))
        return True


def as_go_writes(value: Any, schema: Mapping[str, Any]) -> Any:
    """What is left when Go reads a value and writes it: optional fields with a zero value are not."""
    if isinstance(value, list):
        return [as_go_writes(each, schema["items"]) for each in value]
    properties = schema.get("properties")
    if properties is None or not isinstance(value, dict):
        return value
    required = schema.get("required", ())
    return {
        name: as_go_writes(each, properties[name])
        for name, each in value.items()
        if name in required or name in POINTERS or not _vanishes(each, properties[name])
    }


def _vanishes(value: Any, schema: Mapping[str, Any]) -> bool:
    return "properties" not in schema and not value


@cache
def _spec_schema(kind: str) -> Mapping[str, Any]:
    definition = next(each for each in custom_resource_definitions() if each["spec"]["names"]["kind"] == kind)
    schema: Mapping[str, Any] = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    return schema


def _everywhere(resource: Resource) -> dict[str, str]:
    return {"namespace": ALL_NS} if resource.namespaced else {}


def _again(_: Exception, __: int) -> OnErrorResult:
    """What to do when a watch breaks."""
    return OnErrorResult(OnErrorAction.RETRY, sleep=0.1)


@cache
def _lightkube(resource: Resource) -> Any:
    """lightkube's class of a kind, of which it knows one only."""
    if resource.namespaced:
        return create_namespaced_resource(resource.group, resource.version, resource.kind, resource.plural)
    return create_global_resource(resource.group, resource.version, resource.kind, resource.plural)

"""A watcher: everything that happens to some kinds of objects, in the order in which the API server decided it."""

import asyncio
import threading
import time
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from choreo_components.kubernetes.client import Cluster
from choreo_components.kubernetes.objects import Live, Resource


@dataclass(frozen=True, order=True)
class Event:
    """One change: its `version` is etcd's, so it orders changes of all kinds on one API server."""

    version: int
    type: str
    kind: str
    namespace: str
    name: str
    deleting: bool
    labels: frozenset[tuple[str, str]]
    seen: float = field(compare=False)
    """When the watcher saw it (time.monotonic): versions of two API servers do not compare."""

    def has(self, **labels: str) -> bool:
        """Whether the object has the labels (with underscores for hyphens)."""
        return {(key.replace("_", "-"), value) for key, value in labels.items()} <= self.labels


class Watcher:
    """Records all events of the resources while it is open, on a separate thread.

    On closing, it waits until it has seen everything that happened before.
    """

    def __init__(self, kubeconfig: Path, resources: Iterable[Resource]) -> None:
        self.events: list[Event] = []
        self._kubeconfig = str(kubeconfig)
        self._resources = list(resources)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._watch()), daemon=True)
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(30), "the API server could not be watched"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._loop is not None
        assert self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)
        self.events.sort()

    def of(self, resource: Resource) -> list[Event]:
        """The events of one kind, in order."""
        return [event for event in self.events if event.kind == resource.kind]

    async def _watch(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with Cluster(self._kubeconfig) as cluster:
            versions = [(resource, (await cluster.list(resource, {}))[1]) for resource in self._resources]
            tasks = [asyncio.create_task(self._record(cluster, *each)) for each in versions]
            self._ready.set()
            await self._stop.wait()
            # The latest events may still be on their way.
            await asyncio.sleep(0.5)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _record(self, cluster: Cluster, resource: Resource, version: str | None) -> None:
        async with aclosing(cluster.watch(resource, {}, version)) as events:
            async for event, live in events:
                self.events.append(_event(event, live))


def _event(event: str, live: Live) -> Event:
    metadata: Any = live.metadata
    labels = frozenset(live.labels.items())
    version = int(metadata["resourceVersion"])
    return Event(
        version, event, live.resource.kind, live.namespace or "", live.name, live.deleting, labels, time.monotonic()
    )

"""Informer: one list and one watch of a kind in a cluster, shared by all removals of this process that need it.

The finalizers of a stack work at the same time, on the same kinds of the same clusters. Each must know what exists at
the moment when it starts, and everything that happens afterwards. A follower that arrives while a list is under way
shares the next list; a watch reports to all followers what happens after the list that it started from. Events that
are older than the list of a later follower are not passed to it.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from choreo_components.kubernetes.objects import Live, Resource

RELIST_SECONDS = 30.0
"""How long a watch is used before everything is listed again."""


class Listed(Protocol):
    """The requests that an informer makes to a cluster."""

    async def list(
        self,
        resource: Resource,
        labels: Mapping[str, str | None],
        namespace: str | None = None,
    ) -> tuple[list[Live], str | None]:
        """All objects with the labels (None: with any value), and the version to watch from (None: not served)."""
        ...

    def watch(
        self,
        resource: Resource,
        labels: Mapping[str, str | None],
        version: str | None,
        namespace: str | None = None,
    ) -> AsyncGenerator[tuple[str, Live], None]:
        """ADDED, MODIFIED and DELETED events after the version, until the watch breaks."""
        ...


@dataclass(frozen=True)
class Selection:
    """Which objects are meant: those with the labels, in a namespace (None: in all), and those with one of the names.

    `varying` are the labels whose values differ between selections that are followed together. `selects` filters the
    objects with the labels by their fields.
    """

    resource: Resource
    labels: Mapping[str, str]
    namespace: str | None = None
    names: frozenset[str] = frozenset()
    varying: frozenset[str] = frozenset()
    selects: Callable[[Live], bool] | None = None

    @property
    def alike(self) -> Mapping[str, str | None]:
        """The labels that all such selections share; of those that vary, with any value (None)."""
        return {name: None if name in self.varying else value for name, value in self.labels.items()}

    def matches(self, live: Live) -> bool:
        """Whether the object has the labels, and its fields match."""
        return self.labels.items() <= live.labels.items() and (self.selects is None or self.selects(live))


class Follower:
    """What one removal receives: the objects that exist, and what happens to them from then on."""

    def __init__(self, selection: Selection) -> None:
        self.found: list[Live] = []
        """The objects with the labels, listed after the follower was added."""
        self.matches = selection.matches
        self._early: list[tuple[str, Live]] | None = []
        """Events from before the list arrived: they may be older than the list, or newer."""
        self._version: str | None = None
        """The version of the list, which contains everything that is not newer."""
        self._known: set[str] = set()
        self._events: asyncio.Queue[tuple[str, Live] | BaseException | None] = asyncio.Queue()

    async def events(self) -> AsyncIterator[tuple[str, Live]]:
        """ADDED, MODIFIED or DELETED, with the object; one that has lost the labels is DELETED too.

        Ends when the watch does: what happens after that is found by following again.
        """
        while (event := await self._events.get()) is not None:
            if isinstance(event, BaseException):
                raise event
            yield event

    def begin(self, lives: list[Live], version: str | None) -> None:
        """Takes the objects of a list with this version, and then the events that arrived before it."""
        self._version = version
        self.found = [live for live in lives if self.matches(live)]
        self._known.update(map(str, self.found))
        early, self._early = self._early or [], None
        for event, live in early:
            self.take(event, live)

    def take(self, event: str, live: Live) -> None:
        """Takes an event about an object that has or had the labels; ignores one that the list includes already."""
        if self._early is not None:
            self._early.append((event, live))
        elif not _may_be_newer(live, self._version):
            return
        elif event != "DELETED" and self.matches(live):
            self._known.add(str(live))
            self._events.put_nowait((event, live))
        elif str(live) in self._known:
            self._known.discard(str(live))
            self._events.put_nowait(("DELETED", live))

    def end(self, problem: BaseException | None) -> None:
        """Records that there are no more events."""
        self._events.put_nowait(problem)


def _may_be_newer(live: Live, version: str | None) -> bool:
    """Whether an object is newer than a list, or may be.

    Versions of one kind are integers that grow: since Kubernetes 1.35 by contract (KEP-5504), before that in fact.
    """
    of_object = str(live.metadata.get("resourceVersion"))
    comparable = version is not None and version.isdecimal() and of_object.isdecimal()
    return not comparable or int(of_object) > int(version or 0)


_List = tuple[list[Live], str | None]
"""The objects of a list, and its version."""


@dataclass(eq=False)
class _Informer:
    """Lists and watches the objects with some labels (None: with any value), as long as it has followers."""

    cluster: Listed
    resource: Resource
    labels: Mapping[str, str | None]
    namespace: str | None
    followers: set[Follower] = field(default_factory=set)
    _current: asyncio.Task[_List] | None = None
    """The list that was started last."""
    _next: asyncio.Task[_List] | None = None
    """The list that has not started yet: new followers wait for it."""
    _watch: asyncio.Task[None] | None = None

    async def listed(self) -> _List:
        """The objects of a list that starts now or later, and its version."""
        if self._next is None:
            self._next = asyncio.create_task(self._list(self._current))
        # If one caller is cancelled, the others still get the answer.
        return await asyncio.shield(self._next)

    async def _list(self, before: asyncio.Task[_List] | None) -> _List:
        if before is not None:
            await asyncio.wait([before])
        self._current, self._next = self._next, None
        lives, version = await self.cluster.list(self.resource, self.labels, self.namespace)
        if self._watch is None and any(follower.matches(live) for follower in self.followers for live in lives):
            self._watch = asyncio.create_task(self._report(version))
        return lives, version

    async def _report(self, version: str | None) -> None:
        """Passes the events after the version to all followers, until the watch breaks or RELIST_SECONDS are over."""
        problem: BaseException | None = None
        try:
            watch = self.cluster.watch(self.resource, self.labels, version, self.namespace)
            with suppress(TimeoutError):
                async with asyncio.timeout(RELIST_SECONDS), aclosing(watch) as events:
                    async for event, live in events:
                        for follower in self.followers:
                            follower.take(event, live)
        except Exception as failed:
            problem = failed
        finally:
            self._watch = None
            for follower in self.followers:
                follower.end(problem)

    async def stop(self) -> None:
        """Ends what is under way."""
        tasks = [task for task in (self._current, self._next, self._watch) if task is not None and not task.done()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


_Labels = frozenset[tuple[str, str | None]]

_INFORMERS: WeakKeyDictionary[Any, dict[tuple[Resource, str | None, _Labels], dict[_Labels, _Informer]]]
_INFORMERS = WeakKeyDictionary()
"""The informers in use: by cluster, by what they list, and by labels. One with the shared labels could serve all."""


@asynccontextmanager
async def follow(cluster: Listed, selection: Selection) -> AsyncIterator[Follower]:
    """Follows the objects with a selection's labels.

    A first selection is followed by its labels; further ones by the labels that they share, so that one informer serves
    them all. Raises ClusterError if the objects cannot be listed.
    """
    exact = frozenset(selection.labels.items())
    shared = frozenset(selection.alike.items())
    alike = _INFORMERS.setdefault(cluster, {}).setdefault((selection.resource, selection.namespace, shared), {})
    labels = exact if alike.keys() <= {exact} else shared
    if labels not in alike:
        alike[labels] = _Informer(cluster, selection.resource, dict(labels), selection.namespace)
    informer, follower = alike[labels], Follower(selection)
    informer.followers.add(follower)
    try:
        follower.begin(*await informer.listed())
        yield follower
    finally:
        informer.followers.discard(follower)
        if not informer.followers:
            del alike[labels]
            await informer.stop()

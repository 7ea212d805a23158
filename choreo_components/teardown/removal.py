"""Removal: deletes objects of one kind, all at once, and waits until a deadline for them to be gone."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self, TypeVar

from choreo_components.config.durations import seconds
from choreo_components.kubernetes.client import Conflict, Denied, Unreachable
from choreo_components.kubernetes.objects import Live, Resource
from choreo_components.kubernetes.retries import sent_once
from choreo_components.teardown.blockers import blocked, waiting
from choreo_components.teardown.informer import Follower, Listed, Selection, follow

T = TypeVar("T")

PROGRESS_SECONDS = 10.0
"""The longest silence while waiting."""

REPEAT_SECONDS = 5.0
"""How long until a refused deletion is requested again, or an object that no watch shows is read again."""

RETRY_SECONDS = 1.0
"""How long to wait after an API server could not be reached, or after its watch ended at once."""

DELETES_AT_ONCE = 32
"""How many delete requests are under way at a time."""


class LiveCluster(Listed, Protocol):
    """The requests that our custom resources make to a cluster."""

    async def get(self, resource: Resource, name: str, namespace: str | None = None) -> Live | None:
        """The object, or None."""
        ...

    async def kinds(self, group: str, version: str) -> frozenset[str]:
        """The kinds that the API server serves of a group's version; asking needs no permission."""
        ...

    async def resources(self, api_version: str) -> Mapping[str, Resource]:
        """How the API server addresses the kinds that it serves of an apiVersion; asking needs no permission."""
        ...

    async def allowed(self, verb: str, resource: Resource, namespace: str | None = None) -> bool:
        """Whether the credentials may do this to all objects; without a namespace, in all of them."""
        ...

    async def delete(self, live: Live) -> None:
        """Requests the object's deletion; it may be gone already. Raises Conflict if it has changed since."""
        ...

    async def merge(self, live: Live, change: Mapping[str, Any]) -> Live | None:
        """The object with a change merged into it, None if it is gone. Raises Conflict if it has changed since."""
        ...


class DeadlineError(Exception):
    """The deadline has passed: the message names each remaining object and what blocks its deletion."""


@dataclass(frozen=True)
class Deadline:
    """When to give up: the duration as given, and the time on the event loop's clock. Several steps may share one."""

    given: str
    at: float

    @classmethod
    def after(cls, duration: str) -> Self:
        """The deadline that long from now. Raises ValueError if it is not a duration."""
        return cls(duration, asyncio.get_running_loop().time() + seconds(duration))


async def persistently(
    work: Callable[[], Awaitable[T]],
    deadline: Deadline,
    progress: Callable[[str], None],
    failure: Callable[[Unreachable | None], Awaitable[str]],
) -> T:
    """The result of the work, which is started again whenever an API server cannot be reached.

    Raises DeadlineError with the text of `failure`, which is called with the last reason why the server could not be
    reached, if any.
    """
    unreachable: Unreachable | None = None
    try:
        async with asyncio.timeout_at(deadline.at):
            while True:
                try:
                    # Retried here only: at the deadline, the error must say why there was no answer.
                    with sent_once():
                        return await work()
                except Unreachable as problem:
                    # Reported once: a line each second would bury all the others.
                    if str(problem) != str(unreachable):
                        progress(f"{problem}; trying again")
                    unreachable = problem
                    await asyncio.sleep(RETRY_SECONDS)
    except TimeoutError:
        raise DeadlineError(await failure(unreachable)) from None


KeepReason = Callable[[Live], Awaitable[str | None]]
"""Why a selected object is kept; None if it is to be deleted."""


async def keep_nothing(live: Live) -> str | None:
    """Everything selected is deleted."""
    return None


Preparation = Callable[[Live], Awaitable[Live | None]]
"""What is done to an object before its deletion, and again during it. Returns the object afterwards, None if gone.

Raises an error that ends the removal if the object must not be deleted."""


async def no_preparation(live: Live) -> Live | None:
    """The object can be deleted as it is."""
    return live


async def no_causes() -> Sequence[str]:
    """Only the objects themselves say what blocks their deletion."""
    return ()


class Removal:
    """Deletes the selected objects and waits until they are gone; any that appear in the meantime are deleted too."""

    def __init__(
        self,
        cluster: LiveCluster,
        selection: Selection,
        progress: Callable[[str], None],
        keep_reason: KeepReason = keep_nothing,
        recognized: Callable[[], Awaitable[object]] | None = None,
        prepare: Preparation = no_preparation,
        causes: Callable[[], Awaitable[Sequence[str]]] = no_causes,
        *,
        deletes: bool = True,
    ) -> None:
        """`progress` is called with a line when something happens, and at least every ten seconds.

        `prepare` is called for each object before it is deleted. `causes` gives lines for the deadline's error that the
        objects themselves do not show. Without `deletes`, it only waits: others delete the objects.

        `recognized` is called before the first delete request, until it returns: an error that it raises ends the
        removal, unless that means that the cluster does not answer yet.
        """
        self.kept: dict[str, str] = {}
        """The objects that were kept, and why."""
        self._cluster = cluster
        self._selection = selection
        self._progress = progress
        self._keep_reason = keep_reason
        self._recognized = recognized
        self._prepare = prepare
        self._causes = causes
        self._deletes = deletes
        self._remaining: dict[str, Live] = {}
        self._refused: dict[str, str] = {}
        self._unseen = set(selection.names)
        """Names that no list has shown yet: an object belongs to the environment even if its labels were changed."""
        self._gate = asyncio.Semaphore(DELETES_AT_ONCE)
        self._uids: dict[str, set[object]] = defaultdict(set)
        """The UIDs of the objects that had a name: more than one if it was created again."""

    async def run(self, deadline: Deadline) -> bool:
        """Returns when nothing remains: True if there was anything to delete.

        Raises DeadlineError after the deadline, or ClusterError if a request is refused.
        """

        async def failure(unreachable: Unreachable | None) -> str:
            remaining = list(self._remaining.values())
            message = blocked(
                remaining, deadline.given, self._refused, unreachable, self._created_again, awaited=not self._deletes
            )
            return "\n".join([message, *(await self._causes() if remaining else ())])

        found = False
        reporter = asyncio.create_task(self._report())
        try:
            while await persistently(self._sweep, deadline, self._progress, failure):
                found = True
        finally:
            reporter.cancel()
        return found

    @property
    def _created_again(self) -> Mapping[str, int]:
        return {name: len(uids) - 1 for name, uids in self._uids.items() if len(uids) > 1}

    async def _sweep(self) -> bool:
        """Lists what remains, requests its deletion and watches it. False if nothing remained to begin with."""
        began = asyncio.get_running_loop().time()
        if self._recognized is not None:
            await self._recognized()
            self._recognized = None
        async with follow(self._cluster, self._selection) as followed:
            self._unseen -= {live.name for live in followed.found}
            strays = await self._strays()
            known = bool(self._remaining)
            self._remaining = {str(live): live for live in [*followed.found, *strays] if await self._is_deletable(live)}
            if not self._remaining:
                return False
            if not known:
                count = len(self._remaining)
                what = f"deleting {count}" if self._deletes else f"waiting for {count} to be deleted"
                self._progress(f"{self._selection.resource.full_name}: {what}")
            await self._delete(list(self._remaining.values()))
            try:
                # A stray is not in the watch, which selects by labels.
                async with asyncio.timeout(REPEAT_SECONDS if self._refused or strays else None):
                    await self._follow(followed)
            except TimeoutError:
                return True
        if self._remaining:
            # The watch has ended: if every watch ends at once, there must not be a flood of lists.
            await asyncio.sleep(began + RETRY_SECONDS - asyncio.get_running_loop().time())
        return True

    async def _strays(self) -> list[Live]:
        """The objects with one of the names and without the labels."""
        resource, namespace = self._selection.resource, self._selection.namespace

        async def one(name: str) -> Live | None:
            async with self._gate:
                live = await self._cluster.get(resource, name, namespace)
            if live is None:
                self._unseen.discard(name)
            return live

        return [live for live in await asyncio.gather(*map(one, sorted(self._unseen))) if live is not None]

    async def _is_deletable(self, live: Live) -> bool:
        """Whether the object is to be deleted; if not, the reason is recorded in `kept`."""
        if live.deleting:
            return True
        reason = await self._keep_reason(live)
        if reason is None:
            self.kept.pop(str(live), None)
            return True
        self.kept[str(live)] = reason
        self._unseen.discard(live.name)
        return False

    async def _delete(self, lives: Iterable[Live]) -> None:
        """Requests the deletion of those that are not being deleted already, many at a time."""

        async def one(live: Live) -> None:
            async with self._gate:
                try:
                    await self._cluster.delete(live)
                    self._refused.pop(str(live), None)
                except Conflict:
                    # The watch or the next list shows its new version; an object of a known name is read by name.
                    self._unseen |= self._selection.names & {live.name}
                except Denied as problem:
                    self._refuse(live, problem)

        prepared = await self._prepared(lives)
        if self._deletes:
            await asyncio.gather(*(one(live) for live in prepared if not live.deleting))

    async def _prepared(self, lives: Iterable[Live]) -> list[Live]:
        """Those that can be deleted, as they are afterwards. All are prepared before the first is deleted."""

        async def one(live: Live) -> Live | None:
            self._uids[str(live)].add(live.metadata.get("uid"))
            async with self._gate:
                try:
                    return await self._prepare(live)
                except Conflict:
                    return None
                except Denied as problem:
                    self._refuse(live, problem)
                    return None

        return [live for live in await asyncio.gather(*map(one, lives)) if live is not None]

    def _refuse(self, live: Live, problem: Denied) -> None:
        """Records the refusal of an admission webhook; the request is repeated."""
        if self._refused.get(str(live)) != str(problem):
            self._progress(f"{problem}; trying again until the deadline")
        self._refused[str(live)] = str(problem)

    async def _follow(self, followed: Follower) -> None:
        """Waits until nothing remains or the watch ends. What appears in the meantime is deleted too."""
        async for event, live in followed.events():
            if event == "DELETED":
                self._remaining.pop(str(live), None)
            elif str(live) in self._remaining or await self._is_deletable(live):
                self._remaining[str(live)] = live
                if str(live) not in self._refused:
                    await self._delete([live])
            if not self._remaining:
                return

    async def _report(self) -> None:
        """Reports regularly what it still waits for, and once the causes if nothing changes."""
        before = None
        explained = False
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            now = len(self._remaining)
            shrinking = before is None or now < before
            what = self._selection.resource.full_name
            self._progress(waiting(what, self._remaining, self._refused, shrinking=shrinking))
            if now and not shrinking and not explained:
                explained = True
                for line in await self._causes():
                    self._progress(line.strip())
            before = now if now else None

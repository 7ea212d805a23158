"""A removal: objects of one kind deleted all at once, and waited for until a deadline."""

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
"""How long until a deletion that was refused is asked for again, or an object that no watch shows is looked at."""

RETRY_SECONDS = 1.0
"""How long to leave an API server alone that could not be reached, or whose watches break off at once."""

DELETES_AT_ONCE = 32
"""Delete requests under way at a time."""


class LiveCluster(Listed, Protocol):
    """What our custom resources ask of a cluster."""

    async def get(self, resource: Resource, name: str, namespace: str | None = None) -> Live | None:
        """The object, or None."""
        ...

    async def kinds(self, group: str, version: str) -> frozenset[str]:
        """The kinds that the API server serves of a group's version, which everybody may ask."""
        ...

    async def resources(self, api_version: str) -> Mapping[str, Resource]:
        """How the API server addresses the kinds that it serves of an apiVersion, which everybody may ask."""
        ...

    async def allowed(self, verb: str, resource: Resource, namespace: str | None = None) -> bool:
        """Whether the credentials may do this to all objects; without a namespace, in all of them."""
        ...

    async def delete(self, live: Live) -> None:
        """Asks for the object's deletion; gone already is fine. Raises Conflict if it is not as it was seen."""
        ...

    async def merge(self, live: Live, change: Mapping[str, Any]) -> Live | None:
        """The object with a change merged into it, None if it is gone. Raises Conflict if it is not as it was seen."""
        ...


class DeadlineError(Exception):
    """The deadline passed: the message names what still stands and what holds each of it."""


@dataclass(frozen=True)
class Deadline:
    """When to give up, which several steps may share: as it was given, and by the clock of the loop."""

    given: str
    at: float

    @classmethod
    def after(cls, duration: str) -> Self:
        """That long from now. Raises ValueError for what is no duration."""
        return cls(duration, asyncio.get_running_loop().time() + seconds(duration))


async def persistently(
    work: Callable[[], Awaitable[T]],
    deadline: Deadline,
    progress: Callable[[str], None],
    failure: Callable[[Unreachable | None], Awaitable[str]],
) -> T:
    """What the work comes to, which begins anew where an API server cannot be reached.

    Raises DeadlineError with what `failure` says, of why nobody has answered lately.
    """
    unreachable: Unreachable | None = None
    try:
        async with asyncio.timeout_at(deadline.at):
            while True:
                try:
                    # Repeated here alone: at the deadline, the error has to say what kept them from an answer.
                    with sent_once():
                        return await work()
                except Unreachable as problem:
                    # Told once, or a line each second would bury all the others.
                    if str(problem) != str(unreachable):
                        progress(f"{problem}; trying again")
                    unreachable = problem
                    await asyncio.sleep(RETRY_SECONDS)
    except TimeoutError:
        raise DeadlineError(await failure(unreachable)) from None


Spare = Callable[[Live], Awaitable[str | None]]
"""Why an object stays although it was chosen; None where it is to go."""


async def nothing_is_spared(live: Live) -> str | None:
    """All that is chosen goes."""
    return None


Readying = Callable[[Live], Awaitable[Live | None]]
"""What is done to an object before it is deleted, and while it is: the object then, or None where that is gone.

Raises what ends the removal where the object may not go."""


async def nothing_is_done(live: Live) -> Live | None:
    """It may go as it is."""
    return live


async def nothing_is_known() -> Sequence[str]:
    """What holds an object is said by the object."""
    return ()


class Removal:
    """Deletes what a selection chooses and waits until it is gone; what appears meanwhile goes as well."""

    def __init__(
        self,
        cluster: LiveCluster,
        selection: Selection,
        progress: Callable[[str], None],
        spare: Spare = nothing_is_spared,
        recognized: Callable[[], Awaitable[object]] | None = None,
        ready: Readying = nothing_is_done,
        causes: Callable[[], Awaitable[Sequence[str]]] = nothing_is_known,
        *,
        deletes: bool = True,
    ) -> None:
        """`progress` gets a line when something happens, and at least every ten seconds.

        `ready` is called of each object before it is deleted. `causes` are lines for the deadline's error, of what the
        objects do not say themselves. Without `deletes`, what is chosen is only waited for: others delete it.

        `recognized` is called before the first request that deletes, until it returns: what it raises ends the removal,
        unless that says that the cluster does not answer yet.
        """
        self.spared: dict[str, str] = {}
        """What was left alone, and why."""
        self._cluster = cluster
        self._selection = selection
        self._progress = progress
        self._spare = spare
        self._recognized = recognized
        self._ready = ready
        self._causes = causes
        self._deletes = deletes
        self._remaining: dict[str, Live] = {}
        self._refused: dict[str, str] = {}
        self._unseen = set(selection.names)
        """Names which no listing has shown yet: whoever has changed the labels has not changed whose it is."""
        self._gate = asyncio.Semaphore(DELETES_AT_ONCE)
        self._uids: dict[str, set[object]] = defaultdict(set)
        """Of each name, the objects that had it: more than one, if somebody makes it again."""

    async def run(self, deadline: Deadline) -> bool:
        """Returns when nothing is left: whether there was anything.

        Raises DeadlineError after the deadline, or ClusterError when refused.
        """

        async def failure(unreachable: Unreachable | None) -> str:
            remaining = list(self._remaining.values())
            told = blocked(
                remaining, deadline.given, self._refused, unreachable, self._made_again, awaited=not self._deletes
            )
            return "\n".join([told, *(await self._causes() if remaining else ())])

        found = False
        teller = asyncio.create_task(self._tell())
        try:
            while await persistently(self._sweep, deadline, self._progress, failure):
                found = True
        finally:
            teller.cancel()
        return found

    @property
    def _made_again(self) -> Mapping[str, int]:
        return {name: len(uids) - 1 for name, uids in self._uids.items() if len(uids) > 1}

    async def _sweep(self) -> bool:
        """Lists what is left, asks for its deletion and watches it go. False when nothing was left to begin with."""
        began = asyncio.get_running_loop().time()
        if self._recognized is not None:
            await self._recognized()
            self._recognized = None
        async with follow(self._cluster, self._selection) as followed:
            self._unseen -= {live.name for live in followed.found}
            strays = await self._look_for_strays()
            known = bool(self._remaining)
            self._remaining = {str(live): live for live in [*followed.found, *strays] if await self._goes(live)}
            if not self._remaining:
                return False
            if not known:
                count = len(self._remaining)
                what = f"deleting {count}" if self._deletes else f"waiting for {count} to be gone"
                self._progress(f"{self._selection.resource.full_name}: {what}")
            await self._delete(list(self._remaining.values()))
            try:
                # No watch on the labels shows a stray.
                async with asyncio.timeout(REPEAT_SECONDS if self._refused or strays else None):
                    await self._follow(followed)
            except TimeoutError:
                return True
        if self._remaining:
            # The watch is over: if each one breaks off at once, listing must not become a flood.
            await asyncio.sleep(began + RETRY_SECONDS - asyncio.get_running_loop().time())
        return True

    async def _look_for_strays(self) -> list[Live]:
        """What has one of the names and not the labels."""
        resource, namespace = self._selection.resource, self._selection.namespace

        async def one(name: str) -> Live | None:
            async with self._gate:
                live = await self._cluster.get(resource, name, namespace)
            if live is None:
                self._unseen.discard(name)
            return live

        return [live for live in await asyncio.gather(*map(one, sorted(self._unseen))) if live is not None]

    async def _goes(self, live: Live) -> bool:
        """Whether the object is to go; what stays is kept in `spared`."""
        if live.deleting:
            return True
        reason = await self._spare(live)
        if reason is None:
            self.spared.pop(str(live), None)
            return True
        self.spared[str(live)] = reason
        self._unseen.discard(live.name)
        return False

    async def _delete(self, lives: Iterable[Live]) -> None:
        """Asks for the deletion of those that are not being deleted already, many at a time."""

        async def one(live: Live) -> None:
            async with self._gate:
                try:
                    await self._cluster.delete(live)
                    self._refused.pop(str(live), None)
                except Conflict:
                    # The watch tells what has become of it, or the next list; where its name counts, the name.
                    self._unseen |= self._selection.names & {live.name}
                except Denied as problem:
                    self._refuse(live, problem)

        ready = await self._readied(lives)
        if self._deletes:
            await asyncio.gather(*(one(live) for live in ready if not live.deleting))

    async def _readied(self, lives: Iterable[Live]) -> list[Live]:
        """Those that may be deleted, as they are then. All of them are asked before the first one goes."""

        async def one(live: Live) -> Live | None:
            self._uids[str(live)].add(live.metadata.get("uid"))
            async with self._gate:
                try:
                    return await self._ready(live)
                except Conflict:
                    return None
                except Denied as problem:
                    self._refuse(live, problem)
                    return None

        return [live for live in await asyncio.gather(*map(one, lives)) if live is not None]

    def _refuse(self, live: Live, problem: Denied) -> None:
        """Takes note of what an admission says, which is asked again."""
        if self._refused.get(str(live)) != str(problem):
            self._progress(f"{problem}; asking again until the deadline")
        self._refused[str(live)] = str(problem)

    async def _follow(self, followed: Follower) -> None:
        """Waits until nothing remains, or the watch ends. What appears meanwhile is deleted as well."""
        async for event, live in followed.events():
            if event == "DELETED":
                self._remaining.pop(str(live), None)
            elif str(live) in self._remaining or await self._goes(live):
                self._remaining[str(live)] = live
                if str(live) not in self._refused:
                    await self._delete([live])
            if not self._remaining:
                return

    async def _tell(self) -> None:
        """Says what is still waited for, often enough that nobody wonders, and once why, where nothing moves."""
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

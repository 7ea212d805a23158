"""A controller manager: events of objects go to their controllers, which retry until nothing is left to do."""

import asyncio
import json
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import httpx2 as httpx
from lightkube import ApiError

from choreo_components.kubernetes.objects import Live
from tests.standin.api import Api, Condition, Key, key_of

SCALE = 0.1
"""How much shorter the intervals are than upstream's: longer ones would only make tests slower."""

REQUEUE_SECONDS = 5.0
"""Upstream's default interval for what it does not watch."""

BACK_OFF_SECONDS = (0.005, 1000.0)
"""The first and the longest pause after an error; it doubles each time, as in controller-runtime."""

log = logging.getLogger("standin")


@dataclass(frozen=True)
class Errors:
    """The controllers' log of errors, a line of JSON each."""

    file: Path

    def of(self, organization: str) -> Sequence[str]:
        """The errors of an organization and of what is in its namespace, in order."""
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        errors = [json.loads(line) for line in lines]
        return [text for namespace, name, text in errors if organization in (namespace, name)]

    def add(self, key: Key, text: str) -> None:
        """Writes down an error."""
        with self.file.open("a") as file:
            file.write(json.dumps([key.namespace, key.name, text]) + "\n")


class ReconcileError(Exception):
    """A controller's error: it is logged, and the object is tried again after a pause."""


class Requeue(Exception):
    """Not finished, and no event will come: check again after this many of upstream's seconds."""

    def __init__(self, seconds: float = REQUEUE_SECONDS) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Controller:
    """The pattern of all kinds: first the finalizer, then the work, then the condition.

    An object that is being deleted first gets only the condition for it, whose event leads to `finalize`.
    """

    kind: ClassVar[str]
    finalizer: ClassVar[str | None] = None
    accepted: ClassVar[Condition]
    finalizing: ClassVar[Condition]
    watches: ClassVar[Mapping[str, Callable[[Api, Live], Iterable[Key]]]] = {}
    """By other kind: which of its objects to reconcile at an event of one of those."""
    heeds_status: ClassVar[bool] = True
    """Whether a change of status of its objects is a reason to reconcile them."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def handle(self, key: Key) -> None:
        """Reconciles one object. Raises ReconcileError, Requeue or ApiError if it must be reconciled again."""
        live = self.api.get(self.kind, key)
        if live is None:
            return
        finalizers: list[str] = live.metadata.get("finalizers") or []
        if live.deleting:
            if self.finalizer not in finalizers or await self.api.set_condition(live, self.finalizing):
                return
            if await self.finalize(live):
                await self.api.update(live, {"finalizers": [each for each in finalizers if each != self.finalizer]})
        elif self.finalizer is not None and self.finalizer not in finalizers:
            await self.api.update(live, {"finalizers": [*finalizers, self.finalizer]})
        else:
            await self.reconcile(live)

    async def reconcile(self, live: Live) -> None:
        """The work for an object; for most kinds, only setting the condition."""
        await self.api.set_condition(live, self.accepted)

    async def finalize(self, live: Live) -> bool:
        """Deletes what belongs to an object. False: not gone yet, and an event will follow."""
        return True

    async def empty(self, kind: str, lives: Sequence[Live]) -> bool:
        """Asks for the deletion of watched objects. True if there are none."""
        for live in lives:
            if not live.deleting:
                await self.api.delete(self.api.resources[kind], key_of(live))
        return not lives


class Manager:
    """Runs controllers, each of them one object at a time."""

    def __init__(self, api: Api, controllers: Sequence[Controller], errors: Errors) -> None:
        self.filled = asyncio.Event()
        """Set when all caches are filled."""
        self._api = api
        self._controllers = controllers
        self._errors = errors
        self._queues: dict[str, asyncio.Queue[Key]] = {each.kind: asyncio.Queue() for each in controllers}
        self._queued: dict[str, set[Key]] = defaultdict(set)
        self._failures: dict[tuple[str, Key], int] = defaultdict(int)
        self._timers: dict[tuple[str, Key], asyncio.TimerHandle] = {}

    async def run(self) -> None:
        """Works until it is cancelled."""
        listed = {kind: asyncio.Event() for kind in self._api.resources}
        async with asyncio.TaskGroup() as group:
            for kind, each in listed.items():
                group.create_task(self._follow(kind, each))
            for each in listed.values():
                await each.wait()
            for controller in self._controllers:
                group.create_task(self._work(controller))
            self.filled.set()

    async def _follow(self, kind: str, listed: asyncio.Event) -> None:
        async for live, changed in self._api.follow(self._api.resources[kind], listed):
            await self.filled.wait()
            for controller in self._controllers:
                if controller.kind == kind and (changed or controller.heeds_status):
                    self._add(kind, key_of(live))
                if kind in controller.watches:
                    for key in controller.watches[kind](self._api, live):
                        self._add(controller.kind, key)

    def _add(self, kind: str, key: Key) -> None:
        if key not in self._queued[kind]:
            self._queued[kind].add(key)
            self._queues[kind].put_nowait(key)

    async def _work(self, controller: Controller) -> None:
        while True:
            key = await self._queues[controller.kind].get()
            self._queued[controller.kind].discard(key)
            try:
                await controller.handle(key)
            except Requeue as again:
                self._later(controller.kind, key, again.seconds * SCALE)
            except (ReconcileError, httpx.HTTPError) as problem:
                # An outdated cache is not an error, and is corrected by the next event.
                if not (isinstance(problem, ApiError) and problem.status.code == 409):
                    text = f"{controller.kind} {key.name}: {problem or type(problem).__name__}"
                    log.info(text)
                    self._errors.add(key, text)
                self._failures[controller.kind, key] += 1
                first, longest = BACK_OFF_SECONDS
                pause = min(longest, first * 2 ** (self._failures[controller.kind, key] - 1))
                self._later(controller.kind, key, pause)
                continue
            self._failures.pop((controller.kind, key), None)

    def _later(self, kind: str, key: Key, seconds: float) -> None:
        """Adds an object after a delay, or earlier if it was planned earlier."""
        loop = asyncio.get_running_loop()
        planned = self._timers.get((kind, key))
        if planned is not None and planned.when() <= loop.time() + seconds:
            return
        if planned is not None:
            planned.cancel()
        self._timers[kind, key] = loop.call_later(seconds, self._now, kind, key)

    def _now(self, kind: str, key: Key) -> None:
        del self._timers[kind, key]
        self._add(kind, key)

"""Finalization: taking an environment's Deployments, then its data-plane namespaces, out of a cluster, and waiting.

What OpenChoreo's Environment controller does in `finalize` (upstream: internal/controller/environment/
controller_finalize.go), with a deadline for each step and an error that says what blocks.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from choreo_components.api import labels
from choreo_components.cluster import NAMESPACES, Live, Resource, Unreachable
from choreo_components.durations import seconds

DEPLOYMENTS = Resource("core.choreo.dev", "v1", "Deployment", "deployments")

PROGRESS_SECONDS = 10.0
"""The longest silence while waiting."""

RELIST_SECONDS = 30.0
"""How long one watch is trusted before everything is listed again."""

RETRY_SECONDS = 1.0
"""How long to leave an API server alone that could not be reached."""

DELETES_AT_ONCE = 32
"""Delete requests under way at a time."""


class LiveCluster(Protocol):
    """What finalization asks of a cluster."""

    async def list(
        self,
        resource: Resource,
        labels: Mapping[str, str],
        namespace: str | None = None,
    ) -> tuple[list[Live], str | None]:
        """All objects with the labels, and the version to watch from (None: the kind is not served)."""
        ...

    async def delete(self, live: Live) -> None:
        """Asks for the object's deletion; gone already is fine."""
        ...

    def watch(
        self,
        resource: Resource,
        labels: Mapping[str, str],
        version: str | None,
        namespace: str | None = None,
    ) -> AsyncGenerator[tuple[str, Live], None]:
        """ADDED, MODIFIED and DELETED events after the version, until the watch breaks."""
        ...


class DeadlineError(Exception):
    """A step's deadline passed: the message names what still stands and what holds each of it."""


@dataclass(frozen=True)
class Scope:
    """What belongs to one environment: both labels, never one alone.

    Raises ValueError when a name is empty: a selector without a value would choose what is not ours.
    """

    organization: str
    environment: str

    def __post_init__(self) -> None:
        if not self.organization or not self.environment:
            raise ValueError("an environment's scope needs the organization's name and the environment's name")

    @property
    def deployments(self) -> Mapping[str, str]:
        """The labels of its Deployments, which stand in the organization's namespace."""
        return labels.environment_deployment_selector(self.organization, self.environment)

    @property
    def namespaces(self) -> Mapping[str, str]:
        """The labels of its data-plane namespaces."""
        return labels.environment_namespace_selector(self.organization, self.environment)


async def finalize(
    cluster: LiveCluster,
    scope: Scope,
    deployments: str,
    namespaces: str,
    progress: Callable[[str], None],
) -> None:
    """Deletes every Deployment of the environment and waits, then all its namespaces at once and waits.

    `deployments` and `namespaces` are the two steps' deadlines as durations. `progress` gets a line when something
    happens, and at least every ten seconds. Raises DeadlineError, or ClusterError where the API server refuses.
    """
    await _remove(
        cluster,
        DEPLOYMENTS,
        scope.deployments,
        scope.organization,
        deployments,
        progress,
    )
    await _remove(cluster, NAMESPACES, scope.namespaces, None, namespaces, progress)


async def _remove(
    cluster: LiveCluster,
    resource: Resource,
    selector: Mapping[str, str],
    namespace: str | None,
    deadline: str,
    progress: Callable[[str], None],
) -> None:
    """Deletes all that carries the labels and waits until nothing does; what appears meanwhile goes as well."""
    remaining: dict[str, Live] = {}
    unreachable: Unreachable | None = None
    teller = asyncio.create_task(_tell(resource, remaining, progress))
    try:
        async with asyncio.timeout(seconds(deadline)):
            left = True
            while left:
                try:
                    left = await _sweep(cluster, resource, selector, namespace, remaining, progress)
                    unreachable = None
                except Unreachable as problem:
                    # Told once, or a line each second would bury all the others.
                    if str(problem) != str(unreachable):
                        progress(f"{problem}; trying again")
                    unreachable = problem
                    await asyncio.sleep(RETRY_SECONDS)
    except TimeoutError:
        raise DeadlineError(blocked(remaining.values(), deadline, unreachable)) from None
    finally:
        teller.cancel()


async def _sweep(
    cluster: LiveCluster,
    resource: Resource,
    selector: Mapping[str, str],
    namespace: str | None,
    remaining: dict[str, Live],
    progress: Callable[[str], None],
) -> bool:
    """Lists what is left, asks for its deletion and watches it go. False when nothing was left to begin with.

    Keeps `remaining` current.
    """
    found, version = await cluster.list(resource, selector, namespace)
    known = bool(remaining)
    remaining.clear()
    remaining.update({str(live): live for live in found})
    if not remaining:
        return False
    if not known:
        progress(f"{resource.full_name}: deleting {len(remaining)}")
    await _delete(cluster, remaining.values())
    try:
        async with asyncio.timeout(RELIST_SECONDS):
            await _follow(cluster, resource, selector, namespace, version, remaining)
    except TimeoutError:
        return True
    if remaining:
        # The watch broke off: if each one does at once, listing must not become a flood.
        await asyncio.sleep(RETRY_SECONDS)
    return True


async def _delete(cluster: LiveCluster, lives: Iterable[Live]) -> None:
    """Asks for the deletion of those that are not being deleted already, many at a time."""
    gate = asyncio.Semaphore(DELETES_AT_ONCE)

    async def one(live: Live) -> None:
        async with gate:
            await cluster.delete(live)

    await asyncio.gather(*(one(live) for live in lives if not live.deleting))


async def _follow(
    cluster: LiveCluster,
    resource: Resource,
    selector: Mapping[str, str],
    namespace: str | None,
    version: str | None,
    remaining: dict[str, Live],
) -> None:
    """Watches until nothing remains, or the watch ends. What appears meanwhile is deleted as well."""
    async with aclosing(cluster.watch(resource, selector, version, namespace)) as events:
        async for event, live in events:
            if event == "DELETED":
                remaining.pop(str(live), None)
            else:
                remaining[str(live)] = live
                await _delete(cluster, [live])
            if not remaining:
                return


async def _tell(resource: Resource, remaining: Mapping[str, Live], progress: Callable[[str], None]) -> None:
    """Says what is still waited for, often enough that nobody wonders."""
    before = None
    while True:
        await asyncio.sleep(PROGRESS_SECONDS)
        if not remaining:
            progress(f"{resource.full_name}: the API server has not said yet what is there")
            continue
        now = len(remaining)
        state = "stuck" if before is not None and now >= before else "shrinking"
        progress(f"{resource.full_name}: {now} left ({state}): {_some(map(str, remaining.values()))}")
        before = now


def _some(names: Iterable[str], most: int = 3) -> str:
    ordered = sorted(names)
    more = f" and {len(ordered) - most} more" if len(ordered) > most else ""
    return ", ".join(ordered[:most]) + more


def blocked(lives: Iterable[Live], deadline: str, unreachable: Unreachable | None = None) -> str:
    """What stands after the deadline, a line each: the object, its finalizers, its conditions, and how to look at it.

    `unreachable` is why nobody has answered lately: what stands is then what was seen last.
    """
    ordered = sorted(lives, key=str)
    if not ordered:
        why = unreachable or "the API server has not answered"
        return f"after {deadline}, nobody knows what is still there; the next destroy goes on from here: {why}"
    seen = "still there" if unreachable is None else f"still there when last seen, and then {unreachable}"
    lines = [f"after {deadline}, {len(ordered)} {seen}; nothing was forced, and the next destroy goes on from here:"]
    for live in ordered:
        finalizers = _finalizers(live)
        held = f"held by {', '.join(finalizers)}" if finalizers else "no finalizer holds it"
        if not live.deleting:
            held = f"its deletion {'was not' if unreachable is None else 'may not have been'} accepted"
        lines.append(f"  {live}: {held}")
        lines += [f"    {line}" for line in (*live.told, live.look)]
    return "\n".join(lines)


def _finalizers(live: Live) -> list[str]:
    """Its metadata's finalizers, and a namespace's own."""
    of_namespace = (live.manifest.get("spec") or {}).get("finalizers") if live.resource == NAMESPACES else None
    return [*(live.metadata.get("finalizers") or []), *(of_namespace or [])]

"""A point: a moment of an operation, seen in the API server, so that a fault strikes there and not after a delay."""

import asyncio
from collections.abc import Callable, Collection
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from choreo_components.kubernetes.client import Cluster
from choreo_components.kubernetes.objects import Live
from tests.engine.lists import View, listed
from tests.faults.grounds import PROJECTS, Subject

SECONDS_TO_REACH = 180
SECONDS_OF_A_WATCH = 2
"""Seconds between checks whether the operation still runs."""

Lives = Collection[Live]


@dataclass(frozen=True)
class Point:
    """It is reached when its subject, a set of objects, shows it."""

    sentence: str
    subject: Subject
    reached: Callable[[Lives, int], bool]
    """Whether it is reached, from the objects that exist now and their number before the operation."""


def _deleting(now: Lives, _: int) -> bool:
    return any(live.deleting for live in now)


def _some(now: Lives, _: int) -> bool:
    return bool(now)


def _none(now: Lives, _: int) -> bool:
    return not now


def _ready(now: Lives, _: int) -> bool:
    conditions = [{each["type"]: each["status"] for each in live.conditions} for live in now]
    return len(conditions) == len(PROJECTS) and all(each.get("Ready") == "True" for each in conditions)


# Of `up`.
ORGANIZATION_NAMESPACE_MADE = Point("the organization's namespace exists", Subject.TENANT, _some)
ENVIRONMENT_MADE = Point("the Environment exists, and no finalizer yet", Subject.ENVIRONMENT, _some)
FIRST_NAMESPACE_MADE = Point("the first data-plane namespace exists", Subject.NAMESPACES, _some)
NAMESPACES_MADE = Point("all data-plane namespaces exist", Subject.NAMESPACES, lambda now, _: len(now) == len(PROJECTS))
DEPLOYMENT_MADE = Point("the deployed objects exist", Subject.DEPLOYED, _some)
BINDINGS_READY = Point(
    "the bindings of all projects are ready, and the command waits until they stay ready", Subject.BOUND, _ready
)

# Of `destroy`.
FIRST_DEPLOYMENT_GONE = Point(
    "the first deployed object is gone", Subject.DEPLOYED, lambda now, before: len(now) < before
)
DEPLOYMENTS_GONE = Point("everything deployed is gone", Subject.DEPLOYED, _none)
DEPLOYMENT_HELD = Point(
    "a deployed object that Pulumi did not make is held by its finalizer",
    Subject.DEPLOYED,
    lambda now, _: bool(now) and all(live.deleting and live.metadata.get("finalizers") for live in now),
)
NAMESPACES_GO = Point("the first namespace is being deleted", Subject.NAMESPACES, _deleting)
ALL_NAMESPACES_GO = Point(
    "all namespaces are being deleted",
    Subject.NAMESPACES,
    lambda now, before: len(now) == before and all(live.deleting for live in now),
)
NAMESPACES_GONE = Point("all namespaces are gone and the Environment exists", Subject.NAMESPACES, _none)
ORGANIZATION_NAMESPACE_GOES = Point("the organization's namespace is being deleted", Subject.TENANT, _deleting)


def count(view: View, kubeconfig: Path) -> int:
    """The number of objects in a view."""
    return len(listed(kubeconfig, [view]))


def wait(point: Point, view: View, kubeconfig: Path, before: int, going: Callable[[], bool]) -> bool:
    """Waits until the point is reached, as a view of its subject shows.

    False if it never is and the operation is no longer `going`.
    """

    async def watched() -> bool:
        async with asyncio.timeout(SECONDS_TO_REACH), Cluster(str(kubeconfig)) as cluster:
            while True:
                last = not going()
                if await _seen(cluster, point, view, before):
                    return True
                if last:
                    return False

    return asyncio.run(watched())


async def _seen(cluster: Cluster, point: Point, view: View, before: int) -> bool:
    """Whether the point is reached within the time of a watch."""
    found, version = await cluster.list(view.resource, view.labels, view.namespace)
    now = {str(live): live for live in found if view.shows(live)}
    if point.reached(now.values(), before):
        return True
    try:
        async with (
            asyncio.timeout(SECONDS_OF_A_WATCH),
            aclosing(cluster.watch(view.resource, view.labels, version, view.namespace)) as events,
        ):
            async for event, live in events:
                if not view.shows(live):
                    continue
                if event == "DELETED":
                    now.pop(str(live), None)
                else:
                    now[str(live)] = live
                if point.reached(now.values(), before):
                    return True
    except TimeoutError:
        pass
    return False

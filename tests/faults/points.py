"""A point: a moment of an operation, seen in the API server, so that a fault strikes there and not after some time."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from choreo_components.api.core_v1 import labels
from choreo_components.kubernetes.client import Cluster
from choreo_components.kubernetes.objects import NAMESPACES, Live, Resource, resource_named
from tests.faults.estates import ENVIRONMENT, PROJECTS

ENVIRONMENTS, DEPLOYMENTS = (resource_named("core.choreo.dev/v1", kind) for kind in ("Environment", "Deployment"))

SECONDS_TO_REACH = 180
SECONDS_OF_A_WATCH = 2
"""How often it is looked whether the operation still goes on."""

Lives = Collection[Live]


@dataclass(frozen=True)
class Point:
    """When it is reached is seen on the objects of one kind that carry an environment's labels, or on a namespace."""

    sentence: str
    resource: Resource
    select: Callable[[str], Mapping[str, str]]
    """The labels to look at, by the organization's name."""
    reached: Callable[[Lives, int], bool]
    """Whether what is there now, and how many there were before the operation, says that it is reached."""


def _deployments(organization: str) -> Mapping[str, str]:
    return labels.environment_deployment_selector(organization, ENVIRONMENT)


def _namespaces(organization: str) -> Mapping[str, str]:
    return labels.environment_namespace_selector(organization, ENVIRONMENT)


def _environment(organization: str) -> Mapping[str, str]:
    return {labels.ORGANIZATION: organization, labels.NAME: ENVIRONMENT}


def _of_organization(organization: str) -> Mapping[str, str]:
    return labels.organization_namespace_labels(organization)


def _deleting(now: Lives, _: int) -> bool:
    return any(live.deleting for live in now)


def _some(now: Lives, _: int) -> bool:
    return bool(now)


def _none(now: Lives, _: int) -> bool:
    return not now


# Of `up`.
ORGANIZATION_NAMESPACE_MADE = Point("the organization's namespace exists", NAMESPACES, _of_organization, _some)
ENVIRONMENT_MADE = Point("the Environment exists, and no finalizer yet", ENVIRONMENTS, _environment, _some)
FIRST_NAMESPACE_MADE = Point("the first data-plane namespace exists", NAMESPACES, _namespaces, _some)
NAMESPACES_MADE = Point(
    "all data-plane namespaces exist", NAMESPACES, _namespaces, lambda now, _: len(now) == len(PROJECTS)
)
DEPLOYMENT_MADE = Point("the Deployment exists", DEPLOYMENTS, _deployments, _some)

# Of `destroy`.
FIRST_DEPLOYMENT_GONE = Point(
    "the first Deployment is gone", DEPLOYMENTS, _deployments, lambda now, before: len(now) < before
)
DEPLOYMENTS_GONE = Point("all Deployments are gone", DEPLOYMENTS, _deployments, _none)
DEPLOYMENT_HELD = Point(
    "a Deployment that Pulumi never made is held by its finalizer",
    DEPLOYMENTS,
    _deployments,
    lambda now, _: bool(now) and all(live.deleting and live.metadata.get("finalizers") for live in now),
)
NAMESPACES_GO = Point("the first namespace is being deleted", NAMESPACES, _namespaces, _deleting)
ALL_NAMESPACES_GO = Point(
    "all namespaces are being deleted",
    NAMESPACES,
    _namespaces,
    lambda now, before: len(now) == before and all(live.deleting for live in now),
)
NAMESPACES_GONE = Point("all namespaces are gone and the Environment stands", NAMESPACES, _namespaces, _none)
ORGANIZATION_NAMESPACE_GOES = Point(
    "the organization's namespace is being deleted", NAMESPACES, _of_organization, _deleting
)


def count(point: Point, kubeconfig: Path, organization: str) -> int:
    """How many objects there are now of those that the point is seen on."""

    async def ask() -> int:
        async with Cluster(str(kubeconfig)) as cluster:
            return len((await cluster.list(point.resource, point.select(organization)))[0])

    return asyncio.run(ask())


def wait(point: Point, kubeconfig: Path, organization: str, before: int, going: Callable[[], bool]) -> bool:
    """Waits until the point is reached. False where it never is, though nothing is `going` on any more."""

    async def watched() -> bool:
        async with asyncio.timeout(SECONDS_TO_REACH), Cluster(str(kubeconfig)) as cluster:
            while True:
                last = not going()
                if await _seen(cluster, point, organization, before):
                    return True
                if last:
                    return False

    return asyncio.run(watched())


async def _seen(cluster: Cluster, point: Point, organization: str, before: int) -> bool:
    """Whether the point is reached within the time of a watch."""
    selector = point.select(organization)
    found, version = await cluster.list(point.resource, selector)
    now = {str(live): live for live in found}
    if point.reached(now.values(), before):
        return True
    try:
        async with (
            asyncio.timeout(SECONDS_OF_A_WATCH),
            aclosing(cluster.watch(point.resource, selector, version)) as events,
        ):
            async for event, live in events:
                if event == "DELETED":
                    now.pop(str(live), None)
                else:
                    now[str(live)] = live
                if point.reached(now.values(), before):
                    return True
    except TimeoutError:
        pass
    return False

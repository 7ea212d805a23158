"""Asking: what the clusters of some stacks say, all at once, over one set of connections for each kubeconfig."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from choreo_components.api import Generation
from choreo_components.inspection.declared_snapshot import see
from choreo_components.inspection.snapshot import Census, take, together
from choreo_components.inspection.target_clusters import Destination, Opened
from choreo_components.kubernetes.client import Cluster, ClusterError
from choreo_components.plan.nodes import ObjectNode
from choreo_components.preflight.crd_compatibility import definitions
from choreo_components.preflight.unsupported_conditions import unsupported


@dataclass(frozen=True)
class Answer:
    """What a cluster has said; `unsupported` are the kinds, by apiVersion and kind, whose conditions it cannot keep."""

    destination: Destination
    census: Census
    unsupported: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Answers:
    """What the clusters have said, each that did; and why the rest is not known, in the same order each time."""

    answers: Sequence[Answer]
    unread: Sequence[str]


async def ask(found: Iterable[Destination], more: Collection[str] = (), also: Collection[Generation] = ()) -> Answers:
    """Asks the clusters for all that they have, of the organizations that their stacks speak of and of `more`.

    Of the generations that a cluster's stacks are of, and `also` of these; without any, of all.
    Of an organization each cluster is asked by the kubeconfigs of those stacks that speak of it.
    """
    said = await asyncio.gather(*(_take_all(destination, more, also) for destination in found))
    answers = [answer for answer, _ in said if answer is not None]
    return _answers(answers, [problem for _, problems in said for problem in problems])


async def ask_for_declared(found: Iterable[Destination]) -> Answers:
    """Asks the clusters for what their stacks declare and nothing else, of each stack by its own kubeconfig."""
    said = await asyncio.gather(*(_see(way) for destination in found for way in destination.ways))
    answers = [each for each in said if isinstance(each, Answer)]
    return _answers(answers, [each for each in said if isinstance(each, ClusterError)])


def _answers(answers: Sequence[Answer], problems: Iterable[ClusterError]) -> Answers:
    unread = {why for answer in answers for why in answer.census.unread.values()}
    return Answers(answers, sorted(unread | {str(problem) for problem in problems}))


async def _take_all(
    destination: Destination, more: Collection[str], also: Collection[Generation]
) -> tuple[Answer | None, list[ClusterError]]:
    taken = await asyncio.gather(*(_take(way, more, also) for way in destination.ways))
    problems = [each for each in taken if isinstance(each, ClusterError)]
    censuses = [each for each in taken if isinstance(each, Census)]
    return Answer(destination, together(censuses)) if censuses else None, problems


async def _take(way: Destination, more: Collection[str], also: Collection[Generation]) -> Census | ClusterError:
    wanted = {*also, *(each for stack in way.stacks for each in stack.plan.generations)}
    try:
        async with Cluster(way.kubeconfig) as cluster:
            return await take(cluster, way.organizations | frozenset(more), _given(way.stacks), wanted)
    except ClusterError as problem:
        return problem


async def _see(way: Destination) -> Answer | ClusterError:
    try:
        async with Cluster(way.kubeconfig) as cluster:
            census = await see(cluster, [stack.plan for stack in way.stacks], _given(way.stacks))
            wanted = dict.fromkeys(each for stack in way.stacks for each in stack.plan.generations)
            unending = unsupported(await definitions(cluster, wanted), _nodes(way))
    except ClusterError as problem:
        return problem
    return Answer(way, census, frozenset(unending))


def _given(stacks: Iterable[Opened]) -> dict[str, dict[str, str | Path]]:
    """The kubeconfigs of data planes: those of a stack are for the organizations that it speaks of."""
    given: dict[str, dict[str, str | Path]] = {}
    for stack in stacks:
        for organization in stack.organizations:
            given.setdefault(organization, {}).update(stack.data_plane_kubeconfigs)
        for name in stack.shared_data_planes & stack.data_plane_kubeconfigs.keys():
            given.setdefault("", {})[name] = stack.data_plane_kubeconfigs[name]
    return given


def _nodes(destination: Destination) -> list[ObjectNode]:
    """All that the stacks declare: the same question for each of them would be as many requests."""
    return [node for stack in destination.stacks for node in stack.plan.objects]

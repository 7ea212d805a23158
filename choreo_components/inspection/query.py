"""Queries: read the clusters of some stacks, all at the same time, with one set of connections for each kubeconfig."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from choreo_components.api import Generation
from choreo_components.inspection.declared_snapshot import take_declared
from choreo_components.inspection.snapshot import Snapshot, merged, take
from choreo_components.inspection.target_clusters import OpenedStack, TargetCluster
from choreo_components.kubernetes.client import Cluster, ClusterError
from choreo_components.plan.nodes import ObjectNode
from choreo_components.preflight.crd_compatibility import definitions
from choreo_components.preflight.unsupported_conditions import unsupported


@dataclass(frozen=True)
class Answer:
    """The answer of a cluster; `unsupported` are kinds, by apiVersion and kind, whose conditions it cannot store."""

    target: TargetCluster
    snapshot: Snapshot
    unsupported: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Answers:
    """The answers of the clusters, and the reasons why something is unknown, in a stable order."""

    answers: Sequence[Answer]
    unread: Sequence[str]


async def ask(found: Iterable[TargetCluster], more: Collection[str] = (), also: Collection[Generation] = ()) -> Answers:
    """Reads everything that the clusters have of the organizations that their stacks name, and of `more`.

    It reads the generations of a cluster's stacks and those in `also`; without any, all. For an organization, it uses
    the kubeconfigs of the stacks that name it.
    """
    results = await asyncio.gather(*(_take_all(target, more, also) for target in found))
    answers = [answer for answer, _ in results if answer is not None]
    return _answers(answers, [problem for _, problems in results for problem in problems])


async def ask_for_declared(found: Iterable[TargetCluster]) -> Answers:
    """Reads only what the stacks declare, for each stack with its kubeconfig."""
    results = await asyncio.gather(*(_take_declared(way) for target in found for way in target.ways))
    answers = [each for each in results if isinstance(each, Answer)]
    return _answers(answers, [each for each in results if isinstance(each, ClusterError)])


def _answers(answers: Sequence[Answer], problems: Iterable[ClusterError]) -> Answers:
    unread = {why for answer in answers for why in answer.snapshot.unread.values()}
    return Answers(answers, sorted(unread | {str(problem) for problem in problems}))


async def _take_all(
    target: TargetCluster, more: Collection[str], also: Collection[Generation]
) -> tuple[Answer | None, list[ClusterError]]:
    taken = await asyncio.gather(*(_take(way, more, also) for way in target.ways))
    problems = [each for each in taken if isinstance(each, ClusterError)]
    snapshots = [each for each in taken if isinstance(each, Snapshot)]
    return Answer(target, merged(snapshots)) if snapshots else None, problems


async def _take(way: TargetCluster, more: Collection[str], also: Collection[Generation]) -> Snapshot | ClusterError:
    wanted = {*also, *(each for stack in way.stacks for each in stack.plan.generations)}
    try:
        async with Cluster(way.kubeconfig) as cluster:
            return await take(cluster, way.organizations | frozenset(more), _given(way.stacks), wanted)
    except ClusterError as problem:
        return problem


async def _take_declared(way: TargetCluster) -> Answer | ClusterError:
    try:
        async with Cluster(way.kubeconfig) as cluster:
            snapshot = await take_declared(cluster, [stack.plan for stack in way.stacks], _given(way.stacks))
            wanted = dict.fromkeys(each for stack in way.stacks for each in stack.plan.generations)
            without_condition = unsupported(await definitions(cluster, wanted), _nodes(way))
    except ClusterError as problem:
        return problem
    return Answer(way, snapshot, frozenset(without_condition))


def _given(stacks: Iterable[OpenedStack]) -> dict[str, dict[str, str | Path]]:
    """The kubeconfigs of data planes: those of a stack are for the organizations that it names."""
    given: dict[str, dict[str, str | Path]] = {}
    for stack in stacks:
        for organization in stack.organizations:
            given.setdefault(organization, {}).update(stack.data_plane_kubeconfigs)
        for name in stack.shared_data_planes & stack.data_plane_kubeconfigs.keys():
            given.setdefault("", {})[name] = stack.data_plane_kubeconfigs[name]
    return given


def _nodes(target: TargetCluster) -> list[ObjectNode]:
    """All objects that the stacks declare: they share one question, which saves requests."""
    return [node for stack in target.stacks for node in stack.plan.objects]

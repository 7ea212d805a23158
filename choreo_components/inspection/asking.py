"""Asking: what the clusters of some stacks say, all at once, over one set of connections for each cluster."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from choreo_components.cluster import Cluster, ClusterError
from choreo_components.definitions import definitions
from choreo_components.inspection.census import Census, take
from choreo_components.inspection.destinations import Destination
from choreo_components.plan import Plan
from choreo_components.waits import endless


@dataclass(frozen=True)
class Answer:
    """What a cluster has said; `endless` are the kinds whose conditions it cannot keep."""

    destination: Destination
    census: Census
    endless: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Answers:
    """What the clusters have said, each that did; and why the rest is not known."""

    answers: Sequence[Answer]
    unread: Sequence[str]


async def ask(found: Iterable[Destination], more: Collection[str] = ()) -> Answers:
    """Asks the clusters for the organizations that their stacks speak of, and for `more`."""
    said = await asyncio.gather(*(_ask(destination, more) for destination in found))
    answers = [each for each in said if isinstance(each, Answer)]
    unread = [str(each) for each in said if isinstance(each, ClusterError)]
    unread += [why for answer in answers for why in answer.census.unread.values()]
    return Answers(answers, list(dict.fromkeys(unread)))


async def _ask(destination: Destination, more: Collection[str]) -> Answer | ClusterError:
    try:
        async with Cluster(destination.kubeconfig) as cluster:
            given = {name: text for stack in destination.stacks for name, text in stack.data_plane_kubeconfigs.items()}
            census = await take(cluster, destination.organizations | frozenset(more), given)
            unending = endless(await definitions(cluster), _plan(destination))
    except ClusterError as problem:
        return problem
    return Answer(destination, census, frozenset(unending))


def _plan(destination: Destination) -> Plan:
    """All that the stacks plan, as one: the same question for each of them would be as many requests."""
    first, *others = (stack.plan for stack in destination.stacks)
    return replace(first, nodes=(*first.nodes, *(node for each in others for node in each.nodes)))

"""Causes: why what is deleted does not go, or what is bound does not come, where the objects do not say it themselves.

What controllers have made of an object may say so, and the data plane. Of a deletion the former says this and then
that, about once a second, so it is looked at several times.
"""

import asyncio
from collections.abc import Iterator, Sequence

from choreo_components.api.generation import Generation, Role, Trace
from choreo_components.kubernetes.client import ClusterError
from choreo_components.kubernetes.objects import Live, resource_of, resource_of_sweep
from choreo_components.kubernetes.retries import sent_once
from choreo_components.teardown.removal import LiveCluster

SAMPLES, SAMPLE_SECONDS = 8, 0.4
"""How often to look, and how long to wait in between."""

LONGEST_SECONDS = 15.0
"""How long all of it may take."""


async def causes(cluster: LiveCluster, generation: Generation, organization: str, environment: str) -> Sequence[str]:
    """Lines about what keeps the objects of an environment; none where nothing can be found out."""
    return await _causes(cluster, generation, organization, environment, SAMPLES, _UNTIL)


async def causes_of_waiting(
    cluster: LiveCluster, generation: Generation, organization: str, environment: str
) -> Sequence[str]:
    """Lines about what is in the way of what is bound to an environment; none where nothing can be found out."""
    return await _causes(cluster, generation, organization, environment, 1, _WITHOUT)


async def _causes(
    cluster: LiveCluster, generation: Generation, organization: str, environment: str, samples: int, missing: str
) -> Sequence[str]:
    """Both: after so many looks, and with what it means where something `missing` is the cause."""
    if not generation.teardown.traces:
        return ()
    lines: list[str] = []
    try:
        with sent_once():
            async with asyncio.timeout(LONGEST_SECONDS):
                for trace in generation.teardown.traces:
                    lines += await _traced(cluster, generation, trace, organization, environment, samples)
                lines += await _of_data_plane(cluster, generation, organization, environment, missing)
    except (ClusterError, TimeoutError) as problem:
        lines.append(f"  it could not be found out what else keeps them: {problem or 'no answer'}")
    return lines


async def _traced(
    cluster: LiveCluster, generation: Generation, trace: Trace, organization: str, environment: str, samples: int
) -> Sequence[str]:
    """What the traces of an environment say, each text once."""
    resource, labels = resource_of_sweep(generation, trace), trace.labels(organization, environment)
    found: dict[str, list[Live]] = {}
    for sample in range(samples):
        if sample:
            await asyncio.sleep(SAMPLE_SECONDS)
        lives, _ = await cluster.list(resource, labels, organization)
        for live in sorted(lives, key=str):
            for text in trace.trouble(live.manifest):
                of_text = found.setdefault(text, [])
                if str(live) not in map(str, of_text):
                    of_text.append(live)
        troubled = {str(live) for each in found.values() for live in each}
        if troubled.issuperset(map(str, lives)):
            break
    return [line for text, lives in found.items() for line in _told(text, lives)]


def _told(text: str, lives: Sequence[Live]) -> Iterator[str]:
    more = f" and {len(lives) - 1} more" if len(lives) > 1 else ""
    yield f"  {lives[0]}{more}: {text}"
    yield f"    {lives[0].inspect}"


async def _of_data_plane(
    cluster: LiveCluster, generation: Generation, organization: str, environment: str, missing: str
) -> Sequence[str]:
    """What is wrong with the environment, or with the data plane that it is on."""
    kind = generation.kind_of_role(Role.ENVIRONMENT)
    live = await cluster.get(resource_of(kind), environment, organization)
    if live is None:
        return [f"  {kind.kind} {organization}/{environment} does not exist, and {missing}"]
    target = generation.data_planes.of_environment(live.manifest)
    if target is None or target.name is None or target.kind not in generation.by_name:
        return []
    resource = resource_of(generation.by_name[target.kind])
    plane = await cluster.get(resource, target.name, target.organization or None)
    if plane is None:
        return [f"  {target.kind} {target.full_name}, which it is on, does not exist, and {missing}"]
    reason = generation.data_planes.unreachable(plane.manifest)
    return [f"  {plane}, which it is on: {reason}", f"    {plane.inspect}"] if reason else []


_UNTIL = "nothing can be cleaned up without it: apply it again, and what is left goes by itself"

_WITHOUT = "nothing is deployed without it: apply it"

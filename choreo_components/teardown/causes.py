"""Causes: why a deletion does not finish, or a binding is not deployed, where the objects themselves do not say so.

The objects that controllers made from them may say so, or the data plane. During a deletion the former change what they
report about once a second, so they are read several times.
"""

import asyncio
from collections.abc import Iterator, Sequence

from choreo_components.api.generation import Generation, Role, Trace
from choreo_components.kubernetes.client import ClusterError
from choreo_components.kubernetes.objects import Live, resource_of, resource_of_sweep
from choreo_components.kubernetes.retries import sent_once
from choreo_components.teardown.removal import LiveCluster

SAMPLES, SAMPLE_SECONDS = 8, 0.4
"""How often to read them, and how long to wait in between."""

LONGEST_SECONDS = 15.0
"""How long all requests together may take."""


async def causes(cluster: LiveCluster, generation: Generation, organization: str, environment: str) -> Sequence[str]:
    """Lines about what blocks the deletion of an environment's objects; none if there is nothing to report."""
    return await _causes(cluster, generation, organization, environment, SAMPLES, _UNTIL)


async def causes_of_waiting(
    cluster: LiveCluster, generation: Generation, organization: str, environment: str
) -> Sequence[str]:
    """Lines about what blocks the bindings of an environment; none if there is nothing to report."""
    return await _causes(cluster, generation, organization, environment, 1, _WITHOUT)


async def _causes(
    cluster: LiveCluster, generation: Generation, organization: str, environment: str, samples: int, missing: str
) -> Sequence[str]:
    """Both: `samples` is how often the traces are read, `missing` the consequence of an object that does not exist."""
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
        lines.append(f"  could not find out what else blocks them: {problem or 'no answer'}")
    return lines


async def _traced(
    cluster: LiveCluster, generation: Generation, trace: Trace, organization: str, environment: str, samples: int
) -> Sequence[str]:
    """What the traces of an environment report, each text once."""
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
    return [line for text, lives in found.items() for line in _lines(text, lives)]


def _lines(text: str, lives: Sequence[Live]) -> Iterator[str]:
    more = f" and {len(lives) - 1} more" if len(lives) > 1 else ""
    yield f"  {lives[0]}{more}: {text}"
    yield f"    {lives[0].inspect}"


async def _of_data_plane(
    cluster: LiveCluster, generation: Generation, organization: str, environment: str, missing: str
) -> Sequence[str]:
    """What is wrong with the environment or its data plane."""
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
        return [f"  {target.kind} {target.full_name}, which the environment is on, does not exist, and {missing}"]
    reason = generation.data_planes.unreachable(plane.manifest)
    return [f"  {plane}, which the environment is on: {reason}", f"    {plane.inspect}"] if reason else []


_UNTIL = "nothing can be cleaned up without it: apply it again, and the rest is cleaned up"

_WITHOUT = "nothing is deployed without it: apply it"

"""Ownership: a namespace that carries an environment's labels is the environment's to delete, or is not.

Labels are the whole of what OpenChoreo goes by, and anybody who may label a namespace can set them. What has the name
that OpenChoreo makes of the labels was made for the environment; what has another is looked at first.
"""

import asyncio

from choreo_components.api.generation import Generation
from choreo_components.api.generations import generations
from choreo_components.kubernetes.client import ClusterError, Forbidden, Unreachable
from choreo_components.kubernetes.objects import Live, resource_of
from choreo_components.teardown.removal import LiveCluster, Spare


def spare(cluster: LiveCluster, generation: Generation, organization: str, environment: str) -> Spare:
    """Tells why a namespace stays although it was chosen for this environment; None where it is the environment's."""

    async def reason(live: Live) -> str | None:
        if _is_named_by_openchoreo(live, generation, organization, environment):
            return None
        return by_itself(live, generation, organization, environment) or await _by_content(cluster, live)

    return reason


def is_of_kubernetes(namespace: str) -> bool:
    """Whether Kubernetes makes a namespace of this name itself, and keeps it."""
    return namespace == "default" or namespace.startswith("kube-")


def by_itself(live: Live, generation: Generation, organization: str, environment: str) -> str | None:
    """Why a namespace stays, as far as its name and labels tell."""
    if is_of_kubernetes(live.name):
        return "it is Kubernetes' own"
    return generation.teardown.foreign(live.name, live.labels, organization, environment)


def _is_named_by_openchoreo(live: Live, generation: Generation, organization: str, environment: str) -> bool:
    _, project, _ = generation.namespaces.placement(live.labels)
    return bool(project) and live.name == generation.namespaces.name(organization, project, environment)


async def _by_content(cluster: LiveCluster, live: Live) -> str | None:
    """Why a namespace stays for what is in it: OpenChoreo's objects are in no data-plane namespace."""
    found = await asyncio.gather(*(_held(cluster, live, generation) for generation in generations().values()))
    return next((reason for reason in found if reason is not None), None)


async def _held(cluster: LiveCluster, live: Live, generation: Generation) -> str | None:
    """The same of the kinds of one generation."""
    resources = [resource_of(kind) for kind in generation.kinds if kind.namespaced]
    try:
        listings = await asyncio.gather(*(cluster.list(resource, {}, live.name) for resource in resources))
    except Unreachable:
        raise
    except ClusterError as problem:
        # A data plane may have none of OpenChoreo's kinds; who has no right to a kind is not told that it is not there.
        if isinstance(problem, Forbidden) and not await cluster.kinds(generation.group, generation.version):
            return None
        return f"it has not the name that OpenChoreo would give it, and nobody may look at what it holds: {problem}"
    held = [each for found, _ in listings for each in found]
    if not held:
        return None
    owner = generation.ownership.organizations(held[0].manifest)[-1]
    more = f" and {len(held) - 1} more" if len(held) > 1 else ""
    return f"it holds {held[0].resource.kind} {held[0].name!r} of {generation.tenant} {owner!r}{more}"

"""Ownership: whether a namespace with the labels or a name of an environment belongs to it, and can be deleted.

OpenChoreo decides by labels alone, and anyone with the right to label a namespace can set them. A namespace with the
name that OpenChoreo derives from the labels was made for the environment; any other is examined first.
"""

import asyncio

from choreo_components.api.generation import Generation
from choreo_components.api.generations import generations
from choreo_components.kubernetes.client import ClusterError, Forbidden, Unreachable
from choreo_components.kubernetes.objects import Live, resource_of
from choreo_components.teardown.removal import KeepReason, LiveCluster


def reason_to_keep(cluster: LiveCluster, generation: Generation, organization: str, environment: str) -> KeepReason:
    """A function that returns why a selected namespace is kept, or None if it belongs to the environment."""

    async def reason(live: Live) -> str | None:
        if _is_named_by_openchoreo(live, generation, organization, environment):
            return None
        return by_name_and_labels(live, generation, organization, environment) or await _by_content(cluster, live)

    return reason


def is_of_kubernetes(namespace: str) -> bool:
    """Whether a namespace of this name is one that Kubernetes itself creates and keeps."""
    return namespace == "default" or namespace.startswith("kube-")


def by_name_and_labels(live: Live, generation: Generation, organization: str, environment: str) -> str | None:
    """Why a namespace is kept, judged by its name and labels."""
    if is_of_kubernetes(live.name):
        return "it belongs to Kubernetes"
    return generation.teardown.foreign(live.name, live.labels, organization, environment)


def _is_named_by_openchoreo(live: Live, generation: Generation, organization: str, environment: str) -> bool:
    _, project, _ = generation.namespaces.cell(live.labels)
    return bool(project) and live.name == generation.namespaces.name(organization, project, environment)


async def _by_content(cluster: LiveCluster, live: Live) -> str | None:
    """Why a namespace is kept, judged by its content: no data-plane namespace contains objects of OpenChoreo."""
    found = await asyncio.gather(*(_by_objects(cluster, live, generation) for generation in generations().values()))
    return next((reason for reason in found if reason is not None), None)


async def _by_objects(cluster: LiveCluster, live: Live, generation: Generation) -> str | None:
    """The same for the kinds of one generation."""
    resources = [resource_of(kind) for kind in generation.kinds if kind.namespaced]
    try:
        listings = await asyncio.gather(*(cluster.list(resource, {}, live.name) for resource in resources))
    except Unreachable:
        raise
    except ClusterError as problem:
        # A data plane may have none of OpenChoreo's kinds: without the right to list a kind, the API server answers
        # Forbidden even if it does not serve the kind.
        if isinstance(problem, Forbidden) and not await cluster.kinds(generation.group, generation.version):
            return None
        return f"it does not have the name that OpenChoreo would give it, and its content cannot be listed: {problem}"
    content = [each for found, _ in listings for each in found]
    if not content:
        return None
    owner = generation.ownership.organizations(content[0].manifest)[-1]
    more = f" and {len(content) - 1} more" if len(content) > 1 else ""
    return f"it contains {content[0].resource.kind} {content[0].name!r} of {generation.tenant} {owner!r}{more}"

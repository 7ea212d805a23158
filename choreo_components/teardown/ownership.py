"""A victim: a namespace that carries an environment's labels, and is the environment's to delete, or is not.

Labels are the whole of what OpenChoreo goes by, and anybody who may label a namespace can set them. What has the name
that OpenChoreo makes of the labels was made for the environment; what has another is looked at first.
"""

import asyncio

from choreo_components.api.core_v1 import API_VERSION, labels
from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.kubernetes.client import ClusterError, Forbidden, Live, Unreachable, resource_of
from choreo_components.teardown.removal import LiveCluster, Spare


def spare(cluster: LiveCluster, organization: str, environment: str) -> Spare:
    """Tells why a namespace stays although it was chosen for this environment; None where it is the environment's."""

    async def reason(live: Live) -> str | None:
        if _is_named_by_openchoreo(live, organization, environment):
            return None
        return by_itself(live, organization, environment) or await _by_content(cluster, live)

    return reason


def by_itself(live: Live, organization: str, environment: str) -> str | None:
    """Why a namespace stays, as far as its name and labels tell."""
    if live.name == "default" or live.name.startswith("kube-"):
        return "it is Kubernetes' own"
    if live.name == organization or labels.ORGANIZATION in live.labels:
        return f"it is the namespace of organization {live.labels.get(labels.ORGANIZATION, live.name)!r}"
    for label, own in ((labels.ORGANIZATION_NAME, organization), (labels.ENVIRONMENT_NAME, environment)):
        if live.labels.get(label, own) != own:
            return f"its label {label} says {live.labels[label]!r}"
    return None


def _is_named_by_openchoreo(live: Live, organization: str, environment: str) -> bool:
    project = live.labels.get(labels.PROJECT_NAME)
    return bool(project) and live.name == data_plane_namespace(organization, str(project), environment)


async def _by_content(cluster: LiveCluster, live: Live) -> str | None:
    """Why a namespace stays for what is in it: OpenChoreo's objects stand in no data-plane namespace."""
    from choreo_components.api import all_kinds

    resources = [resource_of(kind) for kind in all_kinds().values() if kind.namespaced]
    try:
        listings = await asyncio.gather(*(cluster.list(resource, {}, live.name) for resource in resources))
    except Unreachable:
        raise
    except ClusterError as problem:
        # A data plane may have none of OpenChoreo's kinds; who has no right to a kind is not told that it is not there.
        if isinstance(problem, Forbidden) and not await cluster.kinds(*API_VERSION.split("/")):
            return None
        return f"it has not the name that OpenChoreo would give it, and nobody may look at what it holds: {problem}"
    held = [each for found, _ in listings for each in found]
    if not held:
        return None
    owner = held[0].labels.get(labels.ORGANIZATION)
    more = f" and {len(held) - 1} more" if len(held) > 1 else ""
    return f"it holds {held[0].resource.kind} {held[0].name!r} of organization {owner!r}{more}"

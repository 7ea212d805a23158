"""The hierarchy: how an object finds what it belongs to, and what belongs to it, by labels."""

from collections.abc import Mapping

from choreo_components.api.core_v1 import labels
from choreo_components.kubernetes.objects import Live
from tests.standin.api import Api
from tests.standin.manager import ReconcileError

CHAIN: Mapping[str, str] = {
    "Project": labels.PROJECT,
    "Component": labels.COMPONENT,
    "DeploymentTrack": labels.DEPLOYMENT_TRACK,
    "Environment": labels.ENVIRONMENT,
    "Deployment": labels.DEPLOYMENT,
}
"""By kind: the label by which an object names the one that it belongs to. Those before it are needed too."""

ABOVE: Mapping[str, tuple[str, ...]] = {
    "Project": (),
    "Component": ("Project",),
    "DeploymentTrack": ("Project", "Component"),
    "Environment": (),
    "Deployment": ("Project", "Component", "DeploymentTrack", "Environment"),
}
"""By kind: the label with its own name, for the objects below it."""


class ParentMissing(Exception):
    """An object names a parent that does not exist."""


def parent(api: Api, kind: str, of: Live) -> Live:
    """The parent of this kind that an object names. Raises ParentMissing."""
    wanted = {CHAIN[each]: of.labels.get(CHAIN[each], "") for each in ABOVE[kind]}
    wanted |= {labels.ORGANIZATION: organization(of), labels.NAME: of.labels.get(CHAIN[kind], "")}
    found = api.find(kind, of.namespace, wanted)
    if not found:
        raise ParentMissing(f"cannot retrieve the {kind.lower()} {of.labels.get(CHAIN[kind], '')!r} of {of}")
    return found[0]


def below(live: Live) -> dict[str, str]:
    """The labels by which everything below an object names it and those above it."""
    kind = live.resource.kind
    above = {CHAIN[each]: live.labels.get(CHAIN[each], "") for each in ABOVE[kind]}
    return {labels.ORGANIZATION: organization(live), **above, CHAIN[kind]: name(live)}


def organization(live: Live) -> str:
    """The organization that an object names."""
    return live.labels.get(labels.ORGANIZATION, "")


def name(live: Live) -> str:
    """The name by which others refer to the object: its label, which may differ from its metadata.name."""
    return live.labels.get(labels.NAME, "")


def data_plane(api: Api, environment: Live) -> Live:
    """The DataPlane of an environment, by its metadata.name. Raises ReconcileError."""
    reference = (environment.manifest.get("spec") or {}).get("dataPlaneRef", "")
    found = api.find("DataPlane", environment.namespace, {})
    for live in found:
        if live.name == reference:
            return live
    raise ReconcileError(
        f"cannot retrieve the dataplane: environment {environment.name!r} refers to a non-existent dataplane "
        f"{reference!r} on organization {organization(environment)!r}"
    )

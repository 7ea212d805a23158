"""Ownership in core.choreo.dev/v1: whose an object in a cluster is, and which controller has made it."""

from collections.abc import Mapping, Sequence
from typing import Any

from choreo_components.api.core_v1 import API_VERSION, labels
from choreo_components.api.core_v1.hierarchy import named
from choreo_components.api.core_v1.order import ORDER
from choreo_components.api.generation import BUILDS_NAMESPACE, TENANT_NAMESPACE, Lookup, Ownership, Target

_OF_ENVIRONMENT = ("Deployment", "Endpoint")
"""The kinds that belong to the environment which they name."""


def organizations(live: Mapping[str, Any]) -> tuple[str, ...]:
    """The organizations that an object may belong to: that of its namespace, and that of its label."""
    metadata = live["metadata"]
    namespace: str | None = metadata.get("namespace")
    if namespace is None:
        return (metadata["name"],)
    return tuple(dict.fromkeys((namespace, _labels(live).get(labels.ORGANIZATION) or namespace)))


def environment(live: Mapping[str, Any]) -> str | None:
    """The environment that an object is, or belongs to; None: it belongs to its organization as a whole."""
    if live["kind"] == "Environment":
        return str(live["metadata"]["name"])
    return _labels(live).get(labels.ENVIRONMENT) if live["kind"] in _OF_ENVIRONMENT else None


def following_labels(live: Mapping[str, Any]) -> dict[str, str]:
    """The labels that follow from an object's name and namespace."""
    metadata = live["metadata"]
    follow = {labels.NAME: str(metadata["name"])}
    if (namespace := metadata.get("namespace")) is not None:
        follow[labels.ORGANIZATION] = namespace
    return follow


def claim(organization: str, namespaced: bool) -> dict[str, str]:
    """The label that names an object's organization; the Organization itself has its own name in it."""
    return {labels.ORGANIZATION if namespaced else labels.NAME: organization}


def makers(live: Mapping[str, Any], targets: Sequence[Target], find: Lookup) -> Sequence[Target]:
    """The objects for which controllers have made this one, an Endpoint or a Deployment; none if they have not."""
    match live["kind"]:
        case "Endpoint":
            return [target for target in targets if target.kind == "Deployment"]
        case "Deployment":
            return _automatic(live, targets, find)
    return ()


def _automatic(deployment: Mapping[str, Any], targets: Sequence[Target], find: Lookup) -> Sequence[Target]:
    """The track and the artifact of a Deployment that a Build has made: in the first environment of the pipeline.

    OpenChoreo: internal/controller/build (autoDeploy). Promotions to others are made by people.
    """
    of_kind = {target.kind: target for target in targets}
    made_for = [of_kind[kind] for kind in ("DeploymentTrack", "DeployableArtifact") if kind in of_kind]
    track, artifact = (find(target) for target in made_for) if len(made_for) == 2 else (None, None)
    if track is None or artifact is None or not _spec(track).get("autoDeploy"):
        return ()
    if not any(owner.get("kind") == "Build" for owner in artifact["metadata"].get("ownerReferences") or []):
        return ()
    organization, own = deployment["metadata"]["namespace"], _labels(deployment)
    project = find(named("Project", organization, own.get(labels.PROJECT, "")))
    reference = _spec(project).get("deploymentPipelineRef") if project else None
    pipeline = find(Target(API_VERSION, "DeploymentPipeline", organization, str(reference)))
    paths = (_spec(pipeline).get("promotionPaths") if pipeline else None) or [{}]
    first = paths[0].get("sourceEnvironmentRef")
    return made_for if first == own.get(labels.ENVIRONMENT, "") else ()


def _labels(live: Mapping[str, Any]) -> Mapping[str, str]:
    return live["metadata"].get("labels") or {}


def _spec(live: Mapping[str, Any]) -> Mapping[str, Any]:
    return live.get("spec") or {}


OWNERSHIP = Ownership(
    organizations=organizations,
    environment=environment,
    makers=makers,
    # A Build makes its Deployment once, and never again.
    made=frozenset(),
    labels=following_labels,
    claim=claim,
    # An Organization is created first and deleted last, after its namespaces.
    removal_order=(*reversed(ORDER[1:]), BUILDS_NAMESPACE, TENANT_NAMESPACE, ORDER[0]),
    field_manager="manager",
)
"""Ownership in this API."""

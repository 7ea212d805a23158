"""The hierarchy of core.choreo.dev/v1: which object belongs to which, as their labels and a pipeline's paths say."""

from collections.abc import Iterator, Mapping
from typing import Any

from choreo_components.api.core_v1 import API_VERSION, labels
from choreo_components.api.generation import Path, Target


def named(kind: str, organization: str, name: str) -> Target:
    """The object of a kind that OpenChoreo knows by this name: by its label `name`."""
    return labelled(kind, organization, ((labels.NAME, name),))


def labelled(kind: str, organization: str, wanted: tuple[tuple[str, str], ...]) -> Target:
    """The object of a kind with these labels, of which the last one is its name."""
    return Target(API_VERSION, kind, organization, labels=wanted, more_labels=((labels.ORGANIZATION, organization),))


def connected(secret: Mapping[str, Any]) -> Target | None:
    """The DataPlane that a Secret was made for, by its labels; None where they are not those of such a Secret."""
    metadata = secret["metadata"]
    given: Mapping[str, str] = metadata.get("labels") or {}
    if not {labels.NAME, labels.DATAPLANE} <= given.keys():
        return None
    return Target(API_VERSION, "DataPlane", metadata["namespace"], given[labels.DATAPLANE])


def promoted_environments(pipeline: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """The names of environments in a pipeline's promotion paths, with the field of each, repetitions included."""
    for index, path in enumerate((pipeline.get("spec") or {}).get("promotionPaths") or []):
        here = ("spec", "promotionPaths", index)
        if (source := path.get("sourceEnvironmentRef")) is not None:
            yield (*here, "sourceEnvironmentRef"), source
        for position, target in enumerate(path.get("targetEnvironmentRefs") or []):
            if (name := target.get("name")) is not None:
                yield (*here, "targetEnvironmentRefs", position, "name"), name


def cell_of(deployment: Mapping[str, Any]) -> tuple[str, str, str]:
    """Where a Deployment belongs, by its labels: organization, project and environment."""
    metadata: Mapping[str, Any] = deployment.get("metadata") or {}
    given: Mapping[str, str] = metadata.get("labels") or {}
    organization = metadata.get("namespace") or given.get(labels.ORGANIZATION) or ""
    return organization, given.get(labels.PROJECT) or "", given.get(labels.ENVIRONMENT) or ""

"""Environments and pipelines: what OpenChoreo reports as ready, but nothing can ever be deployed to."""

from collections.abc import Iterator, Mapping
from typing import Any

from choreo_components.api.cycles import circle_of_promotion
from choreo_components.api.generation import Violation
from choreo_components.api.openchoreo_v1alpha1.hierarchy import promoted_environments, spec_of


def environment(wire: Mapping[str, Any]) -> Iterator[Violation]:
    """An Environment without a data plane is ready as well (reference-v1alpha1: section 2.1)."""
    if not spec_of(wire).get("dataPlaneRef"):
        message = (
            "required field is missing: without it OpenChoreo uses the plane named default, and never deploys what was "
            "bound before that plane existed; name the plane, as in {kind: ClusterDataPlane, name: default}"
        )
        yield Violation(("spec", "dataPlaneRef"), message)


def pipeline(wire: Mapping[str, Any]) -> Iterator[Violation]:
    """What makes promotion impossible: no environment, no environment where it begins, and no way back."""
    paths = spec_of(wire).get("promotionPaths") or []
    if not any(True for _ in promoted_environments(wire)):
        message = "the pipeline names no environment: no component of a project with this pipeline is ever deployed"
        yield Violation(("spec", "promotionPaths"), message)
        return
    steps = [
        (path["sourceEnvironmentRef"]["name"], [each["name"] for each in path.get("targetEnvironmentRefs") or []])
        for path in paths
    ]
    if (circle := circle_of_promotion(steps)) is not None:
        index, message = circle
        yield Violation(("spec", "promotionPaths", index), message)

"""The checks of core.choreo.dev/v1: what OpenChoreo accepts, but what then fails, hangs or collides silently."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from choreo_components.api.core_v1 import models
from choreo_components.api.core_v1.hierarchy import promoted_environments
from choreo_components.api.cycles import circle_of_promotion
from choreo_components.api.generation import Given, Path, Severity, Violation

COMPONENT_TYPES = ("Service", "WebApplication", "ScheduledTask")
"""The types of components that OpenChoreo's controllers support (reference: section 1)."""


def checks(given: Given) -> Iterator[Violation]:
    """What is wrong with an object by itself."""
    match given.object:
        case models.Environment() as environment:
            yield from _environment(environment)
        case models.DeploymentPipeline() as pipeline:
            yield from _pipeline(pipeline)
        case models.Component() as component:
            yield from _component(component)
        case models.DeployableArtifact() as artifact:
            yield from _artifact(artifact)


def checks_together(
    given: Sequence[Mapping[str, Any]], at: Callable[[int, Path], str]
) -> Iterator[tuple[int, Violation]]:
    """Two environments of one data plane with one prefix share their host names, and collide by path."""
    first: dict[tuple[str, str, str], int] = {}
    field = ("spec", "gateway", "dnsPrefix")
    for index, environment in enumerate(given):
        if environment["kind"] != "Environment":
            continue
        spec, metadata = environment.get("spec") or {}, environment["metadata"]
        prefix, data_plane = (spec.get("gateway") or {}).get("dnsPrefix"), spec.get("dataPlaneRef")
        if not prefix or not data_plane:
            continue
        other = first.setdefault((metadata.get("namespace") or "", data_plane, prefix), index)
        if other != index:
            message = (
                f"{prefix!r} is the prefix of environment {given[other]['metadata']['name']!r} on data plane "
                f"{data_plane!r} already ({at(other, field)}): their endpoints would share host names"
            )
            yield index, Violation(field, message)


def _environment(environment: models.Environment) -> Iterator[Violation]:
    if not environment.spec.data_plane_ref:
        message = "required field is missing: an environment without a data plane can never be deleted"
        yield Violation(("spec", "dataPlaneRef"), message)
    gateway = environment.spec.gateway
    if gateway is None or not gateway.dns_prefix:
        message = "empty: the host names of this environment begin with a dot, which no DNS server resolves"
        yield Violation(("spec", "gateway", "dnsPrefix"), message, Severity.WARNING)


def _pipeline(pipeline: models.DeploymentPipeline) -> Iterator[Violation]:
    """A pipeline needs an environment where promotion begins, and no way back."""
    paths = pipeline.spec.promotion_paths or []
    if not any(True for _ in promoted_environments(pipeline.to_wire())):
        message = "the pipeline names no environment: a project with this pipeline can never be deleted"
        yield Violation(("spec", "promotionPaths"), message)
        return
    steps = [(path.source_environment_ref, [each.name for each in path.target_environment_refs]) for path in paths]
    if (circle := circle_of_promotion(steps)) is not None:
        index, message = circle
        yield Violation(("spec", "promotionPaths", index), message)


def _component(component: models.Component) -> Iterator[Violation]:
    """OpenChoreo accepts any type, and ignores those that it does not know."""
    given = component.spec.type or ""
    if given in COMPONENT_TYPES:
        return
    close = get_close_matches(given, COMPONENT_TYPES, n=1)
    meant = f"did you mean {close[0]!r}?" if close else f"use one of {', '.join(COMPONENT_TYPES)}"
    message = f"OpenChoreo runs nothing for a component of type {given!r}; {meant}"
    yield Violation(("spec", "type"), message, Severity.WARNING)


def _artifact(artifact: models.DeployableArtifact) -> Iterator[Violation]:
    """An artifact is one image."""
    image = artifact.spec.target_artifact
    given = [each for each in (image.from_build_ref, image.from_image_ref) if each is not None]
    if len(given) != 1:
        wrong = "two images" if given else "no image: its Deployments never run"
        message = f"{wrong}; set exactly one of fromBuildRef and fromImageRef"
        yield Violation(("spec", "targetArtifact"), message, Severity.WARNING)

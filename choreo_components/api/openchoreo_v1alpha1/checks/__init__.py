"""The checks of openchoreo.dev/v1alpha1: what OpenChoreo accepts, but what then fails, hangs or collides silently.

What an object requires of another one that it names is checked where that one is looked up: see `references`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from choreo_components.api.constraints import violations
from choreo_components.api.generation import Given, Path, Violation
from choreo_components.api.openchoreo_v1alpha1.checks import bindings, components, promotion, values


def checks(given: Given) -> Iterator[Violation]:
    """What is wrong with an object by itself."""
    wire = given.wire
    yield from violations(type(given.object), wire)
    by_kind = _BY_KIND.get(wire["kind"])
    if by_kind is not None:
        yield from by_kind(wire)


def checks_together(
    given: Sequence[Mapping[str, Any]], at: Callable[[int, Path], str]
) -> Iterator[tuple[int, Violation]]:
    """What is wrong with several objects together, of one stack or of several."""
    yield from bindings.together(given)


_BY_KIND: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Violation]]] = {
    "DataPlane": values.plane,
    "ClusterDataPlane": values.plane,
    "WorkflowPlane": values.plane,
    "ClusterWorkflowPlane": values.plane,
    "ObservabilityPlane": values.plane,
    "ClusterObservabilityPlane": values.plane,
    "SecretReference": values.secret_reference,
    "ObservabilityAlertRule": values.alert_rule,
    "Environment": promotion.environment,
    "DeploymentPipeline": promotion.pipeline,
    "Component": components.component,
}

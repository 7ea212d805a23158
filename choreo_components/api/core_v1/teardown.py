"""The teardown of an environment of core.choreo.dev/v1, as OpenChoreo's Environment controller does it in `finalize`.

Upstream: internal/controller/environment/controller_finalize.go.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from choreo_components.api.core_v1 import labels
from choreo_components.api.core_v1.hierarchy import cell_of
from choreo_components.api.generation import Sweep, Teardown


def foreign(name: str, given: Mapping[str, str], organization: str, environment: str) -> str | None:
    """Why a namespace does not belong to the environment, judged by its name and labels."""
    if name == organization or labels.ORGANIZATION in given:
        return f"it is the namespace of organization {given.get(labels.ORGANIZATION, name)!r}"
    for label, own in ((labels.ORGANIZATION_NAME, organization), (labels.ENVIRONMENT_NAME, environment)):
        if given.get(label, own) != own:
            return f"its label {label} says {given[label]!r}"
    return None


def environments(given: Mapping[str, Any]) -> Iterator[str]:
    """The environment that a Deployment is in."""
    if given["kind"] == "Deployment":
        yield cell_of(given)[2]


TEARDOWN = Teardown(
    sweeps=(
        Sweep(
            "deployments",
            "Deployment",
            labels.environment_deployment_selector,
            varying=frozenset({labels.ENVIRONMENT}),
        ),
    ),
    foreign=foreign,
    environments=environments,
    deployed="Deployments",
)
"""Deployments, and then the namespaces."""

"""The teardown of an environment of openchoreo.dev/v1alpha1 (reference-v1alpha1: sections 4 and 5)."""

from collections.abc import Mapping
from typing import Any

from choreo_components.api.generation import Sweep, Teardown
from choreo_components.api.openchoreo_v1alpha1 import labels
from choreo_components.api.openchoreo_v1alpha1.hierarchy import environments, spec_of


def foreign(name: str, given: Mapping[str, str], namespace: str, environment: str) -> str | None:
    """Why a namespace is not the environment's, as far as its name and labels say."""
    if name == namespace or given.get(labels.CONTROL_PLANE) == "true":
        return f"it is the namespace of objects of OpenChoreo, by its label {labels.CONTROL_PLANE}"
    for label, own in ((labels.NAMESPACE, namespace), (labels.ENVIRONMENT, environment)):
        if given.get(label, own) != own:
            return f"its label {label} says {given[label]!r}"
    return None


def _is_of(wire: Mapping[str, Any], environment: str) -> bool:
    return spec_of(wire).get("environment") == environment


def _everything(namespace: str, environment: str) -> dict[str, str]:
    """No label: bindings carry none that can be relied on."""
    return {}


TEARDOWN = Teardown(
    sweeps=tuple(
        Sweep(f"{kind.lower()}s", kind, _everything, selects=_is_of)
        for kind in (
            "ReleaseBinding",
            "ResourceReleaseBinding",
            "ObservabilityAlertsNotificationChannel",
            "ProjectReleaseBinding",
        )
    ),
    foreign=foreign,
    environments=environments,
)
"""Bindings of components and of resources, channels, and then the bindings that have made the namespaces."""

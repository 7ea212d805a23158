"""Values that the CRDs accept, but that OpenChoreo's controllers cannot use."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from choreo_components.api.generation import Path, Severity, Violation
from choreo_components.api.openchoreo_v1alpha1.hierarchy import spec_of

_DURATION = re.compile(r"[-+]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)", re.ASCII)
"""What Go reads as a duration (Go: time.ParseDuration)."""


def plane(wire: Mapping[str, Any]) -> Iterator[Violation]:
    """Who signs the agent's certificate may be left open, as OpenChoreo's own tests do until they know."""
    authority = (spec_of(wire).get("clusterAgent") or {}).get("clientCA") or {}
    if not authority.get("secretKeyRef") and authority.get("value") in (None, ""):
        message = (
            "has neither value nor secretKeyRef: no agent can connect until one of them names the issuer of its "
            "certificate"
        )
        yield Violation(("spec", "clusterAgent", "clientCA"), message, Severity.WARNING)


def secret_reference(wire: Mapping[str, Any]) -> Iterator[Violation]:
    """How often the values are read again."""
    yield from _duration(wire, ("spec", "refreshInterval"))


def alert_rule(wire: Mapping[str, Any]) -> Iterator[Violation]:
    """When an alert is raised; and that a rule is made by a trait."""
    yield from _duration(wire, ("spec", "condition", "window"))
    yield from _duration(wire, ("spec", "condition", "interval"))
    message = (
        "alert rules are normally created by a component's trait on the observability plane; one declared here takes "
        "effect only if this cluster is that plane"
    )
    yield Violation(("kind",), message, Severity.WARNING)


def _duration(wire: Mapping[str, Any], path: Path) -> Iterator[Violation]:
    value: Any = wire
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    if isinstance(value, str) and not _DURATION.fullmatch(value):
        yield Violation(path, "is not a duration that OpenChoreo's controllers can read; use for example 90s or 1h30m")

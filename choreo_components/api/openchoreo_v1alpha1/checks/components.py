"""Components: what only webhooks refuse, and what is ready but never deployed."""

from collections.abc import Iterator, Mapping
from typing import Any

from choreo_components.api.generation import Violation
from choreo_components.api.openchoreo_v1alpha1.hierarchy import spec_of


def component(wire: Mapping[str, Any]) -> Iterator[Violation]:
    """The traits of a component are identified by their instanceName (executed.md, section 9)."""
    first: dict[str, int] = {}
    for index, trait in enumerate(spec_of(wire).get("traits") or []):
        name = trait["instanceName"]
        earlier = first.setdefault(name, index)
        if earlier != index:
            message = f"{name!r} is already used by trait {earlier}; give each trait of a component a different name"
            yield Violation(("spec", "traits", index, "instanceName"), message)

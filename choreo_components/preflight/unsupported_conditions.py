"""Unsupported conditions: those that are waited for, and that the cluster's definition of the kind has no field for.

The API server silently drops what a definition does not have: controllers that are newer than the definitions set a
condition that never becomes visible.
"""

from collections.abc import Iterable

from choreo_components.api import Kind, kind_of
from choreo_components.config.findings import Finding, warning
from choreo_components.plan.nodes import ObjectNode
from choreo_components.preflight.crd_compatibility import KEEPS_ALL, Definitions

CONDITIONS = ("status", "conditions")
"""The field of conditions."""


def unsupported(installed: Definitions, nodes: Iterable[ObjectNode]) -> dict[tuple[str, str], Finding]:
    """The kinds, by apiVersion and kind, whose condition is waited for and cannot be kept by the cluster.

    Each with a warning that says why. If the API server publishes no schema of a kind, it is still waited for.
    """
    first: dict[tuple[str, str], ObjectNode] = {}
    for node in nodes:
        if node.wait is not None:
            first.setdefault((node.key.api_version, node.key.kind), node)
    found = {}
    for key, node in first.items():
        kind = kind_of(*key)
        missing = missing_field(installed, kind)
        if missing is not None:
            message = (
                f"no {kind.kind} is waited for: the cluster's definition of the kind has no {missing}, so condition "
                f"{node.wait} never becomes visible; the definition may be older than the controllers"
            )
            found[key] = warning(node.declared.at("kind"), message)
    return found


def missing_field(installed: Definitions, kind: Kind) -> str | None:
    """What is missing in the cluster's definition of the kind to keep a condition; None if nothing is.

    A field, or the status subresource, through which controllers write conditions. Also None if the cluster publishes
    no schema of the kind.
    """
    schema = installed.schema(kind.api_version, kind.kind)
    if schema is None:
        return None
    if not any(path.endswith(f"/{kind.plural}/{{name}}/status") for path in installed.paths):
        return "status subresource"
    for depth, name in enumerate(CONDITIONS, 1):
        if schema.get(KEEPS_ALL):
            return None
        properties = schema.get("properties") or {}
        if name not in properties:
            return ".".join(CONDITIONS[:depth])
        schema = properties[name]
    return None

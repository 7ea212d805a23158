"""An unsupported condition: one that is waited for, and that the cluster's own definition of the kind has no room for.

The API server drops what a definition does not know, without a word: controllers that are newer than the definitions
set a condition that nobody ever sees.
"""

from collections.abc import Iterable

from choreo_components.api import Kind, kind_of
from choreo_components.config.findings import Finding, warning
from choreo_components.plan.nodes import ObjectNode
from choreo_components.preflight.crd_compatibility import KEEPS_ALL, Definitions

CONDITIONS = ("status", "conditions")
"""The field that conditions are in."""


def unsupported(installed: Definitions, nodes: Iterable[ObjectNode]) -> dict[tuple[str, str], Finding]:
    """The kinds, by apiVersion and kind, whose condition is waited for and the cluster cannot keep.

    Each with a warning that says why not. Where the API server publishes no schema of a kind, its wait stays.
    """
    first: dict[tuple[str, str], ObjectNode] = {}
    for node in nodes:
        if node.wait is not None:
            first.setdefault((node.key.api_version, node.key.kind), node)
    found = {}
    for key, node in first.items():
        kind = kind_of(*key)
        lacks = lacking(installed, kind)
        if lacks is not None:
            message = (
                f"no {kind.kind} is waited for: the cluster's definition of the kind has no {lacks}, so its condition "
                f"{node.wait} can never be seen; the definition may be older than the controllers"
            )
            found[key] = warning(node.declared.at("kind"), message)
    return found


def lacking(installed: Definitions, kind: Kind) -> str | None:
    """What the cluster's definition of the kind lacks to keep a condition; None where it lacks nothing.

    A field, or the status subresource, which is what controllers write conditions by. None too where the cluster
    publishes nothing of the kind.
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

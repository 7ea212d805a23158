"""A wait that can end: one for a condition that the cluster's own definition of the kind has room for.

The API server drops what a definition does not know, without a word: controllers that are newer than the definitions
set a condition that nobody ever sees.
"""

from choreo_components.api import kind_of
from choreo_components.api.core_v1.models import API_VERSION
from choreo_components.config.findings import Finding, warning
from choreo_components.plan.builder import ObjectNode, Plan
from choreo_components.preflight.crd_compatibility import KEEPS_ALL, Definitions

CONDITIONS = ("status", "conditions")
"""The field that conditions stand in."""


def endless(installed: Definitions, plan: Plan) -> dict[str, Finding]:
    """The kinds whose condition the plan waits for and the cluster cannot keep, each with a warning that says why not.

    Where the API server publishes no schema of a kind, its wait stays.
    """
    first: dict[str, ObjectNode] = {}
    for node in plan.nodes:
        if isinstance(node, ObjectNode) and node.wait is not None:
            first.setdefault(node.key.kind, node)
    found = {}
    for kind, node in first.items():
        lacks = lacking(installed, kind)
        if lacks is not None:
            message = (
                f"no {kind} is waited for: the cluster's definition of the kind has no {lacks}, so its condition "
                f"{node.wait} can never be seen; the definition may be older than the controllers"
            )
            found[kind] = warning(node.declared.at("kind"), message)
    return found


def lacking(installed: Definitions, kind: str) -> str | None:
    """What the cluster's definition of the kind lacks to keep a condition; None where it lacks nothing.

    A field, or the status subresource, which is what controllers write conditions by. None too where the cluster
    publishes nothing of the kind.
    """
    schema = installed.schema(kind)
    if schema is None:
        return None
    plural = kind_of(API_VERSION, kind).plural
    if not any(path.endswith(f"/{plural}/{{name}}/status") for path in installed.paths):
        return "status subresource"
    for depth, name in enumerate(CONDITIONS, 1):
        if schema.get(KEEPS_ALL):
            return None
        properties = schema.get("properties") or {}
        if name not in properties:
            return ".".join(CONDITIONS[:depth])
        schema = properties[name]
    return None

"""A wait that can end: one for a condition that the cluster's own definition of the kind has room for.

The API server drops what a definition does not know, without a word: controllers that are newer than the definitions
set a condition that nobody ever sees.
"""

from collections.abc import Mapping
from typing import Any

from choreo_components.api import kind_of
from choreo_components.api.core_v1 import API_VERSION
from choreo_components.cluster import Cluster
from choreo_components.findings import Finding, warning
from choreo_components.plan import ObjectNode, Plan

CONDITIONS = ("status", "conditions")
"""The field that conditions stand in."""


async def endless(cluster: Cluster, plan: Plan) -> dict[str, Finding]:
    """The kinds whose condition the plan waits for and the cluster cannot keep, each with a warning that says why not.

    One request, and none where the plan waits for nothing. Where the API server publishes no schema of a kind, its wait
    stays. Raises ClusterError when the cluster cannot be asked.
    """
    first: dict[str, ObjectNode] = {}
    for node in plan.nodes:
        if isinstance(node, ObjectNode) and node.wait is not None:
            first.setdefault(node.key.kind, node)
    if not first:
        return {}
    group, _, version = API_VERSION.partition("/")
    document = await cluster.openapi(group, version)
    found = {}
    for kind, node in first.items():
        lacks = lacking(document, kind)
        if lacks is not None:
            message = (
                f"no {kind} is waited for: the cluster's definition of the kind has no {lacks}, so its condition "
                f"{node.wait} can never be seen; the definition may be older than the controllers"
            )
            found[kind] = warning(node.declared.at("kind"), message)
    return found


def lacking(document: Mapping[str, Any], kind: str) -> str | None:
    """What the kind's definition lacks to keep a condition, by the group's OpenAPI v3 document; None where it does not.

    A field, or the status subresource, which is what controllers write conditions by. None too where the document does
    not know the kind.
    """
    schema = _schema(document, kind)
    if schema is None:
        return None
    plural = kind_of(API_VERSION, kind).plural
    if not any(path.endswith(f"/{plural}/{{name}}/status") for path in document.get("paths") or {}):
        return "status subresource"
    for depth, name in enumerate(CONDITIONS, 1):
        if schema.get("x-kubernetes-preserve-unknown-fields"):
            return None
        properties = schema.get("properties") or {}
        if name not in properties:
            return ".".join(CONDITIONS[:depth])
        schema = properties[name]
    return None


def _schema(document: Mapping[str, Any], kind: str) -> Mapping[str, Any] | None:
    """The schema of the kind's objects."""
    group, _, version = API_VERSION.partition("/")
    wanted = {"group": group, "version": version, "kind": kind}
    schemas: Mapping[str, Mapping[str, Any]] = (document.get("components") or {}).get("schemas") or {}
    named = (each for each in schemas.values() if wanted in (each.get("x-kubernetes-group-version-kind") or []))
    return next(named, None)

"""A manifest: what a person would have written for an object that is live, and nothing that the cluster knows besides.

Pure. The round trip holds: what is read from a manifest is what is live, without optional zero values.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from choreo_components.adopt.organization import Wire, labels_of, name_of, namespace_of
from choreo_components.api import Kind, kind_of
from choreo_components.api.annotations import APPLIED, LAST_APPLIED, WAIT_FOR
from choreo_components.api.core_v1 import labels
from choreo_components.api.shape import fields_of
from choreo_components.config.validation import parse

_NOT_WRITTEN = (LAST_APPLIED, *APPLIED, WAIT_FOR)


class NoManifest(Exception):
    """Our model of the kind does not take the object: the message has every problem with its field."""


def manifest_of(live: Wire) -> dict[str, Any]:
    """The manifest of a live object, its keys in the order of the API. Labels that follow from the object are left out.

    Raises NoManifest.
    """
    kind = kind_of(live["apiVersion"], live["kind"])
    written = live["metadata"].get("annotations") or {}
    metadata = {
        "name": name_of(live),
        "namespace": namespace_of(live),
        "labels": _ordered(_own_labels(live, kind), kind.hierarchy),
        "annotations": _ordered(
            {key: value for key, value in written.items() if key not in _NOT_WRITTEN},
            (labels.DISPLAY_NAME, labels.DESCRIPTION),
        ),
    }
    wire = {"apiVersion": live["apiVersion"], "kind": live["kind"], "metadata": metadata}
    if live.get("spec") is not None:
        wire["spec"] = live["spec"]
    found, wrong = parse(kind, wire)
    if found is None:
        raise NoManifest("; ".join(f"{each.field}: {each.message}" for each in wrong))
    made = found.to_wire()
    if not made["spec"] and not fields_of(type(found))["spec"].required:
        del made["spec"]
    return made


def without(manifest: Any, path: Sequence[str]) -> Any:
    """A copy of the manifest that lacks the field at the path."""
    head, *rest = path
    if not rest:
        return {key: value for key, value in manifest.items() if key != head}
    return {**manifest, head: without(manifest[head], rest)}


def _own_labels(live: Wire, kind: Kind) -> dict[str, str]:
    """The labels that do not follow from the object's identity."""
    follow = {labels.NAME: name_of(live)}
    namespace = namespace_of(live)
    if namespace is not None:
        follow[labels.ORGANIZATION] = namespace
    return {key: value for key, value in labels_of(live).items() if follow.get(key) != value}


def _ordered(given: Mapping[str, str], first: Sequence[str]) -> dict[str, str]:
    return {key: given[key] for key in [*(k for k in first if k in given), *sorted(given.keys() - set(first))]}

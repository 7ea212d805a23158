"""A manifest: what a person would have written for a live object, without what the cluster adds.

Pure. The round trip holds: reading the manifest gives the live object, without optional zero values and without what
webhooks and controllers have added.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from choreo_components.adopt.ownership import is_seeded
from choreo_components.api import generation_having, kind_of
from choreo_components.api.annotations import APPLIED, LAST_APPLIED, WAIT_FOR
from choreo_components.api.settling import seeded, unfilled, without_hollow
from choreo_components.api.shape import fields_of
from choreo_components.config.validation import parse
from choreo_components.kubernetes.objects import Live

_NOT_WRITTEN = (LAST_APPLIED, *APPLIED, WAIT_FOR)


NAME_OF_NAMESPACE = "kubernetes.io/metadata.name"
"""The label that Kubernetes itself puts on each namespace."""


class NoManifest(Exception):
    """Our model of the kind does not accept the object: the message has every problem with its field."""


def manifest_of(live: Live) -> dict[str, Any]:
    """The manifest of a live object, its keys in the order of the API.

    Labels that follow from the object are left out, but not those that mark a namespace as one of OpenChoreo.

    Raises NoManifest.
    """
    generation = generation_having(live.resource.api_version, live.resource.kind)
    kind = kind_of(live.resource.api_version, live.resource.kind)
    is_plain = (kind.api_version, kind.kind) in generation.kinds_of_kubernetes
    # Without its label, a namespace is one like any other where the stack has nothing of OpenChoreo in it.
    follow = {} if is_plain else generation.ownership.labels(live.manifest)
    written = live.metadata.get("annotations") or {}
    metadata = {
        "name": live.name,
        "namespace": live.namespace,
        "labels": _ordered(
            {key: value for key, value in live.labels.items() if follow.get(key) != value and key != NAME_OF_NAMESPACE},
            kind.hierarchy,
        ),
        "annotations": _ordered(
            {key: value for key, value in written.items() if key not in _NOT_WRITTEN},
            tuple(generation.metadata(kind).annotations),
        ),
    }
    wire = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": metadata}
    if live.manifest.get("spec") is not None:
        wire["spec"] = unfilled(kind, live.manifest)["spec"]
    for path in seeded(kind.model_of(wire)):
        if is_seeded(live, path, generation.ownership.field_manager):
            wire = without(wire, path)
    found, wrong = parse(kind, wire)
    if found is None:
        raise NoManifest("; ".join(f"{each.field}: {each.message}" for each in wrong))
    made = without_hollow(type(found), found.to_wire())
    if not made["spec"] and not fields_of(type(found))["spec"].required:
        del made["spec"]
    return made


def without(manifest: Any, path: Sequence[str]) -> Any:
    """A copy of the manifest without the field at the path."""
    head, *rest = path
    if not rest:
        return {key: value for key, value in manifest.items() if key != head}
    return {**manifest, head: without(manifest[head], rest)}


def _ordered(given: Mapping[str, str], first: Sequence[str]) -> dict[str, str]:
    return {key: given[key] for key in [*(k for k in first if k in given), *sorted(given.keys() - set(first))]}

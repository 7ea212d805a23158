"""Field ownership: the field managers that keep a field live after it has left its manifest.

Pure. A server-side apply removes only what its manager alone owns. The Kubernetes provider first takes over what
kubectl and Pulumi have owned (pulumi-kubernetes: fixCSAFieldManagers), and nothing of others.
"""

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from choreo_components.adopt.organization import LiveOrganization
from choreo_components.api.annotations import APPLIED, FIELD_MANAGER
from choreo_components.kubernetes.objects import Live

_Manifest = Mapping[str, Any]
"""What a stack declares of an object, in wire names."""

PULUMI = "pulumi-kubernetes"
"""The prefix of Pulumi's field managers."""

_TAKEN_OVER = {
    "Apply": ("kubectl",),
    "Update": ("kubectl", "before-first-apply", PULUMI, "pulumi-resource-kubernetes"),
}
"""By operation: the prefixes of the managers whose fields the Kubernetes provider takes over."""

_LONGEST = 128
"""Characters of a manager's name."""


@dataclass(frozen=True)
class _Owner:
    """An entry of managedFields: its position, its manager, and the parts of the manifest that it owns fields of."""

    index: int
    manager: str
    parts: tuple[str, ...]


def written_by_pulumi(manifests: Iterable[_Manifest], there: LiveOrganization) -> list[Live]:
    """Those of the objects that Pulumi has written before: another state may have them."""
    return [
        live for live in _lives(manifests, there) if any(_manager(each).startswith(PULUMI) for each in _entries(live))
    ]


def applied_by_pulumi(live: Live, part: str) -> Mapping[str, str]:
    """Those of an object's `labels` or `annotations` that Pulumi has applied: it removes what nothing declares."""
    values: Mapping[str, str] = live.metadata.get(part) or {}
    owned: set[str] = set()
    for entry in _entries(live):
        if entry.get("operation") == "Apply" and _manager(entry).startswith(PULUMI):
            owned |= (((entry.get("fieldsV1") or {}).get("f:metadata") or {}).get(f"f:{part}") or {}).keys()
    return {key: value for key, value in values.items() if f"f:{key}" in owned}


def is_seeded(live: Live, path: tuple[str, ...], controllers: str) -> bool:
    """Whether a field of the spec was filled in by a controller, which has written nothing else of the spec.

    `controllers` is their field manager. False for a field that anything else has set, such as kubectl, Pulumi or
    OpenChoreo's own API server, or that has no known owner.
    """
    owners = [each for each in _entries(live) if _owns(each, path)]
    return bool(owners) and all(_manager(each) == controllers and not _owns_more(each, path) for each in owners)


def is_applied(live: Live) -> bool:
    """Whether a part of its spec was written with kubectl or Pulumi."""
    return any(_is_taken_over(each) and (each.get("fieldsV1") or {}).get("f:spec") for each in _entries(live))


def _owns(entry: Mapping[str, Any], path: Iterable[str]) -> bool:
    owned: Any = entry.get("fieldsV1") or {}
    for step in path:
        owned = owned.get(f"f:{step}") if isinstance(owned, Mapping) else None
    return owned is not None


def _owns_more(entry: Mapping[str, Any], path: Sequence[str]) -> bool:
    """Whether it owns another field of the spec than the one at the path."""
    spec: Mapping[str, Any] = (entry.get("fieldsV1") or {}).get("f:spec") or {}
    return any(key not in (f"f:{path[1]}", ".") for key in spec)


def _is_taken_over(entry: Mapping[str, Any]) -> bool:
    """Whether the Kubernetes provider takes over from its manager, or is that itself."""
    return _manager(entry).startswith((PULUMI, *_TAKEN_OVER.get(str(entry.get("operation")), ())))


def kept_by_others(manifests: Sequence[_Manifest], there: LiveOrganization) -> Iterator[str]:
    """For each object with fields that others own: the owners, and the command that hands the fields over."""
    for manifest, live in zip(manifests, _lives(manifests, there), strict=True):
        owners = list(_others(live, manifest, there.generation.ownership.field_manager))
        if owners:
            owned = " and ".join(f"{each.manager} owns {', '.join(each.parts)}" for each in owners)
            patch = json.dumps(_renamed(owners, set(map(_manager, _entries(live)))))
            command = f"kubectl patch {live.command} --type=json -p {shlex.quote(patch)}"
            owned += "; fields that you remove from the manifest stay in the cluster until you run this command"
            yield f"{live}: {owned}:\n    {command}"


def _renamed(owners: Iterable[_Owner], taken: set[str]) -> list[Mapping[str, str]]:
    """A JSON patch that renames the entries' managers to kubectl; it has no effect if the entries have changed."""
    patch: list[Mapping[str, str]] = []
    for owner in owners:
        path = f"/metadata/managedFields/{owner.index}/manager"
        patch.append({"op": "test", "path": path, "value": owner.manager})
        # Each gets a different name: of two entries with one name, the API server keeps one.
        names = (f"kubectl{number or ''}-{owner.manager}"[:_LONGEST] for number in count())
        name = next(each for each in names if each not in taken)
        taken.add(name)
        patch.append({"op": "replace", "path": path, "value": name})
    return patch


def _others(live: Live, manifest: _Manifest, controllers: str) -> Iterator[_Owner]:
    """The owners of parts of the manifest that will still own them when Pulumi applies the object."""
    for index, entry in enumerate(_entries(live)):
        manager, operation = _manager(entry), str(entry.get("operation"))
        if entry.get("subresource") or manager in (APPLIED[FIELD_MANAGER], controllers):
            continue
        if manager.startswith(_TAKEN_OVER.get(operation, ())):
            continue
        parts = tuple(_owned(entry.get("fieldsV1") or {}, manifest))
        if parts:
            yield _Owner(index, manager, parts)


def _owned(fields: Mapping[str, Any], manifest: _Manifest) -> Iterator[str]:
    """The parts of the manifest with at least one of the fields."""
    for path in (("metadata", "labels"), ("metadata", "annotations"), ("spec",)):
        owned: Mapping[str, Any] = fields
        declared: Mapping[str, Any] = manifest
        for step in path:
            owned, declared = owned.get(f"f:{step}") or {}, declared.get(step) or {}
        if any(f"f:{key}" in owned for key in declared):
            yield ".".join(path)


def _lives(manifests: Iterable[_Manifest], there: LiveOrganization) -> Iterator[Live]:
    for manifest in manifests:
        live = there.live(manifest)
        assert live is not None
        yield live


def _entries(live: Live) -> Iterable[Mapping[str, Any]]:
    entries: Iterable[Mapping[str, Any]] = live.metadata.get("managedFields") or ()
    return entries


def _manager(entry: Mapping[str, Any]) -> str:
    return str(entry.get("manager"))

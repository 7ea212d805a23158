"""Worlds: the objects of a cluster when stacks are up, and after changes by others."""

import base64
import copy
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import yaml

from choreo_components.api import all_kinds, kind_of
from choreo_components.api.core_v1 import API_VERSION, labels
from choreo_components.api.core_v1.names import CONNECTION_KEY
from choreo_components.inspection.questions import Objects, Unread
from choreo_components.inspection.snapshot import Snapshot, key_of
from choreo_components.kubernetes.objects import NAMESPACES, SECRETS, Live, Resource, live_of, resource_named
from choreo_components.plan.nodes import Plan

SINCE = "2025-05-09T08:00:00Z"
LATER = "2025-05-10T08:00:00Z"


def up(*plans: Plan) -> Snapshot:
    """The snapshot of a cluster that has everything that the plans declare, accepted by controllers."""
    objects: list[Live] = []
    namespaces: list[Live] = []
    for each in (each for plan in plans for each in plan.objects_in_cluster):
        if each.is_declared:
            objects.append(live(each.declared.object.to_wire()))
        elif each.kind == NAMESPACES.kind:
            namespaces.append(namespace(each.name, {**each.labels}))
    return snapshot(objects, namespaces)


def resource(kind: str) -> Resource:
    """The resource of a kind of OpenChoreo, or of Kubernetes itself."""
    return resource_named("v1" if kind in (NAMESPACES.kind, SECRETS.kind) else API_VERSION, kind)


def unread(**why: str) -> Unread:
    """Reasons why questions about the organization acme are unanswered, by kind."""
    return {Objects.of(resource(kind), "acme"): said for kind, said in why.items()}


def snapshot(objects: Iterable[Live], namespaces: Iterable[Live] = ()) -> Snapshot:
    """The snapshot of a cluster with these objects and namespaces."""
    every = tuple(namespaces)
    return Snapshot(
        "https://cluster",
        tuple(objects),
        every,
        every,
        served=frozenset(each for each in all_kinds() if each[0] == API_VERSION),
    )


def live(manifest: dict[str, Any], **metadata: Any) -> Live:
    """An object as the API server has it; without `labels` in the metadata, with those of its organization and name."""
    made = copy.deepcopy(manifest)
    kind = kind_of(API_VERSION, made["kind"])
    own = made["metadata"]
    own["labels"] = {labels.NAME: own["name"], **(own.get("labels") or {})}
    if kind.namespaced:
        own["labels"].setdefault(labels.ORGANIZATION, own["namespace"])
    own |= {
        "uid": f"{kind.kind}/{own.get('namespace')}/{own['name']}",
        "generation": 1,
        "creationTimestamp": SINCE,
        **metadata,
    }
    ready = {"type": kind.ready_condition, "status": "True", "observedGeneration": 1, "reason": "Yes", "message": ""}
    made["status"] = {"conditions": [ready] if kind.ready_condition else []}
    return live_of(made)


def namespace(name: str, own: dict[str, str], **metadata: Any) -> Live:
    """A namespace with these labels."""
    own_metadata = {"name": name, "labels": own, "creationTimestamp": SINCE, "uid": name, **metadata}
    return live_of({"apiVersion": "v1", "kind": "Namespace", "metadata": own_metadata})


def connection(
    name: str = "kind-1-config",
    data_plane: str = "dp-local",
    organization: str = "acme",
    text: str = "text",
    **own: str,
) -> Live:
    """The Secret with a data plane's kubeconfig as choreo makes it; `own` are labels with other values."""
    made = {**labels.connection_labels(organization, name, data_plane), **own}
    metadata = {"name": name, "namespace": organization, "labels": made, "creationTimestamp": SINCE}
    data = {CONNECTION_KEY: base64.b64encode(text.encode()).decode()}
    metadata["uid"] = f"Secret/{name}"
    return live_of({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", "data": data})


def with_secrets(world: Snapshot, *secrets: Live) -> Snapshot:
    """The same world with these Secrets in it."""
    return replace(world, secrets=secrets)


def with_objects(world: Snapshot, *more: Live) -> Snapshot:
    """The same world with more objects in it."""
    return replace(world, objects=(*world.objects, *more))


def with_namespaces(world: Snapshot, *more: Live) -> Snapshot:
    """The same world with more namespaces in it."""
    every = (*world.namespaces, *more)
    return replace(world, namespaces=every, data_plane_namespaces=every)


def without(world: Snapshot, kind: str, name: str) -> Snapshot:
    """The same world without an object, or a namespace."""
    kept = [each for each in world.objects if (key_of(each).kind, each.name) != (kind, name)]
    every = tuple(each for each in world.namespaces if (kind, name) != ("Namespace", each.name))
    return replace(world, objects=tuple(kept), namespaces=every, data_plane_namespaces=every)


def changed(world: Snapshot, kind: str, name: str, **parts: Any) -> Snapshot:
    """The same world with other metadata, spec or status of one object; the rest is unchanged."""

    def other(each: Live) -> Live:
        if (each.resource.kind, each.name) != (kind, name):
            return each
        manifest = copy.deepcopy(dict(each.manifest))
        for part, value in parts.items():
            manifest[part] = {**manifest.get(part, {}), **value}
        return Live(each.resource, manifest)

    objects, every = tuple(map(other, world.objects)), tuple(map(other, world.namespaces))
    return replace(world, objects=objects, namespaces=every, data_plane_namespaces=every)


def kubeconfig(server: str, user: str = "u") -> str:
    """The text of a kubeconfig for this server."""
    return yaml.safe_dump(
        {
            "clusters": [{"name": "c", "cluster": {"server": server}}],
            "users": [{"name": user, "user": {"token": "t"}}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": user}}],
            "current-context": "x",
        }
    )

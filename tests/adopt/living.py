"""Live objects: what an API server and OpenChoreo's controllers make of manifests."""

import copy
import json
from typing import Any

from choreo_components.adopt.organization import LiveOrganization
from choreo_components.api.annotations import LAST_APPLIED
from choreo_components.api.core_v1 import labels
from choreo_components.api.core_v1.generation import GENERATION
from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.config import settings
from choreo_components.config.documents import Document
from choreo_components.config.settings import Declared
from choreo_components.kubernetes.objects import Live, live_of
from tests import declaring

Manifest = dict[str, Any]


def live(manifest: Manifest, *, controllers: bool = False, **metadata: Any) -> Live:
    """The object that `kubectl apply` makes of a manifest with all its labels."""
    made = copy.deepcopy(manifest)
    own = made["metadata"]
    name, namespace = own["name"], own.get("namespace")
    follow = {labels.NAME: name} | ({labels.ORGANIZATION: namespace} if namespace else {})
    if made["apiVersion"] != "v1":
        own["labels"] = {**follow, **own.get("labels", {})}
    own["annotations"] = {**own.get("annotations", {}), LAST_APPLIED: json.dumps(manifest)}
    own |= {
        "uid": f"uid-of-{name}",
        "resourceVersion": "7",
        "generation": 1,
        "creationTimestamp": "2025-05-09T00:00:00Z",
    }
    own["managedFields"] = [{"manager": "kubectl-client-side-apply", "operation": "Update"}]
    if controllers:
        own["finalizers"] = ["core.choreo.dev/cleanup"]
        made["status"] = {"conditions": [{"type": "Ready", "status": "True"}]}
    own |= metadata
    return live_of(made)


def edited(there: Live) -> Manifest:
    """A live object in wire names, for a test to change it before it is read."""
    assert isinstance(there.manifest, dict)
    return there.manifest


def namespace(project: str, environment: str, organization: str = "acme", **more: Any) -> Live:
    """The data-plane namespace of a project in an environment; `more` are metadata."""
    own = labels.data_plane_namespace_labels(organization, project, environment)
    name = data_plane_namespace(organization, project, environment)
    return live({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": own}}, **more)


def living(*lives: Live, namespaces: tuple[Live, ...] = (), organization: str = "acme") -> LiveOrganization:
    """An organization with these objects, and a namespace without labels."""
    own = live({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": organization}})
    return LiveOrganization(GENERATION, organization, lives, own, namespaces)


def acme(*more: Live, controllers: bool = False) -> LiveOrganization:
    """An organization with an environment `development`, in which a project has a namespace and a Deployment."""
    lives = [live(each, controllers=controllers) for each in declaring.WHOLE]
    return living(*lives, *more, namespaces=(namespace("shop", "development"),))


def read(config: Manifest) -> list[Declared]:
    """What settings declare; nothing is wrong with them."""
    found, findings = settings.read(Document(config, "test"), declaring.NOWHERE)
    assert not findings, findings
    return list(found.declared)


def as_declared(there: Live) -> Manifest:
    """A live object as a person would have declared it, with all its labels and without optional zero values."""
    each = there.manifest
    own = each["metadata"]
    metadata = {key: own[key] for key in ("name", "namespace", "labels", "annotations") if key in own}
    metadata["annotations"] = {key: text for key, text in metadata["annotations"].items() if key != LAST_APPLIED}
    declared = {key: each[key] for key in ("apiVersion", "kind", "spec") if key in each} | {"metadata": metadata}
    return read({"choreo:resources": [declared]})[0].object.to_wire()

"""An estate: an organization of a case's own, the stack that declares it or a part of it, and what others made."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import uuid4

import yaml

from choreo_components.api import all_kinds
from choreo_components.api.core_v1 import API_VERSION, labels
from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.kubernetes.client import Cluster
from choreo_components.kubernetes.objects import NAMESPACES, Live, Resource, resource_of
from tests.engine import samples
from tests.engine.workspace import Workspace

ENVIRONMENT = "development"
PROJECTS = ("customer-portal", "shop")
"""Each has a namespace in the environment."""

STACK = "estate"
STRAY = "made-by-hand"
"""The Deployment that Pulumi never made."""
FINALIZER = "example.com/cleanup"
"""What holds a Deployment until somebody takes it away, as OpenChoreo's controllers do."""

OTHERS = {"example.com/made-by": f"others-{uuid4().hex[:8]}"}
"""The label of what others than the worker's stacks made, and nobody may touch."""

CONFIG_MAPS = Resource("", "v1", "ConfigMap", "configmaps")
OBJECTS = [resource_of(kind) for (version, _), kind in all_kinds().items() if version == API_VERSION]


class Layout(Enum):
    """What a stack declares."""

    ENVIRONMENT = "an environment"
    ORGANIZATION = "an organization with an environment"


@dataclass(frozen=True)
class Estate:
    """The organization, and the workspace with the stack."""

    layout: Layout
    organization: str
    workspace: Workspace
    """The administrator's, whom no fault strikes."""

    @property
    def declared(self) -> set[str]:
        """All that the stack makes in the cluster, each as `Kind namespace/name`."""
        objects = _config(self.layout, self.organization)["choreo:resources"]
        spaces = {data_plane_namespace(self.organization, project, ENVIRONMENT) for project in PROJECTS}
        if self.layout is Layout.ORGANIZATION:
            spaces.add(self.organization)
        return {_shown(each) for each in objects} | {f"Namespace {name}" for name in spaces}

    def known(self) -> set[str]:
        """All objects in the cluster that the state knows."""
        return {
            f"{resource['type'].rpartition(':')[2]} {resource['id']}"
            for resource in self._state().get("resources", [])
            if resource["type"].startswith("kubernetes:")
        }

    def pending(self) -> list[str]:
        """The operations which the state has as begun and not ended."""
        operations = self._state().get("pending_operations") or []
        return [f"{operation['type']} {operation['resource']['urn']}" for operation in operations]

    def there(self) -> set[str]:
        """All objects of the organization in the cluster, except what others made."""
        lives = asyncio.run(_there(self.workspace.kubeconfig, self.organization))
        return {str(live) for live in lives if not OTHERS.items() <= live.labels.items()}

    def add_stray(self, *, held: bool) -> None:
        """Makes a Deployment that Pulumi does not know, as OpenChoreo does; a `held` one stays until it is released."""
        manifest = yaml.safe_load(samples.deployment(self.organization, ENVIRONMENT, STRAY))
        manifest["metadata"]["finalizers"] = [FINALIZER] if held else []
        self.workspace.kubectl("apply", "-f", "-", manifest=yaml.safe_dump(manifest))

    def release_stray(self) -> None:
        """Takes the finalizer from the Deployment that Pulumi does not know, as a controller does when it is done."""
        stray = ("deployments.core.choreo.dev", STRAY, "-n", self.organization)
        self.workspace.kubectl("patch", *stray, "--type=merge", "-p", '{"metadata":{"finalizers":null}}')

    def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(self.workspace.state(STACK))["deployment"]
        return state


def make(layout: Layout, workspace: Workspace) -> Estate:
    """An estate of which nothing is up yet, except what others have to make before it."""
    estate = Estate(layout, f"estate-{uuid4().hex[:8]}", workspace)
    if layout is Layout.ENVIRONMENT:
        make_others(estate.organization, "staging", workspace)
    workspace.stack(STACK, _config(layout, estate.organization))
    return estate


def make_others(organization: str, environment: str, workspace: Workspace) -> None:
    """An organization with an environment, a namespace, a Deployment and a ConfigMap, as others than Pulumi make it."""
    namespace = data_plane_namespace(organization, PROJECTS[0], environment)
    labelled = {
        organization: labels.organization_namespace_labels(organization),
        namespace: labels.data_plane_namespace_labels(organization, PROJECTS[0], environment),
    }
    objects = [
        *(_manifest("Namespace", name, labels=own) for name, own in labelled.items()),
        *_of_organization(organization),
        *samples.stack("staging", organization)["choreo:resources"],
        yaml.safe_load(samples.deployment(organization, environment, "of-others")),
        _manifest("ConfigMap", "of-others", namespace=namespace),
    ]
    for each in objects:
        metadata = each["metadata"]
        if each["kind"] == "Environment":
            metadata["name"] = environment
        follow = {labels.ORGANIZATION: organization, labels.NAME: metadata["name"]}
        metadata["labels"] = metadata.get("labels", follow) | OTHERS
    workspace.kubectl("apply", "-f", "-", manifest=yaml.safe_dump_all(objects))


def others(kubeconfig: Path) -> Mapping[str, tuple[str, str]]:
    """All that others made for this worker in the whole cluster: by name, who it is and which version of it."""
    lives = asyncio.run(_labelled(kubeconfig))
    return {str(live): (live.metadata["uid"], live.metadata["resourceVersion"]) for live in lives}


def _config(layout: Layout, organization: str) -> dict[str, Any]:
    """The settings of the stack: those of this checkout's samples, with a second project."""
    config = samples.stack(ENVIRONMENT, organization) | {"choreo:timeouts": {"delete": "90s"}}
    config.pop("choreo:projects")
    if layout is Layout.ENVIRONMENT:
        return config | {"choreo:projects": list(PROJECTS)}
    return config | {"choreo:resources": [*_of_organization(organization), *config["choreo:resources"]]}


def _of_organization(organization: str) -> list[dict[str, Any]]:
    """The organization, its data plane, its pipeline and its projects."""
    objects: list[dict[str, Any]] = samples.stack("acme", organization)["choreo:resources"]
    (project,) = [each for each in objects if each["kind"] == "Project"]
    second = project | {"metadata": project["metadata"] | {"name": PROJECTS[1]}}
    return [*objects, second]


async def _there(kubeconfig: Path, organization: str) -> list[Live]:
    async with Cluster(str(kubeconfig)) as cluster:
        asked = [
            cluster.list(NAMESPACES, {labels.ORGANIZATION_NAME: organization}),
            cluster.list(NAMESPACES, {labels.ORGANIZATION: organization}),
            *(cluster.list(each, {}, organization) for each in OBJECTS if each.namespaced),
            *(cluster.list(each, {labels.NAME: organization}) for each in OBJECTS if not each.namespaced),
        ]
        return [live for found, _ in await asyncio.gather(*asked) for live in found]


async def _labelled(kubeconfig: Path) -> list[Live]:
    async with Cluster(str(kubeconfig)) as cluster:
        asked = [cluster.list(each, OTHERS) for each in (NAMESPACES, CONFIG_MAPS, *OBJECTS)]
        return [live for found, _ in await asyncio.gather(*asked) for live in found]


def _manifest(kind: str, name: str, **metadata: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, **metadata}}


def _shown(manifest: Mapping[str, Any]) -> str:
    metadata = manifest["metadata"]
    place = f"{metadata['namespace']}/" if "namespace" in metadata else ""
    return f"{manifest['kind']} {place}{metadata['name']}"

"""An estate: a case's organization, the stack that declares it or a part of it, and what others made."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import yaml

from choreo_components import Controllers
from choreo_components.kubernetes.objects import NAMESPACES, Live, Resource, resource_named
from tests.engine.lists import View, called, listed
from tests.engine.workspace import Workspace
from tests.faults import core_v1, openchoreo_v1alpha1
from tests.faults.grounds import ENVIRONMENT, FINALIZER, PROJECTS, Ground, Layout, Manifest, Subject

STACK = "estate"

OTHERS = {"example.com/made-by": f"others-{uuid4().hex[:8]}"}
"""The label of what the worker's stacks did not make and must not touch."""

CONFIG_MAPS = Resource("", "v1", "ConfigMap", "configmaps")

SECONDS_TO_SETTLE = 60.0

GROUNDS = (core_v1.GROUND, openchoreo_v1alpha1.GROUND)


@dataclass(frozen=True)
class Kind:
    """The sort of estate: its API, its layout, and whether controllers run."""

    ground: Ground
    layout: Layout = Layout.ENVIRONMENT
    controllers: Controllers = Controllers.ABSENT

    @property
    def where(self) -> str:
        """Its API, and whether controllers run."""
        return str(self.ground) + (", with controllers" if self.controllers is Controllers.PRESENT else "")

    def __str__(self) -> str:
        return f"{self.layout.value} of {self.where}"


@dataclass(frozen=True)
class Estate:
    """The organization, and the workspace with the stack."""

    kind: Kind
    organization: str
    workspace: Workspace
    """The administrator's, which no fault strikes."""

    @property
    def declared(self) -> set[str]:
        """Everything that the stack makes in the cluster, each as `Kind namespace/name`."""
        objects = {_shown(each) for each in self._config["choreo:resources"]}
        if self.kind.controllers is Controllers.PRESENT:
            return objects | {f"ProjectReleaseBinding {self.organization}/{each}-{ENVIRONMENT}" for each in PROJECTS}
        spaces = self._spaces
        if self.kind.layout is Layout.ORGANIZATION:
            spaces.add(f"Namespace {self.organization}")
        return objects | spaces

    @property
    def expected(self) -> set[str]:
        """Everything in the cluster when the stack is up: controllers make the namespaces of bound projects."""
        return self.declared | (self._spaces if self.kind.controllers is Controllers.PRESENT else set())

    @property
    def _spaces(self) -> set[str]:
        name = self.kind.ground.namespace
        return {f"Namespace {name(self.organization, project, ENVIRONMENT)}" for project in PROJECTS}

    @property
    def _config(self) -> Manifest:
        return self.kind.ground.config(self.kind.layout, self.organization)

    def known(self) -> set[str]:
        """All objects in the cluster that the state knows."""
        return {
            f"{resource['type'].rpartition(':')[2]} {resource['id']}"
            for resource in self._state().get("resources", [])
            if resource["type"].startswith("kubernetes:")
        }

    def pending(self) -> list[str]:
        """The operations that the state has as pending."""
        operations = self._state().get("pending_operations") or []
        return [f"{operation['type']} {operation['resource']['urn']}" for operation in operations]

    def there(self) -> set[str]:
        """All objects of the organization in the cluster, except what others made."""
        lives = _there(self.workspace.kubeconfig, self.kind.ground, self.organization)
        return {str(live) for live in lives if not OTHERS.items() <= live.labels.items()}

    def add_stray(self, *, held: bool) -> None:
        """Deploys something unknown to Pulumi, as OpenChoreo does; if `held`, it remains until it is released."""
        manifest = self.kind.ground.stray(self.organization)
        manifest["metadata"]["finalizers"] = [FINALIZER] if held else []
        self.workspace.create(yaml.safe_dump(manifest))

    def release_stray(self) -> None:
        """Removes the finalizer from what Pulumi does not know, as a controller does."""
        manifest = self.kind.ground.stray(self.organization)
        resource = resource_named(manifest["apiVersion"], manifest["kind"])
        live = Live(resource, manifest)
        patch = '{"metadata":{"finalizers":null}}'
        self.workspace.kubectl("patch", *live.command.split(), "--type=merge", "-p", patch)

    def _state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(self.workspace.state(STACK))["deployment"]
        return state


def make(kind: Kind, workspace: Workspace) -> Estate:
    """An estate of which nothing is up yet, except what others make before it."""
    estate = Estate(kind, f"estate-{uuid4().hex[:8]}", workspace)
    if kind.layout is Layout.ENVIRONMENT:
        make_others(kind.ground, estate.organization, "staging", workspace)
    workspace.stack(STACK, {**estate._config, "choreo:timeouts": {"delete": "90s"}})
    return estate


def make_others(ground: Ground, organization: str, environment: str, workspace: Workspace) -> None:
    """An organization with an environment, a namespace, a deployment and a ConfigMap, as others than Pulumi make it."""
    namespace = ground.namespace(organization, PROJECTS[0], environment)
    config_map = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "of-others", "namespace": namespace},
    }
    objects = [*ground.others(organization, environment), config_map]
    for each in objects:
        each["metadata"]["labels"] = each["metadata"].get("labels", {}) | OTHERS
    workspace.create(yaml.safe_dump_all(objects))
    if workspace.controllers is Controllers.PRESENT:
        _wait_until_settled(workspace.kubeconfig, organization)


def _wait_until_settled(kubeconfig: Path, organization: str) -> None:
    """Waits until controllers have written all that they write into the spec of what others made."""
    views = [View(each, OTHERS, organization) for each in openchoreo_v1alpha1.RECONCILED]
    deadline = time.monotonic() + SECONDS_TO_SETTLE
    while unsettled := [str(live) for live in listed(kubeconfig, views) if not openchoreo_v1alpha1.is_settled(live)]:
        assert time.monotonic() < deadline, f"the controllers are not done with {', '.join(unsettled)}"
        time.sleep(0.02)


def others(kubeconfig: Path, controllers: Controllers) -> Mapping[str, tuple[str, object]]:
    """All that others made for this worker in the whole cluster: by name, its UID and version.

    Where controllers write to the status, the version is the generation.
    """
    part = "resourceVersion" if controllers is Controllers.ABSENT else "generation"
    made = (each for ground in GROUNDS for each in ground.others("any", ENVIRONMENT) if each["apiVersion"] != "v1")
    kinds = {resource_named(each["apiVersion"], each["kind"]) for each in made} | {NAMESPACES, CONFIG_MAPS}
    lives = listed(kubeconfig, [View(each, OTHERS) for each in kinds])
    return {str(live): (live.metadata["uid"], live.metadata.get(part)) for live in lives}


def _there(kubeconfig: Path, ground: Ground, organization: str) -> list[Live]:
    views = [
        View(NAMESPACES, ground.of_organization(organization)),
        ground.sees(Subject.TENANT, organization),
        *(View(each, {}, organization) for each in ground.kinds if each.namespaced),
        # This API's cluster-scoped objects belong to no organization, except the organization itself.
        *(called(each, organization) for each in ground.kinds if not each.namespaced),
    ]
    # Several views may show the same object.
    return list({str(live): live for live in listed(kubeconfig, views)}.values())


def _shown(manifest: Mapping[str, Any]) -> str:
    metadata = manifest["metadata"]
    place = f"{metadata['namespace']}/" if "namespace" in metadata else ""
    return f"{manifest['kind']} {place}{metadata['name']}"

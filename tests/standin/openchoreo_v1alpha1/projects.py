"""The controllers of Project and ProjectReleaseBinding, which make the data-plane namespaces."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from choreo_components.api.names import generate_k8s_name
from choreo_components.kubernetes.objects import Live
from tests.standin.api import Api, Condition, Key, spec_of
from tests.standin.manager import Requeue
from tests.standin.openchoreo_v1alpha1 import releases
from tests.standin.openchoreo_v1alpha1.base import Problem, WholeController, controller_of, owner, siblings
from tests.standin.openchoreo_v1alpha1.bindings import BindingController, Target, on_plane

NAMESPACE = "${metadata.namespace}"
"""The expression for the data-plane namespace's name in a ProjectType's template."""


def _project(_: Api, live: Live) -> list[Key]:
    return [Key(live.namespace, owner(live, "projectName"))]


def _is_of(type_kind: str) -> Any:
    def matches(project: Live, live: Live) -> bool:
        return (_type(project), type_kind) == ((type_kind, live.name), type_kind)

    return siblings("Project", matches)


def _type(project: Live) -> tuple[str, str]:
    reference = spec_of(project)["type"]
    return reference["kind"], reference["name"]


class ProjectController(WholeController):
    """Makes releases, and sets the latest in bindings without one. Deletes what is its own, but not those releases."""

    kind = "Project"
    finalizer = "openchoreo.dev/project-cleanup"
    created = Condition("Created", "True", "ProjectCreated", "Project is created")
    finalizing = Condition("Finalizing", "True", "ProjectFinalizing", "Waiting for child resources to be deleted")
    watches: ClassVar = {
        "ProjectType": _is_of("ProjectType"),
        "ClusterProjectType": _is_of("ClusterProjectType"),
        "ProjectReleaseBinding": _project,
    }

    async def reconcile(self, live: Live) -> None:
        generation = {"observedGeneration": live.metadata["generation"]}
        kind, name = _type(live)
        found = self.api.get(kind, Key(live.namespace if self.api.resources[kind].namespaced else None, name))
        if found is None:
            missing = Condition("Ready", "False", "ProjectTypeNotFound", f"{kind} {name!r} not found")
            await self.api.set_status(live, [self.created, missing], **generation)
            return
        content: dict[str, Any] = {
            "owner": {"projectName": live.name},
            "projectType": {"kind": kind, "name": name, "spec": spec_of(found)},
        }
        if "parameters" in spec_of(live):
            content["parameters"] = spec_of(live)["parameters"]
        release, digest = await releases.ensure(self.api, "ProjectRelease", live, content)
        ready = Condition("Ready", "True", "Reconciled", f"ProjectRelease {release!r} in place")
        latest = {"name": release, "hash": digest}
        live = await self.api.set_status(live, [self.created, ready], latestRelease=latest, **generation)
        for binding in self._children("ProjectReleaseBinding", live):
            if not spec_of(binding).get("projectRelease") and not binding.deleting:
                await self.api.update(binding, {}, {"projectRelease": release})

    async def finalize(self, live: Live) -> bool:
        live = await self.api.set_status(live, [self.finalizing])
        children = {kind: self._children(kind, live) for kind in ("Component", "Resource", "ProjectReleaseBinding")}
        for kind, found in children.items():
            await self.empty(kind, found)
        if any(children.values()):
            raise Requeue
        return True

    def _children(self, kind: str, live: Live) -> Sequence[Live]:
        return [each for each in self.api.all(kind, live.namespace) if owner(each, "projectName") == live.name]


class ProjectReleaseBindingController(BindingController):
    """Makes the data-plane namespace, and deletes it with everything in it."""

    kind = "ProjectReleaseBinding"
    finalizer = "openchoreo.dev/projectreleasebinding-cleanup"
    aspects = ("NamespaceReady", "ResourcesReady")
    watches: ClassVar = {
        "RenderedRelease": controller_of(kind),
        "Environment": siblings(kind, lambda binding, each: spec_of(binding)["environment"] == each.name),
        "Project": siblings(kind, lambda binding, project: owner(binding, "projectName") == project.name),
        "DataPlane": on_plane(kind),
        "ClusterDataPlane": on_plane(kind),
    }

    def rendered_name(self, live: Live) -> str:
        return generate_k8s_name(f"p_{owner(live, 'projectName')}", spec_of(live)["environment"])

    def known(self, live: Live) -> Mapping[str, Any]:
        try:
            return {"namespace": self.target(live).namespace}
        except Problem:
            return {}

    def render(self, live: Live) -> tuple[Target, Mapping[str, Mapping[str, Any]]]:
        pin = spec_of(live).get("projectRelease")
        if not pin:
            raise Problem("ProjectReleaseNotSet", "spec.projectRelease is not set")
        release = self.api.get("ProjectRelease", Key(live.namespace, pin))
        if release is None:
            raise Problem("ProjectReleaseNotFound", f"ProjectRelease {pin!r} not found")
        if owner(release, "projectName") != owner(live, "projectName"):
            message = f"ProjectRelease {pin!r} belongs to project {owner(release, 'projectName')!r}"
            raise Problem("InvalidReleaseConfiguration", message)
        target = self.target(live)
        templates = spec_of(release)["projectType"]["spec"]["resources"]
        ids = [each["id"] for each in templates if _is_namespace(each["template"])]
        if not ids:
            message = f'rendered resources must include a v1/Namespace named "{target.namespace}"'
            raise Problem("NamespaceMissing", message)
        configs = spec_of(live).get("environmentConfigs") or {}
        metadata = {
            "name": target.namespace,
            "labels": target.labels | configs.get("namespaceLabels", {}),
            "annotations": configs.get("namespaceAnnotations", {}),
        }
        return target, {ids[0]: {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}}

    async def finalize(self, live: Live) -> bool:
        return await self.taken_away(live, self.of_its_name(live))


def _is_namespace(template: Mapping[str, Any]) -> bool:
    named = (template.get("metadata") or {}).get("name")
    return (template.get("apiVersion"), template.get("kind"), named) == ("v1", "Namespace", NAMESPACE)

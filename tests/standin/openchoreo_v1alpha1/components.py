"""The controllers of Component and ReleaseBinding: what is deployed, and where."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from choreo_components.api.names import generate_k8s_name
from choreo_components.kubernetes.objects import Live
from tests.standin.api import Api, Condition, Key, key_of, spec_of
from tests.standin.manager import Requeue
from tests.standin.openchoreo_v1alpha1 import releases
from tests.standin.openchoreo_v1alpha1.base import Problem, WholeController, controller_of, owner, siblings
from tests.standin.openchoreo_v1alpha1.bindings import LABEL, BindingController, Target, named, on_plane
from tests.standin.openchoreo_v1alpha1.platform import pipeline_of, root_of


def _component(_: Api, live: Live) -> list[Key]:
    return [Key(live.namespace, owner(live, "componentName"))]


def _all_beside(api: Api, live: Live) -> list[Key]:
    # A type, a trait or a pipeline may have changed: each component checks whether it uses that.
    return [key_of(each) for each in api.all("Component", live.namespace)]


class ComponentController(WholeController):
    """With autoDeploy, keeps a binding in the root environment at the component's current release.

    Deletes its releases, bindings and workloads.
    """

    kind = "Component"
    finalizer = "openchoreo.dev/component-cleanup"
    finalizing = Condition("Finalizing", "True", "Finalizing", "Component is finalizing")
    watches: ClassVar = {
        "Workload": _component,
        "ReleaseBinding": _component,
        "ComponentType": _all_beside,
        "ClusterComponentType": _all_beside,
        "Trait": _all_beside,
        "ClusterTrait": _all_beside,
        "Workflow": _all_beside,
        "ClusterWorkflow": _all_beside,
        "Project": siblings(kind, lambda component, project: owner(component, "projectName") == project.name),
        "DeploymentPipeline": _all_beside,
    }

    async def reconcile(self, live: Live) -> None:
        generation = {"observedGeneration": live.metadata["generation"]}
        try:
            root, content = self._release(live)
            if not spec_of(live).get("autoDeploy"):
                ready = Condition("Ready", "True", "Reconciled", "Component is reconciled")
                await self.api.set_status(live, [ready], **generation)
                return
            name, digest = await releases.ensure(self.api, "ComponentRelease", live, content)
            await self._deploy(live, root, name)
        except Problem as problem:
            await self.api.set_status(
                live, [Condition("Ready", "False", problem.reason, problem.message)], **generation
            )
            return
        ready = Condition("Ready", "True", "ComponentReleaseReady", f"ComponentRelease {name!r} is ready")
        latest = {"name": name, "releaseHash": digest}
        await self.api.set_status(live, [ready], latestRelease=latest, **generation)

    async def finalize(self, live: Live) -> bool:
        live = await self.api.set_status(live, [self.finalizing])
        own = {"projectName": owner(live, "projectName"), "componentName": live.name}
        children = {
            kind: [
                each
                for each in self.api.all(kind, live.namespace)
                if own.items() <= (spec_of(each).get("owner") or {}).items()
            ]
            for kind in ("ComponentRelease", "ReleaseBinding", "Workload")
        }
        labels = {f"{LABEL}project": own["projectName"], f"{LABEL}component": live.name}
        children["WorkflowRun"] = list(self.api.find("WorkflowRun", live.namespace, labels))
        for kind, found in children.items():
            await self.empty(kind, found)
        if any(children.values()):
            raise Requeue
        return True

    def _release(self, live: Live) -> tuple[str, dict[str, Any]]:
        """The root environment, and the content of the component's current release. Raises Problem."""
        spec = spec_of(live)
        project = named(self.api, "Project", live, owner(live, "projectName"))
        root = root_of(named(self.api, "DeploymentPipeline", live, pipeline_of(project)))
        reference = spec["componentType"]
        workload_type, _, name = reference["name"].partition("/")
        component_type = self._named(live, reference["kind"], name, "ComponentType")
        of_type = spec_of(component_type)
        if of_type["workloadType"] != workload_type:
            message = (
                f"{reference['kind']} {name!r} has workloadType {of_type['workloadType']!r}, not {workload_type!r}"
            )
            raise Problem("InvalidConfiguration", message)
        self._check_workflow(live, spec.get("workflow"), of_type.get("allowedWorkflows") or [])
        container = self._workload(live)
        traits = self._traits(live, spec.get("traits") or [], of_type.get("allowedTraits") or [])
        profile = {key: spec[key] for key in ("parameters", "traits") if key in spec}
        content: dict[str, Any] = {
            "owner": {"projectName": project.name, "componentName": live.name},
            "componentType": {"kind": reference["kind"], "name": name, "spec": of_type},
            "workload": container,
        }
        return root, content | ({"traits": traits} if traits else {}) | (
            {"componentProfile": profile} if profile else {}
        )

    def _workload(self, live: Live) -> Mapping[str, Any]:
        own = {"projectName": owner(live, "projectName"), "componentName": live.name}
        found = self.of("Workload", live, owner=own)
        if not found:
            raise Problem("WorkloadNotFound", f"Workload for component {live.name!r} not found")
        if len(found) > 1:
            raise Problem("InvalidConfiguration", f"component {live.name!r} has {len(found)} Workloads")
        return {key: value for key, value in spec_of(found[0]).items() if key != "owner"}

    def _traits(
        self, live: Live, used: Sequence[Mapping[str, Any]], allowed: Sequence[Mapping[str, Any]]
    ) -> Sequence[Mapping[str, Any]]:
        kinds = {(each["kind"], each["name"]) for each in used}
        refused = kinds - {(each["kind"], each["name"]) for each in allowed}
        if refused:
            message = f"traits {sorted(name for _, name in refused)} are not allowed by the component type"
            raise Problem("InvalidConfiguration", message)
        return [
            {"kind": kind, "name": name, "spec": spec_of(self._named(live, kind, name, "Trait"))}
            for kind, name in sorted(kinds)
        ]

    def _check_workflow(
        self, live: Live, workflow: Mapping[str, Any] | None, allowed: Sequence[Mapping[str, Any]]
    ) -> None:
        if workflow is None:
            return
        kind, name = workflow["kind"], workflow["name"]
        if (kind, name) not in {(each["kind"], each["name"]) for each in allowed}:
            raise Problem("WorkflowNotAllowed", f"{kind} {name!r} is not allowed by the component type")
        self._named(live, kind, name, "Workflow")

    def _named(self, live: Live, kind: str, name: str, reason: str) -> Live:
        found = self.api.get(kind, Key(live.namespace if self.api.resources[kind].namespaced else None, name))
        if found is None:
            raise Problem(f"{reason}NotFound", f"{kind} {name!r} not found")
        return found

    async def _deploy(self, live: Live, root: str, release: str) -> None:
        """Sets the release of the one binding of the root environment, whatever its name. Raises Problem."""
        own = {"projectName": owner(live, "projectName"), "componentName": live.name}
        found = self.of("ReleaseBinding", live, owner=own, environment=root)
        if len(found) > 1:
            message = f'failed to auto deploy: found multiple ReleaseBinding objects for environment "{root}"'
            raise Problem("AutoDeployFailed", message)
        if not found:
            metadata = {"name": f"{live.name}-{root}", "namespace": live.namespace}
            spec = {"owner": own, "environment": root, "releaseName": release}
            await self.api.create(self.api.resources["ReleaseBinding"], {"metadata": metadata, "spec": spec})
        elif spec_of(found[0]).get("releaseName") != release and not found[0].deleting:
            await self.api.update(found[0], {}, {"releaseName": release})


class ReleaseBindingController(BindingController):
    """Deploys a component to an environment: a workload of apps/v1, which counts as ready when it is applied."""

    kind = "ReleaseBinding"
    finalizer = "openchoreo.dev/releasebinding-cleanup"
    synced = "ReleaseSynced"
    unconditional = ("ConnectionsResolved", "ResourceDependenciesReady")
    watches: ClassVar = {
        "RenderedRelease": controller_of(kind),
        "Component": siblings(kind, lambda binding, component: owner(binding, "componentName") == component.name),
        "DataPlane": on_plane(kind, heeds_end=False),
        "ClusterDataPlane": on_plane(kind, heeds_end=False),
        "SecretReference": siblings(kind, lambda _, __: True),
    }

    async def reconcile(self, live: Live) -> None:
        if spec_of(live).get("state") != "Undeploy":
            await super().reconcile(live)
            return
        gone = await self.empty("RenderedRelease", self.of_its_name(live))
        message = "Resources undeployed" if gone else "Resources being undeployed"
        conditions = [Condition(each, "False", "ResourcesUndeployed", message) for each in ("ResourcesReady", "Ready")]
        await self.api.set_status(live, conditions, **self.known(live))

    def known(self, live: Live) -> Mapping[str, Any]:
        return {"observedGeneration": live.metadata["generation"]}

    def rendered_name(self, live: Live) -> str:
        return f"{owner(live, 'componentName')}-{spec_of(live)['environment']}"

    def good(self, live: Live) -> str:
        return "ResourcesReady" if _replicas(live) else "ReadyWithSuspendedResources"

    def render(self, live: Live) -> tuple[Target, Mapping[str, Mapping[str, Any]]]:
        name, component = spec_of(live).get("releaseName", ""), owner(live, "componentName")
        release = named(self.api, "ComponentRelease", live, name)
        named(self.api, "Component", live, component)
        target = self.target(live)
        if spec_of(release)["owner"] != spec_of(live)["owner"]:
            raise Problem("InvalidReleaseConfiguration", f"ComponentRelease {name!r} is not of component {component!r}")
        container = spec_of(release)["workload"]["container"]
        self._check_secrets(live, container)
        own = target.labels | {f"{LABEL}component": component}
        selected = {key: own[key] for key in (f"{LABEL}project", f"{LABEL}component", f"{LABEL}environment")}
        pod = {
            "metadata": {"labels": selected},
            "spec": {"containers": [{"name": "main", "image": container["image"]}]},
        }
        workload = {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {
                "name": generate_k8s_name(component, target.environment.name),
                "namespace": target.namespace,
                "labels": own,
            },
            "spec": {"replicas": _replicas(live), "selector": {"matchLabels": selected}, "template": pod},
        }
        return target, {"deployment": workload}

    async def finalize(self, live: Live) -> bool:
        wanted = {f"{LABEL}project": owner(live, "projectName"), f"{LABEL}component": owner(live, "componentName")}
        wanted |= {f"{LABEL}environment": spec_of(live)["environment"]}
        return await self.taken_away(live, self.api.find("RenderedRelease", live.namespace, wanted))

    def _check_secrets(self, live: Live, container: Mapping[str, Any]) -> None:
        for each in (*container.get("env", ()), *container.get("files", ())):
            reference = (each.get("valueFrom") or {}).get("secretKeyRef")
            if reference:
                found = self.api.get("SecretReference", Key(live.namespace, reference["name"]))
                if found is None or reference["key"] not in {data["secretKey"] for data in spec_of(found)["data"]}:
                    missing = f"key {reference['key']!r} of SecretReference {reference['name']!r} not found"
                    raise Problem("RenderingFailed", f"failed to render: {missing}")


def _replicas(live: Live) -> int:
    replicas = (spec_of(live).get("componentTypeEnvironmentConfigs") or {}).get("replicas", 1)
    if not isinstance(replicas, int):
        raise Problem("RenderingFailed", f'replicas must be of type integer: "{type(replicas).__name__}"')
    return replicas

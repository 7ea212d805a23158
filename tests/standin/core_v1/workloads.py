"""The controllers of what is deployed: Component, DeploymentTrack, DeployableArtifact, Deployment and Endpoint."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, NamedTuple

from choreo_components.api.core_v1 import labels
from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.api.names import generate_k8s_name
from choreo_components.kubernetes.objects import NAMESPACES, Live
from tests.standin.api import WORKLOADS, Api, Condition, Key, key_of
from tests.standin.core_v1.hierarchy import ParentMissing, below, data_plane, name, organization, parent
from tests.standin.manager import Controller, ReconcileError, Requeue

OF_WORKLOADS = ("component-name", "deployment-track-name", "deployment-name", "component-type")
"""Labels of the Deployment controller that a namespace must not have."""


def _parent(kind: str) -> Callable[[Api, Live], Iterable[Key]]:
    def keys(api: Api, live: Live) -> Iterable[Key]:
        try:
            return [key_of(parent(api, kind, live))]
        except ParentMissing:
            return []

    return keys


def _of_artifact(api: Api, artifact: Live) -> Iterable[Key]:
    return [
        key_of(each) for each in api.find("Deployment", artifact.namespace, {}) if _reference(each) == artifact.name
    ]


def _artifact(_: Api, deployment: Live) -> Iterable[Key]:
    return [Key(deployment.namespace, _reference(deployment))]


def _of_environment(api: Api, environment: Live) -> Iterable[Key]:
    return [
        key_of(each) for each in api.find("Endpoint", environment.namespace, {labels.ENVIRONMENT: name(environment)})
    ]


def _reference(deployment: Live) -> str:
    reference: str = (deployment.manifest.get("spec") or {}).get("deploymentArtifactRef", "")
    return reference


class ComponentController(Controller):
    """Deletes its tracks."""

    kind = "Component"
    finalizer = "core.choreo.dev/component-cleanup"
    accepted = Condition("Created", "True", "ComponentCreated", "Component is created")
    finalizing = Condition("Finalizing", "True", "ComponentFinalizing", "Component is finalizing")
    watches: ClassVar = {"DeploymentTrack": _parent("Component")}

    async def finalize(self, live: Live) -> bool:
        return await self.empty("DeploymentTrack", self.api.find("DeploymentTrack", live.namespace, below(live)))


class DeploymentTrackController(Controller):
    """Deletes its Deployments, and then the artifacts without an owner."""

    kind = "DeploymentTrack"
    finalizer = "core.choreo.dev/deploymenttrack-cleanup"
    accepted = Condition("Available", "True", "DeploymentTrackAvailable", "DeploymentTrack is available")
    finalizing = Condition("Finalizing", "True", "DeploymentTrackFinalizing", "DeploymentTrack is finalizing")
    watches: ClassVar = {"Deployment": _parent("DeploymentTrack"), "DeployableArtifact": _parent("DeploymentTrack")}

    async def finalize(self, live: Live) -> bool:
        if not await self.empty("Deployment", self.api.find("Deployment", live.namespace, below(live))):
            return False
        artifacts = self.api.find("DeployableArtifact", live.namespace, below(live))
        return await self.empty(
            "DeployableArtifact", [each for each in artifacts if not each.metadata.get("ownerReferences")]
        )


class DeployableArtifactController(Controller):
    """Deletes the Deployments that refer to it. Its condition keeps the generation at which it was set."""

    kind = "DeployableArtifact"
    finalizer = "core.choreo.dev/deployableartifact-cleanup"
    accepted = Condition("Available", "True", "DeployableArtifactAvailable", "DeployableArtifact is available")
    finalizing = Condition("Finalizing", "True", "DeployableArtifactFinalizing", "DeployableArtifact is finalizing")
    watches: ClassVar = {"Deployment": _artifact}

    async def reconcile(self, live: Live) -> None:
        if not any(each["type"] == self.accepted.type for each in live.conditions):
            await self.api.set_condition(live, self.accepted)

    async def finalize(self, live: Live) -> bool:
        # One without the labels of a track is in none, and has no Deployments.
        wanted = {label: live.labels.get(label, "") for label in (labels.ORGANIZATION, labels.DEPLOYMENT_TRACK)}
        deployments = self.api.find("Deployment", live.namespace, wanted)
        return await self.empty("Deployment", [each for each in deployments if _reference(each) == live.name])


class Context(NamedTuple):
    """What a Deployment is made of, all of which its finalizer needs as well."""

    component: Live
    track: Live
    artifact: Live
    image: str
    namespace: str
    labels: dict[str, str]


class DeploymentController(Controller):
    """Makes the data-plane namespace, a workload in it, and Endpoints. Ready only means that they are applied."""

    kind = "Deployment"
    finalizer = "core.choreo.dev/data-plane-cleanup"
    accepted = Condition("Ready", "True", "DeploymentReady", "Deployment is ready")
    progressing = Condition("Ready", "False", "DeploymentProgressing", "Deployment is progressing")
    finalizing = Condition("Ready", "False", "DeploymentFinalizing", "Deployment is finalizing")
    resolved = Condition("ArtifactResolved", "True", "ArtifactResolvedSuccessfully", "Artifact is resolved")
    unresolved = Condition("ArtifactResolved", "False", "ArtifactNotFound", "Artifact is not found")
    watches: ClassVar = {"DeployableArtifact": _of_artifact, "Endpoint": _parent("Deployment")}

    async def reconcile(self, live: Live) -> None:
        try:
            context = self.context(live)
        except ParentMissing:
            # No error and no watch on the parents: it does not notice when they are created.
            await self.api.set_condition(live, self.progressing)
            return
        except ReconcileError:
            await self.api.set_condition(live, self.unresolved)
            raise
        if await self.api.set_condition(live, self.resolved):
            return
        await self.namespace(context)
        workload = self.workload(context)
        if not await self.api.exists(WORKLOADS, workload):
            await self.api.create(WORKLOADS, _workload(context, workload))
        if not await self.endpoints(live, context.artifact):
            await self.api.set_condition(live, self.accepted)

    async def finalize(self, live: Live) -> bool:
        try:
            context = self.context(live)
        except ParentMissing as problem:
            raise ReconcileError(str(problem)) from None
        workload = self.workload(context)
        if await self.api.exists(WORKLOADS, workload):
            await self.api.delete(WORKLOADS, workload)
            raise Requeue
        return await self.empty("Endpoint", self.api.find("Endpoint", live.namespace, below(live)))

    def context(self, live: Live) -> Context:
        """Everything that the Deployment is made of. Raises ParentMissing, or ReconcileError without its artifact."""
        project, component, track, environment = (
            parent(self.api, kind, live) for kind in ("Project", "Component", "DeploymentTrack", "Environment")
        )
        artifacts = self.api.find("DeployableArtifact", live.namespace, below(track))
        artifact = next((each for each in artifacts if each.name == _reference(live)), None)
        if artifact is None:
            raise ReconcileError(f"deployable artifact {_reference(live)!r} is not found")
        tag = artifact.manifest["spec"]["targetArtifact"].get("fromImageRef", {}).get("tag")
        registry = component.manifest["spec"].get("source", {}).get("containerRegistry", {})
        if not tag or not registry:
            raise ReconcileError(f"no image of deployable artifact {artifact.name!r}")
        names = organization(project), name(project), name(environment)
        own = {
            "organization-name": names[0],
            "project-name": names[1],
            "environment-name": names[2],
            "managed-by": "choreo-deployment-controller",
            "belong-to": "user-workloads",
        }
        image = f"{registry['imageName']}:{tag}"
        return Context(component, track, artifact, image, data_plane_namespace(*names), own)

    def workload(self, context: Context) -> Key:
        """The workload's name on the data plane."""
        return Key(context.namespace, generate_k8s_name(context.component.name, context.track.name))

    async def namespace(self, context: Context) -> None:
        """Makes the namespace. If its labels differ it is overwritten, and other labels are lost."""
        found = self.api.get("Namespace", Key(None, context.namespace))
        if found is None:
            await self.api.create(NAMESPACES, {"metadata": {"name": context.namespace, "labels": context.labels}})
        elif any(found.labels.get(key) != context.labels.get(key) for key in (*context.labels, *OF_WORKLOADS)):
            await self.api.update(found, {"labels": context.labels, "annotations": {}})

    async def endpoints(self, live: Live, artifact: Live) -> bool:
        """Makes the missing Endpoints; returns whether there were any."""
        made = False
        for template in (artifact.manifest["spec"].get("configuration") or {}).get("endpointTemplates") or []:
            given = template["metadata"].get("name", "endpoint")
            key = Key(live.namespace, generate_k8s_name(live.name, given))
            if self.api.get("Endpoint", key) is not None:
                continue
            own = {**live.labels, labels.DEPLOYMENT: name(live), labels.NAME: given}
            owner = {
                "apiVersion": live.manifest["apiVersion"],
                "kind": "Deployment",
                "name": live.name,
                "uid": live.metadata["uid"],
                "controller": True,
                "blockOwnerDeletion": True,
            }
            metadata = {"name": key.name, "namespace": key.namespace, "labels": own, "ownerReferences": [owner]}
            await self.api.create(self.api.resources["Endpoint"], {"metadata": metadata, "spec": template["spec"]})
            made = True
        return made


class EndpointController(Controller):
    """Needs all of its parents, for its finalizer too: without one it remains for ever, without an error."""

    kind = "Endpoint"
    finalizer = "core.choreo.dev/endpoint-deletion"
    accepted = Condition("Ready", "True", "EndpointReady", "Endpoint is ready")
    finalizing = Condition("Ready", "False", "EndpointReady", "Endpoint is terminating")
    watches: ClassVar = {"Environment": _of_environment}

    async def handle(self, key: Key) -> None:
        live = self.api.get(self.kind, key)
        if live is None:
            return
        try:
            for kind in ("Project", "Component", "DeploymentTrack", "Deployment"):
                parent(self.api, kind, live)
            environment = parent(self.api, "Environment", live)
        except ParentMissing:
            return
        data_plane(self.api, environment)
        await super().handle(key)


def _workload(context: Context, key: Key) -> dict[str, Any]:
    selected = {"component-name": name(context.component), "deployment-track-name": name(context.track)}
    own = {**context.labels, **selected}
    pod = {"metadata": {"labels": own}, "spec": {"containers": [{"name": "main", "image": context.image}]}}
    spec = {"selector": {"matchLabels": selected}, "template": pod}
    return {"metadata": {"name": key.name, "namespace": key.namespace, "labels": own}, "spec": spec}

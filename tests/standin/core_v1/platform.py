"""The controllers of the platform: Organization, DataPlane, Environment, DeploymentPipeline and Project."""

from collections.abc import Iterable, Iterator
from typing import ClassVar

from choreo_components.api.core_v1 import labels
from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.kubernetes.objects import NAMESPACES, Live
from tests.standin.api import Api, Condition, Key, key_of
from tests.standin.core_v1.hierarchy import below, data_plane, name, organization
from tests.standin.manager import Controller, ReconcileError, Requeue


def _owner(_: Api, namespace: Live) -> Iterator[Key]:
    for owner in namespace.metadata.get("ownerReferences") or []:
        if owner["kind"] == "Organization" and owner.get("controller"):
            yield Key(None, owner["name"])


def _data_plane(api: Api, environment: Live) -> Iterable[Key]:
    wanted = {labels.ORGANIZATION: organization(environment), labels.NAME: _data_plane_ref(environment)}
    return map(key_of, api.find("DataPlane", environment.namespace, wanted))


def _environment(api: Api, deployment: Live) -> Iterable[Key]:
    wanted = {
        labels.ORGANIZATION: organization(deployment),
        labels.NAME: deployment.labels.get(labels.ENVIRONMENT, ""),
    }
    return map(key_of, api.find("Environment", deployment.namespace, wanted))


def _project(api: Api, component: Live) -> Iterable[Key]:
    wanted = {labels.ORGANIZATION: organization(component), labels.NAME: component.labels.get(labels.PROJECT, "")}
    return map(key_of, api.find("Project", component.namespace, wanted))


def _data_plane_ref(environment: Live) -> str:
    reference: str = (environment.manifest.get("spec") or {}).get("dataPlaneRef", "")
    return reference


class OrganizationController(Controller):
    """Makes the organization's namespace, and deletes it with everything in it.

    A namespace that existed before gets labels and no owner, so the controller does not see its deletion.
    """

    kind = "Organization"
    finalizer = "core.choreo.dev/delete-namespace"
    accepted = Condition("Ready", "True", "NamespaceCreated", "Successfully created the Namespace")
    finalizing = Condition("Deleting", "False", "OrganizationFinalizing", "Organization is finalizing")
    watches: ClassVar = {"Namespace": _owner}

    async def reconcile(self, live: Live) -> None:
        own = {
            "managed-by": "choreo-control-plane",
            "core.choreo.dev/organization": live.name,
            "core.choreo.dev/name": live.name,
        }
        namespace = self.api.get("Namespace", Key(None, live.name))
        if namespace is None:
            owner = {
                "apiVersion": live.manifest["apiVersion"],
                "kind": "Organization",
                "name": live.name,
                "uid": live.metadata["uid"],
                "controller": True,
                "blockOwnerDeletion": True,
            }
            metadata = {"name": live.name, "labels": own, "ownerReferences": [owner]}
            await self.api.create(NAMESPACES, {"metadata": metadata})
        elif not own.items() <= namespace.labels.items():
            await self.api.update(namespace, {"labels": {**namespace.labels, **own}})
        generation = live.metadata["generation"]
        await self.api.set_condition(live, self.accepted, namespace=live.name, observedGeneration=generation)

    async def finalize(self, live: Live) -> bool:
        namespace = self.api.get("Namespace", Key(None, live.name))
        return await self.empty("Namespace", [namespace] if namespace else [])


class DataPlaneController(Controller):
    """Deletes the environments of a data plane with it. It never connects to the cluster."""

    kind = "DataPlane"
    finalizer = "core.choreo.dev/dataplane-cleanup"
    accepted = Condition("Created", "True", "DataPlaneCreated", "Dataplane is created")
    finalizing = Condition("Finalizing", "True", "DataplaneFinalizing", "Dataplane is finalizing")
    watches: ClassVar = {"Environment": _data_plane}

    async def finalize(self, live: Live) -> bool:
        environments = self.api.find("Environment", live.namespace, {labels.ORGANIZATION: organization(live)})
        return await self.empty("Environment", [each for each in environments if _data_plane_ref(each) == live.name])


class EnvironmentController(Controller):
    """Ready whether or not the data plane exists; without one, it can never be finalized."""

    kind = "Environment"
    finalizer = "core.choreo.dev/environment-cleanup"
    accepted = Condition("Ready", "True", "EnvironmentReady", "Environment is ready")
    finalizing = Condition("Ready", "False", "EnvironmentFinalizing", "Environment is finalizing")
    watches: ClassVar = {"Deployment": _environment}

    async def finalize(self, live: Live) -> bool:
        try:
            data_plane(self.api, live)
        except ReconcileError as problem:
            raise ReconcileError(f"failed to make environment context for finalization: {problem}") from None
        selector = {labels.ORGANIZATION: organization(live), labels.ENVIRONMENT: live.name}
        if not await self.empty("Deployment", self.api.find("Deployment", live.namespace, selector)):
            return False
        selector = {"organization-name": live.namespace or "", "environment-name": live.name}
        if not await self.empty("Namespace", self.api.find("Namespace", None, selector)):
            raise Requeue
        return True


class DeploymentPipelineController(Controller):
    """No finalizer: a pipeline is deleted at once, even while a project's finalizer needs it."""

    kind = "DeploymentPipeline"
    accepted = Condition("Available", "True", "DeploymentPipelineAvailable", "DeploymentPipeline is available")

    async def reconcile(self, live: Live) -> None:
        await self.api.set_condition(live, self.accepted, observedGeneration=live.metadata["generation"])


class ProjectController(Controller):
    """Deletes its components, then its namespace in each environment that its pipeline names."""

    kind = "Project"
    finalizer = "core.choreo.dev/project-cleanup"
    accepted = Condition("Created", "True", "ProjectCreated", "Project is created")
    finalizing = Condition("Finalizing", "True", "ProjectFinalizing", "Project is finalizing")
    watches: ClassVar = {"Component": _project}

    async def finalize(self, live: Live) -> bool:
        if not await self.empty("Component", self.api.find("Component", live.namespace, below(live))):
            return False
        reference = live.manifest["spec"]["deploymentPipelineRef"]
        pipeline = self.api.get("DeploymentPipeline", Key(live.namespace, reference))
        if pipeline is None:
            raise ReconcileError(f"cannot retrieve the deployment pipeline {reference!r}")
        environments = list(_environments(pipeline))
        if not environments:
            raise ReconcileError(f"deployment pipeline {reference!r} has no environments")
        for environment in environments:
            key = Key(None, data_plane_namespace(organization(live), name(live), environment))
            namespace = self.api.get("Namespace", key)
            if namespace is not None:
                await self.empty("Namespace", [namespace])
                raise Requeue
        return True


def _environments(pipeline: Live) -> Iterator[str]:
    """The environments that a pipeline names."""
    for path in (pipeline.manifest.get("spec") or {}).get("promotionPaths") or []:
        yield path["sourceEnvironmentRef"]
        for target in path["targetEnvironmentRefs"]:
            yield target["name"]

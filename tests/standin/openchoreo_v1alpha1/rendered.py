"""The controller of RenderedRelease, which applies and deletes everything on a plane."""

from collections.abc import Mapping
from typing import Any, ClassVar

from lightkube import ApiError

from choreo_components.kubernetes.objects import NAMESPACES, Live, Resource
from tests.standin import agents
from tests.standin.api import WORKLOADS, Condition, Key, spec_of, status_of
from tests.standin.manager import ReconcileError, Requeue
from tests.standin.openchoreo_v1alpha1.base import Problem, WholeController, reason_of
from tests.standin.openchoreo_v1alpha1.bindings import LABEL
from tests.standin.openchoreo_v1alpha1.planes import data_plane_of

FIELD_MANAGER = "renderedrelease-controller"

ON_PLANES: Mapping[str, Resource] = {
    "Deployment": WORKLOADS,
    "ConfigMap": Resource("", "v1", "ConfigMap", "configmaps"),
    "Namespace": NAMESPACES,
}
"""The objects of bindings, by kind, in the order in which they are looked up."""

SECONDS_BETWEEN_APPLIES = 300.0
SECONDS_BETWEEN_TRIES = 3.0
"""The pause, in upstream's seconds, of a cleanup that cannot succeed. Upstream hardly pauses."""


class RenderedReleaseController(WholeController):
    """Applies objects with force, and again every five minutes; it does not watch them meanwhile.

    It finds what it applied by labels on the objects: if these were changed, the object remains.
    """

    kind = "RenderedRelease"
    finalizer = "openchoreo.dev/dataplane-cleanup"
    watches: ClassVar = {}

    async def reconcile(self, live: Live) -> None:
        wanted = spec_of(live).get("resources") or []
        try:
            self._reach(live)
            for each in wanted:
                await self._apply(live, each["id"], each["object"])
        except ReconcileError as problem:
            await self.api.set_status(live, [Condition("ResourcesApplied", "False", "ApplyFailed", str(problem))])
            raise
        before = {each["id"] for each in status_of(live).get("resources") or []}
        if before - {each["id"] for each in wanted}:
            await self._prune(live, {each["id"] for each in wanted})
        applied = Condition("ResourcesApplied", "True", "ApplySucceeded", "All resources are applied")
        await self.api.set_status(live, [applied], resources=[_applied(each["id"], each["object"]) for each in wanted])
        raise Requeue(SECONDS_BETWEEN_APPLIES)

    async def finalize(self, live: Live) -> bool:
        # It alternates between two reasons, and a reader sees one of them.
        if reason_of(live, "Finalizing") != "CleanupInProgress":
            progress = Condition("Finalizing", "True", "CleanupInProgress", "Cleaning up dataplane resources")
            failed = reason_of(live, "Finalizing") is not None
            live = await self.api.set_status(live, [progress])
            if failed:
                raise Requeue(SECONDS_BETWEEN_TRIES)
        try:
            self._reach(live, "failed to list resources for apps/v1, Kind=Deployment: ")
        except ReconcileError as problem:
            await self.api.set_status(live, [Condition("Finalizing", "True", "CleanupFailed", str(problem))])
            raise Requeue(SECONDS_BETWEEN_TRIES) from None
        if await self._prune(live, set()):
            raise Requeue
        return True

    def _reach(self, live: Live, doing: str | None = None) -> None:
        """Raises ReconcileError where the plane cannot be reached."""
        name = spec_of(live)["environmentName"]
        environment = self.api.get("Environment", Key(live.namespace, name))
        try:
            if environment is None:
                raise Problem("", f'Environment.openchoreo.dev "{name}" not found')
            plane = data_plane_of(self.api, environment)
        except Problem as problem:
            text = f"failed to resolve dataplane for environment {name}: {problem.message}"
            raise ReconcileError(text) from None
        if not self.agents.connected(plane):
            first = next((each["id"] for each in spec_of(live).get("resources") or []), "")
            raise ReconcileError((doing or f"failed to apply resource {first}: ") + agents.refusal(plane))

    async def _apply(self, live: Live, resource_id: str, manifest: Mapping[str, Any]) -> None:
        metadata = manifest["metadata"]
        tracked = {**metadata, "labels": {**metadata.get("labels", {}), **_tracking(live, resource_id)}}
        try:
            await self.api.apply(ON_PLANES[manifest["kind"]], {**manifest, "metadata": tracked}, FIELD_MANAGER)
        except ApiError as problem:
            raise ReconcileError(f"failed to apply resource {resource_id}: {problem.status.message}") from None

    async def _prune(self, live: Live, wanted: set[str]) -> bool:
        """Deletes what it applied and is no longer wanted; returns whether there was any."""
        own = {key: value for key, value in _tracking(live, "").items() if key in _SELECTED}
        found = False
        for resource in ON_PLANES.values():
            for each in await self.api.labelled(resource, own):
                if each.labels.get(_RESOURCE_ID) in wanted:
                    continue
                found = True
                if not each.deleting:
                    await self.api.delete(resource, Key(each.namespace, each.name))
        return found


_RESOURCE_ID = f"{LABEL}rendered-release-resource-id"
_SELECTED = (f"{LABEL}managed-by", f"{LABEL}rendered-release-uid")


def _tracking(live: Live, resource_id: str) -> dict[str, str]:
    """The labels of what a RenderedRelease applied."""
    return {
        f"{LABEL}managed-by": FIELD_MANAGER,
        f"{LABEL}rendered-release-name": live.name,
        f"{LABEL}rendered-release-namespace": live.namespace or "",
        f"{LABEL}rendered-release-uid": live.metadata["uid"],
        _RESOURCE_ID: resource_id,
    }


def _applied(resource_id: str, manifest: Mapping[str, Any]) -> dict[str, str]:
    """An applied object in the status. That of a namespace has no namespace."""
    group, _, version = manifest["apiVersion"].rpartition("/")
    metadata = manifest["metadata"]
    applied = {
        "id": resource_id,
        "group": group,
        "version": version,
        "kind": manifest["kind"],
        "name": metadata["name"],
    }
    applied["healthStatus"] = "Healthy"
    return applied | ({"namespace": metadata["namespace"]} if "namespace" in metadata else {})

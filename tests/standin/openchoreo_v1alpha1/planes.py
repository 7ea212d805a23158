"""The controllers of planes, and how an Environment finds the plane that it is on."""

import time
from typing import Any, ClassVar

from choreo_components.kubernetes.objects import Live
from tests.standin.api import Api, Condition, Key, key_of, spec_of, status_of
from tests.standin.manager import SCALE, Requeue
from tests.standin.openchoreo_v1alpha1.base import Problem, WholeController, siblings

DEFAULT = "default"
"""The plane of objects without a reference."""

SECONDS_BETWEEN_HEARTBEATS = 60.0
"""Seconds between upstream's checks of a plane's agent."""


def data_plane_of(api: Api, environment: Live) -> Live:
    """The plane of an Environment. Raises Problem."""
    return _plane(api, environment, spec_of(environment).get("dataPlaneRef"), "DataPlane")


def observability_plane_of(api: Api, data_plane: Live) -> Live:
    """The observability plane of a data plane. Raises Problem."""
    return _plane(api, data_plane, spec_of(data_plane).get("observabilityPlaneRef"), "ObservabilityPlane")


def refers_to(environment: Live, plane: Live) -> bool:
    """Whether an Environment names the plane. For events, one without a reference does not."""
    reference = spec_of(environment).get("dataPlaneRef") or {}
    return (reference.get("kind"), reference.get("name")) == (plane.resource.kind, plane.name)


def _plane(api: Api, of: Live, reference: dict[str, str] | None, kind: str) -> Live:
    tried = (reference["kind"],) if reference else (kind, f"Cluster{kind}")
    name = reference["name"] if reference else DEFAULT
    for each in tried:
        found = api.get(each, Key(of.namespace if api.resources[each].namespaced else None, name))
        if found is not None:
            return found
    last = tried[-1]
    raise Problem(f"{kind}NotFound", f"{last} '{name}' not found: {last}.openchoreo.dev \"{name}\" not found")


class PlaneController(WholeController):
    """Sets Created on a plane once, whether or not an agent has ever connected to it.

    It checks the agent every minute, and changes only the plane's status.
    """

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._looked: dict[Key, float] = {}

    async def reconcile(self, live: Live) -> None:
        conditions = (
            [] if live.conditions else [Condition("Created", "True", f"{self.kind}Created", "Plane is created")]
        )
        await self.api.set_status(live, conditions, agentConnection=self._connection(live), **self.status(live))
        raise Requeue(SECONDS_BETWEEN_HEARTBEATS)

    def status(self, live: Live) -> dict[str, Any]:
        """The rest of the status: a cluster plane's does not follow later changes of the spec."""
        seen = status_of(live).get("observedGeneration")
        return {"observedGeneration": seen or live.metadata["generation"]}

    def _connection(self, live: Live) -> Any:
        last, now = self._looked.get(key_of(live)), time.monotonic()
        known = status_of(live).get("agentConnection")
        if known and last is not None and now - last < SECONDS_BETWEEN_HEARTBEATS * SCALE * 0.9:
            return known
        self._looked[key_of(live)] = now
        # At the first request, the gateway does not know a new plane's agent yet.
        if known and self.agents.connected(live):
            return {"connected": True, "connectedAgents": 1, "message": "1 agent connected"}
        return {"connected": False, "connectedAgents": 0, "message": "No agents connected"}


class DataPlaneController(PlaneController):
    """Keeps a data plane while Environments in its namespace use it."""

    kind = "DataPlane"
    finalizer = "openchoreo.dev/dataplane-cleanup"
    watches: ClassVar = {"Environment": siblings("DataPlane", lambda plane, each: _is_on(each, plane))}

    def status(self, live: Live) -> dict[str, Any]:
        return {"observedGeneration": live.metadata["generation"]}

    async def finalize(self, live: Live) -> bool:
        users = [each for each in self.api.all("Environment", live.namespace) if _is_on(each, live)]
        if users:
            message = f"Deletion blocked: dataplane is still referenced by {len(users)} environment(s)"
            await self.wait_for(live, Condition("Finalizing", "False", "DeletionBlocked", message), 30.0)
        finalizing = Condition("Finalizing", "True", "DataplaneFinalizing", "Dataplane is finalizing")
        await self.api.set_status(live, [finalizing])
        return True


class ClusterDataPlaneController(PlaneController):
    """Removes the finalizer at once, whoever uses the plane."""

    kind = "ClusterDataPlane"
    finalizer = "openchoreo.dev/clusterdataplane-cleanup"


class WorkflowPlaneController(PlaneController):
    """Removes the finalizer at once."""

    kind = "WorkflowPlane"
    finalizer = "openchoreo.dev/workflowplane-cleanup"

    def status(self, live: Live) -> dict[str, Any]:
        return {"observedGeneration": live.metadata["generation"]}


class ClusterWorkflowPlaneController(PlaneController):
    """Removes the finalizer at once."""

    kind = "ClusterWorkflowPlane"
    finalizer = "openchoreo.dev/clusterworkflowplane-cleanup"


class ObservabilityPlaneController(PlaneController):
    """Removes the finalizer at once."""

    kind = "ObservabilityPlane"
    finalizer = "openchoreo.dev/observabilityplane-cleanup"

    def status(self, live: Live) -> dict[str, Any]:
        return {"observedGeneration": live.metadata["generation"]}


class ClusterObservabilityPlaneController(PlaneController):
    """Removes the finalizer at once."""

    kind = "ClusterObservabilityPlane"
    finalizer = "openchoreo.dev/clusterobservabilityplane-cleanup"


def _is_on(environment: Live, plane: Live) -> bool:
    """Whether an Environment keeps the plane: without a reference, it uses the namespace's default."""
    nowhere = not spec_of(environment).get("dataPlaneRef") and plane.name == DEFAULT
    return nowhere or refers_to(environment, plane)

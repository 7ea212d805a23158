"""The controllers of Environment, DeploymentPipeline and ObservabilityAlertsNotificationChannel."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from choreo_components.kubernetes.objects import Live
from tests.standin.api import Api, Condition, Key, key_of, spec_of
from tests.standin.manager import ReconcileError, Requeue
from tests.standin.openchoreo_v1alpha1.base import Problem, WholeController, reason_of, siblings
from tests.standin.openchoreo_v1alpha1.planes import data_plane_of, observability_plane_of


def _paths(pipeline: Live) -> Iterator[tuple[str, Sequence[str]]]:
    """The steps of a pipeline: source and target."""
    for path in spec_of(pipeline).get("promotionPaths") or []:
        yield path["sourceEnvironmentRef"]["name"], [each["name"] for each in path["targetEnvironmentRefs"]]


def root_of(pipeline: Live) -> str:
    """The environment that is deployed to first: a source and not a target; in a cycle, the first. Raises Problem."""
    sources = [source for source, _ in _paths(pipeline)]
    targets = {target for _, targets in _paths(pipeline) for target in targets}
    if not sources:
        message = f"deployment pipeline {pipeline.name!r} has no promotion paths defined"
        raise Problem("InvalidConfiguration", message)
    return next((each for each in sources if each not in targets), sources[0])


def _names(pipeline: Live, environment: Live) -> bool:
    return any(environment.name in (source, *targets) for source, targets in _paths(pipeline))


def _of_pipeline(api: Api, pipeline: Live) -> list[Key]:
    # Also those that it named before: what they wait for may just have happened.
    return [key_of(each) for each in api.all("Environment", pipeline.namespace)]


class EnvironmentController(WholeController):
    """Ready whether or not its plane exists. Remains while a pipeline names it, and then deletes its bindings.

    Not those of resources. It looks for namespaces by labels that none has, and finds none.
    """

    kind = "Environment"
    finalizer = "openchoreo.dev/environment-cleanup"
    accepted = Condition("Ready", "True", "EnvironmentReady", "Environment is ready")
    finalizing = Condition("Ready", "False", "EnvironmentFinalizing", "Environment is finalizing")
    watches: ClassVar = {"DeploymentPipeline": _of_pipeline}

    async def finalize(self, live: Live) -> bool:
        pipelines = [each for each in self.api.all("DeploymentPipeline", live.namespace) if _names(each, live)]
        if pipelines:
            named = ", ".join(f'"{each.name}"' for each in pipelines)
            message = f"Deletion blocked: environment is referenced by DeploymentPipeline {named}"
            await self.wait_for(live, Condition("Ready", "False", "DeletionBlocked", message), 30.0)
        before = reason_of(live, "Ready")
        live = await self.api.set_status(live, [self.finalizing])
        bindings = {
            kind: self.of(kind, live, environment=live.name) for kind in ("ReleaseBinding", "ProjectReleaseBinding")
        }
        for kind, found in bindings.items():
            await self.empty(kind, found)
        if any(bindings.values()):
            # It alternates between two reasons, and a reader sees one of them.
            if before == self.finalizing.reason:
                count = len(bindings["ReleaseBinding"])
                pending = f"Deleting {count} release binding(s)"
                await self.wait_for(live, Condition("Ready", "False", "ReleaseBindingsPending", pending))
            raise Requeue
        try:
            plane = data_plane_of(self.api, live)
        except Problem:
            return True
        if not self.agents.connected(plane):
            raise ReconcileError(
                "failed to check existence of external resource KubernetesNamespaces: error listing namespaces: "
                "proxy request failed with status 502"
            )
        return True


class DeploymentPipelineController(WholeController):
    """Available whether or not its environments exist. Remains while a Project refers to it."""

    kind = "DeploymentPipeline"
    finalizer = "openchoreo.dev/deployment-pipeline-cleanup"
    accepted = Condition("Available", "True", "DeploymentPipelineAvailable", "DeploymentPipeline is available")
    watches: ClassVar = {"Project": siblings("DeploymentPipeline", lambda pipeline, project: _uses(project, pipeline))}

    async def reconcile(self, live: Live) -> None:
        await self.api.set_status(live, [self.accepted], observedGeneration=live.metadata["generation"])

    async def finalize(self, live: Live) -> bool:
        users = [each for each in self.api.all("Project", live.namespace) if _uses(each, live)]
        if users:
            message = f"Deletion blocked: deployment pipeline is still referenced by {len(users)} project(s)"
            await self.wait_for(live, Condition("Available", "False", "DeletionBlocked", message))
        return True


def pipeline_of(project: Live) -> str:
    """The pipeline that a Project refers to."""
    name: str = (spec_of(project).get("deploymentPipelineRef") or {}).get("name", "")
    return name


def _uses(project: Live, pipeline: Live) -> bool:
    return pipeline_of(project) == pipeline.name


class NotificationChannelController(WholeController):
    """Makes the first channel of an environment its default. Without environment and planes it cannot be finalized."""

    kind = "ObservabilityAlertsNotificationChannel"
    finalizer = "openchoreo.dev/notification-channel-cleanup"

    async def reconcile(self, live: Live) -> None:
        others = self.of(self.kind, live, environment=spec_of(live)["environment"], isEnvDefault=True)
        if not others:
            await self.api.update(live, {}, {"isEnvDefault": True})

    async def finalize(self, live: Live) -> bool:
        name = spec_of(live)["environment"]
        environment = self.api.get("Environment", Key(live.namespace, name))
        if environment is None:
            raise ReconcileError(f'failed to get environment: Environment.openchoreo.dev "{name}" not found')
        try:
            observability_plane_of(self.api, data_plane_of(self.api, environment))
        except Problem as problem:
            raise ReconcileError(problem.message) from None
        return True

"""The controllers of core.choreo.dev/v1, as v0.1.0-129 (782e188894c0) has them: internal/controller/*."""

from collections.abc import Mapping, Sequence

from choreo_components.api.core_v1.generation import GENERATION
from choreo_components.kubernetes.objects import NAMESPACES, Resource, resource_of
from tests.standin.agents import Agents
from tests.standin.api import Api, GoTypes
from tests.standin.core_v1 import platform, projects, workloads
from tests.standin.family import Family, Hook
from tests.standin.manager import Controller

RESOURCES: Mapping[str, Resource] = {kind.kind: resource_of(kind) for kind in GENERATION.kinds} | {
    "Namespace": NAMESPACES
}
"""What its controllers read and write, by kind. Only a Deployment's workload has a separate kind."""

_CONTROLLERS = (
    platform.OrganizationController,
    platform.DataPlaneController,
    platform.EnvironmentController,
    platform.DeploymentPipelineController,
    platform.ProjectController,
    workloads.ComponentController,
    workloads.DeploymentTrackController,
    workloads.DeployableArtifactController,
    workloads.DeploymentController,
    workloads.EndpointController,
)


def _controllers(api: Api, _: Agents) -> Sequence[Controller]:
    """All of them. None reaches a data plane through an agent."""
    return [each(api) for each in _CONTROLLERS]


FAMILY = Family(
    group=GENERATION.group,
    version=GENERATION.version,
    resources=RESOURCES,
    controllers=_controllers,
    go_types=GoTypes(
        frozenset(
            {"revisionHistoryLimit", "minReplicas", "maxReplicas", "cpuThreshold", "memoryThreshold", "queueLength"}
        )
    ),
    hooks=(Hook("validate.project.core.choreo.dev", ("projects",), refusal=projects.refusal),),
)

"""The controllers of openchoreo.dev/v1alpha1, as v1.2.3 (446ff682e) has them: internal/controller/*."""

from collections.abc import Sequence

from tests.standin.agents import Agents
from tests.standin.api import Api, GoTypes
from tests.standin.family import Family
from tests.standin.manager import Controller
from tests.standin.openchoreo_v1alpha1 import components, kinds, planes, platform, projects, rendered, resources
from tests.standin.openchoreo_v1alpha1.webhooks import HOOKS

_CONTROLLERS = (
    planes.DataPlaneController,
    planes.ClusterDataPlaneController,
    planes.WorkflowPlaneController,
    planes.ClusterWorkflowPlaneController,
    planes.ObservabilityPlaneController,
    planes.ClusterObservabilityPlaneController,
    platform.EnvironmentController,
    platform.DeploymentPipelineController,
    platform.NotificationChannelController,
    projects.ProjectController,
    projects.ProjectReleaseBindingController,
    components.ComponentController,
    components.ReleaseBindingController,
    resources.ResourceController,
    resources.ResourceReleaseBindingController,
    rendered.RenderedReleaseController,
)


def _controllers(api: Api, agents: Agents) -> Sequence[Controller]:
    return [each(api, agents) for each in _CONTROLLERS]


FAMILY = Family(
    group=kinds.GROUP,
    version=kinds.VERSION,
    resources=kinds.RESOURCES,
    controllers=_controllers,
    go_types=GoTypes(
        pointers=frozenset({"autoBuild"}),
        structs={"Environment": ("gateway",), "DataPlane": ("gateway",), "ClusterDataPlane": ("gateway",)},
    ),
    hooks=HOOKS,
)

"""Finalization: taking an environment's Deployments, then its data-plane namespaces, away, and waiting.

What OpenChoreo's Environment controller does in `finalize` (upstream: internal/controller/environment/
controller_finalize.go), with a deadline for each step and an error that says what blocks.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from choreo_components.api.core_v1 import API_VERSION, labels
from choreo_components.kubernetes.client import NAMESPACES, resource_named
from choreo_components.teardown.informer import Selection
from choreo_components.teardown.ownership import spare
from choreo_components.teardown.removal import LiveCluster, Removal


class SparedError(Exception):
    """Something carries the environment's labels and is not its to delete: the message says what, why, what to do."""


@dataclass(frozen=True)
class Scope:
    """What belongs to one environment: both labels, never one alone, and the namespaces that were made for it.

    Raises ValueError when a name is empty: a selector without a value would choose what is not ours.
    """

    organization: str
    environment: str
    namespace_names: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not self.organization or not self.environment:
            raise ValueError("an environment's scope needs the organization's name and the environment's name")

    @property
    def deployments(self) -> Selection:
        """Its Deployments, which stand in the organization's namespace."""
        selector = labels.environment_deployment_selector(self.organization, self.environment)
        varying = frozenset({labels.ENVIRONMENT})
        return Selection(resource_named(API_VERSION, "Deployment"), selector, self.organization, varying=varying)

    @property
    def namespaces(self) -> Selection:
        """Its data-plane namespaces."""
        selector = labels.environment_namespace_selector(self.organization, self.environment)
        varying = frozenset({labels.ENVIRONMENT_NAME})
        return Selection(NAMESPACES, selector, names=self.namespace_names, varying=varying)


async def finalize(
    control_plane: LiveCluster,
    data_plane: LiveCluster,
    scope: Scope,
    deployments: str,
    namespaces: str,
    progress: Callable[[str], None],
    verified: Callable[[], Awaitable[object]] | None = None,
    recognized: Callable[[], Awaitable[object]] | None = None,
) -> None:
    """Deletes every Deployment of the environment and waits, then all its namespaces at once and waits.

    Deployments stand on the control plane, namespaces on the data plane, which may be the same cluster.
    `deployments` and `namespaces` are the two steps' deadlines as durations. `progress` gets a line when something
    happens, and at least every ten seconds. `verified` raises where the control plane is another cluster than it was,
    `recognized` where the data plane is: each is called before anything is deleted there, as soon as that answers.
    Raises DeadlineError, ClusterError where the API server refuses, or SparedError when a namespace was left that the
    environment may not take along.
    """
    await Removal(control_plane, scope.deployments, progress, recognized=verified).run(deployments)
    spared = spare(data_plane, scope.organization, scope.environment)
    removal = Removal(data_plane, scope.namespaces, progress, spared, recognized)
    await removal.run(namespaces)
    if removal.spared:
        raise SparedError(_left(removal.spared))


def _left(spared: Mapping[str, str]) -> str:
    lines = [f"{len(spared)} left, since the environment may not take them along:"]
    for name, reason in sorted(spared.items()):
        lines.append(f"  {name}: {reason}")
        lines.append(f"    look: kubectl get namespace {name.removeprefix('Namespace ')} --show-labels")
    lines.append(
        "  If it is not the environment's, take its labels off:"
        f" kubectl label namespace NAME {labels.ORGANIZATION_NAME}- {labels.ENVIRONMENT_NAME}-;"
        " if it is, delete it yourself. The next destroy goes on from here."
    )
    return "\n".join(lines)

"""Finalization: taking an environment's deployments, then its data-plane namespaces, away, and waiting.

What OpenChoreo's own controllers do when an Environment is deleted, with a deadline for each step and an error that
says what blocks.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from choreo_components.api.generation import Generation, Sweep
from choreo_components.kubernetes.objects import NAMESPACES, resource_of_sweep
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

    generation: Generation
    organization: str
    environment: str
    namespace_names: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not self.organization or not self.environment:
            raise ValueError("an environment's scope needs the organization's name and the environment's name")

    @property
    def sweeps(self) -> list[Selection]:
        """Its deployments, which are in the organization's namespace: what is deleted together, in this order."""
        return [self._selection(sweep) for sweep in self.generation.teardown.sweeps]

    def _selection(self, sweep: Sweep) -> Selection:
        by_field = sweep.selects
        return Selection(
            resource_of_sweep(self.generation, sweep),
            sweep.labels(self.organization, self.environment),
            self.organization,
            varying=sweep.varying,
            selects=None if by_field is None else lambda live: by_field(live.manifest, self.environment),
        )

    @property
    def namespaces(self) -> Selection:
        """Its data-plane namespaces."""
        rules = self.generation.namespaces
        selector = rules.of_environment(self.organization, self.environment)
        return Selection(NAMESPACES, selector, names=self.namespace_names, varying=rules.varying)


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
    """Deletes every deployment of the environment and waits, then all its namespaces at once and waits.

    Deployments are on the control plane, namespaces on the data plane, which may be the same cluster.
    `deployments` and `namespaces` are the two steps' deadlines as durations. `progress` gets a line when something
    happens, and at least every ten seconds. `verified` raises where the control plane is another cluster than it was,
    `recognized` where the data plane is: each is called before anything is deleted there, as soon as that answers.
    Raises DeadlineError, ClusterError where the API server refuses, or SparedError when a namespace was left that the
    environment may not take along.
    """
    for sweep in scope.sweeps:
        await Removal(control_plane, sweep, progress, recognized=verified).run(deployments)
    spared = spare(data_plane, scope.generation, scope.organization, scope.environment)
    removal = Removal(data_plane, scope.namespaces, progress, spared, recognized)
    await removal.run(namespaces)
    if removal.spared:
        raise SparedError(_left(removal.spared, scope.namespaces.labels))


def _left(spared: Mapping[str, str], labels: Mapping[str, str]) -> str:
    lines = [f"{len(spared)} left, since the environment may not take them along:"]
    for name, reason in sorted(spared.items()):
        lines.append(f"  {name}: {reason}")
        lines.append(f"    look: kubectl get namespace {name.removeprefix('Namespace ')} --show-labels")
    lines.append(
        "  If it is not the environment's, take its labels off:"
        f" kubectl label namespace NAME {' '.join(f'{label}-' for label in labels)};"
        " if it is, delete it yourself. The next destroy goes on from here."
    )
    return "\n".join(lines)

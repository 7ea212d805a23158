"""An environment's context: the Environment and the DataPlane that it runs on (OpenChoreo: EnvironmentContext)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from choreo_components.config.settings import Declared
from choreo_components.plan.nodes import Plan
from choreo_components.plan.references import Found


@dataclass(frozen=True)
class EnvironmentContext:
    """An environment of the stack, and its data plane in wire names: as the stack declares it, or live in the cluster.

    `data_plane` is None if neither has it, or the cluster could not be asked.
    """

    environment: Declared
    data_plane: Mapping[str, Any] | None

    @property
    def hosts(self) -> dict[str, str]:
        """The host names of its endpoints by visibility, as far as they are known."""
        return self.environment.generation.data_planes.hosts(self.environment.wire, self.data_plane)


def environment_context(environment: Declared, plan: Plan, live: Found) -> EnvironmentContext:
    """The environment with its data plane, from the stack if that declares it, else from the cluster."""
    target = environment.data_plane
    if target is None:
        return EnvironmentContext(environment, None)
    declared = plan.index.find(target)
    return EnvironmentContext(environment, live.get(target) if declared is None else declared.wire)

"""A ground: an API of OpenChoreo as faults see it: what an estate declares, what others make, where both are seen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from choreo_components.api import all_kinds
from choreo_components.kubernetes.objects import Resource, resource_of
from tests.engine.lists import View

ENVIRONMENT = "development"
PROJECTS = ("customer-portal", "shop")
"""Each has a namespace in the environment."""

STRAY = "made-by-hand"
"""What is deployed, and Pulumi did not make."""
FINALIZER = "example.com/cleanup"
"""The finalizer that holds it until it is removed, as OpenChoreo's controllers do."""

Manifest = dict[str, Any]


class Layout(Enum):
    """What a stack declares."""

    ENVIRONMENT = "an environment"
    ORGANIZATION = "an organization with an environment"


class Subject(Enum):
    """The objects on which a point is seen."""

    ENVIRONMENT = auto()
    """The Environment of the estate."""
    DEPLOYED = auto()
    """What is deployed to it: Deployments, or ReleaseBindings."""
    BOUND = auto()
    """What makes its namespaces, where objects do so."""
    NAMESPACES = auto()
    """The namespaces on the data plane."""
    TENANT = auto()
    """The namespace of the estate's organization."""


@dataclass(frozen=True)
class Ground:
    """Everything that an estate uses of its API."""

    api_version: str
    config: Callable[[Layout, str], Manifest]
    """The settings of the stack of an organization of this name."""
    others: Callable[[str, str], list[Manifest]]
    """Makes an organization with an environment and something deployed in its namespace, from their names."""
    stray: Callable[[str], Manifest]
    """What is deployed to an organization's environment, and Pulumi did not make."""
    namespace: Callable[[str, str, str], str]
    """The name of a project's namespace, from the names of organization, project and environment."""
    sees: Callable[[Subject, str], View]
    """Where a subject is seen, by the organization's name."""
    of_organization: Callable[[str], Mapping[str, str]]
    """The labels of all its namespaces on data planes."""

    @property
    def kinds(self) -> list[Resource]:
        """The kinds whose objects people declare."""
        return [
            resource_of(kind)
            for (version, _), kind in all_kinds().items()
            if version == self.api_version and kind.refused is None
        ]

    def __str__(self) -> str:
        return self.api_version

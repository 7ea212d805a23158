"""A family: the controllers of one API group, and what a stand-in needs to run them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from choreo_components.kubernetes.objects import Resource
from tests.standin.agents import Agents
from tests.standin.api import Api, GoTypes
from tests.standin.manager import Controller


@dataclass(frozen=True)
class Hook:
    """What the API server asks a controller manager when one of these objects is created or changed."""

    name: str
    """A domain name, by which the API server names the hook in its answers."""
    plurals: tuple[str, ...]
    refusal: Callable[[Api, Mapping[str, Any]], str | None] | None = None
    """Why the request of an AdmissionReview is refused; None if it is not."""
    mutation: Callable[[Api, Mapping[str, Any]], Mapping[str, Any]] | None = None
    """The changed object of the request."""


@dataclass(frozen=True)
class Family:
    """The controllers of one group and version."""

    group: str
    version: str
    resources: Mapping[str, Resource]
    """What they read and write, by kind."""
    controllers: Callable[[Api, Agents], Sequence[Controller]]
    go_types: GoTypes = field(default_factory=GoTypes)
    hooks: tuple[Hook, ...] = ()

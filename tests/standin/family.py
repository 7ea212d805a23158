"""A family: the controllers of one API group, and all that a stand-in has to know to let them work."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from choreo_components.kubernetes.objects import Resource
from tests.standin.agents import Agents
from tests.standin.api import Api, GoTypes
from tests.standin.manager import Controller


@dataclass(frozen=True)
class Hook:
    """What a controller manager has the API server ask it when one of these objects is created or changed."""

    name: str
    """A domain name: what the API server calls it by when it passes on an answer."""
    plurals: tuple[str, ...]
    refusal: Callable[[Api, Mapping[str, Any]], str | None] | None = None
    """Why the request of an AdmissionReview is refused; None if it is not."""
    mutation: Callable[[Api, Mapping[str, Any]], Mapping[str, Any]] | None = None
    """What becomes of the object in the request."""


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

"""The finalizer: a resource whose deletion takes an environment's Deployments and namespaces out of the cluster.

In the graph it stands after the Environment and its namespaces and before the Deployments, so that a plain
`pulumi destroy`, which runs no program, comes to it at the right moment.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pulumi.runtime.rpc import UNKNOWN

from choreo_components.durations import seconds

if TYPE_CHECKING:
    from choreo_components.provider.removal import LiveCluster

Connect = Callable[[], "LiveCluster"]
"""Leads to the cluster; raises ClusterError where there is no way to it."""

IDENTITY = ("organization", "environment", "dataPlaneRef")
"""The inputs that say which environment is meant, on which data plane: another value is another finalizer."""

DEFAULTS: Mapping[str, str] = {"deploymentsTimeout": "10m", "namespacesTimeout": "10m"}
"""The deadlines, as durations."""

NAMESPACES = "namespaceNames"
"""The input with the names of the namespaces that were made for the environment."""

PROPERTIES = (*IDENTITY, *DEFAULTS, NAMESPACES)
"""All inputs."""


class FinalizerError(Exception):
    """The environment could not be finalized, or not be looked at; the message says why and what blocks."""


FAILURES = (FinalizerError,)
"""What `read` and `delete` raise."""


def check(news: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The inputs with their defaults, and what is wrong with them by property."""
    inputs = {
        **DEFAULTS,
        **{name: value for name, value in news.items() if not name.startswith("__")},
    }
    failures: dict[str, str] = {}
    for name, value in inputs.items():
        if name not in PROPERTIES:
            failures[name] = f"unknown property; the properties are {', '.join(PROPERTIES)}"
        elif name == NAMESPACES:
            if value != UNKNOWN and not (isinstance(value, list) and all(isinstance(each, str) for each in value)):
                failures[name] = f"should be a list of names, not {value!r}"
        elif not isinstance(value, str) or not value:
            failures[name] = f"should be a string that is not empty, not {value!r}"
        elif name in DEFAULTS and value != UNKNOWN:
            try:
                seconds(value)
            except ValueError as problem:
                failures[name] = str(problem)
    for name in ("organization", "environment"):
        if name not in inputs:
            failures[name] = "required: without it the finalizer cannot know what belongs to the environment"
    return inputs, failures


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The names of the properties that differ; one that is not known yet does."""
    internal = ("__defaults", "version")
    return sorted(name for name in {*old, *new} if old.get(name) != new.get(name) and name not in internal)


def replaced(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The properties whose change makes it another environment's finalizer. One that had no value yet only gets it.

    That is the case after an import, which knows an id and no data plane: it must not finalize what it took over.
    """
    return [name for name in differences(old, new) if name in IDENTITY and old.get(name) is not None]


def identifier(inputs: Mapping[str, Any]) -> str:
    """The resource's id: ORGANIZATION/ENVIRONMENT."""
    return f"{inputs['organization']}/{inputs['environment']}"


def inputs_of(identifier: str) -> dict[str, Any]:
    """The inputs of the finalizer with this id, as an import has no others."""
    organization, _, environment = identifier.partition("/")
    return {**DEFAULTS, "organization": organization, "environment": environment}


async def read(inputs: Mapping[str, Any], connect: Connect) -> dict[str, Any]:
    """The inputs, and the names of the Deployments and namespaces which carry the environment's labels now."""
    # Deferred: most commands start this process and neither read nor delete anything.
    from choreo_components.cluster import ClusterError
    from choreo_components.provider.finalization import Scope

    try:
        scope = Scope(inputs["organization"], inputs["environment"])
        cluster = connect()
        found = {}
        for each in (scope.deployments, scope.namespaces):
            found[each.resource.plural], _ = await cluster.list(each.resource, each.labels, each.namespace)
    except (ClusterError, ValueError) as problem:
        raise FinalizerError(str(problem)) from None
    return {**inputs, **{plural: sorted(live.name for live in lives) for plural, lives in found.items()}}


async def delete(state: Mapping[str, Any], connect: Connect, progress: Callable[[str], None]) -> None:
    """Finalizes the environment; `progress` gets lines for the user."""
    from choreo_components.cluster import ClusterError
    from choreo_components.provider.finalization import Scope, SparedError, finalize
    from choreo_components.provider.removal import DeadlineError

    try:
        scope = Scope(state["organization"], state["environment"], frozenset(state.get(NAMESPACES) or ()))
        await finalize(connect(), scope, state["deploymentsTimeout"], state["namespacesTimeout"], progress)
    except (ClusterError, DeadlineError, SparedError, ValueError) as problem:
        where = f"environment {state.get('environment')!r} of organization {state.get('organization')!r}"
        raise FinalizerError(f"{where} is not finalized: {problem}") from None

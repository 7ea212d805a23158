"""The finalizer: a resource whose deletion takes an environment's Deployments and namespaces out of the cluster.

In the graph it stands after the Environment and its namespaces and before the Deployments, so that a plain
`pulumi destroy`, which runs no program, comes to it at the right moment.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pulumi.runtime.rpc import UNKNOWN

from choreo_components.durations import seconds

if TYPE_CHECKING:
    from choreo_components.provider.finalization import LiveCluster

Connect = Callable[[], "LiveCluster"]
"""Leads to the cluster; raises ClusterError where there is no way to it."""

IDENTITY = ("organization", "environment", "dataPlaneRef")
"""The inputs that say which environment is meant, on which data plane: another value is another finalizer."""

DEFAULTS: Mapping[str, str] = {"deploymentsTimeout": "10m", "namespacesTimeout": "10m"}
"""The deadlines, as durations."""

PROPERTIES = (*IDENTITY, *DEFAULTS)
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
    from choreo_components.cluster import NAMESPACES, ClusterError
    from choreo_components.provider.finalization import DEPLOYMENTS, Scope

    try:
        scope = Scope(inputs["organization"], inputs["environment"])
        cluster = connect()
        deployments, _ = await cluster.list(DEPLOYMENTS, scope.deployments, scope.organization)
        namespaces, _ = await cluster.list(NAMESPACES, scope.namespaces)
    except (ClusterError, ValueError) as problem:
        raise FinalizerError(str(problem)) from None
    return {
        **inputs,
        "deployments": sorted(live.name for live in deployments),
        "namespaces": sorted(live.name for live in namespaces),
    }


async def delete(state: Mapping[str, Any], connect: Connect, progress: Callable[[str], None]) -> None:
    """Finalizes the environment; `progress` gets lines for the user."""
    from choreo_components.cluster import ClusterError
    from choreo_components.provider.finalization import DeadlineError, Scope, finalize

    try:
        scope = Scope(state["organization"], state["environment"])
        await finalize(connect(), scope, state["deploymentsTimeout"], state["namespacesTimeout"], progress)
    except (ClusterError, DeadlineError, ValueError) as problem:
        where = f"environment {state.get('environment')!r} of organization {state.get('organization')!r}"
        raise FinalizerError(f"{where} is not finalized: {problem}") from None

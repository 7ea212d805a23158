"""Misuse: checks of the arguments that components of every generation share."""

from collections.abc import Awaitable, Iterable, Iterator, Mapping
from typing import Any

import pulumi

from choreo_components.api.names import Use, refusal
from choreo_components.components.args import TimeoutsArgs
from choreo_components.config.documents import FieldPath, field_name
from choreo_components.config.durations import seconds
from choreo_components.config.namespace_metadata import problems
from choreo_components.config.options import Controllers
from choreo_components.config.validation import shown


def misused(args: Mapping[str, Any]) -> Iterator[str]:
    """The problems of `controllers` and `timeouts`."""
    controllers = args.get("controllers") or Controllers.PRESENT
    if controllers not in list(Controllers):
        yield f"controllers: should be present or absent, not {shown(controllers)}"
    timeouts = args.get("timeouts") or {}
    if not isinstance(timeouts, Mapping):
        yield f"timeouts: should be a mapping of steps to durations, not {shown(timeouts)}"
        return
    for step, duration in timeouts.items():
        if step not in TimeoutsArgs.__annotations__:
            yield f"timeouts.{step}: unknown step; the steps are {', '.join(TimeoutsArgs.__annotations__)}"
        elif not isinstance(duration, str):
            yield f"timeouts.{step}: should be a duration such as 90s, 10m or 1h30m, not {shown(duration)}"
        else:
            try:
                seconds(duration)
            except ValueError as problem:
                yield f"timeouts.{step}: {problem}"


def misused_projects(projects: Any) -> Iterator[str]:
    """The problems of the names of projects."""
    # A string is also a sequence of strings: its letters.
    if isinstance(projects, str | Mapping) or not isinstance(projects, Iterable):
        yield f"projects: should be a list of names, not {shown(projects)}"
        return
    for index, project in enumerate(projects):
        if not isinstance(project, str) or not project:
            given = "an Output" if isinstance(project, pulumi.Output | Awaitable) else shown(project)
            yield f"projects[{index}]: should be a name, not {given}"
        elif refused := refusal(project, Use.OBJECT) or refusal(project, Use.LABEL_VALUE):
            yield f"projects[{index}]: Kubernetes would refuse the name {project!r}: {refused}"


def wrong_keys(value: Any, path: FieldPath = ()) -> Iterator[FieldPath]:
    """The paths of keys that are no strings, which neither Pulumi nor Kubernetes can take."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            if isinstance(key, str):
                yield from wrong_keys(each, (*path, key))
            else:
                yield (*path, key)
    elif isinstance(value, list | tuple):
        for index, each in enumerate(value):
            yield from wrong_keys(each, (*path, index))


def misused_metadata(metadata: Any) -> Iterator[str]:
    """The problems of the metadata of namespaces."""
    for problem in problems(metadata):
        if not isinstance(problem.value, pulumi.Output | Awaitable):
            yield f"{field_name(('namespaceMetadata', *problem.path))}: {problem.message}"

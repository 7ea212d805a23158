"""Known arguments: the arguments of a Platform as plain values with places; refuses unknown and exposed Outputs."""

from collections.abc import Awaitable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi.output import Unknown
from pulumi.runtime.sync_await import _sync_await

from choreo_components.api import secrets_of
from choreo_components.components.misuse import wrong_keys
from choreo_components.config.documents import Document, FieldPath
from choreo_components.config.findings import Location, error, report
from choreo_components.config.settings import DATA_PLANE_KUBECONFIGS, KUBECONFIG, RESOURCES
from choreo_components.config.validation import WRONG_KEY

PREFIX = "choreo:"
"""The prefix of a stack's settings, which arguments do not have."""

UNKNOWN = (
    "unknown, so nothing can be planned or checked: it is an output of a resource that does not exist yet; create "
    "that first, in a stack that this program refers to, or with pulumi up --target"
)

IN_PLAIN_TEXT = (
    "a secret in a field that is not secret in OpenChoreo: it would be in plain text in the state, and for all who can "
    "read the object in the cluster"
)


@dataclass(frozen=True)
class KnownArguments:
    """The arguments in the form of a stack's settings, and the resources whose outputs they use."""

    config: Document
    resources: Sequence[pulumi.Resource]


def known_arguments(name: str, args: Mapping[str, Any]) -> KnownArguments:
    """The arguments of the Platform `name`. It waits for the Outputs among them.

    Raises pulumi.RunError with a report of all unknown values, or else of all secrets that would be in plain text:
    later checks of the arguments may quote them.
    """
    outputs: list[_Output] = []
    given = {f"{PREFIX}{key}": value for key, value in args.items() if value is not None}
    values: dict[str, Any] = _sync_await(_plain(given, (), outputs))
    config = _Arguments(values, f"Platform {name!r}")
    if unknown := [error(config.at(path), UNKNOWN) for path in _unknown(values, ())]:
        raise pulumi.RunError(report(unknown))
    if wrong := [error(config.at(path), WRONG_KEY) for path in wrong_keys(values)]:
        raise pulumi.RunError(report(wrong))
    exposed = [each.path for each in outputs if each.is_secret and not _is_sealed(each.path, values)]
    if exposed:
        raise pulumi.RunError(report([error(config.at(path), IN_PLAIN_TEXT) for path in exposed]))
    resources = dict.fromkeys(resource for each in outputs for resource in each.resources)
    return KnownArguments(config, list(resources))


@dataclass(frozen=True)
class _Output:
    """An Output among the arguments: its path, whether it is a secret, and its resources."""

    path: FieldPath
    is_secret: bool
    resources: Collection[pulumi.Resource]


@dataclass(frozen=True)
class _Arguments(Document):
    """Settings under the names of arguments."""

    def at(self, path: FieldPath = ()) -> Location:
        """The location of the field at `path`."""
        return super().at((str(path[0]).removeprefix(PREFIX), *path[1:]) if path else ())


async def _plain(value: Any, path: FieldPath, outputs: list[_Output]) -> Any:
    """The value with its Outputs resolved, which are added to `outputs`. An unknown value is an Unknown."""
    if isinstance(value, pulumi.Output | Awaitable):
        output: pulumi.Output[Any] = pulumi.Output.from_input(value)
        known = await output.future(with_unknowns=True)
        outputs.append(_Output(path, await output.is_secret(), await output.resources()))
        return whole_numbers(known) if await output.is_known() or any(_unknown(known, ())) else Unknown()  # type: ignore[no-untyped-call]
    if isinstance(value, Mapping):
        return {key: await _plain(each, (*path, key), outputs) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [await _plain(each, (*path, index), outputs) for index, each in enumerate(value)]
    return value


def _unknown(value: Any, path: FieldPath) -> Iterator[FieldPath]:
    """The paths of the unknown values."""
    if isinstance(value, Unknown):
        yield path
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _unknown(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _unknown(each, (*path, index))


def _is_sealed(path: FieldPath, values: Mapping[str, Any]) -> bool:
    """Whether Pulumi encrypts the secret at the path in the state, or, for a larger part, one in it."""
    if path[0] in (KUBECONFIG, DATA_PLANE_KUBECONFIGS):
        return True
    marked = (
        (RESOURCES, index, *secret)
        for index, each in enumerate(values.get(RESOURCES) or ())
        if isinstance(each, Mapping)
        for secret in secrets_of(each)
    )
    return any(one[: len(path)] == path or path[: len(one)] == one for one in marked)


def whole_numbers(value: Any) -> Any:
    """The value with integers for whole floats: numbers arrive as floats, and OpenChoreo has integers only.

    Values in Outputs are not changed; in the cluster they are the same number.
    """
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: whole_numbers(each) for key, each in value.items()}
    if isinstance(value, list):
        return [whole_numbers(each) for each in value]
    return value

"""Known arguments: those of a Platform as plain values with places, and what is wrong with Outputs among them."""

from collections.abc import Awaitable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi.output import Unknown
from pulumi.runtime.sync_await import _sync_await

from choreo_components.api import secrets_of
from choreo_components.config.documents import Document, FieldPath
from choreo_components.config.findings import Location, error, report
from choreo_components.config.settings import DATA_PLANE_KUBECONFIGS, KUBECONFIG, RESOURCES

PREFIX = "choreo:"
"""What the settings of a stack begin with, and arguments do not."""

NOT_KNOWN = (
    "not known yet, and nothing can be planned or checked without it: it is an output of a resource that does not "
    "exist yet. Create that first, in a stack that this program refers to, or with pulumi up --target"
)

IN_PLAIN_TEXT = (
    "a secret, where OpenChoreo has none: the state, and everybody who may read the object in the cluster, would have "
    "it in plain text"
)


@dataclass(frozen=True)
class KnownArguments:
    """The arguments as the settings of a stack, and the resources that they come from."""

    config: Document
    resources: Sequence[pulumi.Resource]


def known_arguments(name: str, args: Mapping[str, Any]) -> KnownArguments:
    """The arguments of the Platform `name`. Outputs among them are waited for, here and now.

    Raises pulumi.RunError with a report of all values that are not known, or else of all secrets that would be in plain
    text: whoever checks the arguments may quote them.
    """
    outputs: list[_Output] = []
    given = {f"{PREFIX}{key}": value for key, value in args.items() if value is not None}
    values: dict[str, Any] = _sync_await(_plain(given, (), outputs))
    config = _Arguments(values, f"Platform {name!r}")
    if unknown := [error(config.at(path), NOT_KNOWN) for path in _unknown(values, ())]:
        raise pulumi.RunError(report(unknown))
    exposed = [each.path for each in outputs if each.is_secret and not _is_sealed(each.path, values)]
    if exposed:
        raise pulumi.RunError(report([error(config.at(path), IN_PLAIN_TEXT) for path in exposed]))
    resources = dict.fromkeys(resource for each in outputs for resource in each.resources)
    return KnownArguments(config, list(resources))


@dataclass(frozen=True)
class _Output:
    """An Output among the arguments: where it is, whether it is a secret, and what it comes from."""

    path: FieldPath
    is_secret: bool
    resources: Collection[pulumi.Resource]


@dataclass(frozen=True)
class _Arguments(Document):
    """Settings under the names of arguments."""

    def at(self, path: FieldPath = ()) -> Location:
        """Where the field at `path` is."""
        return super().at((str(path[0]).removeprefix(PREFIX), *path[1:]) if path else ())


async def _plain(value: Any, path: FieldPath, outputs: list[_Output]) -> Any:
    """The value with that of each Output in it, which are noted. What is not known is an Unknown."""
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
    """The paths of what is not known."""
    if isinstance(value, Unknown):
        yield path
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _unknown(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _unknown(each, (*path, index))


def _is_sealed(path: FieldPath, values: Mapping[str, Any]) -> bool:
    """Whether the secret at the path is one that Pulumi encrypts in the state; of a part, whether it has such a one."""
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
    """The value with integers for floats that are whole: numbers arrive as floats, and OpenChoreo has integers only.

    What is in an Output stays as it is, and arrives at the cluster as the number that it is.
    """
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: whole_numbers(each) for key, each in value.items()}
    if isinstance(value, list):
        return [whole_numbers(each) for each in value]
    return value

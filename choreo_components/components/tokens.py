"""Type tokens: the names of our resources' types in a state, and in the SDKs of all languages."""

from collections.abc import Mapping, Sequence

PACKAGE = "choreo"

INDEX = "index"
"""The module of types that belong to no generation of the API."""

_BEFORE: Mapping[str, Sequence[str]] = {"core/v1": [INDEX]}
"""By module: the former modules of its components, which states and programs may still use."""


def module_of(api_version: str) -> str:
    """The module of a generation's components: `core/v1` for core.choreo.dev/v1."""
    group, _, version = api_version.partition("/")
    return f"{group.partition('.')[0]}/{version}"


def token(module: str, name: str) -> str:
    """The type token of a component or of an argument's type."""
    return f"{PACKAGE}:{module}:{name}"


REFUSAL = token(INDEX, "Refusal")
"""A refusal as a resource: it is never in a state, since its check fails with its input `reason`."""


def former_tokens(module: str, name: str) -> list[str]:
    """The former tokens of a component."""
    return [token(former, name) for former in _BEFORE.get(module, ())]

"""The generations that there are, and their kinds by apiVersion and kind.

Each folder beside this module is one, and its module `generation` has the value `GENERATION`.
"""

import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any

from choreo_components import api
from choreo_components.api.generation import Generation, Kind


class UnknownKindError(LookupError):
    """There is no such kind; the message says which kinds there are."""


@cache
def generations() -> Mapping[str, Generation]:
    """All generations by apiVersion, in the order of their folders' names."""
    return MappingProxyType({each.api_version: each for each in _found()})


def _found() -> Iterator[Generation]:
    for module in sorted(pkgutil.iter_modules(api.__path__), key=lambda each: each.name):
        home = f"{api.__name__}.{module.name}.generation"
        # One whose facts are not complete yet is none.
        if module.ispkg and find_spec(home):
            found: Generation = import_module(home).GENERATION
            yield found


@cache
def all_kinds() -> Mapping[tuple[str, str], Kind]:
    """All kinds by (apiVersion, kind), each generation's in an order of creation."""
    return MappingProxyType(
        {(kind.api_version, kind.kind): kind for generation in generations().values() for kind in generation.kinds}
    )


def generation_of(api_version: str) -> Generation:
    """The generation of that apiVersion.

    Raises:
        UnknownKindError: if there is none.
    """
    found = generations().get(api_version)
    if found is None:
        raise UnknownKindError(f"unknown apiVersion {api_version!r}; known: {', '.join(generations())}")
    return found


def kind_of(api_version: str, kind: str) -> Kind:
    """The kind of that name.

    Raises:
        UnknownKindError: if there is none.
    """
    found = all_kinds().get((api_version, kind))
    if found:
        return found
    known = generation_of(api_version).by_name
    raise UnknownKindError(f"{api_version} has no kind {kind!r}; it has {', '.join(known)}")


def secrets_of(wire: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The paths of all secrets in an object in wire names, of whatever kind, be it valid or not."""
    kind = next((each for key, each in all_kinds().items() if key == (wire.get("apiVersion"), wire.get("kind"))), None)
    return [] if kind is None else kind.secrets_in(wire)

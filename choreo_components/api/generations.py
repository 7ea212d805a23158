"""The generations that there are, and their kinds by apiVersion and kind.

Each folder next to this module is one, and its module `generation` has the value `GENERATION`.
"""

import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any

from choreo_components import api
from choreo_components.api.generation import Generation, Kind


class UnknownKindError(LookupError):
    """There is no such kind; the message lists those that exist."""


@cache
def generations() -> Mapping[str, Generation]:
    """All generations by apiVersion, in the order of their folders' names."""
    return MappingProxyType({each.api_version: each for each in _found()})


def _found() -> Iterator[Generation]:
    for module in sorted(pkgutil.iter_modules(api.__path__), key=lambda each: each.name):
        if module.ispkg:
            found: Generation = import_module(f"{api.__name__}.{module.name}.generation").GENERATION
            yield found


@cache
def all_kinds() -> Mapping[tuple[str, str], Kind]:
    """All kinds by (apiVersion, kind), each generation's in an order of creation. Builds the models of all of them."""
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


def generation_having(api_version: str, kind: str) -> Generation:
    """The generation that objects with this apiVersion and kind are of.

    Raises:
        UnknownKindError: if there is none.
    """
    of_kubernetes = (each for each in generations().values() if (api_version, kind) in each.kinds_of_kubernetes)
    return next(of_kubernetes, None) or generation_of(api_version)


def kind_of(api_version: str, kind: str) -> Kind:
    """The kind of that name, by the apiVersion of its objects or of its generation.

    Raises:
        UnknownKindError: if there is none.
    """
    known = generation_having(api_version, kind).by_name
    if kind in known:
        return known[kind]
    raise UnknownKindError(f"{api_version} has no kind {kind!r}; it has {', '.join(known)}")


def secrets_of(wire: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The paths of all secrets in an object in wire names, of whatever API, be it valid or not."""
    try:
        return kind_of(str(wire.get("apiVersion")), str(wire.get("kind"))).secrets_in(wire)
    except UnknownKindError:
        from choreo_components.api.neighbours import secrets_in

        return secrets_in(wire)

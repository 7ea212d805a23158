"""The forms of a state: they convert a resource's properties, whatever release wrote them, to the current form.

Form 1 named kinds without apiVersion (`{"Environment": ["acme/development"]}`) and had no number. It is converted in
the old properties that the engine passes, and in what a program of an older release declares. A conversion needs no
cluster, so that a `pulumi destroy`, which runs no program, works on an old state as well.
"""

from collections.abc import Callable, Mapping
from typing import Any

from choreo_components.api.core_v1 import first_form
from choreo_components.state.contract import (
    FORM,
    FORM_VERSION,
    PRODUCTION,
    STACK,
    Contract,
    Finalizer,
    Guard,
    Inventory,
    Rollout,
    Settings,
    Witness,
)
from choreo_components.state.names import Awaited, Identity, Type

Properties = Mapping[str, Any]


class UnknownFormError(Exception):
    """A newer release has written the state; the message is for the user."""


def upgraded(contract: type[Contract], properties: Properties) -> dict[str, Any]:
    """The properties of a resource in the current form; no properties stay none.

    Raises UnknownFormError if a newer release wrote them.
    """
    if not properties:
        return {}
    form = properties.get(FORM_VERSION, 1)
    # The engine passes whole numbers as floats.
    form = int(form) if isinstance(form, float) and form.is_integer() else form
    if form not in range(1, FORM + 1):
        raise UnknownFormError(
            f"the state has {FORM_VERSION} {form}, and this release of choreo reads {FORM_VERSION} {FORM} at most: a "
            "newer release has written it. Nothing was changed; upgrade the package choreo-components to that release "
            "or a later one, and run the same command again"
        )
    return dict(properties) if form == FORM else {**_FIRST[contract](properties), FORM_VERSION: FORM}


def _inventory(first: Properties) -> dict[str, Any]:
    made = dict(first)
    for objects in (Inventory.OBJECTS, Inventory.FORMER):
        if isinstance(named := made.get(objects), Mapping):
            made[objects] = {str(_type(kind)): names for kind, names in named.items()}
    if made.get(Inventory.DATA_PLANE_REFS):
        made[Inventory.DATA_PLANE_REFS] = {str(_type(first_form.ENVIRONMENT)): made[Inventory.DATA_PLANE_REFS]}
    return made


def _guard(first: Properties) -> dict[str, Any]:
    guarded = {_type(kind): first.get(name) for name, kind in first_form.GUARDED.items()}
    made: dict[str, Any] = {
        Guard.OBJECTS: {str(type_): names for type_, names in guarded.items() if names},
        Guard.PROTECTED: _of_one_kind(first_form.ENVIRONMENT, first.get(first_form.PROTECTED)),
        Guard.CONNECTED: _of_one_kind(first_form.DATA_PLANE, first.get(first_form.CONNECTED)),
        Guard.AWAITED: [each.entry() for each in sorted(map(_awaited, first.get(Guard.AWAITED) or ()))],
        Guard.PART: _identity(first[Guard.PART]) if Guard.PART in first else None,
    }
    converted = {*first_form.GUARDED, first_form.PROTECTED, first_form.CONNECTED, *made}
    rest = {name: value for name, value in first.items() if name not in converted}
    return {**rest, **{name: value for name, value in made.items() if value}}


def _finalizer(first: Properties) -> dict[str, Any]:
    made = {Finalizer.API_VERSION: str(Finalizer.API_VERSION.default), **first}
    if Finalizer.NAMESPACE not in made and Finalizer.ORGANIZATION in made:
        made[Finalizer.NAMESPACE] = made.pop(Finalizer.ORGANIZATION)
    return made


def _witness(first: Properties) -> dict[str, Any]:
    subject = first.get(Witness.SUBJECT)
    if not isinstance(subject, str) or subject in ("", STACK):
        return dict(first)
    return {**first, Witness.SUBJECT: str(Identity(_type(first_form.ENVIRONMENT), subject))}


_FIRST: Mapping[type[Contract], Callable[[Properties], dict[str, Any]]] = {
    Inventory: _inventory,
    Guard: _guard,
    Finalizer: _finalizer,
    Witness: _witness,
    Settings: dict,
    Rollout: dict,
}
"""The conversions of form 1. The settings named no kinds, and are the same in both; form 1 had no rollouts."""


def _type(kind: str) -> Type:
    return Type(first_form.api_version_of(kind), kind)


def _of_one_kind(kind: str, names: Any) -> dict[str, Any]:
    return {str(_type(kind)): names} if names else {}


def _awaited(text: str) -> Awaited:
    namespace, _, kind = text.rpartition("/")
    return Awaited(_type(kind), namespace)


def _identity(part: str) -> str:
    kind, _, name = part.partition(" ")
    return part if part == PRODUCTION else str(Identity(_type(kind), name))

"""The deletion guard: goes first when a stack is destroyed, and refuses while others still need what the stack has.

It depends on all the others, so that nothing is gone when it refuses. OpenChoreo itself would take the objects away and
leave those that refer to them broken, or hang (reference: section 5).

A command for a part of the stack deletes this guard too, as it depends on every part. A witness then tells it that the
stack stays, and it leaves the decision to the guards of parts: one for each organization and data plane, and one for
production. Each depends on its part alone, so it is deleted, and refuses, if and only if that part is about to be.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from choreo_components.api.core_v1 import API_VERSION
from choreo_components.api.core_v1.dependents import DEPENDANTS, GUARDED
from choreo_components.provider.resource import (
    Failure,
    Properties,
    Session,
    as_known,
    given,
    never_replaced,
    nothing_to_create,
    strings,
    unknown,
)
from choreo_components.provider.resources.witness import STACK

if TYPE_CHECKING:
    from choreo_components.kubernetes.objects import Live

KINDS: Mapping[str, str] = {property_: kind for kind, property_ in GUARDED.items()}
"""The inputs with the names of the stack's objects, as ORGANIZATION/NAME, and their kinds."""

PROTECTED = "protectedEnvironments"
"""The input with the environments of production, which the stack does not allow to go."""

CONNECTED = "connectedDataPlanes"
"""The input with the data planes, as ORGANIZATION/NAME, whose kubeconfig others find in a Secret of the stack."""

AWAITED = "awaited"
"""The input with the kinds whose end a destroy waits for, as ORGANIZATION/KIND, or as KIND in the whole cluster."""

PART = "part"
"""The input that names the part of the stack which the guard is of, for people; the guard of the stack has none."""

PROPERTIES = (*KINDS, PROTECTED, CONNECTED, AWAITED, PART)
"""All inputs."""

CHECKED = "checked"
"""Noted once the guard of the stack has allowed the deletion of all that is about to be deleted."""


async def check(olds: Properties, news: Properties, session: Session) -> tuple[dict[str, Any], dict[str, str]]:
    """The inputs as they are, and what is wrong with them by property.

    Warns of a data plane whose Secret is to go while environments need it. It may go: they may have other kubeconfigs.
    """
    inputs = given(news)
    lists = {name: value for name, value in inputs.items() if name in PROPERTIES and name != PART}
    wrong = {name: value for name, value in lists.items() if strings(value) is None}
    failures = {**unknown(inputs, PROPERTIES), **{name: _no_list(value) for name, value in wrong.items()}}
    if not failures:
        staying = set(olds.get("dataPlanes") or ()) & set(inputs.get("dataPlanes") or ())
        for data_plane in sorted(staying & set(olds.get(CONNECTED) or ()) - set(inputs.get(CONNECTED) or ())):
            await _warn_of_users(data_plane, session)
    return inputs, failures


def _no_list(value: Any) -> str:
    return f"should be a list of names, not {value!r}"


async def _warn_of_users(data_plane: str, session: Session) -> None:
    """Says whose kubeconfig goes with the Secret of a data plane."""
    from choreo_components.kubernetes.client import ClusterError
    from choreo_components.kubernetes.objects import resource_named

    organization, _, own = data_plane.partition("/")
    goes = f"the Secret with the kubeconfig of data plane {data_plane!r} goes, as the settings no longer have it"
    try:
        found, _ = await session.connect().list(resource_named(API_VERSION, "Environment"), {}, organization)
    except ClusterError as problem:
        session.warn(f"{goes}; not checked whether environments need it: {problem}")
        return
    users = sorted(live.name for live in found if _data_plane(live) == own and not live.deleting)
    if users:
        named = ", ".join(map(repr, users))
        session.warn(f"{goes}: the stack of {named} then refuses an up, unless its own settings have the kubeconfig")


def identifier(inputs: Properties) -> str:
    """The same for all: their names tell them apart."""
    return "deletion-guard"


create = nothing_to_create
read = as_known
replaced = never_replaced


async def update(olds: Properties, news: Properties, session: Session) -> None:
    """Refuses what is about to leave the stack, as `delete` does; updates come before deletions."""
    if PART in news:
        # The guard of the stack looks at all that is no longer declared, and so does that of a part which is deleted.
        return
    going = {name: sorted(set(olds.get(name) or ()) - set(news.get(name) or ())) for name in KINDS}
    if leaving := sorted(set(olds.get(PROTECTED) or ()) & set(going["environments"])):
        raise Failure(
            f"nothing was deleted: production is protected, and {', '.join(leaving)} is no longer declared in this "
            "stack: declare it again, and run pulumi up"
        )
    await _refuse(going, olds, session)
    session.notes.add(CHECKED)


async def delete(state: Properties, session: Session) -> None:
    """Refuses while the stack has an environment of production, or something that others need."""
    if PART in state:
        await _delete_part(state, session)
    elif STACK in session.notes:
        await _leave_to_parts(state, session)
    else:
        if protected := state.get(PROTECTED):
            raise Failure(_production(protected, state.get("environments") or ()))
        await _refuse(state, state, session, _PART_OF_THE_STACK)
        session.notes.add(CHECKED)


_PART_OF_THE_STACK = "  To delete another part of this stack: remove it from the stack's file, and run pulumi up"


def _production(protected: Iterable[str], environments: Iterable[str]) -> str:
    """Why a stack with production stays. While it has other environments, no way that ends in deleting production."""
    refused = f"nothing was deleted: production is protected, and this stack has {', '.join(protected)}. "
    others = sorted(set(environments) - set(protected))
    if not others:
        return refused + (
            "To let it go: pulumi config set choreo:allowProductionDestroy true, pulumi up, and destroy again"
        )
    return refused + (
        "To delete all that production does not need: pulumi up, and then pulumi destroy --exclude-protected. "
        f"To delete {' or '.join(others)} alone: remove it from the stack's file, and run pulumi up"
    )


async def _delete_part(state: Properties, session: Session) -> None:
    """Refuses while the part is production, or is needed by others."""
    if protected := state.get(PROTECTED):
        raise Failure(
            f"production is protected, and this would delete {', '.join(protected)} or what it needs; nothing of it "
            "was deleted. To delete what is not protected: pulumi destroy --exclude-protected"
        )
    if CHECKED not in session.notes:
        await _refuse(state, state, session, "  To delete another part of this stack: leave this one out")


async def _leave_to_parts(state: Properties, session: Session) -> None:
    """Leaves the decision to the guards of parts. Warns of what could not be awaited if it is among what is deleted."""
    from choreo_components.kubernetes.client import RIGHTS, ClusterError

    session.tell("a part of the stack is deleted, and this guard with it; the next pulumi up makes it again")
    try:
        unseen = await _unseen(state.get(AWAITED) or (), session)
    except ClusterError as problem:
        raise Failure(f"nothing was deleted: {problem}") from None
    if unseen:
        session.warn(
            "the Kubernetes provider waits without end, whatever the deadline, for what is deleted of "
            f"{', '.join(unseen)}: the credentials may not list it; {RIGHTS}"
        )


async def _refuse(going: Properties, stack: Properties, session: Session, *advice: str) -> None:
    """Raises Failure with all that still needs what is going, and warns of what OpenChoreo would not mind.

    Raises it as well where the end of what the stack has cannot be awaited. `advice` are its last lines.
    """
    from choreo_components.kubernetes.client import RIGHTS, ClusterError

    organizations = {name.partition("/")[0] for kind in KINDS for name in going.get(kind) or ()}
    own = {(kind, name) for property_, kind in KINDS.items() for name in stack.get(property_) or ()}
    first = f"{stack[PART]} stays" if PART in stack else "nothing was deleted"
    try:
        unseen = await _unseen(stack.get(AWAITED) or (), session)
        users = [each for name in sorted(organizations) for each in await _others(name, going, own, session)]
    except ClusterError as problem:
        raise Failure(f"{first}: it is not known whether others need what this stack has: {problem}") from None
    if unseen:
        raise Failure(
            "nothing was deleted: the Kubernetes provider would wait without end, whatever the deadline, as the "
            f"credentials may not list {', '.join(unseen)}; {RIGHTS}"
        )
    refused = [line for name in KINDS for line in _needed(name, going.get(name) or (), users)]
    for line in _promoting(going.get("environments") or (), users):
        session.warn(line)
    if refused:
        lines = [f"  {line}" for line in refused]
        last = "  Destroy those first; what is in no stack: kubectl delete"
        raise Failure("\n".join([f"{first}: others still need what this stack has:", *lines, last, *advice]))


async def _unseen(awaited: Iterable[str], session: Session) -> list[str]:
    """What of it the credentials may not list, as a person reads it."""
    from choreo_components.kubernetes.objects import resource_named

    cluster = session.connect()

    async def unseen(each: str) -> str | None:
        organization, _, kind = each.rpartition("/")
        resource = resource_named("v1" if kind in ("Namespace", "Secret") else API_VERSION, kind)
        if await cluster.allowed("list", resource, organization or None):
            return None
        return f"{resource.full_name} in " + (f"namespace {organization!r}" if organization else "the whole cluster")

    return [line for line in await asyncio.gather(*map(unseen, awaited)) if line]


async def _others(organization: str, going: Properties, own: set[tuple[str, str]], session: Session) -> "list[Live]":
    """The organization's objects which are not the stack's, of the kinds that may need what is going."""
    # Deferred, as most commands start this process and destroy nothing.
    from choreo_components.kubernetes.objects import resource_named

    wanted = {each for name, kind in KINDS.items() if going.get(name) for each in DEPENDANTS.get(kind, ())}
    cluster = session.connect()
    resources = [resource_named(API_VERSION, kind) for kind in sorted(wanted)]
    listings = await asyncio.gather(*(cluster.list(resource, {}, organization) for resource in resources))
    lives = [live for found, _ in listings for live in found]
    return [live for live in lives if (live.resource.kind, f"{organization}/{live.name}") not in own]


def _needed(property_: str, names: Iterable[str], users: "Iterable[Live]") -> Iterator[str]:
    """Lines about what is going and is still needed."""
    for name in names:
        organization, _, own = name.partition("/")
        for live in users:
            if live.namespace != organization or live.deleting:
                continue
            if property_ == "organizations":
                yield f"Organization {name!r} still has {live.resource.kind} {live.name!r}"
            elif property_ == "dataPlanes" and _data_plane(live) == own:
                yield f"DataPlane {name!r} is still used by Environment {live.name!r}"


def _data_plane(live: "Live") -> str | None:
    """The data plane of an Environment; None of another kind."""
    return (live.manifest.get("spec") or {}).get("dataPlaneRef") if live.resource.kind == "Environment" else None


def _promoting(names: Iterable[str], users: "Iterable[Live]") -> Iterator[str]:
    """Lines about environments that a pipeline still names, which OpenChoreo allows (reference: section 5)."""
    for name in names:
        organization, _, own = name.partition("/")
        for live in users:
            if live.resource.kind == "DeploymentPipeline" and live.namespace == organization:
                paths = (live.manifest.get("spec") or {}).get("promotionPaths") or []
                named = {path.get("sourceEnvironmentRef") for path in paths}
                named |= {target.get("name") for path in paths for target in path.get("targetEnvironmentRefs") or []}
                if own in named:
                    yield f"DeploymentPipeline {live.name!r} still names environment {name!r}: promotion there fails"

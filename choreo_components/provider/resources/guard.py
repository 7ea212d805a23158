"""The deletion guard: goes first when a stack is destroyed, and refuses while others still need what the stack has.

It depends on all the others, so that nothing is gone when it refuses. OpenChoreo itself would take the objects away and
leave those that refer to them broken, or hang (reference: section 5).

A command for a part of the stack deletes this guard too, as it depends on every part. A witness then tells it that the
stack stays, and it leaves the decision to the guards of parts: one for each organization and data plane, and one for
production. Each depends on its part alone, so it is deleted, and refuses, if and only if that part is about to be.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from choreo_components.api import Role, UnknownKindError, generation_of, kind_of
from choreo_components.api.generation import Hold, Severity, Target
from choreo_components.provider.resource import (
    CustomResource,
    Failure,
    Properties,
    Session,
    are_names,
    given,
    not_known,
    resource_of,
    resource_served,
    role_of,
    type_of,
    unknown,
)
from choreo_components.state.contract import PRODUCTION, STACK
from choreo_components.state.contract import Guard as Names
from choreo_components.state.names import Awaited, Identity, Type, objects_of

if TYPE_CHECKING:
    from choreo_components.kubernetes.objects import Live, Resource

CHECKED = "checked"
"""Noted once the guard of the stack has allowed the deletion of all that is about to be deleted."""


class DeletionGuard(CustomResource):
    """What others may need of a stack, or of a part of it."""

    contract = Names

    async def check(
        self, olds: Properties, news: Properties, session: Session
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """The inputs as they are, and what is wrong with them by property.

        Warns of a data plane whose Secret is to go while environments need it. It may go: they may have other
        kubeconfigs.
        """
        inputs = given(news)
        failures = unknown(inputs, Names)
        for name in (Names.OBJECTS, Names.PROTECTED, Names.CONNECTED):
            if not are_names(inputs.get(name, {})):
                failures[name] = f"should map kinds to lists of names, not {inputs[name]!r}"
        if not isinstance(inputs.get(Names.DELETE_RETAINED, False), bool):
            failures[Names.DELETE_RETAINED] = f"should be true or false, not {inputs[Names.DELETE_RETAINED]!r}"
        awaited = inputs.get(Names.AWAITED, [])
        if not isinstance(awaited, list) or not all(map(Awaited.is_entry, awaited)):
            failures[Names.AWAITED] = f"should be a list of kinds and namespaces, not {awaited!r}"
        if not failures:
            lost = _all(olds, Names.CONNECTED) - _all(inputs, Names.CONNECTED)
            for data_plane in _of(Role.DATA_PLANE, lost & _all(olds) & _all(inputs)):
                await _warn_of_users(data_plane, session)
        return inputs, failures

    def identifier(self, inputs: Properties) -> str:
        """The same for all: their names tell them apart."""
        return "deletion-guard"

    async def update(self, olds: Properties, news: Properties, session: Session) -> None:
        """Refuses what is about to leave the stack, as `delete` does; updates come before deletions."""
        if Names.PART in news:
            # The guard of the stack looks at all that is no longer declared, and so does that of a part which is
            # deleted.
            return
        going = _all(olds) - _all(news)
        if leaving := sorted(each.name for each in _all(olds, Names.PROTECTED) & going):
            raise Failure(
                f"nothing was deleted: production is protected, and {', '.join(leaving)} is no longer declared in this "
                "stack: declare it again, and run pulumi up"
            )
        await _refuse(going, {**olds, Names.DELETE_RETAINED: news.get(Names.DELETE_RETAINED)}, session)
        session.notes.add(CHECKED)

    async def delete(self, state: Properties, session: Session) -> None:
        """Refuses while the stack has an environment of production, or something that others need."""
        if Names.PART in state:
            await _delete_part(state, session)
        elif STACK in session.notes:
            await _leave_to_parts(state, session)
        else:
            own = _all(state)
            if protected := _all(state, Names.PROTECTED):
                raise Failure(_production(protected, own))
            await _refuse(own, state, session, _PART_OF_THE_STACK)
            session.notes.add(CHECKED)


def _all(properties: Properties, name: str = Names.OBJECTS) -> set[Identity]:
    """The objects that a guard with these properties has under this name."""
    return {Identity(type_, each) for type_, names in objects_of(properties.get(name)).items() for each in names}


async def _warn_of_users(data_plane: Identity, session: Session) -> None:
    """Says whose kubeconfig goes with the Secret of a data plane."""
    from choreo_components.kubernetes.client import ClusterError

    goes = f"the Secret with the kubeconfig of data plane {data_plane.name!r} goes, as the settings no longer have it"
    environments = generation_of(data_plane.type.api_version).of_role(Role.ENVIRONMENT)
    resources = [resource_of(Type(kind.api_version, kind.kind)) for kind in environments]
    try:
        found = await _listed(resources, data_plane.name.partition("/")[0], session)
    except ClusterError as problem:
        session.warn(f"{goes}; not checked whether environments need it: {problem}")
        return
    users = sorted(live.name for live in found if _data_plane(live) == data_plane and not live.deleting)
    if users:
        named = ", ".join(map(repr, users))
        session.warn(f"{goes}: the stack of {named} then refuses an up, unless its own settings have the kubeconfig")


_PART_OF_THE_STACK = "  To delete another part of this stack: remove it from the stack's file, and run pulumi up"


def _production(protected: Collection[Identity], objects: Iterable[Identity]) -> str:
    """Why a stack with production stays. While it has other environments, no way that ends in deleting production."""
    refused = f"nothing was deleted: production is protected, and this stack has {', '.join(_names(protected))}. "
    others = _names(each for each in objects if role_of(each.type) is Role.ENVIRONMENT and each not in protected)
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
    if protected := _all(state, Names.PROTECTED):
        raise Failure(
            f"production is protected, and this would delete {', '.join(_names(protected))} or what it needs; nothing "
            "of it was deleted. To delete what is not protected: pulumi destroy --exclude-protected"
        )
    if CHECKED not in session.notes:
        await _refuse(_all(state), state, session, "  To delete another part of this stack: leave this one out")


async def _leave_to_parts(state: Properties, session: Session) -> None:
    """Leaves the decision to the guards of parts. Warns of what could not be awaited if it is among what is deleted."""
    from choreo_components.kubernetes.client import RIGHTS, ClusterError

    session.tell("a part of the stack is deleted, and this guard with it; the next pulumi up makes it again")
    try:
        unseen = await _unseen(state, session)
    except ClusterError as problem:
        raise Failure(f"nothing was deleted: {problem}") from None
    if unseen:
        session.warn(
            "the Kubernetes provider waits without end, whatever the deadline, for what is deleted of "
            f"{', '.join(unseen)}: the credentials may not list it; {RIGHTS}"
        )


async def _refuse(going: Collection[Identity], stack: Properties, session: Session, *advice: str) -> None:
    """Raises Failure with all that still needs what is going, and warns of what OpenChoreo would not mind.

    Raises it as well where the end of what the stack has cannot be awaited. `advice` are its last lines.
    """
    from choreo_components.kubernetes.client import RIGHTS, ClusterError

    own = _all(stack)
    first = f"{_part(stack[Names.PART])} stays" if Names.PART in stack else "nothing was deleted"
    try:
        unseen = await _unseen(stack, session)
        others = await _others(going, own, session)
    except ClusterError as problem:
        raise Failure(f"{first}: it is not known whether others need what this stack has: {problem}") from None
    if unseen:
        raise Failure(
            "nothing was deleted: the Kubernetes provider would wait without end, whatever the deadline, as the "
            f"credentials may not list {', '.join(unseen)}; {RIGHTS}"
        )
    holds = [hold for each in sorted(going, key=_position) for hold in _holds(each, others)]
    for hold in holds:
        if hold.severity is Severity.WARNING:
            session.warn(hold.message)
    refused = [hold.message for hold in holds if hold.severity is Severity.ERROR]
    if refused:
        lines = [f"  {line}" for line in refused]
        last = "  Destroy those first; what is in no stack: kubectl delete"
        raise Failure("\n".join([f"{first}: others still need what this stack has:", *lines, last, *advice]))
    await _release_retained(going, stack, session, first)


async def _release_retained(going: Collection[Identity], stack: Properties, session: Session, first: str) -> None:
    """Raises Failure where what is retained would hold what is going, or be lost with it.

    Where the stack allows that, lets go of it instead, once nothing else is in the way.
    """
    from choreo_components.kubernetes.client import ClusterError
    from choreo_components.teardown.retention import RetainedError, require_nothing_retained

    cluster, may_delete = session.connect(), bool(stack.get(Names.DELETE_RETAINED))
    beside: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for each in going:
        organization, _, name = each.name.rpartition("/")
        beside[each.type.api_version, organization][each.type.kind].add(name)
    try:
        releases = [
            await require_nothing_retained(
                cluster, generation_of(api_version), organization, names, first, may_delete=may_delete
            )
            for (api_version, organization), names in sorted(beside.items())
            if organization
        ]
        if may_delete:
            for release in releases:
                await release()
    except RetainedError as problem:
        raise Failure(str(problem)) from None
    except ClusterError as problem:
        raise Failure(f"{first}: it is not known whether something is retained: {problem}") from None


async def _unseen(stack: Properties, session: Session) -> list[str]:
    """What the stack awaits and the credentials may not list, as a person reads it."""
    cluster = session.connect()

    async def unseen(each: Awaited) -> str | None:
        resource = await resource_served(each.type, session)
        if resource is None or await cluster.allowed("list", resource, each.namespace or None):
            return None
        where = f"namespace {each.namespace!r}" if each.namespace else "the whole cluster"
        return f"{resource.full_name} in {where}"

    awaited = map(Awaited.of, stack.get(Names.AWAITED) or ())
    return [line for line in await asyncio.gather(*map(unseen, awaited)) if line]


async def _others(going: Collection[Identity], own: Collection[Identity], session: Session) -> "list[Live]":
    """The objects which are not the stack's, of the kinds and in the namespaces that may need what is going."""
    wanted: dict[str, set[Type]] = defaultdict(set)
    try:
        for each in going:
            dependents = kind_of(*each.type).dependents
            if dependents:
                wanted[_organization(each)] |= {Type(each.type.api_version, kind) for kind in dependents}
    except UnknownKindError as problem:
        raise not_known(problem) from None
    found = [
        live
        for organization, types in sorted(wanted.items())
        for live in await _listed([resource_of(type_) for type_ in sorted(types)], organization, session)
    ]
    # What is listed in all namespaces is listed in its own too.
    once = {Identity(type_of(live), f"{live.namespace}/{live.name}"): live for live in found}
    return [live for identity, live in once.items() if identity not in own]


def _organization(each: Identity) -> str:
    """The organization that an object belongs to, or is; "" of what is in the whole cluster."""
    organization, _, _ = each.name.rpartition("/")
    return each.name if role_of(each.type) is Role.TENANT else organization


def _position(each: Identity) -> tuple[int, Identity]:
    """Where an object is in the order of creation."""
    return generation_of(each.type.api_version).position(each.type.kind), each


async def _listed(resources: "Iterable[Resource]", organization: str, session: Session) -> "list[Live]":
    """The organization's objects of these kinds; without one, those of all."""
    cluster = session.connect()
    listings = await asyncio.gather(*(cluster.list(resource, {}, organization or None) for resource in resources))
    return [live for found, _ in listings for live in found]


def _names(objects: Iterable[Identity]) -> list[str]:
    """Their names, in order."""
    return sorted(each.name for each in objects)


def _of(role: Role, objects: Iterable[Identity]) -> list[Identity]:
    """Those of the role, in order."""
    return sorted(each for each in objects if role_of(each.type) is role)


def _part(part: str) -> str:
    """The part of a stack as a person reads it."""
    return part if part == PRODUCTION else Identity.of(part).shown


def _holds(going: Identity, others: "Iterable[Live]") -> Iterator[Hold]:
    """What others have against the deletion of what is going."""
    generation = generation_of(going.type.api_version)
    kind = generation.by_name[going.type.kind]
    organization = _organization(going)
    name = going.name if going.name == organization else going.name.removeprefix(f"{organization}/")
    target = Target(*going.type, organization, name)
    for live in others:
        if live.resource.kind in kind.dependents and not live.deleting:
            hold = generation.hold(target, live.manifest)
            if hold is not None:
                yield hold


def _data_plane(live: "Live") -> Identity | None:
    """The data plane of an environment; None of another object."""
    type_ = type_of(live)
    if role_of(type_) is not Role.ENVIRONMENT:
        return None
    target = generation_of(type_.api_version).data_planes.of_environment(live.manifest)
    return None if target is None else Identity(Type(target.api_version, target.kind), target.full_name)

"""Deletion guard: the resource that is deleted first, and refuses a destroy while others need the stack's objects.

It depends on all other resources, so that nothing is deleted yet when it refuses. OpenChoreo itself would delete the
objects and break those that refer to them, or hang (reference: section 5).

A command for a part of the stack deletes this guard too, as it depends on every part. A witness then shows that the
stack stays, and the decision is left to the guards of parts: one for each organization and data plane, and one for
production. Each depends on its part only, so it is deleted, and can refuse, exactly when that part is to be deleted.
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
"""The note that the guard of the stack has allowed all deletions of this command."""

FLUX = ("kustomize.toolkit.fluxcd.io/name", "helm.toolkit.fluxcd.io/name")
"""Labels of the objects that Flux applies: it creates them again after a `kubectl delete`."""


class DeletionGuard(CustomResource):
    """The objects of a stack, or of a part of it, that others may need."""

    contract = Names

    async def check(
        self, olds: Properties, news: Properties, session: Session
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """The inputs as they are, and what is wrong with them by property.

        Warns if the Secret of a data plane is about to be deleted while environments need it. That is no error, as they
        may have other kubeconfigs.
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
        """The same for all guards: their names differ."""
        return "deletion-guard"

    async def update(self, olds: Properties, news: Properties, session: Session) -> None:
        """Checks what is removed from the stack, as `delete` does; updates come before deletions."""
        if Names.PART in news:
            # The guard of the stack checks all that is no longer declared, as does the guard of a part when deleted.
            return
        removed = _all(olds) - _all(news)
        if leaving := sorted(each.name for each in _all(olds, Names.PROTECTED) & removed):
            raise Failure(
                f"nothing was deleted: production is protected, and {', '.join(leaving)} is no longer declared in this "
                "stack; declare it again, and run pulumi up"
            )
        await _refuse(removed, {**olds, Names.DELETE_RETAINED: news.get(Names.DELETE_RETAINED)}, session)
        session.notes.add(CHECKED)

    async def delete(self, state: Properties, session: Session) -> None:
        """Refuses while the stack has a protected environment, or objects that others need."""
        if Names.PART in state:
            await _delete_part(state, session)
        elif STACK in session.notes:
            await _leave_to_parts(state, session)
        else:
            objects = _all(state)
            if protected := _all(state, Names.PROTECTED):
                raise Failure(_production(protected, objects))
            await _refuse(objects, state, session, _PART_OF_THE_STACK)
            session.notes.add(CHECKED)


def _all(properties: Properties, name: str = Names.OBJECTS) -> set[Identity]:
    """The objects in this property of a guard."""
    return {Identity(type_, each) for type_, names in objects_of(properties.get(name)).items() for each in names}


async def _warn_of_users(data_plane: Identity, session: Session) -> None:
    """Warns of the environments that need the Secret of a data plane, which is about to be deleted."""
    from choreo_components.kubernetes.client import ClusterError

    deleted = (
        f"the Secret with the kubeconfig of data plane {data_plane.name!r} is deleted, as the settings no longer have "
        "the kubeconfig"
    )
    environments = generation_of(data_plane.type.api_version).of_role(Role.ENVIRONMENT)
    resources = [resource_of(Type(kind.api_version, kind.kind)) for kind in environments]
    try:
        found = await _listed(resources, data_plane.name.partition("/")[0], session)
    except ClusterError as problem:
        session.warn(f"{deleted}; not checked whether environments need it: {problem}")
        return
    users = sorted(live.name for live in found if _data_plane(live) == data_plane and not live.deleting)
    if users:
        named = ", ".join(map(repr, users))
        session.warn(
            f"{deleted}; after that, pulumi up of the stack that declares {named} fails unless its "
            "choreo:dataPlaneKubeconfigs contains the kubeconfig"
        )


_PART_OF_THE_STACK = "  To delete another part of this stack: remove it from the stack's file, and run pulumi up"


def _production(protected: Collection[Identity], objects: Iterable[Identity]) -> str:
    """Why a stack with production is kept. If it has other environments, the advice never deletes production."""
    refused = f"nothing was deleted: production is protected, and this stack has {', '.join(_names(protected))}. "
    others = _names(each for each in objects if role_of(each.type) is Role.ENVIRONMENT and each not in protected)
    if not others:
        return refused + (
            "To delete it: pulumi config set choreo:allowProductionDestroy true, pulumi up, and destroy again"
        )
    return refused + (
        "To delete all that production does not need: pulumi up, and then pulumi destroy --exclude-protected. "
        f"To delete {' or '.join(others)} alone: remove it from the stack's file, and run pulumi up"
    )


async def _delete_part(state: Properties, session: Session) -> None:
    """Refuses if the part is production, or others need it."""
    if protected := _all(state, Names.PROTECTED):
        raise Failure(
            f"production is protected, and this would delete {', '.join(_names(protected))} or what it needs; none "
            "of it was deleted. To delete what is not protected: pulumi destroy --exclude-protected"
        )
    if CHECKED not in session.notes:
        await _refuse(_all(state), state, session, "  To delete another part of this stack: leave this one out")


async def _leave_to_parts(state: Properties, session: Session) -> None:
    """Leaves the decision to the guards of parts. Warns of deletions whose end could not be awaited."""
    from choreo_components.kubernetes.client import RIGHTS, ClusterError

    session.report("a part of the stack is deleted, and this guard with it; the next pulumi up creates it again")
    try:
        unseen = await _unseen(state, session)
    except ClusterError as problem:
        raise Failure(f"nothing was deleted: {problem}") from None
    if unseen:
        session.warn(
            "the Kubernetes provider waits forever, regardless of the deadline, for the deletion of "
            f"{', '.join(unseen)}: the credentials cannot list them; {RIGHTS}"
        )


async def _refuse(objects: Collection[Identity], stack: Properties, session: Session, *advice: str) -> None:
    """Raises Failure with all dependents outside the stack that block the deletion, and warns of the tolerated ones.

    Raises it as well if the end of a deletion could not be awaited. `advice` are its last lines.
    """
    from choreo_components.kubernetes.client import RIGHTS, ClusterError

    first = f"{_part(stack[Names.PART])} stays" if Names.PART in stack else "nothing was deleted"
    try:
        unseen = await _unseen(stack, session)
        others = await _others(objects, _all(stack), session)
    except ClusterError as problem:
        raise Failure(f"{first}: could not check whether objects outside this stack depend on it: {problem}") from None
    if unseen:
        raise Failure(
            "nothing was deleted: the Kubernetes provider would wait forever, regardless of the deadline, as the "
            f"credentials cannot list {', '.join(unseen)}; {RIGHTS}"
        )
    holds = [found for each in sorted(objects, key=_position) for found in _holds(each, others)]
    for _, hold in holds:
        if hold.severity is Severity.WARNING:
            session.warn(hold.message)
    refused = [(live, hold) for live, hold in holds if hold.severity is Severity.ERROR]
    if refused:
        lines = [f"{first}: objects outside this stack still depend on it:"]
        lines += (f"  {hold.message}" for _, hold in refused)
        lines.append("  Destroy their stacks first; delete what is in no stack with kubectl delete")
        if flux := dict.fromkeys(str(live) for live, _ in refused if not live.labels.keys().isdisjoint(FLUX)):
            lines.append(f"  Applied by Flux, which would create them again: {', '.join(flux)}; remove them from Git")
        raise Failure("\n".join([*lines, *advice]))
    await _release_retained(objects, stack, session, first)


async def _release_retained(objects: Collection[Identity], stack: Properties, session: Session, first: str) -> None:
    """Raises Failure if something retained would block the deletion of the objects, or be lost with them.

    If the stack allows it, releases what is retained instead, once nothing else blocks the deletion.
    """
    from choreo_components.kubernetes.client import ClusterError
    from choreo_components.teardown.retention import RetainedError, require_nothing_retained

    cluster, may_delete = session.connect(), bool(stack.get(Names.DELETE_RETAINED))
    by_organization: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for each in objects:
        organization, _, name = each.name.rpartition("/")
        by_organization[each.type.api_version, organization][each.type.kind].add(name)
    try:
        releases = [
            await require_nothing_retained(
                cluster, generation_of(api_version), organization, names, first, may_delete=may_delete
            )
            for (api_version, organization), names in sorted(by_organization.items())
            if organization
        ]
        if may_delete:
            for release in releases:
                await release()
    except RetainedError as problem:
        raise Failure(str(problem)) from None
    except ClusterError as problem:
        raise Failure(f"{first}: could not check whether anything is retained: {problem}") from None


async def _unseen(stack: Properties, session: Session) -> list[str]:
    """What the stack awaits and the credentials cannot list, as messages name it."""
    cluster = session.connect()

    async def unseen(each: Awaited) -> str | None:
        resource = await resource_served(each.type, session)
        if resource is None or await cluster.allowed("list", resource, each.namespace or None):
            return None
        where = f"namespace {each.namespace!r}" if each.namespace else "the whole cluster"
        return f"{resource.full_name} in {where}"

    awaited = map(Awaited.of, stack.get(Names.AWAITED) or ())
    return [line for line in await asyncio.gather(*map(unseen, awaited)) if line]


async def _others(objects: Collection[Identity], owned: Collection[Identity], session: Session) -> "list[Live]":
    """The possible dependents of the objects: by kind and namespace, without those that the stack has."""
    wanted: dict[str, set[Type]] = defaultdict(set)
    try:
        for each in objects:
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
    # A list of all namespaces has the objects of single lists again.
    once = {Identity(type_of(live), f"{live.namespace}/{live.name}"): live for live in found}
    return [live for identity, live in once.items() if identity not in owned]


def _organization(each: Identity) -> str:
    """The organization that an object belongs to, or is; "" if the object is cluster-scoped."""
    organization, _, _ = each.name.rpartition("/")
    return each.name if role_of(each.type) is Role.TENANT else organization


def _position(each: Identity) -> tuple[int, Identity]:
    """The position of an object in the order of creation."""
    return generation_of(each.type.api_version).position(each.type.kind), each


async def _listed(resources: "Iterable[Resource]", organization: str, session: Session) -> "list[Live]":
    """The organization's objects of these kinds; those of all if it is empty."""
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
    """The part of a stack as messages name it."""
    return part if part == PRODUCTION else Identity.of(part).shown


def _holds(object_: Identity, others: "Iterable[Live]") -> "Iterator[tuple[Live, Hold]]":
    """The dependents among others that block the deletion of an object, each with the reason."""
    generation = generation_of(object_.type.api_version)
    kind = generation.by_name[object_.type.kind]
    organization = _organization(object_)
    name = object_.name if object_.name == organization else object_.name.removeprefix(f"{organization}/")
    target = Target(*object_.type, organization, name)
    for live in others:
        if live.resource.kind in kind.dependents and not live.deleting:
            hold = generation.hold(target, live.manifest)
            if hold is not None:
                yield live, hold


def _data_plane(live: "Live") -> Identity | None:
    """The data plane of an environment; None if it is another object."""
    type_ = type_of(live)
    if role_of(type_) is not Role.ENVIRONMENT:
        return None
    target = generation_of(type_.api_version).data_planes.of_environment(live.manifest)
    return None if target is None else Identity(Type(target.api_version, target.kind), target.full_name)

"""Inventory: the resource that lists what a stack has made in the cluster, or is about to make.

It is created first in a stack. The objects that it had before are those that the stack has made. New ones must not
exist in the cluster yet: otherwise the stack would silently take over, and in the end delete, what belongs to others.
After a lost state, the inventory is empty while all objects exist: `choreo:adopt` decides what happens then.
"""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from choreo_components.api import Generation, Role
from choreo_components.api.generations import generations
from choreo_components.config.options import Adopt
from choreo_components.kubernetes.cluster_identity import LEAVING, AnotherCluster, recognize
from choreo_components.provider.protocol import UNKNOWN
from choreo_components.provider.resource import (
    CustomResource,
    Failure,
    Properties,
    Session,
    are_names,
    given,
    resource_of,
    resource_served,
    role_of,
    strings,
    unknown,
)
from choreo_components.state.contract import Inventory as Names
from choreo_components.state.names import NAMESPACE, Objects, Type, full_name_of_data_plane, objects_of, written

if TYPE_CHECKING:
    from choreo_components.kubernetes.objects import Live, Resource

UNCHECKED = "unchecked"
"""The note that the cluster could not be queried for the new objects. Only a preview may continue then."""


class Inventory(CustomResource):
    """The objects that the stack has made."""

    contract = Names

    async def check(
        self, olds: Properties, news: Properties, session: Session
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Refuses objects that exist in the cluster and were not in the inventory before, unless they may be adopted.

        Refuses objects that are being deleted, and changes after which environments could not be found any more: a data
        plane that is suddenly another cluster, and a move away from one that cannot be reached. Warns of an environment
        that moves to another data plane.
        """
        inputs = {**Names.defaults(), **given(news)}
        failures = unknown(inputs, Names)
        declared = inputs.get(Names.OBJECTS)
        if inputs[Names.ADOPT] not in [each.value for each in Adopt]:
            failures[Names.ADOPT] = (
                f"should be {' or '.join(each.value for each in Adopt)}, not {inputs[Names.ADOPT]!r}"
            )
        if declared == UNKNOWN:
            return inputs, failures
        if not are_names(declared):
            return inputs, {**failures, Names.OBJECTS: "should map kinds to lists of names"}
        if strings(inputs.get(Names.TERMINATING, [])) is None:
            failures[Names.TERMINATING] = "should be a list of lines"
        if not _maps_texts(inputs.get(Names.DATA_PLANE_KUBECONFIGS, {})):
            failures[Names.DATA_PLANE_KUBECONFIGS] = "should map data planes to the texts of kubeconfigs"
        if failures:
            return inputs, failures
        displaced = list(_displaced(olds, inputs))
        if not displaced:
            identities, mistaken = await _identities(olds, inputs, session)
            displaced = [*mistaken, *await _out_of_reach(olds, inputs, session)]
            if identities:
                inputs[Names.CLUSTERS] = identities
        if displaced:
            return inputs, {"": "\n".join(displaced)}
        if lines := inputs.get(Names.TERMINATING):
            return inputs, {"": "\n".join([_TERMINATING, *(f"  {line}" for line in lines)])}
        references = _data_planes(inputs)
        for environment, before in sorted(_data_planes(olds).items()):
            after = references.get(environment, before)
            if after != before:
                session.warn(
                    f"environment {environment!r} moves from data plane {before!r} to {after!r}: all its Deployments "
                    "and namespaces are deleted, and those that this stack declares are created again there"
                )
        # On another control plane the stack has made nothing yet: objects with its names belong to others.
        objects = objects_of(declared)
        made = (
            {} if session.has_moved else _both(objects_of(olds.get(Names.OBJECTS)), objects_of(olds.get(Names.FORMER)))
        )
        refused = await _refused(_without(objects, _by_both_names(made)), inputs, session)
        if made and (former := await _former(olds, made, _by_both_names(objects), inputs, session)):
            inputs[Names.FORMER] = written(former)
        if refused:
            # Not for a property: the engine would print its value, the names of all the stack's objects.
            failures[""] = "\n".join(refused)
        return inputs, failures

    def identifier(self, inputs: Properties) -> str:
        """The same for all inventories: a stack has one."""
        return "inventory"

    async def create(self, inputs: Properties, session: Session) -> None:
        """Raises Failure if it is unknown whether the stack would take over what belongs to others."""
        if UNCHECKED in session.notes:
            raise Failure(
                "nothing was applied: could not check whether any of the stack's new objects exists in the cluster. "
                "The warning has the reason; fix it, and run pulumi up again"
            )

    async def read(self, identifier: str, inputs: Properties, session: Session) -> tuple[Properties, Properties]:
        """The inputs as they are. Warns of objects that are being deleted; to the Kubernetes provider, they exist.

        Data-plane namespaces are left to the finalizers, which read them too.
        """
        from choreo_components.kubernetes.client import ClusterError
        from choreo_components.kubernetes.deletion import deletion

        try:
            objects = {
                type_: [name for name in names if type_ != NAMESPACE or name.count("/") <= 1]
                for type_, names in objects_of(inputs.get(Names.OBJECTS)).items()
            }
            existing = await _existing(objects, inputs, session)
        except ClusterError as problem:
            session.warn(f"{problem}; not checked whether any of the stack's objects is being deleted")
            return inputs, inputs
        for line in sorted(f"{live} is {state}" for _, _, live in existing if (state := deletion(live)) is not None):
            session.warn(line)
        return inputs, inputs

    async def update(self, olds: Properties, news: Properties, session: Session) -> None:
        """Records that the stack has other objects. Raises Failure as `create` does."""
        await self.create(news, session)

    async def delete(self, state: Properties, session: Session) -> None:
        """Is called last, when all its objects should be gone. Raises Failure with those that remain.

        Pulumi may have been killed after it had requested an object and before it recorded that: a destroy then deletes
        everything in the state, and leaves this object.
        """
        from choreo_components.kubernetes.client import ClusterError

        try:
            existing = await _existing(objects_of(state.get(Names.OBJECTS)), state, session)
        except ClusterError as problem:
            raise Failure(
                f"everything in the state was deleted; could not check whether anything else remains: {problem}"
            ) from None
        remaining = [live for _, _, live in existing if not live.deleting]
        if remaining:
            lines = [f"  {live}: kubectl delete {live.command}" for live in sorted(remaining, key=str)]
            raise Failure("\n".join([_REMAINING, *lines]))


_TERMINATING = "what is being deleted counts as missing, and nothing was applied:"

_REMAINING = """\
everything in the state was deleted, but these objects are still in the cluster: Pulumi was killed while it created
them, or they were created again. Delete them and destroy again; to keep them, `pulumi state delete` the inventory:"""


def _both(one: Objects, other: Objects) -> Objects:
    """The objects of one or the other."""
    return {type_: sorted({*one.get(type_, ()), *other.get(type_, ())}) for type_ in {*one, *other}}


def _by_both_names(objects: Objects) -> Objects:
    """The objects, with each namespace as NAME and as NAME/NAME: it may have become a tenant, or have been one."""
    both = {
        each
        for name in objects.get(NAMESPACE, ())
        for owner, _, last in (name.rpartition("/"),)
        if owner in ("", last)
        for each in (last, f"{last}/{last}")
    }
    return {**objects, NAMESPACE: sorted({*objects.get(NAMESPACE, ()), *both})}


def _without(objects: Objects, others: Objects) -> Objects:
    """The objects that are not among the others."""
    rest = {type_: sorted(set(names) - set(others.get(type_, ()))) for type_, names in objects.items()}
    return {type_: names for type_, names in rest.items() if names}


async def _former(olds: Properties, made: Objects, objects: Objects, inputs: Properties, session: Session) -> Objects:
    """What the stack has `made` and no longer declares, without what was removed earlier and is gone by now."""
    from choreo_components.kubernetes.client import ClusterError

    before = _without(objects_of(olds.get(Names.FORMER)), objects)
    former = _without(made, objects)
    if before:
        try:
            existing = await _existing(before, inputs, session)
        except ClusterError:
            return former
        there = {(type_, name) for type_, name, _ in existing}
        gone = {type_: [name for name in names if (type_, name) not in there] for type_, names in before.items()}
        return _without(former, gone)
    return former


def _data_planes(inputs: Properties) -> dict[str, str]:
    """The names of the environments' data planes, by ORGANIZATION/NAME of the environment, of all types."""
    by_type: Mapping[str, Mapping[str, str]] = inputs.get(Names.DATA_PLANE_REFS) or {}
    return {name: reference for environments in by_type.values() for name, reference in environments.items()}


def _remote(inputs: Properties) -> dict[str, str]:
    """The environments whose data plane is a separate cluster, with that data plane, both as ORGANIZATION/NAME."""
    named = {
        name: full_name_of_data_plane(name.partition("/")[0], reference)
        for name, reference in _data_planes(inputs).items()
    }
    separate = inputs.get(Names.DATA_PLANE_KUBECONFIGS) or ()
    return {name: data_plane for name, data_plane in named.items() if data_plane in separate}


def _maps_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


def _staying(olds: Properties, news: Properties) -> Iterator[str]:
    """The environments, as ORGANIZATION/NAME, whose data plane has not changed."""
    after = _data_planes(news)
    for environment, reference in sorted(_data_planes(olds).items()):
        if after.get(environment) == reference:
            yield environment


def _displaced(olds: Properties, news: Properties) -> Iterator[str]:
    """Lines about environments whose data plane has the same name, and is suddenly another cluster.

    What is there would no longer be found, and a stack would lose its namespaces because of a forgotten setting.
    """
    references, remote_before, remote_after = _data_planes(news), _remote(olds), _remote(news)
    for environment in _staying(olds, news):
        reference = references[environment]
        before, after = remote_before.get(environment), remote_after.get(environment)
        if before and not after:
            yield (
                f"environment {environment!r} is on data plane {reference!r}, which is a separate cluster, and its "
                "kubeconfig is missing: it is not in choreo:dataPlaneKubeconfigs, a Secret or the DataPlane, or the "
                "control plane did not answer. Set it in choreo:dataPlaneKubeconfigs"
            )
        elif after and not before:
            yield (
                f"environment {environment!r} is on data plane {reference!r}, which was the control plane's cluster "
                "and is another one now: destroy the environment first, or move it to a DataPlane with another name"
            )


async def _identities(olds: Properties, news: Properties, session: Session) -> tuple[dict[str, str], list[str]]:
    """The identities of the separate clusters of data planes, and lines about those that are not the expected cluster.

    One that does not answer keeps its known identity.
    """
    from choreo_components.kubernetes.client import ClusterError

    remote = _remote(olds)
    users = {remote[each]: each for each in _staying(olds, news) if each in remote}
    before: Mapping[str, str] = {name: each for name, each in (olds.get(Names.CLUSTERS) or {}).items() if name in users}
    mistaken: list[str] = []

    async def identity(data_plane: str, kubeconfig: str) -> str | None:
        known = before.get(data_plane)
        try:
            return await recognize(session.data_plane(data_plane, kubeconfig), known)
        except AnotherCluster as problem:
            mistaken.append(
                f"environment {users[data_plane]!r} is on data plane {data_plane!r}: {problem}, so nothing was "
                "applied; use the kubeconfig of that cluster, or move the environment to a DataPlane with another name"
            )
        except ClusterError:
            # Reported by the resources that use it.
            pass
        return known

    given = news.get(Names.DATA_PLANE_KUBECONFIGS) or {}
    found = await asyncio.gather(*(identity(*each) for each in given.items()))
    return {name: each for name, each in zip(given, found, strict=True) if each}, sorted(mistaken)


async def _out_of_reach(olds: Properties, news: Properties, session: Session) -> list[str]:
    """Lines about environments that are to leave a data plane that cannot be reached with the kubeconfig in the state.

    Their finalizers must reach it once more, and have no other kubeconfig.
    """
    from choreo_components.kubernetes.client import ClusterError, Unauthorized

    after, remote = _data_planes(news), _remote(olds)
    moving = [each for each, before in _data_planes(olds).items() if after.get(each, before) != before]
    leaving = {remote[each]: each for each in sorted(moving) if each in remote}

    async def line(data_plane: str, environment: str) -> str | None:
        try:
            cluster = session.data_plane(data_plane, olds[Names.DATA_PLANE_KUBECONFIGS][data_plane])
            await recognize(cluster, (olds.get(Names.CLUSTERS) or {}).get(data_plane))
        except (ClusterError, AnotherCluster) as problem:
            renewed = isinstance(problem, Unauthorized)
            advice = "; a pulumi up before the move stores the current credentials" if renewed else ""
            moved = f"environment {environment!r} cannot be moved off data plane {data_plane!r}"
            return f"{moved}: {problem}; {LEAVING}{advice}"
        return None

    lines = await asyncio.gather(*(line(*each) for each in leaving.items()))
    return [each for each in lines if each]


async def _refused(new: Objects, inputs: Properties, session: Session) -> list[str]:
    """Lines about objects that exist in the cluster and must not be taken over; none if there are none."""
    session.notes.discard(UNCHECKED)
    if not any(new.values()):
        return []
    adopt = Adopt(inputs[Names.ADOPT])
    # Deferred: most commands start this process and add nothing to a stack.
    from choreo_components.kubernetes.client import ClusterError, Forbidden
    from choreo_components.kubernetes.deletion import deletion

    try:
        existing = await _existing(new, inputs, session)
    except ClusterError as problem:
        session.warn(f"{problem}; not checked whether any of the stack's objects exists in the cluster")
        if not isinstance(problem, Forbidden):
            # The rights in a new organization's namespace may be granted with it.
            session.notes.add(UNCHECKED)
        return []
    deleting = [f"  {live} is {state}" for _, _, live in existing if (state := deletion(live)) is not None]
    if deleting:
        return [_TERMINATING, *sorted(deleting)]
    labelled: list[str] = []
    unlabelled: list[str] = []
    apis: set[str] = set()
    are_others = False
    for type_, name, live in existing:
        wanted = _labels(type_, name, inputs)
        missing = [f"{key}={value}" for key, value in wanted.items() if live.labels.get(key) != value]
        # A namespace with the labels was made for the object that it is declared with, regardless of its creator.
        by_labels = adopt is Adopt.IF_LABELLED or (type_ == NAMESPACE and not _is_tenant(type_, name, inputs))
        # An object of another API need not have the labels of its organization.
        may_have_none = not wanted or _is_plain(type_)
        if may_have_none and adopt is Adopt.IF_LABELLED and live.applied_by_choreo:
            session.report(f"adopts {live}, which choreo has applied before")
        elif not wanted:
            unlabelled.append(f"  {live}")
            if type_.api_version in generations() or _is_tenant(type_, name, inputs):
                apis.add(type_.api_version)
            else:
                are_others = True
        elif by_labels and not missing:
            session.report(f"adopts {live}, which has the labels of its organization")
        else:
            labelled.append(f"  {live} has no label {', '.join(missing)}" if by_labels else f"  {live}")
    lines = sorted([*labelled, *unlabelled])
    if not lines:
        return []
    count = f"{len(lines)} {'object is' if len(lines) == 1 else 'objects are'} in the cluster already and not made by"
    return [f"{count} this stack:", *lines, *_advice(adopt, labelled, apis, are_others=are_others)]


def _advice(adopt: Adopt, labelled: Collection[str], apis: Collection[str], *, are_others: bool) -> Iterator[str]:
    """What to do about objects that exist already.

    `labelled` are the lines about objects whose labels may name their owner, `apis` the APIs of those without such
    labels. `are_others`: some of these are of other APIs than OpenChoreo's.
    """
    if not labelled:
        yield "  Nothing was applied."
    elif adopt is Adopt.IF_LABELLED or all(" has no label " in line for line in labelled):
        yield (
            "  Nothing was applied. Objects without their organization's labels are not adopted; add the labels, or\n"
            "  delete the objects."
        )
    else:
        yield (
            "  Nothing was applied. To take over what has the labels of its organization, as after the loss of a state:"
            "\n  pulumi config set choreo:adopt if-labelled. If an object belongs to others, use another name."
        )
    if apis:
        named = ", ".join(sorted(apis))
        if adopt is not Adopt.IF_LABELLED:
            yield (
                f"  Objects of {named} have no label that names their owner. After the loss of a state,\n"
                "  choreo:adopt: if-labelled takes over those that choreo has applied before; for other\n"
                "  objects, run choreo adopt (docs/adopt.md)."
            )
        else:
            yield (
                f"  Objects of {named} have no label that names their owner, and choreo has not applied these;\n"
                "  to take over yours, run choreo adopt (docs/adopt.md)."
            )
    if are_others and adopt is not Adopt.IF_LABELLED:
        yield (
            "  Of the objects of other APIs, choreo:adopt: if-labelled takes over those that choreo has applied\n"
            "  before (docs/neighbours.md)."
        )
    elif are_others:
        yield (
            "  choreo has not applied the objects of other APIs: delete those that are yours; if one belongs to\n"
            "  others, use another name (docs/neighbours.md)."
        )


async def _existing(objects: Objects, inputs: Properties, session: Session) -> "list[tuple[Type, str, Live]]":
    """The objects that exist, each after its type and its name in the inventory with these inputs.

    Warns of a data plane that cannot be queried: the kubeconfig in the inputs may be outdated. Raises ClusterError if
    the control plane cannot be queried.
    """
    from choreo_components.kubernetes.client import ClusterError, Forbidden

    remote = _remote(inputs)

    async def there(
        type_: Type, resource: "Resource", data_plane: str | None, namespace: str | None, wanted: Mapping[str, str]
    ) -> "list[tuple[Type, str, Live]]":
        if data_plane is None:
            cluster = session.connect()
        else:
            cluster = session.data_plane(data_plane, inputs[Names.DATA_PLANE_KUBECONFIGS][data_plane])
        try:
            if len(wanted) == 1 or _is_plain(type_):
                # A list of Secrets would include those of others, and of other APIs there may be many objects.
                ones = [await cluster.get(resource, each, namespace) for each in wanted]
                lives = [one for one in ones if one is not None]
            else:
                lives, _ = await cluster.list(resource, {}, namespace)
        except Forbidden:
            # A role that was bound in a namespace is deleted with it, as is everything else in it.
            if namespace is None or await cluster.get(resource_of(NAMESPACE), namespace) is not None:
                raise
            return []
        return [(type_, wanted[live.name], live) for live in lives if live.name in wanted]

    async def of_type(type_: Type, names: Collection[str]) -> "list[tuple[Type, str, Live]]":
        resource = await resource_served(type_, session)
        if resource is None:
            return []
        places: dict[tuple[str | None, str | None], dict[str, str]] = {}
        for name in names:
            *owners, last = name.split("/")
            data_plane = remote.get("/".join(owners)) if type_ == NAMESPACE else None
            places.setdefault((data_plane, owners[0] if owners and resource.namespaced else None), {})[last] = name
        found: list[tuple[Type, str, Live]] = []
        for (data_plane, namespace), wanted in places.items():
            try:
                found += await there(type_, resource, data_plane, namespace, wanted)
            except ClusterError as problem:
                if data_plane is None:
                    raise
                session.warn(f"not checked which objects exist on data plane {data_plane!r}: {problem}")
        return found

    listings = await asyncio.gather(*(of_type(type_, names) for type_, names in objects.items()))
    return [each for listing in listings for each in listing]


def _is_plain(type_: Type) -> bool:
    """Whether the type is of another API than OpenChoreo's; a namespace may be of both, and is not."""
    return type_ != NAMESPACE and type_.api_version not in generations()


def _labels(type_: Type, name: str, inputs: Properties) -> dict[str, str]:
    """The labels that name the owner of an object; none if it has no such labels."""
    generation = _generation(type_, name, inputs)
    if generation is None or (type_.api_version not in generations() and "/" not in name):
        # A cluster-scoped object of another API has no owner.
        return {}
    match name.split("/"):
        case [organization, environment, _] if type_ == NAMESPACE:
            return generation.namespaces.of_environment(organization, environment)
        case [organization, _] if _is_tenant(type_, name, inputs):
            return generation.namespaces.tenant_labels(organization)
        case [organization, *rest]:
            return generation.ownership.claim(organization, bool(rest))
    return {}


def _is_tenant(type_: Type, name: str, inputs: Properties) -> bool:
    """Whether it is a namespace that is declared itself: its labels do not say for which stack it was made."""
    generation = _generation(type_, name, inputs) if type_ == NAMESPACE and name.count("/") == 1 else None
    return generation is not None and type_ in generation.kinds_of_kubernetes


def _generation(type_: Type, name: str, inputs: Properties) -> Generation | None:
    """The API of an object; an object of Kubernetes itself counts to the API of its owner."""
    known, objects = generations(), objects_of(inputs.get(Names.OBJECTS))
    owner = name.rpartition("/")[0]
    owners = [each for each, names in objects.items() if owner in names]
    if type_ == NAMESPACE and "/" not in owner and not any(role_of(each) is Role.TENANT for each in owners):
        # A namespace that belongs to no other object.
        return next((each for each in known.values() if type_ in each.kinds_of_kubernetes), None)
    return next((known[each.api_version] for each in (type_, *owners, *objects) if each.api_version in known), None)

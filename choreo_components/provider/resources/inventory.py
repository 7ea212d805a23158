"""The inventory: what a stack has made in the cluster, or is about to make.

It comes first in a stack. What it knew before is what the stack has made; what it is to know besides must not be in the
cluster yet, or the stack would quietly take over, and in the end delete, what is somebody else's. After the state is
lost it knows nothing, and everything is: `choreo:adopt` says what then.
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
"""Noted where the cluster could not be asked for what is new. Only a preview may go on then."""


class Inventory(CustomResource):
    """What the stack has made."""

    contract = Names

    async def check(
        self, olds: Properties, news: Properties, session: Session
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Refuses what is in the cluster already and was not in the inventory before, unless it may be adopted.

        Refuses what is being deleted, and what would lose environments from sight: a data plane that is another cluster
        all of a sudden, and a move away from one that nobody can get to. Warns of an environment that moves to another
        data plane.
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
                    "and namespaces are deleted, and made anew there as far as this stack declares them"
                )
        # On another control plane the stack has made nothing yet, and what has its names there is somebody else's.
        objects = objects_of(declared)
        made = (
            {} if session.has_moved else _both(objects_of(olds.get(Names.OBJECTS)), objects_of(olds.get(Names.FORMER)))
        )
        refused = await _refused(_without(objects, _by_both_names(made)), inputs, session)
        if made and (former := await _former(olds, made, _by_both_names(objects), inputs, session)):
            inputs[Names.FORMER] = written(former)
        if refused:
            # Of no property: the engine would print its value, which is the names of all the stack's objects.
            failures[""] = "\n".join(refused)
        return inputs, failures

    def identifier(self, inputs: Properties) -> str:
        """The same for all: a stack has one."""
        return "inventory"

    async def create(self, inputs: Properties, session: Session) -> None:
        """Raises Failure where it is not known whether the stack would take over what is somebody else's."""
        if UNCHECKED in session.notes:
            raise Failure(
                "nothing was applied: it is not known whether any of the stack's new objects is in the cluster "
                "already. The warning says why; mend that, and run pulumi up again"
            )

    async def read(self, identifier: str, inputs: Properties, session: Session) -> tuple[Properties, Properties]:
        """The inputs as they are. Warns of what is being deleted, which the Kubernetes provider takes for being there.

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
        for line in sorted(f"{live} is {told}" for _, _, live in existing if (told := deletion(live)) is not None):
            session.warn(line)
        return inputs, inputs

    async def update(self, olds: Properties, news: Properties, session: Session) -> None:
        """The stack has other objects now. Raises Failure as `create` does."""
        await self.create(news, session)

    async def delete(self, state: Properties, session: Session) -> None:
        """Goes last, when all that it names should be gone. Raises Failure with what is not.

        Pulumi may have been killed after it asked for an object, and before it wrote down that it had: it then deletes
        all that it knows of, and leaves this one.
        """
        from choreo_components.kubernetes.client import ClusterError

        try:
            existing = await _existing(objects_of(state.get(Names.OBJECTS)), state, session)
        except ClusterError as problem:
            raise Failure(f"all that Pulumi knows of is gone; whether anything else is left: {problem}") from None
        left = [live for _, _, live in existing if not live.deleting]
        if left:
            lines = [f"  {live}: kubectl delete {live.command}" for live in sorted(left, key=str)]
            raise Failure("\n".join([_LEFT, *lines]))


_TERMINATING = "what is being deleted counts as missing, and nothing was applied:"

_LEFT = """\
all that Pulumi knows of is gone, and this is still in the cluster: Pulumi was killed while it made it, or somebody has
made it again. If it is to go, delete it and destroy again; if it is to stay, `pulumi state delete` the inventory:"""


def _both(one: Objects, other: Objects) -> Objects:
    """The objects of both."""
    return {type_: sorted({*one.get(type_, ()), *other.get(type_, ())}) for type_ in {*one, *other}}


def _by_both_names(objects: Objects) -> Objects:
    """The objects, with each namespace by its name too, or twice that: it may have become an organization's since."""
    both = {
        each
        for name in objects.get(NAMESPACE, ())
        for owner, _, own in (name.rpartition("/"),)
        if owner in ("", own)
        for each in (own, f"{own}/{own}")
    }
    return {**objects, NAMESPACE: sorted({*objects.get(NAMESPACE, ()), *both})}


def _without(objects: Objects, others: Objects) -> Objects:
    """The objects that are not among the others."""
    rest = {type_: sorted(set(names) - set(others.get(type_, ()))) for type_, names in objects.items()}
    return {type_: names for type_, names in rest.items() if names}


async def _former(olds: Properties, made: Objects, objects: Objects, inputs: Properties, session: Session) -> Objects:
    """What the stack has `made` and is not among its `objects`, without what has left before and is gone by now."""
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
    """The names of the data planes of the environments, which are ORGANIZATION/NAME of whatever type."""
    by_type: Mapping[str, Mapping[str, str]] = inputs.get(Names.DATA_PLANE_REFS) or {}
    return {name: reference for environments in by_type.values() for name, reference in environments.items()}


def _remote(inputs: Properties) -> dict[str, str]:
    """The environments whose data plane is a cluster of its own, and that data plane, both as ORGANIZATION/NAME."""
    named = {
        name: full_name_of_data_plane(name.partition("/")[0], reference)
        for name, reference in _data_planes(inputs).items()
    }
    own = inputs.get(Names.DATA_PLANE_KUBECONFIGS) or ()
    return {name: data_plane for name, data_plane in named.items() if data_plane in own}


def _maps_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


def _staying(olds: Properties, news: Properties) -> Iterator[str]:
    """The environments, as ORGANIZATION/NAME, that are on the data plane that they were on."""
    after = _data_planes(news)
    for environment, reference in sorted(_data_planes(olds).items()):
        if after.get(environment) == reference:
            yield environment


def _displaced(olds: Properties, news: Properties) -> Iterator[str]:
    """Lines about environments whose data plane is the same by name, and another cluster all of a sudden.

    What is there would be lost from sight, and a stack would lose its namespaces over a setting that somebody forgot.
    """
    references, remote_before, remote_after = _data_planes(news), _remote(olds), _remote(news)
    for environment in _staying(olds, news):
        reference = references[environment]
        before, after = remote_before.get(environment), remote_after.get(environment)
        if before and not after:
            yield (
                f"environment {environment!r} is on data plane {reference!r}, which is a cluster of its own, and now "
                "nothing says which: neither choreo:dataPlaneKubeconfigs, nor a Secret, nor the DataPlane itself, or "
                "the control plane did not answer"
            )
        elif after and not before:
            yield (
                f"environment {environment!r} is on data plane {reference!r}, which was the control plane's cluster "
                "and is another one now: destroy the environment first, or let it move to a DataPlane of another name"
            )


async def _identities(olds: Properties, news: Properties, session: Session) -> tuple[dict[str, str], list[str]]:
    """The identities of the data planes' own clusters, and lines about those which are others than environments are on.

    One that does not answer keeps the identity that it had.
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
                f"environment {users[data_plane]!r} is on data plane {data_plane!r}: {problem}; nothing was applied. "
                "Give the kubeconfig of its own cluster, or let the environment move to a DataPlane of another name"
            )
        except ClusterError:
            # Who uses it will say so.
            pass
        return known

    given = news.get(Names.DATA_PLANE_KUBECONFIGS) or {}
    found = await asyncio.gather(*(identity(*each) for each in given.items()))
    return {name: each for name, each in zip(given, found, strict=True) if each}, sorted(mistaken)


async def _out_of_reach(olds: Properties, news: Properties, session: Session) -> list[str]:
    """Lines about environments that are to leave a data plane which nobody can get to with what the state has.

    Their finalizers have to get there once more, with nothing else.
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
            advice = "; a pulumi up before the move takes over the credentials of today" if renewed else ""
            return f"environment {environment!r} cannot leave data plane {data_plane!r}: {problem}; {LEAVING}{advice}"
        return None

    lines = await asyncio.gather(*(line(*each) for each in leaving.items()))
    return [each for each in lines if each]


async def _refused(new: Objects, inputs: Properties, session: Session) -> list[str]:
    """What is in the cluster and may not be taken over, as lines for the user; none where all is well."""
    session.notes.discard(UNCHECKED)
    if not any(new.values()):
        return []
    adopt = Adopt(inputs[Names.ADOPT])
    # Deferred, as most commands start this process and add nothing to a stack.
    from choreo_components.kubernetes.client import ClusterError, Forbidden
    from choreo_components.kubernetes.deletion import deletion

    try:
        existing = await _existing(new, inputs, session)
    except ClusterError as problem:
        session.warn(f"{problem}; not checked whether any of the stack's objects is in the cluster already")
        if not isinstance(problem, Forbidden):
            # The rights in a new organization's namespace may come with it.
            session.notes.add(UNCHECKED)
        return []
    going = [f"  {live} is {told}" for _, _, live in existing if (told := deletion(live)) is not None]
    if going:
        return [_TERMINATING, *sorted(going)]
    labelled: list[str] = []
    unlabelled: list[str] = []
    apis: set[str] = set()
    is_beside = False
    for type_, name, live in existing:
        wanted = _labels(type_, name, inputs)
        lacking = [f"{key}={value}" for key, value in wanted.items() if live.labels.get(key) != value]
        # A namespace that carries the labels was made for what it is now declared with, whoever has made it.
        by_labels = adopt is Adopt.IF_LABELLED or (type_ == NAMESPACE and not _is_tenant(type_, name, inputs))
        # An object of another API need not have the labels of its organization.
        may_have_none = not wanted or _is_plain(type_)
        if may_have_none and adopt is Adopt.IF_LABELLED and live.applied_by_choreo:
            session.tell(f"adopts {live}, which choreo has applied before")
        elif not wanted:
            unlabelled.append(f"  {live}")
            if type_.api_version in generations() or _is_tenant(type_, name, inputs):
                apis.add(type_.api_version)
            else:
                is_beside = True
        elif by_labels and not lacking:
            session.tell(f"adopts {live}, which carries the labels of its organization")
        else:
            labelled.append(f"  {live} lacks {', '.join(lacking)}" if by_labels else f"  {live}")
    lines = sorted([*labelled, *unlabelled])
    if not lines:
        return []
    count = f"{len(lines)} {'object is' if len(lines) == 1 else 'objects are'} in the cluster already and not made by"
    return [f"{count} this stack:", *lines, *_advice(adopt, labelled, apis, is_beside=is_beside)]


def _advice(adopt: Adopt, labelled: Collection[str], apis: Collection[str], *, is_beside: bool) -> Iterator[str]:
    """What to do about objects that are there already.

    `labelled` are the lines about those whose labels may say whose they are, `apis` the APIs of those that have none.
    `is_beside`: some are of other APIs than OpenChoreo's, and have none.
    """
    if not labelled:
        yield "  Nothing was applied."
    elif adopt is Adopt.IF_LABELLED or all(" lacks " in line for line in labelled):
        yield "  Nothing was applied. What lacks its labels is not adopted: label it, or delete it."
    else:
        yield (
            "  Nothing was applied. To take over what carries the labels of its organization (after the state was lost,"
            "\n  say): pulumi config set choreo:adopt if-labelled. What is somebody else's needs another name."
        )
    if apis:
        named = ", ".join(sorted(apis))
        if adopt is not Adopt.IF_LABELLED:
            yield (
                f"  No label says whose objects of {named} are. After the state was lost, choreo:adopt: if-labelled\n"
                "  takes over those that choreo has applied before; for all others: choreo adopt (docs/adopt.md)."
            )
        else:
            yield (
                f"  No label says whose objects of {named} are, and choreo has not applied these: to take over yours, "
                "choreo adopt\n  (docs/adopt.md)."
            )
    if is_beside and adopt is not Adopt.IF_LABELLED:
        yield (
            "  Of other APIs than OpenChoreo's, choreo:adopt: if-labelled takes over what choreo has applied before "
            "(docs/neighbours.md)."
        )
    elif is_beside:
        yield (
            "  What is of another API than OpenChoreo's, choreo has not applied: delete yours, give the others other "
            "names\n  (docs/neighbours.md)."
        )


async def _existing(objects: Objects, inputs: Properties, session: Session) -> "list[tuple[Type, str, Live]]":
    """Those of the objects that are there, each after its type and its name in the inventory that has the inputs.

    Warns of a data plane that cannot be asked: the kubeconfig in the inputs may have had its day. Raises ClusterError
    when the control plane cannot be asked.
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
                # A list of Secrets would bring those of others, and there are many objects of Kubernetes' other kinds.
                ones = [await cluster.get(resource, own, namespace) for own in wanted]
                lives = [one for one in ones if one is not None]
            else:
                lives, _ = await cluster.list(resource, {}, namespace)
        except Forbidden:
            # A role that was bound in a namespace is gone with it, and so is all else that was there.
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
            *owners, own = name.split("/")
            data_plane = remote.get("/".join(owners)) if type_ == NAMESPACE else None
            places.setdefault((data_plane, owners[0] if owners and resource.namespaced else None), {})[own] = name
        found: list[tuple[Type, str, Live]] = []
        for (data_plane, namespace), wanted in places.items():
            try:
                found += await there(type_, resource, data_plane, namespace, wanted)
            except ClusterError as problem:
                if data_plane is None:
                    raise
                session.warn(f"not checked what there is on data plane {data_plane!r}: {problem}")
        return found

    listings = await asyncio.gather(*(of_type(type_, names) for type_, names in objects.items()))
    return [each for listing in listings for each in listing]


def _is_plain(type_: Type) -> bool:
    """Whether objects of the type are of another API than OpenChoreo's, and no namespaces, which both may be."""
    return type_ != NAMESPACE and type_.api_version not in generations()


def _labels(type_: Type, name: str, inputs: Properties) -> dict[str, str]:
    """The labels by which an object says whose it is; none where nothing says so."""
    generation = _generation(type_, name, inputs)
    if generation is None or (type_.api_version not in generations() and "/" not in name):
        # What is of another API, and in no namespace, is nobody's.
        return {}
    match name.split("/"):
        case [organization, environment, _] if type_ == NAMESPACE:
            return generation.namespaces.of_environment(organization, environment)
        case [organization, _] if _is_tenant(type_, name, inputs):
            return generation.namespaces.tenant_labels(organization)
        case [organization, *own]:
            return generation.ownership.claim(organization, bool(own))
    return {}


def _is_tenant(type_: Type, name: str, inputs: Properties) -> bool:
    """Whether it is a namespace that is an object of its own: its labels do not say for which stack it was made."""
    generation = _generation(type_, name, inputs) if type_ == NAMESPACE and name.count("/") == 1 else None
    return generation is not None and type_ in generation.kinds_of_kubernetes


def _generation(type_: Type, name: str, inputs: Properties) -> Generation | None:
    """The API that an object is of; what is of Kubernetes is of that of its owner."""
    known, objects = generations(), objects_of(inputs.get(Names.OBJECTS))
    owner = name.rpartition("/")[0]
    owners = [each for each, names in objects.items() if owner in names]
    if type_ == NAMESPACE and "/" not in owner and not any(role_of(each) is Role.TENANT for each in owners):
        # Nobody's namespace but its own.
        return next((each for each in known.values() if type_ in each.kinds_of_kubernetes), None)
    return next((known[each.api_version] for each in (type_, *owners, *objects) if each.api_version in known), None)

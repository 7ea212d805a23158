"""Rollout: the resource that waits until controllers have deployed what bindings declare, and it stays deployed.

OpenChoreo reports a changed binding as Ready as soon as it has recorded what to apply, judging by what was applied
before; it may withdraw that a moment later. So Ready alone is not enough: the objects that controllers make from the
binding must be applied in their current version too, in two checks in a row. One resource waits for all changed
bindings of a stack, after the Kubernetes provider has seen each of them Ready once.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from choreo_components.api import Generation, Role, UnknownKindError, generation_of, kind_of
from choreo_components.api.generation import Cell
from choreo_components.config.durations import seconds
from choreo_components.provider.protocol import UNKNOWN
from choreo_components.provider.resource import (
    CustomResource,
    Failure,
    Properties,
    Session,
    given,
    not_known,
    unknown,
)
from choreo_components.state.contract import Rollout as Names
from choreo_components.state.names import Identity, Type

if TYPE_CHECKING:
    from choreo_components.api import Kind
    from choreo_components.kubernetes.client import Unreachable
    from choreo_components.kubernetes.objects import Live, Resource
    from choreo_components.teardown.removal import LiveCluster

CHECK_SECONDS = 2.0
"""The pause between two checks: controllers withdraw a condition within a second."""

CHECKS_FOR_OWNER = 5
"""In how many checks in a row a binding's project may be missing: a program may be about to declare it."""


class Rollout(CustomResource):
    """The bindings that are waited for before an up ends."""

    contract = Names

    async def check(
        self, olds: Properties, news: Properties, session: Session
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """The inputs with their defaults, and what is wrong with them by property."""
        inputs = {**Names.defaults(), **given(news)}
        failures = unknown(inputs, Names)
        bindings, timeout = inputs.get(Names.BINDINGS), inputs[Names.TIMEOUT]
        if bindings != UNKNOWN and not _are_digests(bindings):
            failures[Names.BINDINGS] = f"should map kinds to digests by name, not {bindings!r}"
        if timeout != UNKNOWN:
            try:
                seconds(timeout)
            except (TypeError, ValueError) as problem:
                failures[Names.TIMEOUT] = str(problem)
        return inputs, failures

    def identifier(self, inputs: Properties) -> str:
        """The same for all rollouts: a stack has one."""
        return "rollout"

    async def create(self, inputs: Properties, session: Session) -> None:
        """Waits for all bindings. Raises Failure at the deadline, with the reasons that objects report."""
        await _wait(_bindings(inputs), inputs, session)

    async def update(self, olds: Properties, news: Properties, session: Session) -> None:
        """Waits for the changed bindings. Raises Failure as `create` does."""
        before = _bindings(olds)
        changed = {each: digest for each, digest in _bindings(news).items() if before.get(each) != digest}
        await _wait(changed, news, session)


def _are_digests(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(names, Mapping) and all(isinstance(digest, str) for digest in names.values())
        for names in value.values()
    )


def _bindings(properties: Properties) -> dict[Identity, str]:
    """The digests of the bindings."""
    by_type: Mapping[str, Mapping[str, str]] = properties.get(Names.BINDINGS) or {}
    return {Identity(Type.of(type_), name): each for type_, names in by_type.items() for name, each in names.items()}


async def _wait(bindings: Collection[Identity], inputs: Properties, session: Session) -> None:
    """Returns when all are deployed. Raises Failure."""
    if not bindings:
        return
    # Deferred: most commands start this process without waiting for anything.
    from choreo_components.kubernetes.client import ClusterError, Forbidden
    from choreo_components.teardown.removal import Deadline, DeadlineError, persistently

    deadline = Deadline.after(inputs.get(Names.TIMEOUT) or Names.defaults()[Names.TIMEOUT])
    try:
        waiting = _Waiting(session, bindings, deadline.given)
        await persistently(waiting.run, deadline, session.report, waiting.failure)
    except Forbidden as problem:
        # Everything is applied; only the result cannot be seen.
        session.warn(f"did not wait for {_some(bindings)}: {problem}")
    except DeadlineError as problem:
        raise Failure(str(problem)) from None
    except UnknownKindError as problem:
        raise not_known(problem) from None
    except ClusterError as problem:
        raise Failure(f"could not check whether {_some(bindings)} was deployed: {problem}") from None


@dataclass
class _Seen:
    """What the last check has found of a binding.

    `made` are the objects that controllers have made from it. `good` counts the checks in a row in which it was
    deployed, `orphaned` those in which its project was missing.
    """

    live: "Live | None" = None
    made: "list[Live]" = field(default_factory=list)
    good: int = 0
    orphaned: int = 0


class _Waiting:
    """The bindings that are waited for, as they were seen last."""

    def __init__(self, session: Session, bindings: Collection[Identity], given: str) -> None:
        """`given` is the deadline as a duration. Raises UnknownKindError."""
        self._session = session
        self._cluster = session.connect()
        self._given = given
        self._count = len(bindings)
        self._remaining = {each: _Seen() for each in sorted(bindings)}
        self._kinds = {each.type: kind_of(*each.type) for each in bindings}

    async def run(self) -> None:
        """Checks repeatedly, until nothing remains to wait for. Raises ClusterError."""
        from choreo_components.teardown.removal import PROGRESS_SECONDS

        loop = asyncio.get_running_loop()
        reported = loop.time()
        while True:
            await self._check()
            if not self._remaining:
                return
            if loop.time() - reported >= PROGRESS_SECONDS:
                reported = loop.time()
                self._session.report(
                    f"{len(self._remaining)} of {self._count} not deployed yet: {_some(self._remaining)}"
                )
            await asyncio.sleep(CHECK_SECONDS)

    async def _check(self) -> None:
        """Checks all remaining bindings, and removes those that are deployed or whose project does not exist yet."""
        from choreo_components.kubernetes.conditions import accepted

        places = sorted({(each.type, _organization(each)) for each in self._remaining})
        lives = await self._listed({(_resource(self._kinds[type_]), namespace) for type_, namespace in places})
        makers = {(self._made_by(type_), namespace) for type_, namespace in places}
        made = await self._listed({(_resource(kind), namespace) for kind, namespace in makers})
        owned: dict[str, list[Live]] = defaultdict(list)
        for live in made.values():
            for owner in live.metadata.get("ownerReferences") or []:
                owned[owner.get("uid")].append(live)
        for each, seen in self._remaining.items():
            kind = self._kinds[each.type]
            seen.live = lives.get(f"{each.type.kind} {each.name}")
            seen.made = owned[seen.live.metadata["uid"]] if seen.live is not None else []
            maker = self._made_by(each.type)
            is_good = seen.live is not None and not seen.live.deleting and accepted(seen.live, kind)
            seen.good = seen.good + 1 if is_good and all(accepted(one, maker) for one in seen.made) else 0
        await self._check_owners()
        for each, seen in list(self._remaining.items()):
            if seen.good > 1:
                del self._remaining[each]
            elif seen.orphaned >= CHECKS_FOR_OWNER:
                del self._remaining[each]
                self._session.report(f"{each.shown} is not waited for: {self._owner(each, seen)} does not exist yet")

    async def _check_owners(self) -> None:
        """Counts the checks in which a binding's project is missing, which a program may declare after the binding.

        Waiting for it would block: the engine creates it only after this resource.
        """
        found: dict[str, bool] = {}
        for each, seen in self._remaining.items():
            if seen.good or seen.live is None:
                continue
            owner = self._owner(each, seen)
            if owner not in found:
                generation, (organization, project, _) = _cell_of(each, seen.live)
                kind = generation.kind_of_role(Role.PROJECT)
                found[owner] = await self._cluster.get(_resource(kind), project, organization) is not None
            seen.orphaned = 0 if found[owner] else seen.orphaned + 1

    def _owner(self, each: Identity, seen: _Seen) -> str:
        """The project that a binding belongs to, as messages name it."""
        assert seen.live is not None
        generation, (organization, project, _) = _cell_of(each, seen.live)
        return f"{generation.kind_of_role(Role.PROJECT).kind} {organization}/{project}"

    def _made_by(self, type_: Type) -> "Kind":
        """The kind of the objects that controllers make from such a binding."""
        name = self._kinds[type_].carried_out_by
        assert name is not None
        return kind_of(type_.api_version, name)

    async def _listed(self, wanted: "Collection[tuple[Resource, str]]") -> "dict[str, Live]":
        """The objects of these kinds in these namespaces, by kind, namespace and name."""
        listings = await asyncio.gather(
            *(self._cluster.list(resource, {}, namespace) for resource, namespace in wanted)
        )
        return {str(live): live for found, _ in listings for live in found}

    async def failure(self, unreachable: "Unreachable | None") -> str:
        """What is not deployed at the deadline, and the reasons that objects report."""
        lines = [
            f"timed out after {self._given}: {len(self._remaining)} of {self._count} bindings are not deployed yet "
            "(all were applied):"
        ]
        if unreachable is not None:
            return "\n".join([*lines, f"  the reason is unknown: {unreachable}"])
        for each, seen in self._remaining.items():
            lines += (f"  {line}" for line in self._reasons(each, seen))
        environments: dict[tuple[Generation, str, str], None] = {}
        for each, seen in self._remaining.items():
            if seen.live is not None:
                generation, (organization, _, environment) = _cell_of(each, seen.live)
                environments[generation, organization, environment] = None
        lines += await _causes(self._cluster, environments)
        return "\n".join([*lines, "  The next pulumi up waits for them again"])

    def _reasons(self, each: Identity, seen: _Seen) -> Iterator[str]:
        """What a binding, and the objects made from it, report."""
        from choreo_components.kubernetes.conditions import accepted, explanation

        if seen.live is None:
            yield f"{each.shown} is not in the cluster"
        elif not accepted(seen.live, self._kinds[each.type]):
            yield from explanation(seen.live, self._kinds[each.type])
        elif seen.good:
            yield f"{each.shown} has been deployed for less than {CHECK_SECONDS:g} seconds"
        else:
            maker = self._made_by(each.type)
            for one in seen.made:
                if not accepted(one, maker):
                    yield from explanation(one, maker)


async def _causes(cluster: "LiveCluster", environments: "Collection[tuple[Generation, str, str]]") -> list[str]:
    """What blocks the bindings of each of these environments, each line once."""
    from choreo_components.teardown.causes import causes_of_waiting

    found = await asyncio.gather(*(causes_of_waiting(cluster, *each) for each in environments))
    return list(dict.fromkeys(line for lines in found for line in lines))


def _resource(kind: "Kind") -> "Resource":
    from choreo_components.kubernetes.objects import resource_of

    return resource_of(kind)


def _cell_of(each: Identity, live: "Live") -> tuple[Generation, Cell]:
    """The generation of a binding, and its organization, project and environment."""
    generation = generation_of(each.type.api_version)
    return generation, generation.cell_of(live.manifest)


def _organization(each: Identity) -> str:
    return each.name.rpartition("/")[0]


def _some(bindings: Collection[Identity]) -> str:
    """Three of them by name, and how many more."""
    first = ", ".join(each.shown for each in sorted(bindings)[:3])
    more = len(bindings) - 3
    return f"{first} and {more} more" if more > 0 else first

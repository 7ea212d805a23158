"""What the controllers of openchoreo.dev/v1alpha1 have in common: first the finalizer, then the work in one pass."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NoReturn

from choreo_components.kubernetes.objects import Live
from tests.standin.agents import Agents
from tests.standin.api import Api, Condition, Key, key_of, spec_of
from tests.standin.manager import Controller, Requeue

Watch = Callable[[Api, Live], Iterable[Key]]


class Problem(Exception):
    """What keeps an object from being ready: it is set as its condition, and an event of the cause leads to a retry."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class WholeController(Controller):
    """Reconciles an object in one pass. Upstream's react to their own writes, some of them in hot loops.

    Here requeues take their place, at a slower pace.
    """

    heeds_status = False

    def __init__(self, api: Api, agents: Agents) -> None:
        super().__init__(api)
        self.agents = agents

    async def handle(self, key: Key) -> None:
        live = self.api.get(self.kind, key)
        if live is None:
            return
        finalizers: list[str] = live.metadata.get("finalizers") or []
        if not live.deleting:
            if self.finalizer is not None and self.finalizer not in finalizers:
                live = await self.api.update(live, {"finalizers": [*finalizers, self.finalizer]})
            await self.reconcile(live)
        elif self.finalizer in finalizers:
            await self.finalize(live)
            newest = self.api.get(self.kind, key)
            if newest is not None:
                others = [each for each in newest.metadata.get("finalizers") or [] if each != self.finalizer]
                await self.api.update(newest, {"finalizers": others})

    async def wait_for(self, live: Live, waiting: Condition, seconds: float = 5.0) -> NoReturn:
        """Reports why an object cannot be deleted yet, and checks again later."""
        await self.api.set_status(live, [waiting])
        raise Requeue(seconds)

    def of(self, kind: str, live: Live, **spec: Any) -> Sequence[Live]:
        """The objects of a kind in an object's namespace with these fields in their spec."""
        return [each for each in self.api.all(kind, live.namespace) if spec.items() <= spec_of(each).items()]


def reason_of(live: Live, condition: str) -> str | None:
    """The reason of a condition; None if the object does not have it."""
    return next((each["reason"] for each in live.conditions if each["type"] == condition), None)


def owner(live: Live, field: str) -> str:
    """Of an object that is part of a project: the project, component or resource that it names as its owner."""
    named: str = (spec_of(live).get("owner") or {}).get(field, "")
    return named


def controls(owning: Live, owned: Live) -> bool:
    """Whether an object is the controller of another."""
    references: Sequence[Mapping[str, Any]] = owned.metadata.get("ownerReferences") or []
    return any(each.get("controller") and each["uid"] == owning.metadata["uid"] for each in references)


def siblings(kind: str, matches: Callable[[Live, Live], bool]) -> Watch:
    """Objects of the kind in the namespace of the one with the event, or in all if it has none."""
    return lambda api, live: [key_of(each) for each in api.all(kind, live.namespace) if matches(each, live)]


def controller_of(kind: str) -> Watch:
    """The object of the kind that made the one with the event."""

    def keys(_: Api, live: Live) -> Iterable[Key]:
        for each in live.metadata.get("ownerReferences") or []:
            if each["kind"] == kind and each.get("controller"):
                yield Key(live.namespace, each["name"])

    return keys

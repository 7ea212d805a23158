"""Retention: what is to be kept when its environment is deleted, and would be lost with its namespace."""

import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

from choreo_components.api.generation import Generation, Retention, Sweep
from choreo_components.kubernetes.client import Conflict
from choreo_components.kubernetes.objects import Live, resource_of_sweep
from choreo_components.teardown.removal import LiveCluster


class RetainedError(Exception):
    """Something is retained and would be lost: the message says what, why, and what to do."""


TRIES = 5
"""How often at most a change is repeated if others change the object at the same time."""


async def require_nothing_retained(
    cluster: LiveCluster,
    generation: Generation,
    organization: str,
    deleting: Mapping[str, Collection[str]],
    first: str,
    *,
    may_delete: bool,
) -> Callable[[], Awaitable[None]]:
    """Raises RetainedError if a deletion would never finish, or would lose what is retained.

    `deleting` are the names of the organization's objects to delete, by kind. The returned function releases what is
    retained, if `may_delete` allows it.
    """
    found: list[tuple[Retained, Live]] = []
    for sweep in generation.teardown.sweeps:
        if sweep.retention is None or deleting.keys().isdisjoint({sweep.kind, *sweep.retention.holds}):
            continue
        lives, _ = await cluster.list(resource_of_sweep(generation, sweep), {}, organization)
        concerned = [live for live in lives if _is_concerned(sweep, sweep.retention, live, deleting)]
        retained = Retained(cluster, generation, sweep.retention, may_delete=may_delete)
        await retained.require_none(concerned, first)
        found += ((retained, live) for live in concerned)

    async def let_go() -> None:
        for retained, live in found:
            await _let_go(cluster, retained, live)

    return let_go


def _is_concerned(sweep: Sweep, retention: Retention, live: Live, deleting: Mapping[str, Collection[str]]) -> bool:
    """Whether an object is among those to delete, or would block their deletion."""
    names = {sweep.kind: live.name, **{kind: name(live.manifest) for kind, name in retention.holds.items()}}
    return any(name in deleting.get(kind, ()) for kind, name in names.items())


async def _let_go(cluster: LiveCluster, retained: "Retained", live: Live) -> None:
    """Releases an object in its current version. Raises ClusterError."""
    for _ in range(TRIES):
        try:
            await retained.let_go(live)
            return
        except Conflict:
            now = await cluster.get(live.resource, live.name, live.namespace)
            if now is None:
                return
            live = now
    await retained.let_go(live)


class Retained:
    """Decides which objects of a sweep are retained, and releases them if that is allowed."""

    def __init__(
        self, cluster: LiveCluster, generation: Generation, retention: Retention, *, may_delete: bool = False
    ) -> None:
        """`may_delete`: the settings say that what is retained is deleted as well."""
        self._cluster = cluster
        self._retention = retention
        self._resource = resource_of_sweep(generation, retention)
        self._may_delete = may_delete
        self._sources: dict[tuple[str | None, str], Mapping[str, Any]] = {}
        """The releases that were read: they do not change."""

    async def reason(self, live: Live) -> str | None:
        """Why an object is retained; None if it is not. Raises ClusterError."""
        name = self._retention.source(live.manifest)
        source = await self._source(live.namespace, name) if name else None
        return self._retention.reason(live.manifest, source)

    async def _source(self, namespace: str | None, name: str) -> Mapping[str, Any] | None:
        known = self._sources.get((namespace, name))
        if known is None and (live := await self._cluster.get(self._resource, name, namespace)) is not None:
            known = self._sources[namespace, name] = live.manifest
        return known

    async def require_none(self, lives: Sequence[Live], first: str) -> None:
        """Raises RetainedError, which begins with `first`, if one is retained and must not be deleted."""
        if self._may_delete:
            return
        if found := [(live, reason) for live in lives if (reason := await self.reason(live))]:
            raise RetainedError(self._refusal(found, first))

    async def let_go(self, live: Live) -> Live | None:
        """The object in a state in which it can be deleted, None if it is gone. Raises RetainedError, ClusterError."""
        if (reason := await self.reason(live)) is None:
            return live
        if not self._may_delete:
            raise RetainedError(self._refusal([(live, reason)], "nothing more was deleted"))
        return await self._cluster.merge(live, self._retention.released)

    def _refusal(self, found: Sequence[tuple[Live, str]], first: str) -> str:
        lines = [
            f"{first}: {len(found)} retained; such a deletion never finishes, and what is retained would be lost with "
            "its namespace:"
        ]
        change = json.dumps(self._retention.released, separators=(",", ":"))
        for live, reason in sorted(found, key=lambda each: str(each[0])):
            lines.append(f"  {live}: {reason}")
            lines.append(f"    delete it anyway: kubectl patch {live.command} --type=merge -p '{change}'")
        lines.append(
            "  To delete all that is retained: set choreo:deleteRetained to true (in a program: the argument "
            "deleteRetained), run pulumi up, and destroy again"
        )
        return "\n".join(lines)

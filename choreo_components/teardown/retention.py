"""Retention: what is meant to outlive its environment, and would be lost with the namespace that it is in."""

import json
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

from choreo_components.api.generation import Generation, Retention, Sweep
from choreo_components.kubernetes.client import Conflict
from choreo_components.kubernetes.objects import Live, resource_of_sweep
from choreo_components.teardown.removal import LiveCluster


class RetainedError(Exception):
    """Something is retained that would be lost: the message says what, why, and what to do."""


TRIES = 5
"""How often an object is changed at most that others change at the same time."""


async def require_nothing_retained(
    cluster: LiveCluster,
    generation: Generation,
    organization: str,
    going: Mapping[str, Collection[str]],
    first: str,
    *,
    may_delete: bool,
) -> Callable[[], Awaitable[None]]:
    """Raises RetainedError where the deletion of what is going would not end, or would lose what is retained.

    `going` are the names of the organization's objects by kind. What is returned lets go of what is retained, where
    `may_delete` says that it may be.
    """
    found: list[tuple[Retained, Live]] = []
    for sweep in generation.teardown.sweeps:
        if sweep.retention is None or going.keys().isdisjoint({sweep.kind, *sweep.retention.holds}):
            continue
        lives, _ = await cluster.list(resource_of_sweep(generation, sweep), {}, organization)
        own = [live for live in lives if _holds(sweep, sweep.retention, live, going)]
        retained = Retained(cluster, generation, sweep.retention, may_delete=may_delete)
        await retained.require_none(own, first)
        found += ((retained, live) for live in own)

    async def let_go() -> None:
        for retained, live in found:
            await _let_go(cluster, retained, live)

    return let_go


def _holds(sweep: Sweep, retention: Retention, live: Live, going: Mapping[str, Collection[str]]) -> bool:
    """Whether an object is among what is going, or would hold it."""
    held = {sweep.kind: live.name, **{kind: name(live.manifest) for kind, name in retention.holds.items()}}
    return any(name in going.get(kind, ()) for kind, name in held.items())


async def _let_go(cluster: LiveCluster, retained: "Retained", live: Live) -> None:
    """Lets go of an object as it is now. Raises ClusterError."""
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
    """Tells which objects of a sweep are retained, and lets them go where that is allowed."""

    def __init__(
        self, cluster: LiveCluster, generation: Generation, retention: Retention, *, may_delete: bool = False
    ) -> None:
        """`may_delete`: somebody has said that what is retained goes as well."""
        self._cluster = cluster
        self._retention = retention
        self._resource = resource_of_sweep(generation, retention)
        self._may_delete = may_delete
        self._sources: dict[tuple[str | None, str], Mapping[str, Any]] = {}
        """Those that were found: releases do not change."""

    async def reason(self, live: Live) -> str | None:
        """Why an object is retained; None where it is not. Raises ClusterError."""
        name = self._retention.source(live.manifest)
        source = await self._source(live.namespace, name) if name else None
        return self._retention.reason(live.manifest, source)

    async def _source(self, namespace: str | None, name: str) -> Mapping[str, Any] | None:
        known = self._sources.get((namespace, name))
        if known is None and (live := await self._cluster.get(self._resource, name, namespace)) is not None:
            known = self._sources[namespace, name] = live.manifest
        return known

    async def require_none(self, lives: Sequence[Live], first: str) -> None:
        """Raises RetainedError, which begins like `first`, where any is retained that may not be deleted."""
        if self._may_delete:
            return
        if found := [(live, reason) for live in lives if (reason := await self.reason(live))]:
            raise RetainedError(self._told(found, first))

    async def let_go(self, live: Live) -> Live | None:
        """The object as it may be deleted, None if it is gone. Raises RetainedError, ClusterError."""
        if (reason := await self.reason(live)) is None:
            return live
        if not self._may_delete:
            raise RetainedError(self._told([(live, reason)], "nothing more was deleted"))
        return await self._cluster.merge(live, self._retention.released)

    def _told(self, found: Sequence[tuple[Live, str]], first: str) -> str:
        lines = [
            f"{first}: {len(found)} retained, whose deletion never ends, and what they retain goes with its namespace:"
        ]
        change = json.dumps(self._retention.released, separators=(",", ":"))
        for live, reason in sorted(found, key=lambda each: str(each[0])):
            lines.append(f"  {live}: {reason}")
            lines.append(f"    delete it nevertheless: kubectl patch {live.command} --type=merge -p '{change}'")
        lines.append(
            "  To delete all that is retained: set choreo:deleteRetained to true (in a program: the argument "
            "deleteRetained), run pulumi up, and destroy again"
        )
        return "\n".join(lines)

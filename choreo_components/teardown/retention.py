"""Retention: what is meant to outlive its environment, and would be lost with the environment's namespaces."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from choreo_components.api.generation import Generation, Retention
from choreo_components.kubernetes.objects import Live, resource_of_sweep
from choreo_components.teardown.removal import LiveCluster


class RetainedError(Exception):
    """Something is retained that would be lost: the message says what, why, and what to do."""


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
            f"{first}: {len(found)} retained, and what they retain would be lost with the environment's namespaces:"
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

"""What a promotion reads from the cluster: bindings whose release no stack declares, and whether a release exists.

A cluster that cannot be queried does not stop a promotion: what is unknown is reported, and only a promotion that needs
it fails.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from choreo_components.config.project import NoProject
from choreo_components.inspection.target_clusters import UnreadableStack, target_clusters
from choreo_components.kubernetes.client import Cluster, ClusterError
from choreo_components.kubernetes.objects import resource_named
from choreo_components.plan.promotion import LiveObjects, Request, Scope, promote
from choreo_components.preflight.lookup import look_up


def ask(folder: Path, scope: Scope, request: Request, kubeconfig: Path | None) -> LiveObjects:
    """What is live in the scope of a request, from the cluster of the target environment's stack."""
    kinds = [*scope.promotion.consulted, *(kind.kind for kind in scope.promotion.bindings)]
    [stack, *_] = [
        *scope.homes(request.target),
        *(stack for stack, _, bound in scope.bindings if bound.environment == request.target),
    ]
    try:
        [target] = target_clusters(folder, [stack], kubeconfig)
        return asyncio.run(_ask(scope, request, target.kubeconfig, kinds))
    except (NoProject, UnreadableStack, ClusterError) as problem:
        releases = [kind.release for kind in scope.promotion.bindings]
        return LiveObjects(unread=dict.fromkeys([*kinds, *releases], str(problem)))


async def _ask(scope: Scope, request: Request, kubeconfig: str | Path | None, kinds: list[str]) -> LiveObjects:
    async with Cluster(kubeconfig) as cluster:
        # First, and alone: it finds out whether the server answers.
        await cluster.kinds(scope.generation.group, scope.generation.version)
        answers = await asyncio.gather(*(_list(cluster, scope, kind) for kind in kinds))
        objects: dict[str, list[Mapping[str, Any]]] = {}
        unread: dict[str, str] = {}
        for kind, answer in zip(kinds, answers, strict=True):
            if isinstance(answer, ClusterError):
                unread[kind] = str(answer)
            else:
                objects[kind] = answer
        live = LiveObjects(objects, unread)
        wanted = promote(scope, live, request).releases
        try:
            return replace(live, releases=await look_up(cluster, wanted))
        except ClusterError as problem:
            return replace(live, unread={**unread, **{each.kind: str(problem) for each in wanted}})


async def _list(cluster: Cluster, scope: Scope, kind: str) -> list[Mapping[str, Any]] | ClusterError:
    """The objects of a kind, with apiVersion and kind, which lists leave out."""
    api_version = scope.generation.api_version
    try:
        found, _ = await cluster.list(resource_named(api_version, kind), {}, scope.tenant)
    except ClusterError as problem:
        return problem
    return [{**live.manifest, "apiVersion": api_version, "kind": kind} for live in found]

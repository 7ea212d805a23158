"""Lookups: reads what a stack refers to and does not declare from the cluster, each object once."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from choreo_components.api import kind_of
from choreo_components.api.generation import Target
from choreo_components.kubernetes.client import Cluster
from choreo_components.kubernetes.objects import Live, resource_of
from choreo_components.plan.references import Found, has_fields


async def look_up(cluster: Cluster, targets: Iterable[Target]) -> Found:
    """The objects that the targets lead to, by one request for each kind in each organization.

    Raises ClusterError if the cluster cannot be asked.
    """
    groups: dict[tuple[str, str, str], list[Target]] = defaultdict(list)
    for target in dict.fromkeys(targets):
        groups[target.api_version, target.kind, target.organization].append(target)
    answers = await asyncio.gather(*(_answer(cluster, group) for group in groups.values()))
    return {target: found for group in answers for target, found in group.items()}


async def _answer(cluster: Cluster, targets: Sequence[Target]) -> Found:
    """The objects that these targets of one kind in one organization lead to."""
    kind = kind_of(targets[0].api_version, targets[0].kind)
    resource = resource_of(kind)
    namespace = targets[0].organization if kind.namespaced else None
    match targets:
        case [Target(name=str(name), fields=())]:
            one = await cluster.get(resource, name, namespace)
            lives = [] if one is None else [one]
        case [Target(fields=()) as alone]:
            lives, _ = await cluster.list(resource, alone.selector, namespace)
        case _:
            lives, _ = await cluster.list(resource, {}, namespace)
    return dict(zip(targets, _found(targets, lives), strict=True))


def _found(targets: Iterable[Target], lives: Sequence[Live]) -> Iterator[Mapping[str, Any] | None]:
    """The first object that each target leads to, by an index for each set of labels that targets name."""
    by_name = {live.name: live.manifest for live in reversed(lives)}
    by_labels: dict[tuple[str, ...], dict[tuple[str | None, ...], Mapping[str, Any]]] = {}
    for target in targets:
        if target.fields:
            yield next((live.manifest for live in lives if has_fields(live.manifest, target)), None)
            continue
        if target.name is not None:
            yield by_name.get(target.name)
            continue
        selector = target.selector
        keys = tuple(selector)
        if keys not in by_labels:
            by_labels[keys] = {tuple(live.labels.get(key) for key in keys): live.manifest for live in reversed(lives)}
        yield by_labels[keys].get(tuple(selector.values()))

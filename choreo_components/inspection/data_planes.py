"""Namespaces of data planes that are in separate clusters."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from choreo_components.inspection.questions import DataPlaneNamespaces, Unread
from choreo_components.kubernetes.client import Cluster, ClusterError
from choreo_components.kubernetes.objects import NAMESPACES, Live
from choreo_components.preflight.data_planes import Connection, NoConnection, connections

Given = Mapping[str, Mapping[str, str | Path]]
"""Kubeconfigs of data planes from settings, by organization ("" for cluster-scoped data planes) and name."""


@dataclass(frozen=True)
class OtherNamespaces:
    """The namespaces of data planes in separate clusters; `here`: one is in the control plane's cluster."""

    namespaces: tuple[Live, ...]
    here: bool


async def list_namespaces(
    cluster: Cluster, data_planes: Iterable[Mapping[str, Any]], given: Given, unread: Unread
) -> OtherNamespaces:
    """Lists the namespaces of these data planes, given in wire names; what could not be read is added to `unread`.

    One list for each cluster, and one request to the control plane for each DataPlane that refers to a Secret.
    """
    by_organization: dict[str, list[Mapping[str, Any]]] = {}
    for each in data_planes:
        by_organization.setdefault(each["metadata"].get("namespace") or "", []).append(each)
    answers = await asyncio.gather(
        *(
            connections(cluster, planes, {name: str(text) for name, text in given.get(organization, {}).items()})
            for organization, planes in by_organization.items()
        )
    )
    ways = {name: way for answer in answers for name, way in answer.items()}
    by_text: dict[str, list[str]] = {}
    for name, way in ways.items():
        if isinstance(way, NoConnection):
            unread[_of(name)] = f"{_of(name)}: {way}"
        elif way.kubeconfig is not None:
            by_text.setdefault(way.kubeconfig, []).append(name)

    async def listed(text: str, names: Iterable[str]) -> list[Live]:
        try:
            async with Cluster(text) as data_plane:
                return (await data_plane.list(NAMESPACES, {}))[0]
        except ClusterError as problem:
            unread.update({_of(name): f"{_of(name)}: {problem}" for name in names})
            return []

    found = await asyncio.gather(*(listed(*each) for each in by_text.items()))
    here = any(isinstance(way, Connection) and way.kubeconfig is None for way in ways.values())
    return OtherNamespaces(tuple(live for lives in found for live in lives), here)


def _of(data_plane: str) -> DataPlaneNamespaces:
    """The question that is unanswered if this data plane, as ORGANIZATION/NAME or NAME, cannot be read."""
    organization, _, name = data_plane.rpartition("/")
    return DataPlaneNamespaces(organization, name)

"""What a stack refers to outside itself is read from the cluster: by kind, each once."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, cast

import pytest

from choreo_components.api.core_v1 import API_VERSION
from choreo_components.api.core_v1.hierarchy import named
from choreo_components.api.generation import Target
from choreo_components.kubernetes.client import Cluster, ClusterError
from choreo_components.kubernetes.objects import Live, Resource
from choreo_components.plan.references import Found
from choreo_components.preflight.lookup import look_up


class Objects:
    """A cluster that has these objects, and records what it was asked."""

    def __init__(self, *manifests: dict[str, Any]) -> None:
        self.manifests = manifests
        self.asked: list[str] = []

    async def get(self, resource: Resource, name: str, namespace: str | None = None) -> Live | None:
        await self._answer(f"get {resource.full_name} {namespace}/{name}")
        return next((each for each in self._of(resource, namespace) if each.name == name), None)

    async def list(
        self, resource: Resource, labels: Mapping[str, str], namespace: str | None = None
    ) -> tuple[list[Live], str | None]:
        reported = ",".join(f"{key.removeprefix('core.choreo.dev/')}={value}" for key, value in labels.items())
        await self._answer(f"list {resource.full_name} {namespace} {reported}")
        return [each for each in self._of(resource, namespace) if labels.items() <= each.labels.items()], "1"

    def _of(self, resource: Resource, namespace: str | None) -> Iterable[Live]:
        lives = (Live(resource, manifest) for manifest in self.manifests if manifest["kind"] == resource.kind)
        return [live for live in lives if live.namespace == namespace]

    async def _answer(self, question: str) -> None:
        self.asked.append(question)


class Broken(Objects):
    """A cluster that refuses."""

    async def get(self, resource: Resource, name: str, namespace: str | None = None) -> Live | None:
        raise ClusterError("forbidden")


def answers(cluster: Objects, *targets: Target) -> Found:
    return asyncio.run(look_up(cast(Cluster, cluster), targets))


def live(kind: str, name: str, namespace: str | None = "acme") -> dict[str, Any]:
    """An object of that organization, as a cluster shows it."""
    labels = {"core.choreo.dev/organization": namespace, "core.choreo.dev/name": name}
    return {"kind": kind, "metadata": {"name": name, "namespace": namespace, "labels": labels}}


DATA_PLANE = Target(API_VERSION, "DataPlane", "acme", "dp-local")
ORGANIZATION = Target(API_VERSION, "Organization", "acme", "acme")
PROJECT = named("Project", "acme", "shop")


def test_an_object_is_asked_for_by_name_in_its_organizations_namespace() -> None:
    cluster = Objects(live("DataPlane", "dp-local", "other"), live("DataPlane", "dp-local", "acme"))
    assert answers(cluster, DATA_PLANE) == {DATA_PLANE: cluster.manifests[1]}
    assert cluster.asked == ["get dataplanes.core.choreo.dev acme/dp-local"]


def test_an_organization_is_in_no_namespace() -> None:
    cluster = Objects(live("Organization", "acme", None))
    assert answers(cluster, ORGANIZATION) == {ORGANIZATION: cluster.manifests[0]}
    assert cluster.asked == ["get organizations.core.choreo.dev None/acme"]


def test_an_object_that_is_found_by_labels_has_its_organizations_too() -> None:
    cluster = Objects(
        live("Project", "shop", "other"),
        live("Project", "portal", "acme"),
        live("Project", "shop", "acme"),
    )
    assert answers(cluster, PROJECT) == {PROJECT: cluster.manifests[2]}
    assert cluster.asked == ["list projects.core.choreo.dev acme organization=acme,name=shop"]


@pytest.mark.parametrize("target", [DATA_PLANE, ORGANIZATION, PROJECT], ids=lambda target: target.kind)
def test_what_the_cluster_does_not_have_is_none(target: Target) -> None:
    assert answers(Objects(), target) == {target: None}


def test_nothing_is_asked_twice() -> None:
    cluster = Objects()
    assert list(answers(cluster, DATA_PLANE, ORGANIZATION, DATA_PLANE)) == [DATA_PLANE, ORGANIZATION]
    assert len(cluster.asked) == 2


def test_many_of_a_kind_are_asked_for_in_one_request() -> None:
    several = [live("Project", f"project-{number}") for number in range(3)]
    cluster = Objects(live("Project", "project-1", "other"), *several, live("DataPlane", "dp-local"))
    by_label = [
        Target(API_VERSION, "Project", "acme", labels=(("core.choreo.dev/name", f"project-{n}"),)) for n in range(3)
    ]
    by_name, missing = (
        Target(API_VERSION, "Project", "acme", "project-2"),
        Target(API_VERSION, "Project", "acme", "project-9"),
    )
    expected: Found = dict(zip(by_label, several, strict=True))
    assert answers(cluster, *by_label, by_name, missing, DATA_PLANE) == {
        **expected,
        by_name: several[2],
        missing: None,
        DATA_PLANE: cluster.manifests[-1],
    }
    assert cluster.asked == ["list projects.core.choreo.dev acme ", "get dataplanes.core.choreo.dev acme/dp-local"]


def test_a_cluster_that_refuses_is_not_a_cluster_without_the_object() -> None:
    with pytest.raises(ClusterError, match="forbidden"):
        answers(Broken(), DATA_PLANE)

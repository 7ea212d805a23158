"""A live organization is read by one list for each kind, and nothing is written."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from choreo_components.adopt.fetch import NoOrganization, read_organization
from choreo_components.adopt.organization import LiveOrganization
from choreo_components.api.core_v1 import API_VERSION
from choreo_components.api.core_v1.generation import GENERATION
from choreo_components.kubernetes.client import Forbidden
from choreo_components.kubernetes.objects import Live, Resource
from tests.adopt.living import acme
from tests.provider.fake_cluster import FakeCluster

DEFINITIONS = {
    "components": {
        "schemas": {
            "dataplane": {
                "x-kubernetes-group-version-kind": [{"group": "core.choreo.dev", "version": "v1", "kind": "DataPlane"}],
                "properties": {"status": {"properties": {}}},
            }
        }
    },
    "paths": {"/apis/core.choreo.dev/v1/namespaces/{namespace}/dataplanes/{name}/status": {}},
}


class Cluster(FakeCluster):
    """One whose DataPlanes have no conditions; some kinds may not be listed, or are not served."""

    server = "https://cluster.example"

    def __init__(self, *lives: Live) -> None:
        super().__init__(*lives)
        self.forbidden: set[str] = set()
        self.unserved: set[str] = set()

    async def get(self, resource: Resource, name: str, namespace: str | None = None) -> Live | None:
        return None if resource.plural in self.unserved else await super().get(resource, name, namespace)

    async def list(
        self, resource: Resource, labels: Mapping[str, str | None], namespace: str | None = None
    ) -> tuple[list[Live], str | None]:
        if resource.plural in self.forbidden:
            raise Forbidden(f"may not list {resource.plural}")
        return ([], None) if resource.plural in self.unserved else await super().list(resource, labels, namespace)

    async def openapi(self, group: str, version: str) -> Mapping[str, Any]:
        return DEFINITIONS


def cluster(there: LiveOrganization) -> Cluster:
    """A cluster with an organization."""
    assert there.namespace is not None
    return Cluster(*there.objects, there.namespace, *there.data_plane_namespaces)


def read(asked: Cluster, organization: str = "acme") -> LiveOrganization:
    return asyncio.run(read_organization(asked, organization, among=[GENERATION]))  # type: ignore[arg-type]


def test_an_organization_is_read_whole() -> None:
    found = read(cluster(acme()))
    assert sorted(map(str, found.objects)) == sorted(map(str, acme().objects))
    assert (found.namespace, found.data_plane_namespaces) == (acme().namespace, acme().data_plane_namespaces)


def test_it_asks_once_for_each_kind_and_each_data_planes_secret_and_writes_nothing() -> None:
    asked = cluster(acme())
    read(asked)
    assert len(asked.story) == len(GENERATION.kinds) + 4
    assert {line.split()[0] for line in asked.story} == {"get", "list"}


def test_conditions_that_the_definitions_have_no_room_for_are_known() -> None:
    assert read(cluster(acme())).unsupported == {(API_VERSION, "DataPlane")}


def test_all_missing_permissions_are_reported_at_once_with_where_to_find_the_roles() -> None:
    asked = cluster(acme())
    asked.forbidden = {"builds", "projects", "namespaces"}
    with pytest.raises(Forbidden) as refused:
        read(asked)
    assert sorted(str(refused.value).splitlines()) == [
        "docs/permissions.md has the roles to grant",
        "may not list builds",
        "may not list namespaces",
        "may not list projects",
    ]


def test_a_cluster_without_openchoreos_kinds_is_reported_as_such() -> None:
    asked = cluster(acme())
    asked.unserved = {"organizations"}
    with pytest.raises(NoOrganization, match=r"the cluster serves no core.choreo.dev/v1: https://cluster.example"):
        read(asked)


def test_a_missing_organization_is_reported_even_without_permission_to_list_them() -> None:
    asked = cluster(acme())
    asked.forbidden = {"organizations"}
    with pytest.raises(NoOrganization, match=r"no Organization 'acne' in https://cluster.example$"):
        read(asked, "acne")


def test_a_missing_organization_is_reported_with_those_that_exist() -> None:
    with pytest.raises(NoOrganization, match=r"no Organization 'acne' in https://cluster.example; there are: acme"):
        read(cluster(acme()), "acne")

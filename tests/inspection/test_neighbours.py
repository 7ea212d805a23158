"""Drift of objects of other APIs: only their declared fields are compared."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import pytest

from choreo_components.inspection.declared_snapshot import take_declared
from choreo_components.inspection.drift import Drift, drift
from choreo_components.inspection.leftovers import leftovers
from choreo_components.inspection.questions import Objects
from choreo_components.inspection.snapshot import Snapshot
from choreo_components.inspection.target_clusters import OpenedStack
from choreo_components.kubernetes.client import Cluster, ClusterError
from choreo_components.kubernetes.objects import Live, Resource
from tests import declaring
from tests.declaring import Stack, plain, stack
from tests.inspection import worlds
from tests.inspection.test_declared_snapshot import Asked

CONFIG_MAPS = Resource("", "v1", "ConfigMap", "configmaps")
SECRETS = Resource("", "v1", "Secret", "secrets")
QUOTAS = Resource("", "v1", "ResourceQuota", "resourcequotas")
SETTINGS = plain("ConfigMap", "settings", "acme", data={"log": "debug", "empty": ""})
SECRET = plain("Secret", "authority", "acme", stringData={"a": "very-secret"})


def live(resource: Resource, name: str, **more: Any) -> Live:
    metadata = {"name": name, "namespace": "acme", "uid": name, **more.pop("metadata", {})}
    return Live(resource, {"apiVersion": "v1", "kind": resource.kind, "metadata": metadata, **more})


def drifts(made: Stack, *lives: Live, **more: Any) -> tuple[Drift, ...]:
    snapshot = replace(worlds.snapshot(()), neighbours=lives, **more)
    return drift(OpenedStack("test", made.settings, made.plan), snapshot).drifts


def differing(found: tuple[Drift, ...]) -> list[tuple[str, Any, Any, bool]]:
    return [(each.field, each.declared, each.live, each.secret) for one in found for each in one.differences]


def test_what_others_have_added_is_no_drift() -> None:
    more = {"data": {"log": "debug", "more": "x"}, "metadata": {"labels": {"a": "b"}}, "immutable": False}
    assert drifts(stack(SETTINGS), live(CONFIG_MAPS, "settings", **more)) == ()


def test_a_declared_field_that_differs_is_reported_at_its_place() -> None:
    made = stack(SETTINGS)
    found = drifts(made, live(CONFIG_MAPS, "settings", data={"log": "info"}))
    assert differing(found) == [("data.log", "debug", "info", False)]
    assert found[0].differences[0].where == made.at("log", "choreo:resources[0].data.log")


def test_an_object_that_does_not_exist_is_missing() -> None:
    [found] = drifts(stack(SETTINGS))
    assert (str(found), found.live) == ("ConfigMap acme/settings", None)


def test_of_a_secret_only_the_fact_that_it_differs_is_reported() -> None:
    made = stack(SECRET)
    found = drifts(made, live(SECRETS, "authority", data={"a": "b3RoZXI="}))
    assert differing(found) == [("data.a", None, None, True)]
    assert found[0].differences[0].where == made.at("very-secret", "choreo:resources[0].stringData.a")
    assert found[0].live is not None
    assert "data" not in found[0].live.manifest
    assert drifts(made, live(SECRETS, "authority", data={"a": "dmVyeS1zZWNyZXQ="})) == ()


@pytest.mark.parametrize(
    ("one", "other"), [("1000m", "1"), ("1Gi", "1024Mi"), ("1e3", "1k"), (2, "2"), ("0.5", "500m")]
)
def test_quantities_are_compared_by_what_they_mean(one: Any, other: Any) -> None:
    quota = plain("ResourceQuota", "quota", "acme", spec={"hard": {"cpu": one}})
    assert drifts(stack(quota), live(QUOTAS, "quota", spec={"hard": {"cpu": other}})) == ()
    assert drifts(stack(quota), live(QUOTAS, "quota", spec={"hard": {"cpu": "77"}})) != ()


def test_a_list_of_another_length_differs_as_a_whole() -> None:
    role = plain("Role", "reader", "acme", "rbac.authorization.k8s.io/v1", rules=[{"verbs": ["get"]}])
    there = live(Resource("rbac.authorization.k8s.io", "v1", "Role", "roles"), "reader", rules=[])
    assert differing(drifts(stack(role), there)) == [("rules", [{"verbs": ["get"]}], [], False)]


def test_what_could_not_be_read_is_not_missing() -> None:
    unread = {Objects("v1", "ConfigMap", "acme"): "answers 403"}
    assert drifts(stack(SETTINGS), unread=unread) == ()


class Serving(Asked):
    """The same cluster, which serves ConfigMaps."""

    async def resources(self, api_version: str) -> Mapping[str, Resource]:
        self.asked.append(f"resources {api_version}")
        return {"ConfigMap": CONFIG_MAPS} if api_version == "v1" else {}


class Silent(Asked):
    async def resources(self, api_version: str) -> Mapping[str, Resource]:
        raise ClusterError("no answer")


def seen(cluster: Asked, made: Stack) -> Snapshot:
    return asyncio.run(take_declared(cast(Cluster, cluster), [made.plan], {}))


def test_neighbours_are_read_one_by_one() -> None:
    cluster = Serving(live(CONFIG_MAPS, "settings"))
    found = seen(cluster, stack(SETTINGS, plain("Widget", "a", "acme", "example.com/v1")))
    assert [each.name for each in found.neighbours] == ["settings"]
    assert sorted(cluster.asked) == ["get configmaps acme settings", "resources example.com/v1", "resources v1"]


def test_if_the_served_kinds_cannot_be_read_nothing_is_known() -> None:
    found = seen(Silent(), stack(SETTINGS))
    assert list(found.unread.values()) == ["ConfigMap 'settings' of namespace 'acme': no answer"]


def test_what_a_stack_declares_is_not_left_over() -> None:
    connection = worlds.connection()
    builds = worlds.namespace("dp-acme-shop-staging-1", {"organization-name": "acme", "environment-name": "staging"})
    world = worlds.with_namespaces(worlds.with_secrets(worlds.snapshot(()), connection), builds)
    made = stack(declaring.organization())
    assert {each.live.name for each in leftovers([made.plan], world, ["acme"])} == {connection.name, builds.name}
    secret = plain("Secret", connection.name, "acme")
    made = stack(declaring.organization(), secret, plain("Namespace", builds.name))
    assert leftovers([made.plan], world, ["acme"]) == []


def test_the_namespaces_of_neighbours_are_not_organizations() -> None:
    made = stack(declaring.organization(), plain("ConfigMap", "settings", "monitoring"))
    assert OpenedStack("test", made.settings, made.plan).organizations == {"acme"}

"""A declared snapshot reads what the stacks declare, and nothing else."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import cast

import pytest

from choreo_components.api import all_kinds
from choreo_components.api.core_v1 import labels
from choreo_components.api.core_v1.generation import GENERATION
from choreo_components.api.openchoreo_v1alpha1.generation import GENERATION as TODAYS
from choreo_components.inspection import data_planes as elsewhere
from choreo_components.inspection.declared_snapshot import take_declared
from choreo_components.inspection.snapshot import Snapshot
from choreo_components.kubernetes.client import Cluster, Forbidden
from choreo_components.kubernetes.objects import Live, Resource, live_of
from tests import declaring
from tests.declaring import Stack, stack
from tests.inspection import worlds
from tests.inspection.worlds import live, namespace
from tests.standin.openchoreo_v1alpha1 import samples

KUBECONFIG = worlds.kubeconfig("https://east")


class Asked:
    """A cluster that has these objects, refuses what it does not `allow`, and records the requests."""

    server = "https://cluster"

    def __init__(self, *lives: Live, allow: Iterable[str] | None = None) -> None:
        self.lives, self.allow, self.asked = lives, allow, list[str]()

    async def kinds(self, group: str, version: str) -> frozenset[str]:
        return frozenset(kind for _, kind in all_kinds())

    async def list(
        self, resource: Resource, selector: Mapping[str, str], namespace: str | None = None
    ) -> tuple[list[Live], str | None]:
        assert selector == {}, "an object whose labels were changed would not be seen"
        self._ask("list", resource, namespace)
        return [each for each in self.lives if each.resource == resource and each.namespace == namespace], "1"

    async def get(self, resource: Resource, name: str, namespace: str | None = None) -> Live | None:
        self._ask("get", resource, namespace, name)
        found = (
            each for each in self.lives if (each.resource, each.namespace, each.name) == (resource, namespace, name)
        )
        return next(found, None)

    def _ask(self, verb: str, resource: Resource, *more: str | None) -> None:
        question = " ".join([verb, resource.plural, *(each for each in more if each)])
        self.asked.append(question)
        if self.allow is not None and question not in self.allow:
            raise Forbidden("answers 403")


def seen(cluster: Asked, *stacks: Stack, given: Mapping[str, Mapping[str, str]] | None = None) -> Snapshot:
    return asyncio.run(take_declared(cast(Cluster, cluster), [each.plan for each in stacks], given or {}))


ENVIRONMENT = stack(declaring.environment(), projects=["shop"])
ORGANIZATION = stack(declaring.organization(), declaring.project())
OWN = declaring.data_plane()


def test_only_the_kinds_of_the_stacks_are_listed_in_their_organizations() -> None:
    cluster = Asked()
    seen(cluster, stack(declaring.project(), declaring.project("other"), declaring.component(organization="beta")))
    assert cluster.asked == ["list components beta", "list projects acme"]


def test_an_organization_and_its_namespace_are_read_by_name() -> None:
    cluster = Asked(live(declaring.organization()), namespace("acme", labels.organization_namespace_labels("acme")))
    snapshot = seen(cluster, ORGANIZATION)
    assert sorted(cluster.asked) == ["get namespaces acme", "get organizations acme", "list projects acme"]
    assert [each.name for each in (*snapshot.objects, *snapshot.namespaces)] == ["acme", "acme"]


def test_namespaces_of_environments_are_listed_in_the_cluster_of_their_data_plane() -> None:
    cluster = Asked(live(OWN))
    seen(cluster, ENVIRONMENT)
    assert cluster.asked == [
        "list environments acme",
        "get dataplanes acme dp-local",
        "get secrets acme kind-1-config",
        "list namespaces",
    ]


def test_for_an_environment_without_namespaces_no_data_plane_is_read() -> None:
    cluster = Asked()
    seen(cluster, stack(declaring.environment()))
    assert cluster.asked == ["list environments acme"]


def test_if_all_data_planes_are_separate_clusters_no_namespaces_of_this_one_are_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = namespace("dp", {})

    class DataPlane(Asked):
        async def __aenter__(self) -> "DataPlane":
            return self

        async def __aexit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(elsewhere, "Cluster", lambda _: DataPlane(there))
    cluster = Asked(live(OWN))
    snapshot = seen(cluster, ENVIRONMENT, given={"acme": {"dp-local": KUBECONFIG}})
    assert cluster.asked == ["list environments acme", "get dataplanes acme dp-local"]
    assert snapshot.data_plane_namespaces == (there,)


def test_a_data_plane_of_the_stack_is_read_once() -> None:
    cluster = Asked(live(OWN))
    seen(cluster, stack(OWN, declaring.environment(), projects=["shop"]))
    assert [each for each in cluster.asked if "dataplanes" in each] == ["list dataplanes acme"]


def test_namespaces_of_an_environment_without_a_data_plane_are_listed_here() -> None:
    cluster = Asked()
    assert seen(cluster, ENVIRONMENT).knows_data_planes(GENERATION, "acme")
    assert cluster.asked[-1] == "list namespaces"


def test_the_namespaces_of_a_data_plane_that_cannot_be_read_are_unknown() -> None:
    snapshot = seen(Asked(allow=["list environments acme", "list namespaces"]), ENVIRONMENT)
    assert not snapshot.knows_data_planes(GENERATION, "acme")
    assert list(snapshot.unread.values()) == [
        "namespaces of data plane acme/dp-local: answers 403",
    ]


def test_the_secret_of_a_data_plane_is_read_by_name() -> None:
    secret = worlds.connection()
    cluster = Asked(secret)
    snapshot = seen(cluster, stack(OWN, dataPlaneKubeconfigs={"dp-local": KUBECONFIG}))
    assert cluster.asked == ["list dataplanes acme", "get secrets acme kind-1-config"]
    assert snapshot.secrets == (secret,)


@pytest.mark.parametrize(
    ("refused", "kind"),
    [
        ("list projects acme", "Project"),
        ("get organizations acme", "Organization"),
        ("get namespaces acme", "Namespace"),
    ],
)
def test_what_cannot_be_read_is_recorded_and_the_rest_is_known(refused: str, kind: str) -> None:
    questions = {"list projects acme", "get organizations acme", "get namespaces acme"}
    snapshot = seen(Asked(allow=questions - {refused}), ORGANIZATION)
    asked = map(worlds.resource, ("Project", "Organization", "Namespace"))
    assert [each.kind for each in asked if not snapshot.knows(each, "acme")] == [kind]


def test_the_rights_to_what_is_declared_are_enough() -> None:
    rights = [
        "list environments acme",
        "get dataplanes acme dp-local",
        "get secrets acme kind-1-config",
        "list namespaces",
    ]
    assert seen(Asked(live(OWN), allow=rights), ENVIRONMENT).unread == {}


def test_a_namespace_that_is_declared_itself_and_a_cluster_scoped_plane_are_read_once() -> None:
    plane = samples.data_plane(None)
    environment = samples.environment("acme", "development", kind="ClusterDataPlane")
    binding = samples.project_release_binding("acme", "development")
    cluster = Asked(live_of(samples.tenant("acme")), live_of(plane))
    snapshot = seen(cluster, stack(samples.tenant("acme"), plane, environment, binding, controllers="absent"))
    assert sorted(cluster.asked) == [
        "get clusterdataplanes default",
        "get namespaces acme",
        "list environments acme",
        "list namespaces",
        "list projectreleasebindings acme",
    ]
    assert sorted(str(each) for each in snapshot.objects) == ["ClusterDataPlane default", "Namespace acme"]


def test_if_a_cluster_scoped_plane_cannot_be_read_no_namespace_is_missing() -> None:
    environment = samples.environment("acme", "development", kind="ClusterDataPlane")
    binding = samples.project_release_binding("acme", "development")
    allowed = ["list environments acme", "list projectreleasebindings acme", "list namespaces"]
    snapshot = seen(Asked(allow=allowed), stack(environment, binding, controllers="absent"))
    assert not snapshot.knows_data_planes(TODAYS, "acme")

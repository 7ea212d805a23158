"""A snapshot takes one list for each kind, and records what it could not read."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Any, cast

import pytest

from choreo_components.api import all_kinds, generation_of, kind_of
from choreo_components.api.core_v1 import API_VERSION, labels
from choreo_components.api.core_v1.generation import GENERATION
from choreo_components.api.openchoreo_v1alpha1 import API_VERSION as V1ALPHA1
from choreo_components.inspection import data_planes as elsewhere
from choreo_components.inspection.questions import Objects
from choreo_components.inspection.snapshot import (
    Snapshot,
    absent_organizations,
    merged,
    other_organizations,
    take,
    tenant_kinds,
)
from choreo_components.kubernetes.client import Cluster, ClusterError, Forbidden, Unreachable
from choreo_components.kubernetes.objects import NAMESPACES, SECRETS, Live, Resource, live_of
from choreo_components.plan.nodes import Key
from tests import declaring
from tests.inspection import worlds
from tests.inspection.worlds import live, namespace
from tests.standin.openchoreo_v1alpha1 import samples


class Counting:
    """A cluster that has these objects, refuses some requests with a reason, and counts them."""

    server = "https://cluster"

    def __init__(
        self,
        *lives: Live,
        refuses: Callable[[str, str | None], ClusterError | None] = lambda plural, place: None,
        serves: Collection[str] = (API_VERSION,),
    ) -> None:
        self.lives = lives
        self.serves = serves
        self.refuses = refuses
        self.requests = 0
        self.asked: list[tuple[str, str | None]] = []

    async def kinds(self, group: str, version: str) -> frozenset[str]:
        self.requests += 1
        return frozenset(
            kind for api_version, kind in all_kinds() if api_version == f"{group}/{version}" in self.serves
        )

    async def list(
        self, resource: Resource, selector: Mapping[str, str], namespace: str | None = None
    ) -> tuple[list[Live], str | None]:
        self._ask(resource, namespace)
        assert (resource == SECRETS) is bool(selector), "an object whose labels were changed would not be seen"
        found = [
            each
            for each in self.lives
            if each.resource == resource
            and namespace in (None, each.namespace)
            and selector.items() <= each.labels.items()
        ]
        return found, "1"

    async def get(self, resource: Resource, name: str, namespace: str | None = None) -> Live | None:
        self._ask(resource, namespace)
        found = (
            each for each in self.lives if (each.resource, each.namespace, each.name) == (resource, namespace, name)
        )
        return next(found, None)

    def _ask(self, resource: Resource, namespace: str | None) -> None:
        self.requests += 1
        self.asked.append((resource.plural, namespace))
        if (problem := self.refuses(resource.plural, namespace)) is not None:
            raise problem


class Away(Counting):
    """A cluster that cannot be reached."""

    async def kinds(self, group: str, version: str) -> frozenset[str]:
        raise Unreachable("away")


def taken(cluster: Counting, *organizations: str, **more: Any) -> Snapshot:
    # With stacks of one API, no other API is read.
    if cluster.serves == (API_VERSION,):
        more = {"wanted": [GENERATION], **more}
    return asyncio.run(take(cast(Cluster, cluster), organizations, **more))


def of_organization(name: str) -> Live:
    return namespace(name, labels.organization_namespace_labels(name))


def tenant(name: str) -> Live:
    return live_of(samples.tenant(name))


def failing(plural: str, place: str | None, problem: type[ClusterError] = ClusterError) -> Any:
    return lambda *asked: problem("answers 403") if asked == (plural, place) else None


def only_in(*places: str) -> Any:
    """The rights of credentials with roles in these namespaces: to list what is in them, and namespaces."""
    return lambda plural, place: None if place in places or plural == "namespaces" else Forbidden("answers 403")


def objects(count: int) -> list[Live]:
    made = [live(declaring.project(f"project-{number}")) for number in range(count)]
    return [
        *made,
        *(namespace(f"dp-{number}", {}) for number in range(count)),
        live(declaring.organization()),
        of_organization("acme"),
    ]


def test_the_number_of_requests_does_not_grow_with_the_objects() -> None:
    few, many = Counting(*objects(1)), Counting(*objects(2000))
    assert len(taken(few, "acme").objects) == 2
    assert len(taken(many, "acme").objects) == 2001
    assert few.requests == many.requests == 15, "the served kinds, 12 kinds, namespaces, and Secrets"


def test_each_further_organization_takes_a_list_of_its_secrets() -> None:
    cluster = Counting(of_organization("acme"), of_organization("beta"))
    taken(cluster, "acme", "beta")
    assert cluster.requests == 15 + 1


def test_secrets_are_listed_only_in_the_namespaces_of_the_organizations() -> None:
    cluster = Counting(of_organization("acme"), of_organization("beta"), namespace("other", {}))
    taken(cluster, "acme", "gone")
    assert [place for plural, place in cluster.asked if plural == "secrets"] == ["acme"]


def test_of_a_secret_no_data_is_kept() -> None:
    secret = worlds.connection()
    snapshot = taken(Counting(of_organization("acme"), secret), "acme")
    assert [each.name for each in snapshot.secrets] == [secret.name]
    assert "data" not in snapshot.secrets[0].manifest


def test_a_secret_that_belongs_to_no_data_plane_is_ignored() -> None:
    other = Live(SECRETS, {"metadata": {"name": "s", "namespace": "acme", "labels": {labels.ORGANIZATION: "acme"}}})
    assert taken(Counting(of_organization("acme"), other), "acme").secrets == ()


def test_objects_of_all_organizations_are_in_it_regardless_of_the_requested_ones() -> None:
    stray = live(declaring.project(organization="beta"))
    assert taken(Counting(stray), "acme").objects == (stray,)


def test_with_rights_in_the_organizations_namespaces_only_it_has_what_is_in_them() -> None:
    mine, others = live(declaring.project()), live(declaring.project(organization="beta"))
    snapshot = taken(Counting(mine, others, of_organization("acme"), refuses=only_in("acme")), "acme")
    assert snapshot.objects == (mine,)
    assert snapshot.knows(worlds.resource("Project"), "acme")
    assert snapshot.restricted == {each for each in all_kinds() if each[0] == API_VERSION}
    assert set(snapshot.unread) == {Objects(API_VERSION, "Organization", "acme")}, (
        "it cannot be read by its name either"
    )


def test_an_organization_is_read_by_its_name_if_not_all_can_be_listed() -> None:
    class Named(Counting):
        async def list(self, resource: Resource, *more: Any) -> tuple[list[Live], str | None]:
            if resource.kind == "Organization":
                raise Forbidden("answers 403")
            return await super().list(resource, *more)

    snapshot = taken(Named(live(declaring.organization()), live(declaring.organization("beta"))), "acme")
    assert [each.name for each in snapshot.objects] == ["acme"]
    assert snapshot.unread == {}
    assert snapshot.restricted == {(API_VERSION, "Organization")}


def test_what_cannot_be_listed_is_recorded_and_the_rest_is_in_it() -> None:
    def refuses(plural: str, place: str | None) -> ClusterError | None:
        return Forbidden("answers 403") if plural == "projects" and place in (None, "acme") else None

    snapshot = taken(Counting(*objects(1), refuses=refuses), "acme", "beta")
    assert not snapshot.knows(worlds.resource("Project"), "acme")
    assert snapshot.knows(worlds.resource("Project"), "beta")
    assert list(snapshot.unread.values()) == ["projects.core.choreo.dev in namespace 'acme': answers 403"]
    assert [each.name for each in snapshot.objects] == ["acme"]


@pytest.mark.parametrize(("plural", "kind"), [("organizations", "Organization"), (NAMESPACES.plural, NAMESPACES.kind)])
def test_an_unanswered_question_about_the_whole_cluster_applies_to_every_organization(plural: str, kind: str) -> None:
    snapshot = taken(Counting(refuses=failing(plural, None)), "acme")
    assert not snapshot.knows(worlds.resource(kind), "acme")
    assert snapshot.knows(worlds.resource("Project"), "acme")


def test_a_cluster_that_cannot_be_reached_is_queried_once() -> None:
    cluster: Any = Away()
    with pytest.raises(Unreachable):
        taken(cluster, "acme")
    assert cluster.requests == 0


def test_a_data_plane_is_reached_by_the_kubeconfig_that_is_given_for_it_in_its_organization(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two organizations have a data plane with the same name."""
    reached: list[str] = []

    class DataPlane(Counting):
        def __init__(self, kubeconfig: str) -> None:
            super().__init__()
            reached.append(kubeconfig)

        async def __aenter__(self) -> "DataPlane":
            return self

        async def __aexit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(elsewhere, "Cluster", DataPlane)
    east, west = worlds.kubeconfig("https://east"), worlds.kubeconfig("https://west")
    planes = [live(declaring.data_plane(organization=name)) for name in ("acme", "beta", "gamma")]
    given = {"acme": {"dp-local": east}, "beta": {"dp-local": west}}
    taken(Counting(*planes), "acme", "beta", given=given)
    assert sorted(reached) == [east, west]


class TestOthers:
    """The organizations that have objects in the cluster, and were not requested."""

    @pytest.mark.parametrize(
        "left",
        [
            live(declaring.organization("beta")),
            of_organization("beta"),
            live(declaring.project(organization="beta")),
            live(declaring.project(organization="other"), labels={labels.ORGANIZATION: "beta"}),
            namespace("choreo-ci-beta", {labels.MANAGED_BY: labels.MANAGED_BY_BUILD_CONTROLLER}),
            namespace("dp", {labels.ORGANIZATION_NAME: "beta", labels.ENVIRONMENT_NAME: "test"}),
        ],
        ids=str,
    )
    def test_one_with_any_object_is_named(self, left: Live) -> None:
        assert other_organizations(taken(Counting(left), "acme"), ["acme"]) == ["beta"]

    @pytest.mark.parametrize(
        "seen",
        [
            live(declaring.project(), labels={labels.ORGANIZATION: "beta"}),
            live(declaring.project(organization="other"), labels={labels.ORGANIZATION: "acme"}),
        ],
        ids=["labelled as another's", "in another's namespace"],
    )
    def test_objects_of_the_requested_one_name_no_other(self, seen: Live) -> None:
        assert other_organizations(taken(Counting(seen), "acme"), ["acme"]) == []


class TestTogether:
    """What several credentials can read of one cluster."""

    def by(self, *organizations: str, may: Collection[str]) -> Snapshot:
        has = [live(declaring.project(organization=name)) for name in ("acme", "beta")]
        own = [of_organization(name) for name in ("acme", "beta")]
        return taken(Counting(*has, *own, refuses=only_in(*may)), *organizations)

    def test_each_adds_what_it_can_read(self) -> None:
        whole = merged([self.by("acme", may=["acme"]), self.by("beta", may=["beta"])])
        assert sorted(str(each) for each in whole.objects) == ["Project acme/shop", "Project beta/shop"]
        assert whole.knows(worlds.resource("Project"), "acme")
        assert whole.knows(worlds.resource("Project"), "beta")

    def test_what_one_cannot_read_and_another_can_is_known(self) -> None:
        whole = merged([self.by("acme", may=[]), self.by("acme", may=["acme"])])
        assert whole.knows(worlds.resource("Project"), "acme")
        assert [str(each) for each in whole.objects] == ["Project acme/shop"]

    def test_what_none_of_them_has_read_stays_unknown(self) -> None:
        whole = merged([self.by("acme", may=[]), self.by("beta", may=["beta"])])
        assert not whole.knows(worlds.resource("Project"), "acme")

    def test_what_one_can_list_everywhere_is_not_restricted(self) -> None:
        assert merged([self.by("acme", may=["acme"]), taken(Counting(), "acme")]).restricted == frozenset()


class TestTwoGenerations:
    """A cluster that serves openchoreo.dev/v1alpha1, with or without the API before it."""

    def test_kinds_that_are_not_served_are_not_read(self) -> None:
        cluster = Counting(tenant("acme"), serves=[V1ALPHA1])
        taken(cluster, "acme")
        served = {kind.plural for kind in all_kinds().values() if kind.api_version == V1ALPHA1}
        assert {plural for plural, _ in cluster.asked} == {*served, "namespaces"}, "nor are Secrets of another API"

    def test_namespaces_are_listed_once(self) -> None:
        cluster = Counting(tenant("acme"), serves=[API_VERSION, V1ALPHA1])
        taken(cluster, "acme")
        assert [plural for plural, _ in cluster.asked].count("namespaces") == 1

    def test_a_namespace_with_the_label_is_a_tenant_and_no_other_is(self) -> None:
        snapshot = taken(Counting(tenant("acme"), namespace("kube-system", {}), serves=[V1ALPHA1]), "acme")
        assert [str(each) for each in snapshot.objects] == ["Namespace acme"]
        assert [each.name for each in snapshot.namespaces] == ["acme", "kube-system"]

    def test_an_api_without_stacks_is_not_read_although_it_is_served(self) -> None:
        cluster = Counting(tenant("acme"), live(declaring.project()), serves=[API_VERSION, V1ALPHA1])
        snapshot = taken(cluster, "acme", wanted=[GENERATION])
        assert (cluster.requests, [str(each) for each in snapshot.objects]) == (15, ["Project acme/shop"])
        assert not snapshot.answers(Objects(V1ALPHA1, "Project", "acme"))

    def test_if_the_api_is_not_served_its_label_is_ignored(self) -> None:
        snapshot = taken(Counting(tenant("acme"), namespace("workflows-beta", {})), "acme")
        assert snapshot.objects == ()
        assert other_organizations(snapshot, ["acme"]) == []

    def test_objects_without_a_tenant_are_never_read_by_the_name_of_one(self) -> None:
        cluster = Counting(tenant("acme"), refuses=only_in("acme"), serves=[V1ALPHA1])
        snapshot = taken(cluster, "acme")
        assert ("clusterdataplanes", None) in cluster.asked
        assert not snapshot.knows(kind_of(V1ALPHA1, "ClusterDataPlane"), "acme")
        assert snapshot.knows(kind_of(V1ALPHA1, "DataPlane"), "acme")

    def test_another_tenant_is_named(self) -> None:
        snapshot = taken(Counting(tenant("acme"), tenant("beta"), serves=[V1ALPHA1]), "acme")
        assert other_organizations(snapshot, ["acme"]) == ["beta"]

    def test_cluster_scoped_objects_name_no_other(self) -> None:
        shared = live_of(samples.data_plane(None) | {"metadata": {"name": "default", "uid": "1"}})
        assert other_organizations(taken(Counting(shared, serves=[V1ALPHA1]), "acme"), ["acme"]) == []

    def test_a_cluster_scoped_data_plane_is_read_with_the_kubeconfig_that_is_given_for_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        reached: list[str] = []

        class DataPlane(Away):
            def __init__(self, kubeconfig: str) -> None:
                super().__init__()
                reached.append(kubeconfig)

            async def __aenter__(self) -> "DataPlane":
                return self

            async def __aexit__(self, *_: object) -> None:
                pass

            async def list(self, *more: Any) -> tuple[list[Live], str | None]:
                raise Unreachable("away")

        monkeypatch.setattr(elsewhere, "Cluster", DataPlane)
        plane = live_of(samples.data_plane(None))
        east = worlds.kubeconfig("https://east")
        cluster = Counting(plane, tenant("acme"), serves=[V1ALPHA1])
        snapshot = taken(cluster, "acme", given={"": {"default": east}})
        assert reached == [east]
        assert list(snapshot.unread.values()) == ["namespaces of data plane default: away"]
        assert not snapshot.knows_data_planes(generation_of(V1ALPHA1), "acme")

    @pytest.mark.parametrize(
        ("serves", "kinds"),
        [
            ([API_VERSION], ["Organization"]),
            ([V1ALPHA1], ["Namespace"]),
            ([API_VERSION, V1ALPHA1], ["Organization", "Namespace"]),
            ([], ["Organization", "Namespace"]),
        ],
        ids=str,
    )
    def test_a_missing_organization_is_of_the_kinds_that_the_cluster_may_have(
        self, serves: list[str], kinds: list[str]
    ) -> None:
        snapshot = taken(Counting(serves=serves), "acme")
        assert [each.kind for each in tenant_kinds([snapshot])] == kinds
        assert absent_organizations([snapshot], ["acme"]) == ["acme"]

    def test_a_tenant_of_either_api_is_found(self) -> None:
        snapshot = taken(Counting(tenant("acme"), live(declaring.organization("beta")), serves=[API_VERSION, V1ALPHA1]))
        assert absent_organizations([snapshot], ["acme", "beta", "gone"]) == ["gone"]

    def test_a_tenant_is_unknown_if_namespaces_are(self) -> None:
        snapshot = taken(Counting(serves=[V1ALPHA1], refuses=failing("namespaces", None)), "acme")
        assert absent_organizations([snapshot], ["acme"]) == []
        assert not snapshot.knows(Key(V1ALPHA1, "Namespace", "acme", "acme"), "acme")

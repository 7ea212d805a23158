"""Leftovers in a cluster: objects that no stack declares, and that no declared object needs or has made."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from choreo_components.api.core_v1 import labels
from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.inspection.leftovers import Leftover, leftovers
from choreo_components.inspection.snapshot import Snapshot, other_organizations
from choreo_components.kubernetes.objects import Live
from choreo_components.plan.nodes import Plan
from tests import declaring
from tests.declaring import stack
from tests.inspection import worlds
from tests.inspection.worlds import LATER, live, namespace, up

PLATFORM = stack(
    declaring.organization(), declaring.data_plane(), declaring.pipeline(), declaring.project(), controllers="absent"
).plan
DEVELOPMENT = stack(
    declaring.environment(),
    declaring.component(),
    declaring.track(),
    declaring.artifact(),
    declaring.deployment(),
    projects=["shop"],
).plan
BOTH = (PLATFORM, DEVELOPMENT)


def left(world: Snapshot, *plans: Plan, organizations: Collection[str] = ("acme",)) -> list[Leftover]:
    return leftovers(plans or BOTH, world, organizations)


def names(found: list[Leftover]) -> list[str]:
    return [str(each.live) for each in found]


def only(found: list[Leftover]) -> Leftover:
    assert len(found) == 1, f"not one leftover: {names(found)}"
    return found[0]


def owned_by(owner: Live) -> dict[str, Any]:
    reference = {"kind": owner.resource.kind, "name": owner.name, "uid": owner.metadata["uid"]}
    return {"ownerReferences": [reference]}


def of_environment(name: str, environment: str, project: str | None = "shop", **metadata: Any) -> Live:
    own = {labels.ORGANIZATION_NAME: "acme", labels.ENVIRONMENT_NAME: environment}
    return namespace(name, own | ({labels.PROJECT_NAME: project} if project else {}), **metadata)


def test_what_is_declared_is_not_left_over() -> None:
    assert left(up(*BOTH)) == []


@given(
    st.lists(
        st.sampled_from(
            [
                declaring.organization(),
                declaring.data_plane(),
                declaring.environment("test"),
                declaring.environment("development"),
                declaring.pipeline(promotions=[("test", ["development"])]),
                declaring.project(),
                declaring.component(),
                declaring.track(),
                declaring.build(),
                declaring.artifact(),
                declaring.deployment(),
                declaring.endpoint(),
                declaring.configuration_group(),
            ]
        ),
        unique_by=lambda each: (each["kind"], each["metadata"]["name"]),
    )
)
def test_a_stack_that_is_up_has_no_leftovers(objects: list[dict[str, Any]]) -> None:
    made = stack(*objects).plan
    assert left(up(made), made) == []


def test_an_object_that_no_stack_declares_is_left_over() -> None:
    stray = live(declaring.deployment("stray"))
    found = only(left(worlds.with_objects(up(*BOTH), stray)))
    assert (found.live, found.since, found.why) == (stray, worlds.SINCE, ("no stack declares it",))


def test_the_missing_parent_of_a_leftover_is_named() -> None:
    stray = live(declaring.deployment("stray", environment="test"))
    found = only(left(worlds.with_objects(up(*BOTH), stray)))
    assert found.why == ("no stack declares its environment 'test', and it is not in the cluster",)


def test_a_leftover_of_a_leftover_says_so() -> None:
    world = worlds.with_objects(
        up(*BOTH),
        live(declaring.environment("test")),
        live(declaring.deployment("stray", environment="test")),
    )
    deployment, environment = left(world)
    assert deployment.why == ("no stack declares its environment 'test'",)
    assert environment.why == ("no stack declares it",)


def test_what_cannot_be_listed_is_not_reported_as_absent() -> None:
    world = worlds.with_objects(up(*BOTH), live(declaring.deployment("stray", environment="test")))
    found = only(left(replace(world, unread=worlds.unread(Environment="forbidden"))))
    assert found.why == ("no stack declares its environment 'test'",)


def test_the_finalizers_of_a_leftover_that_is_being_deleted_are_named() -> None:
    metadata = {"deletionTimestamp": LATER, "finalizers": ["core.choreo.dev/environment-cleanup"]}
    found = only(left(worlds.with_objects(up(*BOTH), live(declaring.environment("test"), **metadata))))
    assert found.why == (
        "no stack declares it",
        f"being deleted since {LATER}, held by core.choreo.dev/environment-cleanup (OpenChoreo's controllers)",
    )


def test_an_environment_that_a_pipeline_still_names_is_left_over_too() -> None:
    names_test = stack(
        declaring.organization(), declaring.pipeline(promotions=[("development", ["test"]), ("test", [])])
    ).plan
    world = worlds.with_objects(up(names_test), live(declaring.environment("test", data_plane=None)))
    assert names(left(world, names_test)) == ["Environment acme/test"]


def test_what_a_stack_refers_to_is_in_use_and_so_is_what_that_refers_to() -> None:
    assert names(left(up(*BOTH), DEVELOPMENT)) == []


def test_what_only_other_stacks_declare_is_left_over() -> None:
    assert names(left(up(*BOTH), PLATFORM)) == [
        "Deployment acme/web-development",
        f"Namespace {data_plane_namespace('acme', 'shop', 'development')}",
        "DeployableArtifact acme/web-1",
        "DeploymentTrack acme/web-main",
        "Component acme/web",
        "Environment acme/development",
    ]


def test_leftovers_are_in_the_order_in_which_they_can_be_deleted() -> None:
    found = left(up(*BOTH), stack(declaring.organization("other")).plan)
    assert [each.role for each in found] == [
        "Deployment",
        "data-plane namespace",
        "DeployableArtifact",
        "DeploymentTrack",
        "Component",
        "Project",
        "DeploymentPipeline",
        "Environment",
        "DataPlane",
        "organization's namespace",
        "Organization",
    ]


class TestOwners:
    """Objects that controllers make and own are not left over while their owner is in use."""

    def test_endpoints_of_a_declared_deployment_are_in_use(self) -> None:
        deployment = next(each for each in up(*BOTH).objects if each.resource.kind == "Deployment")
        by_owner = live(declaring.endpoint("by-owner", deployment="renamed"), **owned_by(deployment))
        by_labels = live(declaring.endpoint("by-labels"))
        assert left(worlds.with_objects(up(*BOTH), by_owner, by_labels)) == []

    def test_an_endpoint_is_left_over_with_its_deployment(self) -> None:
        stray = live(declaring.deployment("stray"))
        endpoint = live(declaring.endpoint("door", deployment="stray"), **owned_by(stray))
        first, second = left(worlds.with_objects(up(*BOTH), stray, endpoint))
        assert [str(first.live), str(second.live)] == ["Endpoint acme/door", "Deployment acme/stray"]
        assert "no stack declares its owner, Deployment 'stray'" in first.why

    def test_an_endpoint_whose_deployment_is_gone_is_left_over(self) -> None:
        found = only(left(worlds.with_objects(up(*BOTH), live(declaring.endpoint("door", deployment="gone")))))
        assert found.why == ("no stack declares its deployment 'gone', and it is not in the cluster",)

    def test_the_artifact_of_a_declared_build_is_in_use(self) -> None:
        build = stack(declaring.build()).plan
        owner = up(build).objects[0]
        artifact = live(declaring.artifact("made", build="web-build"), **owned_by(owner))
        assert left(worlds.with_objects(up(*BOTH, build), artifact), *BOTH, build) == []

    def test_a_deployment_that_a_build_has_made_is_in_use(self) -> None:
        world, plans = self.automatic(environment="development")
        assert names(left(world, *plans)) == []

    def test_a_promotion_by_hand_of_what_a_build_has_made_is_left_over(self) -> None:
        world, plans = self.automatic(environment="staging")
        assert names(left(world, *plans)) == ["Deployment acme/automatic"]

    def test_without_automatic_deployment_a_build_has_made_none(self) -> None:
        world, plans = self.automatic(environment="development")
        found = left(worlds.changed(world, "DeploymentTrack", "web-main", spec={"autoDeploy": False}), *plans)
        assert names(found) == ["Deployment acme/automatic"]

    @staticmethod
    def automatic(environment: str) -> tuple[Snapshot, tuple[Plan, ...]]:
        """A world in which a Build has made an artifact, and there is a Deployment of it."""
        plans = (*BOTH, stack(declaring.build(), declaring.environment("staging")).plan)
        owner = next(each for each in up(*plans).objects if each.resource.kind == "Build")
        artifact = live(declaring.artifact("made"), **owned_by(owner))
        deployment = live(declaring.deployment("automatic", environment=environment, artifact="made"))
        world = worlds.with_objects(up(*plans), artifact, deployment)
        return worlds.changed(world, "DeploymentTrack", "web-main", spec={"autoDeploy": True}), plans


class TestNamespaces:
    """Namespaces are left over by their labels."""

    @pytest.mark.parametrize(
        ("stray", "why"),
        [
            (
                of_environment(data_plane_namespace("acme", "shop", "test"), "test"),
                "no stack declares its environment 'test', and it is not in the cluster",
            ),
            (
                of_environment(data_plane_namespace("acme", "gone", "development"), "development", "gone"),
                "no stack declares its project 'gone', and it is not in the cluster",
            ),
            (
                of_environment("mine", "development"),
                f"OpenChoreo gives its labels to {data_plane_namespace('acme', 'shop', 'development')!r} only",
            ),
            (of_environment("mine", "development", None), "it has no label project-name"),
            (
                of_environment("kube-system", "development"),
                "it has the labels of environment 'development', and it belongs to Kubernetes",
            ),
        ],
    )
    def test_one_with_an_environments_labels_is_left_over(self, stray: Live, why: str) -> None:
        assert only(left(worlds.with_namespaces(up(*BOTH), stray))).why == (why,)

    def test_one_that_no_stack_provisions_any_longer_is_left_over(self) -> None:
        alone = stack(declaring.environment()).plan
        world = up(PLATFORM, DEVELOPMENT)
        assert names(left(world, PLATFORM, alone))[1] == (
            f"Namespace {data_plane_namespace('acme', 'shop', 'development')}"
        )

    def test_one_that_a_controller_has_made_for_a_declared_deployment_is_in_use(self) -> None:
        # The Deployment is declared in another stack than its environment, which therefore plans no namespace.
        environment = stack(declaring.environment()).plan
        apps = stack(declaring.component(), declaring.track(), declaring.artifact(), declaring.deployment()).plan
        made = of_environment(data_plane_namespace("acme", "shop", "development"), "development")
        plans = (PLATFORM, environment, apps)
        assert left(worlds.with_namespaces(up(*plans), made), *plans) == []

    def test_that_of_an_organization_is_left_over_with_it(self) -> None:
        beta = stack(declaring.organization("beta")).plan
        left_namespace, left_organization = left(up(*BOTH, beta), organizations=["acme", "beta"])
        assert left_namespace.why == ("no stack declares its organization 'beta'",)
        assert str(left_organization.live) == "Organization beta"

    def test_that_of_an_organization_which_is_gone_says_so(self) -> None:
        own = labels.organization_namespace_labels("beta")
        world = worlds.with_namespaces(up(*BOTH), namespace("beta", own, deletionTimestamp=LATER))
        found = only(left(world, organizations=["beta"]))
        assert found.why[0] == "no stack declares its organization 'beta', and it is not in the cluster"
        assert found.why[1].startswith(f"being deleted since {LATER}")

    def test_another_with_the_labels_of_an_organization_is_left_over(self) -> None:
        other = namespace("other", labels.organization_namespace_labels("acme"))
        assert only(left(worlds.with_namespaces(up(*BOTH), other))).why == (
            "it has the labels of organization 'acme', whose namespace is 'acme'",
        )

    def test_that_of_builds_is_in_use_while_there_is_a_build(self) -> None:
        ci = namespace("choreo-ci-acme", {labels.MANAGED_BY: labels.MANAGED_BY_BUILD_CONTROLLER})
        build = stack(declaring.build()).plan
        assert left(worlds.with_namespaces(up(*BOTH, build), ci), *BOTH, build) == []
        assert only(left(worlds.with_namespaces(up(*BOTH), ci))).why == (
            "organization 'acme' has no Build, and no controller deletes it",
        )

    def test_one_without_openchoreos_labels_is_ignored(self) -> None:
        others = [namespace("acme-other", {}), namespace("choreo-ci-acme", {}), namespace("kube-system", {})]
        assert left(worlds.with_namespaces(up(*BOTH), *others)) == []


def test_the_missing_labels_of_an_object_that_openchoreo_cannot_find_are_named() -> None:
    stray = live(declaring.component("lost"), labels={})
    assert only(left(worlds.with_objects(up(*BOTH), stray))).why == (
        "OpenChoreo cannot find what it belongs to: it has no label core.choreo.dev/organization, "
        "core.choreo.dev/project, core.choreo.dev/name",
    )


def test_only_the_requested_organizations_are_searched_and_the_others_are_named() -> None:
    beta = stack(declaring.organization("beta"), declaring.data_plane(organization="beta")).plan
    world = worlds.with_namespaces(
        up(*BOTH, beta),
        namespace("dp-gamma", {labels.ORGANIZATION_NAME: "gamma", labels.ENVIRONMENT_NAME: "test"}),
    )
    assert left(world) == []
    assert other_organizations(world, ["acme"]) == ["beta", "gamma"]
    assert names(left(world, organizations=["acme", "beta"])) == [
        "DataPlane beta/dp-local",
        "Namespace beta",
        "Organization beta",
    ]


class TestStrays:
    """Objects that are in the wrong place, or have outlived their organization."""

    def test_an_object_in_another_namespace_is_a_leftover_of_the_organization_of_its_label(self) -> None:
        stray = live(
            declaring.project("lost", organization="other"), labels={labels.ORGANIZATION: "acme", labels.NAME: "x"}
        )
        found = only(left(worlds.with_objects(up(*BOTH), stray)))
        assert (str(found.live), found.organization) == ("Project other/lost", "acme")
        assert found.why[-1] == (
            "OpenChoreo cannot find it: its namespace is 'other', its label says organization 'acme'"
        )

    def test_what_has_outlived_its_organization_and_the_labels_of_its_namespace_is_found(self) -> None:
        world = worlds.with_namespaces(
            worlds.with_objects(up(*BOTH), live(declaring.data_plane(organization="beta"))), namespace("beta", {})
        )
        assert names(left(world, organizations=["beta"])) == ["DataPlane beta/dp-local"]

    def test_the_builds_namespace_of_an_organization_that_is_gone_is_found(self) -> None:
        ci = namespace("choreo-ci-beta", {labels.MANAGED_BY: labels.MANAGED_BY_BUILD_CONTROLLER})
        assert names(left(worlds.with_namespaces(up(*BOTH), ci), organizations=["beta"])) == [
            "Namespace choreo-ci-beta"
        ]


class TestConnections:
    """Secrets with data planes' kubeconfigs, as choreo makes them."""

    def left(self, secret: Live, *plans: Plan) -> list[Leftover]:
        return left(worlds.with_secrets(up(*BOTH), secret), *plans)

    def test_one_that_a_stack_makes_is_in_use(self) -> None:
        kubeconfig = worlds.kubeconfig("https://east")
        made = stack(declaring.data_plane("east"), dataPlaneKubeconfigs={"east": kubeconfig}).plan
        assert self.left(worlds.connection(data_plane="east"), *BOTH, made) == []

    def test_one_that_a_declared_data_plane_refers_to_is_in_use(self) -> None:
        assert self.left(worlds.connection()) == []

    def test_one_of_a_data_plane_that_a_stack_needs_is_in_use(self) -> None:
        assert self.left(worlds.connection(), DEVELOPMENT) == []

    def test_one_whose_data_plane_is_gone_is_left_over(self) -> None:
        found = only(self.left(worlds.connection("old", "gone")))
        assert (str(found.live), found.role) == ("Secret acme/old", "Secret")
        assert found.why == ("no stack declares its data plane 'gone', and it is not in the cluster",)

    def test_one_that_its_data_plane_no_longer_refers_to_is_left_over(self) -> None:
        assert only(self.left(worlds.connection("old"))).why == ("its data plane 'dp-local' does not refer to it",)

    def test_it_is_listed_after_its_data_plane(self) -> None:
        found = self.left(worlds.connection(), stack(declaring.organization()).plan)
        assert names(found)[-2:] == ["DataPlane acme/dp-local", "Secret acme/kind-1-config"]

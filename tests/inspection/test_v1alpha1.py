"""Drift and leftovers of openchoreo.dev/v1alpha1: changes and objects of its controllers and webhooks are neither."""

import copy
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from choreo_components.api import all_kinds, kind_of
from choreo_components.api.core_v1 import labels as of_core_v1
from choreo_components.api.openchoreo_v1alpha1 import API_VERSION, labels
from choreo_components.api.openchoreo_v1alpha1.names import data_plane_namespace
from choreo_components.inspection.drift import Drift, drift
from choreo_components.inspection.leftovers import Leftover, leftovers
from choreo_components.inspection.questions import Objects, Unread
from choreo_components.inspection.snapshot import Snapshot
from choreo_components.inspection.target_clusters import OpenedStack
from choreo_components.kubernetes.objects import NAMESPACES, Live, live_of
from choreo_components.plan.nodes import Plan
from tests.declaring import Manifest, Stack, stack
from tests.inspection.worlds import LATER, SINCE, namespace
from tests.standin.openchoreo_v1alpha1 import samples

TENANT = samples.tenant("acme")
PLANE = samples.data_plane(None)
ENVIRONMENT = samples.environment("acme", "development", kind="ClusterDataPlane")
PIPELINE = samples.pipeline("acme", ("development", ["staging"]))
PROJECT = samples.project("acme")
BINDING = samples.project_release_binding("acme", "development")
COMPONENT = samples.component("acme")
WORKLOAD = samples.workload("acme")
TYPES = (
    samples.project_type("acme"),
    samples.component_type("acme", allowedTraits=[{"name": "t"}]),
    samples.resource_type("acme"),
)
EVERYTHING = (TENANT, PLANE, ENVIRONMENT, PIPELINE, *TYPES, PROJECT, BINDING, COMPONENT, WORKLOAD)


def live(manifest: Manifest, **metadata: Any) -> Live:
    """An object as the API server has it, accepted by its controller."""
    made = copy.deepcopy(manifest)
    kind = kind_of(made["apiVersion"], made["kind"])
    own = made["metadata"]
    uid = f"{kind.kind}/{own.get('namespace')}/{own['name']}"
    made["metadata"] = {**own, "uid": uid, "generation": 1, "creationTimestamp": SINCE, **metadata}
    ready = {"type": kind.ready_condition, "status": "True", "observedGeneration": 1, "reason": "Yes", "message": ""}
    made["status"] = {"conditions": [ready] if kind.ready_condition else []}
    return live_of(made)


def world(*lives: Live, namespaces: Iterable[Live] = ()) -> Snapshot:
    """A cluster that has these objects."""
    every = (*(each for each in lives if each.resource == NAMESPACES), *namespaces)
    served = frozenset(each for each in all_kinds() if each[0] in (API_VERSION, "v1"))
    return Snapshot("https://cluster", lives, every, every, served=served)


def up(*plans: Plan) -> Snapshot:
    """The cluster when everything that the plans declare is up."""
    every = [each for plan in plans for each in plan.objects_in_cluster]
    return world(
        *(live(each.declared.object.to_wire()) for each in every if each.is_declared),
        namespaces=[namespace(each.name, {**each.labels}) for each in every if not each.is_declared],
    )


def manifest(kind: str, name: str, spec: dict[str, Any], of: str | None = "acme") -> Manifest:
    return samples.manifest(kind, name, of, spec)


class TestDrift:
    """Declared fields that differ."""

    def of(self, made: Stack, there: Snapshot) -> tuple[Drift, ...]:
        assert not [each for each in made.findings if each.severity.value == "error"], made.findings
        return drift(OpenedStack("test", made.settings, made.plan), there).drifts

    def after(self, declared: Manifest, **spec: Any) -> list[tuple[str, Any, Any]]:
        """The differences of an object of a stack after a change of its spec."""
        made = stack(declared)
        [node] = made.plan.objects
        wire = node.declared.object.to_wire()
        wire["spec"] = {**wire.get("spec", {}), **spec}
        wire["spec"] = {name: value for name, value in wire["spec"].items() if value is not None}
        found = drift(OpenedStack("test", made.settings, made.plan), world(live(wire))).drifts
        return [(each.field, each.declared, each.live) for drift_ in found for each in drift_.differences]

    @pytest.mark.parametrize("controllers", ["present", "absent"])
    def test_a_stack_that_is_up_has_no_drift(self, controllers: str) -> None:
        made = stack(*EVERYTHING, controllers=controllers)
        assert self.of(made, up(made.plan)) == ()

    def test_a_tenant_has_what_kubernetes_gives_to_each_namespace(self) -> None:
        there = {**TENANT, "spec": {"finalizers": ["kubernetes"]}}
        there["metadata"] = {
            "name": "acme",
            "labels": {**TENANT["metadata"]["labels"], "kubernetes.io/metadata.name": "acme"},
        }
        assert self.of(stack(TENANT), world(live(there))) == ()

    def test_a_tenant_without_its_label_has_drifted(self) -> None:
        [found] = self.of(stack(TENANT), world(live(samples.tenant("acme") | {"metadata": {"name": "acme"}})))
        assert [each.field for each in found.differences] == ["metadata.labels[openchoreo.dev/control-plane]"]

    def test_a_tenant_that_does_not_exist_is_missing_and_its_kind_is_served(self) -> None:
        [found] = self.of(stack(TENANT), world())
        assert (str(found), found.live, found.notes) == ("Namespace acme", None, ())

    @pytest.mark.parametrize(
        ("declared", "spec"),
        [
            (ENVIRONMENT, {"gateway": {}}),
            (samples.environment("acme", "production", isProduction=False), {"isProduction": None}),
            (PLANE, {"gateway": {}}),
            (BINDING, {"projectRelease": "shop-1"}),
            (samples.project_release_binding("acme", "development", environmentConfigs={}), {"environmentConfigs": {}}),
            (samples.release_binding("acme", "development"), {"releaseName": "web-1", "state": "Active"}),
            (
                samples.release_binding("acme", "development", traitEnvironmentConfigs={}, workloadOverrides={}),
                {"traitEnvironmentConfigs": None, "workloadOverrides": {}},
            ),
            (samples.component("acme", autoDeploy=False, traits=[]), {"autoDeploy": None, "traits": None}),
            (samples.component("acme", autoBuild=False), {"autoBuild": False}),
            (
                manifest(
                    "ObservabilityAlertsNotificationChannel",
                    "mail",
                    {"environment": "development", "type": "webhook", "webhookConfig": {"url": "https://example.com"}},
                ),
                {"isEnvDefault": True},
            ),
        ],
        ids=lambda each: each.get("kind", ""),
    )
    def test_what_controllers_add_and_drop_is_no_drift(self, declared: Manifest, spec: dict[str, Any]) -> None:
        assert self.after(declared, **spec) == []

    def test_defaults_of_the_api_server_are_no_drift_in_lists_either(self) -> None:
        made = stack(*TYPES, PIPELINE, samples.component("acme", traits=[{"name": "t", "instanceName": "a"}]))
        there = up(made.plan)
        of_lists = [each.manifest["spec"] for each in there.objects if each.resource.kind == "DeploymentPipeline"]
        assert of_lists[0]["promotionPaths"][0]["sourceEnvironmentRef"]["kind"] == "Environment"
        assert self.of(made, there) == ()

    def test_another_value_than_the_default_is_drift(self) -> None:
        field = "spec.type.kind"
        declared = samples.resource("acme")
        del declared["spec"]["type"]["kind"]
        assert self.after(declared, type={"kind": "ClusterResourceType", "name": "database"}) == [
            (field, "ResourceType", "ClusterResourceType")
        ]

    def test_another_release_than_the_declared_one_is_drift(self) -> None:
        pinned = samples.project_release_binding("acme", "development", projectRelease="shop-1")
        assert self.after(pinned, projectRelease="shop-2") == [("spec.projectRelease", "shop-1", "shop-2")]

    @pytest.mark.parametrize("account", [None, "workflow-sa", "mine"])
    def test_the_service_account_of_runs_is_what_the_webhook_says(self, account: str | None) -> None:
        def run(account: str | None) -> dict[str, Any]:
            spec = {"entrypoint": "main"} | ({"serviceAccountName": account} if account else {})
            return {"kind": "Workflow", "metadata": {"namespace": "${metadata.namespace}"}, "spec": spec}

        declared = manifest("ClusterWorkflow", "build", {"runTemplate": run(account)}, None)
        assert self.after(declared, runTemplate=run("workflow-sa")) == []

    def test_values_without_a_schema_are_compared_by_meaning(self) -> None:
        given = {"replicas": 1, "on": True, "nothing": None, "list": [1, {"a": 2}]}
        declared = samples.component("acme", parameters=given)
        assert self.after(declared, parameters={"replicas": 1.0, "on": True, "list": [1.0, {"a": 2}]}) == []
        found = self.after(declared, parameters={"replicas": 2, "on": 1, "list": [1, {"a": 3}], "more": "x"})
        assert found == [
            ("spec.parameters.replicas", 1, 2),
            ("spec.parameters.on", True, 1),
            ("spec.parameters.list[1].a", 2, 3),
            ("spec.parameters.more", None, "x"),
        ]

    def test_a_restart_is_no_drift(self) -> None:
        made = stack(samples.release_binding("acme", "development", releaseName="web-1"))
        [node] = made.plan.objects
        there = live(node.declared.object.to_wire(), annotations={"openchoreo.dev/restartedAt": LATER})
        assert self.of(made, world(there)) == ()


PLATFORM = stack(*EVERYTHING).plan


def release_of(kind: str, owner: dict[str, str], name: str, **spec: Any) -> Live:
    return live(manifest(kind, name, {"owner": owner, **spec}))


PROJECT_RELEASE = release_of("ProjectRelease", {"projectName": "shop"}, "shop-1")
OF_WEB = {"projectName": "shop", "componentName": "web"}
COMPONENT_RELEASE = release_of("ComponentRelease", OF_WEB, "web-1")
ROOT = live(samples.release_binding("acme", "development", releaseName="web-1"))
RENDERED = live(
    manifest("RenderedRelease", "web-development", {}),
    ownerReferences=[{"kind": "ReleaseBinding", "name": ROOT.name, "uid": ROOT.metadata["uid"]}],
)
CELL = data_plane_namespace("acme", "shop", "development")


def cell(name: str = CELL, environment: str = "development", project: str = "shop", of: str = "acme") -> Live:
    return namespace(name, labels.data_plane_namespace_labels(of, project, environment))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from(EVERYTHING), unique_by=lambda each: (each["kind"], each["metadata"]["name"]), min_size=1)
)
def test_a_stack_that_is_up_has_neither_drift_nor_leftovers(
    objects: list[Manifest],
) -> None:
    made = stack(*objects)
    there = up(made.plan)
    assert drift(OpenedStack("test", made.settings, made.plan), there).drifts == ()
    assert leftovers([made.plan], there, ["acme"]) == []


class TestLeftovers:
    """Leftovers: objects that no stack declares, and that no declared object needs or has made."""

    def of(
        self, *plans: Plan, more: Iterable[Live] = (), namespaces: Iterable[Live] = (), **also: Any
    ) -> list[Leftover]:
        """The leftovers of acme, where all of the platform is up, and more."""
        there = up(PLATFORM)
        found = world(*there.objects, *more, namespaces=namespaces)
        return leftovers(plans or [PLATFORM], found, also.get("organizations", ["acme"]))

    def names(self, found: list[Leftover]) -> list[str]:
        return [str(each.live) for each in found]

    def test_what_controllers_have_made_for_declared_objects_is_in_use(self) -> None:
        made = [PROJECT_RELEASE, COMPONENT_RELEASE, ROOT, RENDERED]
        assert self.of(more=made, namespaces=[cell()]) == []

    def test_a_run_of_a_component_and_its_namespace_are_in_use(self) -> None:
        run = live(manifest("WorkflowRun", "web-1", {"workflow": {"name": "build"}}), labels={labels.COMPONENT: "web"})
        assert self.of(more=[run], namespaces=[namespace("workflows-acme", {})]) == []

    def test_the_release_of_a_project_that_is_gone_is_left_over(self) -> None:
        of_type = {"kind": "ProjectType", "name": "plain", "spec": TYPES[0]["spec"]}
        [found] = self.of(more=[release_of("ProjectRelease", {"projectName": "gone"}, "gone-1", projectType=of_type)])
        assert (str(found.live), found.why) == (
            "ProjectRelease acme/gone-1",
            ("no stack declares its project 'gone', and it is not in the cluster",),
        )

    def test_a_binding_in_another_environment_than_the_first_is_left_over(self) -> None:
        found = self.of(more=[live(samples.release_binding("acme", "staging", releaseName="web-1")), COMPONENT_RELEASE])
        assert self.names(found) == ["ReleaseBinding acme/web-staging"]

    def test_cluster_scoped_objects_belong_to_no_tenant(self) -> None:
        other = live(samples.data_plane(None, "other"))
        assert self.of(more=[other]) == []

    def test_the_namespaces_that_openchoreo_does_not_delete_are_left_over(self) -> None:
        gone = data_plane_namespace("acme", "shop", "gone")
        found = self.of(namespaces=[cell(), cell(gone, "gone"), namespace("workflows-acme", {})])
        assert {str(each.live): each.why for each in found} == {
            f"Namespace {gone}": ("no stack declares its environment 'gone', and it is not in the cluster",),
            "Namespace workflows-acme": ("namespace 'acme' has no WorkflowRun, and no controller deletes it",),
        }

    def test_a_namespace_that_no_binding_has_made_is_left_over(self) -> None:
        other = data_plane_namespace("acme", "shop", "staging")
        staging = stack(samples.environment("acme", "staging", kind="ClusterDataPlane")).plan
        [found] = self.of(PLATFORM, staging, namespaces=[cell(other, "staging")])
        assert found.why == ("no stack has project 'shop' in environment 'staging', or deploys there",)

    def test_if_bindings_are_unknown_their_namespaces_are_not_left_over(self) -> None:
        there = world(
            *up(PLATFORM).objects, namespaces=[cell(data_plane_namespace("acme", "shop", "staging"), "staging")]
        )
        unread: Unread = {Objects(API_VERSION, "ProjectReleaseBinding", "acme"): "forbidden"}
        unknown = replace(there, unread=unread)
        assert leftovers([PLATFORM], unknown, ["acme"]) == []

    def test_a_tenant_that_no_stack_names_is_left_over_once_and_listed_last(self) -> None:
        found = self.of(
            more=[live(samples.tenant("beta")), live(samples.project("beta"))],
            namespaces=[namespace("workflows-beta", {})],
            organizations=["acme", "beta"],
        )
        assert self.names(found) == ["Project beta/shop", "Namespace workflows-beta", "Namespace beta"]

    def test_a_tenant_is_in_use_as_long_as_something_in_it_is_declared(self) -> None:
        binding = stack(samples.release_binding("acme", "development", releaseName="web-1")).plan
        there = world(live(TENANT), *(live(node.declared.object.to_wire()) for node in binding.objects))
        assert leftovers([binding], there, ["acme"]) == []

    def test_a_namespace_of_two_apis_is_left_over_once(self) -> None:
        both = copy.deepcopy(samples.tenant("beta"))
        both["metadata"]["labels"] |= of_core_v1.organization_namespace_labels("beta")
        there = world(live(both))
        served = frozenset(each for each in all_kinds())
        assert self.names(leftovers([], replace(there, served=served), ["beta"])) == ["Namespace beta"]

    def test_the_namespace_that_belongs_to_kubernetes_is_never_left_over(self) -> None:
        assert leftovers([], world(live(samples.tenant("default"))), ["default"]) == []

    def test_a_component_is_listed_before_the_bindings_that_it_creates_again(self) -> None:
        more = [live(samples.component("acme", "old")), live(samples.release_binding("acme", "development", "old"))]
        assert self.names(self.of(more=more)) == ["Component acme/old", "ReleaseBinding acme/old-development"]

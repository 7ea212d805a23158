"""The stand-in does what OpenChoreo's controllers of openchoreo.dev/v1alpha1 were seen to do."""

import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from lightkube import ApiError, Client, KubeConfig

from choreo_components.api.names import LONGEST_NAMESPACE_NAME, generate_k8s_name
from devcluster import ControlPlane
from tests.standin import agents
from tests.standin.cluster import Cluster, conditions
from tests.standin.openchoreo_v1alpha1 import samples
from tests.standin.openchoreo_v1alpha1.kinds import RESOURCES
from tests.standin.openchoreo_v1alpha1.rendered import ON_PLANES

DEVELOPMENT = "web-development"
"""The binding, and the RenderedRelease, of the component in the root environment."""


@pytest.fixture(scope="module")
def client(controlled_plane: ControlPlane) -> Iterator[Client]:
    """One client for all tests."""
    config = KubeConfig.from_file(controlled_plane.kubeconfig)
    with Client(config=config, trust_env=False, field_manager="tester") as made:
        yield made


@pytest.fixture
def cluster(client: Client) -> Cluster:
    """A cluster with a namespace for the test."""
    made = Cluster(client, {**RESOURCES, **ON_PLANES}, f"acme-{uuid4().hex[:6]}")
    made.create(samples.tenant(made.namespace))
    return made


@pytest.fixture
def platform(cluster: Cluster) -> Cluster:
    """The cluster with a platform: a project in the environments development and staging, and its namespaces."""
    cluster.create(*samples.platform(cluster.namespace)[1:])
    for environment in ("development", "staging"):
        cluster.until_says("ProjectReleaseBinding", f"shop-{environment}", "Ready", "True")
    return cluster


@pytest.fixture
def deployed(platform: Cluster) -> Cluster:
    """The platform with a component that is deployed to development."""
    platform.create(samples.component(platform.namespace), samples.workload(platform.namespace))
    platform.until_says("ReleaseBinding", DEVELOPMENT, "Ready", "True")
    return platform


def _has_seen(generation: int) -> Callable[[dict[str, Any]], bool]:
    return lambda live: live["status"]["observedGeneration"] == generation


def _is_another(uid: str) -> Callable[[dict[str, Any] | None], bool]:
    return lambda live: live is not None and live["metadata"]["uid"] != uid


def data_plane_namespace(namespace: str, project: str, environment: str) -> str:
    """The name of a data-plane namespace."""
    return generate_k8s_name("dp", namespace, project, environment, limit=LONGEST_NAMESPACE_NAME)


def _published(binding: dict[str, Any]) -> str:
    name: str = binding.get("status", {}).get("namespace", "")
    return name


def cell(cluster: Cluster, environment: str = "development") -> str:
    """The name of the project's data-plane namespace."""
    binding = cluster.until("ProjectReleaseBinding", f"shop-{environment}", _published)
    return _published(binding)


# What is stored of what was sent


def test_a_zero_value_is_lost_once_with_the_update_that_adds_the_finalizer(cluster: Cluster) -> None:
    sent = samples.environment(cluster.namespace, "development", isProduction=False)
    cluster.apply(sent)
    live = cluster.until_says("Environment", "development", "Ready", "True")
    assert live["metadata"]["finalizers"] == ["openchoreo.dev/environment-cleanup"]
    assert live["spec"] == {"dataPlaneRef": {"kind": "DataPlane", "name": "default"}, "gateway": {}}

    cluster.apply(sent)
    cluster.patch("Environment", "development", {"metadata": {"annotations": {"touched": "yes"}}})
    live = cluster.until(
        "Environment",
        "development",
        lambda each: conditions(each)["Ready"]["observedGeneration"] == each["metadata"]["generation"],
    )
    assert live["spec"]["isProduction"] is False, "now it stays"


def test_zero_values_of_a_component_that_go_has_behind_pointers_are_kept(platform: Cluster) -> None:
    spec: dict[str, Any] = {"autoDeploy": False, "autoBuild": False, "traits": [], "parameters": {}}
    platform.create(samples.component(platform.namespace, **spec))
    live = platform.until_says("Component", "web", "Ready", "False", "WorkloadNotFound")
    assert "autoDeploy" not in live["spec"]
    assert "traits" not in live["spec"]
    assert live["spec"]["autoBuild"] is False
    assert live["spec"]["parameters"] == {}


def test_a_plane_keeps_the_generation_of_its_condition(cluster: Cluster) -> None:
    name = f"plane-{cluster.namespace}"
    cluster.create(samples.data_plane(cluster.namespace), samples.data_plane(None, name))
    for kind, plane, follows in (("DataPlane", "default", True), ("ClusterDataPlane", name, False)):
        before = cluster.until_says(kind, plane, "Created", "True", f"{kind}Created")
        first = conditions(before)["Created"]["observedGeneration"]
        cluster.patch(kind, plane, {"spec": {"secretStoreRef": {"name": "vault"}}})
        seen = first + 1 if follows else first
        live = cluster.until(kind, plane, _has_seen(seen))
        assert live["metadata"]["generation"] == first + 1
        assert conditions(live)["Created"]["observedGeneration"] == first
    cluster.delete("ClusterDataPlane", name)


def test_a_service_account_of_a_workflow_is_always_the_same(cluster: Cluster) -> None:
    template = {"metadata": {"namespace": "${metadata.namespace}"}, "spec": {"serviceAccountName": "mine"}}
    spec = {"runTemplate": template, "workflowPlaneRef": {"kind": "ClusterWorkflowPlane", "name": "default"}}
    cluster.create(samples.manifest("Workflow", "build", cluster.namespace, spec))
    assert cluster.get("Workflow", "build")["spec"]["runTemplate"]["spec"]["serviceAccountName"] == "workflow-sa"


def test_two_traits_of_one_instance_name_are_refused(cluster: Cluster) -> None:
    trait = {"kind": "Trait", "name": "volume", "instanceName": "a"}
    with pytest.raises(ApiError, match=r'spec.traits\[1\].instanceName: Duplicate value: "a"'):
        cluster.create(samples.component(cluster.namespace, traits=[trait, trait]))


# Projects and their namespaces


def test_a_binding_makes_the_namespace_by_its_own_rendered_release(platform: Cluster) -> None:
    binding = platform.get("ProjectReleaseBinding", "shop-development")
    [rendered] = [
        each
        for each in platform.all("RenderedRelease")
        if each["metadata"]["ownerReferences"][0]["uid"] == binding["metadata"]["uid"]
    ]
    assert rendered["metadata"]["name"].startswith("p-shop-development-")
    namespace = platform.get("Namespace", cell(platform))
    assert namespace["metadata"]["name"].startswith(f"dp-{platform.namespace}-shop-development-")
    labels = {key.removeprefix("openchoreo.dev/"): value for key, value in namespace["metadata"]["labels"].items()}
    environment, project = platform.get("Environment", "development"), platform.get("Project", "shop")
    assert labels == {
        "kubernetes.io/metadata.name": namespace["metadata"]["name"],
        "namespace": platform.namespace,
        "project": "shop",
        "project-uid": project["metadata"]["uid"],
        "environment": "development",
        "environment-uid": environment["metadata"]["uid"],
        "managed-by": "renderedrelease-controller",
        "rendered-release-name": rendered["metadata"]["name"],
        "rendered-release-namespace": platform.namespace,
        "rendered-release-uid": rendered["metadata"]["uid"],
        "rendered-release-resource-id": "cell",
    }
    [written] = [each for each in namespace["metadata"]["managedFields"] if each["operation"] == "Apply"]
    assert written["manager"] == "renderedrelease-controller"


def test_a_namespace_is_deleted_with_its_binding_even_if_it_existed_before_and_others_use_it(
    cluster: Cluster,
) -> None:
    namespace = data_plane_namespace(cluster.namespace, "shop", "development")
    own = {"openchoreo.dev/managed-by": "pulumi", "team": "a"}
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": own}})
    precious = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "precious", "namespace": namespace}}
    cluster.create(precious)
    uid = cluster.get("Namespace", namespace)["metadata"]["uid"]

    cluster.create(*samples.platform(cluster.namespace, ["development"])[1:])
    cluster.until_says("ProjectReleaseBinding", "shop-development", "Ready", "True")
    live = cluster.get("Namespace", namespace)["metadata"]
    assert live["uid"] == uid
    assert live["labels"]["openchoreo.dev/managed-by"] == "renderedrelease-controller"
    assert live["labels"]["team"] == "a"

    cluster.delete("ProjectReleaseBinding", "shop-development")
    cluster.until_gone("ProjectReleaseBinding", "shop-development")
    assert cluster.find("Namespace", namespace) is None


@pytest.mark.parametrize("label", ["managed-by", "rendered-release-uid"])
def test_a_namespace_whose_label_was_changed_remains(platform: Cluster, label: str) -> None:
    namespace = cell(platform)
    platform.patch("Namespace", namespace, {"metadata": {"labels": {f"openchoreo.dev/{label}": "mine"}}})
    platform.delete("ProjectReleaseBinding", "shop-development")
    platform.until_gone("ProjectReleaseBinding", "shop-development")
    assert platform.get("Namespace", namespace)["status"]["phase"] == "Active"
    platform.delete("Namespace", namespace)


def test_a_change_to_a_namespace_is_not_noticed_until_an_event_of_its_release(
    platform: Cluster,
) -> None:
    label = "openchoreo.dev/project"
    namespace = platform.get("Namespace", cell(platform))["metadata"]
    rendered = namespace["labels"]["openchoreo.dev/rendered-release-name"]
    platform.patch("Namespace", namespace["name"], {"metadata": {"labels": {label: "mine"}}})
    time.sleep(1)
    assert platform.get("Namespace", namespace["name"])["metadata"]["labels"][label] == "mine"
    platform.patch("RenderedRelease", rendered, {"metadata": {"annotations": {"touched": "yes"}}})
    platform.until("Namespace", namespace["name"], lambda each: each["metadata"]["labels"][label] == "shop")


def test_a_type_that_makes_no_namespace_makes_nothing(cluster: Cluster) -> None:
    declared = samples.platform(cluster.namespace, ["development"])
    of_type = next(each for each in declared if each["kind"] == "ProjectType")
    of_type["spec"]["resources"][0]["template"]["kind"] = "ConfigMap"
    cluster.create(*declared[1:])
    live = cluster.until_says("ProjectReleaseBinding", "shop-development", "Synced", "False", "NamespaceMissing")
    assert conditions(live)["Ready"]["reason"] == "NamespaceMissing"
    assert cluster.all("RenderedRelease") == []


def test_a_binding_without_a_release_gets_the_latest_and_keeps_it(platform: Cluster) -> None:
    first = platform.get("Project", "shop")["status"]["latestRelease"]["name"]
    assert platform.get("ProjectReleaseBinding", "shop-development")["spec"]["projectRelease"] == first

    more = {"id": "more", "template": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "more"}}}
    platform.patch("ProjectType", "plain", {"spec": samples.project_type(platform.namespace, "plain", more)["spec"]})
    live = platform.until("Project", "shop", lambda each: each["status"]["latestRelease"]["name"] != first)
    latest = live["status"]["latestRelease"]["name"]
    assert platform.get("ProjectReleaseBinding", "shop-development")["spec"]["projectRelease"] == first
    platform.patch("ProjectReleaseBinding", "shop-development", {"spec": {"projectRelease": ""}})
    platform.until(
        "ProjectReleaseBinding", "shop-development", lambda each: each["spec"].get("projectRelease") == latest
    )


def test_applying_a_binding_without_a_release_conflicts_with_the_controller(platform: Cluster) -> None:
    asked = samples.project_release_binding(platform.namespace, "production", projectRelease="")
    platform.apply(asked)
    platform.until("ProjectReleaseBinding", "shop-production", lambda each: each["spec"].get("projectRelease"))
    with pytest.raises(ApiError, match=r'conflict with "manager" using openchoreo.dev/v1alpha1: .spec.projectRelease'):
        platform.apply(asked)


def test_a_project_without_its_type_is_not_ready_until_it_comes(cluster: Cluster) -> None:
    cluster.create(samples.project(cluster.namespace))
    cluster.until_says("Project", "shop", "Ready", "False", "ProjectTypeNotFound")
    cluster.create(samples.project_type(cluster.namespace))
    live = cluster.until_says("Project", "shop", "Ready", "True", "Reconciled")
    assert live["status"]["observedGeneration"] == live["metadata"]["generation"]
    assert live["metadata"]["finalizers"] == ["openchoreo.dev/project-cleanup"]


# What is deployed


def test_a_component_with_auto_deploy_has_a_release_and_a_binding_in_the_root_environment(
    deployed: Cluster,
) -> None:
    binding = deployed.get("ReleaseBinding", DEVELOPMENT)
    assert binding["spec"]["state"] == "Active"
    assert "ownerReferences" not in binding["metadata"]
    release = deployed.get("ComponentRelease", binding["spec"]["releaseName"])
    assert release["spec"]["workload"]["container"]["image"] == "web:1"
    component = deployed.until_says("Component", "web", "Ready", "True", "ComponentReleaseReady")
    assert component["status"]["latestRelease"]["name"] == release["metadata"]["name"]
    rendered = deployed.get("RenderedRelease", DEVELOPMENT)
    assert rendered["metadata"]["ownerReferences"][0]["uid"] == binding["metadata"]["uid"]
    assert set(conditions(binding)) == {
        "ConnectionsResolved",
        "ResourceDependenciesReady",
        "ReleaseSynced",
        "ResourcesReady",
        "Ready",
    }
    [workload] = deployed.all("Deployment", cell(deployed))
    assert workload["spec"]["template"]["spec"]["containers"][0]["image"] == "web:1"


def test_a_new_image_moves_the_binding_of_the_root_environment_and_no_other(deployed: Cluster) -> None:
    first = deployed.get("ReleaseBinding", DEVELOPMENT)["spec"]["releaseName"]
    deployed.create(samples.release_binding(deployed.namespace, "staging", releaseName=first))
    deployed.until_says("ReleaseBinding", "web-staging", "Ready", "True")
    deployed.patch("Workload", "web-workload", {"spec": {"container": {"image": "web:2"}}})
    deployed.until("ReleaseBinding", DEVELOPMENT, lambda each: each["spec"]["releaseName"] != first)
    assert deployed.get("ReleaseBinding", "web-staging")["spec"]["releaseName"] == first
    assert deployed.find("ComponentRelease", first) is not None


def test_the_release_of_the_root_environment_is_set_back(deployed: Cluster) -> None:
    first = deployed.get("ReleaseBinding", DEVELOPMENT)["spec"]["releaseName"]
    deployed.patch("ReleaseBinding", DEVELOPMENT, {"spec": {"releaseName": "other"}})
    deployed.until("ReleaseBinding", DEVELOPMENT, lambda each: each["spec"]["releaseName"] == first)


def test_a_release_cannot_be_taken_out_of_a_binding(deployed: Cluster) -> None:
    first = deployed.get("ReleaseBinding", DEVELOPMENT)["spec"]["releaseName"]
    deployed.create(samples.release_binding(deployed.namespace, "staging", releaseName=first))
    deployed.patch("ReleaseBinding", "web-staging", {"spec": {"releaseName": None}})
    assert deployed.get("ReleaseBinding", "web-staging")["spec"]["releaseName"] == first


def test_the_binding_of_the_root_environment_is_created_again_when_it_is_deleted(deployed: Cluster) -> None:
    uid = deployed.get("ReleaseBinding", DEVELOPMENT)["metadata"]["uid"]
    deployed.delete("ReleaseBinding", DEVELOPMENT)
    deployed.until("ReleaseBinding", DEVELOPMENT, _is_another(uid))
    live = deployed.until_says("ReleaseBinding", DEVELOPMENT, "Ready", "True")
    assert live["metadata"]["generation"] == 1


def test_another_root_environment_gets_a_binding_and_the_first_keeps_its_own(deployed: Cluster) -> None:
    deployed.patch(
        "DeploymentPipeline",
        "pipeline",
        {"spec": samples.pipeline(deployed.namespace, ("staging", ["development"]))["spec"]},
    )
    deployed.until_says("ReleaseBinding", "web-staging", "Ready", "True")
    assert deployed.find("ReleaseBinding", DEVELOPMENT) is not None


def test_only_the_binding_remains_of_what_is_undeployed(deployed: Cluster) -> None:
    deployed.patch("ReleaseBinding", DEVELOPMENT, {"spec": {"state": "Undeploy"}})
    live = deployed.until(
        "ReleaseBinding", DEVELOPMENT, lambda each: conditions(each)["Ready"]["message"] == "Resources undeployed"
    )
    ready = conditions(live)["Ready"]
    assert (ready["status"], ready["reason"]) == ("False", "ResourcesUndeployed")
    assert ready["observedGeneration"] == live["metadata"]["generation"]
    assert deployed.all("Deployment", cell(deployed)) == []


def test_a_component_without_replicas_is_ready_and_suspended(deployed: Cluster) -> None:
    deployed.patch("ReleaseBinding", DEVELOPMENT, {"spec": {"componentTypeEnvironmentConfigs": {"replicas": 0}}})
    deployed.until_says("ReleaseBinding", DEVELOPMENT, "ResourcesReady", "True", "ReadyWithSuspendedResources")


def test_a_component_waits_for_its_workload_and_accepts_only_one(platform: Cluster) -> None:
    platform.create(samples.component(platform.namespace))
    platform.until_says("Component", "web", "Ready", "False", "WorkloadNotFound")
    platform.create(samples.workload(platform.namespace))
    platform.until_says("Component", "web", "Ready", "True")
    platform.create(samples.workload(platform.namespace, name="second"))
    platform.until_says("Component", "web", "Ready", "False", "InvalidConfiguration")


def test_a_component_is_deployed_when_the_namespace_of_its_project_exists(cluster: Cluster) -> None:
    *declared, binding = samples.platform(cluster.namespace, ["development"])[1:]
    cluster.create(*declared, samples.component(cluster.namespace), samples.workload(cluster.namespace))
    live = cluster.until_says("ReleaseBinding", DEVELOPMENT, "Ready", "False", "ResourceApplyFailed")
    assert "not found" in conditions(live)["Ready"]["message"]
    cluster.create(binding)
    cluster.until_says("ReleaseBinding", DEVELOPMENT, "Ready", "True")


# Two bindings for one target


def test_a_second_binding_of_a_component_deletes_the_first_ones_workload_and_never_ends(
    deployed: Cluster,
) -> None:
    release = deployed.get("ReleaseBinding", DEVELOPMENT)["spec"]["releaseName"]
    deployed.create(samples.release_binding(deployed.namespace, "development", name="spare", releaseName=release))
    deployed.until_says("ReleaseBinding", "spare", "Ready", "False", "ReleaseOwnershipConflict")
    live = deployed.until_says("Component", "web", "Ready", "False", "AutoDeployFailed")
    assert "found multiple ReleaseBinding objects" in conditions(live)["Ready"]["message"]
    uid = deployed.get("RenderedRelease", DEVELOPMENT)["metadata"]["uid"]

    deployed.delete("ReleaseBinding", "spare")
    for _ in range(2):
        live = deployed.until(
            "RenderedRelease",
            DEVELOPMENT,
            _is_another(uid),
        )
        uid = live["metadata"]["uid"]
    assert deployed.find("ReleaseBinding", "spare") is not None
    deployed.patch("ReleaseBinding", "spare", {"metadata": {"finalizers": []}})


def test_a_second_binding_of_a_project_deletes_the_namespace_and_never_ends(platform: Cluster) -> None:
    namespace = cell(platform)
    platform.create(samples.project_release_binding(platform.namespace, "development", name="spare"))
    platform.until_says("ProjectReleaseBinding", "spare", "Synced", "False", "ReleaseOwnershipConflict")
    uid = platform.get("Namespace", namespace)["metadata"]["uid"]

    platform.delete("ProjectReleaseBinding", "spare")
    platform.until("Namespace", namespace, _is_another(uid))
    assert platform.find("ProjectReleaseBinding", "spare") is not None
    platform.patch("ProjectReleaseBinding", "spare", {"metadata": {"finalizers": []}})
    platform.until_says("ProjectReleaseBinding", "shop-development", "Ready", "True")


# Deletions that are blocked


def test_a_pipeline_remains_while_a_project_refers_to_it(cluster: Cluster) -> None:
    pipeline = samples.pipeline(cluster.namespace, ("development", ["staging"]))
    cluster.create(pipeline, samples.project_type(cluster.namespace), samples.project(cluster.namespace))
    cluster.until_says("DeploymentPipeline", "pipeline", "Available", "True")
    cluster.until_says("Project", "shop", "Ready", "True")
    cluster.delete("DeploymentPipeline", "pipeline")
    live = cluster.until_says("DeploymentPipeline", "pipeline", "Available", "False", "DeletionBlocked")
    said = "Deletion blocked: deployment pipeline is still referenced by 1 project(s)"
    assert conditions(live)["Available"]["message"] == said
    cluster.delete("Project", "shop")
    cluster.until_gone("DeploymentPipeline", "pipeline")


def test_an_environment_remains_while_a_pipeline_names_it_and_is_then_deleted_with_bindings(
    deployed: Cluster,
) -> None:
    namespace = cell(deployed)
    deployed.delete("Environment", "development")
    live = deployed.until_says("Environment", "development", "Ready", "False", "DeletionBlocked")
    said = 'Deletion blocked: environment is referenced by DeploymentPipeline "pipeline"'
    assert conditions(live)["Ready"]["message"] == said
    assert deployed.find("ReleaseBinding", DEVELOPMENT) is not None

    deployed.patch(
        "DeploymentPipeline", "pipeline", {"spec": samples.pipeline(deployed.namespace, ("staging", []))["spec"]}
    )
    deployed.until_gone("Environment", "development")
    for kind, name in (("ReleaseBinding", DEVELOPMENT), ("ProjectReleaseBinding", "shop-development")):
        assert deployed.find(kind, name) is None
    assert deployed.find("Namespace", namespace) is None


def test_a_data_plane_remains_while_environments_are_on_it(platform: Cluster) -> None:
    platform.delete("DataPlane", "default")
    live = platform.until_says("DataPlane", "default", "Finalizing", "False", "DeletionBlocked")
    said = "Deletion blocked: dataplane is still referenced by 2 environment(s)"
    assert conditions(live)["Finalizing"]["message"] == said


def test_a_cluster_data_plane_is_deleted_while_environments_use_it_and_then_theirs_cannot_be_deleted(
    cluster: Cluster,
) -> None:
    plane = samples.data_plane(None, f"plane-{cluster.namespace}")
    name = plane["metadata"]["name"]
    declared = [
        each for each in samples.platform(cluster.namespace, ["development"])[1:] if each["kind"] != "DataPlane"
    ]
    for each in declared:
        if each["kind"] == "Environment":
            each["spec"]["dataPlaneRef"] = {"kind": "ClusterDataPlane", "name": name}
    cluster.create(plane, *declared, samples.component(cluster.namespace), samples.workload(cluster.namespace))
    cluster.until_says("ReleaseBinding", DEVELOPMENT, "Ready", "True")
    namespace = cell(cluster)

    cluster.delete("ClusterDataPlane", name)
    cluster.until_gone("ClusterDataPlane", name)
    cluster.until_says("ProjectReleaseBinding", "shop-development", "Ready", "False", "DataPlaneNotFound")
    for kind, called in (("Environment", "development"), ("ReleaseBinding", DEVELOPMENT)):
        assert conditions(cluster.get(kind, called))["Ready"]["status"] == "True"
    cluster.delete("Project", "shop")
    live = cluster.until_says("RenderedRelease", DEVELOPMENT, "Finalizing", "True", "CleanupFailed")
    assert conditions(live)["Finalizing"]["message"] == (
        f"failed to resolve dataplane for environment development: ClusterDataPlane '{name}' not found: "
        f'ClusterDataPlane.openchoreo.dev "{name}" not found'
    )

    cluster.create(plane)
    cluster.until_gone("Project", "shop")
    assert cluster.find("Namespace", namespace) is None
    cluster.delete("ClusterDataPlane", name)


# What is deleted with what


def test_a_project_is_deleted_with_everything_of_its_own_but_its_releases(deployed: Cluster) -> None:
    release = deployed.get("Project", "shop")["status"]["latestRelease"]["name"]
    namespaces = [cell(deployed, each) for each in ("development", "staging")]
    deployed.delete("Project", "shop")
    deployed.until_gone("Project", "shop")
    for kind in ("Component", "Workload", "ComponentRelease", "ReleaseBinding", "ProjectReleaseBinding"):
        assert deployed.all(kind) == [], kind
    assert [deployed.find("Namespace", each) for each in namespaces] == [None, None]
    assert deployed.find("ProjectRelease", release) is not None


def test_a_component_is_deleted_with_its_workload_releases_and_bindings(deployed: Cluster) -> None:
    deployed.delete("Component", "web")
    deployed.until_gone("Component", "web")
    for kind in ("Workload", "ComponentRelease", "ReleaseBinding"):
        assert deployed.all(kind) == [], kind
    assert deployed.all("Deployment", cell(deployed)) == []


def test_an_environment_leaves_bindings_of_resources_which_hang(cluster: Cluster) -> None:
    declared = samples.platform(cluster.namespace, ["development"])[1:-1]
    cluster.create(*(each for each in declared if each["kind"] != "DeploymentPipeline"))
    namespace = data_plane_namespace(cluster.namespace, "shop", "development")
    cluster.create(samples.tenant(namespace))
    release = _with_resource(cluster)
    cluster.create(samples.resource_release_binding(cluster.namespace, "development", release))
    cluster.until_says("ResourceReleaseBinding", "orders-development", "Ready", "True")
    [made] = [each["metadata"]["name"] for each in cluster.all("ConfigMap", namespace)]
    cluster.delete("Environment", "development")
    cluster.until_gone("Environment", "development")

    cluster.delete("ResourceReleaseBinding", "orders-development")
    [rendered] = [each["metadata"]["name"] for each in cluster.all("RenderedRelease")]
    live = cluster.until_says("RenderedRelease", rendered, "Finalizing", "True", "CleanupFailed")
    assert "failed to resolve dataplane for environment development" in conditions(live)["Finalizing"]["message"]
    cluster.patch("RenderedRelease", rendered, {"metadata": {"finalizers": []}})
    cluster.until_gone("ResourceReleaseBinding", "orders-development")
    assert cluster.find("ConfigMap", made, namespace) is not None
    cluster.delete("Namespace", namespace)


def test_a_binding_that_retains_its_resource_holds_it_for_ever(platform: Cluster) -> None:
    release = _with_resource(platform)
    platform.create(
        samples.resource_release_binding(platform.namespace, "development", release, retainPolicy="Retain"),
        samples.resource_release_binding(platform.namespace, "staging", release),
    )
    for environment in ("development", "staging"):
        platform.until_says("ResourceReleaseBinding", f"orders-{environment}", "Ready", "True")
    platform.delete("Resource", "orders")
    platform.until_gone("ResourceReleaseBinding", "orders-staging")
    held = platform.get("ResourceReleaseBinding", "orders-development")
    assert "deletionTimestamp" not in held["metadata"]
    waiting = conditions(platform.get("Resource", "orders"))["Finalizing"]["message"]
    assert waiting == "Waiting for ResourceReleaseBindings to be deleted"

    platform.delete("ResourceReleaseBinding", "orders-development")
    platform.until_says("ResourceReleaseBinding", "orders-development", "Finalizing", "True", "RetainHold")
    platform.until_says("ResourceReleaseBinding", "orders-development", "Finalizing", "True", "Finalizing")
    platform.patch("ResourceReleaseBinding", "orders-development", {"spec": {"retainPolicy": "Delete"}})
    platform.until_gone("Resource", "orders")


def _with_resource(platform: Cluster) -> str:
    """Makes a Resource; the name of its release."""
    platform.create(samples.resource(platform.namespace))
    live = platform.until_says("Resource", "orders", "Ready", "True")
    release: str = live["status"]["latestRelease"]["name"]
    return release


def test_a_namespace_is_deleted_with_everything_in_it(deployed: Cluster) -> None:
    namespaces = [cell(deployed, each) for each in ("development", "staging")]
    deployed.delete("Namespace", deployed.namespace)
    deployed.until_gone("Namespace", deployed.namespace)
    assert [deployed.find("Namespace", each) for each in namespaces] == [None, None]


# A disconnected agent


def test_without_its_agent_a_plane_is_created_and_nothing_is_applied(
    cluster: Cluster, controlled_plane: ControlPlane
) -> None:
    with agents.away(controlled_plane, cluster.namespace, "default"):
        cluster.create(*samples.platform(cluster.namespace, ["development"])[1:])
        live = cluster.until_says("ProjectReleaseBinding", "shop-development", "Ready", "False", "ResourceApplyFailed")
        assert conditions(live)["Ready"]["message"] == (
            "Failed to apply resources to target plane: failed to apply resource cell: proxy request failed with "
            "status 502: proxy request failed: no agents found for plane dataplane/default"
        )
        plane = cluster.until_says("DataPlane", "default", "Created", "True")
        assert plane["status"]["agentConnection"]["connected"] is False
        cluster.until_says("Environment", "development", "Ready", "True")
    cluster.until_says("ProjectReleaseBinding", "shop-development", "Ready", "True")
    cluster.until("DataPlane", "default", lambda each: each["status"]["agentConnection"]["connected"])


def test_without_its_agent_nothing_on_a_plane_can_be_deleted_and_the_cause_is_reported_now_and_then(
    deployed: Cluster, controlled_plane: ControlPlane
) -> None:
    with agents.away(controlled_plane, deployed.namespace, "default"):
        deployed.delete("Component", "web")
        deployed.until_says("RenderedRelease", DEVELOPMENT, "Finalizing", "True", "CleanupFailed")
        assert deployed.reasons("RenderedRelease", DEVELOPMENT, "Finalizing") == {
            ("CleanupInProgress", "Cleaning up dataplane resources"),
            (
                "CleanupFailed",
                "failed to list resources for apps/v1, Kind=Deployment: proxy request failed with status 502: proxy "
                "request failed: no agents found for plane dataplane/default",
            ),
        }
        said = {conditions(deployed.get(kind, name))["Finalizing"]["message"] for kind, name in _ABOVE}
        assert said == {"Component is finalizing", "ReleaseBinding is finalizing"}, "the cause is not reported"
    deployed.until_gone("Component", "web")


_ABOVE = (("Component", "web"), ("ReleaseBinding", DEVELOPMENT))


def test_without_its_agent_an_environment_remains_without_a_reason(
    cluster: Cluster, controlled_plane: ControlPlane
) -> None:
    cluster.create(samples.data_plane(cluster.namespace), samples.environment(cluster.namespace, "development"))
    cluster.until_says("Environment", "development", "Ready", "True")
    with agents.away(controlled_plane, cluster.namespace, "default"):
        cluster.delete("Environment", "development")
        cluster.until_says("Environment", "development", "Ready", "False", "EnvironmentFinalizing")
        time.sleep(1)
        assert cluster.find("Environment", "development") is not None
    cluster.until_gone("Environment", "development")


# Notification channels


def test_the_first_channel_of_an_environment_becomes_its_default(cluster: Cluster) -> None:
    cluster.create(_channel(cluster, "first"))
    kind = "ObservabilityAlertsNotificationChannel"
    cluster.until(kind, "first", lambda each: each["spec"]["isEnvDefault"])
    cluster.create(_channel(cluster, "second"))
    live = cluster.until(kind, "second", lambda each: each["metadata"].get("finalizers"))
    assert live["spec"]["isEnvDefault"] is False


def test_a_channel_is_deleted_while_its_environment_and_planes_exist_and_hangs_without_them(cluster: Cluster) -> None:
    kind = "ObservabilityAlertsNotificationChannel"
    cluster.create(_channel(cluster, "mail"))
    cluster.until(kind, "mail", lambda each: each["metadata"].get("finalizers"))
    cluster.delete(kind, "mail")
    time.sleep(1)
    assert cluster.find(kind, "mail") is not None
    spec = {"observerURL": "https://observer.example", "clusterAgent": {"clientCA": {"value": "certificate"}}}
    cluster.create(
        samples.manifest("ObservabilityPlane", "default", cluster.namespace, spec),
        samples.data_plane(cluster.namespace),
        samples.environment(cluster.namespace, "development"),
    )
    cluster.until_gone(kind, "mail")


def _channel(cluster: Cluster, name: str) -> samples.Manifest:
    spec: dict[str, Any] = {"environment": "development", "type": "webhook"}
    spec["webhookConfig"] = {"url": "https://hooks.example/alerts"}
    return samples.manifest("ObservabilityAlertsNotificationChannel", name, cluster.namespace, spec)

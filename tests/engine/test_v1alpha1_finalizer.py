"""The finalizer of an environment of today's API, in a plain `pulumi destroy`, on a cluster with controllers."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from uuid import uuid4

import pytest
from lightkube import Client, KubeConfig

from choreo_components.api.names import LONGEST_NAMESPACE_NAME, generate_k8s_name
from choreo_components.kubernetes.objects import NAMESPACES
from devcluster import ControlPlane
from tests.engine.modes import with_controllers
from tests.engine.watching import Event, Watcher
from tests.engine.workspace import Workspace
from tests.standin import agents
from tests.standin.cluster import Cluster
from tests.standin.openchoreo_v1alpha1 import samples
from tests.standin.openchoreo_v1alpha1.kinds import RESOURCES
from tests.standin.openchoreo_v1alpha1.rendered import ON_PLANES

pytestmark = with_controllers

PROGRAM = """
import pulumi
from choreo_components import EnvironmentFinalizer

given = pulumi.Config()
EnvironmentFinalizer(
    "development",
    api_version="openchoreo.dev/v1alpha1",
    namespace=given.require("namespace"),
    environment="development",
    deployments_timeout=given.get("deadline"),
    delete_retained=given.get_bool("deleteRetained"),
)
"""
"""Everything else is in the cluster already, and not made by Pulumi."""

STEPS = ("ReleaseBinding", "ResourceReleaseBinding", "ProjectReleaseBinding", "RenderedRelease")


@pytest.fixture
def cluster(controlled_plane: ControlPlane) -> Iterator[Cluster]:
    """A namespace for the test, with nothing in it."""
    config = KubeConfig.from_file(controlled_plane.kubeconfig)
    with Client(config=config, trust_env=False, field_manager="tester") as client:
        made = Cluster(client, {**RESOURCES, **ON_PLANES}, f"acme-{uuid4().hex[:6]}")
        made.create(samples.tenant(made.namespace))
        yield made
        # What the tests leave there is deleted with it, if nothing holds it.
        made.delete("Namespace", made.namespace)


@pytest.fixture
def platform(cluster: Cluster) -> Cluster:
    """The cluster with a component that is deployed to development, a resource without bindings, and staging."""
    namespace = cluster.namespace
    cluster.create(*samples.platform(namespace)[1:])
    cluster.create(samples.component(namespace), samples.workload(namespace), samples.resource(namespace))
    cluster.until_says("ReleaseBinding", "web-development", "Ready", "True")
    for environment in ("development", "staging"):
        cluster.until_says("ProjectReleaseBinding", f"shop-{environment}", "Ready", "True")
    return cluster


def finalizer(workspace: Workspace, cluster: Cluster, **settings: str) -> None:
    """Brings the finalizer of development up."""
    workspace.project({"__main__.py": PROGRAM})
    settings = {"namespace": cluster.namespace, **settings}
    workspace.stack("development", {f"choreo:{name}": value for name, value in settings.items()})
    workspace.up("development")


def bound(cluster: Cluster, **spec: str) -> None:
    """Binds the resource to development."""
    live = cluster.until_says("Resource", "orders", "Ready", "True")
    release = live["status"]["latestRelease"]["name"]
    cluster.create(samples.resource_release_binding(cluster.namespace, "development", release, **spec))
    cluster.until_says("ResourceReleaseBinding", "orders-development", "Ready", "True")


def without_development(cluster: Cluster) -> None:
    """Takes development out of the pipeline."""
    changed = samples.pipeline(cluster.namespace, ("staging", ["production"]))
    cluster.patch("DeploymentPipeline", "pipeline", {"spec": changed["spec"]})


def data_plane_namespace(cluster: Cluster, project: str, environment: str = "development") -> str:
    """OpenChoreo's name for a namespace."""
    return generate_k8s_name("dp", cluster.namespace, project, environment, limit=LONGEST_NAMESPACE_NAME)


@contextmanager
def meanwhile(work: threading.Thread) -> Iterator[None]:
    """Runs an action at the same time."""
    work.start()
    yield
    work.join(60)
    assert not work.is_alive()


def test_destroy_reports_which_pipeline_names_it_and_then_deletes_everything_in_order(
    workspace: Workspace, platform: Cluster
) -> None:
    finalizer(workspace, platform)
    bound(platform)
    # It has no binding, so OpenChoreo would never delete it. Its project is gone, and left a release.
    by_hand = data_plane_namespace(platform, "former")
    platform.create(samples.project(platform.namespace, "former"))
    platform.until_says("Project", "former", "Ready", "True")
    platform.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": by_hand}})
    platform.delete("Project", "former")
    platform.until_gone("Project", "former")

    said = workspace.destroy("development", fails=True).said
    assert (
        f"environment 'development' of namespace '{platform.namespace}' is not finalized: nothing was deleted" in said
    )
    assert f"DeploymentPipeline {platform.namespace}/pipeline: spec.promotionPaths[0].sourceEnvironmentRef.name" in said
    assert f"kubectl edit deploymentpipelines.openchoreo.dev pipeline -n {platform.namespace}" in said
    bindings = [platform.get(*each) for each in BINDINGS]
    assert not any("deletionTimestamp" in each["metadata"] for each in bindings)

    without_development(platform)
    with Watcher(workspace.kubeconfig, [NAMESPACES, *(RESOURCES[kind] for kind in STEPS)]) as watcher:
        workspace.destroy("development")

    own = _of_development(watcher.events, platform)
    for before, after in pairwise(STEPS[:3]):
        assert _gone(own, before) < _begun(own, after), f"{after} was being deleted while there was {before}"
    namespaces = {event.name for event in own if event.kind == "Namespace" and event.type == "DELETED"}
    assert namespaces == {by_hand, data_plane_namespace(platform, "shop")}
    [theirs] = [event.version for event in own if event.name == by_hand and event.deleting][:1]
    assert _gone(own, "RenderedRelease") < theirs, "a namespace was being deleted before its cleanup"
    left = {kind: [each["metadata"]["name"] for each in platform.all(kind)] for kind in STEPS}
    assert left["ProjectReleaseBinding"] == ["shop-staging"], "nothing of staging, or something of development"
    assert platform.find("Namespace", data_plane_namespace(platform, "shop", "staging")) is not None
    assert platform.find("Environment", "development") is not None, "not the finalizer's to delete"


BINDINGS = (
    ("ReleaseBinding", "web-development"),
    ("ResourceReleaseBinding", "orders-development"),
    ("ProjectReleaseBinding", "shop-development"),
)


def _of_development(events: Sequence[Event], cluster: Cluster) -> list[Event]:
    names = {data_plane_namespace(cluster, project) for project in ("shop", "former")}
    inside = [each for each in events if each.namespace == cluster.namespace and "staging" not in each.name]
    return sorted([*inside, *(each for each in events if each.name in names)])


def _gone(events: Sequence[Event], kind: str) -> int:
    """When the last object of a kind was gone."""
    return max(event.version for event in events if event.kind == kind and event.type == "DELETED")


def _begun(events: Sequence[Event], kind: str) -> int:
    """When the first object of a kind was marked for deletion."""
    return min(event.version for event in events if event.kind == kind and event.deleting)


def test_what_is_retained_stops_it_until_the_setting_allows_that(workspace: Workspace, platform: Cluster) -> None:
    finalizer(workspace, platform)
    bound(platform, retainPolicy="Retain")
    without_development(platform)

    said = workspace.destroy("development", fails=True).said
    name = f"{platform.namespace}/orders-development"
    assert "nothing was deleted: 1 retained" in said
    assert f"ResourceReleaseBinding {name}: its spec.retainPolicy is Retain" in said
    assert "set choreo:deleteRetained to true" in said
    assert [platform.get(*each)["metadata"].get("deletionTimestamp") for each in BINDINGS] == [None] * 3

    workspace.run("config", "set", "--stack", "development", "choreo:deleteRetained", "true")
    workspace.up("development")
    workspace.destroy("development")
    assert [platform.find(*each) for each in BINDINGS] == [None] * 3
    assert platform.find("Namespace", data_plane_namespace(platform, "shop")) is None


def test_a_stack_with_something_retained_stays_whole_until_its_settings_allow_that(
    workspace: Workspace,
) -> None:
    namespace = f"acme-{uuid4().hex[:6]}"
    spec = {
        "owner": {"projectName": "shop", "resourceName": "orders"},
        "environment": "development",
        "retainPolicy": "Retain",
    }
    bound = samples.manifest("ResourceReleaseBinding", "orders-development", namespace, spec)
    objects = [*samples.platform(namespace), samples.resource(namespace), bound]
    settings = {"choreo:resources": objects, "choreo:timeouts": {"delete": "60s"}}
    workspace.stack("platform", settings)
    workspace.up("platform")

    said = workspace.destroy("platform", fails=True).said
    assert "nothing was deleted: 1 retained" in said
    assert f"ResourceReleaseBinding {namespace}/orders-development: its spec.retainPolicy is Retain" in said
    kinds = ("resourcereleasebindings", "projectreleasebindings", "projects")
    terminating = "jsonpath={.items[*].metadata.deletionTimestamp}"
    for kind in kinds:
        assert workspace.kubectl("get", f"{kind}.openchoreo.dev", "-n", namespace, "-o", terminating) == ""

    workspace.settings("platform", {**settings, "choreo:deleteRetained": True})
    workspace.up("platform")
    workspace.destroy("platform")
    assert workspace.kubectl("get", "namespaces", namespace, "--ignore-not-found") == ""


def test_a_binding_that_is_created_again_meanwhile_is_deleted_as_well(workspace: Workspace, platform: Cluster) -> None:
    finalizer(workspace, platform)
    without_development(platform)

    def make_again() -> None:
        # As the component's controller does in the first environment.
        platform.until(
            "ProjectReleaseBinding", "shop-development", lambda each: "deletionTimestamp" in each["metadata"]
        )
        platform.create(samples.release_binding(platform.namespace, "development"))

    with meanwhile(threading.Thread(target=make_again)):
        said = workspace.destroy("development").said
    assert "checking whether anything was created again in the meantime" in said
    assert [platform.find(*each) for each in BINDINGS] == [None] * 3


def test_a_disconnected_agent_is_the_cause_that_is_reported_at_the_deadline(
    workspace: Workspace, platform: Cluster, controlled_plane: ControlPlane
) -> None:
    finalizer(workspace, platform, deadline="9s")
    without_development(platform)
    with agents.away(controlled_plane, platform.namespace, "default"):
        said = workspace.destroy("development", fails=True).said
    assert "timed out after 9s with 1 remaining; nothing was forced" in said
    assert f"ReleaseBinding {platform.namespace}/web-development: held by openchoreo.dev/releasebinding-cleanup" in said
    assert f"RenderedRelease {platform.namespace}/web-development: Finalizing=True CleanupFailed" in said
    assert "no agents found for plane dataplane/default" in said
    assert (
        f"DataPlane {platform.namespace}/default, which the environment is on: status.agentConnection says that no"
        in said
    )
    workspace.destroy("development")
    assert [platform.find(*each) for each in BINDINGS[::2]] == [None] * 2


def test_a_data_plane_that_is_gone_must_be_applied_again(workspace: Workspace, cluster: Cluster) -> None:
    namespace, plane = cluster.namespace, f"plane-{cluster.namespace}"
    cluster.create(
        samples.data_plane(None, plane),
        samples.environment(namespace, "development", plane, "ClusterDataPlane"),
        samples.pipeline(namespace, ("staging", ["production"])),
        samples.project_type(namespace),
        samples.project(namespace),
        samples.project_release_binding(namespace, "development"),
    )
    cluster.until_says("ProjectReleaseBinding", "shop-development", "Ready", "True")
    finalizer(workspace, cluster, deadline="3s")
    cluster.delete("ClusterDataPlane", plane)
    cluster.until_gone("ClusterDataPlane", plane)

    said = workspace.destroy("development", fails=True).said
    assert f"ClusterDataPlane '{plane}' not found" in said
    assert f"ClusterDataPlane {plane}, which the environment is on, does not exist, and nothing can be" in said

    cluster.create(samples.data_plane(None, plane))
    workspace.run("config", "set", "--stack", "development", "choreo:deadline", "60s")
    workspace.up("development")
    workspace.destroy("development")
    assert cluster.find("ProjectReleaseBinding", "shop-development") is None
    cluster.delete("Environment", "development")
    cluster.until_gone("Environment", "development")
    cluster.delete("ClusterDataPlane", plane)

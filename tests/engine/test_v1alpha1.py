"""A stack of openchoreo.dev/v1alpha1 comes up, stays unchanged, and is deleted in order."""

from typing import Any
from uuid import uuid4

import pytest

from choreo_components.api.openchoreo_v1alpha1.names import data_plane_namespace
from choreo_components.kubernetes.objects import NAMESPACES, resource_named
from devcluster import ControlPlane
from tests.engine import lists
from tests.engine.modes import with_and_without_controllers, with_controllers
from tests.engine.watching import Watcher
from tests.engine.workspace import Workspace
from tests.standin import agents

API_VERSION = "openchoreo.dev/v1alpha1"

WATCHED = [
    NAMESPACES,
    *(
        resource_named(API_VERSION, kind)
        for kind in ("DataPlane", "Environment", "DeploymentPipeline", "Project", "ProjectReleaseBinding")
    ),
]


@pytest.fixture
def team() -> str:
    """The name of the test's namespace, which no other test uses."""
    return f"team-{uuid4().hex[:8]}"


def manifest(kind: str, namespace: str, name: str, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": API_VERSION,
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }


def namespace(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def data_plane(team: str, name: str = "local") -> dict[str, Any]:
    return manifest("DataPlane", team, name, clusterAgent={"clientCA": {"value": "its agent's authority"}})


def environment(team: str, name: str, **spec: Any) -> dict[str, Any]:
    return manifest("Environment", team, name, **{"dataPlaneRef": {"kind": "DataPlane", "name": "local"}} | spec)


def pipeline(team: str) -> dict[str, Any]:
    step = {"sourceEnvironmentRef": {"name": "development"}, "targetEnvironmentRefs": [{"name": "staging"}]}
    return manifest("DeploymentPipeline", team, "standard", promotionPaths=[step])


def project(team: str, name: str = "shop") -> dict[str, Any]:
    of_type = {"kind": "ClusterProjectType", "name": f"{team}-type"}
    return manifest("Project", team, name, deploymentPipelineRef={"name": "standard"}, type=of_type)


def project_type(team: str) -> dict[str, Any]:
    made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "${metadata.namespace}"}}
    declared = manifest("ClusterProjectType", team, f"{team}-type", resources=[{"id": "namespace", "template": made}])
    del declared["metadata"]["namespace"]
    return declared


def binding(team: str, project: str, environment: str) -> dict[str, Any]:
    owner = {"projectName": project}
    return manifest("ProjectReleaseBinding", team, f"{project}-{environment}", owner=owner, environment=environment)


KINDS = ("Environment", "Project", "ProjectReleaseBinding")


def _versions(workspace: Workspace, team: str) -> dict[str, str]:
    return lists.versions(workspace.kubeconfig, lists.inside(team, "openchoreo.dev/v1alpha1", KINDS))


def platform(team: str) -> list[dict[str, Any]]:
    """A namespace with two environments, a project that is bound to one of them, and what these need."""
    return [
        namespace(team),
        data_plane(team),
        environment(team, "development"),
        environment(team, "staging"),
        pipeline(team),
        project_type(team),
        project(team),
        binding(team, "shop", "development"),
    ]


@with_and_without_controllers
def test_a_platform_comes_up_and_the_next_update_changes_nothing(workspace: Workspace, team: str) -> None:
    workspace.stack(
        "platform",
        {"choreo:resources": [*platform(team), project(team, "billing")], "choreo:projects": ["shop", "billing"]},
    )
    created = workspace.up("platform").changes["created"]
    assert workspace.up("platform").changes == {"unchanged": created}
    assert workspace.up("platform", "--refresh").changes == {"unchanged": created}
    owners, stages = ("billing", "shop"), ("development", "staging")
    made = workspace.kubectl("get", "namespaces", "-l", f"openchoreo.dev/namespace={team}", "-o", "name").split()
    names = (data_plane_namespace(team, owner, stage) for owner in owners for stage in stages)
    assert set(made) == {f"namespace/{name}" for name in names}
    workspace.destroy("platform")


def test_after_its_state_is_lost_a_platform_that_choreo_applied_is_taken_over(workspace: Workspace, team: str) -> None:
    config = {"choreo:resources": platform(team), "choreo:projects": ["shop"]}
    workspace.stack("platform", config)
    created = workspace.up("platform").changes["created"]
    versions = _versions(workspace, team)
    workspace.run("stack", "rm", "--force", "--yes", "--preserve-config", "--stack", "platform")
    workspace.stack("platform", config)
    assert "choreo:adopt: if-labelled" in workspace.up("platform", fails=True).said
    workspace.settings("platform", config | {"choreo:adopt": "if-labelled"})
    assert sum(workspace.up("platform").changes.values()) == created
    assert _versions(workspace, team) == versions
    assert workspace.destroy("platform").changes == {"deleted": created}


@with_controllers
def test_bindings_of_projects_that_an_environment_brings_are_its_children(workspace: Workspace, team: str) -> None:
    workspace.stack("platform", {"choreo:resources": platform(team), "choreo:projects": ["shop"]})
    workspace.up("platform")
    parents = {
        each["id"].rpartition("/")[2]: each["parent"].rpartition("::")[2]
        for each in workspace.resources("platform")
        if each["type"] == f"kubernetes:{API_VERSION}:ProjectReleaseBinding"
    }
    assert parents == {"shop-development": "platform", "shop-staging": f"{team}/staging"}
    workspace.destroy("platform")


@with_controllers
def test_a_binding_that_came_with_an_environment_and_is_declared_now_remains_the_same_object(
    workspace: Workspace, team: str
) -> None:
    resources = platform(team)
    workspace.stack("platform", {"choreo:resources": resources, "choreo:projects": ["shop"]})
    workspace.up("platform")
    uid = "jsonpath={.metadata.uid}"
    before = workspace.kubectl("get", "projectreleasebinding", "shop-staging", "-n", team, "-o", uid)
    for more in ([binding(team, "shop", "staging")], []):
        workspace.settings("platform", {"choreo:resources": resources + more, "choreo:projects": ["shop"]})
        workspace.up("platform")
        assert workspace.kubectl("get", "projectreleasebinding", "shop-staging", "-n", team, "-o", uid) == before
    workspace.destroy("platform")


@with_controllers
def test_an_update_ends_when_bindings_are_carried_out_or_reports_why_they_are_not(
    workspace: Workspace, team: str, controlled_plane: ControlPlane
) -> None:
    """OpenChoreo sets Ready on a changed binding before anything is applied, and the Kubernetes provider reads that."""
    bound = binding(team, "shop", "development")
    settings = {"choreo:resources": [*platform(team)[:-1], bound]}
    workspace.stack("platform", settings)
    workspace.up("platform")
    bound["spec"]["environmentConfigs"] = {"namespaceAnnotations": {"example.com/note": "changed"}}

    with agents.away(controlled_plane, team, "local"):
        workspace.settings("platform", {**settings, "choreo:timeouts": {"ready": "8s"}})
        said = workspace.up("platform", fails=True).said
    assert f"ProjectReleaseBinding {team}/shop-development is not accepted by OpenChoreo's controllers" in said
    assert "Ready=False ResourceApplyFailed Failed to apply resources to target plane" in said
    assert "ResourcesApplied=False ApplyFailed failed to apply resource namespace: proxy request failed" in said
    assert (
        f"DataPlane {team}/local, which the environment is on: status.agentConnection says that no agent is connected"
        in said
    )

    workspace.settings("platform", settings)
    workspace.up("platform")
    name = data_plane_namespace(team, "shop", "development")
    note = workspace.kubectl("get", "namespace", name, "-o", "jsonpath={.metadata.annotations.example\\.com/note}")
    assert note == "changed"
    workspace.destroy("platform")


@with_and_without_controllers
def test_destroy_deletes_bindings_then_namespaces_and_pipelines_then_environments(
    workspace: Workspace, team: str
) -> None:
    workspace.stack("platform", {"choreo:resources": platform(team), "choreo:projects": ["shop"]})
    workspace.up("platform")
    with Watcher(workspace.kubeconfig, WATCHED) as watcher:
        workspace.destroy("platform")
    # Others use the cluster at the same time, and the same names.
    own = [each for each in watcher.events if team in (each.namespace, each.name) or each.name.startswith(f"dp-{team}")]
    gone = {(each.kind, each.name): each.version for each in own if each.type == "DELETED"}
    begun: dict[tuple[str, str], int] = {}
    for each in own:
        if each.deleting or each.type == "DELETED":
            begun.setdefault((each.kind, each.name), each.version)
    # With controllers, a binding is gone only after its namespace.
    assert (
        begun["ProjectReleaseBinding", "shop-development"]
        < begun["Namespace", data_plane_namespace(team, "shop", "development")]
    )
    for stage in ("development", "staging"):
        of_project = data_plane_namespace(team, "shop", stage)
        assert gone["DeploymentPipeline", "standard"] < begun["Environment", stage]
        assert gone["Namespace", of_project] < begun["Environment", stage]
        assert gone["Environment", stage] < begun["DataPlane", "local"]
    assert gone["Project", "shop"] < gone["DeploymentPipeline", "standard"]
    assert gone["DataPlane", "local"] < gone["Namespace", team]


def test_a_namespace_that_kubernetes_keeps_gets_the_label_and_loses_it_again(workspace: Workspace) -> None:
    plain = namespace("default") | {"metadata": {"name": "default", "annotations": {"example.com/of-stack": "yes"}}}
    label = "jsonpath={.metadata.labels.openchoreo\\.dev/control-plane}{.metadata.annotations.example\\.com/of-stack}"
    workspace.stack("default", {"choreo:resources": [plain, data_plane("default", "of-the-test")]})
    created = workspace.up("default").changes["created"]
    assert workspace.up("default").changes == {"unchanged": created}
    assert workspace.kubectl("get", "namespace", "default", "-o", label) == "trueyes"
    workspace.destroy("default")
    assert workspace.kubectl("get", "namespace", "default", "-o", label) == ""


@pytest.mark.parametrize("adopt", ["never", "if-labelled"])
def test_a_namespace_of_others_is_taken_over_with_its_label_if_allowed(
    workspace: Workspace, team: str, adopt: str
) -> None:
    workspace.kubectl("create", "namespace", team)
    labelled = {"name": team, "labels": {"openchoreo.dev/control-plane": "true"}}
    declared = namespace(team) | {"metadata": labelled}
    workspace.stack("team", {"choreo:resources": [declared], "choreo:adopt": adopt})
    assert f"Namespace {team}" in workspace.up("team", fails=True).said
    workspace.kubectl("label", "namespace", team, "openchoreo.dev/control-plane=true")
    workspace.up("team", fails=adopt == "never")
    workspace.destroy("team")
    workspace.kubectl("delete", "namespace", team, "--ignore-not-found")


def test_an_environment_that_changes_its_data_plane_is_created_again(workspace: Workspace, team: str) -> None:
    # No pipeline: it would keep the Environment from being deleted.
    own = [namespace(team), data_plane(team), data_plane(team, "other")]
    workspace.stack("platform", {})
    uids = []
    for name in ("local", "other"):
        stage = manifest("Environment", team, "development", dataPlaneRef={"kind": "DataPlane", "name": name})
        workspace.settings("platform", {"choreo:resources": [*own, stage]})
        workspace.up("platform")
        live = workspace.kubectl("get", "environments.openchoreo.dev", "-n", team, "-o", "jsonpath={..metadata.uid}")
        uids.append(live)
    assert uids[0] != uids[1]
    workspace.destroy("platform")

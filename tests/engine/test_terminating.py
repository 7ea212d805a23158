"""What is being deleted counts as missing: nothing is applied until it is gone, and then it is created."""

import json
from pathlib import Path

from devcluster import ControlPlane
from tests import declaring
from tests.engine import samples
from tests.engine.test_stuck import held
from tests.engine.workspace import Workspace

LET_GO = '{"metadata":{"finalizers":null}}'


def namespace_of(workspace: Workspace, organization: str, environment: str, *arguments: str) -> str:
    """The name of an environment's only namespace."""
    selector = f"organization-name={organization},environment-name={environment}"
    [found] = workspace.kubectl("get", "namespaces", "-l", selector, "-o", "name", *arguments).split()
    return found.removeprefix("namespace/")


def test_a_namespace_that_is_being_deleted_is_refused_until_it_is_gone_whatever_the_state_knows(
    acme: Workspace, organization: str
) -> None:
    config = samples.stack("staging", organization) | {"choreo:timeouts": {"namespaces": "8s"}}
    acme.stack("staging", config)
    acme.up("staging")
    name = namespace_of(acme, organization, "staging")
    acme.create(held(name))
    acme.kubectl("delete", "namespace", name, "--wait=false")
    acme.kubectl("wait", "--for=condition=NamespaceFinalizersRemaining", f"namespace/{name}", "--timeout=60s")

    going = f"Namespace {name} is being deleted since"
    for said in (acme.preview("staging", fails=True).said, acme.up("staging", "--refresh", fails=True).said):
        assert going in said
        assert "held by kubernetes (Kubernetes' namespace controller" in said
        assert "example.com/never" in said, "not what remains in it"
        assert f"kubectl get namespaces {name}" in said
        assert "Pulumi.staging.yaml" in said

    # The state is lost: it has the labels of its environment, and would be adopted.
    acme.run("stack", "rm", "staging", "--yes", "--force", "--preserve-config")
    acme.stack("staging")
    acme.run("config", "set", "choreo:adopt", "if-labelled", "--stack", "staging")
    assert going in acme.up("staging", fails=True).said

    acme.kubectl("patch", "configmap", "held", "-n", name, "--type=merge", "-p", LET_GO)
    acme.kubectl("wait", "--for=delete", f"namespace/{name}", "--timeout=60s")
    acme.up("staging")
    assert "Active" in acme.kubectl("get", "namespace", name)

    # And once more, now that the state knows it: a refresh finds that it is gone.
    acme.kubectl("delete", "namespace", name)
    said = acme.preview("staging", fails=True).said
    assert f"Namespace {name} is in Pulumi's state, and no longer in the cluster" in said
    acme.preview("staging", "--refresh")
    assert acme.up("staging", "--refresh").changes["created"] == 1
    assert "Active" in acme.kubectl("get", "namespace", name)
    acme.up("staging", "--expect-no-changes")

    # A destroy may run the program, which must not stop it from deleting what is being deleted.
    acme.create(held(name))
    acme.kubectl("delete", "namespace", name, "--wait=false")
    said = acme.destroy("staging", "--run-program", fails=True).said
    assert "is not finalized: timed out after 8s with 1 remaining" in said
    assert "counts as missing" not in said
    acme.kubectl("patch", "configmap", "held", "-n", name, "--type=merge", "-p", LET_GO)
    acme.destroy("staging", "--run-program")
    assert acme.resources("staging") == []


def test_what_a_stack_has_or_refers_to_is_refused_at_preview_while_it_is_being_deleted(
    acme: Workspace, organization: str
) -> None:
    data_plane = json.loads(json.dumps(declaring.data_plane("dp-going", organization)))
    data_plane["metadata"]["finalizers"] = ["example.com/mine"]
    project = declaring.project("leaving", organization=organization)
    project["metadata"]["finalizers"] = ["example.com/mine"]
    for each in (data_plane, project):
        acme.create(json.dumps(each))
        kind, name = each["kind"].lower(), each["metadata"]["name"]
        acme.kubectl("delete", f"{kind}s.core.choreo.dev", name, "-n", organization, "--wait=false")
    environment = declaring.environment("late", organization=organization, data_plane="dp-going")
    own = declaring.project("leaving", organization=organization)
    acme.stack("late", {"choreo:resources": [environment, own], "choreo:adopt": "if-labelled"})
    said = acme.preview("late", fails=True).said
    assert f"DataPlane {organization}/dp-going, which Environment 'late'" in said
    assert f"Project {organization}/leaving is being deleted since" in said
    assert said.count("held by example.com/mine") == 2
    for each in (data_plane, project):
        kind, name = each["kind"].lower(), each["metadata"]["name"]
        acme.kubectl("patch", f"{kind}s.core.choreo.dev", name, "-n", organization, "--type=merge", "-p", LET_GO)


def test_a_namespace_on_another_cluster_is_refused_too(
    acme: Workspace, organization: str, data_plane: ControlPlane, tmp_path: Path
) -> None:
    config = samples.stack("staging", organization)
    [reference] = {each["spec"]["dataPlaneRef"] for each in config["choreo:resources"] if each["kind"] == "Environment"}
    config["choreo:dataPlaneKubeconfigs"] = {reference: str(data_plane.kubeconfig)}
    acme.stack("far", config)
    acme.up("far")
    there = ("--kubeconfig", str(data_plane.kubeconfig))
    name = namespace_of(acme, organization, "staging", *there)
    acme.kubectl(
        "patch", "namespace", name, *there, "--type=merge", "-p", '{"metadata":{"finalizers":["example.com/a"]}}'
    )
    acme.kubectl("delete", "namespace", name, "--wait=false", *there)
    assert f"Namespace {name} is being deleted since" in acme.preview("far", fails=True).said
    assert "Namespace" in acme.refresh("far").said
    acme.kubectl("patch", "namespace", name, *there, "--type=merge", "-p", LET_GO)

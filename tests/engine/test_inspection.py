"""`choreo leftovers` and `choreo drift` on a real API server: they report what others changed, and nothing else."""

import json
import subprocess
from pathlib import Path
from typing import Any

import yaml

from choreo_components.api import all_kinds
from choreo_components.kubernetes.objects import resource_of
from devcluster import ControlPlane
from tests import declaring
from tests.engine import keys, samples
from tests.engine.modes import with_and_without_controllers
from tests.engine.operators import Operators, Right, rights
from tests.engine.workspace import SECONDS, Workspace


def choreo(workspace: Workspace, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a command of choreo in the folder of the project."""
    return subprocess.run(
        ["choreo", *arguments],
        cwd=workspace.folder,
        env=workspace.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


def output_of(workspace: Workspace, command: str, code: int) -> Any:
    """The JSON output of a command, which must end with this exit code."""
    done = choreo(workspace, command, "--output", "json")
    assert done.returncode == code, f"`choreo {command}` ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return json.loads(done.stdout)


def estate(organization: str) -> dict[str, Any]:
    """One stack with an organization, an environment, what is deployed to it, and unusual values of all kinds."""
    acme, development = (samples.stack(name, organization) for name in ("acme", "development"))
    environment = development["choreo:resources"][0]
    # Neither is sent: Go would omit it.
    environment["spec"]["isProduction"] = False
    environment["metadata"]["annotations"]["core.choreo.dev/description"] = ""
    groups = [declaring.configuration_group(name, organization) for name in ("redis", "kafka")]
    resources = [*acme["choreo:resources"], *development["choreo:resources"], *groups]
    return {"choreo:resources": resources}


@with_and_without_controllers
def test_a_stack_that_is_up_has_neither_drift_nor_leftovers_until_others_change_something(
    workspace: Workspace, organization: str
) -> None:
    workspace.stack("all", estate(organization))
    workspace.up("all")

    (report,) = output_of(workspace, "drift", 0)["stacks"]
    assert (report["drift"], report["objects"]) == ([], 13), "11 objects, and 2 namespaces"
    # With controllers there is an Endpoint, which they made for the Deployment.
    assert output_of(workspace, "leftovers", 0)["leftovers"] == []

    kubectl, inside = workspace.kubectl, ("-n", organization)
    environment, group = "environments.core.choreo.dev/development", "configurationgroups.core.choreo.dev"
    selected = f"organization-name={organization},environment-name=development"
    provisioned = kubectl("get", "namespaces", "-l", selected, "-o", "name").strip()
    patch = json.dumps({"spec": {"isProduction": True, "gateway": {"dnsPrefix": "other"}}})
    kubectl("patch", environment, *inside, "--type", "merge", "-p", patch)
    kubectl("annotate", environment, *inside, "theirs=yes", "core.choreo.dev/display-name=Other", "--overwrite")
    kubectl("label", f"{group}/kafka", *inside, "core.choreo.dev/name=other", "--overwrite")
    kubectl("delete", f"{group}/redis", *inside)
    kubectl("label", provisioned, "project-name=other", "theirs=yes", "--overwrite")
    (report,) = output_of(workspace, "drift", 1)["stacks"]
    seen = {
        (each["kind"], each["name"], each["state"]): {
            difference["field"]: (difference["declared"], difference["live"]) for difference in each["differences"]
        }
        for each in report["drift"]
    }
    name = provisioned.removeprefix("namespace/")
    assert seen == {
        ("Environment", "development", "differs"): {
            "metadata.annotations[core.choreo.dev/display-name]": ("Development Environment", "Other"),
            "spec.isProduction": (False, True),
            "spec.gateway.dnsPrefix": ("local-dev", "other"),
        },
        ("ConfigurationGroup", "kafka", "differs"): {"metadata.labels[core.choreo.dev/name]": ("kafka", "other")},
        ("ConfigurationGroup", "redis", "missing"): {},
        ("Namespace", name, "differs"): {"metadata.labels.project-name": ("customer-portal", "other")},
    }
    # As the second-last line says.
    workspace.up("all", "--refresh")
    assert output_of(workspace, "drift", 0)["stacks"][0]["drift"] == []

    foreign: Any = {"spec": {"gateway": {"security": {"remoteJwks": {"uri": "https://example.com"}}}}}
    kubectl("patch", environment, *inside, "--type", "merge", "-p", json.dumps(foreign))
    workspace.up("all", "--refresh")
    assert "spec.gateway.security: nothing -> " in choreo(workspace, "drift").stdout, "Pulumi does not see it"
    foreign["spec"]["gateway"]["security"] = None
    kubectl("patch", environment, *inside, "--type", "merge", "-p", json.dumps(foreign))
    assert output_of(workspace, "drift", 0)["stacks"][0]["drift"] == []

    kubectl("apply", "-f", "-", manifest=samples.deployment(organization, "development", "stray"))
    stray = f"stray-{organization}"
    kubectl("apply", "-f", "-", manifest=samples.namespace(stray, organization, "test"))
    try:
        found = {(each["kind"], each["name"]): each for each in output_of(workspace, "leftovers", 1)["leftovers"]}
        # With controllers, a stray Deployment soon has Endpoints.
        assert {key for key in found if key[0] != "Endpoint"} == {("Deployment", "stray"), ("Namespace", stray)}
        assert found["Namespace", stray]["why"] == [
            "no stack declares its environment 'test', and it is not in the cluster"
        ]
        look = found["Deployment", "stray"]["look"]
        assert "name: stray" in kubectl(*look.removeprefix("kubectl ").split())
    finally:
        kubectl("delete", "namespace", stray, "--wait=false")


def test_a_cluster_is_found_by_the_stacks_encrypted_kubeconfig(workspace: Workspace, organization: str) -> None:
    workspace.secrets_provider = keys.PASSPHRASE
    workspace.stack("acme", samples.stack("acme", organization))
    text = workspace.kubeconfig.read_text()
    workspace.run("config", "set", "--secret", "--stack", "acme", "choreo:kubeconfig", given=text)
    workspace.environment["KUBECONFIG"] = "/nonexistent"

    report = choreo(workspace, "drift")
    assert report.returncode == 1, report.stderr
    assert report.stdout.splitlines()[-1] == "1 stack, 5 objects: 5 are missing"

    workspace.environment["PULUMI_CONFIG_PASSPHRASE"] = "wrong"
    refused = choreo(workspace, "drift")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "stack 'acme' has encrypted settings" in refused.stderr
    assert "incorrect passphrase" in refused.stderr


def test_a_cluster_is_found_by_the_kubeconfig_that_all_stacks_of_a_project_have(
    workspace: Workspace, organization: str
) -> None:
    """Also for a stack with its own secret, whose settings Pulumi decrypts."""
    text = workspace.kubeconfig.read_text()
    file = workspace.folder / "Pulumi.yaml"
    file.write_text(yaml.safe_dump(yaml.safe_load(file.read_text()) | {"config": {"choreo:kubeconfig": text}}))
    for stack in ("plain", "secret"):
        workspace.stack(stack, {"choreo:resources": [declaring.project(stack, organization=organization)]})
    secret = ("choreo:dataPlaneKubeconfigs.east", "--path", "--secret")
    workspace.run("config", "set", *secret, "--stack", "secret", given=text)
    workspace.environment["KUBECONFIG"] = "/nonexistent"
    assert choreo(workspace, "drift").stdout.splitlines()[-1] == "2 stacks, 2 objects: 2 are missing"


def test_drift_needs_rights_only_to_what_the_stacks_declare(
    acme: Workspace, organization: str, control_plane: ControlPlane, tmp_path: Path
) -> None:
    acme.stack("platform", samples.stack("acme", organization))
    others = [kind for kind in all_kinds().values() if kind.kind in ("Component", "Deployment", "Endpoint")]
    missing = Right("choreo-objects", "list", tuple(map(resource_of, others)))
    with Operators(control_plane.kubeconfig, tmp_path) as operators:
        kubeconfig = operators.operator(organization, without=missing)
        done = choreo(acme, "drift", "--kubeconfig", str(kubeconfig))
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_leftovers_are_found_wherever_they_are_and_without_a_stack(
    workspace: Workspace, organization: str, control_plane: ControlPlane, tmp_path: Path
) -> None:
    """Of an organization that is gone: in its namespace, which has lost its labels, and in one of another owner."""
    kubectl, other = workspace.kubectl, f"other-{organization}"
    for name in (organization, other):
        kubectl("create", "namespace", name)
    project = declaring.project(organization=organization)
    project["metadata"]["labels"] = {"core.choreo.dev/organization": organization, "core.choreo.dev/name": "shop"}
    astray = {**project, "metadata": {**project["metadata"], "namespace": other}}
    try:
        for each in (project, astray):
            kubectl("apply", "-f", "-", manifest=yaml.safe_dump(each))
        workspace.stack("unrelated", {"choreo:resources": [declaring.project(organization=f"un-{organization}")]})
        assert organization in output_of(workspace, "leftovers", 0)["otherOrganizations"]

        nowhere = tmp_path / "nowhere"
        nowhere.mkdir()
        options = ("--organization", organization, "--folder", str(nowhere), "--output", "json")
        done = choreo(workspace, "leftovers", *options, "--kubeconfig", str(workspace.kubeconfig))
        assert done.returncode == 1, done.stderr
        body = json.loads(done.stdout)
        found = {(each["kind"], each["namespace"]) for each in body["leftovers"]}
        assert found == {("Project", organization), ("Project", other)}
        assert body["absentOrganizations"] == [organization]

        with Operators(control_plane.kubeconfig, tmp_path) as operators:
            kubeconfig = operators.operator(organization)
            done = choreo(workspace, "leftovers", *options, "--kubeconfig", str(kubeconfig))
        assert (done.returncode, done.stderr) == (1, ""), "the operator may list in the organization's namespace only"
        body = json.loads(done.stdout)
        assert {(each["kind"], each["namespace"]) for each in body["leftovers"]} == {("Project", organization)}
        assert "Project" in body["restricted"]
    finally:
        kubectl("delete", "namespace", organization, other, "--wait=false")


def test_what_may_not_be_listed_is_reported_with_what_was_found(
    acme: Workspace, organization: str, control_plane: ControlPlane, tmp_path: Path
) -> None:
    acme.stack("platform", {"choreo:resources": [declaring.organization(organization)]})
    right = next(each for each in rights() if str(each) == "choreo-namespaces-list")
    with Operators(control_plane.kubeconfig, tmp_path) as operators:
        kubeconfig = operators.operator(organization, without=right)
        done = choreo(acme, "leftovers", "--kubeconfig", str(kubeconfig))
    assert done.returncode == 2, done.stderr
    assert f"DataPlane {organization}/dp-local" in done.stdout.splitlines()
    assert done.stderr.startswith("error: not known: namespaces: list namespaces: https://")
    assert "answers 403" in done.stderr

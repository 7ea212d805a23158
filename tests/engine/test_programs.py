"""Programs of others: our wheel in a Python program outside this checkout, and our components in another language."""

import json
import subprocess
from pathlib import Path
from uuid import uuid4

import pytest
import yaml

from choreo_components.api.openchoreo_v1alpha1.names import data_plane_namespace
from choreo_components.version import VERSION
from tests.checkout import CHECKOUT
from tests.engine.foreign import REMOTE
from tests.engine.modes import with_controllers
from tests.engine.workspace import Workspace
from tests.inspection.worlds import kubeconfig
from tests.standin.openchoreo_v1alpha1 import samples as today

PROGRAM = """
import pulumi
from choreo_components import Controllers, DataPlane, Deployment, Environment, Organization

absent = Controllers.ABSENT
organization = Organization(pulumi.Config().require("organization"), {"controllers": absent})
plane = DataPlane("plane", {
    "organization": organization.namespace,
    "controllers": absent,
    "kubernetesCluster": {
        "name": "elsewhere",
        "connectionConfigRef": "elsewhere-connection",
        "featureFlags": {"cilium": False, "scaleToZero": False, "gatewayType": "envoy"},
    },
    "gateway": {"publicVirtualHost": "example.com", "organizationVirtualHost": "internal.example.com"},
})
environment = Environment("development", {
    "organization": organization.namespace,
    "controllers": absent,
    "dataPlaneRef": plane.name,
    "dataPlaneGateway": plane.gateway,
    "gateway": {"dnsPrefix": "dev"},
    "projects": ["portal", "shop"],
})
Deployment("list", {
    "organization": organization.namespace,
    "project": "portal",
    "component": "list",
    "deploymentTrack": "main",
    "environment": environment.name,
    "controllers": absent,
    "deploymentArtifactRef": "list",
})
pulumi.export("namespaces", environment.namespaces)
pulumi.export("hosts", environment.hosts)
"""

FOREIGN = (
    REMOTE
    + """
organization = Remote("Organization", pulumi.Config().require("organization"), {"controllers": "absent"})
plane = Remote("DataPlane", "plane", {
    "organization": organization.namespace,
    "controllers": "absent",
    "kubernetesCluster": {
        "name": "elsewhere",
        "connectionConfigRef": organization.name.apply(lambda name: f"{name}-connection"),
        "featureFlags": {"cilium": False, "scaleToZero": False, "gatewayType": "envoy"},
    },
    "gateway": {"publicVirtualHost": "example.com", "organizationVirtualHost": "internal.example.com"},
}, ("name", "namespace", "gateway"))
environment = Remote("Environment", "development", {
    "organization": organization.namespace,
    "controllers": "absent",
    "dataPlaneRef": plane.name,
    "dataPlaneGateway": plane.gateway,
    "gateway": {"dnsPrefix": "dev"},
    "projects": ["portal"],
}, ("name", "namespace", "namespaces", "hosts"))
pulumi.export("namespaces", environment.namespaces)
pulumi.export("hosts", environment.hosts)
"""
)


def test_a_program_outside_with_the_wheel_is_brought_up_and_destroyed(
    workspace: Workspace, organization: str, tmp_path: Path
) -> None:
    python = _environment_with_wheel(tmp_path)
    workspace.environment["PATH"] = f"{python.parent}:{workspace.environment['PATH']}"
    project = {
        "name": "outside",
        "runtime": "python",
        "plugins": {"providers": [{"name": "choreo", "path": str(python.parent)}]},
    }
    (workspace.folder / "Pulumi.yaml").write_text(yaml.safe_dump(project))
    (workspace.folder / "__main__.py").write_text(PROGRAM)
    workspace.stack("outside")
    workspace.run("config", "set", "--stack", "outside", "organization", organization)

    said = workspace.up("outside").said

    home = subprocess.check_output(
        [python, "-c", "import choreo_components as c; print(c.__file__)"], cwd="/", text=True
    )
    assert home.startswith(str(tmp_path)), "the program uses the wheel, nothing of this checkout"
    assert "portal" in said
    assert "shop" in said
    assert 'public      : "dev.example.com"' in said
    assert _namespaces(workspace, organization) == 2
    assert workspace.up("outside").changes.keys() == {"unchanged"}
    workspace.destroy("outside")
    assert _namespaces(workspace, organization) == 0
    assert workspace.resources("outside") == []


def test_destroying_a_part_of_a_program_deletes_no_more_of_its_environment(
    workspace: Workspace, organization: str
) -> None:
    """Also of a program that was brought up by a release without witnesses in programs."""
    workspace.project({"__main__.py": PROGRAM}, name="part")
    workspace.stack("part")
    workspace.run("config", "set", "--stack", "part", "organization", organization)
    workspace.up("part")
    state = json.loads(workspace.state("part"))
    state["deployment"]["resources"] = [
        each for each in state["deployment"]["resources"] if each["type"] != "choreo:index:Witness"
    ]
    workspace.run("stack", "import", "--stack", "part", given=json.dumps(state))
    changes = workspace.up("part").changes
    assert changes.keys() == {"created", "unchanged"}
    assert changes["created"] == 1

    target = "--target", "**::development-namespace-portal", "--target-dependents"
    said = workspace.destroy("part", *target).said
    assert f"'development' of organization {organization!r} is not finalized, as its Environment stays" in said
    assert _namespaces(workspace, organization) == 1, "that of the other project remains"
    assert workspace.up("part").changes["created"] == 4
    workspace.destroy("part")
    assert _namespaces(workspace, organization) == 0


OF_TODAY = """
import pulumi
from choreo_components import v1alpha1

namespace = pulumi.Config().require("namespace")
gateway = {"ingress": {"external": {
    "name": "gateway", "namespace": "gateways", "https": {"host": "apps.example.com", "port": 443},
}}}
plane = v1alpha1.DataPlane("local", {
    "namespace": namespace,
    "clusterAgent": {"clientCA": {"value": "the agent's authority"}},
    "gateway": gateway,
})
environment = v1alpha1.Environment("development", {
    "namespace": namespace,
    "dataPlaneRef": {"kind": "DataPlane", "name": plane.name},
    "dataPlaneGateway": gateway,
    "projects": ["portal", "shop"],
})
pipeline = v1alpha1.DeploymentPipeline("standard", {
    "namespace": namespace,
    "promotionPaths": [{"sourceEnvironmentRef": {"name": environment.name}, "targetEnvironmentRefs": []}],
})
cell = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "${metadata.namespace}"}}
plain = v1alpha1.ProjectType("plain", {"namespace": namespace, "resources": [{"id": "cell", "template": cell}]})
for project in ("portal", "shop"):
    v1alpha1.Project(project, {
        "namespace": namespace,
        "deploymentPipelineRef": {"name": pipeline.name},
        "type": {"kind": "ProjectType", "name": plain.name},
    })
pulumi.export("namespaces", environment.namespaces)
pulumi.export("hosts", environment.hosts)
"""


@with_controllers
def test_a_program_of_todays_api_ends_when_the_namespaces_of_its_projects_exist(workspace: Workspace) -> None:
    """The Projects are created after the Environment, and their bindings with it."""
    team = f"team-{uuid4().hex[:8]}"
    workspace.create(yaml.safe_dump(today.tenant(team)))
    workspace.project({"__main__.py": OF_TODAY}, name="today")
    workspace.stack("today")
    workspace.run("config", "set", "--stack", "today", "namespace", team)
    said = workspace.up("today").said
    assert "not waited for" not in said
    assert 'external: "apps.example.com"' in said

    names = {project: data_plane_namespace(team, project, "development") for project in ("portal", "shop")}
    for project, name in names.items():
        assert f'{project}: "{name}"' in " ".join(said.split()).replace(" :", ":")
        assert workspace.kubectl("get", "namespace", name, "-o", "name") == f"namespace/{name}\n"
    assert workspace.up("today").changes.keys() == {"unchanged"}
    workspace.destroy("today")
    assert [workspace.kubectl("get", "namespace", name, "--ignore-not-found") for name in names.values()] == ["", ""]
    workspace.kubectl("delete", "namespace", team, "--wait=false")


ORGANIZATION = """
import pulumi
from choreo_components import Organization

Organization(pulumi.Config().require("organization"), {})
"""


@with_controllers
@pytest.mark.parametrize("newer_provider", [True], indirect=True, ids=["kubernetes-4.29"])
def test_a_newer_default_provider_must_take_over_the_namespaces_that_controllers_make(
    workspace: Workspace, organization: str
) -> None:
    workspace.project({"__main__.py": ORGANIZATION}, name="outside")
    workspace.stack("outside")
    workspace.run("config", "set", "--stack", "outside", "organization", organization)
    said = workspace.preview("outside", fails=True).said
    setting = "kubernetes:upsertExistingObjects"
    assert f"pulumi config set {setting} true" in said
    workspace.run("config", "set", "--stack", "outside", setting, "true")
    workspace.up("outside")
    workspace.destroy("outside")
    assert workspace.kubectl("get", "namespace", organization, "--ignore-not-found") == ""


def test_a_program_in_another_language_constructs_the_components(workspace: Workspace, organization: str) -> None:
    workspace.project({"__main__.py": FOREIGN}, name="foreign")
    workspace.stack("foreign")
    workspace.run("config", "set", "--stack", "foreign", "organization", organization)
    said = workspace.up("foreign").said
    assert 'organization: "dev.internal.example.com"' in said
    plane = ("dataplanes.core.choreo.dev", "plane", "-n", organization)
    reference = workspace.kubectl("get", *plane, "-o", "jsonpath={.spec.kubernetesCluster.connectionConfigRef}")
    assert reference == f"{organization}-connection", "an output inside a nested input arrives"
    assert _namespaces(workspace, organization) == 1
    assert workspace.up("foreign").changes.keys() == {"unchanged"}
    workspace.destroy("foreign")
    assert _namespaces(workspace, organization) == 0


def test_the_command_works_with_the_lowest_versions_that_the_wheel_allows(tmp_path: Path) -> None:
    command = _environment_with_lowest(tmp_path).with_name("choreo")

    def choreo(*arguments: str) -> str:
        done = subprocess.run([command, *arguments], cwd=CHECKOUT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"`choreo {' '.join(arguments)}` ended with {done.returncode}:\n{done.stderr}"
        return done.stdout

    assert choreo("--version") == f"choreo {VERSION}\n"
    assert choreo("validate").endswith(": nothing found\n")
    assert choreo("graph").startswith("flowchart LR\n")
    assert "Usage: choreo leftovers" in choreo("leftovers", "--help")
    # What talks to clusters, which the others do not need.
    nowhere = tmp_path / "kubeconfig"
    nowhere.write_text(kubeconfig("https://127.0.0.1:1"))
    drift = [str(command), "drift", "--kubeconfig", str(nowhere)]
    said = subprocess.run(drift, cwd=CHECKOUT, capture_output=True, text=True, check=False).stderr
    assert said.startswith("error: get /apis/core.choreo.dev/v1: https://127.0.0.1:1 cannot be reached: "), said


@pytest.mark.parametrize("token", ["choreo:core/v1:Environment", "choreo:index:EnvironmentFinalizer"])
def test_the_engine_prints_the_schema_of_our_executable(workspace: Workspace, token: str) -> None:
    said = workspace.run("package", "get-schema", str(CHECKOUT / ".venv" / "bin" / "pulumi-resource-choreo")).said
    assert f'"{token}"' in said


def _environment_with_wheel(folder: Path) -> Path:
    """The Python of a new virtual environment with our wheel and its dependencies as in uv.lock."""
    exact = folder / "requirements.txt"
    export = ["export", "--project", str(CHECKOUT), "--frozen", "--no-dev", "--no-emit-project", "-o", str(exact)]
    _uv(*export)
    return _installed(folder, exact, "--seed")


def _environment_with_lowest(folder: Path) -> Path:
    """The Python of one with the wheel, its command, and the lowest versions that pyproject.toml allows."""
    lowest = folder / "requirements.txt"
    project = str(CHECKOUT / "pyproject.toml")
    _uv("pip", "compile", "--resolution", "lowest-direct", "--extra", "cli", project, "-o", str(lowest))
    return _installed(folder, lowest, extra="[cli]")


def _installed(folder: Path, constraints: Path, *options: str, extra: str = "") -> Path:
    """The Python of a new virtual environment with our wheel, with an extra or none, in these versions."""
    _uv("build", "--wheel", "--out-dir", str(folder), str(CHECKOUT))
    _uv("venv", *options, str(folder / "venv"))
    (wheel,) = folder.glob("choreo_components-*.whl")
    python = folder / "venv" / "bin" / "python"
    _uv("pip", "install", "--python", str(python), "--constraint", str(constraints), f"{wheel}{extra}")
    return python


def _uv(*arguments: str) -> None:
    subprocess.run([str(CHECKOUT / ".venv" / "bin" / "uv"), *arguments, "--quiet"], check=True, stdout=subprocess.PIPE)


def _namespaces(workspace: Workspace, organization: str) -> int:
    found = workspace.kubectl("get", "namespaces", "-l", f"organization-name={organization}", "-o", "name")
    return len(found.splitlines())

"""Programs of others: our wheel in a Python program outside this checkout, and our components in another language."""

import subprocess
from pathlib import Path

import pytest
import yaml

from tests.engine.foreign import REMOTE
from tests.engine.workspace import CHECKOUT, Workspace

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
})
environment = Remote("Environment", "development", {
    "organization": organization.namespace,
    "controllers": "absent",
    "dataPlaneRef": plane.name,
    "gateway": {"dnsPrefix": "dev"},
    "projects": ["portal"],
}, ("name", "namespace", "namespaces"))
pulumi.export("namespaces", environment.namespaces)
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
    assert _namespaces(workspace, organization) == 2
    assert workspace.up("outside").changes.keys() == {"unchanged"}
    workspace.destroy("outside")
    assert _namespaces(workspace, organization) == 0
    assert workspace.resources("outside") == []


def test_a_program_in_another_language_constructs_the_components(workspace: Workspace, organization: str) -> None:
    workspace.project({"__main__.py": FOREIGN}, name="foreign")
    workspace.stack("foreign")
    workspace.run("config", "set", "--stack", "foreign", "organization", organization)
    workspace.up("foreign")
    plane = ("dataplanes.core.choreo.dev", "plane", "-n", organization)
    reference = workspace.kubectl("get", *plane, "-o", "jsonpath={.spec.kubernetesCluster.connectionConfigRef}")
    assert reference == f"{organization}-connection", "an output inside a nested input arrives"
    assert _namespaces(workspace, organization) == 1
    assert workspace.up("foreign").changes.keys() == {"unchanged"}
    workspace.destroy("foreign")
    assert _namespaces(workspace, organization) == 0


@pytest.mark.parametrize("kind", ["Environment", "EnvironmentFinalizer"])
def test_the_engine_prints_the_schema_of_our_executable(workspace: Workspace, kind: str) -> None:
    said = workspace.run("package", "get-schema", str(CHECKOUT / ".venv" / "bin" / "pulumi-resource-choreo")).said
    assert f'"choreo:index:{kind}"' in said


def _environment_with_wheel(folder: Path) -> Path:
    """The Python of a new virtual environment that has our wheel and what it depends on, and nothing else."""
    uv = str(CHECKOUT / ".venv" / "bin" / "uv")
    exact = str(folder / "requirements.txt")
    for command in (
        [uv, "build", "--wheel", "--quiet", "--out-dir", str(folder), str(CHECKOUT)],
        [uv, "export", "--project", str(CHECKOUT), "--frozen", "--no-dev", "--no-emit-project", "--quiet", "-o", exact],
        [uv, "venv", "--quiet", "--seed", str(folder / "venv")],
    ):
        subprocess.run(command, check=True)
    (wheel,) = folder.glob("choreo_components-*.whl")
    python = folder / "venv" / "bin" / "python"
    install = [uv, "pip", "install", "--quiet", "--python", str(python), "--constraint", exact, str(wheel)]
    subprocess.run(install, check=True)
    return python


def _namespaces(workspace: Workspace, organization: str) -> int:
    found = workspace.kubectl("get", "namespaces", "-l", f"organization-name={organization}", "-o", "name")
    return len(found.splitlines())

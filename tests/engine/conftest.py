"""Workspaces on the worker's control plane, each with an organization of its own."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from devcluster import ControlPlane
from tests.engine.samples import stack
from tests.engine.workspace import CHECKOUT, Workspace


@pytest.fixture(scope="session")
def pulumi_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the engine finds the Kubernetes provider."""
    return CHECKOUT / ".dev" / "pulumi"


@pytest.fixture
def organization() -> str:
    """The name of an organization that no other test has."""
    return f"acme-{uuid4().hex[:8]}"


@pytest.fixture
def workspace(tmp_path: Path, control_plane: ControlPlane, toolchain_bin: Path, pulumi_home: Path) -> Workspace:
    """An empty workspace with our program in it."""
    backend = tmp_path / "backend"
    backend.mkdir()
    path = os.pathsep.join([str(CHECKOUT / ".venv" / "bin"), str(toolchain_bin), os.environ["PATH"]])
    environment = {
        "PATH": path,
        "KUBECONFIG": str(control_plane.kubeconfig),
        "PULUMI_HOME": str(pulumi_home),
        "PULUMI_BACKEND_URL": f"file://{backend}",
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }
    made = Workspace(tmp_path / "project", environment)
    made.project({})
    return made


@pytest.fixture
def acme(workspace: Workspace, organization: str) -> Iterator[Workspace]:
    """A workspace in which the stack `acme` is up, with the organization of the test; taken down afterwards."""
    workspace.stack("acme", stack("acme", organization))
    workspace.up("acme")
    yield workspace
    workspace.destroy("acme")

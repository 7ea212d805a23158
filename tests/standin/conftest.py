"""The control plane that the stand-in works on, and kubectl."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml

from choreo_components import Controllers
from devcluster import ControlPlane
from tests.engine import organizations, samples
from tests.standin import standin
from tests.standin.manager import Errors

Kubectl = Callable[..., str]


@pytest.fixture
def errors(controlled_plane: ControlPlane) -> Errors:
    """The errors of the stand-in's controllers."""
    return standin.errors(controlled_plane)


@pytest.fixture
def kubectl(controlled_plane: ControlPlane, toolchain_bin: Path) -> Kubectl:
    """Runs kubectl; returns its output, even if it fails."""

    def run(*arguments: str, manifest: Any = None) -> str:
        command = [str(toolchain_bin / "kubectl"), "--kubeconfig", str(controlled_plane.kubeconfig), *arguments]
        given = yaml.safe_dump_all(manifest) if manifest is not None else ""
        return subprocess.run(
            command, input=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=120
        ).stdout

    return run


@pytest.fixture
def organization(kubectl: Kubectl, controlled_plane: ControlPlane) -> str:
    """A ready Organization with a data plane, a pipeline, a project and an environment `development`."""
    name = f"acme-{uuid4().hex[:8]}"
    organizations.make(name, controlled_plane.kubeconfig, Controllers.PRESENT)
    environment = next(
        each for each in samples.stack("development", name)["choreo:resources"] if each["kind"] == "Environment"
    )
    own = {"core.choreo.dev/organization": name, "core.choreo.dev/name": environment["metadata"]["name"]}
    environment["metadata"]["labels"] = own
    said = kubectl("create", "-f", "-", "-o", "name", manifest=[environment])
    waited = kubectl("wait", "--for=condition=Ready", said.strip(), "-n", name, "--timeout=60s")
    assert "met" in waited, f"{said}{waited}"
    return name

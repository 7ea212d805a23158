"""The control plane that the stand-in works on, and kubectl."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml

from devcluster import ControlPlane
from tests.engine import samples
from tests.standin import standin
from tests.standin.manager import Errors

Kubectl = Callable[..., str]


@pytest.fixture
def errors(controlled_plane: ControlPlane) -> Errors:
    """What the stand-in's controllers have to say."""
    return standin.errors(controlled_plane)


@pytest.fixture
def kubectl(controlled_plane: ControlPlane, toolchain_bin: Path) -> Kubectl:
    """Runs kubectl; gives what it says, also when it fails."""

    def run(*arguments: str, manifest: Any = None) -> str:
        command = [str(toolchain_bin / "kubectl"), "--kubeconfig", str(controlled_plane.kubeconfig), *arguments]
        given = yaml.safe_dump_all(manifest) if manifest is not None else ""
        return subprocess.run(
            command, input=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=120
        ).stdout

    return run


@pytest.fixture
def organization(kubectl: Kubectl) -> str:
    """An Organization that is ready, with a data plane, a pipeline, a project and an environment `development`."""
    name = f"acme-{uuid4().hex[:8]}"
    declared = [
        *samples.stack("acme", name)["choreo:resources"],
        *(each for each in samples.stack("development", name)["choreo:resources"] if each["kind"] == "Environment"),
    ]
    for each in declared:
        own = each["metadata"].setdefault("labels", {})
        own["core.choreo.dev/name"] = each["metadata"]["name"]
        if each["kind"] != "Organization":
            own["core.choreo.dev/organization"] = name
    # One after the other, as the webhook looks into a cache: what was just made may not be in it yet.
    for each, condition in zip(declared, ("Ready", "Created", "Available", "Created", "Ready"), strict=True):
        said = kubectl("create", "-f", "-", "-o", "name", manifest=[each])
        within = ("-n", name) if each["kind"] != "Organization" else ()
        waited = kubectl("wait", f"--for=condition={condition}", said.strip(), *within, "--timeout=60s")
        assert "met" in waited, f"{said}{waited}"
    return name

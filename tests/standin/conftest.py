"""The control plane that the stand-in works on, and kubectl."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml

from choreo_components import Controllers
from devcluster import ControlPlane, crds
from tests.engine import organizations, samples
from tests.planes import Planes
from tests.standin import process, standin
from tests.standin.manager import Errors
from tests.upstream import UPSTREAM

Kubectl = Callable[..., str]

DEFINITIONS = UPSTREAM / "crds" / "openchoreo.dev_v1alpha1"


@pytest.fixture(scope="session")
def todays_plane(planes: Planes) -> Iterator[ControlPlane]:
    """A control plane that serves today's API, where the stand-in for its controllers is at work."""
    definitions = [yaml.safe_load(file.read_text()) for file in sorted(DEFINITIONS.glob("*.yaml"))]
    if not definitions:
        pytest.skip(f"no copy of OpenChoreo's definitions at {DEFINITIONS}")

    def prepare(plane: ControlPlane) -> None:
        crds.install(plane.kubeconfig, definitions)
        process.start(plane)

    with planes.use("todays-plane", prepare=prepare, before_stop=process.stop) as started:
        yield started


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
def organization(kubectl: Kubectl, controlled_plane: ControlPlane) -> str:
    """An Organization that is ready, with a data plane, a pipeline, a project and an environment `development`."""
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

"""Workspaces on the control planes of the run: without OpenChoreo's controllers, and with their stand-in."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import pytest
from lightkube import Client, KubeConfig
from lightkube.resources.apiextensions_v1 import CustomResourceDefinition

from choreo_components import Controllers
from choreo_components.api.core_v1.kinds import V0_2_0
from devcluster import ControlPlane
from tests.engine import organizations
from tests.engine.operators import Operators
from tests.engine.workspace import Workspace, leading_to
from tests.newer_provider import installation
from tests.planes import Planes


@pytest.fixture(scope="module")
def later_plane(planes: Planes) -> Iterator[ControlPlane]:
    """A control plane without controllers, with the definitions of OpenChoreo v0.2.0."""
    with planes.use("later-plane", V0_2_0) as started:
        yield started


@pytest.fixture
def later(tmp_path: Path, toolchain_bin: Path, later_plane: ControlPlane) -> Workspace:
    """A workspace on that control plane, with a separate folder for temporary files."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    made = Workspace(tmp_path, leading_to(later_plane.kubeconfig, toolchain_bin), Controllers.ABSENT)
    made.environment |= {"TMPDIR": str(temporary)}
    return made


@pytest.fixture(scope="module")
def data_plane(planes: Planes) -> Iterator[ControlPlane]:
    """A second cluster, for tests that need a separate data plane: without OpenChoreo's kinds."""

    def without_definitions(plane: ControlPlane) -> None:
        with Client(config=KubeConfig.from_file(plane.kubeconfig), trust_env=False) as client:
            client.deletecollection(CustomResourceDefinition)

    with planes.use("data-plane", prepare=without_definitions) as started:
        yield started


@pytest.fixture(scope="module")
def operators(control_plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operators]:
    """Makes operators on the worker's control plane."""
    with Operators(control_plane.kubeconfig, tmp_path_factory.mktemp("operators")) as made:
        yield made


@pytest.fixture
def controllers(request: pytest.FixtureRequest) -> Controllers:
    """Whether the test's cluster has controllers: without them, unless the test is parametrized with others."""
    return Controllers(getattr(request, "param", Controllers.ABSENT))


@pytest.fixture
def newer_provider(request: pytest.FixtureRequest) -> bool:
    """Whether the Kubernetes provider is the stand-in for a newer one: not unless the test is parametrized with it."""
    return bool(getattr(request, "param", False))


@pytest.fixture
def environment(
    request: pytest.FixtureRequest, toolchain_bin: Path, controllers: Controllers, newer_provider: bool, tmp_path: Path
) -> dict[str, str]:
    """What leads Pulumi and kubectl to the toolchain and to the control plane."""
    plane = "control_plane" if controllers is Controllers.ABSENT else "controlled_plane"
    leading = leading_to(request.getfixturevalue(plane).kubeconfig, toolchain_bin)
    return leading | (installation.install(tmp_path / "newer-provider", toolchain_bin) if newer_provider else {})


@pytest.fixture
def workspace(tmp_path: Path, environment: Mapping[str, str], controllers: Controllers) -> Workspace:
    """A workspace with our program in it, and no stack."""
    return Workspace(tmp_path, environment, controllers)


@pytest.fixture
def organization() -> str:
    """The name of the test's organization, which no other test uses."""
    return f"acme-{uuid4().hex[:8]}"


@pytest.fixture
def acme(workspace: Workspace, organization: str, controllers: Controllers) -> Workspace:
    """A workspace for environments of the organization, which exists."""
    organizations.make(organization, workspace.kubeconfig, controllers)
    return workspace

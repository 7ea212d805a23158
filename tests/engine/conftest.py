"""Workspaces on the worker's control planes: one without OpenChoreo's controllers, and one with their stand-in."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from lightkube import Client, KubeConfig
from lightkube.resources.apiextensions_v1 import CustomResourceDefinition

from choreo_components import Controllers
from choreo_components.api.core_v1.kinds import V0_2_0
from devcluster import ControlPlane
from tests.engine.samples import stack
from tests.engine.workspace import Workspace, leading_to
from tests.newer_provider import installation
from tests.standin.standin import StandIn


@pytest.fixture(scope="session")
def controlled_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane of its own for those tests that want controllers."""
    with ControlPlane.start(tmp_path_factory.mktemp("controlled-plane")) as started:
        yield started


@pytest.fixture(scope="session")
def standin(controlled_plane: ControlPlane) -> Iterator[StandIn]:
    """The stand-in for OpenChoreo's controllers, at work on that control plane."""
    with StandIn(controlled_plane) as started:
        yield started


@pytest.fixture(scope="session")
def later_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane of its own, without controllers, with the definitions of OpenChoreo v0.2.0."""
    with ControlPlane.start(tmp_path_factory.mktemp("later-plane"), V0_2_0) as started:
        yield started


@pytest.fixture
def later(tmp_path: Path, toolchain_bin: Path, later_plane: ControlPlane) -> Workspace:
    """A workspace on that control plane, with a folder for temporary files of its own."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    made = Workspace(tmp_path, leading_to(later_plane.kubeconfig, toolchain_bin), Controllers.ABSENT)
    made.environment |= {"TMPDIR": str(temporary)}
    return made


@pytest.fixture(scope="session")
def data_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A second cluster, for tests that want a data plane besides the control plane: without OpenChoreo's kinds."""
    with ControlPlane.start(tmp_path_factory.mktemp("data-plane")) as started:
        with Client(config=KubeConfig.from_file(started.kubeconfig), trust_env=False) as client:
            client.deletecollection(CustomResourceDefinition)
        yield started


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
    if controllers is Controllers.PRESENT:
        request.getfixturevalue("standin")
    plane = "control_plane" if controllers is Controllers.ABSENT else "controlled_plane"
    leading = leading_to(request.getfixturevalue(plane).kubeconfig, toolchain_bin)
    return leading | (installation.install(tmp_path / "newer-provider", toolchain_bin) if newer_provider else {})


@pytest.fixture
def workspace(tmp_path: Path, environment: Mapping[str, str], controllers: Controllers) -> Workspace:
    """A workspace with our program in it, and no stack."""
    return Workspace(tmp_path, environment, controllers)


@pytest.fixture(scope="session")
def acme_without_controllers(
    tmp_path_factory: pytest.TempPathFactory, toolchain_bin: Path, control_plane: ControlPlane
) -> Iterator[str]:
    """The organization of a stack `acme` that is up for all tests of the worker which ask for it."""
    with _acme(tmp_path_factory, leading_to(control_plane.kubeconfig, toolchain_bin), Controllers.ABSENT) as name:
        yield name


@pytest.fixture(scope="session")
def acme_with_controllers(
    tmp_path_factory: pytest.TempPathFactory, toolchain_bin: Path, controlled_plane: ControlPlane, standin: StandIn
) -> Iterator[str]:
    """The same, on the control plane that has controllers."""
    with _acme(tmp_path_factory, leading_to(controlled_plane.kubeconfig, toolchain_bin), Controllers.PRESENT) as name:
        yield name


@pytest.fixture
def acme_organization(request: pytest.FixtureRequest, controllers: Controllers) -> str:
    """The organization that is up on the test's cluster."""
    without = controllers is Controllers.ABSENT
    return str(request.getfixturevalue("acme_without_controllers" if without else "acme_with_controllers"))


@pytest.fixture
def acme(workspace: Workspace, acme_organization: str) -> Workspace:
    """A workspace for environments of the organization that is up."""
    return workspace


@pytest.fixture
def organization(request: pytest.FixtureRequest) -> str:
    """The test's organization: the one that is up, where the test asks for `acme`, else a name that no other has."""
    if "acme" in request.fixturenames:
        return str(request.getfixturevalue("acme_organization"))
    return f"acme-{uuid4().hex[:8]}"


@contextmanager
def _acme(folders: pytest.TempPathFactory, environment: Mapping[str, str], controllers: Controllers) -> Iterator[str]:
    name = f"acme-{uuid4().hex[:8]}"
    made = Workspace(folders.mktemp("acme"), environment, controllers)
    made.stack("acme", stack("acme", name))
    made.up("acme")
    yield name
    made.destroy("acme")

"""A control plane that faults may strike: a worker's own, and no other tests'."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from choreo_components import Controllers
from devcluster import ControlPlane
from tests.engine.workspace import Workspace, leading_to
from tests.faults import estates
from tests.faults.estates import Estate, Layout
from tests.faults.proxy import Proxy
from tests.faults.users import User
from tests.newer_provider import installation

Pool = Mapping[Layout, list[Estate]]
"""The estates that are up, and that nobody needs any more."""


@pytest.fixture(scope="session")
def struck_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane whose members may crash, as long as they come back."""
    with ControlPlane.start(tmp_path_factory.mktemp("struck-plane")) as started:
        yield started


@pytest.fixture(scope="session")
def network(struck_plane: ControlPlane) -> Iterator[Proxy]:
    """The network between every operation and the control plane."""
    with Proxy(struck_plane.kubeconfig) as proxy:
        yield proxy


@pytest.fixture(scope="session")
def new_workspace(
    struck_plane: ControlPlane, toolchain_bin: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], Workspace]:
    """Makes a workspace of the control plane's administrator."""
    environment = leading_to(struck_plane.kubeconfig, toolchain_bin)
    return lambda: Workspace(tmp_path_factory.mktemp("estate"), environment, Controllers.ABSENT)


@pytest.fixture(scope="session")
def newer_provider(toolchain_bin: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """What leads a workspace to the stand-in for a newer Kubernetes provider."""
    return installation.install(tmp_path_factory.mktemp("newer-provider"), toolchain_bin)


@pytest.fixture(scope="session")
def bystander(struck_plane: ControlPlane, new_workspace: Callable[[], Workspace]) -> None:
    """Another organization with an environment of the same name, made by others."""
    estates.make_others("bystander", estates.ENVIRONMENT, new_workspace())


@pytest.fixture(scope="session")
def pool() -> Pool:
    """A destroy takes over an estate that an up has been struck on: a recovered one is as good as any.

    Its workspace leads to the Kubernetes provider that it was made with.
    """
    return defaultdict(list)


@pytest.fixture(scope="session")
def user(network: Proxy, new_workspace: Callable[[], Workspace], tmp_path_factory: pytest.TempPathFactory) -> User:
    """Whom all operations are run as."""
    return User("deployer", new_workspace(), network, tmp_path_factory.mktemp("user"))

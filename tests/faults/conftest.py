"""Where faults strike: on the run's control plane, or on a separate one if they strike its members."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest

from choreo_components import Controllers
from devcluster import ControlPlane
from tests.engine.workspace import Workspace, leading_to
from tests.faults import estates, openchoreo_v1alpha1
from tests.faults.cases import Case
from tests.faults.estates import GROUNDS
from tests.faults.faults import Place
from tests.faults.grounds import ENVIRONMENT
from tests.faults.proxy import Proxy
from tests.faults.users import User
from tests.newer_provider import installation
from tests.planes import Planes


class Places:
    """The places of a worker, each made when a case first asks for it."""

    def __init__(self, toolchain_bin: Path, folders: pytest.TempPathFactory, stack: ExitStack) -> None:
        self._toolchain_bin = toolchain_bin
        self._folders = folders
        self._stack = stack
        self._made: dict[Path, Place] = {}

    def on(self, control_plane: ControlPlane, controllers: Controllers) -> Place:
        """The worker's place on a control plane, with other organizations with an environment of the same name."""
        if control_plane.directory not in self._made:
            network = self._stack.enter_context(Proxy(control_plane.kubeconfig))
            # A webhook of the first API's controllers reads a cache that lags behind: one object at a time.
            for ground in GROUNDS if controllers is Controllers.ABSENT else [openchoreo_v1alpha1.GROUND]:
                name = f"bystander-{uuid4().hex[:8]}"
                estates.make_others(ground, name, ENVIRONMENT, self.new_workspace(control_plane, controllers))
            new_user = partial(self._new_user, control_plane, network)
            self._made[control_plane.directory] = Place(control_plane, network, new_user, defaultdict(list))
        return self._made[control_plane.directory]

    def new_workspace(self, control_plane: ControlPlane, controllers: Controllers = Controllers.ABSENT) -> Workspace:
        """A workspace of the control plane's administrator."""
        environment = leading_to(control_plane.kubeconfig, self._toolchain_bin)
        return Workspace(self._folders.mktemp("estate"), environment, controllers)

    def _new_user(self, control_plane: ControlPlane, network: Proxy) -> User:
        name, folder = f"deployer-{uuid4().hex[:8]}", self._folders.mktemp("user")
        return User(name, self.new_workspace(control_plane), network, folder)

    def start_provider(self, workspace: Workspace, *, forked: bool) -> None:
        """Has the commands in a workspace start our provider, or fork it."""
        workspace.environment["PATH"] = leading_to(workspace.kubeconfig, self._toolchain_bin, forked=forked)["PATH"]
        workspace.project({})


@pytest.fixture(scope="session")
def places(toolchain_bin: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """The worker's places."""
    with ExitStack() as stack:
        yield Places(toolchain_bin, tmp_path_factory, stack)


@pytest.fixture(scope="session")
def mortal_plane(planes: Planes) -> Iterator[ControlPlane]:
    """A control plane whose members may crash, as long as they come back."""
    with planes.use("mortal-plane") as started:
        yield started


@pytest.fixture
def place(case: Case, places: Places, planes: Planes, request: pytest.FixtureRequest) -> Iterator[Place]:
    """Where the case's fault strikes. If it strikes members, no other worker uses the control plane meanwhile."""
    controllers = case.kind.controllers
    if case.fault.of_members:
        with planes.alone("crash"):
            yield places.on(request.getfixturevalue("mortal_plane"), controllers)
    else:
        plane = "control_plane" if controllers is Controllers.ABSENT else "controlled_plane"
        yield places.on(request.getfixturevalue(plane), controllers)


@pytest.fixture(scope="session")
def new_workspace(places: Places, control_plane: ControlPlane) -> Callable[[], Workspace]:
    """Makes a workspace of an administrator."""
    return lambda: places.new_workspace(control_plane)


@pytest.fixture(scope="session")
def newer_provider(toolchain_bin: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The environment that leads a workspace to the stand-in for a newer Kubernetes provider."""
    return installation.install(tmp_path_factory.mktemp("newer-provider"), toolchain_bin)

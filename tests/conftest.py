"""What the tests share: real binaries, and a real control plane."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

import hypothesis
import pytest

import toolchain
from devcluster import ControlPlane
from tests.planes import Planes
from tests.standin import process

CHECKOUT = Path(__file__).resolve().parent.parent

# How long an example takes depends on what else the machine does: speed is measured by bench/.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")
WITHOUT_TOOLCHAIN = "--without-toolchain"

FIRST = (
    "engine/test_documents.py",
    "engine/test_part_of_a_stack.py",
    "engine/test_two_clusters.py",
    "engine/test_adopt.py",
    "engine/test_another_cluster.py",
    "engine",
    "faults",
    "standin",
    "devcluster",
    "sdks",
)
"""The tests that wait most, and the longest of them, begin: see `tests.scheduling`."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The part of the suite that shows whether a Python is right, in a minute and without a build."""
    parser.addoption(WITHOUT_TOOLCHAIN, action="store_true", help="skip each test that runs a binary of the toolchain")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The order of the run."""
    items.sort(key=lambda item: _rank(item.path))


@cache
def _rank(file: Path) -> int:
    path = file.relative_to(CHECKOUT / "tests")
    return next((rank for rank, first in enumerate(FIRST) if path.is_relative_to(first)), len(FIRST))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """For `--dist loadscope`: units of ours, in the order of the run."""
    if config.getoption("dist") != "loadscope":
        return None
    from tests.scheduling import Scheduling

    config.option.loadscopereorder = False
    return Scheduling(config, log)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stops what workers have left running that were interrupted, once they have ended."""
    config: Any = session.config
    if not hasattr(config, "workerinput"):
        for plane in Planes(config._tmp_path_factory.getbasetemp() / "planes").left():
            process.end(plane)
            plane.stop()


@pytest.fixture(scope="session", autouse=True)
def _no_control_plane(request: pytest.FixtureRequest) -> Iterator[None]:
    """Without the toolchain, whatever starts a control plane is skipped."""
    with pytest.MonkeyPatch.context() as patch:
        if request.config.getoption(WITHOUT_TOOLCHAIN):
            patch.setattr(ControlPlane, "start", _skip)
        yield


def _skip(*_: object) -> NoReturn:
    pytest.skip("runs a binary of the toolchain")


@pytest.fixture(scope="session")
def toolchain_bin(request: pytest.FixtureRequest) -> Path:
    """The folder with the binaries of the toolchain. `PULUMI_HOME` is the folder `pulumi` beside it."""
    if request.config.getoption(WITHOUT_TOOLCHAIN):
        _skip()
    folder = CHECKOUT / ".dev" / "bin"
    toolchain.install(folder)
    return folder


@pytest.fixture(scope="session")
def planes(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Planes:
    """The control planes that the workers of the run share."""
    base = tmp_path_factory.getbasetemp()
    return Planes((base if worker_id == "master" else base.parent) / "planes")


@pytest.fixture(scope="session")
def control_plane(planes: Planes) -> Iterator[ControlPlane]:
    """A control plane, shared by all tests: what a test makes on it, it names after itself."""
    with planes.use("control-plane") as started:
        yield started


@pytest.fixture(scope="session")
def controlled_plane(planes: Planes) -> Iterator[ControlPlane]:
    """Another one, which serves both generations, and where the stand-in for OpenChoreo's controllers is at work."""
    with planes.use("controlled-plane", prepare=process.start, before_stop=process.stop) as started:
        yield started

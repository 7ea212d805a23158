"""What the tests share: real binaries, and a real control plane."""

import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from functools import cache
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NoReturn

import hypothesis
import pytest

import toolchain
from devcluster import ControlPlane
from tests.checkout import CHECKOUT
from tests.planes import Planes
from tests.standin import process

# How long an example takes depends on what else the machine does: speed is measured by bench/.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")
# For `make check`, with `--hypothesis-profile few`.
hypothesis.settings.register_profile("few", deadline=None, max_examples=15)
WITHOUT_TOOLCHAIN = "--without-toolchain"
WITHOUT_PROCESSES = "--without-processes"
IN_THREADS = "processes_in_threads"

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
    parser.addoption(WITHOUT_PROCESSES, action="store_true", help="skip each test that starts a process")


def pytest_configure(config: pytest.Config) -> None:
    """The marker of tests that cannot be skipped when they start a process."""
    config.addinivalue_line("markers", f"{IN_THREADS}: starts processes in other threads than the test's own")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips what starts processes in other threads, where these are not wanted."""
    if item.config.getoption(WITHOUT_PROCESSES) and item.get_closest_marker(IN_THREADS) is not None:
        pytest.skip("starts a process")


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
    """Without the toolchain, whatever starts a control plane is skipped; without processes, whatever starts one."""
    with pytest.MonkeyPatch.context() as patch:
        if _is_without_toolchain(request.config):
            patch.setattr(ControlPlane, "start", _skip)
        if request.config.getoption(WITHOUT_PROCESSES):
            patch.setattr(subprocess.Popen, "__init__", _skip_process)
            patch.setattr(BaseProcess, "start", _skip_process)
            patch.setattr(os, "fork", _skip_process)
        yield


def _is_without_toolchain(config: pytest.Config) -> bool:
    return bool(config.getoption(WITHOUT_TOOLCHAIN) or config.getoption(WITHOUT_PROCESSES))


def _skip(*_: object) -> NoReturn:
    pytest.skip("runs a binary of the toolchain")


def _skip_process(*_: object, **__: object) -> NoReturn:
    # A thread that is left by a skip lets those who wait for it wait for ever.
    if threading.current_thread() is not threading.main_thread():
        raise OSError(f"started in a thread: the test needs the marker {IN_THREADS!r}")
    pytest.skip("starts a process")


@pytest.fixture(scope="session")
def toolchain_bin(request: pytest.FixtureRequest) -> Path:
    """The folder with the binaries of the toolchain. `PULUMI_HOME` is the folder `pulumi` next to it."""
    if _is_without_toolchain(request.config):
        _skip()
    folder = CHECKOUT / ".dev" / "bin"
    toolchain.install(folder)
    return folder


@pytest.fixture
def closed_server() -> Iterator[str]:
    """The address of a server that nothing serves, on a port that no other process can take meanwhile."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"https://127.0.0.1:{bound.getsockname()[1]}"


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

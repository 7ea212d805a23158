"""What the tests share: real binaries, and a real control plane."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import toolchain
from devcluster import ControlPlane

CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def toolchain_bin() -> Path:
    """The folder with the binaries of the toolchain. `PULUMI_HOME` is the folder `pulumi` beside it."""
    folder = CHECKOUT / ".dev" / "bin"
    toolchain.install(folder)
    return folder


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane, shared by the tests of a worker: what a test makes on it, it names after itself."""
    with ControlPlane.start(tmp_path_factory.mktemp("control-plane")) as started:
        yield started

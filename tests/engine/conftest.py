"""Workspaces on the worker's control plane."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from uuid import uuid4

import pytest

from devcluster import ControlPlane
from tests.engine.samples import stack
from tests.engine.workspace import Workspace, leading_to


@pytest.fixture(scope="session")
def environment(control_plane: ControlPlane, toolchain_bin: Path) -> Mapping[str, str]:
    """What leads Pulumi and kubectl to the toolchain and to the control plane."""
    return leading_to(control_plane.kubeconfig, toolchain_bin)


@pytest.fixture
def workspace(tmp_path: Path, environment: Mapping[str, str]) -> Workspace:
    """A workspace with our program in it, and no stack."""
    return Workspace(tmp_path, environment)


@pytest.fixture(scope="session")
def acme_organization(tmp_path_factory: pytest.TempPathFactory, environment: Mapping[str, str]) -> Iterator[str]:
    """The organization of a stack `acme` that is up for all tests of the worker which ask for it."""
    name = f"acme-{uuid4().hex[:8]}"
    made = Workspace(tmp_path_factory.mktemp("acme"), environment)
    made.stack("acme", stack("acme", name))
    made.up("acme")
    yield name
    made.destroy("acme")


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

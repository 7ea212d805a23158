"""Documents whose commands can be typed as they stand."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from devcluster import ControlPlane, env
from tests.engine.workspace import CHECKOUT

SECONDS = 400
"""How long all commands of a document may take."""


@pytest.fixture
def clone(tmp_path: Path, toolchain_bin: Path, control_plane: ControlPlane) -> Path:
    """The checkout's files, after `make up` without its stacks: the environment leads to the test's control plane."""
    folder = tmp_path / "clone"
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, tracked.split("\0")):
        if (CHECKOUT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(CHECKOUT / name, folder / name)
    (folder / ".venv").symlink_to(CHECKOUT / ".venv")
    (folder / ".dev").mkdir()
    (folder / ".dev" / "bin").symlink_to(toolchain_bin)
    (folder / ".dev" / "pulumi").symlink_to(toolchain_bin.parent / "pulumi")
    env.write(folder, control_plane.kubeconfig)
    return folder


def commands(document: str) -> str:
    """The shell blocks of a document in their order, without `make up`."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", (CHECKOUT / document).read_text(), re.M | re.S)
    assert blocks, f"no commands in {document}"
    return "\n".join(blocks).replace("make up\n", "")


def test_moving_from_choreoctl_works_as_it_is_written(clone: Path) -> None:
    script = commands("docs/choreoctl.md")
    done = subprocess.run(
        ["bash", "-euxo", "pipefail", "-c", script],
        cwd=clone,
        env=os.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 0, f"the commands of docs/choreoctl.md ended with {done.returncode}:\n{done.stdout}"

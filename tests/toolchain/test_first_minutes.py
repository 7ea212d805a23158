"""The first minutes where Pulumi is on PATH and KUBEBUILDER_ASSETS is set: one program is built, and all run."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from devcluster import ControlPlane
from tests.checkout import CHECKOUT

OFFICIAL = ("pulumi", "pulumi-language-python", "pulumi-language-python-exec")
ASSETS = ("etcd", "kube-apiserver", "kubectl")
SECONDS = 300


@pytest.fixture
def machine(tmp_path: Path, toolchain_bin: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A machine with these programs, and nothing built: the binaries of this one, as if others had put them there."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("Go is missing, and builds the program that neither Pulumi nor envtest brings")
    for folder, names in (("path", OFFICIAL), ("assets", ASSETS)):
        (tmp_path / folder).mkdir()
        for name in names:
            (tmp_path / folder / name).symlink_to((toolchain_bin / name).resolve())
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path / "path"), str(Path(go).parent), os.defpath]))
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path / "assets"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield tmp_path
    shutil.rmtree(tmp_path / "cache", ignore_errors=True)


@pytest.mark.compiles
def test_a_control_plane_is_ready_in_under_five_minutes(machine: Path) -> None:
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "toolchain", "--dest", machine / "bin"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[0].endswith(" once: kube-controller-manager"), done.stdout
    assert (machine / "bin" / "pulumi").readlink() == machine / "path" / "pulumi"
    assert [path.name.rpartition("-")[0] for path in (machine / "cache" / "choreo" / "toolchain").glob("kube-*")] == [
        "kube-controller-manager"
    ]
    with ControlPlane.start(machine / "cluster") as plane:
        assert [member.problem for member in plane.status()] == ["", "", ""]
    assert time.monotonic() - begun < SECONDS

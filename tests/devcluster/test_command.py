"""`python -m devcluster`, as a person uses it."""

import subprocess
import sys
from pathlib import Path

import pytest

from devcluster import ControlPlane
from devcluster.__main__ import start


def devcluster(command: str, directory: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "devcluster", command, "--dir", directory],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )


def test_status_shows_each_member_and_succeeds_when_all_are_ready(control_plane: ControlPlane) -> None:
    run = devcluster("status", control_plane.directory)
    assert run.returncode == 0, run.stdout + run.stderr
    for member in control_plane.status():
        assert f"{member.name}: ready (process {member.pid}, port {member.port}, log {member.log})" in run.stdout


def test_status_fails_where_nothing_runs(tmp_path: Path) -> None:
    run = devcluster("status", tmp_path / "cluster")
    assert run.returncode == 1
    assert "kube-apiserver: it does not run (log " in run.stdout


def test_start_prints_the_state_of_each_member_and_where_the_kubeconfig_is(control_plane: ControlPlane) -> None:
    run = devcluster("start", control_plane.directory)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "etcd: runs already (process " in run.stdout
    assert f"KUBECONFIG={control_plane.kubeconfig}" in run.stdout


def test_the_kubeconfig_that_start_names_can_be_copied_into_a_shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ControlPlane, "start", ControlPlane)
    directory = tmp_path / "a b (c)" / "it's"
    start(directory)
    _, _, command = capsys.readouterr().out.partition("ready: ")
    said = subprocess.run(
        ["sh", "-c", f'{command}\nprintf %s "$KUBECONFIG"'], capture_output=True, text=True, check=True
    )
    assert said.stdout == str(directory / "kubeconfig")


@pytest.mark.usefixtures("toolchain_bin")
def test_stop_and_start_keep_the_control_plane_and_reset_does_not(tmp_path: Path) -> None:
    directory = tmp_path / "a b (c)" / "cluster"
    with ControlPlane(directory):
        authorities = []
        for command in ("start", "stop", "start", "reset"):
            run = devcluster(command, directory)
            assert run.returncode == 0, run.stdout + run.stderr
            authorities.append((directory / "pki" / "ca.crt").read_text())
        assert authorities[0] == authorities[1] == authorities[2] != authorities[3]


@pytest.mark.usefixtures("toolchain_bin")
def test_an_error_is_shown_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("the only copy")
    run = devcluster("start", tmp_path)
    assert run.returncode == 1
    assert run.stderr.startswith(f"error: {tmp_path}: has files that do not belong to a control plane")
    assert "Traceback" not in run.stderr

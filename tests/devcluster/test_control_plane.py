"""A control plane runs when it is started, heals, keeps its data, and is deleted without a trace."""

import os
import shutil
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from lightkube.resources.apiextensions_v1 import CustomResourceDefinition
from lightkube.resources.core_v1 import Namespace, ServiceAccount

from choreo_components.api import all_kinds
from devcluster import ClusterError, ControlPlane
from devcluster.members import MEMBERS
from tests.devcluster.api import administrator, create_namespace, pids, port, remember, remembered


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane that a test may hurt, if it heals it again."""
    with ControlPlane.start(tmp_path_factory.mktemp("mortal")) as started:
        yield started


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ControlPlane, Mapping[str, int | None]]]:
    """A control plane that has been stopped, and the processes that it had."""
    with ControlPlane.start(tmp_path_factory.mktemp("stopped")) as control_plane:
        ran = pids(control_plane)
        control_plane.stop()
        yield control_plane, ran


def copy(control_plane: ControlPlane, folder: Path) -> ControlPlane:
    """A copy of a control plane that does not run, in a folder that does not exist yet."""
    return ControlPlane(shutil.copytree(control_plane.directory, folder))


def test_every_member_says_that_it_is_ready(control_plane: ControlPlane) -> None:
    assert [(member.name, member.problem) for member in control_plane.status()] == [(name, "") for name in MEMBERS]


def test_start_leaves_alone_what_runs(control_plane: ControlPlane) -> None:
    before = pids(control_plane)
    again = ControlPlane.start(control_plane.directory)
    assert pids(again) == before


@pytest.mark.parametrize("member", MEMBERS)
def test_start_replaces_a_killed_member_and_only_that_one(mortal: ControlPlane, member: str) -> None:
    remember(mortal, f"before-{member}-died")
    before, ports_before = pids(mortal), {name: port(mortal, name) for name in MEMBERS}
    mortal.kill(member)
    assert [each.name for each in mortal.status() if each.pid is None] == [member]

    ControlPlane.start(mortal.directory)

    after = pids(mortal)
    assert {name for name in MEMBERS if before[name] != after[name]} == {member}
    assert {name: port(mortal, name) for name in MEMBERS} == ports_before
    assert f"before-{member}-died" in remembered(mortal)
    assert [each.problem for each in mortal.status()] == ["", "", ""]


def test_start_heals_when_all_members_were_killed(mortal: ControlPlane) -> None:
    remember(mortal, "before-all-died")
    for member in MEMBERS:
        mortal.kill(member)
    ControlPlane.start(mortal.directory)
    assert "before-all-died" in remembered(mortal)


def test_controllers_work_again_after_the_api_server_was_killed(mortal: ControlPlane) -> None:
    mortal.kill("kube-apiserver")
    ControlPlane.start(mortal.directory)
    with administrator(mortal) as client:
        create_namespace(client, "after-the-crash")
        client.delete(Namespace, "after-the-crash")
        wait_until_gone(mortal, "after-the-crash")


def test_data_ports_and_credentials_survive_a_stop(mortal: ControlPlane) -> None:
    remember(mortal, "before-the-stop")
    before = mortal.kubeconfig.read_text()
    mortal.stop()
    ControlPlane.start(mortal.directory)
    assert mortal.kubeconfig.read_text() == before
    assert "before-the-stop" in remembered(mortal)


def test_a_port_that_was_taken_meanwhile_is_given_up(mortal: ControlPlane) -> None:
    remember(mortal, "before-the-move")
    taken = port(mortal, "kube-apiserver")
    mortal.stop()
    with socket.create_server(("127.0.0.1", taken)):
        ControlPlane.start(mortal.directory)
    assert port(mortal, "kube-apiserver") != taken
    assert "before-the-move" in remembered(mortal), "the kubeconfig leads to the new port"


def test_two_control_planes_know_nothing_of_each_other(control_plane: ControlPlane, mortal: ControlPlane) -> None:
    remember(control_plane, "in-the-first")
    remember(mortal, "in-the-second")
    assert "in-the-second" not in remembered(control_plane)
    assert "in-the-first" not in remembered(mortal)


def test_stop_leaves_no_process_and_no_open_port(stopped: tuple[ControlPlane, Mapping[str, int | None]]) -> None:
    control_plane, ran = stopped
    ports = [port(control_plane, name) for name in MEMBERS]
    assert {name: pid for name, pid in ran.items() if pid is not None and Path(f"/proc/{pid}").exists()} == {}
    for number in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", number), timeout=5)


def test_stop_where_nothing_runs_does_nothing(tmp_path: Path) -> None:
    ControlPlane(tmp_path / "cluster").stop()
    assert list(tmp_path.iterdir()) == []


def test_reset_forgets_everything(tmp_path: Path) -> None:
    with ControlPlane.start(tmp_path / "cluster") as control_plane:
        control_plane.reset()
        assert not control_plane.directory.exists()


def test_a_directory_with_other_files_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("the only copy")
    mode = tmp_path.stat().st_mode
    with pytest.raises(ClusterError, match="has files that do not belong to a control plane"):
        ControlPlane.start(tmp_path)
    ControlPlane(tmp_path).reset()
    assert (tmp_path / "thesis.txt").exists()
    assert tmp_path.stat().st_mode == mode


def test_a_member_that_cannot_start_is_named_with_the_end_of_its_log(
    stopped: tuple[ControlPlane, Mapping[str, int | None]], tmp_path: Path
) -> None:
    directory = tmp_path / "cluster"
    with copy(stopped[0], directory):
        shutil.rmtree(directory / "etcd" / "member")
        (directory / "etcd" / "member").write_text("not a folder")
        with pytest.raises(ClusterError) as failure:
            ControlPlane.start(directory)
    said = str(failure.value)
    assert said.startswith("etcd has ended while it started; the last lines of ")
    assert "not a directory" in said
    assert str(directory / "logs" / "etcd.log") in said


def test_a_start_that_fails_leaves_no_process_that_it_started(
    stopped: tuple[ControlPlane, Mapping[str, int | None]], tmp_path: Path
) -> None:
    with copy(stopped[0], tmp_path / "cluster") as control_plane:
        (control_plane.directory / "pki" / "kube-apiserver.crt").write_text("no certificate")
        with pytest.raises(ClusterError, match="kube-apiserver has ended while it started"):
            ControlPlane.start(control_plane.directory)
        assert pids(control_plane) == dict.fromkeys(MEMBERS)


def test_openchoreos_definitions_are_served(control_plane: ControlPlane) -> None:
    with administrator(control_plane) as client:
        served = {(each.spec.group, each.spec.names.kind) for each in client.list(CustomResourceDefinition)}
    assert served == {(kind.group, kind.kind) for kind in all_kinds().values() if kind.group}
    assert len(served) == 12 + 37


def test_start_does_not_touch_definitions_that_are_right(control_plane: ControlPlane) -> None:
    def versions() -> set[str | None]:
        with administrator(control_plane) as client:
            found = client.list(CustomResourceDefinition)
            return {each.metadata.resourceVersion for each in found if each.metadata}

    before = versions()
    ControlPlane.start(control_plane.directory)
    assert versions() == before


def test_a_namespace_gets_its_service_account_and_can_be_deleted(control_plane: ControlPlane) -> None:
    with administrator(control_plane) as client:
        create_namespace(client, "with-controllers")
        deadline = time.monotonic() + 10
        while not [*client.list(ServiceAccount, namespace="with-controllers")]:
            assert time.monotonic() < deadline, "no controller made the namespace's service account"
            time.sleep(0.1)
        client.delete(Namespace, "with-controllers")
    wait_until_gone(control_plane, "with-controllers")


def test_members_outlive_the_process_that_started_them_and_have_no_terminal(control_plane: ControlPlane) -> None:
    for pid in pids(control_plane).values():
        assert pid is not None
        assert os.getsid(pid) == pid, "it leads its own session"


def wait_until_gone(control_plane: ControlPlane, namespace: str) -> None:
    deadline = time.monotonic() + 30
    with administrator(control_plane) as client:
        while any(each.metadata and each.metadata.name == namespace for each in client.list(Namespace)):
            assert time.monotonic() < deadline, f"namespace {namespace} is still there 30 s after it was deleted"
            time.sleep(0.2)

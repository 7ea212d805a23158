"""`choreo adopt` prints what it has written, what is not adopted and why, and the commands that come next."""

import shlex
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from choreo_components.adopt.organization import LiveOrganization
from choreo_components.adopt.partition import Stack
from choreo_components.api.core_v1 import labels
from choreo_components.cli import adopt, progress
from choreo_components.cli.app import app
from choreo_components.config.options import Controllers
from choreo_components.kubernetes.client import Unreachable
from tests import declaring, shells
from tests.adopt.living import Manifest, acme, edited, live

PAGE = "docs/adopt.md"
KUBECONFIG = "kube config"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: mine\nruntime: python\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, there: LiveOrganization | Exception, *more: str) -> tuple[int, str]:
    """The exit code and all that is said, about an organization that is there."""

    def read(
        organization: str, kubeconfig: Path | None, data_planes: Mapping[str, str], among: object
    ) -> LiveOrganization:
        if isinstance(there, Exception):
            raise there
        return there

    monkeypatch.setattr(adopt, "_read", read)
    [[_, *documented]] = shells.commands(shells.blocks(PAGE)[0].script)
    done = CliRunner().invoke(app, [*documented, *more])
    return done.exit_code, done.output


def test_all_that_is_taken_over_ends_with_the_next_commands(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, said = run(monkeypatch, acme(), "--environment", "development", "--kubeconfig", KUBECONFIG)
    assert code == 0
    steps = "".join(f"  {shlex.join(each)}\n" for each in shells.commands(shells.block(PAGE, "pulumi import").script))
    assert (
        said
        == f"""\
stack acme: 2 objects, Pulumi.acme.yaml, acme/

Nothing has changed in the cluster. To adopt, run:
  export KUBECONFIG='{project / KUBECONFIG}'
{steps}"""
    )


def test_what_is_not_adopted_is_reported_with_the_reason_and_by_the_exit_code(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, said = run(monkeypatch, acme(live(declaring.data_plane("old"), deletionTimestamp="now")))
    assert code == 1
    assert "not adopted: DataPlane acme/old: is being deleted\n" in said
    assert "pulumi up --stack acme-development\n" in said


def test_what_changes_later_is_reported(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, said = run(monkeypatch, acme())
    assert '  later: Namespace acme: metadata.labels.managed-by is missing, and will be "choreo-control-plane"' in said


def test_what_a_preview_would_warn_of_is_reported(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, said = run(monkeypatch, acme(live(declaring.environment("staging", dns_prefix=None))))
    assert "warning: Environment acme/staging: spec.gateway.dnsPrefix: empty" in said


def test_nothing_is_written_where_nothing_can_be_taken_over(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = acme()
    for each in there.objects:
        edited(each)["metadata"]["labels"][labels.NAME] = "another"
        edited(each)["metadata"]["deletionTimestamp"] = "now"
    code, said = run(monkeypatch, there)
    assert code == 1
    assert "To adopt" not in said
    assert sorted(path.name for path in project.iterdir()) == ["Pulumi.yaml"]


@pytest.mark.parametrize(
    ("there", "more", "reported"),
    [
        (Unreachable("https://x cannot be reached"), (), "error: https://x cannot be reached"),
        (acme(), ("--environment", "qa"), "error: no Environment 'qa' in organization 'acme'"),
        (acme(), ("--stack", "a/b"), "error: 'a/b' is not a valid name of a stack"),
        (acme(), ("--folder", "/nonexistent"), "error: no Pulumi.yaml in /nonexistent"),
    ],
)
def test_what_cannot_be_done_is_an_error_in_a_sentence(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    there: LiveOrganization | Exception,
    more: tuple[str, ...],
    reported: str,
) -> None:
    code, said = run(monkeypatch, there, *more)
    assert code != 0
    assert reported in said
    assert "Traceback" not in said


def test_the_kubeconfig_of_a_data_plane_is_set_for_the_stacks_that_need_it_before_their_import(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "dp local").write_text("a: 1\nb: 2\n")
    there = replace(acme(), kubeconfigs={"acme/dp-local": "a: 1\nb: 2"})
    _, said = run(monkeypatch, there, "--data-plane-kubeconfig", "dp-local=dp local")
    command = (
        "pulumi config set --stack acme-development --secret "
        f"--path 'choreo:dataPlaneKubeconfigs.dp-local' < '{project / 'dp local'}'"
    )
    steps = [line.strip() for line in said.partition("To adopt, run:")[2].splitlines()]
    assert [each for each in steps if "dataPlaneKubeconfigs" in each] == [command]
    assert steps.index(command) < next(
        i for i, each in enumerate(steps) if each.startswith("pulumi import --stack acme-d")
    )


@pytest.mark.parametrize(
    ("given", "reported"),
    [
        ("dp-local", "'dp-local' is not NAME=FILE"),
        ("dp-local=gone", "No such file"),
        ("dp-local=binary", "can't decode byte"),
        ("dp-other=kubeconfig", "no environment of organization 'acme' uses a data plane 'dp-other'"),
    ],
)
def test_a_data_planes_kubeconfig_that_cannot_be_meant_is_an_error(
    project: Path, monkeypatch: pytest.MonkeyPatch, given: str, reported: str
) -> None:
    (project / "binary").write_bytes(b"\xff")
    (project / "kubeconfig").write_text("a: 1\n")
    code, said = run(monkeypatch, acme(), "--data-plane-kubeconfig", given)
    assert (code, reported in said) == (2, True), said


def test_what_another_stack_of_the_project_declares_is_an_error_before_anything_is_written(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = {"choreo:controllers": "absent", "choreo:resources": [declaring.environment()]}
    (project / "Pulumi.mine.yaml").write_text(yaml.safe_dump({"config": config}))
    before = sorted(path.name for path in project.iterdir())
    code, said = run(monkeypatch, acme())
    assert code == 2
    assert "Environment 'development' of organization 'acme': stack 'mine'" in said
    assert sorted(path.name for path in project.iterdir()) == before


def test_what_pulumi_has_written_before_is_warned_of(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = acme()
    edited(there.objects[0])["metadata"]["managedFields"] = [{"manager": "pulumi-kubernetes-1a", "operation": "Apply"}]
    _, said = run(monkeypatch, there)
    assert "warning: stack acme: Pulumi has written 1 of its objects before, Organization acme among them" in said


def test_the_owner_of_fields_that_leave_a_manifest_is_reported(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = acme()
    plane = next(each for each in there.objects if each.resource.kind == "DataPlane")
    fields: Manifest = {"f:spec": {"f:gateway": {}}}
    edited(plane)["metadata"]["managedFields"] = [{"manager": "helm", "operation": "Update", "fieldsV1": fields}]
    _, said = run(monkeypatch, there)
    assert "  later: DataPlane acme/dp-local: helm owns spec; fields that you remove from the manifest stay in" in said
    assert "\n    kubectl patch dataplanes.core.choreo.dev dp-local -n acme " in said


def test_a_private_key_is_set_through_a_pipe() -> None:
    from choreo_components.adopt.files import Secret, Written

    plane = live(declaring.data_plane())
    path = ("spec", "kubernetesCluster", "credentials", "clientKey")
    written = Written("acme", Path("a"), Path("b"), Path("c"), (Secret(plane.manifest, 0, path),))
    said = adopt._next([(written, Stack("acme", Controllers.ABSENT))], Path(), None, {}, acme())
    documented = shells.block(PAGE, "clientKey").text.replace("|\n ", "|").replace(" dp ", " dp-local ")
    assert f"  {documented}" in said


def test_a_terminal_shows_what_takes_long(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.01)
    monkeypatch.setenv("FORCE_COLOR", "1")
    deadline, said = time.monotonic() + 10, ""
    with progress.sign_of_life("reading organization acme"):
        while "reading organization acme" not in said:
            assert time.monotonic() < deadline, "nothing is shown"
            time.sleep(0.01)
            said += capsys.readouterr().err


def test_without_a_terminal_nothing_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with progress.sign_of_life("reading organization acme"):
        pass
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("named", [[], ["--organization", "acme", "--namespace", "acme"]], ids=["nothing", "both"])
def test_one_thing_is_taken_over_at_a_time(project: Path, named: list[str]) -> None:
    done = CliRunner().invoke(app, ["adopt", "--stack", "acme", *named])
    assert (done.exit_code, done.output) == (
        2,
        "error: give what to adopt with either --organization or --namespace\n",
    )

"""`choreo leftovers` and `choreo drift`: what people and programs get to read, and the exit codes."""

import asyncio
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from choreo_components.api.core_v1 import API_VERSION, labels
from choreo_components.cli import progress
from choreo_components.cli.app import app
from choreo_components.cli.options import EXIT_CODES
from choreo_components.inspection import query as asking
from choreo_components.inspection.query import Answer, Answers
from choreo_components.inspection.questions import Objects
from choreo_components.inspection.snapshot import Snapshot
from choreo_components.inspection.target_clusters import TargetCluster
from tests import declaring
from tests.declaring import stack
from tests.inspection import worlds
from tests.inspection.worlds import kubeconfig, live, namespace, up

Run = Callable[..., Result]

OBJECTS = (declaring.organization(), declaring.data_plane(), declaring.environment())
WORLD = up(stack(*OBJECTS).plan)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in a project with a stack `acme`, whose cluster has this snapshot, partly unread."""
    (tmp_path / "Pulumi.yaml").write_text("name: test\nruntime: python\n")
    (tmp_path / "Pulumi.acme.yaml").write_text(
        yaml.safe_dump({"config": {"choreo:resources": list(OBJECTS)}}, sort_keys=False)
    )

    def run(*arguments: str, world: Snapshot | None = WORLD, unread: Iterable[str] = (), seconds: float = 0) -> Result:
        async def ask(found: Iterable[TargetCluster], more: Iterable[str] = (), also: object = ()) -> Answers:
            await asyncio.sleep(seconds)
            answers = [] if world is None else [Answer(target, world) for target in found]
            return Answers(answers, list(unread))

        monkeypatch.setattr(asking, "ask", ask)
        monkeypatch.setattr(asking, "ask_for_declared", ask)
        return CliRunner().invoke(app, [*arguments])

    monkeypatch.chdir(tmp_path)

    return run


STRAY = live(declaring.deployment("stray", environment="test"))
CHANGED = worlds.changed(
    worlds.without(WORLD, "DataPlane", "dp-local"), "Environment", "development", spec={"gateway": {"dnsPrefix": "x"}}
)


@pytest.mark.parametrize(
    ("command", "said"), [("leftovers", "0 leftovers\n"), ("drift", "1 stack, 4 objects: no drift\n")]
)
def test_where_all_is_well_a_line_says_so(run: Run, command: str, said: str) -> None:
    result = run(command)
    assert (result.exit_code, result.stdout, result.stderr) == (0, said, "")


@pytest.mark.parametrize("command", ["leftovers", "drift"])
def test_a_cluster_that_cannot_be_asked_is_an_error_without_a_traceback(run: Run, command: str) -> None:
    result = run(command, world=None, unread=["get /apis: https://cluster cannot be reached: refused"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "error: get /apis: https://cluster cannot be reached: refused\n"


@pytest.mark.parametrize("command", ["leftovers", "drift"])
def test_a_cluster_that_does_not_answer_is_an_error(tmp_path: Path, command: str) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: test\nruntime: python\n")
    config = {"choreo:resources": list(OBJECTS), "choreo:kubeconfig": kubeconfig("https://127.0.0.1:1")}
    (tmp_path / "Pulumi.acme.yaml").write_text(yaml.safe_dump({"config": config}))
    result = CliRunner().invoke(app, [command, "--folder", str(tmp_path)])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: get /apis/core.choreo.dev/v1: https://127.0.0.1:1 cannot be reached: ")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["leftovers", "drift"])
def test_a_folder_that_is_no_project_is_an_error(tmp_path: Path, command: str) -> None:
    result = CliRunner().invoke(app, [command, "--folder", str(tmp_path)])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"error: no Pulumi.yaml in {tmp_path}")


@pytest.mark.parametrize(("command", "world"), [("leftovers", worlds.with_objects(WORLD, STRAY)), ("drift", CHANGED)])
def test_what_was_found_is_printed_even_if_not_everything_could_be_read(
    run: Run, command: str, world: Snapshot
) -> None:
    complete, result = run(command, world=world), run(command, world=world, unread=["builds: answers 403"])
    assert (complete.exit_code, result.exit_code) == (1, 2)
    assert result.stdout.splitlines()[:-1] == complete.stdout.splitlines()[:-1] != []
    assert result.stdout.splitlines()[-1] == f"{complete.stdout.splitlines()[-1]}, as far as is known"
    assert result.stderr == "error: not known: builds: answers 403\n"


@pytest.mark.parametrize("command", ["leftovers", "drift"])
def test_a_command_finds_the_project_that_it_is_run_below(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    Path("stacks/deep").mkdir(parents=True)
    monkeypatch.chdir("stacks/deep")
    assert run(command).exit_code == 0


@pytest.mark.parametrize("command", ["leftovers", "drift"])
def test_the_help_of_a_command_has_its_exit_codes_and_what_is_in_its_json(run: Run, command: str) -> None:
    reported = " ".join(run(command, "--help").stdout.split())
    assert EXIT_CODES in reported
    body = json.loads(run(command, "--output", "json").stdout)
    assert [key for key in body if key not in reported] == []


class TestLeftovers:
    """`choreo leftovers`."""

    def test_each_leftover_comes_with_its_age_its_reasons_and_the_command_that_looks_at_it(self, run: Run) -> None:
        result = run("leftovers", world=worlds.with_objects(WORLD, STRAY))
        assert result.exit_code == 1
        assert result.stdout.splitlines() == [
            "Deployment acme/stray",
            "  since 2025-05-09T08:00:00Z",
            "  no stack declares its deployment track 'main', and it is not in the cluster",
            "  no stack declares its environment 'test', and it is not in the cluster",
            "  no stack declares its deployable artifact 'web-1', and it is not in the cluster",
            "  inspect: kubectl get deployments.core.choreo.dev stray -n acme -o yaml",
            "1 leftover",
        ]

    def test_the_command_that_looks_uses_the_kubeconfig_that_was_given(self, run: Run) -> None:
        result = run("leftovers", "--kubeconfig", "/my kubeconfig", world=worlds.with_objects(WORLD, STRAY))
        assert "stray -n acme -o yaml --kubeconfig '/my kubeconfig'\n" in result.stdout

    def test_other_organizations_are_named_and_can_be_asked_for(self, run: Run) -> None:
        beta = namespace("beta", labels.organization_namespace_labels("beta"))
        world = worlds.with_namespaces(WORLD, beta)
        assert run("leftovers", world=world).stdout.splitlines() == [
            "0 leftovers",
            "not searched, as no stack mentions them: beta; search them with --organization NAME",
        ]
        asked = run("leftovers", "--organization", "beta", world=world)
        assert (asked.exit_code, asked.stdout.splitlines()[0]) == (1, "Namespace beta")

    def test_an_organization_that_the_cluster_does_not_have_is_reported(self, run: Run) -> None:
        result = run("leftovers", "--organization", "nosuch")
        said = ["there is no Organization 'nosuch' in the cluster", "0 leftovers"]
        assert (result.exit_code, result.stdout.splitlines()) == (0, said)

    def test_an_organization_of_which_nothing_is_known_is_not_said_to_be_absent(self, run: Run) -> None:
        world = replace(WORLD, unread={Objects.of(worlds.resource("Organization"), "nosuch"): "forbidden"})
        result = run("leftovers", "--organization", "nosuch", world=world)
        assert result.stdout.splitlines() == ["0 leftovers"]

    def test_for_an_organization_no_stack_is_needed(self, run: Run) -> None:
        Path("Pulumi.acme.yaml").unlink()
        result = run("leftovers", "--organization", "acme")
        assert (result.exit_code, result.stderr) == (1, "")
        assert result.stdout.splitlines()[-1] == "4 leftovers"
        assert "no stack in" in run("leftovers").stderr

    def test_for_an_organization_of_a_cluster_that_is_given_no_project_is_needed(self, run: Run) -> None:
        Path("Pulumi.yaml").unlink()
        result = run("leftovers", "--organization", "acme", "--kubeconfig", "/kubeconfig")
        assert (result.exit_code, result.stdout.splitlines()[-1]) == (1, "4 leftovers")
        assert "no Pulumi.yaml in" in run("leftovers", "--organization", "acme").stderr

    def test_a_project_that_cannot_be_read_is_not_taken_for_none(self, run: Run) -> None:
        Path("Pulumi.yaml").write_text("name: [")
        result = run("leftovers", "--organization", "acme", "--kubeconfig", "/kubeconfig")
        assert (result.exit_code, result.stdout) == (2, "")

    def test_kinds_that_could_be_listed_in_the_organizations_only_are_reported_and_are_no_failure(
        self, run: Run
    ) -> None:
        restricted = frozenset({(API_VERSION, "Project"), (API_VERSION, "Build")})
        result = run("leftovers", world=replace(WORLD, restricted=restricted))
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout.splitlines() == [
            "0 leftovers",
            "not searched in other namespaces, as the credentials cannot list them there: Build, Project",
        ]

    def test_the_command_that_looks_at_a_secret_shows_no_content(self, run: Run) -> None:
        world = worlds.with_secrets(WORLD, worlds.connection("old", "gone"))
        reported = run("leftovers", world=world).stdout.splitlines()
        assert reported[0] == "Secret acme/old"
        assert reported[-2] == "  inspect: kubectl describe secrets old -n acme"

    @pytest.mark.parametrize("name", ["", "a/b", "A"])
    def test_an_organization_that_can_be_none_is_refused(self, run: Run, name: str) -> None:
        result = run("leftovers", "--organization", name)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith(f"error: invalid name of the organization, {name!r}: ")

    def test_programs_get_json(self, run: Run) -> None:
        result = run("leftovers", "--output", "json", world=worlds.with_objects(WORLD, STRAY))
        body = json.loads(result.stdout)
        (reported,) = body.pop("leftovers")
        rest = ("otherOrganizations", "absentOrganizations", "restricted", "unread")
        assert (result.exit_code, body) == (1, {key: [] for key in rest})
        assert reported.pop("why")[1] == "no stack declares its environment 'test', and it is not in the cluster"
        assert reported == {
            "kind": "Deployment",
            "namespace": "acme",
            "name": "stray",
            "organization": "acme",
            "since": "2025-05-09T08:00:00Z",
            "look": "kubectl get deployments.core.choreo.dev stray -n acme -o yaml",
            "cluster": "https://cluster",
        }


class TestDrift:
    """`choreo drift`."""

    def test_a_report_has_stacks_objects_and_fields_and_counts_at_the_end(self, run: Run) -> None:
        result = run("drift", world=CHANGED)
        assert result.exit_code == 1
        assert result.stdout.splitlines() == [
            "stack acme",
            "  DataPlane acme/dp-local: missing (Pulumi.acme.yaml:11)",
            "  Environment acme/development (Pulumi.acme.yaml:27)",
            '    spec.gateway.dnsPrefix: "development" -> "x" (Pulumi.acme.yaml:32)',
            "`pulumi up --refresh --stack acme` corrects it; without --refresh, Pulumi compares with its state only",
            "1 stack, 4 objects: 1 differs, 1 is missing",
        ]

    def test_files_are_called_as_they_are_where_the_command_runs(
        self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path.parent)
        reported = run("drift", "-C", tmp_path.name, world=CHANGED).stdout
        assert f"missing ({tmp_path.name}/Pulumi.acme.yaml:11)" in reported
        body = json.loads(run("drift", "-C", tmp_path.name, "--output", "json", world=CHANGED).stdout)
        assert {each["file"] for each in body["stacks"][0]["drift"]} == {f"{tmp_path.name}/Pulumi.acme.yaml"}

    def test_what_pulumi_cannot_undo_is_not_said_to_be_undone_by_it(self, run: Run) -> None:
        world = worlds.changed(WORLD, "Environment", "development", status={"conditions": []})
        assert "pulumi up" not in run("drift", world=world).stdout

    def test_fields_that_no_stack_declares_are_reported_with_what_to_do(self, run: Run) -> None:
        spec = {"dataPlaneRef": "dp-local", "gateway": {"dnsPrefix": "development"}, "isProduction": True}
        world = worlds.changed(WORLD, "Environment", "development", spec=spec)
        assert run("drift", world=world).stdout.splitlines()[2:] == [
            "    spec.isProduction: nothing -> true (Pulumi.acme.yaml:29)",
            "fields that no stack declares are not corrected: declare them, or remove them with `kubectl edit`",
            "1 stack, 4 objects: 1 differs",
        ]

    def test_where_something_is_not_known_no_drift_is_what_is_known(self, run: Run) -> None:
        assert run("drift", unread=["x"]).stdout == "1 stack, 4 objects: no drift, as far as is known\n"

    def test_an_object_that_is_not_ready_comes_with_the_command_that_looks_at_it(self, run: Run) -> None:
        world = worlds.changed(WORLD, "Environment", "development", status={"conditions": []})
        assert run("drift", world=world).stdout.splitlines()[2:] == [
            "    not ready (it waits for Ready=True): no controller has processed it",
            "    inspect: kubectl get environments.core.choreo.dev development -n acme -o yaml",
            "1 stack, 4 objects: 1 has a problem",
        ]

    def test_what_is_in_the_cluster_cannot_write_on_the_terminal(self, run: Run) -> None:
        spec = {"gateway": {"dnsPrefix": "\x1b[2J\x9b2J"}}
        reported = run("drift", world=worlds.changed(WORLD, "Environment", "development", spec=spec)).stdout
        assert reported.replace("\n", "").isprintable(), reported

    def test_long_values_are_cut(self, run: Run) -> None:
        spec = {"gateway": {"dnsPrefix": "x" * 5000}}
        reported = run("drift", world=worlds.changed(WORLD, "Environment", "development", spec=spec)).stdout
        assert max(map(len, reported.splitlines())) < 300

    def test_programs_get_json(self, run: Run) -> None:
        result = run("drift", "--output", "json", world=CHANGED)
        body: dict[str, Any] = json.loads(result.stdout)
        (reported,) = body["stacks"]
        assert (result.exit_code, body["unread"]) == (1, [])
        assert (reported["stack"], reported["objects"], reported["notCompared"]) == ("acme", 4, 0)
        missing, changed = reported["drift"]
        assert (missing["kind"], missing["name"], missing["state"], missing["line"]) == (
            "DataPlane",
            "dp-local",
            "missing",
            11,
        )
        assert (changed["state"], changed["differences"]) == (
            "differs",
            [
                {
                    "field": "spec.gateway.dnsPrefix",
                    "file": "Pulumi.acme.yaml",
                    "line": 32,
                    "declared": "development",
                    "live": "x",
                }
            ],
        )


def test_colours_are_for_terminals_only(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in run("drift", world=CHANGED).stdout
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" in run("drift", world=CHANGED).stdout


def test_without_a_terminal_no_progress_is_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.01)
    begun = time.monotonic()
    result = run("drift", seconds=0.1)
    assert time.monotonic() - begun >= 0.1
    assert (result.exit_code, result.stderr) == (0, "")


def test_a_terminal_shows_what_the_command_waits_for(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.01)
    monkeypatch.setenv("FORCE_COLOR", "1")
    result = run("drift", seconds=0.3)
    assert "querying the cluster …" in result.stderr
    assert "querying" not in result.stdout

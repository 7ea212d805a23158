"""`choreo validate`: what it prints, and how it ends."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests import declaring
from tests.cli.running import choreo
from tests.corpus.reading import CLASSES, CORPUS, REFERENCES, SETTINGS, cases, expected
from tests.declaring import Manifest
from tests.projects import write

RIGHT = [declaring.organization(), declaring.data_plane()]
WRONG = [*RIGHT, declaring.environment(data_plane=None)]
ODD = [*RIGHT, declaring.environment(dns_prefix=None)]

MESSAGE = "required field is missing: an environment without a data plane can never be deleted"


@pytest.mark.parametrize(
    ("objects", "code", "last"),
    [
        (RIGHT, 0, "1 stack, 2 objects: nothing found"),
        (ODD, 0, "1 stack, 3 objects: 1 warning"),
        (WRONG, 1, "1 stack, 3 objects: 1 error"),
        (
            [*RIGHT, declaring.plain("ConfigMap", "settings", "acme")],
            0,
            "1 stack, 3 objects (1 from other APIs, checked for structure only): nothing found",
        ),
    ],
)
def test_only_errors_make_it_fail(tmp_path: Path, objects: Sequence[Manifest], code: int, last: str) -> None:
    done = choreo("validate", "-C", write(tmp_path, {"acme": objects}))
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (code, last)


def test_findings_are_grouped_by_stack_in_the_order_of_their_places(tmp_path: Path) -> None:
    folder = write(tmp_path, {"b": WRONG, "a": [declaring.environment("x", data_plane=None, dns_prefix=None)]})
    field = "choreo:resources"
    assert choreo("validate", "-C", folder).stdout.splitlines() == [
        "a",
        f"  {folder}/Pulumi.a.yaml:8: {field}[0].spec.dataPlaneRef: error: {MESSAGE}",
        f"  {folder}/Pulumi.a.yaml:8: {field}[0].spec.gateway.dnsPrefix: warning: empty: the host names of this "
        "environment begin with a dot, which no DNS server resolves",
        "b",
        f"  {folder}/Pulumi.b.yaml:29: {field}[2].spec.dataPlaneRef: error: {MESSAGE}",
        "2 stacks, 4 objects: 2 errors, 1 warning",
    ]


def test_what_is_wrong_with_stacks_that_are_not_named_is_not_printed(tmp_path: Path) -> None:
    folder = write(tmp_path, {"good": RIGHT, "bad": [declaring.environment(data_plane=None)]})
    assert choreo("validate", "good", "-C", folder).stdout == "1 stack, 2 objects: nothing found\n"


def test_a_stack_that_is_named_is_held_against_all_others_of_its_project(tmp_path: Path) -> None:
    folder = write(tmp_path, {"acme": RIGHT, "dev": [declaring.environment(data_plane="dp-locl")], "twice": RIGHT[1:]})
    said = choreo("validate", "dev", "-C", folder).stdout
    assert "no stack of this project declares DataPlane 'dp-locl'" in said
    assert said.splitlines()[-1] == "1 stack, 1 object: 1 warning"
    for name, other in (("acme", "twice"), ("twice", "acme")):
        done = choreo("validate", name, "-C", folder)
        assert done.exit_code == 1
        assert f"is also declared in stack '{other}'" in done.stdout


def test_a_stack_that_is_misspelt_is_nothing_that_was_found(tmp_path: Path) -> None:
    done = choreo("validate", "acem", "-C", write(tmp_path, {"acme": RIGHT}))
    assert (done.exit_code, done.stdout) == (2, "")
    assert "no stack 'acem'" in done.stderr
    assert "existing stacks: acme" in done.stderr


def test_json_is_for_programs(tmp_path: Path) -> None:
    done = choreo("validate", "--output", "json", "-C", write(tmp_path, {"acme": WRONG}))
    found = {
        "severity": "error",
        "file": f"{tmp_path}/Pulumi.acme.yaml",
        "line": 29,
        "field": "choreo:resources[2].spec.dataPlaneRef",
        "message": MESSAGE,
        "stack": "acme",
    }
    assert json.loads(done.stdout) == {"stacks": ["acme"], "objects": 3, "findings": [found]}
    assert done.exit_code == 1


def test_github_shows_findings_at_their_lines(tmp_path: Path) -> None:
    done = choreo("validate", "--output", "github", "-C", write(tmp_path, {"acme": WRONG}))
    title = "choreo%3Aresources[2].spec.dataPlaneRef"
    assert done.stdout == f"::error file={tmp_path}/Pulumi.acme.yaml,line=29,title={title}::{MESSAGE}\n"
    assert done.exit_code == 1


def test_github_finds_files_wherever_in_its_checkout_the_project_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "infra").mkdir()
    write(tmp_path / "infra", {"acme": WRONG})
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    monkeypatch.chdir(tmp_path / "infra")
    assert choreo("validate", "--output", "github").stdout.startswith("::error file=infra/Pulumi.acme.yaml,")


def test_more_than_the_limit_of_findings_are_counted_rather_than_printed(tmp_path: Path) -> None:
    folder = write(tmp_path, {"acme": [declaring.environment(f"e{n}", data_plane=None) for n in range(600)]})
    lines = choreo("validate", "-C", folder).stdout.splitlines()
    assert len(lines) == 1 + 500 + 1 + 1
    assert lines[-2:] == ["  … and 100 more", "1 stack, 600 objects: 600 errors"]


# --- Colors --------------------------------------------------------------------------------------------------------


def at_a_terminal(folder: Path, **environment: str) -> str:
    """What the command writes to a terminal."""
    ours, theirs = pty.openpty()
    command = [str(Path(sys.executable).parent / "choreo"), "validate", "-C", str(folder)]
    plain = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    done = subprocess.Popen(command, stdout=theirs, env=plain | {"TERM": "xterm"} | environment)
    os.close(theirs)
    said = b""
    while chunk := _read(ours):
        said += chunk
    os.close(ours)
    assert done.wait(60) == 1
    return said.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:
        # How Linux reports that the other end of a terminal is closed.
        return b""


def test_errors_are_red_at_a_terminal(tmp_path: Path) -> None:
    assert "\x1b[1;31merror\x1b[0m" in at_a_terminal(write(tmp_path, {"acme": WRONG}))


def test_nothing_is_colored_where_colors_are_not_wanted(tmp_path: Path) -> None:
    assert "\x1b[1;31m" not in at_a_terminal(write(tmp_path, {"acme": WRONG}), NO_COLOR="1")


# --- Bad input -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in CLASSES if name not in (REFERENCES, SETTINGS)])
def test_every_broken_file_of_the_corpus_is_reported_as_the_corpus_has_it(tmp_path: Path, name: str) -> None:
    files = dict(enumerate(cases(name)))
    write(
        tmp_path, {f"s{n}": [] for n in files}, {f"s{n}": {"manifests": [str(CORPUS / name / files[n])]} for n in files}
    )
    done = choreo("validate", "-C", tmp_path)
    lines = {line.strip() for line in done.stdout.replace(f"{CORPUS / name}/", "").splitlines()}
    wanted = {line for file in files.values() for line in expected(name)[file]}
    assert {line for line in wanted - lines if not line.startswith("configuration: ")} == set()
    assert done.exit_code == 1


@pytest.mark.parametrize("output", ["text", "json", "github"])
def test_a_stack_whose_name_is_not_valid_text_is_still_reported(tmp_path: Path, output: str) -> None:
    (write(tmp_path, {"a": WRONG}) / "Pulumi.a.yaml").rename(tmp_path / os.fsdecode(b"Pulumi.\xff.yaml"))
    command = [str(Path(sys.executable).parent / "choreo"), "validate", "-C", str(tmp_path), "--output", output]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"\\udcff" in done.stdout

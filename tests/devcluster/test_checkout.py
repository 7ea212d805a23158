"""A checkout works wherever it is: its path has spaces and parentheses, a link leads to it, and the umask is strict."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from devcluster import env
from tests.checkout import CHECKOUT

PROGRAMS = ("uv", "python", "pytest", "ruff", "mypy", "lint-imports")
"""What the recipes of the Makefile run, all of it in .venv/bin."""

RECORDING = """#!/bin/sh
echo "$(printf '%s|' "${0##*/}" "$@")" >> "$RECORD"
"""
SHELLS = [shell for shell in ("dash", "bash", "zsh") if shutil.which(shell)]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A link to a checkout whose programs only write down how they were called, with a `.dev/env`."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("RECORD", str(tmp_path / "record"))
    before = os.umask(0o077)
    try:
        folder = tmp_path / "a b (c)" / "it's $HOME; & `x`"
        for name in ("Makefile", "uv.lock", ".ci/run"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(CHECKOUT / name, folder / name)
        programs = (*(f".venv/bin/{name}" for name in PROGRAMS), ".dev/bin/pulumi", ".ci/newest")
        for program in (folder / name for name in programs):
            program.parent.mkdir(parents=True, exist_ok=True)
            program.write_text(RECORDING)
            program.chmod(0o700)
        env.write(folder, folder / ".dev" / "cluster" / "kubeconfig")
    finally:
        os.umask(before)
    link = tmp_path / "link (to) it"
    link.symlink_to(folder)
    return link


def calls(checkout: Path, shell: str, script: str) -> list[list[str]]:
    """How the programs were called when the shell ran the script in the checkout, which has to succeed."""
    record = Path(os.environ["RECORD"])
    record.unlink(missing_ok=True)
    done = subprocess.run(
        [shell, "-c", f"umask 077; set -e; {script}"],
        cwd=checkout,
        env=os.environ | {"PWD": str(checkout)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [line.rstrip("|").split("|") for line in record.read_text().splitlines()]


SETUP = ["uv", "sync", "--frozen", "--compile-bytecode"]
LINT = [SETUP, ["ruff", "check"], ["ruff", "format", "--check"], ["mypy"], ["lint-imports"]]
TOOLCHAIN = ["python", "-m", "toolchain"]
TARGETS = {
    "setup": [SETUP],
    "up": [
        SETUP,
        TOOLCHAIN,
        ["python", "-m", "devcluster", "start"],
        ["python", "-m", "devcluster", "env"],
        ["python", "-m", "devcluster.stacks", "up"],
    ],
    "down": [SETUP, ["python", "-m", "devcluster.stacks", "down"]],
    "test": [SETUP, TOOLCHAIN, ["pytest", "-n", "7", "--dist", "loadscope"]],
    "test-build": [SETUP, TOOLCHAIN, ["pytest", "-q", "-m", "compiles"]],
    "test-newest": [SETUP, ["newest"]],
    "lint": LINT,
}


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_works_in_a_shell_that_has_sourced_dev_env(checkout: Path, target: str) -> None:
    """It puts .venv/bin first on PATH, so that uv is in the checkout."""
    for shell in SHELLS:
        assert calls(checkout, shell, f". .dev/env; make {target}") == TARGETS[target], shell


def test_make_check_runs_lint_and_the_quick_tests_at_the_same_time(checkout: Path) -> None:
    first, *then = calls(checkout, "sh", ". .dev/env; make check")
    assert first == SETUP
    [tests] = [each for each in then if each[0] == "pytest"]
    assert "--without-processes" in tests
    assert [each for each in then if each != tests] == LINT[1:]


def test_the_targets_work_from_outside_as_well(checkout: Path) -> None:
    script = f'export PATH="$PWD/.venv/bin:$PATH"; cd /; make -C "{checkout}" lint'
    assert calls(checkout, "sh", script) == LINT


def test_a_machine_without_uv_gets_one_in_the_checkout(checkout: Path) -> None:
    (checkout / ".venv" / "bin" / "uv").unlink()
    (checkout / ".dev" / "uv" / "bin").mkdir(parents=True)
    shutil.copy(checkout / ".venv" / "bin" / "python", checkout / ".dev" / "uv" / "bin" / "uv")
    [first, *_] = calls(checkout, "sh", "PATH=/usr/bin:/bin; export PATH; ! command -v uv || exit 1; make setup")
    assert first == SETUP


def test_what_has_to_pass_before_a_change_is_merged_runs_from_anywhere(checkout: Path) -> None:
    script = '. .dev/env; run="$PWD/.ci/run"; cd /; "$run"'
    assert calls(checkout, "sh", script) == [
        *LINT,
        *TARGETS["test-newest"],
        *TARGETS["test"],
        *TARGETS["test-build"],
    ]

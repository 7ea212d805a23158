"""The command as a whole: what it says of itself, how it ends, and what it costs to start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from choreo_components.cli.app import app
from choreo_components.cli.options import EXIT_CODES
from choreo_components.version import VERSION
from tests.checkout import CHECKOUT
from tests.cli.running import choreo

BIN = Path(sys.executable).parent


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The installed command, in the checkout."""
    return subprocess.run(
        [str(BIN / "choreo"), *arguments],
        cwd=CHECKOUT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_installed_command_checks_the_stacks_of_this_checkout() -> None:
    done = run("validate")
    assert (done.returncode, done.stdout, done.stderr) == (0, "9 stacks, 25 objects: nothing found\n", "")


def test_the_version_is_that_of_the_package() -> None:
    assert choreo("--version").stdout == f"choreo {VERSION}\n"


def test_the_help_has_a_line_for_each_command() -> None:
    lines = choreo("--help").stdout.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
    commands = [command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands]
    assert [line.split()[0] for line in lines] == commands
    assert all(len(line) <= 80 for line in lines)


def test_the_help_has_the_exit_codes() -> None:
    assert "Exit codes: 0 success, 1 problems found, 2" in choreo("--help").stdout


@pytest.mark.parametrize("arguments", [["nonsense"], ["validate", "--nonsense"], ["validate", "--output", "xml"]])
def test_arguments_that_no_command_understands_end_with_2(arguments: list[str]) -> None:
    assert choreo(*arguments).exit_code == 2


@pytest.mark.parametrize("command", ["graph", "validate"])
def test_a_command_without_a_project_ends_with_2_and_a_sentence(command: str, tmp_path: Path) -> None:
    done = choreo(command, "--folder", tmp_path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: no Pulumi.yaml in {tmp_path}; ")


def test_the_folder_without_a_project_is_named_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert choreo("validate").stderr.startswith(f"error: no Pulumi.yaml in {tmp_path}; ")


@pytest.mark.parametrize("below", ["stacks", "stacks/development"])
@pytest.mark.parametrize("command", ["graph", "validate"])
def test_a_command_finds_the_project_above_as_pulumi_does(
    command: str, below: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = choreo(command, "--folder", CHECKOUT)
    assert choreo(command, "--folder", CHECKOUT / below).stdout == here.stdout
    monkeypatch.chdir(CHECKOUT / below)
    assert choreo(command).stdout == here.stdout


@pytest.mark.parametrize("command", ["adopt", "drift", "graph", "leftovers", "schema", "validate"])
def test_the_help_of_each_command_has_the_exit_codes(command: str) -> None:
    assert EXIT_CODES in " ".join(choreo(command, "--help").stdout.split())


def test_a_finding_names_the_file_relative_to_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: test\nstackConfigDir: stacks\n")
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "Pulumi.a.yaml").write_text("config: {choreo:nonsense: 1}\n")
    monkeypatch.chdir(tmp_path / "stacks")
    assert "../stacks/Pulumi.a.yaml:1: " in choreo("validate").stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: [", "invalid YAML"),
        ("- a", "should be a mapping"),
        ("name: a\nstackConfigDir: [b]", "should be a string"),
    ],
)
def test_a_project_that_is_broken_ends_with_2_and_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "Pulumi.yaml").write_text(text)
    done = choreo("validate", "-C", tmp_path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


def test_without_its_packages_the_command_says_how_to_get_them(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise ModuleNotFoundError(\"No module named 'typer'\", name='typer')\n")
    done = run("--help", PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "choreo needs typer: pip install 'choreo-components[cli]'\n"


def test_the_help_and_the_completion_load_nothing_else_of_the_package() -> None:
    """What the help and a shell's completion cost is what Typer costs."""
    code = "import sys, choreo_components.cli.app; print(*sorted(n for n in sys.modules if n.startswith(%r)))"
    for heavy in ("pulumi", "pydantic", "yaml", "rich", "httpx2"):
        done = subprocess.run([sys.executable, "-c", code % heavy], capture_output=True, text=True, check=True)
        assert done.stdout.split() == [], f"{heavy} is loaded to print the help"


# --- Completion ----------------------------------------------------------------------------------------------------


def completed(words: str) -> list[str]:
    """What bash is offered for the last of the words."""
    count = len(words.split(" ")) - 1
    done = run(_CHOREO_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(count))
    assert done.stderr == ""
    return done.stdout.split()


def test_a_shell_completes_the_names_of_stacks() -> None:
    environments = ["default-development", "default-production", "default-staging"]
    of_today = ["default", *environments]
    first, others = "acme", ["development", "platform", "production", "staging"]
    assert completed("choreo validate ") == [first, *of_today, *others]
    assert completed("choreo validate a") == [first]


def test_a_shell_completes_a_stack_once() -> None:
    assert completed("choreo validate staging st") == []


def test_a_shell_completes_the_stacks_of_the_folder_that_is_given(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: test\n")
    (tmp_path / "Pulumi.other.yaml").touch()
    assert completed(f"choreo validate -C {tmp_path} ") == ["other"]


def test_a_shell_completes_the_stacks_of_the_project_above() -> None:
    assert completed("choreo validate -C stacks st") == ["staging"]


def test_a_shell_completes_nothing_where_there_is_no_project(tmp_path: Path) -> None:
    assert completed(f"choreo validate -C {tmp_path} ") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shells_completion_can_be_installed(shell: str, tmp_path: Path) -> None:
    done = run("--install-completion", shell, HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert [file for file in tmp_path.rglob("*choreo*") if file.is_file()], "no file of completions"


# --- Ways to end ---------------------------------------------------------------------------------------------------


def ended(command: str, **environment: str) -> tuple[int, str]:
    """The exit code and the standard error of a line of bash, in the checkout, in which `choreo` is the command."""
    path = {"PATH": f"{BIN}:{os.environ['PATH']}"}
    shell = ["bash", "-c", command]
    done = subprocess.run(
        shell, cwd=CHECKOUT, env=os.environ | path | environment, stderr=subprocess.PIPE, text=True, check=False
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("command", ["validate", "graph", "schema", "--version"])
def test_what_cannot_be_written_is_an_error_in_one_line_and_nothing_that_was_found(command: str) -> None:
    assert ended(f"choreo {command} > /dev/full") == (2, "error: [Errno 28] No space left on device\n")


def test_a_defect_of_choreo_is_an_error_in_one_line_without_the_text_of_what_was_raised(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import choreo_components.config.project as p\n"
        "def broken(*_): raise KeyError('GEHEIM')\np.read_stacks = broken\n"
    )
    code, said = ended("choreo validate", PYTHONPATH=str(tmp_path))
    assert (code, len(said.splitlines())) == (2, 1), said
    assert said.startswith("error: internal error: KeyError in sitecustomize.py, line 2")
    assert "GEHEIM" not in said


def test_a_reader_that_closes_the_pipe_gets_no_error() -> None:
    code, said = ended("set -o pipefail; choreo schema | true")
    assert (code in (0, 1), said) == (True, "")


def test_an_interruption_prints_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import choreo_components.config.project as p\n"
        "def stopped(*_): raise KeyboardInterrupt\np.read_stacks = stopped\n"
    )
    code, said = ended("choreo validate", PYTHONPATH=str(tmp_path))
    assert code == 130, said
    assert "Traceback" not in said

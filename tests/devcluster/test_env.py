"""What a shell gets from .dev/env."""

import stat
import subprocess
from pathlib import Path

import pytest

from devcluster import ClusterError, env
from tests import shells


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with an engine that we built, in a folder whose name a shell could take apart."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    built = tmp_path / "cache" / "choreo" / "toolchain" / "pulumi-0" / "pulumi"
    built.parent.mkdir(parents=True)
    built.touch()
    folder = tmp_path / "it's my $HOME"
    (folder / ".dev" / "bin").mkdir(parents=True)
    (folder / ".dev" / "bin" / "pulumi").symlink_to(built)
    return folder


def sourced(file: Path) -> dict[str, str]:
    """The environment of a shell which has sourced a file."""
    command = ["/bin/sh", "-euc", '. "$1"; /usr/bin/env -0', "sh", str(file)]
    run = subprocess.run(command, env={"PATH": "/shell's own"}, capture_output=True, text=True, check=True)
    return dict(line.split("=", 1) for line in run.stdout.split("\0") if line)


def test_a_shell_gets_the_same_variables_as_a_program(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/shell's own")
    kubeconfig = checkout / ".dev" / "cluster" / "kubeconfig"
    shell = sourced(env.write(checkout, kubeconfig))
    assert env.variables(checkout, kubeconfig).items() <= shell.items()


def test_it_has_what_the_documents_set_on_a_machine_behind_a_proxy(checkout: Path) -> None:
    [[_, documented]] = shells.commands(shells.block("docs/reliability.md", "no_grpc_proxy").script)
    name, _, value = documented.partition("=")
    assert env.variables(checkout, checkout / "kubeconfig")[name] == value


def test_the_checkouts_own_programs_come_first_on_path(checkout: Path) -> None:
    shell = sourced(env.write(checkout, checkout / "kubeconfig"))
    assert shell["PATH"] == f"{checkout}/.venv/bin:{checkout}/.dev/bin:/shell's own"


def test_only_the_owner_can_read_the_file_and_the_passphrase(checkout: Path) -> None:
    written = env.write(checkout, checkout / "kubeconfig")
    for file in (written, Path(sourced(written)["PULUMI_CONFIG_PASSPHRASE_FILE"])):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_passphrase_is_the_one_of_the_salts_in_stacks(checkout: Path) -> None:
    written = env.write(checkout, checkout / "kubeconfig")
    assert Path(sourced(written)["PULUMI_CONFIG_PASSPHRASE_FILE"]).read_text() == env.PASSPHRASE


def test_an_engine_that_we_built_looks_for_no_plugins_to_download(checkout: Path) -> None:
    assert env.variables(checkout, checkout / "kubeconfig")["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] == "true"


def test_the_official_engine_may_download_its_plugins(checkout: Path, tmp_path: Path) -> None:
    official = tmp_path / "pulumi"
    official.touch()
    (checkout / ".dev" / "bin" / "pulumi").unlink()
    (checkout / ".dev" / "bin" / "pulumi").symlink_to(official)
    assert "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION" not in env.variables(checkout, checkout / "kubeconfig")


def test_without_a_toolchain_the_error_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match=r"\.dev/bin/pulumi does not exist; `python -m toolchain` installs it"):
        env.variables(tmp_path, tmp_path / "kubeconfig")


def test_the_state_has_no_files_that_a_crash_could_leave_half_written(checkout: Path) -> None:
    url = env.variables(checkout, checkout / "kubeconfig")["PULUMI_BACKEND_URL"]
    assert url == f"{(checkout / '.dev' / 'state').as_uri()}?metadata=skip"

"""The folder of links, and the plugins."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.toolchain.workshop import Workshop, executable
from toolchain import ToolchainError, install


@pytest.fixture
def destination(tmp_path: Path) -> Path:
    return tmp_path / "checkout" / "bin"


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    """Each file below a folder, with what shows whether it was changed."""
    return {str(path): (path.lstat().st_ino, path.lstat().st_mtime_ns) for path in folder.rglob("*")}


def test_every_command_is_linked_into_one_folder(workshop: Workshop, destination: Path) -> None:
    workshop.put_on_path("kubectl", says="Client Version: v1.33.0")
    install(destination, workshop.binaries())
    assert sorted(path.name for path in destination.iterdir()) == [
        "etcd",
        "kube-apiserver",
        "kube-controller-manager",
        "kubectl",
        "pulumi",
        "pulumi-language-python",
        "pulumi-language-python-exec",
        "pulumi-resource-pulumi-python",
    ]
    for link in destination.iterdir():
        assert link.is_symlink(), f"{link} is a copy"
        assert executable(link), f"{link} cannot be run"
    assert (destination / "kubectl").readlink() == workshop.path / "kubectl"


def test_the_language_host_is_next_to_the_real_path_of_the_engine(workshop: Workshop, destination: Path) -> None:
    install(destination, workshop.binaries())
    engine = (destination / "pulumi").resolve()
    for name in ("pulumi-language-python", "pulumi-language-python-exec"):
        assert (destination / name).resolve() == engine.parent / name


def test_the_kubernetes_provider_is_a_plugin_and_not_on_path(workshop: Workshop, destination: Path) -> None:
    install(destination, workshop.binaries())
    [provider] = workshop.binaries("pulumi-resource-kubernetes")
    plugin = destination.parent / "pulumi" / "plugins" / f"resource-kubernetes-v{provider.release}"
    assert executable(plugin / "pulumi-resource-kubernetes")


def test_a_second_installation_changes_nothing(workshop: Workshop, destination: Path) -> None:
    install(destination, workshop.binaries())
    before = listing(workshop.home)
    install(destination, workshop.binaries())
    assert listing(workshop.home) == before


def test_links_that_are_on_path_themselves_are_not_asked_for_their_version(
    workshop: Workshop, destination: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.put_on_path("kubectl", says="Client Version: v1.33.0")
    install(destination, workshop.binaries())
    monkeypatch.setenv("PATH", f"{destination}:{workshop.path}")
    install(destination, workshop.binaries())
    assert workshop.asked == "kubectl kubectl ", "each installation runs only the user's own kubectl"


def test_a_rebuilt_provider_replaces_the_plugin(workshop: Workshop, destination: Path) -> None:
    install(destination, workshop.binaries())
    (workshop.sources / "kubernetes" / "main.go").open("a").write("// changed\n")
    install(destination, workshop.binaries())
    installs = destination.parent / "pulumi" / "plugins" / "installs"
    assert len(installs.read_text().splitlines()) == 2


def test_a_pulumi_on_path_is_not_hidden_by_earlier_links(workshop: Workshop, destination: Path) -> None:
    install(destination, workshop.binaries())
    official = workshop.put_on_path("pulumi", says="v3.999.0")
    install(destination, workshop.binaries())
    assert (destination / "pulumi").readlink() == official
    assert not [path.name for path in destination.iterdir() if path.name.startswith("pulumi-")]


def test_a_plugin_that_cannot_be_installed_is_reported(workshop: Workshop, destination: Path) -> None:
    plugins = destination.parent / "pulumi" / "plugins"
    plugins.parent.mkdir(parents=True)
    plugins.write_text("in the way")
    with pytest.raises(ToolchainError, match="pulumi-resource-kubernetes: `pulumi plugin install` did not put it at"):
        install(destination, workshop.binaries())


def test_the_command_ends_with_an_error_and_no_traceback(workshop: Workshop, destination: Path) -> None:
    (workshop.path / "go").unlink()
    run = subprocess.run(
        [sys.executable, "-m", "toolchain", "--dest", destination],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert run.stderr.startswith("error: missing: pulumi-language-python, pulumi-resource-kubernetes, ")
    assert "Traceback" not in run.stderr


def test_a_folder_that_cannot_be_written_is_named(workshop: Workshop, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    run = subprocess.run(
        [sys.executable, "-m", "toolchain", "--dest", tmp_path / "file" / "bin"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert f"error: {tmp_path / 'file' / 'bin'}: Not a directory" in run.stderr

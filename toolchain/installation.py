"""An installation: a folder of links to be put first on PATH, and a PULUMI_HOME with the engine's plugins."""

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from toolchain import cache
from toolchain.catalog import Binary, catalog
from toolchain.errors import ToolchainError
from toolchain.resolution import Resolved, resolve


def install(destination: Path, binaries: Sequence[Binary] | None = None) -> Sequence[Resolved]:
    """Resolves all binaries and links the commands among them into `destination`; changes nothing that is current.

    Plugins that were built are put into the PULUMI_HOME `pulumi` next to `destination`.
    Raises ToolchainError if a binary cannot be provided."""
    binaries = catalog() if binaries is None else binaries
    destination = destination.absolute()
    resolved = resolve(binaries, links=destination)
    commands = [each.binary for each in resolved if each.binary.is_command and not each.is_found]
    built = cache.side_by_side(commands)
    links = {each.binary.name: each.path for each in resolved if each.is_found}
    links |= {name: built / name for binary in commands for name in (binary.name, *binary.companions)}
    _link(links, destination, {name for binary in binaries for name in (binary.name, *binary.companions)})
    home = destination.parent / "pulumi"
    for each in resolved:
        if not each.binary.is_command:
            with cache.lock(home, waits=lambda: None):  # copied in seconds: no progress needed
                _install_plugin(each, destination / "pulumi", home)
    return resolved


def _link(links: Mapping[str, Path], destination: Path, names: set[str]) -> None:
    """Makes the links, and removes those of `names` that are no longer wanted: they would hide the user's own."""
    destination.mkdir(parents=True, exist_ok=True)
    for name in names - links.keys():
        (destination / name).unlink(missing_ok=True)
    for name, target in links.items():
        link = destination / name
        if link.is_symlink() and link.readlink() == target:
            continue
        with tempfile.TemporaryDirectory(dir=destination, prefix=".linking-") as temporary:
            (Path(temporary) / name).symlink_to(target)
            os.replace(Path(temporary) / name, link)


def _install_plugin(plugin: Resolved, engine: Path, home: Path) -> None:
    kind, name = plugin.binary.name.removeprefix("pulumi-").split("-", 1)
    installed = home / "plugins" / f"{kind}-{name}-v{plugin.binary.release}" / plugin.binary.name
    if _is_copy(installed, plugin.path):
        return
    version = str(plugin.binary.release)
    result = subprocess.run(
        [engine, "plugin", "install", kind, name, version, "--reinstall", "--file", plugin.path],
        env=os.environ | {"PULUMI_HOME": str(home), "PULUMI_SKIP_UPDATE_CHECK": "true"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode or not _is_copy(installed, plugin.path):
        raise ToolchainError(
            f"{plugin.binary.name}: `pulumi plugin install` did not put it at {installed} "
            f"(exit code {result.returncode}):\n{result.stdout.rstrip()}"
        )


def _is_copy(path: Path, original: Path) -> bool:
    """Whether a file was copied from the original as it is now; compares no content, the original is large."""
    if not path.exists():
        return False
    copy, source = path.stat(), original.stat()
    return copy.st_size == source.st_size and copy.st_mtime_ns >= source.st_mtime_ns

"""A toolchain in which Go is a script: it builds at once, records its calls, and fails on demand."""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from toolchain import Binary, catalog

# Builds programs that are scripts. A built `pulumi` knows `plugin install`, as an installation needs it.
GO = """\
import json, os, pathlib, sys, time

calls, home = pathlib.Path({calls!r}), pathlib.Path({home!r})
arguments = sys.argv[1:]
call = {{"arguments": arguments, "files": sorted(os.listdir()), "flags": os.environ["GOFLAGS"]}}
with calls.open("a") as file:
    file.write(json.dumps(call) + "\\n")
if arguments[0] == "list":
    sys.exit()
if arguments[0] == "mod":
    print(json.dumps({{"Dir": str(home / "module")}}))
    sys.exit()
program = pathlib.Path(arguments[arguments.index("-o") + 1])
print("go: compiling " + program.name, file=sys.stderr)
time.sleep(float((home / "seconds").read_text()))
program.write_text({program!r})
if program.name in (home / "broken").read_text().split():
    print("main.go:1:1: undefined: sense", file=sys.stderr)
    sys.exit(1)
"""

PROGRAM = """\
#!{python} -SE
import os, pathlib, shutil, sys
if sys.argv[1:3] == ["plugin", "install"]:
    kind, name, version = sys.argv[3:6]
    folder = pathlib.Path(os.environ["PULUMI_HOME"], "plugins", f"{{kind}}-{{name}}-v{{version}}")
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(sys.argv[-1], folder)
    print("plugin installed", file=open(folder.parent / "installs", "a"))
"""


@dataclass(frozen=True)
class Workshop:
    """A place with its own sources, Go, PATH and cache."""

    home: Path

    @property
    def sources(self) -> Path:
        """The go.mod files, copied from the real ones: a test may change them."""
        return self.home / "sources"

    @property
    def path(self) -> Path:
        """The only folder on PATH."""
        return self.home / "path"

    @property
    def cache(self) -> Path:
        """The folder with the built binaries."""
        return self.home / "cache" / "choreo" / "toolchain"

    def binaries(self, *names: str) -> Sequence[Binary]:
        """The binaries with these names; all if none is given."""
        return [binary for binary in catalog(self.sources) if not names or binary.name in names]

    @property
    def assets(self) -> Path:
        """The folder for KUBEBUILDER_ASSETS, which is unset until a test sets it."""
        return self.home / "assets"

    def put_on_path(self, name: str, says: str, folder: Path | None = None) -> Path:
        """Puts a program on PATH, or into another folder, that prints `says` and records its calls."""
        program = (folder or self.path) / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(
            f"#!{sys.executable}\nopen({str(self.home / 'asked')!r}, 'a').write({name + ' '!r})\nprint({says!r})\n"
        )
        program.chmod(0o755)
        return program

    @property
    def asked(self) -> str:
        """The programs on PATH that were run so far."""
        file = self.home / "asked"
        return file.read_text() if file.exists() else ""

    @property
    def calls(self) -> list[str]:
        """The calls of Go so far, each a line of JSON: its arguments, GOFLAGS, the files it found."""
        file = self.home / "calls"
        return file.read_text().splitlines() if file.exists() else []

    @property
    def built(self) -> list[str]:
        """The binaries that Go was called to build so far, in that order."""
        outputs = [call[call.index("-o") + 1] for call in self._calls_of("build")]
        return [Path(output).name for output in outputs]

    @property
    def fetched(self) -> list[str]:
        """The packages whose modules Go was called to download ahead of a build."""
        return [call[-1] for call in self._calls_of("list")]

    def _calls_of(self, command: str) -> list[list[str]]:
        calls: list[list[str]] = [json.loads(call)["arguments"] for call in self.calls]
        return [arguments for arguments in calls if arguments[0] == command]

    def breaks(self, *names: str) -> None:
        """From now on, builds of these binaries fail halfway."""
        (self.home / "broken").write_text(" ".join(names))

    def takes(self, seconds: float) -> None:
        """From now on, a build takes this long."""
        (self.home / "seconds").write_text(str(seconds))


def executable(path: Path) -> bool:
    """Whether a file exists and is executable."""
    return path.is_file() and os.access(path, os.X_OK)

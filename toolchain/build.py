"""A build: Go turns a binary's recipe into an entry of the cache, completely or not at all."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from toolchain import cache
from toolchain.catalog import Binary
from toolchain.errors import ToolchainError

# The committed go.sum decides what is built: a build neither changes it nor asks a checksum database.
# The user's own Go settings must not change it.
ENVIRONMENT = {
    "CGO_ENABLED": "0",
    "GOFLAGS": "-mod=readonly",
    "GOTOOLCHAIN": "auto",
    "GOWORK": "off",
    # The compiler is a Go program: with enough memory it need not collect garbage, an eighth of its time.
    "GOGC": "off",
    "GOMEMLIMIT": "3GiB",
}
# The linker strips what debuggers read: not writing it in the first place saves the compiler an eighth of its time.
FLAGS = "-dwarf=false"
LINES_SHOWN = 12


def build(binary: Binary, go: str) -> None:
    """Builds a binary into its folder of the cache, whose lock the caller holds. `go` is the Go command.

    Raises ToolchainError with the last lines of Go's output; the folder then has no binary, only `build.log`."""
    entry = cache.entry(binary)
    log = entry / "build.log"
    log.unlink(missing_ok=True)
    for abandoned in entry.glob(".building-*"):  # by a run that was killed, as we hold the lock
        shutil.rmtree(abandoned, ignore_errors=True)
    # In a copy, as files are added to the sources; in the cache folder, as os.replace needs one file system.
    with tempfile.TemporaryDirectory(dir=entry, prefix=".building-") as temporary:
        work = Path(temporary)
        for source in cache.sources(binary):
            shutil.copy(source, work)
        output = work / "output"
        output.mkdir()
        upstream = _download(binary, go, work, log) if binary.embedded or binary.companions else work
        for name, path in binary.embedded.items():
            shutil.copyfile(upstream / path, work / name)
        for name, path in binary.companions.items():
            shutil.copyfile(upstream / path, output / name)
        compiler = [f"-gcflags=all={FLAGS}", *(f"-gcflags={part}={FLAGS} -N -l" for part in binary.unoptimized)]
        linker = " ".join(["-s", "-w", *(f"-X {stamp}" for stamp in binary.stamps)])
        program = str(output / binary.name)
        _run(
            binary, [go, "build", "-trimpath", *compiler, "-ldflags", linker, "-o", program, binary.package], work, log
        )
        for name in (*binary.companions, binary.name):  # the program itself last: it shows that the entry is complete
            (output / name).chmod(0o755)
            os.replace(output / name, entry / name)


def fetch(binary: Binary, go: str) -> None:
    """Downloads the modules that a build will compile, which leaves the cores to others. A failure is the build's to
    report: it downloads again what is missing."""
    subprocess.run(
        [go, "list", "-e", "-deps", binary.package],
        cwd=binary.folder,
        env=os.environ | ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )


def _download(binary: Binary, go: str, work: Path, log: Path) -> Path:
    """The folder of Go's module cache with the files of the binary's module."""
    answer: Mapping[str, str] = json.loads(_run(binary, [go, "mod", "download", "-json", binary.module], work, log))
    return Path(answer["Dir"])


def _run(binary: Binary, command: Sequence[str], work: Path, log: Path) -> str:
    with log.open("a") as errors:
        result = subprocess.run(
            command,
            cwd=work,
            env=os.environ | ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            check=False,
        )
        if result.returncode:
            errors.write(result.stdout)  # `go mod download -json` says there what is wrong
    if result.returncode:
        last = "\n".join(f"    {line}" for line in log.read_text(errors="replace").splitlines()[-LINES_SHOWN:])
        raise ToolchainError(
            f"{binary.name}: `go {command[1]}` failed (exit code {result.returncode}). Its last lines:\n"
            f"{last}\n  All of its output: {log}"
        )
    return result.stdout

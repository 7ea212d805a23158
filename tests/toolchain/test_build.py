"""Builds that fail, builds that were killed, builds that meet."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.toolchain.workshop import Workshop, executable
from toolchain import ToolchainError, cache, resolve


def test_a_failed_build_is_reported_with_the_reason_and_the_place_of_the_log(workshop: Workshop) -> None:
    workshop.breaks("kubectl")
    with pytest.raises(ToolchainError) as failure:
        resolve(workshop.binaries("kubectl", "etcd"))
    said = str(failure.value)
    assert "kubectl: `go build` failed (exit code 1)" in said
    assert "main.go:1:1: undefined: sense" in said
    log = Path(said.rsplit("All of its output: ", 1)[1])
    assert "go: compiling kubectl" in log.read_text()


def test_all_failed_builds_are_reported(workshop: Workshop) -> None:
    workshop.breaks("kubectl", "etcd")
    with pytest.raises(ToolchainError, match=r"(?s)kubectl: `go build` failed.*etcd: `go build` failed"):
        resolve(workshop.binaries("kubectl", "etcd"))


def test_a_failed_build_leaves_no_binary_in_the_cache(workshop: Workshop) -> None:
    workshop.breaks("kubectl")
    [kubectl] = workshop.binaries("kubectl")
    with pytest.raises(ToolchainError):
        resolve([kubectl])
    assert sorted(path.name for path in cache.entry(kubectl).iterdir()) == ["build.log"]


def test_what_no_command_runs_is_compiled_without_being_optimized(workshop: Workshop) -> None:
    [engine] = resolve(workshop.binaries("pulumi"))
    arguments = json.loads(workshop.calls[-1])["arguments"]
    assert "-gcflags=all=-dwarf=false" in arguments
    assert "-gcflags=github.com/aws/...=-dwarf=false -N -l" in arguments
    assert engine.binary.unoptimized


def test_what_all_others_share_is_compiled_first_while_their_modules_are_downloaded(workshop: Workshop) -> None:
    resolve(workshop.binaries("pulumi-language-python", "etcd", "kubectl", "pulumi"))
    assert workshop.built[0] == "pulumi-language-python"
    assert workshop.fetched == [each.package for each in workshop.binaries("kubectl", "etcd", "pulumi")]


def test_a_failed_build_does_not_undo_the_others(workshop: Workshop) -> None:
    workshop.breaks("kubectl")
    with pytest.raises(ToolchainError):
        resolve(workshop.binaries())
    workshop.breaks()
    before = len(workshop.built)
    resolve(workshop.binaries())
    assert workshop.built[before:] == ["kubectl"]


def test_what_a_killed_build_left_is_removed(workshop: Workshop) -> None:
    [etcd] = workshop.binaries("etcd")
    left = cache.entry(etcd) / ".building-half"
    left.mkdir(parents=True)
    (left / "etcd").write_text("half of a bin")
    resolve([etcd])
    assert not left.exists()
    assert executable(cache.entry(etcd) / "etcd")


RESOLVE = """
import sys, pathlib
from toolchain import catalog, resolve
resolve([binary for binary in catalog(pathlib.Path(sys.argv[1])) if binary.name == "etcd"])
"""


def test_two_runs_at_once_build_once_and_the_second_reports_that_it_waits(workshop: Workshop) -> None:
    workshop.takes(1.5)
    command = [sys.executable, "-c", RESOLVE, str(workshop.sources)]
    runs = [
        subprocess.Popen(
            command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for _ in range(2)
    ]
    said = [run.communicate(timeout=60)[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], "\n".join(said)
    assert workshop.built == ["etcd"]
    waited = "etcd: waits for another run that builds it\netcd: built by another run"
    assert sum(waited in each for each in said) == 1, "\n---\n".join(said)


def test_a_run_that_waits_builds_itself_where_the_first_one_fails(workshop: Workshop) -> None:
    [etcd] = workshop.binaries("etcd")
    failing = threading.Event()

    def fail() -> None:
        with cache.lock(cache.entry(etcd), waits=lambda: None):
            failing.set()
            assert failed.wait(10)

    failed = threading.Event()
    first = threading.Thread(target=fail)
    first.start()
    assert failing.wait(10)
    second = threading.Thread(target=lambda: resolve([etcd]))
    second.start()
    failed.set()
    first.join()
    second.join()
    assert workshop.built == ["etcd"]

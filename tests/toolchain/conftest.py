"""The workshop as a fixture."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.toolchain.workshop import GO, PROGRAM, Workshop
from toolchain.catalog import HERE


@pytest.fixture
def workshop(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """A workshop that has Go and nothing else: no binary is on PATH, none in the cache.

    It builds in threads: without processes, its tests are skipped before they begin.
    """
    if request.config.getoption("--without-processes"):
        pytest.skip("starts a process")
    made = Workshop(tmp_path)
    shutil.copytree(HERE, made.sources, ignore=shutil.ignore_patterns("*.py", "__pycache__", "schema.json"))
    made.path.mkdir()
    made.breaks()
    made.takes(0)
    module = tmp_path / "module"
    for binary in made.binaries():
        for path in (*binary.embedded.values(), *binary.companions.values()):
            (module / path).parent.mkdir(parents=True, exist_ok=True)
            (module / path).write_text("#!/bin/sh\n")
    program = PROGRAM.format(python=sys.executable)
    go = made.path / "go"
    go.write_text(
        f"#!{sys.executable} -SE\n" + GO.format(calls=str(tmp_path / "calls"), home=str(tmp_path), program=program)
    )
    go.chmod(0o755)
    monkeypatch.setenv("PATH", str(made.path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("GOFLAGS", "KUBEBUILDER_ASSETS"):
        monkeypatch.delenv(name, raising=False)
    return made

"""Our package's SDKs in other languages, made of its schema by the generators of Pulumi's engine."""

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

import toolchain
from choreo_components.provider.schema import package_schema
from toolchain.cache import lock, root
from toolchain.catalog import Binary, pinned

HERE = Path(__file__).resolve().parent

ENGINE = "github.com/pulumi/pulumi/pkg/v3"


@pytest.fixture(scope="session")
def sdk(toolchain_bin: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder with the SDK in a language: nodejs, python or go.

    The toolchain's language hosts are too old for `pulumi package gen-sdk`; what their successors call is called here.
    """
    folder = HERE / "generator"
    binary = Binary("sdk-generator", folder, package=".", module=ENGINE, release=pinned(folder, ENGINE))
    [generator] = toolchain.resolve([binary])
    schema = package_schema()

    @cache
    def generated(language: str) -> Path:
        made = tmp_path_factory.mktemp(language)
        done = subprocess.run(
            [generator.path, language, made], input=schema, stderr=subprocess.PIPE, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), "neither errors nor warnings about the schema"
        return made

    return generated


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """TypeScript's compiler and Pulumi's SDK, as package-lock.json has them, in the toolchain's cache."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("needs node and npm on PATH")
    wanted = [HERE / "typescript" / name for name in ("package.json", "package-lock.json")]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in wanted)).hexdigest()[:16]
    folder = root() / f"node-{digest}"
    with lock(folder, waits=lambda: None):
        # npm writes it last.
        if not (folder / "node_modules" / ".package-lock.json").exists():
            for path in wanted:
                shutil.copy(path, folder)
            install = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            done = subprocess.run(install, cwd=folder, capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.skip(f"npm cannot install TypeScript: {done.stderr.strip()}")
    return folder / "node_modules"

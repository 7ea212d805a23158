"""The binaries themselves, as this machine has them."""

import subprocess
from pathlib import Path

import pytest

from toolchain import Binary, Version, catalog


@pytest.mark.parametrize(
    "binary", [binary for binary in catalog() if binary.least is not None], ids=lambda binary: binary.name
)
def test_a_binary_prints_a_version_that_is_accepted(binary: Binary, toolchain_bin: Path) -> None:
    answer = subprocess.run(
        [toolchain_bin / binary.name, *binary.asks_version], capture_output=True, text=True, check=True
    )
    version = Version.find(answer.stdout)
    assert version is not None, answer.stdout
    assert binary.least is not None
    assert version >= binary.least, answer.stdout

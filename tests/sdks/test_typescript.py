"""Programs in TypeScript against the generated SDK: the compiler takes what is right, and nothing else."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sdks.conftest import HERE

PROGRAM = (HERE / "typescript" / "program.ts").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def project(sdk: Callable[[str], Path], node_modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the SDK in it."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(HERE / "typescript" / "tsconfig.json", folder)
    shutil.copytree(sdk("nodejs"), folder / "sdk")
    (folder / "node_modules").symlink_to(node_modules)
    return folder


def compiled(project: Path, program: str) -> str:
    """What the compiler has to say of a program."""
    (project / "program.ts").write_text(program, encoding="utf-8")
    command = ["node", "node_modules/typescript/bin/tsc", "--pretty", "false"]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False).stdout


def test_a_program_from_an_organization_to_an_endpoint_compiles(project: Path) -> None:
    assert compiled(project, PROGRAM) == ""


MISTAKES = {
    "{ organization, deploymentPipelineRef: pipeline.name }": (
        "{ organization }",
        "Property 'deploymentPipelineRef' is missing",
    ),
    "{ cilium: false,": ("{ psilium: false,", "'psilium' does not exist"),
    'type: "HTTP"': ('type: "FTP"', "Type '\"FTP\"' is not assignable"),
    'projects: ["portal"]': ("projects: [portal.name]", "is not assignable to type 'string'"),
}
"""By what is right in the program: a mistake in its place, and what says that it is one."""


@pytest.fixture(scope="module")
def complaints(project: Path) -> str:
    """What the compiler has to say of all mistakes together."""
    program = PROGRAM
    for right, (wrong, _) in MISTAKES.items():
        assert right in program
        program = program.replace(right, wrong, 1)
    return compiled(project, program)


@pytest.mark.parametrize("error", [error for _, error in MISTAKES.values()])
def test_a_mistake_is_an_error_of_the_compiler(complaints: str, error: str) -> None:
    assert error in complaints

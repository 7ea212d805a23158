"""Errors of components: what is wrong with the arguments of one is an error of the preview, in words alone."""

import pytest

from tests.engine.foreign import REMOTE
from tests.engine.workspace import Outcome, Workspace

OURS = """
from choreo_components import Environment

Environment("dev", ARGUMENTS)
"""

FOREIGN = REMOTE + 'Remote("Environment", "dev", ARGUMENTS)\n'


def previewed(workspace: Workspace, program: str, arguments: object) -> Outcome:
    """What a preview says of a program which is refused."""
    workspace.project({"__main__.py": program.replace("ARGUMENTS", repr(arguments))}, name="errors")
    workspace.stack("errors")
    return workspace.preview("errors", fails=True)


def test_a_program_in_another_language_is_told_what_is_wrong_in_our_words_alone(workspace: Workspace) -> None:
    wrong = {"organization": "Acme", "controllers": "absent", "dataPlane": "plane", "projects": ["Shop"]}
    said = previewed(workspace, FOREIGN, wrong).said
    # Among the diagnostics at the end.
    told = said.rpartition("error: choreo:core/v1:Environment resource 'dev' has a problem: ")[2]
    lines = [line.strip() for line in told.splitlines()]
    assert lines[0] == "Environment 'dev' is not what OpenChoreo takes:"
    assert [line.partition(": ")[0] for line in lines[1:4]] == ["projects", "spec.dataPlane", "organization"]
    assert "RunError" not in said
    assert "choreo_components" not in said, "no stack of ours"


@pytest.mark.parametrize("program", [OURS, FOREIGN], ids=["Python", "another language"])
def test_an_environment_of_an_organization_that_nobody_has_is_refused_by_the_preview(
    workspace: Workspace, organization: str, program: str
) -> None:
    said = previewed(workspace, program, {"organization": organization, "controllers": "absent"}).said
    assert (
        f"environment 'dev' of organization {organization!r} cannot be created: the namespace {organization!r} of its "
        "organization does not exist"
    ) in said

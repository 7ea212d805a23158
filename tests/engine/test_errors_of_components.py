"""Errors of components: what is wrong with the arguments of one is an error of the preview, in words alone."""

import pytest

from choreo_components.version import VERSION
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


# SDKs ask for their own version of the provider, and a program in YAML for any.
@pytest.mark.parametrize("version", [VERSION, None])
def test_a_program_in_another_language_is_told_what_is_wrong_in_one_error_in_our_words(
    workspace: Workspace, version: str | None
) -> None:
    wrong = {"organization": "Acme", "controllers": "absent", "dataPlane": "plane", "projects": ["Shop"]}
    program = FOREIGN.replace("ARGUMENTS", f"ARGUMENTS, opts=pulumi.ResourceOptions(version={version!r})")
    said = previewed(workspace, program, wrong).said
    # At the end, where nothing is told twice.
    diagnostics = said.rpartition("Diagnostics:")[2]
    assert diagnostics.count("error: ") == 1, diagnostics
    told = diagnostics.partition(
        "error: choreo:index:Refusal resource 'choreo:core/v1:Environment dev' has a problem: "
    )[2]
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

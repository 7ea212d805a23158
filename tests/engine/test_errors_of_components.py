"""Errors of components: an invalid argument is an error of the preview, without a traceback."""

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
    """The output of the preview of a program that is refused."""
    workspace.project({"__main__.py": program.replace("ARGUMENTS", repr(arguments))}, name="errors")
    workspace.stack("errors")
    return workspace.preview("errors", fails=True)


# SDKs ask for their own version of the provider, and a program in YAML for any.
@pytest.mark.parametrize("version", [VERSION, None])
def test_a_program_in_another_language_gets_one_error_in_our_words(workspace: Workspace, version: str | None) -> None:
    wrong = {"organization": "Acme", "controllers": "absent", "dataPlane": "plane", "projects": ["Shop"]}
    program = FOREIGN.replace("ARGUMENTS", f"ARGUMENTS, opts=pulumi.ResourceOptions(version={version!r})")
    said = previewed(workspace, program, wrong).said
    # At the end, where nothing is repeated.
    diagnostics = said.rpartition("Diagnostics:")[2]
    assert diagnostics.count("error: ") == 1, diagnostics
    text = diagnostics.partition(
        "error: choreo:index:Refusal resource 'choreo:core/v1:Environment dev' has a problem: "
    )[2]
    lines = [line.strip() for line in text.splitlines()]
    assert lines[0] == "Environment 'dev' has invalid arguments:"
    assert [line.partition(": ")[0] for line in lines[1:4]] == ["projects[0]", "spec.dataPlane", "organization"]
    assert "RunError" not in said
    assert "choreo_components" not in said, "no stack of ours"


# --- An organization that is missing -------------------------------------------------------------------------------

SHOP = """
from choreo_components import DataPlane, Project

absent = {"organization": ORGANIZATION, "controllers": "absent"}
Project("shop", {**absent, "deploymentPipelineRef": "main"})
DataPlane("east", {
    **absent,
    "kubernetesCluster": {
        "name": "elsewhere",
        "connectionConfigRef": "elsewhere-connection",
        "featureFlags": {"cilium": False, "scaleToZero": False, "gatewayType": "envoy"},
    },
    "gateway": {"publicVirtualHost": "example.com", "organizationVirtualHost": "internal.example.com"},
})
"""

FOREIGN_SHOP = (
    REMOTE
    + """
args = {"organization": ORGANIZATION, "controllers": "absent", "deploymentPipelineRef": "main"}
Remote("Project", "shop", args)
"""
)


def in_organization(workspace: Workspace, program: str, organization: str) -> None:
    """Makes the stack `errors` of a program whose components are in the organization."""
    workspace.project({"__main__.py": program.replace("ORGANIZATION", repr(organization))}, name="errors")
    workspace.stack("errors")


def missing(component: str, organization: str) -> str:
    return (
        f"{component} of organization {organization!r} cannot be created: the namespace {organization!r} of its "
        "organization does not exist. Create the Organization first; "
    )


def errors(said: str) -> list[str]:
    """The errors at the end, where nothing is repeated."""
    return [line.strip() for line in said.rpartition("Diagnostics:")[2].splitlines() if "error: " in line]


@pytest.mark.parametrize(
    ("program", "component"),
    [
        (OURS.replace("ARGUMENTS", '{"organization": ORGANIZATION, "controllers": "absent"}'), "environment 'dev'"),
        (SHOP, "project 'shop'"),
        (FOREIGN_SHOP, "project 'shop'"),
    ],
    ids=["an environment", "other components", "another language"],
)
def test_a_component_of_an_organization_that_does_not_exist_is_refused_by_the_preview(
    workspace: Workspace, organization: str, program: str, component: str
) -> None:
    in_organization(workspace, program, organization)
    [error] = errors(workspace.run("up", "--yes", "--stack", "errors", fails=True).said)
    assert missing(component, organization) in error
    assert workspace.resources("errors") == [], "the preview ended it"


@pytest.mark.parametrize("program", [SHOP, FOREIGN_SHOP], ids=["Python", "another language"])
def test_a_component_of_an_existing_organization_is_made_and_its_state_has_nothing_more(
    acme: Workspace, organization: str, program: str
) -> None:
    in_organization(acme, program, organization)
    acme.run("up", "--yes", "--stack", "errors")
    assert acme.kubectl("get", "projects.core.choreo.dev", "-n", organization, "-o", "name", "shop") != ""
    made = [each["type"] for each in acme.resources("errors")]
    assert "choreo:index:Refusal" not in made
    assert ("pulumi:providers:choreo" in made) is (program == FOREIGN_SHOP), "an up asks nothing"

    acme.kubectl("delete", "namespace", organization)
    [error] = errors(acme.preview("errors", fails=True).said)
    assert missing("project 'shop'", organization) in error
    # Also with the program, and with its own preview.
    acme.run("destroy", "--yes", "--run-program", "--stack", "errors")
    assert acme.resources("errors") == []

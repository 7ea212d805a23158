"""A newer Kubernetes provider in a program without inventory: it takes over nothing unless it is asked to."""

import json

import pytest

from tests.engine.workspace import Workspace

PROGRAM = """
import pulumi
from choreo_components import Organization

config = pulumi.Config()
Organization(config.require("organization"), {
    "controllers": "absent",
    "annotations": {"example.com/note": "x"} if config.get_bool("noted") else {},
})
"""

UPSERT = "kubernetes:upsertExistingObjects"


@pytest.mark.parametrize("newer_provider", [True], indirect=True, ids=["kubernetes-4.29"])
def test_what_it_made_can_be_changed_and_after_a_lost_state_it_must_be_asked(
    workspace: Workspace, organization: str
) -> None:
    def live() -> dict[str, str]:
        """The Organization's annotations, and the managers that applied or updated it."""
        found = json.loads(
            workspace.kubectl(
                "get", "organizations.core.choreo.dev", organization, "-o", "json", "--show-managed-fields"
            )
        )["metadata"]
        managers = {each["manager"]: each["operation"] for each in found["managedFields"]}
        return {**found["annotations"], **managers}

    workspace.project({"__main__.py": PROGRAM}, name="outside")
    workspace.stack("outside")
    workspace.run("config", "set", "--stack", "outside", "organization", organization)
    workspace.run("config", "set", "--stack", "outside", "noted", "true")
    workspace.up("outside")
    assert live()["pulumi-kubernetes"] == "Update", "the client made it"

    workspace.run("config", "set", "--stack", "outside", "noted", "false")
    workspace.up("outside")
    assert "example.com/note" not in live(), "it owns what it made"
    assert live()["pulumi-kubernetes-choreo"] == "Apply"

    workspace.run("stack", "rm", "outside", "--force", "--yes", "--preserve-config")
    workspace.stack("outside")
    said = workspace.up("outside", fails=True).said
    assert "already exists" in said
    assert "upsertExistingObjects" in said
    workspace.run("config", "set", "--stack", "outside", UPSERT, "true")
    workspace.up("outside")
    workspace.destroy("outside")
    assert workspace.kubectl("get", "namespace", organization, "--ignore-not-found") == ""

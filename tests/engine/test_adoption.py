"""Adoption: after the state is lost, nothing is taken over implicitly, and everything if the stack says so."""

from typing import Any

import yaml

from tests.engine import lists, samples
from tests.engine.modes import with_both_providers
from tests.engine.workspace import Workspace

KINDS = ("Environment", "Component", "DeploymentTrack", "DeployableArtifact", "Deployment")


def versions(workspace: Workspace, organization: str) -> dict[str, str]:
    """The organization's objects with their versions in the cluster."""
    return lists.versions(workspace.kubeconfig, lists.inside(organization, "core.choreo.dev/v1", KINDS))


def annotated(config: dict[str, Any], annotations: dict[str, str]) -> dict[str, Any]:
    """The stack's settings, with these annotations on its Environment."""
    environment = next(each for each in config["choreo:resources"] if each["kind"] == "Environment")
    environment["metadata"]["annotations"] = annotations
    return config


@with_both_providers
def test_a_lost_state_is_reported_and_its_objects_are_adopted_when_the_stack_says_so(
    acme: Workspace, organization: str
) -> None:
    noted = annotated(samples.stack("development", organization), {"example.com/note": "x"})
    acme.stack("development", noted)
    made = acme.up("development").changes["created"]
    before = versions(acme, organization)
    acme.run("stack", "rm", "development", "--force", "--yes", "--preserve-config")
    acme.stack("development")

    for said in (acme.preview("development", fails=True).said, acme.up("development", fails=True).said):
        assert "5 objects are in the cluster already and not made by this stack" in said
        assert f"Environment {organization}/development" in said
        assert "pulumi config set choreo:adopt if-labelled" in said
        assert "Traceback" not in said
    assert versions(acme, organization) == before, "a refused up changed something"
    assert not [each for each in acme.resources("development") if each["type"].startswith("kubernetes:core")]

    acme.run("config", "set", "--stack", "development", "choreo:adopt", "if-labelled")
    acme.up("development")
    assert acme.up("development").changes == {"unchanged": made}

    # Pulumi owns the fields now: what leaves a manifest is removed, and manual changes are undone.
    environment = ("environments.core.choreo.dev", "development", "-n", organization)
    acme.kubectl("label", *environment, "core.choreo.dev/name=changed", "--overwrite")
    acme.settings("development", samples.stack("development", organization) | {"choreo:adopt": "if-labelled"})
    acme.up("development", "--refresh")
    live = yaml.safe_load(acme.kubectl("get", *environment, "-o", "yaml"))["metadata"]
    assert "example.com/note" not in live["annotations"], "the lost state still owns it"
    assert live["labels"]["core.choreo.dev/name"] == "development"

    acme.destroy("development")
    assert versions(acme, organization) == {}
    assert acme.kubectl("get", "namespaces", "-l", f"organization-name={organization}", "-o", "name") == ""


def test_an_object_of_another_owner_is_not_overwritten(acme: Workspace, organization: str) -> None:
    declared = next(
        each for each in samples.stack("staging", organization)["choreo:resources"] if each["kind"] == "Environment"
    )
    theirs = f"""
apiVersion: core.choreo.dev/v1
kind: Environment
metadata: {{name: staging, namespace: {organization}}}
spec: {{dataPlaneRef: dp-theirs, gateway: {{dnsPrefix: theirs}}}}
"""
    acme.kubectl("apply", "-f", "-", manifest=theirs)
    acme.stack("staging", samples.stack("staging", organization) | {"choreo:adopt": "if-labelled"})

    said = acme.up("staging", fails=True).said

    environment = ("environments.core.choreo.dev", "staging", "-n", organization)
    assert f"Environment {organization}/staging has no label core.choreo.dev/organization={organization}" in said
    assert acme.kubectl("get", *environment, "-o", "jsonpath={.spec.dataPlaneRef}") == "dp-theirs"
    assert declared["spec"]["dataPlaneRef"] != "dp-theirs"

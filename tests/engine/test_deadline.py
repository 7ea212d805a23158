"""A deadline: what blocks is named, nothing is forced, and the next run resumes."""

from tests.engine import samples
from tests.engine.modes import with_and_without_controllers
from tests.engine.workspace import Workspace


@with_and_without_controllers
def test_a_stuck_deployment_is_named_and_the_next_destroy_resumes(acme: Workspace, organization: str) -> None:
    config = samples.stack("staging", organization)
    # With controllers, a Deployment whose component is missing would be stuck for that reason.
    config["choreo:resources"] += samples.workload(organization, "staging", "reading-list-service")
    config["choreo:timeouts"] = {"deployments": "3s"}
    acme.stack("staging", config)
    acme.up("staging")
    acme.create(samples.deployment(organization, "staging", "stuck"))
    stuck = ("deployments.core.choreo.dev", "stuck", "-n", organization)
    acme.kubectl("patch", *stuck, "--type=merge", "-p", '{"metadata":{"finalizers":["example.com/never"]}}')

    said = acme.destroy("staging", fails=True).said

    assert (
        f"environment 'staging' of organization '{organization}' is not finalized: timed out after 3s with 1 remaining"
        in said
    )
    assert f"Deployment {organization}/stuck: held by example.com/never" in said
    assert f"kubectl get deployments.core.choreo.dev stuck -n {organization} -o yaml" in said
    assert "Traceback" not in said
    assert "example.com/never" in acme.kubectl("get", *stuck, "-o", "jsonpath={.metadata.finalizers}")
    assert "Active" in acme.kubectl("get", "namespaces", "-l", f"organization-name={organization}")

    acme.kubectl("patch", *stuck, "--type=json", "-p", '[{"op":"remove","path":"/metadata/finalizers/0"}]')
    acme.destroy("staging")
    assert acme.kubectl("get", "namespaces", "-l", f"organization-name={organization}", "-o", "name") == ""


def test_controllers_that_are_expected_and_missing_are_named(workspace: Workspace, organization: str) -> None:
    config = samples.stack("acme", organization)
    workspace.stack("acme", {**config, "choreo:timeouts": {"ready": "3s", "delete": "3s"}})
    workspace.run("config", "set", "--stack", "acme", "choreo:controllers", "present")

    said = workspace.up("acme", fails=True).said

    assert f"Organization {organization} is not accepted by OpenChoreo's controllers: it waits for Ready=True" in said
    assert "no controller has processed it" in said
    # A plain destroy runs no program that could explain anything: the provider's own words must remain.
    one = ("organizations.core.choreo.dev", organization, "--type=merge", "-p")
    workspace.kubectl("patch", *one, '{"metadata":{"finalizers":["example.com/never"]}}')
    said = workspace.destroy("acme", fails=True).said
    assert "finalizers might be preventing deletion (example.com/never" in said
    assert "hook" not in said
    workspace.kubectl("patch", *one, '{"metadata":{"finalizers":null}}')
    workspace.destroy("acme")

"""With controllers: what OpenChoreo's own controllers do to a stack, and a stack to them."""

from typing import Any

from choreo_components.cluster import NAMESPACES
from tests.engine import samples
from tests.engine.modes import with_controllers
from tests.engine.watching import Watcher
from tests.engine.workspace import Workspace
from tests.standin.api import RESOURCES
from tests.standin.standin import StandIn

pytestmark = with_controllers

PROJECT, PIPELINE = RESOURCES["Project"], RESOURCES["DeploymentPipeline"]


def test_an_organization_goes_in_the_order_that_does_not_deadlock_and_leaves_nothing(
    workspace: Workspace, organization: str, standin: StandIn
) -> None:
    workspace.stack("acme", samples.stack("acme", organization))
    workspace.up("acme")
    errors = len(standin.errors)

    with Watcher(workspace.kubeconfig, [PROJECT, PIPELINE, NAMESPACES]) as watcher:
        workspace.destroy("acme")

    gone = {
        event.kind: event
        for event in watcher.events
        if event.type == "DELETED" and organization in (event.namespace, event.name)
    }
    assert gone.keys() == {"Project", "DeploymentPipeline", "Namespace"}
    begun = min(event.version for event in watcher.of(PIPELINE) if event.namespace == organization)
    assert gone["Project"].version < begun, "the pipeline began to go while the project needed it"
    assert not [error for error in standin.errors[errors:] if "cannot retrieve" in error]
    assert workspace.kubectl("get", "organizations.core.choreo.dev", "-o", "name").count(organization) == 0


def test_a_namespace_that_was_there_before_goes_with_its_organization(workspace: Workspace, organization: str) -> None:
    # Its end would not reach a controller that has not made it, and the Organization would stay for ever.
    workspace.kubectl("create", "namespace", organization)
    workspace.stack("acme", samples.stack("acme", organization))
    refused = workspace.preview("acme", fails=True).said
    assert f"Namespace {organization} lacks core.choreo.dev/organization={organization}" in refused
    workspace.kubectl("label", "namespace", organization, f"core.choreo.dev/organization={organization}")
    workspace.up("acme")
    workspace.destroy("acme")
    assert workspace.kubectl("get", "namespace", organization, "--ignore-not-found") == ""
    assert workspace.kubectl("get", "organizations.core.choreo.dev", organization, "--ignore-not-found") == ""


def test_an_organization_stays_as_it_is_when_its_stack_goes_over_to_controllers(
    workspace: Workspace, organization: str
) -> None:
    workspace.stack("acme", samples.stack("acme", organization))
    workspace.run("config", "set", "--stack", "acme", "choreo:controllers", "absent")
    workspace.up("acme")
    uid = ("get", "projects.core.choreo.dev", "customer-portal", "-n", organization, "-o", "jsonpath={.metadata.uid}")
    project = workspace.kubectl(*uid)

    workspace.run("config", "set", "--stack", "acme", "choreo:controllers", "present")
    changes = workspace.up("acme").changes

    assert changes.keys() == {"updated", "unchanged"}, changes
    assert workspace.kubectl(*uid) == project, "the namespace was deleted, with all that was in it"
    workspace.destroy("acme")
    assert workspace.kubectl("get", "namespace", organization, "--ignore-not-found") == ""


def test_zero_values_that_controllers_leave_out_are_no_change(workspace: Workspace, organization: str) -> None:
    config = samples.stack("acme", organization)
    resources: list[dict[str, Any]] = config["choreo:resources"]
    resources[0]["spec"] = {}
    for path in resources[2]["spec"]["promotionPaths"]:
        for target in path["targetEnvironmentRefs"]:
            target |= {"requiresApproval": False, "isManualApprovalRequired": False}
    development = samples.stack("development", organization)["choreo:resources"]
    development[0]["spec"]["isProduction"] = False
    development[0]["spec"]["gateway"]["security"] = {}
    track = next(each for each in development if each["kind"] == "DeploymentTrack")
    track["spec"] = {"autoDeploy": False}
    deployment = next(each for each in development if each["kind"] == "Deployment")
    deployment["spec"] |= {"revisionHistoryLimit": 0}
    config["choreo:resources"] = resources + development
    workspace.stack("acme", config)
    made = workspace.up("acme").changes["created"]
    writers = workspace.kubectl(
        "get",
        "environments.core.choreo.dev",
        "development",
        "-n",
        organization,
        "-o",
        "jsonpath={.metadata.managedFields[*].manager}",
        "--show-managed-fields",
    )
    assert "manager" in writers.split(), "the controllers wrote the object as a whole"

    assert workspace.up("acme").changes == {"unchanged": made}
    assert workspace.refresh("acme").changes == {"unchanged": made}
    workspace.destroy("acme")


def test_changed_specs_are_accepted(acme: Workspace, organization: str) -> None:
    acme.stack("development", samples.stack("development", organization))
    acme.up("development")
    _change(acme, "development", {"tag: latest": "tag: v2", "dnsPrefix: local-dev": "dnsPrefix: local-development"})

    assert acme.up("development").changes.get("updated") == 2

    acme.destroy("development")


def test_what_does_not_get_ready_ends_at_its_deadline_and_is_named_with_its_conditions(
    acme: Workspace, organization: str
) -> None:
    config = samples.stack("staging", organization)
    config["choreo:timeouts"] = {"ready": "3s"}
    config["choreo:resources"] += samples.workload(organization, "staging", "wish-list")
    deployment = config["choreo:resources"][-1]
    deployment["spec"]["deploymentArtifactRef"] = "nowhere"
    acme.stack("staging", config)

    said = acme.up("staging", fails=True).said

    assert f"Deployment {organization}/wish-list-staging is not accepted" in said
    assert "it waits for Ready=True" in said
    assert "ArtifactResolved=False ArtifactNotFound" in said
    assert f"kubectl get deployments.core.choreo.dev wish-list-staging -n {organization} -o yaml" in said
    _change(
        acme,
        "staging",
        {"deploymentArtifactRef: nowhere": "deploymentArtifactRef: wish-list", "ready: 3s": "ready: 60s"},
    )
    acme.up("staging")
    acme.destroy("staging")


def _change(workspace: Workspace, stack: str, changes: dict[str, str]) -> None:
    file = workspace.folder / "stacks" / f"Pulumi.{stack}.yaml"
    declared = file.read_text()
    for old, new in changes.items():
        assert old in declared
        declared = declared.replace(old, new)
    file.write_text(declared)

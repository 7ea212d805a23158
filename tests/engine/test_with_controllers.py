"""With controllers: what OpenChoreo's controllers do to a stack, and a stack to their objects."""

from typing import Any

from choreo_components.kubernetes.objects import NAMESPACES
from devcluster import ControlPlane
from tests.engine import samples
from tests.engine.modes import with_both_providers, with_controllers
from tests.engine.watching import Watcher
from tests.engine.workspace import Workspace
from tests.standin import standin
from tests.standin.core_v1.family import RESOURCES

pytestmark = with_controllers

PROJECT, PIPELINE = RESOURCES["Project"], RESOURCES["DeploymentPipeline"]


@with_both_providers
def test_an_organization_is_deleted_completely_in_an_order_that_does_not_deadlock(
    workspace: Workspace, organization: str, controlled_plane: ControlPlane
) -> None:
    workspace.stack("acme", samples.stack("acme", organization))
    made = workspace.up("acme").changes["created"]
    assert workspace.refresh("acme").changes == {"unchanged": made}
    assert workspace.up("acme").changes == {"unchanged": made}
    errors = len(standin.errors(controlled_plane).of(organization))

    with Watcher(workspace.kubeconfig, [PROJECT, PIPELINE, NAMESPACES]) as watcher:
        workspace.destroy("acme")

    gone = {
        event.kind: event
        for event in watcher.events
        if event.type == "DELETED" and organization in (event.namespace, event.name)
    }
    assert gone.keys() == {"Project", "DeploymentPipeline", "Namespace"}
    begun = min(event.version for event in watcher.of(PIPELINE) if event.namespace == organization)
    assert gone["Project"].version < begun, "the pipeline was being deleted while the project needed it"
    later = standin.errors(controlled_plane).of(organization)[errors:]
    assert not [error for error in later if "cannot retrieve" in error]
    assert workspace.kubectl("get", "organizations.core.choreo.dev", "-o", "name").count(organization) == 0


def test_an_earlier_namespace_is_deleted_with_its_organization(workspace: Workspace, organization: str) -> None:
    # A controller that did not make it would not see its deletion, and the Organization would remain for ever.
    workspace.kubectl("create", "namespace", organization)
    workspace.stack("acme", samples.stack("acme", organization))
    refused = workspace.preview("acme", fails=True).said
    assert f"Namespace {organization} has no label core.choreo.dev/organization={organization}" in refused
    workspace.kubectl("label", "namespace", organization, f"core.choreo.dev/organization={organization}")
    workspace.up("acme")
    workspace.destroy("acme")
    assert workspace.kubectl("get", "namespace", organization, "--ignore-not-found") == ""
    assert workspace.kubectl("get", "organizations.core.choreo.dev", organization, "--ignore-not-found") == ""


def test_zero_values_that_controllers_leave_out_are_no_change(acme: Workspace, organization: str) -> None:
    config = samples.stack("development", organization)
    declared: dict[str, dict[str, Any]] = {each["kind"]: each for each in config["choreo:resources"]}
    declared["Environment"]["spec"] |= {"isProduction": False}
    declared["Environment"]["spec"]["gateway"] |= {"security": {}}
    declared["DeploymentTrack"]["spec"] = {"autoDeploy": False}
    declared["Deployment"]["spec"] |= {"revisionHistoryLimit": 0}
    pipeline: dict[str, Any] = {"apiVersion": "core.choreo.dev/v1", "kind": "DeploymentPipeline"}
    pipeline["metadata"] = {"name": "short", "namespace": organization}
    target = {"name": "staging", "requiresApproval": False, "isManualApprovalRequired": False}
    pipeline["spec"] = {"promotionPaths": [{"sourceEnvironmentRef": "development", "targetEnvironmentRefs": [target]}]}
    config["choreo:resources"].append(pipeline)
    acme.stack("development", config)
    made = acme.up("development").changes["created"]
    environment = ("environments.core.choreo.dev", "development", "-n", organization, "--show-managed-fields")
    writers = acme.kubectl("get", *environment, "-o", "jsonpath={.metadata.managedFields[*].manager}")
    assert "manager" in writers.split(), "the controllers wrote the object as a whole"

    assert acme.up("development").changes == {"unchanged": made}
    assert acme.refresh("development").changes == {"unchanged": made}


def test_changed_specs_are_accepted(acme: Workspace, organization: str) -> None:
    acme.stack("development", samples.stack("development", organization))
    acme.up("development")
    _change(acme, "development", {"tag: latest": "tag: v2", "dnsPrefix: local-dev": "dnsPrefix: local-development"})

    assert acme.up("development").changes.get("updated") == 2


def test_an_object_that_does_not_become_ready_is_named_at_the_deadline_with_its_conditions(
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


def _change(workspace: Workspace, stack: str, changes: dict[str, str]) -> None:
    file = workspace.folder / "stacks" / f"Pulumi.{stack}.yaml"
    declared = file.read_text()
    for old, new in changes.items():
        assert old in declared
        declared = declared.replace(old, new)
    file.write_text(declared)

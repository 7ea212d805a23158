"""Least privilege: what docs/permissions grants is enough, each verb is needed, and missing rights are named first."""

import asyncio
import re
from pathlib import Path
from uuid import uuid4

import pytest

from choreo_components.api.core_v1 import API_VERSION
from choreo_components.api.generation import Severity
from choreo_components.config.options import Controllers
from choreo_components.kubernetes.objects import resource_named
from choreo_components.preflight.run import survey
from devcluster import ControlPlane
from tests import declaring
from tests.engine import organizations, samples
from tests.engine.adopting import run
from tests.engine.operators import Operators, Right, rights
from tests.engine.watching import Watcher
from tests.engine.workspace import Workspace

BY_KEY = {str(right): right for right in rights()}

DENIAL = re.compile(r"the credentials cannot (?P<verbs>.+) (?P<resource>\S+) in ")


@pytest.fixture(scope="module")
def standing(control_plane: ControlPlane) -> str:
    """An organization that exists."""
    name = f"acme-{uuid4().hex[:8]}"
    organizations.make(name, control_plane.kubeconfig, Controllers.ABSENT)
    return name


def act_as(workspace: Workspace, kubeconfig: Path) -> None:
    """From here on, Pulumi and kubectl run as the operator."""
    workspace.environment["KUBECONFIG"] = str(kubeconfig)


def test_the_documented_rights_are_enough_to_bring_up_refresh_and_destroy_an_organization(
    workspace: Workspace, organization: str, operators: Operators
) -> None:
    act_as(workspace, operators.operator(None))
    workspace.stack("acme", samples.stack("acme", organization))
    made = workspace.up("acme").changes["created"]
    assert workspace.refresh("acme").changes == {"unchanged": made}
    workspace.destroy("acme")


def test_the_documented_rights_in_one_organization_are_enough_for_the_life_of_an_environment(
    acme: Workspace, organization: str, operators: Operators
) -> None:
    acme.kubectl("apply", "-f", "-", manifest=samples.deployment(organization, "development", "made-by-hand"))
    act_as(acme, operators.operator(organization))
    acme.stack("development", samples.stack("development", organization))
    made = acme.up("development").changes["created"]
    file = acme.folder / "stacks" / "Pulumi.development.yaml"
    file.write_text(file.read_text().replace("where you can play around", "where everybody plays around"))
    assert acme.up("development").changes["updated"] == 1
    assert acme.refresh("development").changes == {"unchanged": made}
    said = acme.destroy("development").said
    assert "deployments.core.choreo.dev: deleting 1" in said, "the Deployment that Pulumi did not make"


@pytest.fixture(scope="module")
def operator(operators: Operators, standing: str) -> Path:
    """A user with all rights in an existing organization, until one of them is taken away."""
    return operators.operator(standing)


@pytest.mark.parametrize("key", BY_KEY)
def test_each_missing_right_is_named_before_anything_is_applied(
    standing: str, operators: Operators, operator: Path, key: str
) -> None:
    right = BY_KEY[key]
    # The data plane is reached with the same credentials as the control plane, and the stack makes its Secret.
    own = {"dp-local": operator.read_text()}
    found = declaring.stack(*samples.everything(standing), controllers="absent", dataPlaneKubeconfigs=own)
    assert found.findings == []
    given = found.settings.data_plane_kubeconfigs
    with operators.revoked(operator, right):
        findings = asyncio.run(survey(found.plan, Controllers.ABSENT, str(operator), given)).findings
    denials = {match: finding for finding in findings if (match := DENIAL.match(finding.message))}
    expected = {(right.verb, resource.full_name) for resource in right.resources}
    assert {(denial["verbs"], denial["resource"]) for denial in denials} == expected, str(findings)
    severity = Severity.WARNING if right.verb in ("watch", "delete") else Severity.ERROR
    assert {finding.severity for finding in denials.values()} == {severity}


def test_a_destroy_that_could_not_see_whether_it_is_complete_deletes_nothing(
    acme: Workspace, organization: str, operators: Operators
) -> None:
    administrator = acme.kubeconfig
    acme.stack("development", samples.stack("development", organization))
    acme.up("development")
    without = Right("choreo-objects", "list", (resource_named(API_VERSION, "Deployment"),))
    act_as(acme, operators.operator(organization, without))
    with Watcher(administrator, [resource_named(API_VERSION, "Deployment")]) as watcher:
        said = acme.destroy("development", fails=True).said
    assert "nothing was deleted" in said
    assert f"cannot list deployments.core.choreo.dev in namespace {organization!r}" in said
    assert not [event for event in watcher.events if event.namespace == organization and event.type == "DELETED"]


def test_a_secret_that_may_not_be_read_is_an_error_and_not_another_cluster(standing: str, operators: Operators) -> None:
    kubeconfig = operators.operator(standing, without=BY_KEY["choreo-connections-get"])
    environment = declaring.environment(organization=standing)
    found = declaring.stack(environment, controllers="absent")
    surveyed = asyncio.run(survey(found.plan, Controllers.ABSENT, str(kubeconfig)))
    [finding] = [each for each in surveyed.findings if each.severity is Severity.ERROR]
    assert finding.where == found.at("dataPlaneRef", "choreo:resources[0].spec.dataPlaneRef")
    assert finding.message == (
        "data plane 'dp-local' of environment 'development': the credentials cannot get secrets in namespace "
        f"{standing!r}, where Secret 'kind-cluster-1-connection-config' says which cluster it is; "
        "docs/permissions.md has the roles to grant"
    )
    assert surveyed.data_planes == {}


def test_without_a_right_that_an_up_needs_nothing_is_applied(
    acme: Workspace, organization: str, operators: Operators
) -> None:
    administrator = acme.kubeconfig
    act_as(acme, operators.operator(organization, without=BY_KEY["choreo-namespaces-create"]))
    acme.stack("development", samples.stack("development", organization))
    for command in ("preview", "up"):
        said = getattr(acme, command)("development", fails=True).said
        assert "the credentials cannot create namespaces in the whole cluster" in said
        assert "docs/permissions.md" in said
        assert "Traceback" not in said
    act_as(acme, administrator)
    assert acme.kubectl("get", "environments.core.choreo.dev", "-n", organization, "-o", "name") == ""
    assert [each["type"] for each in acme.resources("development")] in ([], ["pulumi:pulumi:Stack"])


def test_without_the_right_to_delete_a_destroy_fails_and_resumes_once_it_is_granted(
    acme: Workspace, organization: str, operators: Operators
) -> None:
    act_as(acme, operators.operator(organization, without=BY_KEY["choreo-namespaces-delete"]))
    acme.stack("development", samples.stack("development", organization))
    assert (
        "cannot delete namespaces in the whole cluster: this stack cannot be destroyed" in acme.up("development").said
    )

    said = acme.destroy("development", fails=True).said

    assert "environment 'development'" in said
    assert 'cannot delete resource "namespaces"' in said
    assert "Traceback" not in said
    act_as(acme, operators.operator(organization))
    acme.destroy("development")


def test_what_adopt_may_not_read_is_reported_at_once_and_nothing_is_written(
    acme: Workspace, organization: str, operators: Operators
) -> None:
    adopt = f"choreo adopt --organization {organization} --stack mine 2>&1"
    act_as(acme, operators.operator(organization, without=BY_KEY["choreo-objects-list"]))
    before = sorted(acme.folder.rglob("*"))

    said = run(acme, adopt, code=2)

    denied = re.findall(r'cannot list resource "(\w+)"', said)
    assert sorted(denied) == sorted(each.plural for each in BY_KEY["choreo-objects-list"].resources), said
    assert "docs/permissions.md" in said
    assert sorted(acme.folder.rglob("*")) == before
    act_as(acme, operators.operator(organization))
    assert "To adopt, run:" in run(acme, adopt), "the documented rights are enough"


def test_a_role_that_is_missing_in_an_organization_to_be_created_is_warned_of(
    workspace: Workspace, organization: str, operators: Operators, standing: str
) -> None:
    act_as(workspace, operators.operator(standing))
    workspace.stack("acme", samples.stack("acme", organization))
    said = workspace.preview("acme").said
    assert f"dataplanes.core.choreo.dev in namespace '{organization}', which does not exist yet" in said

"""Least privilege in openchoreo.dev/v1alpha1: the documented roles are enough, and each missing right is named."""

import asyncio
import re
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

import pytest
import yaml

from choreo_components.api.generation import Severity
from choreo_components.api.openchoreo_v1alpha1 import API_VERSION
from choreo_components.config.findings import Finding, errors
from choreo_components.config.options import Controllers
from choreo_components.kubernetes.client import Cluster
from choreo_components.kubernetes.objects import resource_named
from choreo_components.preflight.permissions import denied
from choreo_components.preflight.run import survey
from tests import declaring
from tests.engine.adopting import run
from tests.engine.operators import V1ALPHA1, Operators, rights
from tests.engine.test_permissions import DENIAL, act_as
from tests.engine.watching import Watcher
from tests.engine.workspace import Workspace
from tests.standin.openchoreo_v1alpha1 import samples

RELEASES = "choreo-v1alpha1-releases"
"""The role that read-only commands need, and stacks do not."""

BY_KEY = {str(right): right for right in rights(V1ALPHA1)}


@pytest.fixture(scope="module")
def operator(operators: Operators) -> Path:
    """A user with all rights in a namespace, until one of them is taken away."""
    return operators.operator("default", files=V1ALPHA1)


@pytest.fixture(scope="module")
def found() -> declaring.Stack:
    """A stack with an object of each kind."""
    declared = declaring.stack(*samples.every_kind("default"), controllers="absent")
    assert errors(declared.findings) == []
    return declared


async def denied_by(found: declaring.Stack, kubeconfig: Path) -> list[Finding]:
    """The findings of a preview about rights: only that part of its survey, as the rest takes several times as long."""
    async with Cluster(str(kubeconfig)) as cluster:
        return await denied(cluster, found.plan, Controllers.ABSENT)


def denials(findings: Iterable[Finding]) -> dict[tuple[str, str], Severity]:
    """The verbs and resources that are denied, with the severity."""
    denied = ((DENIAL.match(each.message), each.severity) for each in findings)
    return {(match["verbs"], match["resource"]): severity for match, severity in denied if match}


@pytest.mark.parametrize("key", [key for key, right in BY_KEY.items() if right.role != RELEASES])
def test_each_missing_right_is_named_before_anything_is_applied(
    found: declaring.Stack, operators: Operators, operator: Path, key: str
) -> None:
    right = BY_KEY[key]
    with operators.revoked(operator, right):
        named = denials(asyncio.run(denied_by(found, operator)))
    # What is allowed in the whole cluster is allowed in the namespace as well.
    others = [each for each in BY_KEY.values() if each is not right]
    still = {(each.verb, one.full_name) for each in others for one in each.resources if not one.namespaced}
    assert named.keys() == {(right.verb, resource.full_name) for resource in right.resources} - still
    assert set(named.values()) == {Severity.WARNING if right.verb in ("watch", "delete") else Severity.ERROR}


@pytest.mark.parametrize("key", ["choreo-v1alpha1-objects-get", "choreo-v1alpha1-objects-list"])
def test_a_preview_that_cannot_read_the_cluster_names_the_right_as_well(
    found: declaring.Stack, operators: Operators, operator: Path, key: str
) -> None:
    with operators.revoked(operator, BY_KEY[key]):
        surveyed = asyncio.run(survey(found.plan, Controllers.ABSENT, str(operator)))
        assert denials(surveyed.findings) == denials(asyncio.run(denied_by(found, operator)))


def test_the_documented_rights_are_enough_for_the_life_of_a_platform_and_without_one_nothing_is_done(
    workspace: Workspace, operators: Operators
) -> None:
    team = f"team-{uuid4().hex[:8]}"
    workspace.kubectl("apply", "-f", "-", manifest=yaml.safe_dump(samples.tenant(team)))
    shared = samples.data_plane(None, team)
    environment = samples.environment(team, "production", team, "ClusterDataPlane")
    objects = [
        *samples.platform(team, ["development"]),
        shared,
        environment,
        samples.component(team),
        samples.workload(team),
    ]
    workspace.stack("all", {"choreo:resources": objects, "choreo:adopt": "if-labelled", "choreo:projects": ["shop"]})
    administrator, kubeconfig = workspace.kubeconfig, operators.operator(team, files=V1ALPHA1)
    act_as(workspace, kubeconfig)

    with operators.revoked(kubeconfig, BY_KEY["choreo-v1alpha1-objects-create"]):
        said = workspace.up("all", fails=True).said
    assert f"the credentials cannot create environments.openchoreo.dev in namespace '{team}', which this" in said
    assert workspace.kubectl("get", "dataplanes.openchoreo.dev", "-n", team, "-o", "name") == ""

    workspace.up("all")
    assert workspace.refresh("all").changes.keys() == {"unchanged"}

    act_as(workspace, administrator)
    foreign = samples.release_binding(team, "production")
    workspace.kubectl("apply", "-f", "-", manifest=yaml.safe_dump(foreign))
    act_as(workspace, kubeconfig)
    with operators.revoked(kubeconfig, BY_KEY["choreo-v1alpha1-releases-list"]):
        said = run(workspace, f"choreo adopt --namespace {team} --stack mine 2>&1", code=2)
    denied = re.findall(r'cannot list resource "(\w+)"', said)
    assert sorted(denied) == sorted(each.plural for each in BY_KEY["choreo-v1alpha1-releases-list"].resources), said

    binding = resource_named(API_VERSION, "ReleaseBinding")
    with Watcher(administrator, [binding]) as watcher:
        with operators.revoked(kubeconfig, BY_KEY["choreo-v1alpha1-objects-list"]):
            said = workspace.destroy("all", fails=True).said
        assert "nothing was deleted" in said
        assert not [event for event in watcher.events if event.namespace == team and event.type == "DELETED"]
        said = workspace.destroy("all").said
    assert "releasebindings.openchoreo.dev: deleting 1" in said, "the binding that Pulumi did not make"

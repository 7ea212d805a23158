"""Bad input: one report of everything that is wrong, each with its place, and nothing applied."""

from typing import Any

import pytest

from tests.engine import samples
from tests.engine.workspace import Workspace


def test_all_findings_come_in_one_report_and_nothing_is_applied(workspace: Workspace, organization: str) -> None:
    config = samples.stack("acme", organization)
    resources: list[dict[str, Any]] = config["choreo:resources"]
    resources[1]["spec"]["kubernetesCluster"]["featureFlags"]["cilium"] = "yes"
    resources[2]["spec"]["promotionPaths"][1]["targetEnvironmentRefs"][0]["name"] = "development"
    resources[3]["spec"]["deploymentPipelinRef"] = resources[3]["spec"].pop("deploymentPipelineRef")
    resources.append({"apiVersion": "core.choreo.dev/v1", "kind": "Environmnet", "metadata": {"name": "x"}})
    config["choreo:manifests"] = ["*.yaml.broken", "nowhere/*.yaml"]
    (workspace.folder / "list.yaml.broken").write_text("kind: [Project\nspec: {}\n")
    workspace.stack("acme", config)
    lines = (workspace.folder / "stacks" / "Pulumi.acme.yaml").read_text().splitlines()

    said = workspace.up("acme", fails=True).said

    assert "Traceback" not in said
    for text, message in (
        ("cilium: 'yes'", "should be true or false, not 'yes'"),
        ("deploymentPipelinRef", "unknown field; did you mean deploymentPipelineRef?"),
        ("Environmnet", "has no kind 'Environmnet'"),
        ("nowhere/*.yaml", "no file matches 'nowhere/*.yaml'"),
    ):
        place = f"Pulumi.acme.yaml:{_line(lines, text)}: "
        assert [line for line in said.splitlines() if place in line and message in line], f"{place}{message}\n{said}"
    assert "list.yaml.broken:2: error: not YAML" in said
    assert "promotion goes in a circle: development -> staging -> development" in said
    assert workspace.kubectl("get", "organizations.core.choreo.dev", "-o", "name").count(organization) == 0
    assert all(resource["type"] == "pulumi:pulumi:Stack" for resource in workspace.resources("acme"))


@pytest.mark.parametrize("command", ["preview", "up"])
def test_an_environment_whose_data_plane_is_nowhere_is_refused(
    acme: Workspace, organization: str, command: str
) -> None:
    config = samples.stack("staging", organization)
    config["choreo:resources"][0]["spec"]["dataPlaneRef"] = "us-east-1"
    acme.stack("staging", config)
    said = getattr(acme, command)("staging", fails=True).said
    expected = (
        "cannot retrieve the dataplane: environment 'staging' refers to a non-existent dataplane 'us-east-1' "
        f"on organization '{organization}'"
    )
    assert expected in said
    assert "Traceback" not in said


def test_a_stack_whose_organization_is_nowhere_is_refused(workspace: Workspace, organization: str) -> None:
    workspace.stack("staging", samples.stack("staging", organization))
    said = workspace.up("staging", fails=True).said
    assert f"no organization '{organization}': neither in this stack nor in the cluster" in said


def test_a_preview_without_a_cluster_says_what_it_could_not_check(workspace: Workspace, organization: str) -> None:
    workspace.environment["KUBECONFIG"] = str(workspace.folder / "nowhere")
    workspace.stack("staging", samples.stack("staging", organization))
    said = workspace.preview("staging").said
    assert "no usable kubeconfig" in said
    assert f"not checked whether these exist: Organization '{organization}'" in said
    assert "DataPlane 'dp-local'" in said


def _line(lines: list[str], text: str) -> int:
    return next(number for number, line in enumerate(lines, 1) if text in line)

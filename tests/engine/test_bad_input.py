"""Bad input: one report of all errors, each with its place, and nothing is applied."""

import shutil
from typing import Any

import pytest

from tests.corpus.reading import CORPUS, expected
from tests.corpus.sizes import SIZES
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
    assert "list.yaml.broken:2: error: invalid YAML" in said
    assert "promotion has a cycle: development -> staging -> development" in said
    assert workspace.kubectl("get", "organizations.core.choreo.dev", "-o", "name").count(organization) == 0
    assert all(resource["type"] == "pulumi:pulumi:Stack" for resource in workspace.resources("acme"))


WORST = [
    ("text", "binary.yaml"),
    ("text", "bad-utf-8.yaml"),
    ("text", "utf-16-without-a-mark.yaml"),
    ("text", "escape-sequence.yaml"),
    ("text", "tab-as-indentation.yaml"),
    ("yaml", "billion-laughs.yaml"),
    ("yaml", "alias-that-holds-itself.yaml"),
    ("yaml", "python-tag.yaml"),
    ("yaml", "nested-101-deep.yaml"),
    ("yaml", "key-twice.yaml"),
    ("names", "right-to-left-override.yaml"),
    ("names", "4000-bytes.yaml"),
    ("graph", "circle-of-three.yaml"),
]


WORST_SIZES = ["a million brackets", "10 MB of lines", "2 MB in a key"]


def test_the_worst_of_the_corpus_at_once_is_reported_as_expected_and_nothing_is_applied(
    workspace: Workspace, organization: str
) -> None:
    wanted = []
    for name, file in WORST:
        copy = f"{name}-{file}"
        shutil.copy(CORPUS / name / file, workspace.folder / copy)
        wanted += [line.replace(file, copy) for line in expected(name)[file]]
    for size in WORST_SIZES:
        (workspace.folder / f"{size}.yaml").write_bytes(SIZES[size].text())
        wanted.append(SIZES[size].said.replace("big.yaml", f"{size}.yaml"))
    workspace.stack("acme", samples.stack("acme", organization) | {"choreo:manifests": ["*.yaml"]})

    said = workspace.up("acme", fails=True).said

    assert [line for line in wanted if line not in said] == [], f"missing in\n{said}"
    assert "Traceback" not in said
    assert "nothing was applied" in said
    assert workspace.kubectl("get", "organizations.core.choreo.dev", "-o", "name").count(organization) == 0
    assert all(resource["type"] == "pulumi:pulumi:Stack" for resource in workspace.resources("acme"))


@pytest.mark.parametrize("command", ["preview", "up"])
def test_an_environment_whose_data_plane_is_missing_is_refused(
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


def test_a_stack_whose_organization_is_missing_is_refused(workspace: Workspace, organization: str) -> None:
    workspace.stack("staging", samples.stack("staging", organization))
    said = workspace.up("staging", fails=True).said
    assert f"no organization '{organization}': neither in this stack nor in the cluster" in said


def test_a_preview_without_a_cluster_reports_what_it_could_not_check(workspace: Workspace, organization: str) -> None:
    workspace.environment["KUBECONFIG"] = str(workspace.folder / "nowhere")
    workspace.stack("staging", samples.stack("staging", organization))
    said = workspace.preview("staging").said
    assert "no usable kubeconfig" in said
    assert f"not checked whether these exist: Organization '{organization}'" in said
    assert "DataPlane 'dp-local'" in said


def _line(lines: list[str], text: str) -> int:
    return next(number for number, line in enumerate(lines, 1) if text in line)

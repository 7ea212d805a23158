"""Each kind is known with what Kubernetes and OpenChoreo's controllers make of it."""

import pytest

from choreo_components.api import KINDS, UnknownKindError, kind_of

API_VERSION = "core.choreo.dev/v1"


def test_kinds_are_found_by_api_version_and_kind() -> None:
    kind = kind_of(API_VERSION, "DataPlane")
    assert (kind.api_version, kind.group, kind.version) == (API_VERSION, "core.choreo.dev", "v1")
    assert (kind.kind, kind.plural, kind.singular) == ("DataPlane", "dataplanes", "dataplane")
    assert all(kind_of(api_version, name) is kind for (api_version, name), kind in KINDS.items())


def test_parents_and_what_is_referred_to_come_first() -> None:
    assert [name for _, name in KINDS] == [
        "Organization",
        "DataPlane",
        "Environment",
        "DeploymentPipeline",
        "Project",
        "Component",
        "DeploymentTrack",
        "ConfigurationGroup",
        "Build",
        "DeployableArtifact",
        "Deployment",
        "Endpoint",
    ]


def test_only_the_organization_is_cluster_scoped() -> None:
    assert [kind.kind for kind in KINDS.values() if not kind.namespaced] == ["Organization"]


def test_an_unknown_kind_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownKindError, match=r"core.choreo.dev/v1 has no kind 'Enviroment'; it has Organization, "):
        kind_of(API_VERSION, "Enviroment")


def test_an_unknown_api_version_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownKindError, match=r"unknown apiVersion 'apps/v1'; known: core.choreo.dev/v1"):
        kind_of("apps/v1", "Deployment")


@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        ("Organization", "name"),
        ("DataPlane", "organization name"),
        ("Environment", "organization name"),
        ("DeploymentPipeline", "organization name"),
        ("ConfigurationGroup", "organization name"),
        ("Project", "organization name"),
        ("Component", "organization project name"),
        ("DeploymentTrack", "organization project component name"),
        ("Build", "organization project component deployment-track name"),
        ("DeployableArtifact", "organization project component deployment-track name"),
        ("Deployment", "organization project component deployment-track environment name"),
        ("Endpoint", "organization project component deployment-track environment deployment name"),
    ],
)
def test_labels_that_controllers_need(kind: str, labels: str) -> None:
    assert kind_of(API_VERSION, kind).hierarchy == tuple(f"core.choreo.dev/{label}" for label in labels.split())


@pytest.mark.parametrize(
    ("condition", "kinds"),
    [
        ("Ready", {"Organization", "Environment", "Deployment", "Endpoint"}),
        ("Created", {"DataPlane", "Project", "Component"}),
        ("Available", {"DeploymentPipeline", "DeploymentTrack", "DeployableArtifact"}),
        (None, {"Build", "ConfigurationGroup"}),
    ],
)
def test_the_condition_that_says_reconciled(condition: str | None, kinds: set[str]) -> None:
    assert {kind.kind for kind in KINDS.values() if kind.ready_condition == condition} == kinds

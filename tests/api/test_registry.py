"""Each kind is known with what Kubernetes and OpenChoreo's controllers make of it."""

from typing import Any

import pytest

from choreo_components.api import ApiObject, UnknownKindError, all_kinds, kind_of
from choreo_components.api.core_v1 import API_VERSION
from choreo_components.api.core_v1.kinds import KINDS, V0_2_0
from choreo_components.api.meta import WireModel
from choreo_components.api.releases import own_fields
from choreo_components.api.shape import ListOf, ObjectOf, Shape, fields_of, holds_secrets


def test_kinds_are_found_by_api_version_and_kind() -> None:
    kind = kind_of(API_VERSION, "DataPlane")
    assert (kind.api_version, kind.group, kind.version) == (API_VERSION, "core.choreo.dev", "v1")
    assert (kind.kind, kind.plural, kind.singular) == ("DataPlane", "dataplanes", "dataplane")
    assert all(kind_of(api_version, name) is kind for (api_version, name), kind in all_kinds().items())


def test_parents_and_what_is_referred_to_come_first() -> None:
    assert [kind.kind for kind in KINDS] == [
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
    assert [kind.kind for kind in KINDS if not kind.namespaced] == ["Organization"]


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
    assert {kind.kind for kind in KINDS if kind.ready_condition == condition} == kinds


# --- Releases that differ under one apiVersion -----------------------------------------------------------------------

DATA_PLANE = kind_of(API_VERSION, "DataPlane")


def own(model: type[ApiObject]) -> list[str]:
    """The fields by which a DataPlane is known to be one of this model."""
    return [".".join(map(str, path)) for path in own_fields(model, DATA_PLANE.models)]


def test_only_the_data_plane_has_two_models() -> None:
    assert {kind.kind: list(kind.since) for kind in all_kinds().values() if kind.since} == {"DataPlane": [V0_2_0]}


def test_a_models_own_fields_are_the_outermost_that_no_other_has() -> None:
    earlier, later = DATA_PLANE.models
    assert own(earlier) == ["spec.kubernetesCluster.connectionConfigRef", "spec.kubernetesCluster.featureFlags"]
    assert own(later) == ["spec.kubernetesCluster.credentials", "spec.registry"]


@pytest.mark.parametrize(
    ("spec", "release"),
    [
        ({}, "OpenChoreo before v0.2.0"),
        ({"kubernetesCluster": {"name": "c"}, "gateway": {}}, "OpenChoreo before v0.2.0"),
        ({"kubernetesCluster": {"connectionConfigRef": "c"}}, "OpenChoreo before v0.2.0"),
        ({"kubernetesCluster": {"credentials": None}}, "OpenChoreo v0.2.0"),
        ({"registry": {}}, "OpenChoreo v0.2.0"),
        ({"kubernetesCluster": "an Output, say", "registry": {}}, "OpenChoreo v0.2.0"),
        ({"kubernetesCluster": {"credentials": {}, "connectionConfigRef": "c"}, "registry": {}}, "OpenChoreo v0.2.0"),
        ({"kubernetesCluster": {"credentials": {}, "connectionConfigRef": "c"}}, "OpenChoreo before v0.2.0"),
        (None, "OpenChoreo before v0.2.0"),
    ],
)
def test_which_model_is_meant_follows_from_the_fields_that_there_are(spec: Any, release: str) -> None:
    assert DATA_PLANE.release_of(DATA_PLANE.model_of({"spec": spec})) == release


def test_a_kind_is_a_key() -> None:
    assert len(set(all_kinds().values())) == len(all_kinds())


def of_items(shape: Shape) -> type[WireModel] | None:
    """The model of the objects in a list, or in lists inside it."""
    inside = shape.item if isinstance(shape, ListOf) else None
    return inside.model if isinstance(inside, ObjectOf) else of_items(inside) if inside is not None else None


def models_in(model: type[WireModel]) -> set[type[WireModel]]:
    """The model, and those of all objects inside."""
    shapes = [field.shape for field in fields_of(model).values()]
    inside = {shape.model for shape in shapes if isinstance(shape, ObjectOf)} | {of_items(each) for each in shapes}
    return {model}.union(*(models_in(each) for each in inside if each is not None))


def test_no_secret_is_in_a_list_where_it_would_not_be_found() -> None:
    models = {each for kind in all_kinds().values() for model in kind.models for each in models_in(model)}
    listed = {of_items(field.shape) for model in models for field in fields_of(model).values()}
    assert {each for each in listed if each is not None and holds_secrets(each)} == set()
    assert any(map(holds_secrets, models))

"""Objects refer to one another as OpenChoreo's controllers look them up: some by name, some by labels."""

from typing import Any

import pytest

from choreo_components.api.core_v1 import API_VERSION
from choreo_components.api.core_v1.hierarchy import promoted_environments
from choreo_components.api.generation import Severity, Target
from choreo_components.config.settings import Declared
from choreo_components.plan.references import Index, Reference, references
from tests import declaring
from tests.declaring import Manifest, stack


def declared(made: Manifest) -> Declared:
    """The object, read."""
    [read] = stack(made).settings.declared
    return read


def found(made: Manifest) -> dict[str, Reference]:
    """What an object refers to in addition to its organization, by field."""
    wanted = references(declared(made))
    prefix = "choreo:resources[0]."
    return {each.where.field.removeprefix(prefix): each for each in wanted if each.target.kind != "Organization"}


def targets(made: Manifest) -> dict[str, str]:
    return {field: str(each.target) for field, each in found(made).items()}


def application(section: str, entry: dict[str, Any]) -> dict[str, Any]:
    return {"application": {section: [{"key": "PLAIN", "value": "1"} if section == "env" else entry, entry]}}


def test_an_organization_refers_to_nothing() -> None:
    assert list(references(declared(declaring.organization()))) == []


def test_everything_else_refers_to_its_organization_first() -> None:
    for made in (declaring.data_plane(), declaring.endpoint(), declaring.configuration_group()):
        first = next(references(declared(made)))
        assert first.target == Target(API_VERSION, "Organization", "acme", "acme")
        assert first.where.field == "choreo:resources[0].metadata.namespace"


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (declaring.data_plane(), {}),
        (declaring.configuration_group(), {}),
        (declaring.environment(), {"spec.dataPlaneRef": "DataPlane 'dp-local'"}),
        (declaring.environment(data_plane=None), {}),
        (declaring.project(), {"spec.deploymentPipelineRef": "DeploymentPipeline 'pipeline'"}),
        (declaring.component(), {"project": "Project with name=shop"}),
        (declaring.track(), {"component": "Component with project=shop, name=web"}),
        (declaring.build(), {"deployment-track": "DeploymentTrack with project=shop, component=web, name=main"}),
        (declaring.artifact(), {"deployment-track": "DeploymentTrack with project=shop, component=web, name=main"}),
        (
            declaring.artifact(build="b-1"),
            {
                "deployment-track": "DeploymentTrack with project=shop, component=web, name=main",
                "spec.targetArtifact.fromBuildRef.name": "Build 'b-1'",
            },
        ),
        (
            declaring.deployment(),
            {
                "deployment-track": "DeploymentTrack with project=shop, component=web, name=main",
                "environment": "Environment with name=development",
                "spec.deploymentArtifactRef": "DeployableArtifact 'web-1'",
            },
        ),
        (declaring.endpoint(), {"deployment": "Deployment with environment=development, name=web-development"}),
    ],
    ids=lambda value: value.get("kind", ""),
)
def test_what_each_kind_refers_to_and_where(made: Manifest, expected: dict[str, str]) -> None:
    label = "core.choreo.dev/"
    assert {
        field.removeprefix(f"metadata.labels[{label}").removesuffix("]"): target.replace(label, "")
        for field, target in targets(made).items()
    } == expected


def test_a_pipeline_refers_to_each_of_its_environments_once_at_its_first_place() -> None:
    made = declaring.pipeline(promotions=[("dev", ["staging", "production"]), ("staging", ["production"])])
    assert targets(made) == {
        "spec.promotionPaths[0].sourceEnvironmentRef": "Environment 'dev'",
        "spec.promotionPaths[0].targetEnvironmentRefs[0].name": "Environment 'staging'",
        "spec.promotionPaths[0].targetEnvironmentRefs[1].name": "Environment 'production'",
    }


def test_promoted_environments_are_named_as_often_as_they_are_written() -> None:
    made = declaring.pipeline(promotions=[("dev", ["staging"]), ("staging", ["production"])])
    assert [name for _, name in promoted_environments(declared(made).wire)] == [
        "dev",
        "staging",
        "staging",
        "production",
    ]


@pytest.mark.parametrize(
    ("section", "entry", "field"),
    [
        ("env", {"key": "A", "valueFrom": {"configurationGroupRef": {"name": "redis", "key": "a"}}}, "valueFrom."),
        ("envFrom", {"configurationGroupRef": {"name": "redis"}}, ""),
        (
            "fileMounts",
            {"mountPath": "/a", "valueFrom": {"configurationGroupRef": {"name": "redis", "key": "a"}}},
            "valueFrom.",
        ),
        ("fileMountsFrom", {"configurationGroupRef": {"name": "redis", "mountPath": "/a"}}, ""),
    ],
)
def test_configuration_groups_are_found_wherever_an_application_names_them(
    section: str, entry: dict[str, Any], field: str
) -> None:
    made, overriding = declaring.artifact(), declaring.deployment()
    made["spec"]["configuration"] = application(section, entry)
    overriding["spec"]["configurationOverrides"] = application(section, entry)
    for around, each in (("configuration", made), ("configurationOverrides", overriding)):
        where = f"spec.{around}.application.{section}[1].{field}configurationGroupRef.name"
        assert targets(each)[where] == "ConfigurationGroup with core.choreo.dev/name=redis"


def test_secrets_are_not_openchoreos() -> None:
    made = declaring.artifact()
    made["spec"]["configuration"] = application("envFrom", {"secretRef": {"name": "redis"}})
    assert len(found(made)) == 1


def test_what_openchoreo_waits_for_is_only_a_warning() -> None:
    severities = {
        field: each.severity
        for made in (declaring.pipeline(), declaring.deployment(), declaring.environment())
        for field, each in found(made).items()
    }
    assert {field for field, severity in severities.items() if severity is Severity.WARNING} == {
        "spec.promotionPaths[0].sourceEnvironmentRef",
        "spec.deploymentArtifactRef",
    }


@pytest.mark.parametrize(
    ("made", "field", "message"),
    [
        (
            declaring.environment("x", organization="z", data_plane="y"),
            "spec.dataPlaneRef",
            "cannot retrieve the dataplane: environment 'x' refers to a non-existent dataplane 'y' on organization 'z'",
        ),
        (
            declaring.pipeline(),
            "spec.promotionPaths[0].sourceEnvironmentRef",
            "environment 'development' of organization 'acme' is not declared yet",
        ),
        (
            declaring.deployment(),
            "spec.deploymentArtifactRef",
            "no DeployableArtifact 'web-1' in organization 'acme' yet: the Deployment waits until there is one",
        ),
        (
            declaring.component(),
            "metadata.labels[core.choreo.dev/project]",
            "no Project with core.choreo.dev/name=shop in organization 'acme': "
            "neither in this stack nor in the cluster",
        ),
    ],
)
def test_a_missing_object_is_named_with_what_needs_it(made: Manifest, field: str, message: str) -> None:
    assert found(made)[field].missing == message


def test_an_organization_that_does_not_exist_is_named() -> None:
    organization = next(references(declared(declaring.data_plane())))
    assert organization.missing == "no organization 'acme': neither in this stack nor in the cluster"


def index(*objects: Manifest) -> Index:
    return Index(stack(*objects).settings.declared)


def test_an_object_is_found_by_name_in_its_organization_only() -> None:
    both = index(declaring.data_plane(organization="a"), declaring.data_plane(organization="b"))
    hit = both.find(Target(API_VERSION, "DataPlane", "b", "dp-local"))
    assert hit is not None
    assert hit.organization == "b"
    assert both.find(Target(API_VERSION, "DataPlane", "c", "dp-local")) is None


def test_a_track_is_found_by_its_label_not_by_its_name() -> None:
    wanted = tuple((f"core.choreo.dev/{key}", value) for key, value in {"project": "shop", "component": "web"}.items())
    tracks = index(declaring.track("web-main", label="main"))
    assert tracks.find(
        Target(API_VERSION, "DeploymentTrack", "acme", labels=(*wanted, ("core.choreo.dev/name", "main")))
    )
    assert not tracks.find(
        Target(API_VERSION, "DeploymentTrack", "acme", labels=(*wanted, ("core.choreo.dev/name", "web-main")))
    )


def test_an_artifact_is_found_by_the_build_that_will_make_it() -> None:
    target = Target(API_VERSION, "DeployableArtifact", "acme", "web-1")
    made = index(declaring.build("web-1")).find(target)
    assert made is not None
    assert made.kind == "Build"
    ready = index(declaring.build("web-1"), declaring.artifact("web-1")).find(target)
    assert ready is not None
    assert ready.kind == "DeployableArtifact"

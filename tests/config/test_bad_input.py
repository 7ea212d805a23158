"""Bad input: each mistake is found before anything is applied, at its file, line and field, with what is right."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.api.generation import Severity
from choreo_components.components.preparation import missing
from choreo_components.config.findings import Finding, Location, error, report, warning
from tests import declaring
from tests.declaring import stack, stack_of


def of_manifest(folder: Path, text: str) -> list[Finding]:
    """What is wrong with a stack whose only manifest is this text."""
    (folder / "bad.yaml").write_text(text)
    return stack(folder=folder, manifests=["bad.yaml"]).findings


# --- Objects -------------------------------------------------------------------------------------------------------


def test_an_identical_duplicate_is_ignored() -> None:
    found = stack(declaring.organization(), declaring.data_plane(), declaring.organization())
    first = found.at("name: acme", "choreo:resources[0].metadata.name")
    lines = [number for number, line in enumerate(found.text.splitlines(), 1) if line.strip() == "name: acme"]
    second = Location(first.file, lines[1], "choreo:resources[2].metadata.name")
    message = f"Organization 'acme' is declared twice; first at {first}. They are identical: the duplicate is ignored"
    assert found.findings == [warning(second, message)]
    assert [each.kind for each in found.settings.declared] == ["Organization", "DataPlane"]


def test_what_follows_from_an_object_need_not_be_repeated_with_it(tmp_path: Path) -> None:
    (tmp_path / "again.yaml").write_text(yaml.safe_dump(declaring.environment()))
    spelt_out = declaring.environment()
    spelt_out["metadata"]["labels"] = {"core.choreo.dev/organization": "acme", "core.choreo.dev/name": "development"}
    spelt_out["spec"]["isProduction"] = False
    found = stack(spelt_out, folder=tmp_path, manifests=["again.yaml"])
    assert [str(finding.severity.value) for finding in found.findings] == ["warning"]


def test_two_different_objects_of_one_name_are_reported_with_the_fields_that_differ(tmp_path: Path) -> None:
    other = declaring.pipeline(promotions=[("development", ["staging"])])
    other["metadata"]["labels"] = {"team": "blue"}
    (tmp_path / "other.yaml").write_text(yaml.safe_dump(other))
    found = stack(
        declaring.pipeline(promotions=[("development", ["production"])]), folder=tmp_path, manifests=["other.yaml"]
    )
    first = found.at("name: pipeline", "choreo:resources[0].metadata.name")
    message = (
        f"DeploymentPipeline 'pipeline' of organization 'acme' is declared twice; first at {first}. They differ in "
        "metadata.labels.team, spec.promotionPaths[0].targetEnvironmentRefs[0].name; remove one of them"
    )
    assert found.findings == [error(Location("other.yaml", 6, "metadata.name"), message)]


def test_what_refers_to_an_object_that_contradicts_another_finds_it() -> None:
    other = declaring.track(label="other")
    found = stack(declaring.component(), declaring.track(label="main"), other, declaring.artifact())
    assert [finding.where.field for finding in found.findings] == ["choreo:resources[2].metadata.name"]
    assert "DeploymentTrack" not in {reference.target.kind for reference in found.plan.outside}
    other = declaring.track(label="main")
    found = stack(declaring.component(), declaring.track(label="other"), other, declaring.artifact())
    assert "DeploymentTrack" not in {reference.target.kind for reference in found.plan.outside}


def test_two_data_planes_that_differ_in_a_secret_are_reported_without_it() -> None:
    other = declaring.data_plane_with_credentials()
    other["spec"]["kubernetesCluster"]["credentials"]["clientKey"] = "b3RoZXI="
    [finding] = stack(declaring.data_plane_with_credentials(), other).findings
    assert finding.message.endswith("They differ in spec.kubernetesCluster.credentials.clientKey; remove one of them")


def test_an_unknown_kind() -> None:
    found = stack(declaring.environment() | {"kind": "Enviroment"})
    [finding] = found.findings
    assert finding == error(found.at("Enviroment", "choreo:resources[0].kind"), finding.message)
    assert finding.message.startswith(
        "core.choreo.dev/v1 has no kind 'Enviroment'; it has Organization, DataPlane, Env"
    )


def test_an_unknown_api_version() -> None:
    found = stack(declaring.environment() | {"apiVersion": "openchoreo.dev/v1alpha2"})
    where = found.at("openchoreo.dev", "choreo:resources[0].apiVersion")
    message = "unknown apiVersion 'openchoreo.dev/v1alpha2'; known: core.choreo.dev/v1, openchoreo.dev/v1alpha1"
    assert found.findings == [error(where, message)]


@pytest.mark.parametrize("key", ["apiVersion", "kind"])
def test_an_object_without_its_type(key: str) -> None:
    made = declaring.organization()
    del made[key]
    found = stack(made)
    # A missing field has the place of the object.
    where = Location(declaring.STACK_FILE, 2, f"choreo:resources[0].{key}")
    assert found.findings == [error(where, "required field is missing")]


def test_a_wrong_type() -> None:
    made = declaring.environment()
    made["spec"]["isProduction"] = "yes"
    found = stack(made)
    where = found.at("isProduction", "choreo:resources[0].spec.isProduction")
    assert found.findings == [error(where, "should be true or false, not 'yes'")]


def test_a_missing_field() -> None:
    made = declaring.data_plane()
    del made["spec"]["gateway"]["publicVirtualHost"]
    found = stack(made)
    where = found.at("gateway:", "choreo:resources[0].spec.gateway.publicVirtualHost")
    assert found.findings == [error(where, "required field is missing")]


def test_an_unknown_field_with_the_one_that_is_meant() -> None:
    made = declaring.project()
    made["spec"]["deploymentPipelinRef"] = made["spec"].pop("deploymentPipelineRef")
    found = stack(made)
    where = found.at("deploymentPipelinRef", "choreo:resources[0].spec.deploymentPipelinRef")
    assert error(where, "unknown field; did you mean deploymentPipelineRef?") in found.findings


def test_a_text_instead_of_an_object_is_not_quoted_as_it_may_be_a_key() -> None:
    found = stack_of("choreo:resources:\n  - Organization\n")
    where = Location(declaring.STACK_FILE, 2, "choreo:resources[0]")
    message = "should be an object with apiVersion, kind, metadata and spec, not a text"
    assert found.findings == [error(where, message)]


# --- Labels and names ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "source", "right"),
    [
        ("core.choreo.dev/organization", "metadata.namespace", "acme"),
        ("core.choreo.dev/name", "metadata.name", "development"),
    ],
)
def test_a_label_that_contradicts(label: str, source: str, right: str) -> None:
    made = declaring.environment()
    made["metadata"]["labels"] = {label: "other"}
    found = stack(made)
    where = found.at(label, f"choreo:resources[0].metadata.labels[{label}]")
    assert found.findings == [error(where, f"contradicts {source}: should be {right!r} or left out, not 'other'")]


def test_a_hierarchy_label_that_is_missing() -> None:
    made = declaring.deployment()
    del made["metadata"]["labels"]["core.choreo.dev/environment"]
    found = stack(made)
    where = found.at("labels:", "choreo:resources[0].metadata.labels[core.choreo.dev/environment]")
    message = "required label is missing: OpenChoreo finds by it what the Deployment belongs to"
    assert found.findings == [error(where, message)]


def test_an_object_without_an_organization() -> None:
    made = declaring.manifest("Project", "shop", {"deploymentPipelineRef": "p"}, organization=None)
    found = stack(made)
    where = found.at("metadata:", "choreo:resources[0].metadata.namespace")
    assert found.findings == [error(where, "required field is missing: the organization of the Project")]


def test_an_organization_in_a_namespace() -> None:
    made = declaring.organization()
    made["metadata"]["namespace"] = "default"
    found = stack(made)
    where = found.at("namespace: default", "choreo:resources[0].metadata.namespace")
    assert found.findings == [error(where, "Organization belongs to the whole cluster and has no namespace; remove it")]


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (declaring.organization("Acme"), "only a-z, 0-9 and '-' are allowed in it"),
        (declaring.organization("acme.example"), "only a-z, 0-9 and '-' are allowed in it"),
        (declaring.organization("a" * 64), "it is 64 bytes long, more than 63"),
        (declaring.organization(""), "only a-z, 0-9 and '-' are allowed in it"),
        (declaring.component("web_1"), "only a-z, 0-9, '-' and '.' are allowed in it"),
        (declaring.component("w" * 254), "it is 254 bytes long, more than 253"),
    ],
    ids=["capital letter", "dot in a namespace", "long namespace", "empty", "underscore", "long name"],
)
def test_a_name_that_kubernetes_refuses(made: dict[str, Any], why: str) -> None:
    found = stack(made)
    name = made["metadata"]["name"]
    finding = found.findings[0]
    where = found.at(f"name: {name or repr(name)}", "choreo:resources[0].metadata.name")
    assert finding == error(where, finding.message)
    assert finding.message.startswith(f"Kubernetes would refuse the name {name!r}: {why}")


def test_a_label_that_kubernetes_refuses() -> None:
    made = declaring.component(project="-shop-")
    found = stack(made)
    label = "core.choreo.dev/project"
    [finding] = found.findings
    assert finding == error(found.at(label, f"choreo:resources[0].metadata.labels[{label}]"), finding.message)
    assert finding.message.startswith("Kubernetes would refuse the label '-shop-': only letters, digits")


def test_a_name_that_is_too_long_for_the_label_that_follows_from_it() -> None:
    name = "p" * 64
    found = stack(declaring.project(name))
    label = "core.choreo.dev/name"
    where = found.at("metadata:", f"choreo:resources[0].metadata.labels[{label}]")
    message = f"Kubernetes would refuse the label {name!r}: it is 64 bytes long, more than 63"
    assert found.findings == [error(where, message)]


# --- References ----------------------------------------------------------------------------------------------------


def test_an_environment_on_a_data_plane_that_does_not_exist() -> None:
    found = stack(declaring.organization("z"), declaring.environment("x", organization="z", data_plane="y"))
    live = {reference.target: None for reference in found.plan.outside}
    where = found.at("dataPlaneRef", "choreo:resources[1].spec.dataPlaneRef")
    message = (
        "cannot retrieve the dataplane: environment 'x' refers to a non-existent dataplane 'y' on organization 'z'"
    )
    assert missing(found.plan.outside, live) == [error(where, message)]


def test_a_project_on_a_pipeline_that_does_not_exist() -> None:
    found = stack(declaring.organization(), declaring.project(pipeline="nope"))
    live = {reference.target: None for reference in found.plan.outside}
    where = found.at("deploymentPipelineRef", "choreo:resources[1].spec.deploymentPipelineRef")
    message = "no DeploymentPipeline 'nope' in organization 'acme': neither in this stack nor in the cluster"
    assert missing(found.plan.outside, live) == [error(where, message)]


# --- Files ---------------------------------------------------------------------------------------------------------


def test_a_text_that_is_not_yaml(tmp_path: Path) -> None:
    [finding] = of_manifest(tmp_path, "kind: Organization\nmetadata: [name\nspec: {}\n")
    assert finding == error(Location("bad.yaml", 3), finding.message)
    assert finding.message.startswith(
        "invalid YAML: while parsing a flow sequence from line 2, did not find expected ',' or ']'"
    )


def test_a_duplicate_key(tmp_path: Path) -> None:
    text = "apiVersion: core.choreo.dev/v1\nkind: Organization\nmetadata:\n  name: a\n  name: b\n"
    message = "duplicate key; remove one of them"
    assert of_manifest(tmp_path, text) == [error(Location("bad.yaml", 5, "metadata.name"), message)]


def test_a_recursive_alias(tmp_path: Path) -> None:
    text = "kind: Organization\nmetadata: &m\n  labels: *m\n"
    where = Location("bad.yaml", 3, "metadata.labels")
    assert of_manifest(tmp_path, text) == [error(where, "recursive alias *m: it is inside &m")]


@pytest.mark.parametrize("key", ["1", "true", "null", "1.5"])
def test_a_key_that_is_not_a_string(tmp_path: Path, key: str) -> None:
    text = f"metadata:\n  labels:\n    {key}: x\n"
    message = f"{key} is not a string: a key must be one (put it in quotes)"
    assert of_manifest(tmp_path, text) == [error(Location("bad.yaml", 3, "metadata.labels"), message)]


@pytest.mark.parametrize(
    "pattern",
    ["nowhere/*.yaml", "missing.yaml", "**x", "x" * 300],
)
def test_a_glob_that_matches_nothing(tmp_path: Path, pattern: str) -> None:
    found = stack(folder=tmp_path, manifests=[pattern])
    where = Location(declaring.STACK_FILE, 2, "choreo:manifests[0]")
    assert found.findings == [error(where, f"no file matches {pattern!r} in {tmp_path}")]


@pytest.mark.parametrize("pattern", ["/nonexistent/a.yaml", "/nonexistent/*.yaml"])
def test_an_absolute_glob_that_matches_nothing_blames_no_folder(tmp_path: Path, pattern: str) -> None:
    found = stack(folder=tmp_path, manifests=[pattern])
    where = Location(declaring.STACK_FILE, 2, "choreo:manifests[0]")
    assert found.findings == [error(where, f"no file matches {pattern!r}")]


def test_a_manifest_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a.yaml").write_text("")
    monkeypatch.setattr(Path, "open", refuse)
    found = stack(folder=tmp_path, manifests=["a.yaml"])
    where = Location(declaring.STACK_FILE, 2, "choreo:manifests[0]")
    assert found.findings == [error(where, "a.yaml cannot be read: Permission denied")]


# --- Settings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["context", "kubeconfig", "cluster", "namespace", "strictMode"])
def test_a_setting_of_the_kubernetes_provider(name: str) -> None:
    """It would point the provider at another cluster than our own client, or change what it does."""
    [finding] = stack_of(f"kubernetes:{name}: b\n").findings
    assert (finding.severity, str(finding.where)) == (Severity.ERROR, f"Pulumi.test.yaml:1: kubernetes:{name}")
    assert finding.message.startswith("not supported: choreo configures the Kubernetes provider for the cluster")
    assert f"pulumi config rm kubernetes:{name}" in finding.message


def test_an_unknown_setting() -> None:
    found = stack(manifest=["a.yaml"])
    message = (
        "unknown setting; the settings are choreo:resources, choreo:manifests, choreo:projects, choreo:controllers, "
        "choreo:timeouts, choreo:adopt, choreo:allowProductionDestroy, choreo:deleteRetained, choreo:kubeconfig, "
        "choreo:controlPlane, choreo:dataPlaneKubeconfigs, choreo:namespaceMetadata"
    )
    assert found.findings == [error(found.at("choreo:manifest", "choreo:manifest"), message)]


@pytest.mark.parametrize(
    ("setting", "value", "field", "message"),
    [
        ("resources", "a.yaml", "choreo:resources", "should be a list of objects, not 'a.yaml'"),
        ("manifests", "a.yaml", "choreo:manifests", "should be a list of strings, not 'a.yaml'"),
        ("manifests", [1], "choreo:manifests[0]", "should be a string that is not empty, not 1"),
        ("projects", {"a": "b"}, "choreo:projects", "should be a list of strings, not a mapping"),
        ("projects", [""], "choreo:projects[0]", "should be a string that is not empty, not ''"),
        ("controllers", False, "choreo:controllers", "should be present or absent, not false"),
        ("controllers", "maybe", "choreo:controllers", "should be present or absent, not 'maybe'"),
        ("timeouts", "10m", "choreo:timeouts", "should be a mapping of steps to durations, not '10m'"),
        ("timeouts", {"ready": 10}, "choreo:timeouts.ready", "should be a duration such as 90s, 10m or 1h30m, not 10"),
    ],
)
def test_a_setting_of_a_wrong_type(setting: str, value: Any, field: str, message: str) -> None:
    found = stack(**{setting: value})
    line = 2 if field.endswith(("]", ".ready")) else 1
    assert found.findings == [error(Location(declaring.STACK_FILE, line, field), message)]


def test_a_project_of_another_stack_with_a_name_that_kubernetes_refuses() -> None:
    found = stack(projects=["shop", "My Shop"])
    [finding] = found.findings
    assert finding == error(found.at("My Shop", "choreo:projects[1]"), finding.message)
    assert finding.message.startswith("Kubernetes would refuse the name 'My Shop': only a-z, 0-9, '-' and '.'")


def test_a_bad_duration() -> None:
    found = stack(timeouts={"ready": "10m", "delete": "soon"})
    message = "'soon' is not a duration; write for example 90s, 10m or 1h30m"
    assert found.findings == [error(found.at("delete", "choreo:timeouts.delete"), message)]


def test_an_unknown_step() -> None:
    found = stack(timeouts={"deploy": "10m"})
    message = "unknown step; the steps are ready, delete, deployments, namespaces"
    assert found.findings == [error(found.at("deploy", "choreo:timeouts.deploy"), message)]


# --- What OpenChoreo would accept, and never complete ----------------------------------------------------------------


def test_an_environment_without_a_data_plane() -> None:
    found = stack(declaring.environment(data_plane=None))
    where = found.at("spec:", "choreo:resources[0].spec.dataPlaneRef")
    assert found.findings == [
        error(where, "required field is missing: an environment without a data plane can never be deleted")
    ]


@pytest.mark.parametrize("prefix", [None, {"dnsPrefix": ""}, {}])
def test_an_environment_without_a_dns_prefix_is_only_a_warning(prefix: Any) -> None:
    made = declaring.environment(dns_prefix=None)
    if prefix is not None:
        made["spec"]["gateway"] = prefix
    found = stack(made)
    [finding] = found.findings
    message = "empty: the host names of this environment begin with a dot, which no DNS server resolves"
    assert finding == warning(finding.where, message)
    assert finding.where.field == "choreo:resources[0].spec.gateway.dnsPrefix"


@pytest.mark.parametrize(
    ("type_", "meant"),
    [
        ("Sevice", "'Sevice'; did you mean 'Service'?"),
        ("Webhook", "'Webhook'; use one of Service, WebApplication, ScheduledTask"),
        (None, "''; use one of Service, WebApplication, ScheduledTask"),
    ],
)
def test_a_component_that_openchoreo_ignores_is_a_warning(type_: str | None, meant: str) -> None:
    made = declaring.component()
    made["spec"] = {} if type_ is None else {"type": type_}
    [finding] = stack(made).findings
    assert finding.severity is Severity.WARNING
    assert finding.where.field == "choreo:resources[0].spec.type"
    assert finding.message == f"OpenChoreo runs nothing for a component of type {meant}"


@pytest.mark.parametrize(
    ("image", "reported"),
    [
        ({}, "no image: its Deployments never run"),
        ({"fromBuildRef": {"name": "b"}, "fromImageRef": {"tag": "1.0"}}, "two images"),
    ],
)
def test_an_artifact_of_no_image_or_two_is_a_warning(image: dict[str, Any], reported: str) -> None:
    made = declaring.artifact()
    made["spec"]["targetArtifact"] = image
    [finding] = stack(made).findings
    assert finding.severity is Severity.WARNING
    assert finding.where.field == "choreo:resources[0].spec.targetArtifact"
    assert finding.message == f"{reported}; set exactly one of fromBuildRef and fromImageRef"


def test_two_environments_of_one_data_plane_with_one_dns_prefix() -> None:
    found = stack(declaring.environment("development"), declaring.environment("staging", dns_prefix="development"))
    lines = [number for number, line in enumerate(found.text.splitlines(), 1) if "dnsPrefix: development" in line]
    first, second = (
        Location(declaring.STACK_FILE, line, f"choreo:resources[{index}].spec.gateway.dnsPrefix")
        for index, line in enumerate(lines)
    )
    message = (
        f"'development' is the prefix of environment 'development' on data plane 'dp-local' already ({first}): "
        "their endpoints would share host names"
    )
    assert found.findings == [error(second, message)]


def test_a_pipeline_with_a_circle_that_begins_somewhere() -> None:
    promotions = [("development", ["staging"]), ("staging", ["production"]), ("production", ["staging"])]
    found = stack(declaring.pipeline(promotions=promotions))
    where = found.at("- sourceEnvironmentRef: staging", "choreo:resources[0].spec.promotionPaths[1]")
    assert found.findings == [error(where, "promotion has a cycle: staging -> production -> staging")]


def test_a_pipeline_that_is_nothing_but_a_circle() -> None:
    found = stack(declaring.pipeline(promotions=[("a", ["b"]), ("b", ["a"])]))
    where = found.at("- sourceEnvironmentRef: a", "choreo:resources[0].spec.promotionPaths[0]")
    message = "promotion has a cycle: a -> b -> a; promotion has no first environment"
    assert found.findings == [error(where, message)]


def test_a_pipeline_that_promotes_an_environment_to_itself() -> None:
    found = stack(declaring.pipeline(promotions=[("a", ["a"])]))
    assert [each.message.partition(";")[0] for each in found.findings] == ["promotion has a cycle: a -> a"]


@pytest.mark.parametrize("spec", [{"promotionPaths": []}, {}])
def test_a_pipeline_without_environments(spec: dict[str, Any]) -> None:
    found = stack(declaring.pipeline() | {"spec": spec})
    [finding] = found.findings
    where = found.at("promotionPaths" if spec else "spec:", "choreo:resources[0].spec.promotionPaths")
    message = "the pipeline names no environment: a project with this pipeline can never be deleted"
    assert finding == error(where, message)


def test_two_projects_that_would_share_a_namespace() -> None:
    """Names with dashes are joined with dashes, so that the parts can no longer be distinguished."""
    found = stack(
        declaring.environment("dev", dns_prefix="a"),
        declaring.environment("b-dev", dns_prefix="b"),
        projects=["shop", "shop-b"],
    )
    shared = data_plane_namespace("acme", "shop", "b-dev")
    message = (
        f"one data-plane namespace, {shared}, would belong to organization 'acme', project 'shop', environment 'b-dev' "
        "and organization 'acme', project 'shop-b', environment 'dev'; rename one of them"
    )
    assert found.findings == [error(found.at("name: b-dev", "choreo:resources[1].metadata.name"), message)]


def test_a_data_plane_namespace_that_kubernetes_refuses() -> None:
    found = stack(declaring.environment("dev"), projects=["shop.v2"])
    namespace = data_plane_namespace("acme", "shop.v2", "dev")
    [finding] = found.findings
    assert finding == error(found.at("name: dev", "choreo:resources[0].metadata.name"), finding.message)
    assert finding.message.startswith(
        f"the data-plane namespace of project 'shop.v2' would be named {namespace}: only a-z, 0-9 and '-'"
    )


# --- What is no mistake --------------------------------------------------------------------------------------------


def test_one_dns_prefix_on_two_data_planes() -> None:
    found = stack(
        declaring.environment("development", dns_prefix="dev"),
        declaring.environment("staging", dns_prefix="dev", data_plane="dp-2"),
        declaring.environment("development", dns_prefix="dev", organization="other"),
    )
    assert found.findings == []


def test_two_ways_to_one_environment() -> None:
    promotions = [("development", ["staging", "test"]), ("staging", ["production"]), ("test", ["production"])]
    assert stack(declaring.pipeline(promotions=promotions)).findings == []


def test_very_many_ways_to_one_environment() -> None:
    """Following each path separately would never end."""
    steps = range(100)
    promotions = [(f"{side}{step}", [f"a{step + 1}", f"b{step + 1}"]) for step in steps for side in "ab"]
    assert stack(declaring.pipeline(promotions=promotions)).findings == []


# --- Several -------------------------------------------------------------------------------------------------------


def test_several_mistakes_come_in_one_report_in_the_order_of_their_places(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("kind: [\n")
    wrong = declaring.data_plane()
    wrong["spec"]["kubernetesCluster"]["featureFlags"]["cilium"] = "yes"
    unknown = declaring.environment() | {"kind": "Enviroment"}
    found = stack(
        wrong,
        unknown,
        declaring.pipeline(promotions=[("a", ["a"])]),
        folder=tmp_path,
        manifests=["bad.yaml", "nowhere/*.yaml"],
        controllers="maybe",
    )
    reported = report(found.findings).splitlines()
    assert reported[0] == "6 errors in what this stack declares; nothing was applied:"
    assert [line.partition(": error: ")[0].strip() for line in reported[1:]] == [
        str(found.at("nowhere", "choreo:manifests[1]")),
        str(found.at("choreo:controllers", "choreo:controllers")),
        str(found.at("cilium", "choreo:resources[0].spec.kubernetesCluster.featureFlags.cilium")),
        str(found.at("kind: Enviroment", "choreo:resources[1].kind")),
        str(found.at("- sourceEnvironmentRef", "choreo:resources[2].spec.promotionPaths[0]")),
        "bad.yaml:2",
    ]

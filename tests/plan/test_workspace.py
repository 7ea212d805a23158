"""What stacks need from each other, and findings that involve more than one of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from choreo_components.config.project import read_stacks
from choreo_components.plan.workspace import Workspace
from tests import declaring
from tests.declaring import Manifest
from tests.projects import write
from tests.standin.openchoreo_v1alpha1 import samples

ORGANIZATION = [declaring.organization(), declaring.data_plane()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def workspace(
    folder: Path, stacks: Mapping[str, Sequence[Manifest]], more: Mapping[str, Mapping[str, Any]] | None = None
) -> Workspace:
    return Workspace(read_stacks(write(folder, stacks, more)))


def reported(found: Workspace, whole: bool = True) -> list[str]:
    """The findings as STACK: SEVERITY: MESSAGE."""
    return [
        f"{name}: {finding.severity.value}: {finding.message}"
        for name, group in found.findings(whole=whole).items()
        for finding in group
    ]


def test_stacks_that_agree_have_nothing_wrong(folder: Path) -> None:
    stacks = {"acme": ORGANIZATION, "dev": [declaring.environment()], "prod": [declaring.environment("production")]}
    assert reported(workspace(folder, stacks)) == []


def test_a_finding_about_a_single_stack_is_reported_once(folder: Path) -> None:
    found = workspace(folder, {"acme": ORGANIZATION, "dev": [declaring.environment(dns_prefix=None)]})
    [line] = reported(found)
    assert line.startswith("dev: warning: empty: ")


# --- Objects and names ---------------------------------------------------------------------------------------------


def test_an_object_of_two_stacks_is_an_error_that_names_both_places(folder: Path) -> None:
    found = workspace(folder, {"acme": ORGANIZATION, "dev": [declaring.data_plane()]})
    [finding] = found.findings(whole=True)["dev"]
    assert str(finding) == (
        "Pulumi.dev.yaml:6: choreo:resources[0].metadata.name: error: DataPlane 'dp-local' of organization 'acme' is "
        "also declared in stack 'acme' (Pulumi.acme.yaml:11: choreo:resources[1].metadata.name); "
        "remove it from one of the stacks"
    )


def test_one_manifest_in_two_stacks_is_declared_twice(folder: Path) -> None:
    shared = {"manifests": ["shared.yaml"]}
    (folder / "shared.yaml").write_text(
        "{apiVersion: core.choreo.dev/v1, kind: Organization, metadata: {name: acme}}\n"
    )
    found = reported(workspace(folder, {"a": [], "b": []}, {"a": shared, "b": shared}))
    assert [line[: line.index("(")] for line in found] == [
        "b: error: Organization 'acme' is also declared in stack 'a' "
    ]


def test_stacks_of_different_clusters_may_declare_the_same(folder: Path) -> None:
    both = {"test": ORGANIZATION, "prod": ORGANIZATION}
    clusters = {"test": {"kubeconfig": "~/.kube/test"}, "prod": {"kubeconfig": "~/.kube/prod"}}
    found = workspace(folder, both, clusters)
    assert reported(found) == []
    assert not found.overlaps


def test_what_a_stack_refers_to_is_found_on_its_own_cluster_first(folder: Path) -> None:
    stacks = {"a-test": ORGANIZATION, "prod": ORGANIZATION, "prod-dev": [declaring.environment()]}
    there, here = {"kubeconfig": "~/.kube/test"}, {"kubeconfig": "~/.kube/prod"}
    found = workspace(folder, stacks, {"a-test": there, "prod": here, "prod-dev": here})
    assert {(link.source, link.owner) for link in found.links} == {("prod-dev", "prod")}


@pytest.mark.parametrize("other", [{}, {"kubeconfig": {"secure": "v1:CCCC"}}], ids=["ambient", "encrypted as well"])
def test_stacks_that_encryption_makes_indistinguishable_are_one_warning(folder: Path, other: dict[str, Any]) -> None:
    both = {"prod": ORGANIZATION, "test": ORGANIZATION}
    found = workspace(folder, both, {"prod": other, "test": {"kubeconfig": {"secure": "v1:AAAA"}}})
    [line] = reported(found)
    assert line.startswith("test: warning: Organization 'acme' and 1 more are also declared in stack 'prod' (")
    assert line.endswith("): valid only if the two stacks have different clusters, which is not known here")
    assert list(found.overlaps) == [("test", "prod")]


def test_a_host_name_of_environments_in_two_stacks_is_an_error(folder: Path) -> None:
    stacks = {
        "acme": ORGANIZATION,
        "dev": [declaring.environment("dev", dns_prefix="x")],
        "test": [declaring.environment("test", dns_prefix="x")],
    }
    assert reported(workspace(folder, stacks)) == [
        "test: error: 'x' is the prefix of environment 'dev' on data plane 'dp-local' already "
        "(Pulumi.dev.yaml:11: choreo:resources[0].spec.gateway.dnsPrefix): their endpoints would share host names"
    ]


def test_one_host_name_on_two_data_planes_is_valid(folder: Path) -> None:
    stacks = {
        "acme": [*ORGANIZATION, declaring.data_plane("other")],
        "dev": [declaring.environment("dev", dns_prefix="x")],
        "test": [declaring.environment("test", dns_prefix="x", data_plane="other")],
    }
    assert reported(workspace(folder, stacks)) == []


def test_a_namespace_that_two_stacks_would_share_is_an_error(folder: Path) -> None:
    stacks = {
        "acme": ORGANIZATION,
        "one": [declaring.environment("c-d")],
        "two": [declaring.environment("d")],
    }
    found = workspace(folder, stacks, {"one": {"projects": ["b"]}, "two": {"projects": ["b-c"]}})
    [line] = reported(found, whole=False)
    assert line.startswith("one: error: one data-plane namespace, dp-acme-b-c-d-")
    assert "project 'b', environment 'c-d' and organization 'acme', project 'b-c', environment 'd'" in line


# --- References ----------------------------------------------------------------------------------------------------


def test_what_no_stack_declares_may_be_in_the_cluster(folder: Path) -> None:
    stacks = {"dev": [declaring.environment(data_plane="elsewhere")]}
    assert reported(workspace(folder, stacks)) == [], "the organization is not of this project"


def test_what_no_stack_of_its_organizations_project_declares_is_likely_misspelt(folder: Path) -> None:
    stacks = {"acme": ORGANIZATION, "dev": [declaring.environment(data_plane="dp-locl")]}
    assert reported(workspace(folder, stacks)) == [
        "dev: warning: no stack of this project declares DataPlane 'dp-locl' of organization 'acme'; "
        "did you mean 'dp-local'?"
    ]


def test_what_may_be_in_a_stack_that_is_not_given_is_not_reported(folder: Path) -> None:
    stacks = {"acme": ORGANIZATION, "dev": [declaring.environment(data_plane="elsewhere")]}
    assert reported(workspace(folder, stacks), whole=False) == []


def test_what_many_refer_to_is_reported_once(folder: Path) -> None:
    environments = [declaring.environment(name, data_plane="elsewhere") for name in ("a", "b", "c")]
    [line] = reported(workspace(folder, {"acme": ORGANIZATION, "all": environments}))
    assert line.endswith("DataPlane 'elsewhere' of organization 'acme' (2 more refer to it)")


def test_a_project_that_a_setting_misspells_is_reported(folder: Path) -> None:
    objects = [*ORGANIZATION, declaring.pipeline(), declaring.project("shop")]
    found = workspace(folder, {"acme": objects, "dev": [declaring.environment()]}, {"dev": {"projects": ["shpo"]}})
    assert reported(found)[0].endswith("core.choreo.dev/name=shpo of organization 'acme'; did you mean 'shop'?")


def test_no_object_is_reported_as_missing_if_one_could_not_be_read(folder: Path) -> None:
    broken = declaring.data_plane("elsewhere")
    del broken["spec"]["gateway"]
    stacks = {"acme": [*ORGANIZATION, broken], "dev": [declaring.environment(data_plane="elsewhere")]}
    assert [line.partition(":")[0] for line in reported(workspace(folder, stacks))] == ["acme"]


# --- Order ---------------------------------------------------------------------------------------------------------


def test_stacks_come_after_those_that_they_need(folder: Path) -> None:
    stacks = {"a-dev": [declaring.environment()], "b-test": [declaring.environment("test")], "z-acme": ORGANIZATION}
    assert workspace(folder, stacks).batches == [["z-acme"], ["a-dev", "b-test"]]


def test_a_project_to_come_does_not_keep_an_environment_from_being_made(folder: Path) -> None:
    stacks = {"acme": ORGANIZATION, "dev": [declaring.environment()], "shop": [declaring.project("shop")]}
    found = workspace(folder, stacks, {"dev": {"projects": ["shop"]}})
    assert found.batches == [["acme"], ["dev", "shop"]]


def test_stacks_that_need_each_other_are_a_warning(folder: Path) -> None:
    stacks = {"acme": [declaring.organization(), declaring.project()], "other": [declaring.pipeline()]}
    found = workspace(folder, stacks)
    assert found.batches == [["acme", "other"]]
    assert [line for line in reported(found, whole=False) if "stacks need each other" in line] == [
        f"{found.cycle[1]}: warning: stacks need each other: {' -> '.join(found.cycle)}; "
        "none of them can be created first"
    ]


# --- Today's API ---------------------------------------------------------------------------------------------------


PLATFORM = [
    samples.tenant("acme"),
    samples.data_plane("acme"),
    samples.environment("acme", "development"),
    samples.pipeline("acme", ("development", [])),
    samples.project_type("acme"),
    samples.component_type("acme"),
    samples.project("acme"),
    samples.component("acme"),
]


def test_the_binding_of_a_project_is_found_in_another_stack_whatever_its_name(folder: Path) -> None:
    bound = samples.project_release_binding("acme", "development", name="mine")
    release = samples.release_binding("acme", "development")
    found = workspace(folder, {"platform": [*PLATFORM, bound], "web": [release]})
    [line] = reported(found)
    assert line.startswith("platform: warning: should be 'shop-development': ")
    assert [str(link.needed) for link in found.links if link.source == "web"] == [
        "Namespace 'acme'",
        "Project 'shop' of namespace 'acme'",
        "Component 'web' of namespace 'acme'",
        "Environment 'development' of namespace 'acme'",
        "ProjectReleaseBinding 'mine' of namespace 'acme'",
    ]


def test_two_bindings_of_one_target_in_two_stacks_are_an_error(folder: Path) -> None:
    first = samples.project_release_binding("acme", "development")
    found = workspace(
        folder,
        {"platform": [*PLATFORM, first], "more": [samples.project_release_binding("acme", "development", name="mine")]},
    )
    [line] = [line for line in reported(found) if ": error: " in line]
    assert line.startswith(
        "more: error: ProjectReleaseBinding 'shop-development' binds project 'shop' to environment 'development' "
        "already (Pulumi.platform.yaml:"
    )


def test_a_binding_that_is_added_for_an_environment_is_declared_only_once(folder: Path) -> None:
    declared = samples.project_release_binding("acme", "development")
    others = [each for each in PLATFORM if each["kind"] != "Environment"]
    found = workspace(
        folder,
        {"platform": [*others, declared], "dev": [samples.environment("acme", "development")]},
        {"dev": {"projects": ["shop"]}},
    )
    [line] = [line for line in reported(found) if ": error: " in line]
    assert line.startswith(
        "platform: error: ProjectReleaseBinding 'shop-development' of namespace 'acme' is also declared in stack 'dev' "
        "(Pulumi.dev.yaml:"
    )


def test_a_binding_that_the_auto_deploy_of_another_stacks_component_makes_too_is_an_error(folder: Path) -> None:
    bound = samples.project_release_binding("acme", "development")
    release = samples.release_binding("acme", "development", name="mine", releaseName="web-1")
    lines = [
        line
        for line in reported(workspace(folder, {"platform": [*PLATFORM, bound], "web": [release]}))
        if "error" in line
    ]
    assert [line.partition(" autoDeploy")[0] for line in lines] == [
        "web: error: should be 'web-development':",
        "web: error:",
    ]


def test_what_a_component_says_does_not_fit_the_type_that_another_stack_has(folder: Path) -> None:
    platform = [each for each in PLATFORM if each["kind"] != "Component"]
    component = samples.component("acme", workflow={"name": "docker"})
    found = workspace(folder, {"platform": platform, "web": [component]})
    assert (
        "web: error: ComponentType 'service' does not allow this workflow: its allowedWorkflows are none"
        in reported(found)
    )

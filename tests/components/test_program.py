"""The program: how it reads Pulumi's settings, the stack's file and the cluster, and what it exports."""

import json
from pathlib import Path
from typing import Any

import pulumi
import pytest

from choreo_components.api.core_v1 import API_VERSION
from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.api.generation import Target
from choreo_components.components import platform, preparation, program
from choreo_components.config import settings
from choreo_components.config.documents import Document
from choreo_components.config.findings import Location, error, warning
from choreo_components.config.project import located as located_settings
from choreo_components.config.settings import KUBECONFIG
from tests import declaring
from tests.declaring import Stack, stack

STACK = """\
encryptionsalt: v1
config:
  choreo:controllers: absent
  choreo:kubeconfig:
    secure: v1:abc
  choreo:resources:
    - kind: Organization
"""


# --- Settings ------------------------------------------------------------------------------------------------------


def configuration(monkeypatch: pytest.MonkeyPatch, **texts: str) -> dict[str, Any]:
    """The settings, if these are the texts that Pulumi passes."""
    monkeypatch.setattr(program, "get_config_env", lambda: {f"choreo:{name}": text for name, text in texts.items()})
    return program.configuration()


def test_lists_and_mappings_arrive_as_json_and_strings_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    assert configuration(
        monkeypatch, projects='["shop"]', timeouts='{"ready": "1m"}', controllers="absent", other="[not json"
    ) == {
        "choreo:projects": ["shop"],
        "choreo:timeouts": {"ready": "1m"},
        "choreo:controllers": "absent",
        "choreo:other": "[not json",
    }


def test_a_kubeconfig_in_json_stays_text(monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps({"apiVersion": "v1", "kind": "Config"})
    assert configuration(monkeypatch, kubeconfig=text) == {"choreo:kubeconfig": text}


def test_settings_of_other_packages_are_ignored_except_for_those_that_must_be_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = {"aws:region": "x", "kubernetes:context": "x", "choreo:controllers": "absent"}
    monkeypatch.setattr(program, "get_config_env", lambda: given)
    assert program.configuration() == {"kubernetes:context": "x", "choreo:controllers": "absent"}


def test_a_list_that_is_nested_too_deep_stays_text(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "[" * 100_000
    assert configuration(monkeypatch, resources=text) == {"choreo:resources": text}


# --- Places --------------------------------------------------------------------------------------------------------


def located(folder: Path) -> Document:
    values = {"choreo:resources": [{"kind": "Organization"}]}
    return located_settings(values, folder, "dev")[0]


def test_the_place_of_a_setting_is_in_the_stacks_file(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text(STACK)
    found = located(tmp_path)
    assert str(found.at(("choreo:resources", 0, "kind"))) == "Pulumi.dev.yaml:7: choreo:resources[0].kind"
    assert found.value == {"choreo:resources": [{"kind": "Organization"}]}


@pytest.mark.parametrize("project", ["Pulumi.yaml", "Pulumi.yml"])
def test_the_stacks_files_may_be_in_a_separate_folder(tmp_path: Path, project: str) -> None:
    (tmp_path / project).write_text("name: choreo\nstackConfigDir: stacks\n")
    (tmp_path / "stacks").mkdir()
    file = project.replace("Pulumi", "Pulumi.dev")
    (tmp_path / "stacks" / file).write_text(STACK)
    assert str(located(tmp_path).at(("choreo:controllers",))) == f"stacks/{file}:3: choreo:controllers"


def test_a_folder_outside_the_project_is_named_by_its_whole_path(tmp_path: Path) -> None:
    folder, outside = tmp_path / "project", tmp_path / "stacks"
    folder.mkdir()
    outside.mkdir()
    (folder / "Pulumi.yaml").write_text(f"name: choreo\nstackConfigDir: {outside}\n")
    (outside / "Pulumi.dev.yaml").write_text(STACK)
    assert located(folder).file == str(outside / "Pulumi.dev.yaml")


def test_without_a_file_the_stack_and_the_field_are_named(tmp_path: Path) -> None:
    assert str(located(tmp_path).at(("choreo:projects",))) == "configuration of stack dev: choreo:projects"


@pytest.mark.parametrize("text", ["", "config: [", "config: none", "- a"])
def test_a_file_in_which_nothing_can_be_found_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text(text)
    assert str(located(tmp_path).at(("choreo:projects",))) == "Pulumi.dev.yaml: choreo:projects"


def test_a_number_that_pulumi_passes_as_text_is_quoted_as_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  choreo:adopt: 0755\n")
    config, _ = located_settings({"choreo:adopt": "493"}, tmp_path, "dev")
    [found] = settings.read(config, tmp_path)[1]
    assert str(found) == "Pulumi.dev.yaml:2: choreo:adopt: error: should be never or if-labelled, not 0755"


# --- The folder ----------------------------------------------------------------------------------------------------


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in a project in which the program runs, as its `main` says."""
    (tmp_path / "Pulumi.yaml").write_text("name: choreo\nmain: prog\n")
    (tmp_path / "prog").mkdir()
    monkeypatch.chdir(tmp_path / "prog")
    return tmp_path / "prog"


def test_the_projects_folder_is_that_of_its_file_regardless_of_the_working_directory(
    inside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert preparation.project_folder() == inside.parent
    monkeypatch.chdir(inside.parent)
    assert preparation.project_folder() == inside.parent


def test_the_projects_folder_is_the_one_that_the_engine_reports(inside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = inside.parent / "root"
    root.mkdir()
    (root / "Pulumi.yaml").touch()
    monkeypatch.setattr(pulumi.runtime, "get_root_directory", lambda: str(root))
    assert preparation.project_folder() == root


def test_without_a_project_it_is_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert preparation.project_folder() == tmp_path


@pytest.mark.parametrize(
    ("given", "taken"),
    [("kube/config", "../kube/config"), ("/kube/config", "/kube/config"), ("~/config", "~/config"), ("{}", "{}")],
)
@pytest.mark.usefixtures("inside")
def test_the_path_of_a_kubeconfig_is_relative_to_the_projects_folder(given: str, taken: str) -> None:
    assert preparation.in_folder(given, preparation.project_folder()) == taken


@pytest.mark.usefixtures("inside")
def test_so_is_the_path_of_a_data_planes_kubeconfig() -> None:
    read = stack(dataPlaneKubeconfigs={"a": "kube/a", "b": "kind: Config\n"}).settings
    found = preparation.with_paths_from(preparation.project_folder(), read).data_plane_kubeconfigs
    assert [each.given for each in found.values()] == ["../kube/a", "kind: Config\n"]


def test_relative_paths_in_the_ambient_kubeconfig_are_refused_if_providers_would_read_other_files(
    inside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", "a:/b::../c")
    [found] = preparation.misplaced({}, inside.parent)
    assert found.message.endswith(f"export KUBECONFIG={inside.parent}/a:/b:{inside.parent}/../c")
    assert preparation.misplaced({}, inside) == preparation.misplaced({KUBECONFIG: "{}"}, inside.parent) == []
    monkeypatch.setenv("KUBECONFIG", "/a:/b")
    assert preparation.misplaced({}, inside.parent) == []


# --- The kubeconfig ------------------------------------------------------------------------------------------------


@pytest.fixture
def unreachable(closed_server: str) -> str:
    """A kubeconfig for a server that does not run."""
    cluster = {"name": "c", "cluster": {"server": closed_server}}
    context = {"name": "c", "context": {"cluster": "c", "user": "u"}}
    user = {"name": "u", "user": {"token": "very-secret"}}
    config = {"apiVersion": "v1", "kind": "Config", "current-context": "c"}
    return json.dumps({**config, "clusters": [cluster], "contexts": [context], "users": [user]})


@pytest.mark.parametrize("kubeconfig", ["very-secret", "{}", "a: [\nvery-secret", "{kind: Config}"])
def test_an_unusable_kubeconfig_is_an_error_at_its_setting(kubeconfig: str) -> None:
    where = Location("Pulumi.dev.yaml", 3, "choreo:kubeconfig")
    [finding] = preparation.refused(kubeconfig, Path.cwd(), where)
    assert finding == error(where, finding.message)
    assert finding.message.startswith("no usable kubeconfig: ")
    assert "very-secret" not in finding.message


def test_a_kubeconfig_of_an_unreachable_server_is_accepted(unreachable: str) -> None:
    where = Location("Pulumi.dev.yaml")
    assert preparation.refused(unreachable, Path.cwd(), where) == preparation.refused(None, Path.cwd(), where) == []


# --- What is missing in the cluster ---------------------------------------------------------------------------------


def test_what_was_not_searched_is_not_missing() -> None:
    assert preparation.missing(stack(declaring.environment()).plan.outside, {}) == []


def test_what_exists_is_not_missing() -> None:
    outside = stack(declaring.environment()).plan.outside
    assert preparation.missing(outside, {each.target: {"kind": "Anything"} for each in outside}) == []


def nothing_of(found: Stack) -> dict[Target, None]:
    """A cluster that has none of the objects to which the stack refers."""
    return {each.target: None for each in found.plan.outside}


def test_a_missing_target_of_several_is_reported_once_at_the_first_of_them() -> None:
    found = stack(
        declaring.organization(),
        *(declaring.environment(name) for name in ("development", "production", "staging")),
    )
    where = found.at("dataPlaneRef", "choreo:resources[1].spec.dataPlaneRef")
    message = (
        "cannot retrieve the dataplane: environment 'development' refers to a non-existent dataplane 'dp-local' "
        "on organization 'acme' (2 more refer to it)"
    )
    assert preparation.missing(found.plan.outside, nothing_of(found)) == [error(where, message)]


def test_a_missing_target_is_an_error_at_the_object_that_needs_it() -> None:
    found = stack(declaring.environment(), declaring.component(project="portal"), projects=["portal"])
    label = "core.choreo.dev/project"
    where = found.at(label, f"choreo:resources[1].metadata.labels[{label}]")
    message = (
        "no Project with core.choreo.dev/name=portal in organization 'acme': neither in this stack nor in the cluster "
        "(1 more refer to it)"
    )
    assert error(where, message) in preparation.missing(found.plan.outside, nothing_of(found))


def test_a_project_that_may_be_created_later_is_a_warning() -> None:
    found = stack(declaring.environment(), projects=["portal"])
    findings = preparation.missing(found.plan.outside, nothing_of(found))
    where = found.at("portal", "choreo:projects[0]")
    message = "no project 'portal' in organization 'acme' yet; its namespace is created anyway"
    assert warning(where, message) in findings


# --- Outputs -------------------------------------------------------------------------------------------------------


def test_each_environment_is_exported_with_its_data_plane_its_hosts_and_its_namespaces() -> None:
    found = stack(
        declaring.environment("development", dns_prefix="dev"),
        declaring.environment("staging"),
        declaring.pipeline(),
        declaring.project(),
    )
    live = {
        Target(API_VERSION, "DataPlane", "acme", "dp-local"): {
            "spec": {"gateway": {"publicVirtualHost": "apis.example"}}
        }
    }
    assert platform.outputs(found.plan, live) == {
        "acme/development": {
            "dataPlane": "dp-local",
            "hosts": {"public": "dev.apis.example"},
            "namespaces": {"shop": data_plane_namespace("acme", "shop", "development")},
        },
        "acme/staging": {"dataPlane": "dp-local", "hosts": {"public": "staging.apis.example"}, "namespaces": {}},
    }


def test_a_stack_without_environments_exports_none() -> None:
    assert platform.outputs(stack(declaring.organization()).plan, {}) == {}

"""A project is read as Pulumi reads it: where the stacks' files are, and which settings they share."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from choreo_components.config.documents import field_name
from choreo_components.config.options import Controllers
from choreo_components.config.project import (
    NoProject,
    Stack,
    located,
    read_project,
    read_stack,
    read_stacks,
    stack_names,
)

ORGANIZATION = "{apiVersion: core.choreo.dev/v1, kind: Organization, metadata: {name: acme}}"


def project(folder: Path, text: str = "name: shop\nruntime: python\n", **stacks: str) -> Path:
    """A project of this Pulumi.yaml and these stacks, each with the text of its file."""
    (folder / "Pulumi.yaml").write_text(text)
    for name, settings in stacks.items():
        (folder / f"Pulumi.{name}.yaml").write_text(settings)
    return folder


def reported(stack: Stack) -> list[str]:
    return [str(finding) for finding in stack.findings]


# --- The files -----------------------------------------------------------------------------------------------------


def test_a_projects_stacks_are_those_that_have_a_file(tmp_path: Path) -> None:
    project(tmp_path, staging="", production="")
    assert stack_names(tmp_path) == ["production", "staging"]


def test_pulumis_file_for_the_deployment_of_a_stack_is_not_a_stack(tmp_path: Path) -> None:
    project(tmp_path, staging="")
    (tmp_path / "Pulumi.staging.deploy.yaml").touch()
    assert stack_names(tmp_path) == ["staging"]


def test_a_file_that_cannot_be_examined_is_not_treated_as_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Since Python 3.14, pathlib reports such a file as missing."""
    project(tmp_path, staging="")
    known = read_project(tmp_path)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", refuse)
    with pytest.raises(NoProject, match=r"^the project in .* cannot be read: Permission denied"):
        read_project(tmp_path)
    with pytest.raises(NoProject, match=r"^the stacks in .* cannot be read: Permission denied"):
        _ = known.stack_names


@pytest.mark.parametrize("key", ["stackConfigDir", "config"])
def test_the_folder_of_the_stacks_files_has_a_new_and_an_old_name(tmp_path: Path, key: str) -> None:
    project(tmp_path, f"name: shop\n{key}: stacks\n")
    assert read_project(tmp_path).stacks == tmp_path / "stacks"


@pytest.mark.parametrize("suffix", [".json", ".yaml", ".yml"])
def test_the_stacks_files_have_the_suffix_of_the_projects(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"Pulumi{suffix}").write_text('{"name": "shop"}')
    (tmp_path / f"Pulumi.staging{suffix}").write_text('{"config": {"choreo:controllers": "absent"}}')
    assert read_project(tmp_path).file("staging") == tmp_path / f"Pulumi.staging{suffix}"
    assert read_stack(tmp_path, "staging").settings.controllers is Controllers.ABSENT


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: [", "cannot be read:\n  Pulumi.yaml:2: error: invalid YAML: "),
        ("name: a\nname: b\n", "Pulumi.yaml:2: name: error: duplicate key"),
        ("- name: shop\n", "cannot be read: Pulumi.yaml should be a mapping with name, runtime, …"),
        ("", "cannot be read: Pulumi.yaml should be a mapping with name, runtime, …"),
        ("runtime: python\n", "cannot be read: Pulumi.yaml:1: name: should be a string"),
        ("name: shop\nstackConfigDir: [a]\n", "cannot be read: Pulumi.yaml:2: stackConfigDir: should be a string"),
    ],
)
def test_an_invalid_project_is_refused_with_what_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    project(tmp_path, text)
    with pytest.raises(NoProject) as refused:
        read_stacks(tmp_path)
    assert message in str(refused.value)


def test_a_folder_without_a_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoProject, match=r"no Pulumi\.yaml in "):
        stack_names(tmp_path)


def test_a_project_without_stacks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoProject, match=r"the file of a stack is named Pulumi\.STACK\.yaml"):
        read_stacks(project(tmp_path))


@pytest.mark.parametrize("name", ["production", "../staging", "a\0b", "x" * 300])
def test_a_stack_without_a_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(NoProject, match="no stack "):
        read_stack(project(tmp_path, staging=""), name)


def test_a_stack_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    project(tmp_path, staging="", production="")
    assert [stack.name for stack in read_stacks(tmp_path, ["staging", "staging"])] == ["staging"]


@pytest.mark.parametrize(("text", "said"), [("config: none", "'none'"), ("- a", "a list"), ("config: []", "a list")])
def test_a_stacks_file_without_a_mapping_is_an_error(tmp_path: Path, text: str, said: str) -> None:
    read = read_stack(project(tmp_path, staging=text), "staging")
    assert reported(read) == [f"Pulumi.staging.yaml:1: config: error: should be a mapping of settings, not {said}"]
    assert not read.complete


# --- What is encrypted ---------------------------------------------------------------------------------------------


def test_an_encrypted_kubeconfig_is_ignored(tmp_path: Path) -> None:
    read = read_stack(project(tmp_path, staging="config:\n  choreo:kubeconfig: {secure: v1:abc}"), "staging")
    assert (reported(read), read.complete) == ([], True)


def test_a_setting_that_is_encrypted_as_a_whole_is_reported_as_unchecked(tmp_path: Path) -> None:
    read = read_stack(project(tmp_path, staging="config:\n  choreo:resources: {secure: v1:abc}"), "staging")
    assert reported(read) == ["Pulumi.staging.yaml:2: choreo:resources: warning: is encrypted as a whole; not checked"]
    assert not read.complete, "it is unknown which objects it declares"


def test_an_encrypted_value_does_not_hide_the_object_around_it(tmp_path: Path) -> None:
    sealed = ORGANIZATION.replace("name: acme", "name: acme, annotations: {token: {secure: v1:abc}}")
    read = read_stack(project(tmp_path, staging=f"config:\n  choreo:resources: [{sealed}]"), "staging")
    assert [each.name for each in read.settings.declared] == ["acme"]


# --- Settings of the project ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["absent", "{value: absent}", "{default: absent}"])
def test_a_stack_has_the_settings_of_its_project(tmp_path: Path, written: str) -> None:
    project(tmp_path, f"name: shop\nconfig:\n  choreo:controllers: {written}\n", staging="")
    assert read_stack(tmp_path, "staging").settings.controllers is Controllers.ABSENT


def test_a_stacks_own_setting_overrides_the_projects(tmp_path: Path) -> None:
    text = "name: shop\nconfig:\n  choreo:controllers: absent\n  choreo:timeouts: {value: {ready: 1m}}\n"
    own = "config:\n  choreo:controllers: present\n  choreo:timeouts: {delete: 2m}\n"
    read = read_stack(project(tmp_path, text, staging=own), "staging").settings
    assert read.controllers is Controllers.PRESENT
    assert (read.timeouts.ready, read.timeouts.delete) == ("10m", "2m")


def test_a_setting_without_a_namespace_is_the_projects(tmp_path: Path) -> None:
    own = "config:\n  projects: [portal]\n"
    project(tmp_path, "name: choreo\nconfig:\n  controllers: {default: absent}\n", staging=own)
    read = read_stack(tmp_path, "staging").settings
    assert (read.controllers, list(read.projects)) == (Controllers.ABSENT, ["portal"])


def test_lists_and_mappings_may_be_json_as_pulumi_config_set_writes_it(tmp_path: Path) -> None:
    tenant = '[{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}]'
    config = {"choreo:resources": tenant, "choreo:timeouts": '{"ready": "5s"}', "choreo:manifests": "[broken"}
    project(tmp_path, dev=yaml.safe_dump({"config": config}))
    stack = read_stack(tmp_path, "dev")
    assert stack.settings.timeouts.ready == "5s"
    assert len(stack.settings.declared) + len(stack.settings.neighbours) == 1
    [found] = stack.findings
    assert found.where.field == "choreo:manifests"


def test_settings_of_others_are_ignored(tmp_path: Path) -> None:
    text = "name: shop\nconfig:\n  aws:region: eu-west-1\n  size: {type: integer}\n  tags: {a: b}\n"
    assert reported(read_stack(project(tmp_path, text, staging="config:\n  size: 3\n"), "staging")) == []


def test_a_finding_about_a_projects_setting_is_in_the_projects_file(tmp_path: Path) -> None:
    text = "name: shop\nconfig:\n  choreo:timeouts:\n    value: {ready: 0s}\n"
    [line] = reported(read_stack(project(tmp_path, text, staging="config:\n  choreo:controllers: absent\n"), "staging"))
    assert line.startswith("Pulumi.yaml:4: choreo:timeouts.ready: error: ")


def test_a_mapping_that_pulumi_would_not_accept_as_a_value_is_an_error(tmp_path: Path) -> None:
    project(tmp_path, "name: shop\nconfig:\n  choreo:timeouts: {ready: 1m}\n", staging="")
    assert reported(read_stack(tmp_path, "staging")) == [
        "Pulumi.yaml:3: choreo:timeouts: error: Pulumi accepts a mapping here only as {value: …}"
    ]


def test_an_object_of_the_project_is_in_the_projects_file(tmp_path: Path) -> None:
    text = f"name: shop\nconfig:\n  choreo:resources:\n    - {ORGANIZATION}\n"
    [declared] = read_stack(project(tmp_path, text, staging=""), "staging").settings.declared
    assert str(declared.at("metadata", "name")) == "Pulumi.yaml:4: choreo:resources[0].metadata.name"


def test_what_pulumi_passes_is_also_found_in_the_projects_file(tmp_path: Path) -> None:
    project(tmp_path, "name: shop\nconfig:\n  choreo:controllers: absent\n", staging="config:\n  choreo:projects: []\n")
    found, _ = located({"choreo:controllers": "absent", "choreo:projects": []}, tmp_path, "staging")
    assert str(found.at(("choreo:controllers",))) == "Pulumi.yaml:3: choreo:controllers"
    assert str(found.at(("choreo:projects",))) == "Pulumi.staging.yaml:2: choreo:projects"


# --- Places of what Pulumi passes ------------------------------------------------------------------------------------

RESOURCE = {"spec": {"dataPlaneRef": "a", "gateway": {"dnsPrefix": "dev"}}}
WRITTEN = """\
config:
  choreo:resources:
    - spec:
        dataPlaneRef: a
        gateway: {dnsPrefix: dev}
  choreo:timeouts: {ready: 1m, delete: 1m}
  choreo:allowProductionDestroy: true
  choreo:projects: '["shop"]'
"""
SHARED = "name: shop\nconfig:\n  choreo:timeouts: {value: {ready: 2m}}\n  choreo:adopt: never\n"


def place(folder: Path, *path: str | int, **values: Any) -> str:
    """The reported place of a field when Pulumi passes these settings."""
    given = {f"choreo:{name}": value for name, value in values.items()}
    where = located(given, folder, "dev")[0].at(path)
    return str(where).rpartition(": ")[0]


def changed(*path: str, value: Any) -> list[Any]:
    """The resources with another value of a field."""
    resource = copy.deepcopy(RESOURCE)
    around: Any = resource
    for step in path[:-1]:
        around = around[step]
    around[path[-1]] = value
    return [resource]


ELSEWHERE = "configuration of stack dev"
FIRST = ("choreo:resources", 0)


@pytest.mark.parametrize(
    ("path", "values", "expected"),
    [
        ((*FIRST, "spec", "dataPlaneRef"), {"resources": [RESOURCE]}, "Pulumi.dev.yaml:4"),
        ((*FIRST, "spec", "dataPlaneRef"), {"resources": changed("spec", "dataPlaneRef", value="b")}, ELSEWHERE),
        ((*FIRST, "spec", "gateway"), {"resources": changed("spec", "dataPlaneRef", value="b")}, "Pulumi.dev.yaml:5"),
        ((*FIRST, "spec", "isProduction"), {"resources": [RESOURCE]}, "Pulumi.dev.yaml:3"),
        ((*FIRST, "spec", "isProduction"), {"resources": changed("spec", "isProduction", value=1)}, ELSEWHERE),
        ((*FIRST, "spec", "gateway", "x"), {"resources": changed("spec", "gateway", value={})}, ELSEWHERE),
        (("choreo:resources", 1), {"resources": [RESOURCE, RESOURCE]}, ELSEWHERE),
        (("choreo:resources", 1, "spec"), {"resources": [RESOURCE, RESOURCE]}, ELSEWHERE),
        (("choreo:resources",), {"resources": {}}, ELSEWHERE),
        (("choreo:timeouts", "ready"), {"timeouts": {"ready": "1m", "delete": "9m"}}, "Pulumi.dev.yaml:6"),
        (("choreo:timeouts", "delete"), {"timeouts": {"ready": "1m", "delete": "9m"}}, ELSEWHERE),
        (("choreo:timeouts", "ready"), {"timeouts": {"ready": "2m"}}, "Pulumi.yaml:3"),
        (("choreo:timeouts", "ready"), {"timeouts": {"ready": "3m"}}, ELSEWHERE),
        (("choreo:adopt",), {"adopt": "never"}, "Pulumi.yaml:4"),
        (("choreo:adopt",), {"adopt": "if-labelled"}, ELSEWHERE),
        (("choreo:controllers",), {"controllers": "absent"}, ELSEWHERE),
        (("choreo:allowProductionDestroy",), {"allowProductionDestroy": "true"}, "Pulumi.dev.yaml:7"),
        (("choreo:allowProductionDestroy",), {"allowProductionDestroy": "false"}, ELSEWHERE),
        (("choreo:projects", 0), {"projects": ["shop"]}, "Pulumi.dev.yaml:8"),
    ],
)
def test_a_field_is_where_the_value_is_that_pulumi_has_passed(
    tmp_path: Path, path: tuple[str | int, ...], values: dict[str, Any], expected: str
) -> None:
    project(tmp_path, SHARED, dev=WRITTEN)
    assert place(tmp_path, *path, **values) == expected
    if path[:2] == FIRST:
        part = located({"choreo:resources": values["resources"]}, tmp_path, "dev")[0].part(
            FIRST, values["resources"][0]
        )
        assert str(part.at(path[2:])) == f"{expected}: {field_name(path)}"


def test_encrypted_values_are_where_they_are_encrypted(tmp_path: Path) -> None:
    sealed = WRITTEN.replace("dataPlaneRef: a", "dataPlaneRef: {secure: v1:abc}")
    project(tmp_path, dev=f"{sealed}  choreo:kubeconfig: {{secure: v1:abc}}\n")
    given = {"resources": [RESOURCE], "kubeconfig": "kind: Config"}
    assert place(tmp_path, "choreo:kubeconfig", **given) == "Pulumi.dev.yaml:9"
    assert place(tmp_path, *FIRST, "spec", "dataPlaneRef", **given) == "Pulumi.dev.yaml:4"
    assert place(tmp_path, *FIRST, **given) == "Pulumi.dev.yaml:3"


def test_how_a_number_is_written_is_known_where_it_is(tmp_path: Path) -> None:
    project(tmp_path, dev="config:\n  choreo:manifests: [0755]\n")
    assert located({"choreo:manifests": [493]}, tmp_path, "dev")[0].written(("choreo:manifests", 0)) == "0755"
    assert located({"choreo:manifests": [494]}, tmp_path, "dev")[0].written(("choreo:manifests", 0)) is None

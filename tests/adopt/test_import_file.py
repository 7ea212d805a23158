"""An import file is the state of a stack that has made what is live."""

import json
from dataclasses import replace
from typing import Any

import pytest

from choreo_components.adopt.import_file import ImportFile, import_file
from choreo_components.adopt.organization import LiveOrganization
from choreo_components.adopt.partition import divide
from choreo_components.api.annotations import APPLIED, FIELD_MANAGER, LAST_APPLIED
from choreo_components.api.core_v1 import API_VERSION
from tests import declaring
from tests.adopt.living import acme, live, living

SECRET = "4dabf18193072939515e22adb298388d"

PLATFORM = "choreo:index:Platform platform"


def imports(there: LiveOrganization) -> dict[str, ImportFile]:
    """The import file of each stack."""
    return {each.stack.name: import_file(each, there) for each in divide(there, "acme").stacks}


def entry(file: ImportFile, name: str) -> dict[str, Any]:
    """The entry of this name."""
    return next(each for each in file.resources if each["name"] == name)


def test_everything_that_the_program_registers_is_in_it() -> None:
    names = {stack: [each["name"] for each in file.resources] for stack, file in imports(acme()).items()}
    assert sorted(names["acme-development"]) == [
        "DeletionGuard deletion-guard",
        "DeletionGuard production-guard",
        "Deployment acme/web-development",
        "Environment acme/development-environment",
        "EnvironmentFinalizer acme/development-finalizer",
        "Inventory inventory",
        "Namespace acme/development-namespace-shop",
        "Witness acme/development-witness",
        "Witness stack-witness",
        "choreo choreo",
        "choreo:core/v1:Environment acme/development",
        "choreo:index:Platform platform",
        "kubernetes kubernetes",
    ]


def test_both_providers_have_the_context_by_which_the_stack_is_brought_up() -> None:
    there = acme()
    file = import_file(divide(there, "acme").stacks[0], there, "here")
    for provider in ("choreo choreo", "kubernetes kubernetes"):
        assert entry(file, provider)["inputs"]["context"] == "here"


def test_a_child_names_its_parent_and_a_resource_of_ours_its_provider() -> None:
    file = imports(acme())["acme-development"]
    finalizer = entry(file, "EnvironmentFinalizer acme/development-finalizer")
    component = "choreo:core/v1:Environment acme/development"
    assert (finalizer["parent"], finalizer["provider"]) == (component, "choreo choreo")
    assert (finalizer["id"], finalizer["logicalName"]) == ("acme/development", "acme/development-finalizer")
    assert entry(file, "Environment acme/development-environment")["parent"] == component
    assert (entry(file, component)["component"], entry(file, component)["parent"]) == (True, PLATFORM)
    assert "parent" not in entry(file, PLATFORM)


@pytest.mark.parametrize("controllers", [True, False])
def test_the_state_differs_from_the_inputs_in_nothing(controllers: bool) -> None:
    def within(inputs: Any, outputs: Any) -> bool:
        if isinstance(inputs, dict):
            return isinstance(outputs, dict) and all(
                key in outputs and within(inputs[key], outputs[key]) for key in inputs
            )
        return bool(inputs == outputs)

    for file in imports(acme(controllers=controllers)).values():
        for each in file.resources:
            if each["type"].startswith("kubernetes:"):
                assert within(each["inputs"], each["outputs"]), each["name"]
                assert each["outputs"]["__inputs"] == each["inputs"]
                assert each["outputs"]["metadata"]["uid"].startswith("uid-of-")


def test_the_annotations_are_those_of_the_next_preview() -> None:
    for controllers, expected in (
        (True, {*APPLIED, "pulumi.com/waitFor"}),
        (False, {*APPLIED}),
    ):
        environment = entry(
            imports(acme(controllers=controllers))["acme-development"], "Environment acme/development-environment"
        )
        assert set(environment["inputs"]["metadata"]["annotations"]) == expected


def test_a_condition_that_the_cluster_cannot_keep_is_not_waited_for() -> None:
    there = replace(acme(controllers=True), unsupported=frozenset({(API_VERSION, "Environment")}))
    environment = entry(imports(there)["acme-development"], "Environment acme/development-environment")
    assert "pulumi.com/waitFor" not in environment["inputs"]["metadata"]["annotations"]


def test_the_state_knows_the_cluster_from_its_first_moment() -> None:
    there = replace(acme(), identity="uid of here")
    providers = [each for each in imports(there)["acme"].resources if each["type"] == "pulumi:providers:choreo"]
    assert [each["inputs"]["__cluster"] for each in providers] == ["uid of here"]
    unknown = [each for each in imports(acme())["acme"].resources if each["type"] == "pulumi:providers:choreo"]
    assert not any("__cluster" in each["inputs"] for each in unknown)


def test_what_kubectl_keeps_for_itself_is_left_out_since_it_may_repeat_a_secret() -> None:
    assert LAST_APPLIED not in imports(acme())["acme"].text


def test_the_owner_of_the_organizations_namespace_is_the_live_organization() -> None:
    made = entry(imports(acme(controllers=True))["acme"], "Namespace acme-namespace")
    assert made["inputs"]["metadata"]["ownerReferences"][0]["uid"] == "uid-of-acme"


def test_what_an_object_is_missing_is_reported() -> None:
    pending = imports(acme(controllers=True))["acme"].pending
    assert len(pending) == 4, pending
    assert 'Namespace acme: metadata.labels.managed-by is missing, and will be "choreo-control-plane"' in pending


def test_a_missing_namespace_is_reported_and_not_imported() -> None:
    file = imports(replace(acme(), data_plane_namespaces=()))["acme-development"]
    assert [each.split()[0] for each in file.missing] == ["Namespace"]
    assert not [each for each in file.resources if each["name"].startswith("Namespace ")]


def test_the_field_manager_is_that_of_all_objects_of_stacks() -> None:
    made = entry(imports(living(live(declaring.organization())))["acme"], "Organization acme-organization")["outputs"]
    assert made["__fieldManager"] == made["metadata"]["annotations"][FIELD_MANAGER]


def test_secrets_are_marked_for_the_engine_to_encrypt() -> None:
    there = living(live(declaring.organization()), live(declaring.data_plane_with_credentials()))
    plane = entry(imports(there)["acme"], "DataPlane acme/dp-local-dataplane")
    key = declaring.CREDENTIALS["clientKey"]
    sealed = {SECRET: "1b47061264138c4ac30d75fd1eb44270", "plaintext": json.dumps(key)}
    for state in (plane["inputs"], plane["outputs"], plane["outputs"]["__inputs"]):
        assert state["spec"]["kubernetesCluster"]["credentials"]["clientKey"] == sealed
    assert key not in json.dumps(plane).replace(json.dumps(json.dumps(key)), "")

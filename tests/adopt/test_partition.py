"""A division says which stack takes over what, and why something stays where it is."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from choreo_components.adopt.partition import Division, divide
from choreo_components.api.core_v1 import labels
from choreo_components.config.options import Controllers
from choreo_components.kubernetes.objects import Live
from tests import declaring
from tests.adopt.living import Manifest, acme, as_declared, edited, live, living, namespace, read


def contents(division: Division) -> dict[str, list[str]]:
    """The objects of each stack."""
    return {
        each.stack.name: [f"{one['kind']} {one['metadata']['name']}" for one in each.stack.manifests]
        for each in division.stacks
    }


def reason(division: Division, what: str) -> str:
    """Why something is left."""
    found = [each.reason for each in division.left if each.what == what]
    assert found, f"{what} is not left; left are {[each.what for each in division.left]}"
    return found[0]


def test_the_organization_is_a_stack_and_each_environment_is_one() -> None:
    division = divide(acme(live(declaring.environment("staging"))), "acme")
    assert division.left == []
    assert contents(division) == {
        "acme": [
            "Organization acme",
            "DataPlane dp-local",
            "DeploymentPipeline pipeline",
            "Project shop",
            "Component web",
            "DeploymentTrack web-main",
            "DeployableArtifact web-1",
        ],
        "acme-development": ["Environment development", "Deployment web-development"],
        "acme-staging": ["Environment staging"],
    }
    assert {each.stack.name: each.stack.projects for each in division.stacks} == {
        "acme": (),
        "acme-development": ("shop",),
        "acme-staging": (),
    }


def test_one_environment_alone_is_the_stack_itself() -> None:
    division = divide(acme(live(declaring.environment("staging"))), "mine", "development")
    assert contents(division) == {"mine": ["Environment development", "Deployment web-development"]}


def labelled(project: str, manager: str = "pulumi-kubernetes-1a2b", **more: str) -> Live:
    """A data-plane namespace with more labels, which the manager has applied with all the others; and an annotation."""
    there = namespace(project, "development")
    made = edited(there)
    made["metadata"]["labels"] |= more
    made["metadata"]["annotations"] = {"pulumi.com/patchForce": "true", "example.com/owner": "Blue"}
    keys: dict[str, Any] = {
        f"f:{part}": {f"f:{key}": {} for key in made["metadata"][part]} for part in ("labels", "annotations")
    }
    made["metadata"]["managedFields"] = [{"manager": manager, "operation": "Apply", "fieldsV1": {"f:metadata": keys}}]
    return there


def metadata_of(*namespaces: Live) -> Any:
    """What the stack of the environment says of its namespaces."""
    there = replace(acme(), data_plane_namespaces=namespaces)
    [planned] = [each for each in divide(there, "acme").stacks if each.stack.name == "acme-development"]
    return planned.stack.config.get("choreo:namespaceMetadata")


def test_labels_that_pulumi_has_given_to_all_namespaces_become_the_setting_that_gives_them() -> None:
    assert metadata_of(labelled("shop", team="blue", tier="a"), labelled("portal", team="blue", tier="b")) == {
        "labels": {"team": "blue"},
        "annotations": {"example.com/owner": "Blue"},
    }


def test_labels_of_others_stay_theirs() -> None:
    assert metadata_of(labelled("shop", "argocd-controller", team="blue")) is None
    assert metadata_of(labelled("shop", team="blue"), namespace("portal", "development")) is None


def test_controllers_are_recognized_by_their_finalizers_and_conditions() -> None:
    for there, expected in ((True, Controllers.PRESENT), (False, Controllers.ABSENT)):
        assert {each.settings.controllers for each in divide(acme(controllers=there), "acme").stacks} == {expected}


def test_what_a_controller_owns_is_left_to_it() -> None:
    owner = {"apiVersion": "core.choreo.dev/v1", "kind": "Deployment", "name": "web-development", "uid": "x"}
    division = divide(acme(live(declaring.endpoint(), ownerReferences=[owner])), "acme")
    assert "made and owned by Deployment web-development" in reason(division, "Endpoint acme/web-port")
    assert [each.owned for each in division.left] == [True]


def test_an_endpoint_that_was_made_by_hand_is_in_the_stack_of_its_environment() -> None:
    division = divide(acme(live(declaring.endpoint())), "acme")
    assert "Endpoint web-port" in contents(division)["acme-development"]


def test_what_is_being_deleted_is_left() -> None:
    gone = live(declaring.data_plane("old"), deletionTimestamp="2025-05-09T00:00:00Z")
    assert reason(divide(acme(gone), "acme"), "DataPlane acme/old") == "is being deleted"


def test_names_of_choreoctl_are_refused_with_what_to_do() -> None:
    made = live(declaring.project("shop-two-1a2b3c4d"))
    edited(made)["metadata"]["labels"][labels.NAME] = "shop-two"
    why = reason(divide(acme(made), "acme"), "Project acme/shop-two-1a2b3c4d")
    assert "its metadata.name is not its name 'shop-two'" in why
    assert "docs/choreoctl.md says how" in why


def test_missing_labels_are_reported_as_a_command() -> None:
    made = live(declaring.component("api"))
    for label in (labels.PROJECT, labels.NAME):
        del edited(made)["metadata"]["labels"][label]
    command = f"kubectl label components.core.choreo.dev api -n acme {labels.PROJECT}=… {labels.NAME}=api"
    assert command in reason(divide(acme(made), "acme"), "Component acme/api")


def test_what_a_preview_would_refuse_is_left() -> None:
    wrong = live(declaring.environment("staging", data_plane="dp-gone"))
    division = divide(acme(wrong), "acme")
    assert "refers to a non-existent dataplane 'dp-gone'" in reason(division, "Environment acme/staging")
    assert "acme-staging" not in contents(division)


def test_the_stack_of_an_environment_that_is_left_is_left_as_a_whole() -> None:
    there = acme()
    environment = next(each for each in there.objects if each.resource.kind == "Environment")
    edited(environment)["metadata"]["deletionTimestamp"] = "2025-05-09T00:00:00Z"
    division = divide(there, "acme")
    for what in ("Deployment acme/web-development", f"Namespace {there.data_plane_namespaces[0].name}"):
        assert "its Environment 'development' cannot be adopted" in reason(division, what)
    assert list(contents(division)) == ["acme"]


def test_an_organization_without_its_namespace_is_left() -> None:
    there = replace(living(live(declaring.organization())), namespace=None)
    assert "kubectl create namespace acme" in reason(divide(there, "acme"), "Organization acme")


def test_namespaces_that_openchoreo_would_not_have_made_are_left() -> None:
    named = namespace("shop", "development", name="mine")
    other = namespace("billing", "development")
    edited(other)["metadata"]["labels"][labels.MANAGED_BY] = "another"
    division = divide(replace(acme(), data_plane_namespaces=(named, other)), "acme")
    assert "OpenChoreo's name for its labels is dp-acme-shop-development-" in reason(division, "Namespace mine")
    why = reason(division, f"Namespace {other.name}")
    assert "managed-by=choreo-deployment-controller" in why
    assert all(each.stack.projects == () for each in division.stacks)


def test_other_labels_of_a_namespace_do_not_matter() -> None:
    mine = namespace("shop", "development")
    edited(mine)["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] = "baseline"
    assert divide(replace(acme(), data_plane_namespaces=(mine,)), "acme").left == []


@st.composite
def organizations(draw: st.DrawFn) -> list[Manifest]:
    """An organization of any size in which all that is referred to is there, as its owner has declared it."""
    environments = draw(st.lists(st.sampled_from(["development", "staging", "production"]), unique=True))
    projects = draw(st.lists(st.sampled_from(["shop", "billing"]), unique=True))
    made: list[Any] = [declaring.organization(), declaring.data_plane(), declaring.pipeline()]
    made += [declaring.environment(name) for name in environments]
    for project in projects:
        made += [declaring.project(project), declaring.component(f"{project}-web", project)]
        made[-1]["metadata"]["labels"][labels.NAME] = "web"
        made.append(declaring.track(f"{project}-main", project=project))
        made.append(declaring.artifact(f"{project}-1", project=project))
        deployed = draw(st.sets(st.sampled_from(environments))) if environments else set()
        made += [
            declaring.deployment(f"{project}-{name}", name, f"{project}-1", project=project)
            for name in sorted(deployed)
        ]
    return made


@settings(max_examples=60, deadline=None)
@given(organizations(), st.booleans())
def test_each_object_is_declared_again_by_exactly_one_stack(made: list[Manifest], controllers: bool) -> None:
    lives = [live(each, controllers=controllers) for each in made]

    division = divide(living(*lives), "acme")

    assert division.left == []
    again = [one.object.to_wire() for each in division.stacks for one in read(each.stack.config)]
    order = ("kind", "metadata")
    assert sorted(again, key=lambda each: [str(each[key]) for key in order]) == sorted(
        map(as_declared, lives), key=lambda each: [str(each[key]) for key in order]
    )


def test_only_an_environment_whose_data_plane_is_unreachable_is_not_adopted() -> None:
    division = divide(replace(acme(), closed={"acme/dp-local": "it cannot be reached"}), "acme")
    assert "its data plane is unreachable: it cannot be reached" in reason(division, "Environment acme/development")
    assert [each.stack.name for each in division.stacks] == ["acme"]

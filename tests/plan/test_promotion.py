"""A promotion: which releases move on, what the pipeline allows, and which objects in stacks must change."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from choreo_components.api.generations import generation_of
from choreo_components.config.project import read_stacks
from choreo_components.plan.promotion import LiveObjects, NotPromoted, Promoted, Request, promote, scope
from choreo_components.plan.workspace import Workspace
from tests import declaring
from tests.declaring import Manifest
from tests.projects import write
from tests.standin.openchoreo_v1alpha1 import samples

N = "acme"
ENVIRONMENTS = ("development", "staging", "production")
OF_PLATFORM = [each for each in samples.platform(N, ENVIRONMENTS) if each["kind"] != "ProjectReleaseBinding"]
PLATFORM = [*OF_PLATFORM, samples.component(N, autoDeploy=False)]
STAGE = next(each for each in OF_PLATFORM if each["metadata"]["name"] == "staging")


def stage(environment: str, *more: Manifest, **spec: Any) -> list[Manifest]:
    """What a stack of an environment declares: the binding of the project, and more objects."""
    return [samples.project_release_binding(N, environment, **spec), *more]


def promoted(
    folder: Path, stacks: Mapping[str, Sequence[Manifest]], live: LiveObjects | None = None, **asked: Any
) -> Promoted:
    """The result of a request in a project of these stacks."""
    return promoted_of(write(folder, stacks), live, **asked)


def promoted_of(folder: Path, live: LiveObjects | None = None, **asked: Any) -> Promoted:
    workspace = Workspace(read_stacks(folder))
    request = Request(**{"source": "development", "target": "staging", **asked})
    return promote(scope(workspace, request), live or LiveObjects(), request)


def alive(*objects: Manifest, unread: Mapping[str, str] | None = None) -> LiveObjects:
    """What is live; releases that are looked up exist."""
    kinds: dict[str, list[Manifest]] = {}
    for each in objects:
        kinds.setdefault(each["kind"], []).append(each)
    releases = {}
    for each in objects:
        if each["kind"].endswith("Release"):
            name = each["metadata"]["name"]
            releases[generation_of("openchoreo.dev/v1alpha1").named(each["kind"], N, name)] = each
    return LiveObjects(kinds, unread or {}, releases)


def component_release(name: str, component: str = "web") -> Manifest:
    return samples.manifest("ComponentRelease", name, N, {"owner": {"projectName": "shop", "componentName": component}})


def reported(found: Promoted) -> list[tuple[str, str, str | None, str, str]]:
    return [(each.kind.kind, each.name, each.former, each.to.release, each.stack) for each in found.moves]


DEV = stage("development", samples.release_binding(N, "development", releaseName="web-2"))
STAGING = stage("staging", samples.release_binding(N, "staging", releaseName="web-1"))
STACKS = {"platform": PLATFORM, "dev": DEV, "staging": STAGING}


def test_a_component_gets_the_release_of_the_source(tmp_path: Path) -> None:
    found = promoted(tmp_path, STACKS, component="web")
    assert reported(found) == [("ReleaseBinding", "web-staging", "web-1", "web-2", "staging")]
    assert found.refused == ()


def test_a_release_that_is_only_in_the_cluster_is_read_there(tmp_path: Path) -> None:
    live = alive(samples.release_binding(N, "development", releaseName="web-7"))
    found = promoted(tmp_path, {**STACKS, "dev": stage("development")}, live, component="web")
    assert reported(found) == [("ReleaseBinding", "web-staging", "web-1", "web-7", "staging")]


def test_what_a_controller_sets_in_the_root_environment_is_read_only_in_the_cluster(tmp_path: Path) -> None:
    stacks = {**STACKS, "platform": [*OF_PLATFORM, samples.component(N)]}
    live = alive(samples.release_binding(N, "development", releaseName="web-7"))
    assert reported(promoted(tmp_path, stacks, live, component="web"))[0][3] == "web-7"
    unread = alive(unread={"ReleaseBinding": "no answer"})
    [why] = promoted(tmp_path, stacks, unread, component="web").refused
    assert why == "no stack declares the release of Component 'web' in 'development': no answer"


def test_all_of_a_project_moves_with_it_in_the_order_of_kinds(tmp_path: Path) -> None:
    database = [samples.resource_release_binding(N, each, f"orders-{each[0]}") for each in ENVIRONMENTS[:2]]
    stacks = {
        "platform": PLATFORM,
        "dev": [*stage("development", *DEV[1:], database[0], projectRelease="shop-2")],
        "staging": [*stage("staging", *STAGING[1:], database[1])],
    }
    moves = [
        ("ProjectReleaseBinding", "shop-staging", None, "shop-2", "staging"),
        ("ResourceReleaseBinding", "orders-staging", "orders-s", "orders-d", "staging"),
        ("ReleaseBinding", "web-staging", "web-1", "web-2", "staging"),
    ]
    assert reported(promoted(tmp_path, stacks, project="shop")) == moves
    assert reported(promoted_of(tmp_path)) == moves


def test_a_step_that_is_not_in_the_pipeline_is_refused_with_those_that_are(tmp_path: Path) -> None:
    stacks = {**STACKS, "production": stage("production")}
    [why] = promoted(tmp_path, stacks, target="production").refused
    assert why == (
        "DeploymentPipeline 'pipeline' of project 'shop' has no step development -> production; "
        "it has development -> staging, staging -> production"
    )


def test_a_missing_pipeline_allows_nothing(tmp_path: Path) -> None:
    platform = [each for each in PLATFORM if each["kind"] != "DeploymentPipeline"]
    [why] = promoted(tmp_path, {**STACKS, "platform": platform}, component="web").refused
    assert "has no pipeline that allows a promotion: no DeploymentPipeline 'pipeline': neither in a stack nor" in why
    live = alive(next(each for each in PLATFORM if each["kind"] == "DeploymentPipeline"))
    assert promoted_of(tmp_path, live, component="web").refused == ()


def test_what_a_controller_deploys_automatically_is_not_a_target(tmp_path: Path) -> None:
    platform = [*OF_PLATFORM, samples.component(N)]
    found = promoted(
        tmp_path, {**STACKS, "platform": platform}, source=None, target="development", component="web", release="web-1"
    )
    assert found.refused[0].startswith(
        "Component 'web' is deployed to 'development' automatically: a controller sets its"
    )


def test_a_release_that_is_already_there_is_no_move(tmp_path: Path) -> None:
    staging = stage("staging", samples.release_binding(N, "staging", releaseName="web-2"))
    found = promoted(tmp_path, {**STACKS, "staging": staging}, component="web")
    assert (found.moves, [(each.name, each.release) for each in found.unchanged]) == ((), [("web-staging", "web-2")])


def test_without_a_release_in_the_source_there_is_nothing_to_move(tmp_path: Path) -> None:
    stacks = {**STACKS, "dev": stage("development", samples.release_binding(N, "development"))}
    found = promoted(tmp_path, stacks, component="web")
    assert (found.moves, [each.why for each in found.left]) == ((), ["has no release in 'development' yet"])


def test_a_source_that_still_has_another_release_is_a_warning(tmp_path: Path) -> None:
    live = alive(samples.release_binding(N, "development", releaseName="web-1"))
    [warning] = promoted(tmp_path, STACKS, live, component="web").warnings
    assert warning == (
        "Component 'web' still has release 'web-1' in 'development', but its stack declares 'web-2': "
        "run `pulumi up --stack dev` first"
    )


# Releases


def test_going_back_is_a_release_that_is_named(tmp_path: Path) -> None:
    found = promoted(tmp_path, STACKS, alive(component_release("web-0")), component="web", release="web-0", source=None)
    assert reported(found) == [("ReleaseBinding", "web-staging", "web-1", "web-0", "staging")]
    assert [str(each) for each in found.releases] == ["ComponentRelease 'web-0'"]


def test_the_release_of_a_project_is_that_of_the_project_alone(tmp_path: Path) -> None:
    found = promoted(tmp_path, STACKS, project="shop", release="shop-1")
    assert reported(found) == [("ProjectReleaseBinding", "shop-staging", None, "shop-1", "staging")]


def test_a_release_that_does_not_exist_is_refused_if_the_cluster_was_asked(tmp_path: Path) -> None:
    found = promoted(tmp_path, STACKS, component="web")
    assert found.refused == (), "nothing was asked"
    asked = LiveObjects(releases=dict.fromkeys(found.releases))
    assert promoted_of(tmp_path, asked, component="web").refused == (
        "no ComponentRelease 'web-2': neither in a stack nor in the cluster",
    )


def test_a_release_that_a_stack_declares_is_not_looked_up(tmp_path: Path) -> None:
    release = component_release("web-2")
    owner = release["spec"]["owner"]
    kind = {"kind": "ComponentType", "name": "service", "spec": samples.component_type(N)["spec"]}
    workload = {"container": {"image": "web:2"}}
    release["spec"] = {"owner": owner, "componentType": kind, "workload": workload}
    found = promoted(tmp_path, {**STACKS, "releases": [release]}, component="web")
    assert (found.releases, len(found.moves)) == ((), 1)


def test_a_release_of_something_else_is_refused(tmp_path: Path) -> None:
    live = alive(component_release("api-1", "api"))
    [why] = promoted(tmp_path, STACKS, live, component="web", release="api-1").refused
    assert why == "ComponentRelease 'api-1' belongs to 'api' in project 'shop', not to Component 'web'"


# Where it is written


def test_a_missing_binding_belongs_in_the_stack_with_those_of_its_project(tmp_path: Path) -> None:
    stacks = {**STACKS, "staging": stage("staging"), "others": [samples.project_release_binding(N, "staging", "other")]}
    [move] = promoted(tmp_path, stacks, component="web").moves
    assert (move.name, move.stack, move.declared, str(move.after and move.after.name)) == (
        "web-staging",
        "staging",
        None,
        "shop-staging",
    )


def test_without_any_binding_it_belongs_with_the_environment(tmp_path: Path) -> None:
    stacks = {"platform": [each for each in PLATFORM if each != STAGE], "dev": DEV, "stage": [STAGE]}
    [move] = promoted(tmp_path, stacks, component="web").moves
    assert (move.stack, move.after and move.after.kind) == ("stage", "Environment")


def test_a_project_that_is_added_for_an_environment_is_bound_in_the_environments_stack(tmp_path: Path) -> None:
    stacks = {
        "platform": [each for each in PLATFORM if each != STAGE],
        "dev": stage("development", *DEV[1:], projectRelease="shop-2"),
        "stage": [STAGE],
        "apps": STAGING[1:],
    }
    folder = write(tmp_path, stacks, {"stage": {"projects": ["shop"]}})
    moves = {each.kind.kind: each for each in promoted_of(folder, project="shop").moves}
    assert moves["ProjectReleaseBinding"].stack == "stage"
    assert moves["ReleaseBinding"].stack == "apps"


def test_a_live_binding_that_no_stack_declares_keeps_its_name(tmp_path: Path) -> None:
    live = alive(samples.release_binding(N, "staging", name="made-by-hand", releaseName="web-1"))
    found = promoted(tmp_path, {**STACKS, "staging": stage("staging")}, live, component="web")
    [move] = found.moves
    assert (move.name, move.former) == ("made-by-hand", "web-1")
    assert found.warnings[0].startswith("ReleaseBinding 'made-by-hand' is live and in no stack")


def test_an_ambiguous_stack_is_refused(tmp_path: Path) -> None:
    stacks = {
        **STACKS,
        "staging": [samples.project_release_binding(N, "staging", "one")],
        "more": [samples.project_release_binding(N, "staging", "two")],
    }
    [why] = promoted(tmp_path, stacks, component="web").refused
    assert why.startswith("several stacks declare objects in environment 'staging' (more, staging); declare Release")


def test_a_binding_that_two_stacks_declare_is_refused(tmp_path: Path) -> None:
    stacks = {**STACKS, "twin": STAGING[1:]}
    [why] = promoted(tmp_path, stacks, component="web").refused
    assert "is bound to 'staging' more than once, in stacks 'staging' (" in why


# Requests that match nothing


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"target": "qa"}, "no stack of this project declares environment 'qa', or anything in it; declared are dev"),
        (
            {"source": "qa"},
            "no environment 'qa' in namespace 'acme'; existing environments: development, production, staging",
        ),
        ({"component": "api"}, "environment 'development' has nothing of component 'api'"),
        ({"project": "else"}, "environment 'development' has nothing of project 'else'"),
        ({"tenant": "else"}, "no stack declares environment 'staging' in 'else'"),
        ({"component": "api", "release": "x"}, "no Component 'api': neither in a stack nor in the cluster"),
    ],
)
def test_a_request_that_matches_nothing_is_refused(tmp_path: Path, asked: dict[str, Any], why: str) -> None:
    with pytest.raises(NotPromoted) as refused:
        promoted(tmp_path, STACKS, **asked)
    assert str(refused.value).startswith(why)


def test_an_environment_of_several_namespaces_must_be_chosen(tmp_path: Path) -> None:
    other = [_moved(each, "other") for each in (*PLATFORM, *STAGING)]
    stacks = {**STACKS, "other": other}
    with pytest.raises(NotPromoted, match=r"'staging' is in several namespaces \(acme, other\); choose one"):
        promoted(tmp_path, stacks)
    assert len(promoted_of(tmp_path, tenant="acme").moves) == 1


def _moved(given: Manifest, namespace: str) -> Manifest:
    metadata = given["metadata"]
    moved = {**metadata, "namespace": namespace} if "namespace" in metadata else {**metadata, "name": namespace}
    return {**given, "metadata": moved}


def test_an_api_that_has_no_releases_has_no_promotion(tmp_path: Path) -> None:
    stacks = {"acme": [declaring.organization(), declaring.data_plane(), declaring.environment("staging")]}
    with pytest.raises(NotPromoted, match=r"promotion is not available for core\.choreo\.dev/v1: deployments there"):
        promoted(tmp_path, stacks)


def test_moves_are_of_bindings_that_the_generation_makes() -> None:
    promotion = generation_of("openchoreo.dev/v1alpha1").promotion
    assert promotion is not None
    for wire in (*DEV, *STAGING, samples.resource_release_binding(N, "staging", "r-1")):
        bound = promotion.bound(wire)
        again = promotion.bound(promotion.make(bound))
        assert again == bound

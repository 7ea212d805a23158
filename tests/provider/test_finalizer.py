"""The finalizer as the engine sees it: its inputs are checked, compared, and read back from its id."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from pulumi.runtime.rpc import UNKNOWN

from choreo_components.api.core_v1 import API_VERSION
from choreo_components.kubernetes.client import Cluster, ClusterError, Forbidden, Unauthorized, Unreachable
from choreo_components.kubernetes.objects import Live, live_of, resource_named
from choreo_components.provider.resource import Failure, differences
from choreo_components.provider.resources.finalizer import DEADLINES, IDENTITY, EnvironmentFinalizer, inputs_of
from tests.provider.fake_cluster import FakeCluster, deployment, kube_system, namespace
from tests.provider.sessions import session
from tests.standin.openchoreo_v1alpha1 import samples

finalizer = EnvironmentFinalizer()

INPUTS = {
    "apiVersion": "core.choreo.dev/v1",
    "namespace": "acme",
    "environment": "development",
    "dataPlaneRef": "dp-local",
    "deploymentsTimeout": "5m",
    "namespacesTimeout": "7m",
    "namespaceNames": ["dp-1"],
}


def checked(news: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The inputs of a new finalizer as they are taken, and its failures."""
    return asyncio.run(finalizer.check({}, news, session(FakeCluster())))


# --- Creation ------------------------------------------------------------------------------------------------------


def created(cluster: FakeCluster) -> None:
    asyncio.run(finalizer.create({**INPUTS, "__environmentUid": "uid of development"}, session(cluster)))


def environment(uid: str) -> Live:
    metadata = {"name": "development", "namespace": "acme", "uid": uid}
    return Live(resource_named(API_VERSION, "Environment"), {"metadata": metadata})


def test_it_is_created_on_the_cluster_of_its_environment() -> None:
    created(FakeCluster(environment("uid of development")))


@pytest.mark.parametrize("there", [[], [environment("uid of another")]], ids=["none", "another of its name"])
def test_it_is_refused_where_the_other_provider_has_made_its_environment_on_another_cluster(there: list[Live]) -> None:
    with pytest.raises(Failure, match="was created on another cluster than that of the choreo provider"):
        created(FakeCluster(*there))


def test_without_the_right_to_read_environments_it_is_created() -> None:
    cluster = FakeCluster()
    cluster.refusal = Forbidden("not yours")
    created(cluster)


# --- Inputs --------------------------------------------------------------------------------------------------------


def test_inputs_that_are_right_are_taken_as_they_are() -> None:
    assert checked(INPUTS) == (INPUTS, {})


def test_deadlines_that_are_not_given_are_ten_minutes() -> None:
    inputs, failures = checked({"namespace": "acme", "environment": "development"})
    assert failures == {}
    assert (inputs["deploymentsTimeout"], inputs["namespacesTimeout"]) == ("10m", "10m")


def test_internal_properties_of_the_engine_are_no_inputs() -> None:
    inputs, failures = checked({**INPUTS, "__defaults": [], "__internal": {}})
    assert (inputs, failures) == (INPUTS, {})


@pytest.mark.parametrize("name", INPUTS)
def test_unknown_values_of_a_preview_are_not_refused(name: str) -> None:
    assert checked({**INPUTS, name: UNKNOWN})[1] == {}


@pytest.mark.parametrize(
    ("change", "failures"),
    [
        ({"namespace": ""}, {"namespace": "should be a string that is not empty, not ''"}),
        ({"environment": 5.0}, {"environment": "should be a string that is not empty, not 5.0"}),
        ({"dataPlaneRef": []}, {"dataPlaneRef": "should be a string that is not empty, not []"}),
        (
            {"deploymentsTimeout": "soon"},
            {"deploymentsTimeout": "'soon' is not a duration; write for example 90s, 10m or 1h30m"},
        ),
        (
            {"namespacesTimeout": "0s"},
            {"namespacesTimeout": "'0s' must be greater than zero"},
        ),
        (
            {"timeout": "5m"},
            {
                "timeout": "unknown property; the properties are apiVersion, namespace, environment, dataPlaneRef, "
                "deploymentsTimeout, namespacesTimeout, namespaceNames, dataPlaneKubeconfig, deleteRetained"
            },
        ),
    ],
    ids=lambda value: next(iter(value)) if len(value) == 1 else None,
)
def test_inputs_that_are_wrong_are_named(change: dict[str, Any], failures: dict[str, str]) -> None:
    assert checked({**INPUTS, **change})[1] == failures


def test_all_wrong_inputs_are_named_at_once() -> None:
    assert set(checked({"deploymentsTimeout": 5, "other": 1})[1]) == {
        "namespace",
        "environment",
        "deploymentsTimeout",
        "other",
    }


def test_without_its_names_it_cannot_know_what_belongs_to_the_environment() -> None:
    why = "required: without it the finalizer cannot know what belongs to the environment"
    assert checked({})[1] == {"namespace": why, "environment": why}


# --- Differences ---------------------------------------------------------------------------------------------------


def test_equal_inputs_do_not_differ() -> None:
    assert differences(INPUTS, dict(INPUTS)) == []


def test_what_is_changed_added_or_gone_differs() -> None:
    new = {**INPUTS, "environment": "staging", "extra": 1}
    del new["dataPlaneRef"]
    assert differences(INPUTS, new) == ["dataPlaneRef", "environment", "extra"]


def test_an_unknown_value_differs() -> None:
    assert differences(INPUTS, {**INPUTS, "environment": UNKNOWN}) == ["environment"]


def test_another_release_of_the_provider_is_no_difference() -> None:
    assert differences({**INPUTS, "version": "1", "__defaults": ["a"]}, {**INPUTS, "version": "2"}) == []


def test_another_environment_or_data_plane_is_another_finalizer_and_a_deadline_is_not() -> None:
    assert set(IDENTITY) == {"apiVersion", "namespace", "environment", "dataPlaneRef"}
    assert not set(IDENTITY) & set(DEADLINES)


# --- Id ------------------------------------------------------------------------------------------------------------


def test_its_id_names_the_environment_and_its_organization() -> None:
    assert finalizer.identifier(INPUTS) == "acme/development"


def test_an_id_is_all_that_an_import_needs() -> None:
    inputs = inputs_of("acme/development")
    assert checked(inputs) == (inputs, {})
    assert finalizer.identifier(inputs) == "acme/development"


@pytest.mark.parametrize("wrong", ["", "acme", "acme/", "/development"])
def test_an_id_that_names_no_environment_is_refused(wrong: str) -> None:
    assert checked(inputs_of(wrong))[1]


# --- The cluster ---------------------------------------------------------------------------------------------------


@pytest.fixture
def cluster() -> FakeCluster:
    """An environment's objects among others, in the only cluster."""
    return FakeCluster(
        namespace("dp-2"), namespace("dp-1"), deployment("b"), deployment("a"), deployment("c", environment="staging")
    )


def test_reading_it_shows_what_has_the_environments_labels_now(cluster: FakeCluster) -> None:
    inputs, state = asyncio.run(finalizer.read("acme/development", INPUTS, session(cluster)))
    assert inputs == INPUTS
    assert state == {**INPUTS, "deployments": ["a", "b"], "namespaces": ["dp-1", "dp-2"]}
    assert cluster.requests("delete") == []


def test_deleting_it_finalizes_the_environment(cluster: FakeCluster) -> None:
    lines: list[str] = []
    asyncio.run(finalizer.delete(INPUTS, session(cluster, lines.append)))
    assert cluster.names == ["Deployment acme/c"]
    assert lines == ["deployments.core.choreo.dev: deleting 2", "namespaces: deleting 2"]


def test_where_its_environment_stays_it_deletes_nothing_itself(cluster: FakeCluster) -> None:
    lines: list[str] = []
    cluster.lives["Environment acme/development"] = environment("uid of development")
    command = session(cluster, warn=lines.append, notes=["core.choreo.dev/v1/Environment acme/development"])
    asyncio.run(finalizer.delete(INPUTS, command))
    assert cluster.story == ["get environments development"]
    [line] = lines
    assert line.startswith(
        "environment 'development' of organization 'acme' is not finalized, as its Environment stays"
    )
    assert "run pulumi up" in line


def test_an_environment_that_is_gone_does_not_stay_and_that_is_reported(cluster: FakeCluster) -> None:
    """After a refresh that has not found the Environment, its witness is called in a destroy of the whole stack too."""
    with pytest.raises(Failure, match=r"its Environment is gone, .* run pulumi up"):
        asyncio.run(
            finalizer.delete(INPUTS, session(cluster, notes=["core.choreo.dev/v1/Environment acme/development"]))
        )
    assert cluster.requests("delete") == []


def test_a_deadline_names_the_environment_that_is_not_finalized(cluster: FakeCluster) -> None:
    cluster.held.add("Deployment acme/a")
    with pytest.raises(Failure) as error:
        asyncio.run(finalizer.delete({**INPUTS, "deploymentsTimeout": "200ms"}, session(cluster)))
    first, second, *_ = str(error.value).splitlines()
    assert first.startswith(
        "environment 'development' of organization 'acme' is not finalized: timed out after 200ms with 1 remaining;"
    )
    assert second == "  Deployment acme/a: no finalizer holds it"


@pytest.mark.parametrize("missing", ["namespace", "environment"])
def test_without_a_name_nothing_is_read_and_nothing_is_deleted(cluster: FakeCluster, missing: str) -> None:
    state = {**INPUTS, missing: ""}
    with pytest.raises(Failure, match="needs the organization's name and the environment's name"):
        asyncio.run(finalizer.delete(state, session(cluster)))
    with pytest.raises(Failure, match="needs the organization's name and the environment's name"):
        asyncio.run(finalizer.read("acme/development", state, session(cluster)))
    assert cluster.story == []


def test_an_unusable_kubeconfig_is_reported_to_the_engine_as_a_failure() -> None:
    unusable = replace(session(FakeCluster()), connect=lambda: Cluster("/nonexistent/config"))
    with pytest.raises(Failure, match="is not finalized: no usable kubeconfig") as error:
        asyncio.run(finalizer.delete(INPUTS, unusable))
    assert "Traceback" not in str(error.value)


def test_importing_it_loads_no_client_of_the_cluster() -> None:
    """The engine starts the provider for every command, and most of them neither read nor delete anything."""
    assert loaded_with("choreo_components.provider.servicer", "httpx2", "pydantic") == []


def test_a_check_that_finds_no_problem_loads_no_models() -> None:
    """A command that changes nothing only lists namespaces."""
    assert loaded_with("choreo_components.teardown.environment", "httpx2", "pydantic") == ["httpx2"]


def loaded_with(module: str, *heavy: str) -> list[str]:
    """Which of these packages the module imports."""
    import subprocess
    import sys

    program = f"import sys, {module}; print(*sorted({set(heavy)!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_a_finalizer_on_another_data_plane_is_another_finalizer() -> None:
    assert finalizer.replaced(INPUTS, {**INPUTS, "dataPlaneRef": "dp-other"}) == ["dataPlaneRef"]


def test_an_imported_finalizer_which_gets_its_data_plane_finalizes_nothing() -> None:
    assert finalizer.replaced(inputs_of("acme/development"), INPUTS) == []


def test_another_deadline_is_the_same_finalizer() -> None:
    assert finalizer.replaced(INPUTS, {**INPUTS, "namespacesTimeout": "1h"}) == []


# --- A data plane in a separate cluster ----------------------------------------------------------------------------

ELSEWHERE = {**INPUTS, "dataPlaneRef": "east", "dataPlaneKubeconfig": "to east"}
OF_EAST = {"__cluster": "uid of east"}


def test_with_a_separate_data_plane_deployments_are_deleted_here_and_namespaces_there() -> None:
    control_plane = FakeCluster(deployment("a"), namespace("dp-1"))
    east = FakeCluster(namespace("dp-1"), namespace("stray"), deployment("b"))
    asyncio.run(finalizer.delete(ELSEWHERE, session(control_plane, data_planes={"to east": east})))
    assert control_plane.names == ["Namespace dp-1"], "labelled alike, and not on its data plane"
    assert east.names == ["Deployment acme/b"]


def test_without_a_way_to_its_data_plane_nothing_is_deleted_anywhere() -> None:
    control_plane = FakeCluster(deployment("a"), namespace("dp-1"))
    with pytest.raises(Failure) as error:
        asyncio.run(finalizer.delete(ELSEWHERE, session(control_plane)))
    assert str(error.value) == (
        "environment 'development' of organization 'acme' on data plane 'east' is not finalized: no way to acme/east"
    )
    assert control_plane.story == []


def test_reading_it_shows_the_namespaces_of_its_data_plane() -> None:
    control_plane, east = FakeCluster(deployment("a"), namespace("dp-1")), FakeCluster(namespace("dp-2"))
    clusters = session(control_plane, data_planes={"to east": east})
    _, state = asyncio.run(finalizer.read("acme/development", ELSEWHERE, clusters))
    assert (state["deployments"], state["namespaces"]) == (["a"], ["dp-2"])


@pytest.mark.parametrize(
    ("olds", "news", "replaced"),
    [
        ({}, {"dataPlaneKubeconfig": "a"}, ["dataPlaneKubeconfig"]),
        ({"dataPlaneKubeconfig": "a"}, {"dataPlaneKubeconfig": "b"}, []),
        ({"dataPlaneKubeconfig": "a"}, {}, ["dataPlaneKubeconfig"]),
    ],
)
def test_another_cluster_is_another_finalizer_and_other_credentials_are_not(
    olds: dict[str, Any], news: dict[str, Any], replaced: list[str]
) -> None:
    assert finalizer.replaced({**INPUTS, **olds}, {**INPUTS, **news}) == replaced


@pytest.mark.parametrize("given", [4711, ""])
def test_a_value_that_is_no_kubeconfig_is_refused(given: Any) -> None:
    failures = checked({**INPUTS, "dataPlaneKubeconfig": given})[1]
    assert failures == {"dataPlaneKubeconfig": "should be the text of a kubeconfig, or the path of one"}


# --- Today's API ---------------------------------------------------------------------------------------------------

TODAY = {"apiVersion": "openchoreo.dev/v1alpha1", "namespace": "acme", "environment": "development"}


def today(wire: Mapping[str, Any]) -> FakeCluster:
    return FakeCluster(live_of(wire))


def test_a_pipeline_that_names_the_environment_is_reported_in_the_terms_of_its_api() -> None:
    with pytest.raises(Failure) as error:
        asyncio.run(finalizer.delete(TODAY, session(today(samples.pipeline("acme", ("development", ["staging"]))))))
    assert str(error.value).startswith(
        "environment 'development' of namespace 'acme' is not finalized: nothing was deleted: "
        "OpenChoreo keeps the environment as long as a pipeline names it:"
    )


def test_what_is_retained_is_deleted_only_if_the_state_says_so() -> None:
    kept = samples.resource_release_binding("acme", "development", "orders-1", retainPolicy="Retain")
    with pytest.raises(Failure, match="1 retained"):
        asyncio.run(finalizer.delete(TODAY, session(today(kept))))
    cluster = today(kept)
    asyncio.run(finalizer.delete({**TODAY, "deleteRetained": True}, session(cluster)))
    assert cluster.names == []


def test_whether_what_is_retained_is_deleted_is_true_or_false_and_makes_no_other_finalizer() -> None:
    assert checked({**INPUTS, "deleteRetained": True})[1] == {}
    assert checked({**INPUTS, "deleteRetained": UNKNOWN})[1] == {}
    assert checked({**INPUTS, "deleteRetained": "yes"})[1] == {"deleteRetained": "should be true or false, not 'yes'"}
    assert finalizer.replaced(INPUTS, {**INPUTS, "deleteRetained": True}) == []
    assert differences(INPUTS, {**INPUTS, "deleteRetained": True}) == ["deleteRetained"]


def test_reading_it_shows_what_names_the_environment_in_a_field() -> None:
    cluster = today(samples.release_binding("acme", "development"))
    _, state = asyncio.run(finalizer.read("acme/development", TODAY, session(cluster)))
    assert (state["deployments"], state["namespaces"]) == (["web-development"], [])


# --- Namespaces that are being deleted, or gone -----------------------------------------------------------------------


def refused(cluster: FakeCluster, olds: dict[str, Any] | None = None, news: dict[str, Any] = INPUTS) -> list[str]:
    """The lines about namespaces when a finalizer with these inputs is checked (`olds`: the inputs before)."""
    _, failures = asyncio.run(finalizer.check(olds or {}, news, session(cluster)))
    assert not failures.keys() - {""}
    first, *lines, last = failures[""].splitlines() if failures else ["", ""]
    if failures:
        assert first == "environment 'development' of organization 'acme' does not have all its namespaces:"
        assert last == "  Then run pulumi up --refresh, which creates what is missing."
    return lines


DELETING = namespace("dp-1", deletionTimestamp="2025-05-09T00:00:00Z")
IS_BEING_DELETED = (
    "  Namespace dp-1 is being deleted since 2025-05-09T00:00:00Z, "
    "held by kubernetes (Kubernetes' namespace controller, until all that is in it is gone); "
    "wait until it is gone (kubectl get namespaces dp-1)"
)


@pytest.mark.parametrize("olds", [{}, INPUTS], ids=["new", "known"])
def test_a_namespace_that_is_being_deleted_is_refused_also_without_a_preflight(
    olds: dict[str, Any],
) -> None:
    assert refused(FakeCluster(DELETING, namespace("dp-2")), olds) == [IS_BEING_DELETED]


def test_what_was_being_deleted_a_moment_ago_is_read_again() -> None:
    """Another environment's check has listed it; since then it may be gone, and created again by this command."""
    cluster = FakeCluster(DELETING, namespace("dp-s", "staging"))

    async def checks() -> list[dict[str, str]]:
        staging = {**INPUTS, "environment": "staging", "namespaceNames": ["dp-s"]}
        on_cluster = session(cluster)
        failures = [(await finalizer.check({}, each, on_cluster))[1] for each in (staging, INPUTS)]
        cluster.remove("Namespace dp-1")
        cluster.add(namespace("dp-1"))
        return [*failures, (await finalizer.check({}, INPUTS, on_cluster))[1]]

    first, second, third = asyncio.run(checks())
    assert (first, third) == ({}, {})
    assert IS_BEING_DELETED in second[""]


def test_one_that_has_lost_its_labels_is_recognized_by_its_name() -> None:
    bare = namespace("dp-1", None, None, deletionTimestamp="2025-05-09T00:00:00Z")
    assert refused(FakeCluster(bare), INPUTS) == [IS_BEING_DELETED]


def test_one_that_is_no_longer_declared_may_be_deleted() -> None:
    assert refused(FakeCluster(DELETING), INPUTS, {**INPUTS, "namespaceNames": []}) == []


def test_one_that_was_made_and_is_gone_is_refused_and_one_that_is_yet_to_come_is_not() -> None:
    news = {**INPUTS, "namespaceNames": ["dp-1", "dp-2"]}
    assert refused(FakeCluster(), {}, news) == []
    gone = "  Namespace dp-1 is in Pulumi's state, and no longer in the cluster"
    assert refused(FakeCluster(), INPUTS, news) == [gone]
    assert refused(FakeCluster(namespace("dp-1")), INPUTS, news) == []


def test_an_environment_that_moves_makes_its_namespaces_on_the_new_data_plane() -> None:
    assert refused(FakeCluster(), INPUTS, {**INPUTS, "dataPlaneRef": "dp-other"}) == []


def test_on_another_control_plane_nothing_is_gone_that_was_never_made_there() -> None:
    """Otherwise the stack could not move there: a refresh before that would query the one that it leaves."""
    moved = session(FakeCluster(), has_moved=True)
    assert asyncio.run(finalizer.check(INPUTS, INPUTS, moved))[1] == {}
    moved = session(FakeCluster(DELETING), has_moved=True)
    assert IS_BEING_DELETED in asyncio.run(finalizer.check(INPUTS, INPUTS, moved))[1][""]


def test_namespaces_that_cannot_be_read_are_left_to_the_resources_that_apply_them() -> None:
    cluster = FakeCluster()
    cluster.refusal = Forbidden("403")
    assert refused(cluster, INPUTS) == []


def test_a_refresh_forgets_what_is_gone_and_warns_of_what_is_being_deleted() -> None:
    warned: list[str] = []
    inputs = {**INPUTS, "namespaceNames": ["dp-1", "dp-2", "dp-3"]}
    cluster = FakeCluster(DELETING, namespace("dp-3", None, None))
    read, state = asyncio.run(finalizer.read("acme/development", inputs, session(cluster, warn=warned.append)))
    assert read["namespaceNames"] == state["namespaceNames"] == ["dp-1", "dp-3"]
    assert warned == [IS_BEING_DELETED.strip().partition(";")[0]]
    assert refused(FakeCluster(namespace("dp-1"), namespace("dp-3")), dict(read), inputs) == []


# --- Which cluster it is -------------------------------------------------------------------------------------------


def checked_on(east: FakeCluster, olds: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The inputs of a finalizer on that data plane as they are taken, and its failures."""
    clusters = session(FakeCluster(), data_planes={"to east": east})
    return asyncio.run(finalizer.check(olds, ELSEWHERE, clusters))


def test_the_identity_of_its_data_planes_cluster_is_kept_and_makes_no_difference() -> None:
    inputs, failures = checked_on(FakeCluster(kube_system("uid of east"), namespace("dp-1")), ELSEWHERE)
    assert (inputs, failures) == ({**ELSEWHERE, **OF_EAST}, {})
    assert differences(ELSEWHERE, inputs) == []


def test_a_kubeconfig_of_another_cluster_under_the_same_name_is_refused_and_not_quoted() -> None:
    _, failures = checked_on(FakeCluster(kube_system("another")), {**ELSEWHERE, **OF_EAST})
    assert failures == {
        "": "environment 'development' of organization 'acme' on data plane 'east': its kubeconfig leads to another "
        "cluster than the one that its objects were made in"
    }


@pytest.mark.parametrize("refusal", [Forbidden("403"), Unauthorized("401"), Unreachable("no answer")])
def test_an_identity_that_cannot_be_read_stays_the_same(refusal: ClusterError) -> None:
    east = FakeCluster()
    east.refusal = refusal
    assert checked_on(east, {**ELSEWHERE, **OF_EAST}) == ({**ELSEWHERE, **OF_EAST}, {})
    assert checked_on(east, {}) == (ELSEWHERE, {})


def test_an_environment_that_moves_has_the_identity_of_its_new_data_plane() -> None:
    news = {**INPUTS, "dataPlaneRef": "west", "dataPlaneKubeconfig": "to west"}
    east, west = FakeCluster(kube_system("uid of east")), FakeCluster(kube_system("uid of west"))
    clusters = session(FakeCluster(), data_planes={"to east": east, "to west": west})
    inputs, failures = asyncio.run(finalizer.check({**ELSEWHERE, **OF_EAST}, news, clusters))
    assert (inputs["__cluster"], failures) == ("uid of west", {})


def test_an_environment_cannot_leave_a_data_plane_that_cannot_be_reached() -> None:
    east = FakeCluster()
    east.refusal = Unreachable("no answer")
    clusters = session(FakeCluster(), data_planes={"to east": east})
    _, failures = asyncio.run(finalizer.check(ELSEWHERE, {**INPUTS, "dataPlaneRef": "here"}, clusters))
    assert failures == {
        "": "environment 'development' of organization 'acme' cannot be moved off data plane 'east': no answer; "
        "nothing was applied, as its Deployments and namespaces could not be deleted there"
    }


def test_on_another_cluster_than_it_was_made_on_nothing_is_deleted_anywhere() -> None:
    control_plane, another = FakeCluster(deployment("a")), FakeCluster(namespace("dp-1"), kube_system("another"))
    with pytest.raises(Failure, match="on data plane 'east' is not finalized: its kubeconfig leads to another cluster"):
        asyncio.run(
            finalizer.delete({**ELSEWHERE, **OF_EAST}, session(control_plane, data_planes={"to east": another}))
        )
    assert control_plane.requests("delete") == another.requests("delete") == []


def test_a_data_plane_that_answers_later_is_recognized_before_anything_is_deleted_there() -> None:
    another = FakeCluster(namespace("dp-1"), kube_system("another"))
    another.outages = ["no answer"]
    with pytest.raises(Failure, match="its kubeconfig leads to another cluster"):
        asyncio.run(
            finalizer.delete({**ELSEWHERE, **OF_EAST}, session(FakeCluster(), data_planes={"to east": another}))
        )
    assert another.requests("delete") == []


def test_a_control_plane_that_answers_later_is_recognized_before_anything_is_deleted_there() -> None:
    another = FakeCluster(deployment("a"), namespace("dp-1"))
    answers = [Failure("the kubeconfig leads to another cluster"), Unreachable("no route")]

    async def verify() -> None:
        raise answers.pop()

    lines: list[str] = []
    with pytest.raises(Failure, match="leads to another cluster"):
        asyncio.run(finalizer.delete(INPUTS, session(another, lines.append, verify=verify)))
    assert another.requests("delete") == []
    assert lines == ["no route; trying again"]


@pytest.mark.parametrize("call", ["read", "delete"])
def test_withdrawn_credentials_are_reported_with_the_way_to_use_others(call: str) -> None:
    control_plane, east = FakeCluster(deployment("a")), FakeCluster(namespace("dp-1"))
    east.refusal = Unauthorized("answers 401")
    clusters = session(control_plane, data_planes={"to east": east})
    work: Any = {
        "read": lambda: finalizer.read("acme/development", ELSEWHERE, clusters),
        "delete": lambda: finalizer.delete(ELSEWHERE, clusters),
    }
    with pytest.raises(Failure) as refused:
        asyncio.run(work[call]())
    assert "environment 'development' of organization 'acme' on data plane 'east' " in str(refused.value)
    assert str(refused.value).endswith(": answers 401; to use other credentials than those in the state: --run-program")
    assert control_plane.requests("delete") == [], "a Deployment was deleted, and the namespaces cannot be"

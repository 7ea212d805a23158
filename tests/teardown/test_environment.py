"""Finalization deletes an environment's Deployments, then its namespaces, and nothing else."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from choreo_components.api.core_v1.generation import GENERATION
from choreo_components.kubernetes.client import ClusterError, Denied
from choreo_components.kubernetes.objects import NAMESPACES, Live, Resource
from choreo_components.teardown import informer, removal
from choreo_components.teardown.environment import Scope, finalize
from choreo_components.teardown.removal import DeadlineError
from tests.provider.fake_cluster import DEPLOYMENTS, FakeCluster, deployment, namespace

DEVELOPMENT = Scope(GENERATION, "acme", "development")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short waits; what a watch reports must be enough, unless a test says otherwise."""
    monkeypatch.setattr(removal, "RETRY_SECONDS", 0.005)
    monkeypatch.setattr(removal, "REPEAT_SECONDS", 0.01)
    monkeypatch.setattr(informer, "RELIST_SECONDS", 60.0)


def finalized(
    cluster: FakeCluster, deployments: str = "5s", namespaces: str = "5s", scope: Scope = DEVELOPMENT
) -> list[str]:
    """The progress lines while the environment `development` of `acme` is finalized."""
    lines: list[str] = []
    asyncio.run(finalize(cluster, cluster, scope, deployments, namespaces, lines.append))
    return lines


def failed(cluster: FakeCluster, deployments: str = "5s", namespaces: str = "5s") -> list[str]:
    """The lines of the error when a deadline passes."""
    with pytest.raises(DeadlineError) as error:
        finalized(cluster, deployments, namespaces)
    return str(error.value).splitlines()


# --- What is deleted, and when ------------------------------------------------------------------------------------


def test_every_deployment_is_gone_before_the_first_namespace_is_deleted() -> None:
    cluster = FakeCluster(namespace("dp-1"), namespace("dp-2"), deployment("a"), deployment("b"))
    finalized(cluster)
    story = [line for line in cluster.story if line.startswith(("delete", "gone"))]
    assert sorted(story[:4]) == [
        "delete Deployment acme/a",
        "delete Deployment acme/b",
        "gone Deployment acme/a",
        "gone Deployment acme/b",
    ]
    assert cluster.names == []


def test_namespaces_are_deleted_all_at_once() -> None:
    cluster = FakeCluster(*(namespace(f"dp-{number}") for number in range(20)))
    finalized(cluster)
    deletes = [index for index, line in enumerate(cluster.story) if line.startswith("delete")]
    first_gone = next(index for index, line in enumerate(cluster.story) if line.startswith("gone"))
    assert max(deletes) < first_gone


def test_no_more_requests_are_under_way_than_an_api_server_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "DELETES_AT_ONCE", 3)
    under_way: list[int] = [0]
    most = 0

    class Counting(FakeCluster):
        async def delete(self, live: Live) -> None:
            nonlocal most
            under_way[0] += 1
            most = max(most, under_way[0])
            await super().delete(live)
            under_way[0] -= 1

    finalized(Counting(*(namespace(f"dp-{number}") for number in range(10))))
    assert most == 3


def test_where_nothing_exists_nothing_happens() -> None:
    cluster = FakeCluster()
    assert finalized(cluster) == []
    assert cluster.story == ["list deployments", "list namespaces"]


@pytest.mark.parametrize(
    "other",
    [
        deployment("a", environment="staging"),
        deployment("a", environment=None),
        deployment("a", organization="other"),
        deployment("a", organization=None),
        deployment("a", namespace="other"),
        namespace("dp-1", environment="staging"),
        namespace("dp-1", environment=None),
        namespace("dp-1", organization="other"),
        namespace("dp-1", organization=None),
        Live(NAMESPACES, {"metadata": {"name": "kube-system"}}),
    ],
    ids=lambda live: f"{live} {dict(live.labels)}",
)
def test_what_is_not_the_environments_is_not_touched(other: Live) -> None:
    cluster = FakeCluster(other, deployment("ours"), namespace("dp-ours"))
    finalized(cluster)
    assert cluster.names == [str(other)]
    assert not other.deleting


def test_what_is_being_deleted_already_is_not_deleted_again_but_waited_for() -> None:
    cluster = FakeCluster(deployment("a", deletionTimestamp="2025-05-09T00:00:00Z"), namespace("dp-1"))
    cluster.then["watch deployments"] = lambda: cluster.remove("Deployment acme/a")
    finalized(cluster)
    assert cluster.requests("delete") == ["Namespace dp-1"]
    assert cluster.story.index("gone Deployment acme/a") < cluster.story.index("delete Namespace dp-1")


def test_an_object_that_is_gone_before_its_deletion_is_no_error() -> None:
    cluster = FakeCluster(deployment("a"), deployment("b"))
    cluster.then["delete Deployment acme/a"] = lambda: cluster.remove("Deployment acme/a")
    finalized(cluster)
    assert cluster.names == []


@pytest.mark.parametrize("moment", ["watch deployments", "delete Deployment acme/a", "gone Deployment acme/a"])
def test_a_deployment_that_appears_in_the_meantime_is_deleted_before_the_namespaces_too(moment: str) -> None:
    cluster = FakeCluster(deployment("a"), namespace("dp-1"))
    cluster.then[moment] = lambda: cluster.add(deployment("late"))
    finalized(cluster)
    assert cluster.names == []
    assert cluster.story.index("gone Deployment acme/late") < cluster.story.index("delete Namespace dp-1")


def test_a_deployment_that_appears_when_the_last_one_was_just_gone_is_found_by_listing_again() -> None:
    cluster = FakeCluster(deployment("a"))
    listings = 0

    def add_late() -> None:
        nonlocal listings
        listings += 1
        if listings == 1:
            cluster.then["list deployments"] = add_late
        else:
            cluster.add(deployment("late"))

    cluster.then["list deployments"] = add_late
    finalized(cluster)
    assert cluster.names == []


def test_the_next_finalization_resumes_where_the_last_one_stopped() -> None:
    cluster = FakeCluster(deployment("a"), namespace("dp-1"), held=["Deployment acme/a"])
    failed(cluster, deployments="200ms")
    cluster.remove("Deployment acme/a")
    finalized(cluster)
    assert cluster.names == []


def test_cancelling_leaves_nothing_running() -> None:
    lines: list[str] = []
    cluster = FakeCluster(deployment("a"), held=["Deployment acme/a"])

    async def cancelled() -> list[str]:
        task = asyncio.create_task(finalize(cluster, cluster, DEVELOPMENT, "5s", "5s", lines.append))
        await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        await asyncio.sleep(0)
        return [str(each) for each in asyncio.all_tasks() if each is not asyncio.current_task()]

    assert asyncio.run(cancelled()) == []


# --- When the API server has problems ------------------------------------------------------------------------------


def test_a_watch_that_breaks_off_is_followed_by_listing_again() -> None:
    cluster = FakeCluster(deployment("a"), deployment("b"), breaks=3)
    finalized(cluster)
    assert cluster.names == []
    assert len(cluster.requests("list")) > 2


def test_watches_that_all_break_off_do_not_become_a_flood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "RETRY_SECONDS", 0.05)
    cluster = FakeCluster(deployment("a"), held=["Deployment acme/a"], breaks=1_000_000)
    failed(cluster, deployments="200ms")
    assert len(cluster.requests("list")) <= 5


def test_a_watch_that_falls_silent_is_not_trusted_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(informer, "RELIST_SECONDS", 0.02)
    cluster = FakeCluster(deployment("a"))
    cluster.mute = True
    finalized(cluster)
    assert cluster.names == []


def test_an_api_server_that_cannot_be_reached_for_a_while_is_asked_again() -> None:
    cluster = FakeCluster(deployment("a"), namespace("dp-1"))
    cluster.outages = ["no route to host"] * 3
    lines = finalized(cluster)
    assert cluster.names == []
    assert lines == [
        "no route to host; trying again",
        "deployments.core.choreo.dev: deleting 1",
        "namespaces: deleting 1",
    ]


def test_an_api_server_that_becomes_unreachable_halfway_is_asked_again() -> None:
    cluster = FakeCluster(deployment("a"), deployment("b"))
    cluster.then["delete Deployment acme/b"] = lambda: cluster.outages.append("connection reset")
    assert "connection reset; trying again" in finalized(cluster)
    assert cluster.names == []


def test_a_refused_request_is_an_error_at_once_and_no_namespace_is_deleted() -> None:
    class Refusing(FakeCluster):
        async def delete(self, live: Live) -> None:
            raise ClusterError(f"delete {live}: 403: forbidden")

    cluster = Refusing(deployment("a"), namespace("dp-1"))
    with pytest.raises(ClusterError, match="delete Deployment acme/a: 403: forbidden"):
        finalized(cluster)
    assert cluster.names == ["Deployment acme/a", "Namespace dp-1"]


def test_a_cluster_without_openchoreo_has_no_deployments_but_may_have_namespaces() -> None:
    class Unserved(FakeCluster):
        async def list(self, resource: Resource, *more: object) -> tuple[list[Live], str | None]:
            if resource == DEPLOYMENTS:
                return [], None
            return await super().list(resource, *more)  # type: ignore[arg-type]

    cluster = Unserved(namespace("dp-1"))
    finalized(cluster)
    assert cluster.names == []


# --- Deadlines -----------------------------------------------------------------------------------------------------


def test_a_deadline_names_each_object_what_holds_it_its_conditions_and_how_to_inspect_it() -> None:
    stuck = deployment("stuck", finalizers=["core.choreo.dev/data-plane-cleanup", "example.com/other"])
    conditions = [
        {"type": "Ready", "status": "False", "reason": "DeploymentFinalizing", "message": "no matches for kind"},
        {"type": "ArtifactResolved", "status": "True"},
    ]
    said = Live(stuck.resource, {**stuck.manifest, "status": {"conditions": conditions}})
    cluster = FakeCluster(said, deployment("odd"), held=["Deployment acme/stuck", "Deployment acme/odd"])
    assert failed(cluster, deployments="200ms") == [
        "timed out after 200ms with 2 remaining; nothing was forced, and the next destroy resumes from here:",
        "  Deployment acme/odd: no finalizer holds it",
        "    inspect: kubectl get deployments.core.choreo.dev odd -n acme -o yaml",
        "  Deployment acme/stuck: held by core.choreo.dev/data-plane-cleanup (OpenChoreo's controllers), "
        "example.com/other",
        "    Ready=False DeploymentFinalizing no matches for kind",
        "    ArtifactResolved=True",
        "    inspect: kubectl get deployments.core.choreo.dev stuck -n acme -o yaml",
    ]


def test_a_namespaces_own_finalizers_hold_it_too() -> None:
    cluster = FakeCluster(namespace("dp-1", finalizers=["example.com/mine"]), held=["Namespace dp-1"])
    assert failed(cluster, namespaces="200ms")[1:] == [
        "  Namespace dp-1: held by example.com/mine, "
        "kubernetes (Kubernetes' namespace controller, until all that is in it is gone)",
        "    inspect: kubectl get namespaces dp-1 -o yaml",
    ]


def test_while_a_deployment_is_stuck_no_namespace_is_deleted_and_nothing_is_forced() -> None:
    cluster = FakeCluster(deployment("a"), namespace("dp-1"), held=["Deployment acme/a"])
    failed(cluster, deployments="200ms")
    assert cluster.requests("delete") == ["Deployment acme/a"]
    assert cluster.names == ["Deployment acme/a", "Namespace dp-1"]


def test_a_deletion_that_was_not_accepted_is_reported_as_such() -> None:
    class Deaf(FakeCluster):
        async def delete(self, live: Live) -> None:
            """Answers, and does nothing."""

    assert failed(Deaf(deployment("a")), deployments="200ms")[1] == "  Deployment acme/a: its deletion was not accepted"


def test_the_two_steps_have_separate_deadlines() -> None:
    cluster = FakeCluster(deployment("a"), namespace("dp-1"), held=["Namespace dp-1"])
    assert failed(cluster, deployments="5s", namespaces="200ms")[0].startswith(
        "timed out after 200ms with 1 remaining;"
    )
    assert cluster.names == ["Namespace dp-1"]


def test_a_deadline_without_any_answer_says_that_what_remains_is_unknown() -> None:
    cluster = FakeCluster(deployment("a"))
    cluster.outages = ["no route to host"] * 1000
    assert failed(cluster, deployments="200ms") == [
        "timed out after 200ms, and what remains is unknown; the next destroy resumes from here: no route to host"
    ]


def test_a_deadline_after_a_lost_connection_shows_what_was_seen_last() -> None:
    cluster = FakeCluster(deployment("a"), held=["Deployment acme/a"], breaks=1)
    cluster.then["watch deployments"] = lambda: cluster.outages.extend(["no route to host"] * 1000)
    assert failed(cluster, deployments="200ms")[:2] == [
        "timed out after 200ms with 1 remaining when last seen, and then no route to host; "
        "nothing was forced, and the next destroy resumes from here:",
        "  Deployment acme/a: its deletion may not have been accepted",
    ]


def test_a_deadline_that_passes_before_the_first_answer_says_so() -> None:
    class Silent(FakeCluster):
        async def list(self, *_: object) -> tuple[list[Live], str | None]:
            await asyncio.sleep(10)
            raise AssertionError

    assert failed(Silent(), deployments="200ms") == [
        "timed out after 200ms, and what remains is unknown; the next destroy resumes from here: "
        "the API server has not answered"
    ]


def test_a_deadline_that_is_not_a_duration_is_refused() -> None:
    with pytest.raises(ValueError, match="'soon' is not a duration"):
        finalized(FakeCluster(), deployments="soon")


# --- Progress ------------------------------------------------------------------------------------------------------


def test_each_step_says_how_much_it_deletes() -> None:
    cluster = FakeCluster(deployment("a"), deployment("b"), namespace("dp-1"))
    assert finalized(cluster) == ["deployments.core.choreo.dev: deleting 2", "namespaces: deleting 1"]


def test_progress_is_reported_regularly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "PROGRESS_SECONDS", 0.1)
    names = [f"dp-{number}" for number in range(5)]
    cluster = FakeCluster(*map(namespace, names), held=[f"Namespace {name}" for name in names])
    lines: list[str] = []

    def progress(line: str) -> None:
        lines.append(line)
        if len(lines) == 3:
            cluster.remove("Namespace dp-0")
        if len(lines) == 4:
            for name in names:
                cluster.remove(f"Namespace {name}")

    asyncio.run(finalize(cluster, cluster, DEVELOPMENT, "5s", "5s", progress))
    assert lines[:4] == [
        "namespaces: deleting 5",
        "namespaces: 5 remaining (shrinking): Namespace dp-0, Namespace dp-1, Namespace dp-2 and 2 more",
        "namespaces: 5 remaining (stuck): Namespace dp-0, Namespace dp-1, Namespace dp-2 and 2 more",
        "namespaces: 4 remaining (shrinking): Namespace dp-1, Namespace dp-2, Namespace dp-3 and 1 more",
    ]


def test_progress_is_reported_while_the_api_server_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "PROGRESS_SECONDS", 0.01)
    lines: list[str] = []
    cluster = FakeCluster()
    cluster.outages = ["no route to host"] * 1000
    with pytest.raises(DeadlineError):
        asyncio.run(finalize(cluster, cluster, DEVELOPMENT, "200ms", "5s", lines.append))
    assert lines[0] == "no route to host; trying again"
    assert set(lines[1:]) == {"deployments.core.choreo.dev: waiting for the API server to list what exists"}


# --- Scope ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("organization", "environment"), [("", "development"), ("acme", ""), ("", "")])
def test_a_scope_without_a_name_is_refused_since_it_would_match_the_objects_of_others(
    organization: str, environment: str
) -> None:
    with pytest.raises(ValueError, match="needs the organization's name and the environment's name"):
        Scope(GENERATION, organization, environment)


def test_a_scope_selects_by_both_labels() -> None:
    assert DEVELOPMENT.sweeps[0].labels == {
        "core.choreo.dev/organization": "acme",
        "core.choreo.dev/environment": "development",
    }
    assert DEVELOPMENT.namespaces.labels == {"organization-name": "acme", "environment-name": "development"}


# --- What changes in the meantime ----------------------------------------------------------------------------------


@pytest.mark.parametrize("other", [deployment("a", environment="staging"), deployment("a", environment=None)], ids=str)
@pytest.mark.parametrize("again", [False, True], ids=["relabelled", "created again"])
def test_what_loses_the_labels_before_it_is_deleted_stays(other: Live, again: bool) -> None:
    cluster = FakeCluster(deployment("a"), deployment("b"))

    def change() -> None:
        if again:
            cluster.remove("Deployment acme/a")
            cluster.add(other)
        else:
            cluster.change(other)

    cluster.then["delete Deployment acme/a"] = change
    finalized(cluster)
    assert cluster.names == ["Deployment acme/a"]
    assert not cluster.lives["Deployment acme/a"].deleting
    assert cluster.requests("delete").count("Deployment acme/a") == 1


def test_what_is_created_again_with_the_labels_before_its_deletion_is_deleted_too() -> None:
    cluster = FakeCluster(deployment("a"))

    def renew() -> None:
        cluster.remove("Deployment acme/a")
        cluster.add(deployment("a"))

    cluster.then["delete Deployment acme/a"] = renew
    finalized(cluster)
    assert cluster.names == []
    assert cluster.requests("gone") == ["Deployment acme/a"] * 2


def test_a_namespace_that_was_made_for_it_is_deleted_even_if_its_labels_are_removed_just_before() -> None:
    cluster = FakeCluster(namespace("dp-1"))
    cluster.then["delete Namespace dp-1"] = lambda: cluster.change(namespace("dp-1", environment=None))
    finalized(cluster, scope=Scope(GENERATION, "acme", "development", frozenset({"dp-1"})))
    assert cluster.names == []


# --- Namespaces that were made for the environment -----------------------------------------------------------------


def test_a_namespace_that_was_made_for_it_is_deleted_even_if_its_labels_were_removed() -> None:
    cluster = FakeCluster(namespace("dp-1"), namespace("dp-2", environment=None, organization=None))
    finalized(cluster, scope=Scope(GENERATION, "acme", "development", frozenset({"dp-1", "dp-2", "dp-gone"})))
    assert cluster.names == []


def test_only_what_no_listing_has_shown_is_asked_for_by_name() -> None:
    cluster = FakeCluster(namespace("dp-1"), namespace("dp-2"))
    finalized(cluster, scope=Scope(GENERATION, "acme", "development", frozenset({"dp-1", "dp-2", "dp-gone"})))
    assert cluster.requests("get") == ["namespaces dp-gone"]


def test_one_without_its_labels_that_is_stuck_is_named_at_the_deadline() -> None:
    cluster = FakeCluster(namespace("dp-1", environment=None), held=["Namespace dp-1"])
    scope = Scope(GENERATION, "acme", "development", frozenset({"dp-1"}))
    with pytest.raises(DeadlineError, match="Namespace dp-1: held by kubernetes"):
        finalized(cluster, namespaces="200ms", scope=scope)


# --- Admission -----------------------------------------------------------------------------------------------------


class Guarded(FakeCluster):
    """A cluster with a webhook that lets nothing be deleted until it has said so `refusals` times."""

    refusals = 1_000_000

    async def delete(self, live: Live) -> None:
        if self.refusals:
            self.refusals -= 1
            self.story.append(f"refuse {live}")
            raise Denied(f"delete {live}: admission webhook says no")
        await super().delete(live)


def test_a_deletion_that_a_webhook_refuses_is_repeated_and_reported_once() -> None:
    cluster = Guarded(deployment("a"))
    cluster.refusals = 3
    assert finalized(cluster) == [
        "deployments.core.choreo.dev: deleting 1",
        "delete Deployment acme/a: admission webhook says no; trying again until the deadline",
    ]
    assert cluster.names == []


def test_a_deletion_that_a_webhook_refuses_until_the_deadline_is_named_with_its_message() -> None:
    cluster = Guarded(deployment("a"), namespace("dp-1"))
    assert failed(cluster, deployments="200ms")[1:] == [
        "  Deployment acme/a: delete Deployment acme/a: admission webhook says no",
        "    inspect: kubectl get deployments.core.choreo.dev a -n acme -o yaml",
    ]
    assert cluster.names == ["Deployment acme/a", "Namespace dp-1"]


# --- For any content of the cluster ----------------------------------------------------------------------------------

NAMES = st.sampled_from(["a", "b", "c", "d", "e"])
ORGANIZATIONS = st.sampled_from(["acme", "other", "acme-development", "", None])
ENVIRONMENTS = st.sampled_from(["development", "staging", "", None])
PLACES = st.sampled_from(["acme", "other", "default"])
LIVES = st.lists(
    st.builds(deployment, NAMES, ENVIRONMENTS, ORGANIZATIONS, PLACES)
    | st.builds(namespace, NAMES, ENVIRONMENTS, ORGANIZATIONS),
    unique_by=str,
    max_size=15,
)


def is_the_environments(live: Live) -> bool:
    """The rule itself: both labels, and for a Deployment the organization's namespace."""
    if live.resource.kind == "Namespace":
        return live.labels.get("organization-name") == "acme" and live.labels.get("environment-name") == "development"
    return (
        live.labels.get("core.choreo.dev/organization") == "acme"
        and live.labels.get("core.choreo.dev/environment") == "development"
        and live.namespace == "acme"
    )


@hypothesis_settings(max_examples=60, deadline=None)
@given(LIVES, st.lists(st.just("no route to host"), max_size=2), st.integers(0, 2))
def test_exactly_what_has_both_labels_is_deleted(lives: list[Live], outages: list[str], breaks: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(removal, "RETRY_SECONDS", 0.001)
        cluster = FakeCluster(*lives, breaks=breaks)
        cluster.outages = outages
        finalized(cluster)
    ours = {str(live) for live in lives if is_the_environments(live)}
    assert set(cluster.names) == {str(live) for live in lives} - ours
    assert set(cluster.requests("delete")) == ours
    assert not any(live.deleting for live in cluster.lives.values())

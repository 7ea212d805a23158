"""The finalizers of one process share lists and watches; each receives its own objects, and misses no event."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack
from typing import Any, NoReturn

import pytest

from choreo_components.api.core_v1 import labels
from choreo_components.api.core_v1.generation import GENERATION
from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.kubernetes.client import ClusterError, Unreachable
from choreo_components.kubernetes.objects import Live, Resource
from choreo_components.teardown import informer, removal
from choreo_components.teardown.environment import Scope, finalize
from choreo_components.teardown.informer import Follower, Selection, follow
from choreo_components.teardown.removal import Deadline, Removal
from tests.provider.fake_cluster import FakeCluster, deployment, namespace

ENVIRONMENTS = [f"env-{number}" for number in range(20)]
DEVELOPMENT, STAGING = (Scope(GENERATION, "acme", name).namespaces for name in ("development", "staging"))


def made_for(environment: str) -> Live:
    """The environment's namespace with the name that OpenChoreo gives it, whose content is not examined."""
    made = namespace(data_plane_namespace("acme", "shop", environment), environment)
    metadata = {**made.metadata, "labels": {**made.labels, labels.PROJECT_NAME: "shop"}}
    return Live(made.resource, {**made.manifest, "metadata": metadata})


async def reported(follower: Follower, count: int) -> list[str]:
    """The first of its events."""
    found: list[str] = []
    async with asyncio.timeout(5):
        async for event, live in follower.events():
            found.append(f"{event} {live.name}")
            if len(found) == count:
                break
    return found


def test_many_environments_that_are_finalized_at_once_share_their_lists_and_watches() -> None:
    namespaces = [made_for(name) for name in ENVIRONMENTS]
    cluster = FakeCluster(*namespaces, *(deployment(name, name) for name in ENVIRONMENTS), namespace("other", "other"))
    lines: list[str] = []
    cluster.held.update(cluster.names)

    def release_together() -> None:
        """Otherwise a late one would find the others gone, and watch alone."""
        asked = cluster.requests("delete")
        if len(asked) % len(ENVIRONMENTS) == 0:
            for name in asked[-len(ENVIRONMENTS) :]:
                asyncio.get_running_loop().call_later(0.01, cluster.remove, name)

    cluster.then = {f"delete {name}": release_together for name in cluster.names}

    async def all_of_them() -> None:
        scopes = [Scope(GENERATION, "acme", name) for name in ENVIRONMENTS]
        await asyncio.gather(*(finalize(cluster, cluster, scope, "5s", "5s", lines.append) for scope in scopes))

    asyncio.run(all_of_them())
    assert cluster.names == ["Namespace other"]
    assert len(cluster.requests("delete")) == len(set(cluster.requests("delete"))) == 2 * len(ENVIRONMENTS)
    assert len(cluster.requests("list")) < len(ENVIRONMENTS)
    assert len(cluster.requests("watch")) <= 4, "for each kind one of the first environment, and one of all others"


def test_environments_that_share_a_watch_survive_its_breaking_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "RETRY_SECONDS", 0.005)
    cluster = FakeCluster(*(namespace(name, name) for name in ENVIRONMENTS), breaks=3)

    async def all_of_them() -> None:
        scopes = [Scope(GENERATION, "acme", name) for name in ENVIRONMENTS]
        await asyncio.gather(*(finalize(cluster, cluster, scope, "5s", "5s", lambda _: None) for scope in scopes))

    asyncio.run(all_of_them())
    assert cluster.names == []


def test_each_follower_receives_its_own_objects_only() -> None:
    cluster = FakeCluster(namespace("dev", "development"), namespace("stage", "staging"), namespace("far", "far"))

    async def run() -> None:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(follow(cluster, Scope(GENERATION, "acme", "far").namespaces))
            ours = await stack.enter_async_context(follow(cluster, DEVELOPMENT))
            theirs = await stack.enter_async_context(follow(cluster, STAGING))
            assert [[live.name for live in each.found] for each in (ours, theirs)] == [["dev"], ["stage"]]
            cluster.add(namespace("late", "development"))
            cluster.remove("Namespace stage")
            assert await reported(ours, 1) == ["ADDED late"]
            assert await reported(theirs, 1) == ["DELETED stage"]

    asyncio.run(run())


def test_an_object_that_loses_the_labels_is_reported_as_deleted_as_in_a_separate_watch() -> None:
    follower = Follower(DEVELOPMENT)
    follower.begin([namespace("dev", "development")], None)
    follower.take("MODIFIED", namespace("dev", "staging"))
    follower.take("MODIFIED", namespace("dev", "staging"))
    follower.take("MODIFIED", namespace("dev", "development"))
    assert asyncio.run(reported(follower, 2)) == ["DELETED dev", "MODIFIED dev"]


@pytest.mark.parametrize("early", [True, False], ids=["before the list is there", "after it"])
def test_an_event_that_the_list_includes_is_not_reported_however_late_it_arrives(early: bool) -> None:
    """One that was relabelled, one that was created again, and one that is as it was listed."""
    events = [
        ("MODIFIED", namespace("relabelled", "development", resourceVersion="8")),
        ("DELETED", namespace("again", "development", resourceVersion="9")),
        ("ADDED", namespace("same", "development", resourceVersion="10")),
        ("MODIFIED", namespace("same", "development", resourceVersion="11")),
        ("DELETED", namespace("again", "development", resourceVersion="100")),
    ]
    follower = Follower(DEVELOPMENT)
    for event in events if early else []:
        follower.take(*event)
    follower.begin([namespace("again", "development"), namespace("same", "development")], "10")
    for event in events if not early else []:
        follower.take(*event)
    follower.end(None)
    assert asyncio.run(reported(follower, 3)) == ["MODIFIED same", "DELETED again"]


@pytest.mark.parametrize("versions", [("9", "a1"), ("a1", "9"), ("9", None)], ids=str)
def test_an_event_that_may_be_newer_than_the_list_is_reported(versions: tuple[str, str | None]) -> None:
    version, listed = versions
    follower = Follower(DEVELOPMENT)
    follower.begin([], listed)
    follower.take("ADDED", namespace("dev", "development", resourceVersion=version))
    assert asyncio.run(reported(follower, 1)) == ["ADDED dev"]


class Lagging(FakeCluster):
    """A cluster whose watches report nothing until `resumed`."""

    def __init__(self, *lives: Live) -> None:
        super().__init__(*lives)
        self.resumed = asyncio.Event()

    async def watch(self, *asked: Any, **more: Any) -> AsyncGenerator[tuple[str, Live], None]:
        await self.resumed.wait()
        async for event in super().watch(*asked, **more):
            yield event


def deletions_of_a_late_follower(*, opaque: bool) -> list[str]:
    """The deletions of a follower that joins a watch which reports late what was relabelled or created again before."""
    cluster = Lagging(namespace("far", "far"), namespace("busy", "development"))
    cluster.opaque = opaque

    async def run() -> None:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(follow(cluster, Scope(GENERATION, "acme", "far").namespaces))
            await stack.enter_async_context(follow(cluster, DEVELOPMENT))
            cluster.add(namespace("saved", "staging"))
            cluster.add(namespace("kept", "staging"))
            cluster.change(namespace("saved", "elsewhere"))
            cluster.remove("Namespace kept")
            cluster.add(namespace("kept", "elsewhere"))
            cluster.add(namespace("ours", "staging", finalizers=["example.com/mine"]))
            cluster.held.add("Namespace ours")
            removing = asyncio.create_task(Removal(cluster, STAGING, lambda _: None).run(Deadline.after("5s")))
            await asyncio.sleep(0.02)
            cluster.resumed.set()
            await asyncio.sleep(0.05)
            cluster.remove("Namespace ours")
            await removing

    asyncio.run(run())
    assert cluster.names == ["Namespace busy", "Namespace far", "Namespace kept", "Namespace saved"]
    assert not any(live.deleting for live in cluster.lives.values())
    return cluster.requests("delete")


def test_joining_an_older_watch_deletes_nothing_that_was_relabelled_or_created_again_since() -> None:
    assert deletions_of_a_late_follower(opaque=False) == ["Namespace ours"]


def test_where_versions_cannot_be_compared_the_api_server_keeps_what_was_relabelled_or_created_again_since() -> None:
    assert {"Namespace saved", "Namespace kept"} < set(deletions_of_a_late_follower(opaque=True))


def test_a_watch_that_has_fallen_silent_is_replaced_also_while_others_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(informer, "RELIST_SECONDS", 0.5)
    cluster = FakeCluster(namespace("far", "far"), namespace("dev", "development"), namespace("stage", "staging"))
    cluster.mute = True

    async def until_the_watch_ends(selection: Selection) -> list[str]:
        async with follow(cluster, selection) as followed:
            return [event async for event, _ in followed.events()]

    async def run() -> None:
        async with AsyncExitStack() as stack, asyncio.timeout(5):
            await stack.enter_async_context(follow(cluster, Scope(GENERATION, "acme", "far").namespaces))
            first = asyncio.create_task(until_the_watch_ends(DEVELOPMENT))
            await asyncio.sleep(0.05)
            staying = await stack.enter_async_context(follow(cluster, STAGING))
            assert len(cluster.requests("watch")) == 2, "the first environment's, and one for all others"
            assert await first == []
            assert [event async for event, _ in staying.events()] == [], "its watch ends too, though it is new"
            cluster.mute = False
            again = await stack.enter_async_context(follow(cluster, DEVELOPMENT))
            cluster.remove("Namespace dev")
            assert await reported(again, 1) == ["DELETED dev"]
            assert len(cluster.requests("watch")) == 3

    asyncio.run(run())


def test_environments_whose_watch_falls_silent_are_finalized_by_listing_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(informer, "RELIST_SECONDS", 0.05)
    monkeypatch.setattr(removal, "RETRY_SECONDS", 0.005)
    cluster = FakeCluster(*(namespace(name, name) for name in ENVIRONMENTS))
    cluster.mute = True

    async def all_of_them() -> None:
        scopes = [Scope(GENERATION, "acme", name) for name in ENVIRONMENTS]
        await asyncio.gather(*(finalize(cluster, cluster, scope, "5s", "5s", lambda _: None) for scope in scopes))

    asyncio.run(all_of_them())
    assert cluster.names == []
    assert len(cluster.requests("list namespaces")) <= 6, "they list again together"


def test_an_event_that_arrives_before_the_list_is_not_lost() -> None:
    """The list shows what was there when it was made, and its answer may be later than the report."""
    follower = Follower(DEVELOPMENT)
    follower.take("DELETED", namespace("dev", "development"))
    follower.begin([namespace("dev", "development")], None)
    assert asyncio.run(reported(follower, 1)) == ["DELETED dev"]


def test_a_follower_that_arrives_during_a_list_gets_a_later_one() -> None:
    listed = asyncio.Event()
    answered = asyncio.Event()

    class Slow(FakeCluster):
        async def list(
            self, resource: Resource, labels: Mapping[str, str | None], namespace: str | None = None
        ) -> tuple[list[Live], str | None]:
            found = await super().list(resource, labels, namespace)
            listed.set()
            await answered.wait()
            return found

    cluster = Slow()

    async def names() -> list[str]:
        async with follow(cluster, DEVELOPMENT) as followed:
            return [live.name for live in followed.found]

    async def run() -> list[list[str]]:
        early = asyncio.create_task(names())
        await listed.wait()
        cluster.add(namespace("dev", "development"))
        late = [asyncio.create_task(names()) for _ in range(3)]
        await asyncio.sleep(0.01)
        answered.set()
        return await asyncio.gather(early, *late)

    assert asyncio.run(run()) == [[], ["dev"], ["dev"], ["dev"]]
    assert len(cluster.requests("list")) == 2


def test_a_list_that_fails_fails_for_all_that_wait_for_it_and_the_next_may_succeed() -> None:
    cluster = FakeCluster(namespace("dev", "development"))
    cluster.outages = ["no route to host"]

    async def names() -> list[str] | str:
        try:
            async with follow(cluster, DEVELOPMENT) as followed:
                return [live.name for live in followed.found]
        except Unreachable as problem:
            return str(problem)

    async def run() -> list[list[str] | str]:
        return [*await asyncio.gather(names(), names()), await names()]

    assert asyncio.run(run()) == ["no route to host", "no route to host", ["dev"]]


def test_what_a_watch_raises_reaches_those_that_follow() -> None:
    class Raising(FakeCluster):
        def watch(self, *_: object) -> NoReturn:
            raise ClusterError("a mistake of ours")

    async def run() -> None:
        async with follow(Raising(namespace("dev", "development")), DEVELOPMENT) as followed:
            await reported(followed, 1)

    with pytest.raises(ClusterError, match="a mistake of ours"):
        asyncio.run(run())


def test_a_cancelled_follower_does_not_affect_the_others_and_the_last_one_ends_the_watch() -> None:
    cluster = FakeCluster(namespace("dev", "development"))

    async def run() -> None:
        async def stay() -> list[str]:
            async with follow(cluster, DEVELOPMENT) as followed:
                return await reported(followed, 1)

        leaving, staying = asyncio.create_task(stay()), asyncio.create_task(stay())
        await asyncio.sleep(0.01)
        leaving.cancel()
        await asyncio.wait([leaving])
        cluster.remove("Namespace dev")
        assert await staying == ["DELETED dev"]
        assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []

    asyncio.run(run())

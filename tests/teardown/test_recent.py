"""Checks of many environments, made one after the other, share one list for some seconds."""

import asyncio

import pytest

from choreo_components.api.core_v1.generation import GENERATION
from choreo_components.kubernetes.objects import Live
from choreo_components.teardown import recent as module
from choreo_components.teardown.environment import Scope
from choreo_components.teardown.recent import recent
from tests.provider.fake_cluster import FakeCluster, namespace

ENVIRONMENTS = [f"env-{number}" for number in range(10)]


def asked(cluster: FakeCluster, *environments: str) -> list[list[Live]]:
    """The namespaces of each environment, requested one by one."""

    async def run() -> list[list[Live]]:
        return [await recent(cluster, Scope(GENERATION, "acme", name).namespaces) for name in environments]

    return asyncio.run(run())


def test_the_first_environment_is_listed_alone_and_all_others_together() -> None:
    cluster = FakeCluster(*(namespace(name, name) for name in ENVIRONMENTS), namespace("far", "env-0", "other"))
    found = asked(cluster, *ENVIRONMENTS)
    assert [[live.name for live in lives] for lives in found] == [[name] for name in ENVIRONMENTS]
    assert cluster.requests("list") == ["namespaces", "namespaces"]


def test_a_list_is_used_for_a_short_time_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RECENT_SECONDS", -1.0)
    cluster = FakeCluster(namespace("dev", "development"))
    asked(cluster, "development", "development")
    assert cluster.requests("list") == ["namespaces", "namespaces"]


def test_another_cluster_is_listed_separately() -> None:
    assert asked(FakeCluster(namespace("dev", "development")), "development")[0]
    assert asked(FakeCluster(), "development") == [[]]

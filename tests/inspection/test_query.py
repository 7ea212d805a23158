"""Queries: each cluster is read with the kubeconfigs of the stacks that name the requested organizations."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import pytest

from choreo_components.api.core_v1 import API_VERSION
from choreo_components.inspection import query as asking
from choreo_components.inspection.query import Answers, ask, ask_for_declared
from choreo_components.inspection.questions import Objects, Unread
from choreo_components.inspection.snapshot import Snapshot
from choreo_components.inspection.target_clusters import OpenedStack, TargetCluster
from choreo_components.kubernetes.client import Unauthorized
from choreo_components.preflight.crd_compatibility import Definitions
from tests import declaring
from tests.declaring import Manifest, stack
from tests.inspection.worlds import live

Asked = list[tuple[str | Path | None, Any, Any]]
"""The kubeconfig, the organizations, and the kubeconfigs of data planes of each query."""


class OneServer:
    """A cluster with some kubeconfig; the one with the name dead is not accepted."""

    def __init__(self, kubeconfig: str | Path | None) -> None:
        self.kubeconfig = kubeconfig

    async def __aenter__(self) -> Self:
        if self.kubeconfig == "dead":
            raise Unauthorized("answers 401")
        return self

    async def __aexit__(self, *_: object) -> None:
        pass


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """The queries to clusters; each answer is incomplete for its organizations."""
    questions: Asked = []

    async def take(cluster: OneServer, organizations: frozenset[str], given: Any, wanted: Any) -> Snapshot:
        questions.append((cluster.kubeconfig, organizations, given))
        objects = tuple(live(declaring.project(organization=name)) for name in sorted(organizations))
        unread: Unread = {Objects(API_VERSION, "Build", name): f"builds of {name}" for name in organizations}
        return Snapshot("https://one", objects, unread=unread, organizations=organizations)

    async def take_declared(cluster: OneServer, plans: Sequence[Any], given: Any) -> Snapshot:
        questions.append((cluster.kubeconfig, frozenset(n.key.organization for p in plans for n in p.nodes), given))
        return Snapshot("https://one")

    async def definitions(cluster: OneServer, wanted: object) -> Definitions:
        return Definitions({})

    for name, fake in (
        ("Cluster", OneServer),
        ("take", take),
        ("take_declared", take_declared),
        ("definitions", definitions),
    ):
        monkeypatch.setattr(asking, name, fake)
    return questions


def opened(name: str, kubeconfig: str, *objects: Manifest, **data_planes: str) -> OpenedStack:
    made = stack(*objects)
    return OpenedStack(name, made.settings, made.plan, kubeconfig, data_planes)


def target(*stacks: OpenedStack) -> TargetCluster:
    return TargetCluster(stacks[0].kubeconfig, stacks)


def by_kubeconfig(asked: Asked) -> dict[Any, Any]:
    return {kubeconfig: organizations for kubeconfig, organizations, _ in asked}


ACME = opened("a", "first", declaring.organization(), **{"dp-local": "east"})
BETA = opened("b", "other", declaring.organization("beta"), **{"dp-local": "west"})
BOTH = target(ACME, BETA, opened("c", "other", declaring.organization("gamma")))


def test_an_organization_is_read_with_the_kubeconfig_of_a_stack_that_names_it(asked: Asked) -> None:
    (answer,) = asyncio.run(ask([BOTH])).answers
    assert by_kubeconfig(asked) == {"first": {"acme"}, "other": {"beta", "gamma"}}
    assert sorted(each.namespace or "" for each in answer.snapshot.objects) == ["acme", "beta", "gamma"]


def test_an_organization_that_no_stack_names_is_read_with_all_kubeconfigs(asked: Asked) -> None:
    asyncio.run(ask([BOTH], ["delta"]))
    assert by_kubeconfig(asked) == {"first": {"acme", "delta"}, "other": {"beta", "gamma", "delta"}}


def test_without_stacks_the_named_organizations_are_read(asked: Asked) -> None:
    asyncio.run(ask([TargetCluster(None, ())], ["delta"]))
    assert by_kubeconfig(asked) == {None: {"delta"}}


def test_what_is_declared_is_read_with_the_kubeconfig_of_its_stack(asked: Asked) -> None:
    said = asyncio.run(ask_for_declared([BOTH]))
    assert by_kubeconfig(asked) == {"first": {"acme"}, "other": {"beta", "gamma"}}
    assert [[each.name for each in answer.target.stacks] for answer in said.answers] == [["a"], ["b", "c"]]


@pytest.mark.parametrize("question", [ask, ask_for_declared])
def test_data_planes_of_one_name_keep_the_kubeconfigs_of_their_organizations(asked: Asked, question: Any) -> None:
    same = replace(BETA, kubeconfig="first")
    asyncio.run(question([target(ACME, same)]))
    ((_, _, given),) = asked
    assert given == {"acme": {"dp-local": "east"}, "beta": {"dp-local": "west"}}


@pytest.mark.parametrize("question", [ask, ask_for_declared])
def test_a_failure_with_one_kubeconfig_is_reported_with_the_answers_of_the_others(asked: Asked, question: Any) -> None:
    said: Answers = asyncio.run(question([target(opened("d", "dead", declaring.project()), ACME)]))
    assert len(said.answers) == 1
    assert "answers 401" in said.unread


def test_what_is_unknown_is_reported_in_a_stable_order(asked: Asked) -> None:
    said = asyncio.run(ask([BOTH, target(opened("d", "dead", declaring.project()))]))
    assert said.unread == ["answers 401", "builds of acme", "builds of beta", "builds of gamma"]

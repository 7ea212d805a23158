"""A census takes one list for each kind in each organization, and remembers what it could not see."""

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import pytest

from choreo_components.api import KINDS
from choreo_components.cluster import NAMESPACES, Cluster, ClusterError, Live, Resource, Unreachable
from choreo_components.inspection.census import Census, take
from tests.inspection.worlds import live, namespace
from tests.stack import declaring


class Counting:
    """A cluster that has these objects, answers nothing about what it forbids, and counts its requests."""

    server = "https://cluster"

    def __init__(self, *lives: Live, forbidden: tuple[str, str | None] | None = None) -> None:
        self.lives = lives
        self.forbidden = forbidden
        self.requests = 0

    async def kinds(self, group: str, version: str) -> frozenset[str]:
        self.requests += 1
        return frozenset(kind for _, kind in KINDS)

    async def list(
        self, resource: Resource, labels: Mapping[str, str], namespace: str | None = None
    ) -> tuple[list[Live], str | None]:
        self.requests += 1
        assert not labels, "an object whose labels were changed would not be seen"
        if (resource.plural, namespace) == self.forbidden:
            raise ClusterError("answers 403")
        return [each for each in self.lives if each.resource == resource and each.namespace == namespace], "1"


class Away(Counting):
    """A cluster that nobody reaches."""

    async def kinds(self, group: str, version: str) -> frozenset[str]:
        raise Unreachable("away")


def taken(cluster: Counting, *organizations: str) -> Census:
    return asyncio.run(take(cast(Cluster, cluster), organizations))


def objects(count: int) -> list[Live]:
    made = [live(declaring.project(f"project-{number}")) for number in range(count)]
    return [*made, *(namespace(f"dp-{number}", {}) for number in range(count)), live(declaring.organization())]


def test_the_number_of_requests_does_not_grow_with_the_objects() -> None:
    few, many = Counting(*objects(1)), Counting(*objects(2000))
    assert len(taken(few, "acme").objects) == 2
    assert len(taken(many, "acme").objects) == 2001
    assert few.requests == many.requests == 14, "the kinds that are served, 12 kinds, and namespaces"


def test_each_organization_more_takes_a_list_for_each_kind_in_a_namespace() -> None:
    cluster = Counting()
    taken(cluster, "acme", "beta")
    assert cluster.requests == 14 + 11


def test_what_may_not_be_listed_is_remembered_and_the_rest_is_there() -> None:
    census = taken(Counting(*objects(1), forbidden=("projects", "acme")), "acme", "beta")
    assert not census.knows("Project", "acme")
    assert census.knows("Project", "beta")
    assert list(census.unread.values()) == ["projects.core.choreo.dev in namespace 'acme': answers 403"]
    assert [each.name for each in census.objects] == ["acme"]


@pytest.mark.parametrize(("plural", "kind"), [("organizations", "Organization"), (NAMESPACES.plural, NAMESPACES.kind)])
def test_what_belongs_to_the_whole_cluster_is_unknown_of_every_organization(plural: str, kind: str) -> None:
    census = taken(Counting(forbidden=(plural, None)), "acme")
    assert not census.knows(kind, "acme")
    assert census.knows("Project", "acme")


def test_a_cluster_that_nobody_reaches_is_asked_once() -> None:
    cluster: Any = Away()
    with pytest.raises(Unreachable):
        taken(cluster, "acme")
    assert cluster.requests == 0

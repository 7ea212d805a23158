"""A namespace that carries an environment's labels and is not the environment's stays, and somebody is told."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from choreo_components.api.core_v1.generation import GENERATION
from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.kubernetes.client import ClusterError, Forbidden
from choreo_components.kubernetes.objects import Live, Resource
from choreo_components.teardown.environment import Scope, SparedError, finalize
from tests.provider.fake_cluster import FakeCluster, namespace

PROJECT = Resource("core.choreo.dev", "v1", "Project", "projects")
OURS = data_plane_namespace("acme", "shop", "development")


def labelled(name: str, **more: str) -> Live:
    """A namespace with the environment's labels, and more of them."""
    live = namespace(name)
    return Live(live.resource, {**live.manifest, "metadata": {**live.metadata, "labels": {**live.labels, **more}}})


def project(where: str, organization: str = "other") -> Live:
    """A Project of another organization, in that namespace."""
    labels = {"core.choreo.dev/organization": organization}
    return Live(PROJECT, {"metadata": {"name": "shop", "namespace": where, "labels": labels}})


def spared(cluster: FakeCluster, names: Sequence[str] = ()) -> str:
    """What the finalization of `development` of `acme` fails with."""
    with pytest.raises(SparedError) as error:
        asyncio.run(
            finalize(
                cluster, cluster, Scope(GENERATION, "acme", "development", frozenset(names)), "5s", "5s", lambda _: None
            )
        )
    return str(error.value)


@pytest.mark.parametrize(
    ("victim", "reason"),
    [
        (labelled("default"), "it is Kubernetes' own"),
        (labelled("kube-system"), "it is Kubernetes' own"),
        (labelled("acme"), "it is the namespace of organization 'acme'"),
        (labelled("x", **{"core.choreo.dev/organization": "other"}), "it is the namespace of organization 'other'"),
    ],
    ids=lambda value: value.name if isinstance(value, Live) else "",
)
def test_a_namespace_that_is_somebody_elses_stays_and_is_named(victim: Live, reason: str) -> None:
    cluster = FakeCluster(victim, namespace("dp-1"))
    said = spared(cluster)
    assert cluster.names == [f"Namespace {victim.name}"]
    assert said.splitlines()[:3] == [
        "1 left, since the environment may not take them along:",
        f"  Namespace {victim.name}: {reason}",
        f"    inspect: kubectl get namespace {victim.name} --show-labels",
    ]
    assert "kubectl label namespace NAME organization-name- environment-name-" in said


def test_a_namespace_that_holds_an_organizations_objects_stays() -> None:
    cluster = FakeCluster(labelled("sneaky"), project("sneaky"))
    assert "Namespace sneaky: it holds Project 'shop' of organization 'other'" in spared(cluster)
    assert cluster.names == ["Namespace sneaky", "Project sneaky/shop"]


def test_a_namespace_that_nobody_may_look_into_stays() -> None:
    class Closed(FakeCluster):
        async def list(self, resource: Resource, *more: object) -> tuple[list[Live], str | None]:
            if resource == PROJECT:
                raise ClusterError("list projects: 403")
            return await super().list(resource, *more)  # type: ignore[arg-type]

    assert "nobody may look at what it holds: list projects: 403" in spared(Closed(labelled("sneaky")))


def test_where_none_of_openchoreos_kinds_is_served_nobody_has_to_be_allowed_to_look() -> None:
    class DataPlane(FakeCluster):
        async def list(self, resource: Resource, *more: object) -> tuple[list[Live], str | None]:
            if resource == PROJECT:
                raise Forbidden("list projects: 403")
            return await super().list(resource, *more)  # type: ignore[arg-type]

    cluster = DataPlane(labelled("stray"))
    assert "nobody may look" in spared(cluster)
    cluster.served = frozenset()
    asyncio.run(finalize(cluster, cluster, Scope(GENERATION, "acme", "development"), "5s", "5s", lambda _: None))
    assert cluster.names == []


def test_what_has_the_name_that_openchoreo_makes_of_its_labels_is_not_looked_into() -> None:
    cluster = FakeCluster(labelled(OURS, **{"project-name": "shop"}))
    asyncio.run(finalize(cluster, cluster, Scope(GENERATION, "acme", "development"), "5s", "5s", lambda _: None))
    assert cluster.names == []
    assert "list projects" not in cluster.story


def test_a_namespace_that_was_made_for_the_environment_and_is_labelled_as_anothers_now_stays() -> None:
    cluster = FakeCluster(namespace("dp-1", environment="staging"))
    assert "Namespace dp-1: its label environment-name says 'staging'" in spared(cluster, ["dp-1"])
    assert cluster.names == ["Namespace dp-1"]


def test_one_whose_labels_are_taken_off_lets_the_next_destroy_pass() -> None:
    cluster = FakeCluster(labelled("default"))
    spared(cluster)
    cluster.lives = {"Namespace default": namespace("default", None, None)}
    asyncio.run(finalize(cluster, cluster, Scope(GENERATION, "acme", "development"), "5s", "5s", lambda _: None))
    assert cluster.names == ["Namespace default"]


NAMES = st.sampled_from(["default", "kube-public", "acme", "other", "team-a", "team-b", OURS])
LIVES = st.lists(
    st.builds(
        lambda name, environment, organization, mark: Live(
            (live := namespace(name, environment, organization)).resource,
            {**live.manifest, "metadata": {**live.metadata, "labels": {**live.labels, **mark}}},
        ),
        NAMES,
        st.sampled_from(["development", "staging", "", None]),
        st.sampled_from(["acme", "other", "", None]),
        st.sampled_from([{}, {"project-name": "shop"}, {"core.choreo.dev/organization": "other"}]),
    ),
    unique_by=str,
)
HELD = st.lists(st.builds(project, NAMES, st.sampled_from(["acme", "other"])), unique_by=str, max_size=3)


def goes(live: Live, held: Sequence[Live]) -> bool:
    """Told by the letter: both labels, and either OpenChoreo's name for it or nobody else's namespace."""
    carries = live.labels.get("organization-name") == "acme" and live.labels.get("environment-name") == "development"
    if live.name == OURS and live.labels.get("project-name") == "shop":
        return carries
    reserved = live.name in ("default", "kube-public", "acme") or "core.choreo.dev/organization" in live.labels
    return carries and not reserved and live.name not in {each.namespace for each in held}


@hypothesis_settings(max_examples=150, deadline=None)
@given(LIVES, HELD)
def test_exactly_the_environments_own_namespaces_are_deleted(lives: list[Live], held: list[Live]) -> None:
    cluster = FakeCluster(*lives, *held)
    with suppress(SparedError):
        asyncio.run(finalize(cluster, cluster, Scope(GENERATION, "acme", "development"), "5s", "5s", lambda _: None))
    ours = {str(live) for live in lives if goes(live, held)}
    assert set(cluster.requests("delete")) == ours
    assert set(cluster.names) == {str(live) for live in (*lives, *held)} - ours

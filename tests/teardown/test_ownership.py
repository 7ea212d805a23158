"""A namespace that has an environment's labels and does not belong to it is kept and reported."""

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
from choreo_components.teardown.environment import KeptError, Scope, finalize
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
    with pytest.raises(KeptError) as error:
        asyncio.run(
            finalize(
                cluster, cluster, Scope(GENERATION, "acme", "development", frozenset(names)), "5s", "5s", lambda _: None
            )
        )
    return str(error.value)


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (labelled("default"), "it belongs to Kubernetes"),
        (labelled("kube-system"), "it belongs to Kubernetes"),
        (labelled("acme"), "it is the namespace of organization 'acme'"),
        (labelled("x", **{"core.choreo.dev/organization": "other"}), "it is the namespace of organization 'other'"),
    ],
    ids=lambda value: value.name if isinstance(value, Live) else "",
)
def test_a_namespace_that_belongs_to_something_else_is_kept_and_reported(found: Live, reason: str) -> None:
    cluster = FakeCluster(found, namespace("dp-1"))
    said = spared(cluster)
    assert cluster.names == [f"Namespace {found.name}"]
    assert said.splitlines()[:3] == [
        "kept 1 namespace that does not belong to the environment, despite its labels:",
        f"  Namespace {found.name}: {reason}",
        f"    inspect: kubectl get namespace {found.name} --show-labels",
    ]
    assert "kubectl label namespace NAME organization-name- environment-name-" in said


def test_a_namespace_that_contains_an_organizations_objects_is_kept() -> None:
    cluster = FakeCluster(labelled("sneaky"), project("sneaky"))
    assert "Namespace sneaky: it contains Project 'shop' of organization 'other'" in spared(cluster)
    assert cluster.names == ["Namespace sneaky", "Project sneaky/shop"]


def test_a_namespace_whose_content_cannot_be_listed_is_kept() -> None:
    class Closed(FakeCluster):
        async def list(self, resource: Resource, *more: object) -> tuple[list[Live], str | None]:
            if resource == PROJECT:
                raise ClusterError("list projects: 403")
            return await super().list(resource, *more)  # type: ignore[arg-type]

    assert "its content cannot be listed: list projects: 403" in spared(Closed(labelled("sneaky")))


def test_no_right_to_list_is_needed_where_none_of_openchoreos_kinds_is_served() -> None:
    class DataPlane(FakeCluster):
        async def list(self, resource: Resource, *more: object) -> tuple[list[Live], str | None]:
            if resource == PROJECT:
                raise Forbidden("list projects: 403")
            return await super().list(resource, *more)  # type: ignore[arg-type]

    cluster = DataPlane(labelled("stray"))
    assert "its content cannot be listed" in spared(cluster)
    cluster.served = frozenset()
    asyncio.run(finalize(cluster, cluster, Scope(GENERATION, "acme", "development"), "5s", "5s", lambda _: None))
    assert cluster.names == []


def test_a_namespace_with_the_name_that_openchoreo_derives_from_its_labels_is_not_examined() -> None:
    cluster = FakeCluster(labelled(OURS, **{"project-name": "shop"}))
    asyncio.run(finalize(cluster, cluster, Scope(GENERATION, "acme", "development"), "5s", "5s", lambda _: None))
    assert cluster.names == []
    assert "list projects" not in cluster.story


def test_a_namespace_that_was_made_for_the_environment_and_has_anothers_labels_by_now_is_kept() -> None:
    cluster = FakeCluster(namespace("dp-1", environment="staging"))
    assert "Namespace dp-1: its label environment-name says 'staging'" in spared(cluster, ["dp-1"])
    assert cluster.names == ["Namespace dp-1"]


def test_the_next_destroy_succeeds_once_the_labels_are_removed() -> None:
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


def is_deletable(live: Live, held: Sequence[Live]) -> bool:
    """The rule itself: both labels, and either OpenChoreo's name for it or a namespace that belongs to nothing else."""
    carries = live.labels.get("organization-name") == "acme" and live.labels.get("environment-name") == "development"
    if live.name == OURS and live.labels.get("project-name") == "shop":
        return carries
    reserved = live.name in ("default", "kube-public", "acme") or "core.choreo.dev/organization" in live.labels
    return carries and not reserved and live.name not in {each.namespace for each in held}


@hypothesis_settings(max_examples=150, deadline=None)
@given(LIVES, HELD)
def test_exactly_the_environments_own_namespaces_are_deleted(lives: list[Live], held: list[Live]) -> None:
    cluster = FakeCluster(*lives, *held)
    with suppress(KeptError):
        asyncio.run(finalize(cluster, cluster, Scope(GENERATION, "acme", "development"), "5s", "5s", lambda _: None))
    ours = {str(live) for live in lives if is_deletable(live, held)}
    assert set(cluster.requests("delete")) == ours
    assert set(cluster.names) == {str(live) for live in (*lives, *held)} - ours

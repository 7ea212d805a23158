"""Dry runs find what an API server would refuse: rules, unknown fields, and what is missing; nothing is stored."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import Namespace

from choreo_components.config.options import Controllers
from choreo_components.kubernetes.client import Cluster, Refusal
from choreo_components.kubernetes.objects import resource_named
from choreo_components.preflight.run import survey
from devcluster import ControlPlane
from tests.declaring import Manifest, stack
from tests.devcluster.api import administrator
from tests.standin.openchoreo_v1alpha1 import samples

_Answer = TypeVar("_Answer")


@pytest.fixture
def namespace(control_plane: ControlPlane) -> str:
    """A namespace with the label, and nothing in it."""
    name = f"acme-{uuid4().hex[:8]}"
    labels = {"openchoreo.dev/control-plane": "true"}
    with administrator(control_plane) as client:
        client.create(Namespace(metadata=ObjectMeta(name=name, labels=labels)))
    return name


def ask(plane: ControlPlane, question: Callable[[Cluster], Awaitable[_Answer]]) -> _Answer:
    async def asked() -> _Answer:
        async with Cluster(plane.kubeconfig) as cluster:
            return await question(cluster)

    return asyncio.run(asked())


def refusals(plane: ControlPlane, manifest: Manifest) -> list[Refusal]:
    name, namespace = manifest["metadata"]["name"], manifest["metadata"]["namespace"]
    resource = resource_named(manifest["apiVersion"], manifest["kind"])

    async def tried(cluster: Cluster) -> list[Refusal]:
        found = await cluster.refusals(resource, name, manifest, namespace)
        assert await cluster.get(resource, name, namespace) is None, "it has no effect"
        return list(found)

    return ask(plane, tried)


def component(namespace: str, **spec: Any) -> Manifest:
    made = samples.component(namespace)
    return {**made, "spec": {**made["spec"], **spec}}


def test_a_valid_object_is_accepted_and_not_stored(control_plane: ControlPlane, namespace: str) -> None:
    assert refusals(control_plane, component(namespace)) == []


def test_what_a_definition_refuses_is_reported_with_its_field(control_plane: ControlPlane, namespace: str) -> None:
    [refusal] = refusals(control_plane, component(namespace, componentType={"name": "service"}))
    assert refusal.field == "spec.componentType.name"
    assert "should match" in refusal.why


def test_a_field_that_would_be_dropped_is_reported(control_plane: ControlPlane, namespace: str) -> None:
    expected = Refusal("spec.autoDeplyo", "field not declared in schema")
    assert refusals(control_plane, component(namespace, autoDeplyo=True)) == [expected]


def test_in_a_namespace_that_does_not_exist_nothing_is_refused(control_plane: ControlPlane) -> None:
    assert refusals(control_plane, component("nowhere")) == []


def test_a_survey_with_dry_runs_of_valid_objects_finds_nothing(control_plane: ControlPlane, namespace: str) -> None:
    of_types = [samples.data_plane(namespace), samples.project_type(namespace), samples.component_type(namespace)]
    pipeline = samples.pipeline(namespace, ("development", []))
    environment = samples.environment(namespace, "development")
    declared = [*of_types, environment, pipeline, samples.project(namespace), samples.component(namespace)]
    found = stack(*declared, controllers="absent")
    assert found.findings == []
    surveyed = asyncio.run(survey(found.plan, Controllers.ABSENT, str(control_plane.kubeconfig), trial=True))
    assert surveyed.findings == ()
    assert refusals(control_plane, component(namespace)) == [], "and makes nothing"

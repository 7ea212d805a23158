"""Existing objects show what a plan would break: duplicate bindings, and replaced objects."""

import asyncio
from typing import Any, cast

import pytest

from choreo_components.config.findings import Finding
from choreo_components.kubernetes.client import Cluster
from choreo_components.kubernetes.objects import Live, resource_named
from choreo_components.preflight.duplicates import duplicates
from choreo_components.preflight.existing import matches, read_existing
from choreo_components.preflight.replacements import replacements
from tests.declaring import Manifest, Stack, stack
from tests.preflight.test_terminating import World
from tests.standin.openchoreo_v1alpha1 import samples


def live(manifest: Manifest) -> Live:
    return Live(resource_named(manifest["apiVersion"], manifest["kind"]), manifest)


def named(name: str, manifest: Manifest) -> Manifest:
    return {**manifest, "metadata": {**manifest["metadata"], "name": name}}


def world(*manifests: Manifest, hidden: tuple[str, ...] = ()) -> World:
    return World(*map(live, manifests), hidden=hidden)


def second(found: Stack, cluster: World) -> list[Finding]:
    return list(duplicates(found.plan, asyncio.run(read_existing(cast(Cluster, cluster), found.plan))))


def changed(found: Stack, cluster: World) -> list[Finding]:
    async def asked() -> list[Finding]:
        there = cast(Cluster, cluster)
        return await replacements(there, found.plan, await read_existing(there, found.plan))

    return asyncio.run(asked())


# --- What may exist only once ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "other", "does", "loses"),
    [
        (
            samples.release_binding("acme", "development"),
            samples.release_binding("acme", "development", name="mine"),
            "binds component 'web' to environment 'development'",
            "what the other one runs",
        ),
        (
            samples.project_release_binding("acme", "development"),
            samples.project_release_binding("acme", "development", name="mine"),
            "binds project 'shop' to environment 'development'",
            "the namespace there with all workloads",
        ),
        (
            samples.resource_release_binding("acme", "development", "orders-1"),
            named("mine", samples.resource_release_binding("acme", "development", "orders-1")),
            "binds resource 'orders' to environment 'development'",
            "what the other one runs",
        ),
    ],
    ids=["a component", "a project", "a resource"],
)
def test_a_binding_is_refused_where_the_cluster_has_one_of_another_name(
    declared: Manifest, other: Manifest, does: str, loses: str
) -> None:
    found = stack(declared)
    [finding] = second(found, world(other))
    kind, plural = declared["kind"], f"{declared['kind'].lower()}s"
    assert finding.where.field == "choreo:resources[0].spec.environment"
    assert finding.message == (
        f"{kind} 'mine' in the cluster {does} already: deleting one of two such bindings deletes {loses}, again "
        "and again; give this one that name, or leave it out until that one is deleted: by pulumi up if a stack "
        f"had it, else by kubectl delete {plural}.openchoreo.dev mine -n acme"
    )


def test_a_second_workload_of_a_component_is_refused() -> None:
    [finding] = second(stack(samples.workload("acme")), world(samples.workload("acme", name="of-a-build")))
    assert finding.message.startswith("Workload 'of-a-build' in the cluster is what component 'web' runs already: ")


@pytest.mark.parametrize(
    "other",
    [
        samples.release_binding("acme", "development"),
        samples.release_binding("acme", "staging"),
        samples.release_binding("acme", "development", component="api"),
        samples.release_binding("other", "development", name="mine"),
    ],
    ids=["itself", "of another environment", "of another component", "of another namespace"],
)
def test_a_binding_of_something_else_is_no_duplicate(other: Manifest) -> None:
    assert second(stack(samples.release_binding("acme", "development")), world(other)) == []


def test_what_the_credentials_may_not_read_is_unknown() -> None:
    mine = samples.release_binding("acme", "development", name="mine")
    assert second(stack(samples.release_binding("acme", "development")), world(mine, hidden=("ReleaseBinding",))) == []


# --- What is replaced ------------------------------------------------------------------------------------------------

ENVIRONMENT = samples.environment("acme", "staging", plane="east")
OF_TWO = samples.pipeline("acme", ("development", ["staging"]))


def test_an_environment_is_not_replaced_while_a_pipeline_names_it() -> None:
    there = world(samples.environment("acme", "staging", plane="west"), OF_TWO)
    [finding] = changed(stack(ENVIRONMENT), there)
    assert str(finding).partition(": ")[2] == (
        "choreo:resources[0].spec.dataPlaneRef.name: error: changing this field replaces the Environment, and "
        "OpenChoreo never finishes deleting the old one while it is named by DeploymentPipeline 'pipeline'; give the "
        "new environment another name, or remove this one from the pipeline in one pulumi up and change it in the next"
    )


def test_an_environment_that_no_pipeline_names_is_replaced_with_a_warning() -> None:
    there = world(samples.environment("acme", "staging", plane="west"), samples.pipeline("acme", ("development", [])))
    [finding] = changed(stack(ENVIRONMENT), there)
    assert finding.severity.value == "warning"
    assert "everything deployed in the old one is deleted first" in finding.message


def test_an_environment_without_a_data_plane_so_far_keeps_its_contents() -> None:
    before = {**ENVIRONMENT, "spec": {"isProduction": True}}
    assert changed(stack(ENVIRONMENT), world(before, OF_TWO)) == []


def test_what_is_deleted_with_a_replaced_project_is_named() -> None:
    there = world(
        samples.project("acme", of_type="other"),
        samples.component("acme"),
        samples.resource("acme"),
        samples.project_release_binding("acme", "development"),
        samples.component("acme", "api", project="portal"),
    )
    [finding] = changed(stack(samples.project("acme")), there)
    assert str(finding).partition(": ")[2] == (
        "choreo:resources[0].spec.type: warning: changing this field replaces the Project: OpenChoreo deletes "
        "Component 'web'; ProjectReleaseBinding 'shop-development'; Resource 'orders' with the old one, and "
        "all that runs of them; to re-create what this and other stacks declare of it, run pulumi up --refresh of each"
    )


def test_a_replaced_component_is_a_warning() -> None:
    before = samples.component("acme")
    before["spec"] = {**before["spec"], "componentType": {"kind": "ComponentType", "name": "deployment/old"}}
    [finding] = changed(stack(samples.component("acme")), world(before))
    assert finding.where.field == "choreo:resources[0].spec.componentType"
    assert "deletes the old one with its Workload, its releases, and all that runs of it" in finding.message


def test_a_binding_that_retains_its_resource_is_never_replaced() -> None:
    before = samples.resource_release_binding("acme", "staging", "orders-1", retainPolicy="Retain")
    after = samples.resource_release_binding("acme", "development", "orders-1")
    [finding] = changed(stack(named("orders", after)), world(named("orders", before)))
    assert finding.severity.value == "error"
    assert "the old one retains its resource: its deletion never finishes" in finding.message


def test_what_is_unchanged_needs_no_request_for_dependents() -> None:
    there = world(samples.project("acme"))
    assert changed(stack(samples.project("acme")), there) == []
    assert there.asked == ["get projects shop"]


@pytest.mark.parametrize(
    ("there", "declared", "same"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ([{"a": 1, "b": 2}], [{"a": 1}], True),
        ([1, 2], [1], False),
        (None, {}, False),
        ("a", "b", False),
    ],
)
def test_a_live_value_may_have_more_than_was_declared(there: Any, declared: Any, same: bool) -> None:
    assert matches(there, declared) is same

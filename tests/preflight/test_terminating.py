"""What is being deleted counts as missing, whatever refers to it and wherever it is."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, cast

import pytest

from choreo_components.api.core_v1 import API_VERSION
from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.api.generation import Severity, Target
from choreo_components.config.findings import Finding
from choreo_components.kubernetes.client import Cluster, ClusterError, Forbidden
from choreo_components.kubernetes.objects import NAMESPACES, Live, Resource, resource_named
from choreo_components.plan.nodes import Key
from choreo_components.plan.references import Found
from choreo_components.preflight.existing import read_existing
from choreo_components.preflight.terminating import leaving, terminating, terminating_namespaces
from tests import declaring
from tests.declaring import Stack, stack
from tests.preflight.test_data_planes import kubeconfig

SINCE = "2025-05-09T00:00:00Z"
GONE_WHEN = f"being deleted since {SINCE}"
DEVELOPMENT = data_plane_namespace("acme", "shop", "development")
STAGING = data_plane_namespace("acme", "shop", "staging")


class World:
    """A cluster that has these objects, and remembers what it was asked; `hidden` are kinds that may not be read."""

    def __init__(self, *lives: Live, hidden: Sequence[str] = ()) -> None:
        self.lives = lives
        self.hidden = hidden
        self.asked: list[str] = []
        self.refuses: ClusterError | None = None

    async def get(self, resource: Resource, name: str, namespace: str | None = None) -> Live | None:
        self._answer(resource, f"get {resource.plural} {name}")
        return next((live for live in self._of(resource, namespace) if live.name == name), None)

    async def list(
        self, resource: Resource, labels: Mapping[str, str], namespace: str | None = None
    ) -> tuple[list[Live], str | None]:
        reported = "".join(f" {key}={value}" for key, value in labels.items())
        self._answer(resource, f"list {resource.plural}{reported}")
        return [live for live in self._of(resource, namespace) if labels.items() <= live.labels.items()], "1"

    def _of(self, resource: Resource, namespace: str | None) -> Sequence[Live]:
        return [live for live in self.lives if live.resource == resource and live.namespace == namespace]

    def _answer(self, resource: Resource, question: str) -> None:
        self.asked.append(question)
        if self.refuses is not None:
            raise self.refuses
        if resource.kind in self.hidden:
            raise Forbidden("403")


def deleted(kind: str, name: str, namespace: str | None = "acme", *finalizers: str, **labels: str) -> Live:
    """An object that is being deleted."""
    metadata = {"name": name, "deletionTimestamp": SINCE, "finalizers": list(finalizers), "labels": labels}
    if namespace is not None:
        metadata["namespace"] = namespace
    api_version = "v1" if kind in ("Namespace", "Secret") else API_VERSION
    return Live(resource_named(api_version, kind), {"metadata": metadata})


def deleted_namespace(name: str = DEVELOPMENT, environment: str = "development") -> Live:
    """A data-plane namespace that is being deleted."""
    labels = {"organization-name": "acme", "environment-name": environment}
    metadata = {"name": name, "deletionTimestamp": SINCE, "labels": labels}
    remaining = {
        "type": "NamespaceContentRemaining",
        "status": "True",
        "reason": "SomeResourcesRemain",
        "message": "Some resources are remaining: widgets.example.com has 1 resource instances",
    }
    resolved = {"type": "NamespaceDeletionDiscoveryFailure", "status": "False", "message": "All resources discovered"}
    status = {"conditions": [resolved, remaining]}
    return Live(NAMESPACES, {"metadata": metadata, "spec": {"finalizers": ["kubernetes"]}, "status": status})


def found_in(world: World, of: Stack, remote: Mapping[Key, str] | None = None) -> list[Finding]:
    cluster = cast(Cluster, world)

    async def found() -> list[Finding]:
        return await terminating(cluster, of.plan, await read_existing(cluster, of.plan), remote or {})

    return asyncio.run(found())


def environments(*names: str) -> Stack:
    """A stack of these environments, with a namespace of project `shop` in each."""
    return stack(*map(declaring.environment, names), projects=["shop"], controllers="absent")


# --- Objects of the stack ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("each", declaring.every_kind(), ids=lambda each: str(each["kind"]))
def test_an_object_of_the_stack_that_is_being_deleted_is_an_error_at_its_name(each: dict[str, Any]) -> None:
    kind, name = each["kind"], each["metadata"]["name"]
    found = stack(*declaring.every_kind())
    live = deleted(kind, name, each["metadata"].get("namespace"), "core.choreo.dev/cleanup")
    [finding] = found_in(World(live), found)
    assert finding.severity is Severity.ERROR
    assert finding.where == found.declared(kind, name).at("metadata", "name")
    assert finding.message == (
        f"{live} is {GONE_WHEN}, held by core.choreo.dev/cleanup (OpenChoreo's controllers); "
        f"wait until it is gone (kubectl get {live.command}), then run pulumi up --refresh"
    )


def test_what_is_not_being_deleted_is_no_error() -> None:
    lives = [
        Live(resource_named(API_VERSION, each["kind"]), {"metadata": each["metadata"], "spec": each["spec"]})
        for each in declaring.every_kind()
    ]
    assert found_in(World(*lives), stack(*declaring.every_kind())) == []


def test_a_data_plane_namespace_reports_what_remains_in_it() -> None:
    found = environments("development")
    [finding] = found_in(World(deleted_namespace()), found)
    assert finding.where == found.declared("Environment", "development").at("metadata", "name")
    assert finding.message == (
        f"Namespace {DEVELOPMENT} is {GONE_WHEN}, "
        "held by kubernetes (Kubernetes' namespace controller, until all that is in it is gone); "
        "NamespaceContentRemaining=True SomeResourcesRemain "
        "Some resources are remaining: widgets.example.com has 1 resource instances; "
        f"wait until it is gone (kubectl get namespaces {DEVELOPMENT}), then run pulumi up --refresh"
    )


@pytest.mark.parametrize("objects", [(declaring.organization(),), (declaring.project(),)], ids=["declared", "used"])
def test_so_is_an_organizations_namespace(objects: Sequence[declaring.Manifest]) -> None:
    live = Live(NAMESPACES, deleted("Namespace", "acme", None).manifest)
    [finding] = found_in(World(live), stack(*objects))
    assert finding.message.startswith(f"Namespace acme is {GONE_WHEN}")


def test_so_is_the_secret_of_a_data_plane() -> None:
    found = stack(declaring.data_plane(), dataPlaneKubeconfigs={"dp-local": kubeconfig()})
    [finding] = found_in(World(deleted("Secret", "kind-1-config")), found)
    assert finding.message.startswith(f"Secret acme/kind-1-config is {GONE_WHEN}")


def test_a_namespace_that_has_lost_its_labels_is_found_by_its_name() -> None:
    live = Live(NAMESPACES, deleted("Namespace", DEVELOPMENT, None).manifest)
    assert len(found_in(World(live), environments("development"))) == 1
    assert len(found_in(World(live), environments("development", "staging"))) == 1


def test_a_namespace_of_another_environment_is_ignored() -> None:
    assert found_in(World(deleted_namespace(STAGING, "staging")), environments("development")) == []


# --- Where it is read ------------------------------------------------------------------------------------------------


def test_a_namespace_is_looked_up_only_on_its_own_data_plane() -> None:
    found = environments("development", "staging")
    remote = {Key(API_VERSION, "Environment", "acme", "development"): "acme/dp-local"}
    assert found_in(World(deleted_namespace()), found, remote) == []
    east = World(deleted_namespace(), deleted_namespace(STAGING, "staging"))
    [finding] = asyncio.run(terminating_namespaces(cast(Cluster, east), found.plan, remote, "acme/dp-local"))
    assert DEVELOPMENT in finding.message


def test_the_number_of_requests_does_not_depend_on_the_objects() -> None:
    names = [f"stage-{number}" for number in range(20)]
    lives = [
        Live(
            NAMESPACES,
            {
                "metadata": {
                    "name": data_plane_namespace("acme", "shop", name),
                    "labels": {"organization-name": "acme", "environment-name": name},
                }
            },
        )
        for name in names
    ]
    world = World(*lives)
    assert found_in(world, environments(*names)) == []
    assert sorted(world.asked) == ["get namespaces acme", "list environments", "list namespaces organization-name=acme"]


def test_a_stack_of_one_environment_asks_for_its_own_namespaces() -> None:
    world = World()
    found_in(world, environments("development"))
    assert "list namespaces organization-name=acme environment-name=development" in world.asked


def test_a_stack_without_environments_lists_no_namespaces() -> None:
    world = World()
    found_in(world, stack(declaring.project()))
    assert sorted(world.asked) == ["get namespaces acme", "get projects shop"]


@pytest.mark.parametrize("hidden", ["Namespace", "Environment"])
def test_what_may_not_be_read_hides_nothing_else(hidden: str) -> None:
    world = World(deleted_namespace(), deleted("Environment", "development"), hidden=[hidden])
    [finding] = found_in(world, environments("development"))
    assert hidden not in finding.message.split()[0]


def test_a_cluster_that_does_not_answer_is_left_to_the_caller() -> None:
    world = World()
    world.refuses = ClusterError("no route to host")
    with pytest.raises(ClusterError, match="no route to host"):
        found_in(world, environments("development"))


# --- References ------------------------------------------------------------------------------------------------------


def left(found: Stack, *lives: Live) -> list[Finding]:
    by_name = {(live.resource.kind, live.name): live.manifest for live in lives}
    live: Found = {
        each.target: by_name.get(
            (each.target.kind, each.target.name or dict(each.target.labels)["core.choreo.dev/name"])
        )
        for each in found.plan.outside
    }
    return list(leaving(found.plan.outside, live))


def test_what_is_referred_to_and_being_deleted_counts_as_missing() -> None:
    found = stack(declaring.environment(), declaring.environment("staging"))
    [finding] = left(found, deleted("DataPlane", "dp-local"))
    assert finding.severity is Severity.ERROR
    assert finding.where == found.at("dataPlaneRef", "choreo:resources[0].spec.dataPlaneRef")
    assert finding.message == (
        "DataPlane acme/dp-local, which Environment 'development' of organization 'acme' refers to, is "
        f"{GONE_WHEN}, and no finalizer holds it; wait until it is gone "
        "(kubectl get dataplanes.core.choreo.dev dp-local -n acme), then create it again (1 more refer to it)"
    )


@pytest.mark.parametrize(
    ("objects", "live"),
    [
        ((declaring.data_plane(),), deleted("Organization", "acme", None)),
        ((declaring.project(),), deleted("DeploymentPipeline", "pipeline")),
        ((declaring.component(),), deleted("Project", "shop")),
    ],
    ids=["Organization", "DeploymentPipeline", "Project"],
)
def test_this_holds_for_every_kind(objects: Sequence[declaring.Manifest], live: Live) -> None:
    [finding] = left(stack(*objects), live)
    assert finding.severity is Severity.ERROR
    assert finding.message.startswith(f"{live}, which ")


def test_a_pipeline_may_name_an_environment_that_is_being_deleted() -> None:
    [finding] = left(stack(declaring.pipeline()), deleted("Environment", "development"))
    assert finding.severity is Severity.WARNING


def test_what_may_still_be_created_may_be_missing_but_not_being_deleted() -> None:
    [project] = left(environments("development"), deleted("Project", "shop"))
    [artifact] = left(stack(declaring.deployment()), deleted("DeployableArtifact", "web-1"))
    assert project.severity is artifact.severity is Severity.ERROR
    assert project.where.field == "choreo:projects[0]"


def test_what_does_not_exist_is_not_being_deleted() -> None:
    assert left(stack(declaring.environment())) == []
    assert (
        list(
            leaving(
                stack(declaring.environment()).plan.outside,
                {Target(API_VERSION, "DataPlane", "acme", "dp-local"): None},
            )
        )
        == []
    )

"""The deletion guard: a stack that others still need, or that is production, is not destroyed at all."""

import asyncio
from typing import Any

import pytest

from choreo_components.kubernetes.objects import Live, Resource, resource_named
from choreo_components.provider.resource import Failure
from choreo_components.provider.resources.guard import DeletionGuard
from tests.provider.fake_cluster import FakeCluster
from tests.provider.sessions import session

guard = DeletionGuard()


def of(**names: list[str]) -> dict[str, list[str]]:
    """Names of objects of OpenChoreo by their types."""
    return {f"core.choreo.dev/v1/{kind}": each for kind, each in names.items()}


def awaited(*kinds: str, namespace: str | None = None) -> list[dict[str, str]]:
    """What a destroy waits for of OpenChoreo."""
    where = {"namespace": namespace} if namespace else {}
    return [{"apiVersion": "core.choreo.dev/v1", "kind": kind, **where} for kind in kinds]


REST = {"DeploymentPipeline": ["acme/pipeline"], "Project": ["acme/shop"]}
STACK = {"objects": of(Organization=["acme"], DataPlane=["acme/dp-local"], **REST)}
DEVELOPMENT = {"objects": of(Environment=["acme/development"])}


def live(kind: str, plural: str, name: str, spec: Any = None, namespace: str = "acme", **metadata: Any) -> Live:
    manifest = {"kind": kind, "metadata": {"name": name, "namespace": namespace, **metadata}, "spec": spec or {}}
    return Live(Resource("core.choreo.dev", "v1", kind, plural), manifest)


def environment(name: str, data_plane: str = "dp-local", **more: Any) -> Live:
    return live("Environment", "environments", name, {"dataPlaneRef": data_plane}, **more)


def project(name: str, **more: Any) -> Live:
    return live("Project", "projects", name, **more)


PIPELINE = live(
    "DeploymentPipeline",
    "deploymentpipelines",
    "pipeline",
    {"promotionPaths": [{"sourceEnvironmentRef": "development", "targetEnvironmentRefs": [{"name": "staging"}]}]},
)


def warned(cluster: FakeCluster, state: Any) -> list[str]:
    """The warnings when the guard allows the deletion."""
    lines: list[str] = []
    asyncio.run(guard.delete(state, session(cluster, warn=lines.append)))
    return lines


def refused(cluster: FakeCluster, state: Any) -> list[str]:
    """The lines of the refusal."""
    with pytest.raises(Failure) as error:
        asyncio.run(guard.delete(state, session(cluster)))
    return str(error.value).splitlines()


def test_a_stack_without_dependents_is_deleted() -> None:
    cluster = FakeCluster(project("shop"), PIPELINE, live("DataPlane", "dataplanes", "dp-local"))
    assert warned(cluster, STACK) == []
    assert cluster.requests("delete") == []


def test_all_dependents_are_named_at_once() -> None:
    cluster = FakeCluster(project("shop"), project("portal"), environment("staging"), PIPELINE)
    assert refused(cluster, STACK) == [
        "nothing was deleted: objects outside this stack still depend on it:",
        "  Organization 'acme' still has Environment 'staging'",
        "  Organization 'acme' still has Project 'portal'",
        "  DataPlane 'acme/dp-local' is still used by Environment 'staging'",
        "  Destroy their stacks first; delete what is in no stack with kubectl delete",
        "  To delete another part of this stack: remove it from the stack's file, and run pulumi up",
    ]


@pytest.mark.parametrize("label", ["kustomize.toolkit.fluxcd.io/name", "helm.toolkit.fluxcd.io/name"])
def test_what_flux_applies_is_to_be_removed_from_git(label: str) -> None:
    applied = project("portal", labels={label: "platform"})
    assert refused(FakeCluster(applied, environment("staging")), STACK)[-3:-1] == [
        "  Destroy their stacks first; delete what is in no stack with kubectl delete",
        "  Applied by Flux, which would create them again: Project acme/portal; remove them from Git",
    ]


@pytest.mark.parametrize(
    "other",
    [
        environment("staging", "dp-other"),
        environment("staging", namespace="other"),
        environment("staging", deletionTimestamp="2025-05-09T00:00:00Z"),
    ],
    ids=["on another data plane", "of another organization", "being deleted"],
)
def test_an_environment_that_does_not_need_the_data_plane_does_not_block_it(other: Live) -> None:
    assert warned(FakeCluster(other), {"objects": of(DataPlane=["acme/dp-local"])}) == []


def test_an_environment_that_a_pipeline_still_names_is_deleted_with_a_warning() -> None:
    assert warned(FakeCluster(PIPELINE), DEVELOPMENT) == [
        "DeploymentPipeline 'pipeline' still names environment 'acme/development': promotion there fails"
    ]
    assert warned(FakeCluster(PIPELINE), {"objects": of(Environment=["acme/other"])}) == []


# --- Today's API ---------------------------------------------------------------------------------------------------


def of_today(**names: list[str]) -> dict[str, list[str]]:
    """Names of objects of today's OpenChoreo by their types."""
    return {f"openchoreo.dev/v1alpha1/{kind}": each for kind, each in names.items()}


def today(kind: str, name: str, spec: Any = None, namespace: str = "acme") -> Live:
    """Such an object in the cluster."""
    resource = resource_named("openchoreo.dev/v1alpha1", kind)
    metadata = {"name": name, "namespace": namespace}
    return Live(resource, {"kind": kind, "metadata": metadata, "spec": spec or {}})


def on(kind: str, name: str = "default", namespace: str = "acme") -> Live:
    """An Environment on this plane."""
    return today("Environment", "staging", {"dataPlaneRef": {"kind": kind, "name": name}}, namespace)


PROMOTING = today(
    "DeploymentPipeline",
    "main",
    {"promotionPaths": [{"sourceEnvironmentRef": {"name": "staging"}, "targetEnvironmentRefs": [{"name": "live"}]}]},
)
OWNER = {"owner": {"projectName": "shop"}}


@pytest.mark.parametrize(
    ("removed", "other", "message"),
    [
        (
            of_today(DataPlane=["acme/default"]),
            on("DataPlane"),
            "DataPlane 'acme/default' is still used by Environment 'staging': as long as it is, the deletion does not "
            "end",
        ),
        (
            of_today(ClusterDataPlane=["default"]),
            on("ClusterDataPlane", namespace="other"),
            "ClusterDataPlane 'default' is still used by Environment 'other/staging': without it, nothing that was "
            "deployed there can be deleted",
        ),
        (
            of_today(DataPlane=["acme/default"]),
            today("Environment", "staging", {}),
            "DataPlane 'acme/default' is still used by Environment 'staging': as long as it is, the deletion does not "
            "end",
        ),
        (
            of_today(ClusterDataPlane=["default"]),
            today("Environment", "staging", {}, "other"),
            "ClusterDataPlane 'default' is still used by Environment 'other/staging': without it, nothing that was "
            "deployed there can be deleted",
        ),
        (
            of_today(Environment=["acme/live"]),
            PROMOTING,
            "Environment 'acme/live' is still named by DeploymentPipeline 'main': as long as it is, the deletion does "
            "not end; remove it there with pulumi up of the stack that declares the pipeline, or with "
            "kubectl edit deploymentpipelines.openchoreo.dev main -n acme",
        ),
        (
            of_today(DeploymentPipeline=["acme/main"]),
            today("Project", "shop", {"deploymentPipelineRef": {"name": "main"}}),
            "DeploymentPipeline 'acme/main' is still used by Project 'shop': as long as it is, the deletion does not "
            "end",
        ),
        (
            of_today(Project=["acme/shop"]),
            today("Component", "web", OWNER),
            "Project 'acme/shop' still has Component 'web', which OpenChoreo deletes with it",
        ),
        (of_today(Namespace=["acme"]), today("Trait", "volume"), "Namespace 'acme' still has Trait 'volume'"),
    ],
    ids=[
        "a data plane",
        "one of all namespaces",
        "the one that is used without a reference",
        "the same of all namespaces",
        "an environment",
        "a pipeline",
        "a project",
        "a namespace",
    ],
)
def test_objects_of_todays_api_with_dependents_are_not_deleted(
    removed: dict[str, list[str]], other: Live, message: str
) -> None:
    assert refused(FakeCluster(other), {"objects": removed})[1] == f"  {message}"


@pytest.mark.parametrize(
    ("removed", "other"),
    [
        (of_today(DataPlane=["acme/default"]), on("ClusterDataPlane")),
        (of_today(DataPlane=["acme/default"]), on("DataPlane", namespace="other")),
        (of_today(ClusterDataPlane=["default"]), on("ClusterDataPlane", "east")),
        (of_today(Environment=["acme/development"]), PROMOTING),
        (
            of_today(DeploymentPipeline=["acme/main"]),
            today("Project", "shop", {"deploymentPipelineRef": {"name": "x"}}),
        ),
        (of_today(Project=["acme/portal"]), today("Component", "web", OWNER)),
        (of_today(Namespace=["acme"]), today("Project", "shop", namespace="other")),
        (of_today(ClusterTrait=["volume"]), today("Project", "shop")),
    ],
)
def test_objects_of_todays_api_without_dependents_are_deleted(removed: dict[str, list[str]], other: Live) -> None:
    assert warned(FakeCluster(other), {"objects": removed}) == []


def test_objects_of_the_same_stack_do_not_block_a_plane_of_all_namespaces() -> None:
    objects = of_today(ClusterDataPlane=["default"], Environment=["acme/staging"])
    assert warned(FakeCluster(on("ClusterDataPlane")), {"objects": objects}) == []


def retaining(environment: str = "development", policy: str = "Retain") -> Live:
    """A binding of a resource that is retained."""
    owner = {"projectName": "shop", "resourceName": "orders"}
    spec = {"owner": owner, "environment": environment, "retainPolicy": policy}
    return today("ResourceReleaseBinding", f"orders-{environment}", spec)


HELD_BY_RETENTION = [
    of_today(Environment=["acme/development"]),
    of_today(Resource=["acme/orders"]),
    of_today(Project=["acme/shop"]),
    of_today(ResourceReleaseBinding=["acme/orders-development"]),
]


@pytest.mark.parametrize("removed", HELD_BY_RETENTION, ids=lambda each: next(iter(each)).rpartition("/")[2])
def test_what_is_retained_stops_a_destroy_before_anything_is_deleted(removed: dict[str, list[str]]) -> None:
    cluster = FakeCluster(retaining())
    said = refused(cluster, {"objects": removed})
    assert said[:2] == [
        "nothing was deleted: 1 retained; such a deletion never finishes, and what is retained would be lost with "
        "its namespace:",
        "  ResourceReleaseBinding acme/orders-development: its spec.retainPolicy is Retain",
    ]
    assert cluster.requests("merge") == []


@pytest.mark.parametrize("removed", HELD_BY_RETENTION, ids=lambda each: next(iter(each)).rpartition("/")[2])
def test_where_the_stack_allows_it_what_is_retained_is_released_first(removed: dict[str, list[str]]) -> None:
    cluster = FakeCluster(retaining(), retaining("staging"))
    assert warned(cluster, {"objects": removed, "deleteRetained": True}) == []
    policies = {live.name: live.manifest["spec"]["retainPolicy"] for live in cluster.lives.values()}
    assert policies["orders-development"] == "Delete"


def test_what_another_environment_retains_is_left_as_it_is() -> None:
    cluster = FakeCluster(retaining("staging"), retaining(policy="Delete"))
    removed = of_today(Environment=["acme/development"])
    for allowed in (False, True):
        assert warned(cluster, {"objects": removed, "deleteRetained": allowed}) == []
    assert cluster.requests("merge") == []


def test_what_is_retained_stays_so_while_something_else_blocks_the_destroy() -> None:
    cluster = FakeCluster(retaining("staging"), PROMOTING)
    refused(cluster, {"objects": of_today(Environment=["acme/staging"]), "deleteRetained": True})
    assert cluster.requests("merge") == []


def test_one_that_changes_at_the_same_time_is_released_in_its_new_version() -> None:
    cluster = FakeCluster(retaining())
    name = "ResourceReleaseBinding acme/orders-development"
    cluster.then[f"merge {name}"] = lambda: cluster.change(retaining())
    warned(cluster, {"objects": of_today(Environment=["acme/development"]), "deleteRetained": True})
    assert cluster.requests("merge") == ["ResourceReleaseBinding acme/orders-development"] * 2


def test_what_is_retained_also_blocks_removal_from_the_stack_unless_the_update_allows_it() -> None:
    olds = {"objects": of_today(Environment=["acme/development", "acme/staging"])}
    news = {"objects": of_today(Environment=["acme/staging"])}
    with pytest.raises(Failure, match="1 retained"):
        asyncio.run(guard.update(olds, news, session(FakeCluster(retaining()))))
    cluster = FakeCluster(retaining())
    asyncio.run(guard.update(olds, {**news, "deleteRetained": True}, session(cluster)))
    assert cluster.requests("merge") == ["ResourceReleaseBinding acme/orders-development"]


# --- Production ----------------------------------------------------------------------------------------------------


def test_production_is_not_deleted_until_the_stack_allows_it() -> None:
    names = of(Environment=["acme/production"])
    [line] = refused(FakeCluster(), {"objects": names, "protected": names})
    assert line == (
        "nothing was deleted: production is protected, and this stack has acme/production. To delete it: "
        "pulumi config set choreo:allowProductionDestroy true, pulumi up, and destroy again"
    )


MIXED = {"objects": of(Environment=["acme/live", "acme/trial"]), "protected": of(Environment=["acme/live"])}


def test_with_other_environments_the_advice_keeps_production() -> None:
    [line] = refused(FakeCluster(), MIXED)
    assert line == (
        "nothing was deleted: production is protected, and this stack has acme/live. To delete all that production "
        "does not need: pulumi up, and then pulumi destroy --exclude-protected. To delete acme/trial alone: remove it "
        "from the stack's file, and run pulumi up"
    )


def test_production_cannot_be_removed_from_the_stack_before_its_deletion_is_allowed() -> None:
    with pytest.raises(Failure, match="production is protected, and acme/live is no longer declared in this stack"):
        asyncio.run(guard.update(MIXED, {"objects": of(Environment=["acme/trial"])}, session(FakeCluster())))


def partial(cluster: FakeCluster, state: Any, **more: Any) -> list[str]:
    """The warnings when only a part of the stack is deleted."""
    lines: list[str] = []
    asyncio.run(guard.delete(state, session(cluster, warn=lines.append, notes=["stack"], **more)))
    return lines


def test_where_the_stack_stays_its_guard_leaves_the_decision_to_those_of_its_parts() -> None:
    cluster = FakeCluster(project("portal"), environment("staging"))
    assert partial(cluster, {**MIXED, "objects": {**STACK["objects"], **MIXED["objects"]}}) == []
    assert cluster.requests("delete") == []


def test_where_the_stack_stays_what_cannot_be_awaited_is_warned_of() -> None:
    cluster = FakeCluster()
    cluster.denied = {("list", "deployments", "acme")}
    [line] = partial(cluster, {**STACK, "awaited": awaited("Deployment", "Project", namespace="acme")})
    assert "waits forever, regardless of the deadline, for the deletion of deployments.core.choreo.dev in" in line


def test_a_part_that_others_need_stays() -> None:
    cluster = FakeCluster(environment("own"), environment("staging"))
    objects = of(DataPlane=["acme/dp-local"], Environment=["acme/own"])
    state = {"objects": objects, "part": "core.choreo.dev/v1/DataPlane acme/dp-local"}
    assert refused(cluster, state) == [
        "DataPlane acme/dp-local stays: objects outside this stack still depend on it:",
        "  DataPlane 'acme/dp-local' is still used by Environment 'staging'",
        "  Destroy their stacks first; delete what is in no stack with kubectl delete",
        "  To delete another part of this stack: leave this one out",
    ]


def test_production_stays_where_a_part_of_it_is_about_to_be_deleted() -> None:
    [line] = refused(FakeCluster(), {"part": "production", "protected": of(Environment=["acme/live"])})
    assert line.startswith("production is protected, and this would delete acme/live or what it needs")
    assert "allowProductionDestroy" not in line
    assert warned(FakeCluster(), {"part": "production"}) == []


def test_a_part_is_not_checked_again_once_the_guard_of_the_stack_has_allowed_everything() -> None:
    cluster = FakeCluster()
    command = session(cluster)
    asyncio.run(guard.delete(STACK, command))
    asked = len(cluster.story)
    part = {"objects": of(DataPlane=["acme/dp-local"]), "part": "core.choreo.dev/v1/DataPlane acme/dp-local"}
    asyncio.run(guard.delete(part, command))
    assert len(cluster.story) == asked


def test_nothing_is_deleted_if_the_cluster_cannot_be_queried() -> None:
    cluster = FakeCluster()
    cluster.outages = ["no route to host"] * 10
    assert refused(cluster, STACK) == [
        "nothing was deleted: could not check whether objects outside this stack depend on it: no route to host"
    ]


def test_nothing_is_deleted_if_the_credentials_cannot_list_what_a_destroy_waits_for() -> None:
    cluster = FakeCluster()
    cluster.denied = {("list", "deployments", "acme"), ("list", "namespaces", None)}
    everywhere = [{"apiVersion": "v1", "kind": "Namespace"}, *awaited("Organization")]
    of_acme, of_globex = awaited("Deployment", "Project", namespace="acme"), awaited("Deployment", namespace="globex")
    state = {**STACK, "awaited": [*everywhere, *of_acme, *of_globex]}
    expected = (
        "nothing was deleted: the Kubernetes provider would wait forever, regardless of the deadline, as the "
        "credentials cannot list namespaces in the whole cluster, deployments.core.choreo.dev in namespace 'acme'; "
    )
    assert refused(cluster, state)[0].startswith(expected)
    assert cluster.requests("delete") == []


def test_what_is_removed_from_the_stack_is_checked_before_it_is_deleted() -> None:
    news = {"objects": of(Organization=["acme"], **REST)}
    with pytest.raises(Failure, match="DataPlane 'acme/dp-local' is still used by Environment 'staging'"):
        asyncio.run(guard.update(STACK, news, session(FakeCluster(environment("staging")))))


def test_what_stays_in_the_stack_is_not_checked() -> None:
    cluster = FakeCluster(environment("staging"))
    asyncio.run(guard.update(STACK, {"objects": {**STACK["objects"], **DEVELOPMENT["objects"]}}, session(cluster)))
    assert cluster.story == []


CONNECTED = {**STACK, "connected": of(DataPlane=["acme/dp-local"])}


def warned_of(cluster: FakeCluster, news: Any) -> list[str]:
    """The warnings, also at preview, when a stack that shares a kubeconfig changes."""
    lines: list[str] = []
    _, failures = asyncio.run(guard.check(CONNECTED, news, session(cluster, warn=lines.append)))
    assert failures == {}
    return lines


DELETED = (
    "the Secret with the kubeconfig of data plane 'acme/dp-local' is deleted, as the settings no longer have the "
    "kubeconfig"
)


def test_the_deletion_of_a_secret_by_which_environments_find_their_data_plane_is_warned_of() -> None:
    others = environment("far", "dp-other"), environment("deleting", deletionTimestamp="2025-05-09T00:00:00Z")
    assert warned_of(FakeCluster(environment("staging"), environment("development"), *others), STACK) == [
        f"{DELETED}; after that, pulumi up of the stack that declares 'development', 'staging' fails unless its "
        "choreo:dataPlaneKubeconfigs contains the kubeconfig"
    ]


def test_a_secret_that_no_environment_needs_or_that_is_deleted_with_its_data_plane_is_not_warned_of() -> None:
    assert warned_of(FakeCluster(environment("far", "dp-other")), STACK) == []
    assert warned_of(FakeCluster(environment("staging")), {"objects": of(Project=["acme/shop"])}) == [], (
        "the guard refuses that"
    )
    assert warned_of(FakeCluster(environment("staging")), CONNECTED) == []


def test_a_secret_whose_users_are_unknown_is_warned_of() -> None:
    cluster = FakeCluster()
    cluster.outages = ["no route to host"]
    assert warned_of(cluster, STACK) == [f"{DELETED}; not checked whether environments need it: no route to host"]


def test_inputs_that_are_wrong_are_named() -> None:
    inputs = {"objects": {"core.choreo.dev/v1/DataPlane": "dp"}, "awaited": ["acme/Project"], "names": []}
    assert asyncio.run(guard.check({}, inputs, session(FakeCluster())))[1] == {
        "objects": "should map kinds to lists of names, not {'core.choreo.dev/v1/DataPlane': 'dp'}",
        "awaited": "should be a list of kinds and namespaces, not ['acme/Project']",
        "names": "unknown property; the properties are objects, protected, connected, awaited, deleteRetained, part",
    }

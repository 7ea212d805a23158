"""Finalization in openchoreo.dev/v1alpha1, in order: also what OpenChoreo's own finalizers forget or never finish."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from choreo_components.api.openchoreo_v1alpha1.generation import GENERATION
from choreo_components.api.openchoreo_v1alpha1.names import data_plane_namespace
from choreo_components.kubernetes.client import Unreachable
from choreo_components.kubernetes.objects import Live, live_of
from choreo_components.teardown import causes, informer, removal
from choreo_components.teardown.environment import HeldError, KeptError, Scope, finalize
from choreo_components.teardown.removal import DeadlineError
from choreo_components.teardown.retention import RetainedError
from tests.provider.fake_cluster import FakeCluster
from tests.standin.openchoreo_v1alpha1 import samples

DEVELOPMENT = Scope(GENERATION, "acme", "development")
DEV = Scope(GENERATION, "acme", "dev")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short waits."""
    monkeypatch.setattr(removal, "RETRY_SECONDS", 0.005)
    monkeypatch.setattr(removal, "REPEAT_SECONDS", 0.01)
    monkeypatch.setattr(informer, "RELIST_SECONDS", 60.0)
    monkeypatch.setattr(causes, "SAMPLE_SECONDS", 0.01)


def live(wire: Mapping[str, Any], **metadata: Any) -> Live:
    """An object as the API server shows it; `metadata` on top, where a key of `status` is the whole status."""
    status = metadata.pop("status", None)
    manifest = {**wire, "metadata": {**wire["metadata"], **metadata}}
    return live_of(manifest if status is None else {**manifest, "status": status})


def binding(environment: str = "development", component: str = "web", namespace: str = "acme", **more: Any) -> Live:
    return live(samples.release_binding(namespace, environment, component), **more)


def of_resource(environment: str = "development", resource: str = "orders", **spec: Any) -> Live:
    return live(samples.resource_release_binding("acme", environment, f"{resource}-1", resource, **spec))


def release(policy: str | None = None, resource: str = "orders") -> Live:
    """The ResourceRelease of a resource, whose type may have a policy."""
    of_type = {"spec": {"retainPolicy": policy} if policy else {}}
    return live(samples.manifest("ResourceRelease", f"{resource}-1", "acme", {"resourceType": of_type}))


def channel(environment: str = "development", name: str = "mail") -> Live:
    kind = "ObservabilityAlertsNotificationChannel"
    return live(samples.manifest(kind, name, "acme", {"environment": environment}))


def of_project(
    environment: str = "development", project: str = "shop", namespace: str = "acme", published: str | None = None
) -> Live:
    wire = samples.project_release_binding(namespace, environment, project)
    return live(wire, **({"status": {"namespace": published}} if published else {}))


def project_release(project: str, namespace: str = "acme") -> Live:
    """What the controller of a Project leaves behind."""
    return live(samples.manifest("ProjectRelease", f"{project}-1", namespace, {"owner": {"projectName": project}}))


def rendered(name: str = "p-shop-development", environment: str = "development", **more: Any) -> Live:
    wire = samples.manifest("RenderedRelease", name, "acme", {"environmentName": environment})
    return live(wire, labels={"openchoreo.dev/environment": environment}, **more)


def pipeline(*path: str, name: str = "pipeline", **more: Any) -> Live:
    return live(samples.pipeline("acme", (path[0], path[1:]), name=name), **more)


def cell(
    name: str | None = None,
    environment: str | None = "development",
    namespace: str | None = "acme",
    project: str = "shop",
) -> Live:
    """A data-plane namespace; without an environment or a namespace, those labels are missing."""
    labels = {"namespace": namespace, "environment": environment, "project": project if environment else None}
    given_labels = {f"openchoreo.dev/{key}": value for key, value in labels.items() if value is not None}
    metadata = {"name": name or data_plane_namespace("acme", project, "development"), "labels": given_labels}
    return live_of({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})


def finalized(cluster: FakeCluster, deployments: str = "5s", namespaces: str = "5s", **more: Any) -> list[str]:
    """The progress lines while the environment `development` of `acme` is finalized."""
    lines: list[str] = []
    scope = more.pop("scope", DEVELOPMENT)
    asyncio.run(finalize(cluster, cluster, scope, deployments, namespaces, lines.append, **more))
    return lines


def failed(problem: type[Exception], cluster: FakeCluster, **more: Any) -> list[str]:
    """The lines of the error."""
    with pytest.raises(problem) as error:
        finalized(cluster, **more)
    return str(error.value).splitlines()


def deleted(cluster: FakeCluster) -> list[str]:
    """The story of deletions alone."""
    return [line for line in cluster.story if line.startswith(("delete ", "gone ", "merge "))]


# --- The order -----------------------------------------------------------------------------------------------------


def test_each_step_is_over_before_the_next_one_begins() -> None:
    own = cell()
    cluster = FakeCluster(own, of_project(), channel(), of_resource(), release(), binding())
    finalized(cluster)
    assert deleted(cluster) == [
        f"{verb} {name}"
        for name in (
            "ReleaseBinding acme/web-development",
            "ResourceReleaseBinding acme/orders-development",
            "ObservabilityAlertsNotificationChannel acme/mail",
            "ProjectReleaseBinding acme/shop-development",
            f"Namespace {own.name}",
        )
        for verb in ("delete", "gone")
    ]
    assert cluster.names == ["ResourceRelease acme/orders-1"]


def test_what_is_of_another_environment_or_namespace_stays() -> None:
    others = [
        binding("staging"),
        binding(namespace="other"),
        of_resource("staging", retainPolicy="Retain"),
        channel("staging", "other"),
        of_project("staging"),
        rendered("p-shop-staging", "staging"),
        pipeline("staging", "production"),
        cell("dp-staging", "staging"),
        cell("dp-other", namespace="other"),
    ]
    cluster = FakeCluster(*others, binding(), of_project(), cell())
    finalized(cluster)
    assert cluster.names == sorted(map(str, others))


def test_where_nothing_exists_everything_is_listed_once() -> None:
    cluster = FakeCluster()
    assert finalized(cluster) == []
    assert sorted(cluster.story) == sorted(
        f"list {plural}"
        for plural in (
            "deploymentpipelines",
            "resourcereleasebindings",
            "projects",
            "projectreleases",
            "projectreleasebindings",
            "releasebindings",
            "resourcereleasebindings",
            "observabilityalertsnotificationchannels",
            "projectreleasebindings",
            "renderedreleases",
            "namespaces",
        )
    )


def test_all_steps_on_the_control_plane_share_one_deadline() -> None:
    cluster = FakeCluster(binding(), of_project(), held=["ReleaseBinding acme/web-development"])

    async def release_late() -> None:
        await asyncio.sleep(0.25)
        cluster.remove("ReleaseBinding acme/web-development")
        cluster.held.add("ProjectReleaseBinding acme/shop-development")

    async def both() -> None:
        late = asyncio.create_task(release_late())
        began = asyncio.get_running_loop().time()
        with pytest.raises(DeadlineError, match="ProjectReleaseBinding acme/shop-development"):
            await finalize(cluster, cluster, DEVELOPMENT, "400ms", "5s", lambda _: None)
        assert asyncio.get_running_loop().time() - began < 0.6, "each step had a separate deadline"
        await late

    asyncio.run(both())


# --- Pipelines that name it ----------------------------------------------------------------------------------------


def test_a_pipeline_that_names_it_is_the_first_finding_and_nothing_is_deleted() -> None:
    cluster = FakeCluster(
        pipeline("development", "staging"),
        pipeline("qa", "development", name="other"),
        binding(),
        of_project(),
        cell(),
    )
    assert failed(HeldError, cluster) == [
        "nothing was deleted: OpenChoreo keeps the environment as long as a pipeline names it:",
        "  DeploymentPipeline acme/other: spec.promotionPaths[0].targetEnvironmentRefs[0].name",
        "    edit: kubectl edit deploymentpipelines.openchoreo.dev other -n acme",
        "  DeploymentPipeline acme/pipeline: spec.promotionPaths[0].sourceEnvironmentRef.name",
        "    edit: kubectl edit deploymentpipelines.openchoreo.dev pipeline -n acme",
        "  Remove the environment from the pipeline, with pulumi up of its stack or with the command above; "
        "then destroy again",
    ]
    assert deleted(cluster) == []


def test_a_pipeline_that_is_being_deleted_is_waited_for_before_anything_is_deleted() -> None:
    deleting = pipeline("development", "staging", deletionTimestamp="2026-08-20T00:00:00Z")
    cluster = FakeCluster(deleting, binding())
    cluster.then["watch deploymentpipelines"] = lambda: cluster.remove("DeploymentPipeline acme/pipeline")
    lines = finalized(cluster)
    assert lines[0] == "deploymentpipelines.openchoreo.dev: waiting for 1 to be deleted"
    assert deleted(cluster) == [
        "gone DeploymentPipeline acme/pipeline",
        "delete ReleaseBinding acme/web-development",
        "gone ReleaseBinding acme/web-development",
    ]


def test_a_pipeline_that_no_longer_names_it_is_not_waited_for_though_it_is_still_there() -> None:
    deleting = pipeline("development", "staging", deletionTimestamp="2026-08-20T00:00:00Z")
    cluster = FakeCluster(deleting, binding())
    cluster.then["watch deploymentpipelines"] = lambda: cluster.change(
        pipeline("staging", "production", deletionTimestamp="2026-08-20T00:00:00Z")
    )
    finalized(cluster)
    assert cluster.names == ["DeploymentPipeline acme/pipeline"]


def test_a_pipeline_whose_deletion_does_not_end_is_named_at_the_deadline() -> None:
    blocked = {
        "type": "Available",
        "status": "False",
        "reason": "DeletionBlocked",
        "message": "referenced by 1 project",
    }
    deleting = pipeline(
        "development",
        "staging",
        deletionTimestamp="2026-08-20T00:00:00Z",
        finalizers=["openchoreo.dev/deployment-pipeline-cleanup"],
        status={"conditions": [blocked]},
    )
    cluster = FakeCluster(deleting, binding())
    said = failed(DeadlineError, cluster, deployments="200ms")
    assert said[1:3] == [
        "  DeploymentPipeline acme/pipeline: held by openchoreo.dev/deployment-pipeline-cleanup "
        "(OpenChoreo's controllers)",
        "    Available=False DeletionBlocked referenced by 1 project",
    ]
    assert deleted(cluster) == []


# --- What is retained ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("objects", "reason"),
    [
        ([of_resource(retainPolicy="Retain"), release("Delete")], "its spec.retainPolicy is Retain"),
        ([of_resource(), release("Retain")], "ResourceRelease 'orders-1' has retainPolicy Retain, from its type"),
    ],
    ids=["by itself", "by its type"],
)
def test_what_is_retained_stops_it_before_anything_is_deleted(objects: list[Live], reason: str) -> None:
    cluster = FakeCluster(*objects, binding(), of_project(), cell())
    said = failed(RetainedError, cluster)
    assert said == [
        "nothing was deleted: 1 retained; such a deletion never finishes, and what is retained would be lost with "
        "its namespace:",
        f"  ResourceReleaseBinding acme/orders-development: {reason}",
        "    delete it anyway: kubectl patch resourcereleasebindings.openchoreo.dev orders-development -n acme "
        '--type=merge -p \'{"spec":{"retainPolicy":"Delete"}}\'',
        "  To delete all that is retained: set choreo:deleteRetained to true (in a program: the argument "
        "deleteRetained), run pulumi up, and destroy again",
    ]
    assert deleted(cluster) == []


@pytest.mark.parametrize(
    "objects",
    [
        [of_resource(retainPolicy="Delete"), release("Retain")],
        [of_resource(), release("Delete")],
        [of_resource(), release()],
        [of_resource()],
        [of_resource(retainPolicy="")],
    ],
    ids=["its own first", "its type deletes", "its type says nothing", "no release", "empty"],
)
def test_what_is_not_retained_is_deleted(objects: list[Live]) -> None:
    cluster = FakeCluster(*objects)
    finalized(cluster)
    assert "ResourceReleaseBinding acme/orders-development" not in cluster.names


@pytest.mark.parametrize("deletion", [{}, {"deletionTimestamp": "2026-08-20T00:00:00Z"}], ids=["there", "held"])
def test_where_it_is_allowed_what_is_retained_is_released_first_and_then_deleted(deletion: Mapping[str, Any]) -> None:
    kept = of_resource(retainPolicy="Retain")
    kept = Live(kept.resource, {**kept.manifest, "metadata": {**kept.metadata, **deletion}})
    cluster = FakeCluster(kept, of_project())
    name = "ResourceReleaseBinding acme/orders-development"
    if deletion:

        def release_it() -> None:
            # Its controller has held it until its policy was changed.
            asyncio.get_running_loop().call_later(0.01, cluster.remove, name)

        cluster.then[f"merge {name}"] = release_it
    finalized(cluster, delete_retained=True)
    story = deleted(cluster)
    assert story[0] == f"merge {name}"
    assert story.index(f"gone {name}") < story.index("delete ProjectReleaseBinding acme/shop-development")
    assert cluster.names == []


def test_a_retained_object_that_appears_later_stops_all_further_deletions() -> None:
    cluster = FakeCluster(binding(), of_project(), cell(), release("Retain"))
    cluster.then["gone ReleaseBinding acme/web-development"] = lambda: cluster.add(of_resource())
    said = failed(RetainedError, cluster)
    assert said[0].startswith("nothing more was deleted: 1 retained")
    assert cluster.requests("delete") == ["ReleaseBinding acme/web-development"]


def test_a_policy_that_changes_before_the_release_is_read_again() -> None:
    cluster = FakeCluster(of_resource(retainPolicy="Retain"))
    name = "ResourceReleaseBinding acme/orders-development"
    cluster.then[f"merge {name}"] = lambda: cluster.change(of_resource(retainPolicy="Delete"))
    finalized(cluster, delete_retained=True)
    assert cluster.names == []


# --- What controllers have made ------------------------------------------------------------------------------------


def test_namespaces_wait_until_no_rendered_release_remains_and_none_is_deleted_by_us() -> None:
    cluster = FakeCluster(of_project(), rendered(), cell())
    cluster.then["watch renderedreleases"] = lambda: cluster.remove("RenderedRelease acme/p-shop-development")
    lines = finalized(cluster)
    assert "renderedreleases.openchoreo.dev: waiting for 1 to be deleted" in lines
    story = deleted(cluster)
    assert "delete RenderedRelease acme/p-shop-development" not in story
    assert story.index("gone RenderedRelease acme/p-shop-development") < story.index(f"delete Namespace {cell().name}")


def test_a_rendered_release_that_no_controller_deletes_is_named_at_the_deadline() -> None:
    cluster = FakeCluster(rendered(), cell())
    assert failed(DeadlineError, cluster, deployments="200ms")[:2] == [
        "timed out after 200ms with 1 remaining; nothing was forced, and the next destroy resumes from here:",
        "  RenderedRelease acme/p-shop-development: its deletion has not begun",
    ]
    assert deleted(cluster) == []


@pytest.mark.parametrize(
    "moment", ["gone ProjectReleaseBinding acme/shop-development", "gone RenderedRelease acme/p-shop-development"]
)
def test_a_binding_that_is_created_again_during_a_later_step_is_deleted_too(moment: str) -> None:
    cluster = FakeCluster(binding(), of_project(), rendered(), cell())
    cluster.then["watch renderedreleases"] = lambda: cluster.remove("RenderedRelease acme/p-shop-development")
    cluster.then[moment] = lambda: cluster.add(binding())
    assert "checking whether anything was created again in the meantime" in finalized(cluster)
    assert cluster.requests("gone").count("ReleaseBinding acme/web-development") == 2
    assert cluster.names == []


def test_a_binding_that_is_created_again_after_each_deletion_is_named_with_that_at_the_deadline() -> None:
    cluster = FakeCluster(binding(), cell())

    def again() -> None:
        cluster.add(binding())
        cluster.then["gone ReleaseBinding acme/web-development"] = again

    cluster.then["gone ReleaseBinding acme/web-development"] = again
    said = failed(DeadlineError, cluster, deployments="200ms")
    assert "ReleaseBinding acme/web-development" in "\n".join(said)
    assert "was deleted and created again" in "\n".join(said)
    assert f"Namespace {cell().name}" in cluster.names


# --- Namespaces by their names -------------------------------------------------------------------------------------

OURS = data_plane_namespace("acme", "shop", "development")


def test_a_namespace_that_was_made_by_hand_for_a_project_is_deleted() -> None:
    cluster = FakeCluster(live(samples.project("acme")), cell(OURS, None, None))
    finalized(cluster)
    assert cluster.names == ["Project acme/shop"]


def test_the_namespace_of_a_deleted_project_is_found_by_the_release_that_openchoreo_has_left() -> None:
    """Where a whole stack is destroyed, its Projects are gone before the finalizer."""
    cluster = FakeCluster(project_release("shop"), cell(OURS, None, None), cell("dp-x", None, None))
    finalized(cluster)
    assert cluster.names == ["Namespace dp-x", "ProjectRelease acme/shop-1"]


def test_a_namespace_that_has_lost_its_labels_is_found_by_the_status_of_its_binding() -> None:
    cluster = FakeCluster(of_project(published="dp-as-published"), cell("dp-as-published", None, None))
    finalized(cluster)
    assert cluster.names == []


def test_a_namespace_with_such_a_name_that_belongs_to_another_environment_is_kept_without_an_error() -> None:
    theirs = cell(OURS, "staging")
    cluster = FakeCluster(live(samples.project("acme")), theirs)
    lines = finalized(cluster)
    assert cluster.names == [f"Namespace {OURS}", "Project acme/shop"]
    assert lines == [
        f"Namespace {OURS} is named like a namespace of the environment, and is kept: "
        "its label openchoreo.dev/environment says 'staging'"
    ]


def test_a_name_that_two_environments_share_belongs_to_the_one_that_has_a_binding() -> None:
    """OpenChoreo joins the parts of a name before it hashes them."""
    shared = data_plane_namespace("acme", "shop-a", "dev")
    assert shared == data_plane_namespace("acme", "shop", "a-dev")
    objects = live(samples.project("acme", "shop-a")), of_project("a-dev", "shop"), cell(shared, None, None)
    cluster = FakeCluster(*objects)
    finalized(cluster, scope=DEV)
    assert cluster.names == sorted(map(str, objects))


def test_a_namespace_of_the_environment_by_its_labels_that_holds_others_objects_is_still_an_error() -> None:
    sneaky = cell("sneaky")
    cluster = FakeCluster(sneaky, live(samples.project("sneaky")))
    assert "  Namespace sneaky: it contains Project 'shop' of namespace 'sneaky'" in failed(KeptError, cluster)


def test_the_namespace_of_the_objects_themselves_is_never_deleted() -> None:
    tenant = live(samples.tenant("acme"), labels=dict(cell().labels) | {"openchoreo.dev/control-plane": "true"})
    cluster = FakeCluster(tenant)
    failed(KeptError, cluster)
    assert cluster.names == ["Namespace acme"]


def test_namespaces_are_deleted_by_name_on_the_data_planes_cluster_and_on_no_other() -> None:
    control_plane = FakeCluster(live(samples.project("acme")), of_project(), cell(OURS, None, None))
    east = FakeCluster(cell(OURS, None, None), cell("dp-labelled"), binding())
    asyncio.run(finalize(control_plane, east, DEVELOPMENT, "5s", "5s", lambda _: None))
    assert control_plane.names == [f"Namespace {OURS}", "Project acme/shop"]
    assert east.names == ["ReleaseBinding acme/web-development"]


# --- Causes --------------------------------------------------------------------------------------------------------

FAILED = {
    "type": "Finalizing",
    "status": "True",
    "reason": "CleanupFailed",
    "message": "failed to list resources: no agents found for plane dataplane/default",
}
IN_PROGRESS = {**FAILED, "reason": "CleanupInProgress", "message": "Cleaning up dataplane resources"}


class Flapping(FakeCluster):
    """A cluster whose RenderedReleases report changing conditions each time they are listed."""

    def __init__(self, *lives: Live, held: list[str]) -> None:
        super().__init__(*lives, held=held)
        self.seen = 0

    async def list(self, resource: Any, *more: Any) -> tuple[list[Live], str | None]:
        found, version = await super().list(resource, *more)
        if resource.kind == "RenderedRelease":
            self.seen += 1
            condition = FAILED if self.seen % 3 == 0 else IN_PROGRESS
            found = [Live(each.resource, {**each.manifest, "status": {"conditions": [condition]}}) for each in found]
        return found, version


def stuck(*more: Live) -> Flapping:
    """A binding that its controller holds, as the objects that it made cannot be cleaned up."""
    held = binding(finalizers=["openchoreo.dev/releasebinding-cleanup"])
    return Flapping(held, rendered("web-development"), *more, held=[str(held)])


def test_a_cause_in_another_object_that_is_visible_at_times_only_is_in_the_error() -> None:
    away = {"agentConnection": {"connected": False, "message": "No agents connected"}}
    cluster = stuck(live(samples.environment("acme", "development")), live(samples.data_plane("acme"), status=away))
    assert failed(DeadlineError, cluster, deployments="200ms")[1:] == [
        "  ReleaseBinding acme/web-development: held by openchoreo.dev/releasebinding-cleanup "
        "(OpenChoreo's controllers)",
        "    inspect: kubectl get releasebindings.openchoreo.dev web-development -n acme -o yaml",
        "  RenderedRelease acme/web-development: Finalizing=True CleanupFailed failed to list resources: "
        "no agents found for plane dataplane/default",
        "    inspect: kubectl get renderedreleases.openchoreo.dev web-development -n acme -o yaml",
        "  DataPlane acme/default, which the environment is on: status.agentConnection says that no agent is "
        "connected: No agents connected",
        "    inspect: kubectl get dataplanes.openchoreo.dev default -n acme -o yaml",
    ]


def test_the_cause_is_reported_once_long_before_the_deadline_if_nothing_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(removal, "PROGRESS_SECONDS", 0.02)
    lines: list[str] = []
    cluster = stuck()
    with pytest.raises(DeadlineError):
        asyncio.run(finalize(cluster, cluster, DEVELOPMENT, "500ms", "5s", lines.append))
    cause = [line for line in lines if line.startswith("RenderedRelease acme/web-development: Finalizing=True")]
    assert len(cause) == 1


def test_a_data_plane_that_is_gone_is_to_be_applied_again() -> None:
    cluster = stuck(live(samples.environment("acme", "development", "east", "ClusterDataPlane")))
    assert failed(DeadlineError, cluster, deployments="200ms")[-1] == (
        "  ClusterDataPlane east, which the environment is on, does not exist, and nothing can be cleaned up without "
        "it: apply it again, and the rest is cleaned up"
    )


def test_an_environment_that_is_gone_is_to_be_applied_again() -> None:
    assert failed(DeadlineError, stuck(), deployments="200ms")[-1] == (
        "  Environment acme/development does not exist, and nothing can be cleaned up without it: "
        "apply it again, and the rest is cleaned up"
    )


def test_a_data_plane_that_is_well_is_not_mentioned() -> None:
    connected = {"agentConnection": {"connected": True, "message": "1 agent connected"}}
    for status in (connected, {}):
        plane = live(samples.data_plane("acme"), status=status)
        cluster = stuck(live(samples.environment("acme", "development")), plane)
        assert "DataPlane" not in "\n".join(failed(DeadlineError, cluster, deployments="200ms"))


def test_causes_that_cannot_be_read_do_not_hide_what_remains() -> None:
    cluster = stuck()

    class Silent(Flapping):
        async def get(self, *_: Any) -> Live | None:
            raise Unreachable("no route to host")

    silent = Silent(*cluster.lives.values(), held=list(cluster.held))
    said = failed(DeadlineError, silent, deployments="200ms")
    assert said[1].startswith("  ReleaseBinding acme/web-development: held by")
    assert said[-1] == "  could not find out what else blocks them: no route to host"


# --- For any content of the cluster ----------------------------------------------------------------------------------

ENVIRONMENTS = st.sampled_from(["dev", "staging", "a-dev"])
PLACES = st.sampled_from(["acme", "other"])
NAMES = st.sampled_from(["shop", "shop-a", "web"])


def _namespaces() -> st.SearchStrategy[Live]:
    names = st.builds(data_plane_namespace, PLACES, NAMES, ENVIRONMENTS) | st.sampled_from(["dp-x", "dp-y"])
    return st.builds(cell, names, st.none() | ENVIRONMENTS, st.none() | PLACES, NAMES)


LIVES = st.lists(
    st.builds(binding, ENVIRONMENTS, NAMES, PLACES)
    | st.builds(of_project, ENVIRONMENTS, NAMES, PLACES)
    | st.builds(of_resource, ENVIRONMENTS, NAMES)
    | st.builds(channel, ENVIRONMENTS, NAMES)
    | st.builds(lambda place, name: live(samples.project(place, name)), PLACES, NAMES)
    | st.builds(project_release, NAMES, PLACES)
    | st.builds(lambda path: pipeline("staging", path), st.sampled_from(["production", "a-dev"]))
    | _namespaces(),
    unique_by=str,
    max_size=20,
)

BINDINGS = {
    "ReleaseBinding",
    "ResourceReleaseBinding",
    "ObservabilityAlertsNotificationChannel",
    "ProjectReleaseBinding",
}


def _needed_by_others(lives: list[Live]) -> Callable[[Live], bool]:
    """The rule itself: whether an object belongs to another environment or namespace, or is not to be deleted."""
    own = [each for each in lives if each.namespace == "acme"]
    projects = {each.name for each in own if each.resource.kind == "Project"}
    releases = [each for each in own if each.resource.kind == "ProjectRelease"]
    projects |= {each.manifest["spec"]["owner"]["projectName"] for each in releases}
    bound = [each for each in own if each.resource.kind == "ProjectReleaseBinding"]
    pairs = {(each.manifest["spec"]["owner"]["projectName"], each.manifest["spec"]["environment"]) for each in bound}
    ours = {data_plane_namespace("acme", each, "dev") for each in projects}
    ours |= {data_plane_namespace("acme", each, stage) for each, stage in pairs if stage == "dev"}
    ours -= {data_plane_namespace("acme", each, stage) for each, stage in pairs if stage != "dev"}

    def needed(each: Live) -> bool:
        if each.resource.kind in BINDINGS:
            return each.namespace != "acme" or each.manifest["spec"]["environment"] != "dev"
        if each.resource.kind != "Namespace":
            return True
        says = {key: each.labels.get(f"openchoreo.dev/{key}") for key in ("namespace", "environment")}
        if (says["namespace"], says["environment"]) == ("acme", "dev"):
            return False
        contradicts = says["namespace"] not in (None, "acme") or says["environment"] not in (None, "dev")
        return each.name not in ours or contradicts

    return needed


@hypothesis_settings(max_examples=80, deadline=None)
@given(LIVES, st.lists(st.just("no route to host"), max_size=2), st.integers(0, 2))
def test_only_what_belongs_to_the_environment_is_deleted_and_what_others_need_is_kept(
    lives: list[Live], outages: list[str], breaks: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(removal, "RETRY_SECONDS", 0.001)
        cluster = FakeCluster(*lives, breaks=breaks)
        cluster.outages = outages
        finalized(cluster, scope=DEV)
    needed = _needed_by_others(lives)
    assert cluster.names == sorted(str(each) for each in lives if needed(each))
    assert not any(each.deleting for each in cluster.lives.values())

"""A rollout ends when bindings are deployed and stay so; at its deadline it reports what blocks them."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from choreo_components.kubernetes.client import Forbidden
from choreo_components.kubernetes.objects import Live, resource_named
from choreo_components.provider.resource import Failure
from choreo_components.provider.resources import rollout as module
from choreo_components.provider.resources.rollout import Rollout
from tests.provider.fake_cluster import FakeCluster
from tests.provider.sessions import session, silent

API_VERSION = "openchoreo.dev/v1alpha1"

rollout = Rollout()

Condition = dict[str, Any]


@pytest.fixture(autouse=True)
def _in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHECK_SECONDS", 0.01)


def condition(type_: str, status: str = "True", reason: str = "", message: str = "", generation: int = 2) -> Condition:
    """A condition of an object's generation."""
    why = {"reason": reason, "message": message}
    return {"type": type_, "status": status, "observedGeneration": generation, **why}


def live(kind: str, name: str, *conditions: Condition, spec: Any = None, **metadata: Any) -> Live:
    """An object of generation 2 in namespace team."""
    return Live(
        resource_named(API_VERSION, kind),
        {
            "metadata": {"name": name, "namespace": "team", "uid": name, "generation": 2, **metadata},
            "spec": spec or {},
            "status": {"conditions": list(conditions)},
        },
    )


def binding(*conditions: Condition, name: str = "web-dev") -> Live:
    spec = {"owner": {"projectName": "shop", "componentName": "web"}, "environment": "dev"}
    return live("ReleaseBinding", name, *conditions, spec=spec)


def rendered(*conditions: Condition, owner: str = "web-dev") -> Live:
    labels = {"openchoreo.dev/environment": "dev"}
    return live("RenderedRelease", "web-dev", *conditions, labels=labels, ownerReferences=[{"uid": owner}])


READY, APPLIED = condition("Ready"), condition("ResourcesApplied")
PROJECT = live("Project", "shop")
ENVIRONMENT = live("Environment", "dev", spec={"dataPlaneRef": {"kind": "DataPlane", "name": "local"}})


def inputs(timeout: str = "1s", **digests: str) -> dict[str, Any]:
    """What the rollout of these bindings is made with; by default of one, web-dev."""
    named = {f"team/{name.replace('_', '-')}": each for name, each in (digests or {"web_dev": "1"}).items()}
    return {"bindings": {f"{API_VERSION}/ReleaseBinding": named}, "timeout": timeout, "formatVersion": 2}


def waited(
    cluster: FakeCluster,
    timeout: str = "1s",
    report: Callable[[str], None] = silent,
    warn: Callable[[str], None] = silent,
) -> None:
    asyncio.run(rollout.create(inputs(timeout), session(cluster, report, warn)))


def refusal(cluster: FakeCluster) -> str:
    with pytest.raises(Failure) as refused:
        waited(cluster, "100ms")
    return str(refused.value)


def when(cluster: FakeCluster, checks: int, happens: Callable[[], None]) -> None:
    """Something happens once the bindings have been checked so often."""
    line = "list releasebindings"

    def later(left: int) -> Callable[[], None]:
        return happens if left == 1 else lambda: cluster.then.update({line: later(left - 1)})

    cluster.then[line] = later(checks)


def test_what_is_ready_and_applied_in_two_checks_in_a_row_is_deployed() -> None:
    cluster = FakeCluster(binding(READY), rendered(APPLIED), PROJECT)
    waited(cluster)
    assert cluster.story == ["list releasebindings", "list renderedreleases"] * 2


def test_ready_is_not_enough_before_the_objects_made_from_it_are_applied_in_their_current_version() -> None:
    cluster = FakeCluster(binding(READY), rendered(condition("ResourcesApplied", generation=1)), PROJECT)
    when(cluster, 3, lambda: cluster.change(rendered(APPLIED)))
    waited(cluster)
    assert len(cluster.requests("list")) > 2 * 3


def test_a_condition_that_is_withdrawn_between_two_checks_starts_the_wait_again() -> None:
    cluster = FakeCluster(binding(READY), rendered(APPLIED), PROJECT)
    when(cluster, 2, lambda: cluster.change(binding(condition("Ready", "False"))))
    cluster.then["get projects shop"] = lambda: cluster.change(binding(READY))
    waited(cluster)
    assert len(cluster.requests("list")) >= 2 * 4


def test_objects_of_another_binding_are_ignored() -> None:
    waited(FakeCluster(binding(READY), rendered(condition("ResourcesApplied", "False"), owner="api-dev"), PROJECT))


def test_a_changed_binding_is_waited_for_and_others_are_not() -> None:
    broken = binding(condition("Ready", "False"), name="api-dev")
    cluster = FakeCluster(binding(READY), rendered(APPLIED), broken, PROJECT)
    before = inputs(web_dev="1", api_dev="1")
    asyncio.run(rollout.update(before, inputs(web_dev="2", api_dev="1"), session(cluster)))
    asked = len(cluster.story)
    assert asked > 0
    asyncio.run(rollout.update(before, {**before, "timeout": "2m"}, session(cluster)))
    assert len(cluster.story) == asked


def test_the_deadline_reports_what_blocks_according_to_all_objects_involved() -> None:
    failed = condition("Ready", "False", "ResourceApplyFailed", "no agents found")
    plane = live("DataPlane", "local")
    plane.manifest["status"]["agentConnection"] = {"connected": False, "message": "No agents connected"}
    made = rendered(condition("ResourcesApplied", "False", reason="ApplyFailed", message="status 502"))
    cluster = FakeCluster(binding(failed), made, PROJECT, ENVIRONMENT, plane)
    assert refusal(cluster).splitlines() == [
        "timed out after 100ms: 1 of 1 bindings are not deployed yet (all were applied):",
        "  ReleaseBinding team/web-dev is not accepted by OpenChoreo's controllers: it waits for Ready=True",
        "    Ready=False ResourceApplyFailed no agents found",
        "    inspect: kubectl get releasebindings.openchoreo.dev web-dev -n team -o yaml",
        "  RenderedRelease team/web-dev: ResourcesApplied=False ApplyFailed status 502",
        "    inspect: kubectl get renderedreleases.openchoreo.dev web-dev -n team -o yaml",
        "  DataPlane team/local, which the environment is on: status.agentConnection says that no agent is connected: "
        "No agents connected",
        "    inspect: kubectl get dataplanes.openchoreo.dev local -n team -o yaml",
        "  The next pulumi up waits for them again",
    ]


def test_the_deadline_names_what_is_not_applied_of_a_binding_that_says_ready() -> None:
    said = refusal(FakeCluster(binding(READY), rendered(condition("ResourcesApplied", generation=1)), PROJECT))
    assert "RenderedRelease team/web-dev is not accepted by OpenChoreo's controllers: it waits for" in said
    assert "Environment team/dev does not exist, and nothing is deployed without it: apply it" in said


def test_a_missing_binding_is_named() -> None:
    assert "ReleaseBinding team/web-dev is not in the cluster" in refusal(FakeCluster())


def test_a_binding_of_a_project_that_a_program_may_declare_later_is_reported_and_not_waited_for() -> None:
    lines: list[str] = []
    waited(FakeCluster(binding(condition("Ready", "False"))), report=lines.append)
    assert lines == ["ReleaseBinding team/web-dev is not waited for: Project team/shop does not exist yet"]


def test_a_project_that_appears_in_the_meantime_is_waited_for() -> None:
    cluster = FakeCluster(binding(condition("Ready", "False")), rendered(APPLIED))

    def appears() -> None:
        cluster.add(PROJECT)
        when(cluster, module.CHECKS_FOR_OWNER + 1, lambda: cluster.change(binding(READY)))

    when(cluster, module.CHECKS_FOR_OWNER, appears)
    lines: list[str] = []
    waited(cluster, report=lines.append)
    assert lines == []


def test_an_api_server_that_cannot_be_reached_is_asked_again() -> None:
    cluster = FakeCluster(binding(READY), rendered(APPLIED), PROJECT)
    cluster.outages.append("the network is gone")
    waited(cluster, "10s")


def test_credentials_that_cannot_list_get_a_warning_as_everything_is_applied() -> None:
    cluster, warned = FakeCluster(), list[str]()
    cluster.refusal = Forbidden("list renderedreleases: forbidden")
    waited(cluster, warn=warned.append)
    assert warned == ["did not wait for ReleaseBinding team/web-dev: list renderedreleases: forbidden"]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "bindings"),
    ({"bindings": ["web"]}, "bindings"),
    ({"bindings": {"kind": {"web": 1}}}, "bindings"),
    ({"bindings": {}, "timeout": "soon"}, "timeout"),
    ({"bindings": {}, "timeout": 10}, "timeout"),
    ({"bindings": {}, "nonsense": 1}, "nonsense"),
]


@pytest.mark.parametrize(("given", "property_"), WRONG)
def test_what_is_wrong_is_named_by_property(given: dict[str, Any], property_: str) -> None:
    _, failures = asyncio.run(rollout.check({}, given, session(FakeCluster())))
    assert list(failures) == [property_]


def test_a_check_sends_no_request_and_fills_in_the_deadline() -> None:
    cluster = FakeCluster()
    found, failures = asyncio.run(rollout.check({}, {"bindings": inputs()["bindings"]}, session(cluster)))
    assert (found["timeout"], failures, cluster.story) == ("10m", {}, [])

"""The control plane: a stack stays on its cluster, even if a kubeconfig leads to another one by now."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from pulumi.runtime.rpc import UNKNOWN

from choreo_components.kubernetes.client import ClusterError, Forbidden, Unreachable
from choreo_components.provider.control_plane import Checked, check, verify
from choreo_components.provider.resource import Failure
from choreo_components.state.contract import Settings
from tests.provider.fake_cluster import FakeCluster, kube_system

HERE, THERE = "uid of here", "uid of there"


def cluster(identity: str) -> FakeCluster:
    return FakeCluster(kube_system(identity))


def silent(problem: ClusterError) -> FakeCluster:
    """A cluster that answers with an error."""
    made = FakeCluster()
    made.refusal = problem
    return made


def connect(ways: Mapping[Any, FakeCluster]) -> Any:
    """The clusters by kubeconfig and context; no kubeconfig has another context."""

    def connected(kubeconfig: str | None, context: str | None) -> FakeCluster:
        if (kubeconfig, context) not in ways:
            raise ClusterError(f"no usable kubeconfig: it has no context {context!r}")
        return ways[kubeconfig, context]

    return connected


def checked(olds: dict[str, Any], news: dict[str, Any], identity: str = HERE) -> Checked:
    return asyncio.run(check(olds, news, connect({(None, news.get("context")): cluster(identity)})))


# --- At preview and up -----------------------------------------------------------------------------------------------


def test_the_identity_of_the_cluster_is_kept_with_the_settings() -> None:
    assert checked({}, {"context": "a"}) == Checked({"context": "a", Settings.CLUSTER: HERE}, is_recognized=True)


def test_an_identity_that_the_program_has_read_is_not_read_again() -> None:
    found = asyncio.run(check({}, {Settings.CLUSTER: HERE}, connect({})))
    assert found == Checked({Settings.CLUSTER: HERE}, is_recognized=True)


@pytest.mark.parametrize(
    "news", [{"context": "b"}, {Settings.CLUSTER: THERE}], ids=["asked here", "asked by the program"]
)
def test_another_cluster_than_the_one_in_the_state_is_refused_with_the_way_out(news: dict[str, Any]) -> None:
    refused = checked({Settings.CLUSTER: HERE}, news, THERE).refused
    assert refused is not None
    assert HERE in refused
    assert f"pulumi config set choreo:controlPlane {THERE}" in refused


def test_another_cluster_is_accepted_if_the_settings_name_it() -> None:
    found = checked({Settings.CLUSTER: HERE}, {"controlPlane": THERE}, THERE)
    assert (found.settings[Settings.CLUSTER], found.refused, found.has_moved) == (THERE, None, True)
    again = checked(found.settings, {"controlPlane": THERE}, THERE)
    assert (again.refused, again.is_recognized, again.has_moved) == (None, True, False)


def test_a_cluster_that_the_settings_do_not_name_is_refused_also_the_first_time() -> None:
    assert checked({}, {"controlPlane": THERE}, HERE).refused == (
        f"controlPlane is {THERE}, and the UID of this cluster's namespace kube-system is {HERE}: select the other "
        "cluster (KUBECONFIG, or kubectl config use-context), or correct controlPlane"
    )


def test_a_cluster_that_the_settings_name_must_be_identified() -> None:
    refused = asyncio.run(check({}, {"controlPlane": HERE, Settings.CLUSTER: ""}, connect({}))).refused
    assert refused is not None
    assert refused.startswith(f"controlPlane is {HERE}, and this cluster could not be identified: ")


def test_the_setting_is_accepted_later_without_the_right_to_read_the_identity() -> None:
    found = asyncio.run(check({Settings.CLUSTER: HERE}, {"controlPlane": HERE, Settings.CLUSTER: ""}, connect({})))
    assert (found.settings[Settings.CLUSTER], found.refused, found.is_recognized) == (HERE, None, False)
    assert asyncio.run(
        check({Settings.CLUSTER: THERE}, {"controlPlane": HERE, Settings.CLUSTER: ""}, connect({}))
    ).refused


@pytest.mark.parametrize("problem", [Forbidden("not yours"), Unreachable("no answer")])
def test_a_cluster_that_does_not_answer_keeps_the_known_identity(problem: ClusterError) -> None:
    found = asyncio.run(check({Settings.CLUSTER: HERE}, {}, connect({(None, None): silent(problem)})))
    assert found == Checked({Settings.CLUSTER: HERE})


def test_with_an_unknown_kubeconfig_no_cluster_is_read() -> None:
    assert asyncio.run(check({}, {"kubeconfig": UNKNOWN}, connect({}))) == Checked({"kubeconfig": UNKNOWN})


# --- Where no program runs -------------------------------------------------------------------------------------------


def verified(
    settings: dict[str, Any],
    ways: Mapping[Any, FakeCluster],
    selected: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("choreo_components.kubernetes.kubeconfig.context_of", lambda: selected)
    asyncio.run(verify(settings, connect(ways)))


def test_the_cluster_of_the_last_up_is_the_one_that_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    verified({Settings.CLUSTER: HERE, "context": "a"}, {(None, "a"): cluster(HERE)}, "a", monkeypatch)


def test_the_current_context_may_have_another_name_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ways = {(None, "a"): cluster(HERE), (None, "b"): cluster(HERE)}
    verified({Settings.CLUSTER: HERE, "context": "a"}, ways, "b", monkeypatch)


def test_a_current_context_that_leads_to_another_cluster_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    ways = {(None, "a"): cluster(HERE), (None, "b"): cluster(THERE)}
    with pytest.raises(Failure, match=r"^the current context, 'b', leads to another cluster than this stack is on"):
        verified({Settings.CLUSTER: HERE, "context": "a"}, ways, "b", monkeypatch)


def test_a_current_context_whose_cluster_cannot_be_identified_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    ways = {(None, "a"): cluster(HERE), (None, "b"): silent(Unreachable("no answer"))}
    with pytest.raises(Failure, match=r"no answer. Nothing was changed: kubectl config use-context a$"):
        verified({Settings.CLUSTER: HERE, "context": "a"}, ways, "b", monkeypatch)


@pytest.mark.parametrize("settings", [{"context": "a"}, {"kubeconfig": "text"}, {}])
def test_the_same_settings_that_lead_to_another_cluster_are_refused(
    settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    way = (settings.get("kubeconfig"), settings.get("context"))
    with pytest.raises(Failure, match="leads to another cluster than this stack is on"):
        verified({**settings, Settings.CLUSTER: HERE}, {way: cluster(THERE)}, settings.get("context"), monkeypatch)


def test_a_context_that_is_missing_in_the_kubeconfig_is_reported_with_the_next_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(Failure, match=r"no context 'a'; the last pulumi up used context 'a'. To use the"):
        verified({Settings.CLUSTER: HERE, "context": "a"}, {}, "b", monkeypatch)


def test_a_cluster_that_does_not_answer_is_left_to_the_calls_that_use_it_and_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ways = {(None, None): silent(Unreachable("no answer"))}
    with pytest.raises(Unreachable, match="no answer"):
        verified({Settings.CLUSTER: HERE}, ways, None, monkeypatch)


def test_settings_that_a_program_has_just_set_are_compared_without_the_current_context() -> None:
    """A preview without a cluster, or with expired credentials, gets that error from the calls that use the cluster."""
    settings = {Settings.CLUSTER: HERE, "context": "a"}
    asyncio.run(verify(settings, connect({(None, "a"): cluster(HERE)}), current=True))
    with pytest.raises(Failure, match="leads to another cluster than this stack is on"):
        asyncio.run(verify(settings, connect({(None, "a"): cluster(THERE)}), current=True))
    with pytest.raises(ClusterError, match="no usable kubeconfig"):
        asyncio.run(verify(settings, connect({}), current=True))


def test_a_state_without_an_identity_reads_no_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    verified({"context": "a"}, {}, "b", monkeypatch)


def test_the_settings_of_the_control_plane_are_those_of_the_schema() -> None:
    from choreo_components.provider.schema import _SETTINGS

    assert {Settings.KUBECONFIG, Settings.CONTEXT, Settings.CONTROL_PLANE} <= set(_SETTINGS)

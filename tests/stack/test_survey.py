"""The survey: what becomes of a plan when the cluster does not answer, and that nobody is asked for nothing."""

import asyncio
import json
import socket

import pytest

from choreo_components.controllers import Controllers
from choreo_components.findings import Severity, warning
from choreo_components.survey import Survey, survey
from tests.stack import declaring
from tests.stack.declaring import Stack, stack


@pytest.fixture
def nobody() -> str:
    """A kubeconfig that leads to a port where nobody listens."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    cluster = {"name": "c", "cluster": {"server": f"https://127.0.0.1:{port}"}}
    context = {"name": "c", "context": {"cluster": "c", "user": "u"}}
    user = {"name": "u", "user": {"token": "very-secret"}}
    config = {"apiVersion": "v1", "kind": "Config", "current-context": "c"}
    return json.dumps({**config, "clusters": [cluster], "contexts": [context], "users": [user]})


def asked(found: Stack, kubeconfig: str) -> Survey:
    return survey(found.plan, Controllers.PRESENT, kubeconfig)


def test_a_stack_of_nothing_asks_nobody() -> None:
    assert asked(stack(), "no kubeconfig at all") == Survey()


def test_an_unreachable_cluster_is_a_warning_that_says_all_that_was_not_checked(nobody: str) -> None:
    found = stack(declaring.environment("development"), declaring.environment("staging"))
    surveyed = asked(found, nobody)
    assert surveyed.live == {}
    [finding] = surveyed.findings
    assert finding == warning(found.plan.outside[0].where, finding.message)
    assert "https://127.0.0.1" in finding.message
    assert "cannot be reached" in finding.message
    assert finding.message.endswith(
        "; not checked whether these exist: "
        "Organization 'acme' of organization 'acme', DataPlane 'dp-local' of organization 'acme'; "
        "nor whether the cluster serves the kinds of this stack; "
        "nor whether the credentials have the rights that it takes; "
        "nor whether the conditions can come that are waited for"
    )
    assert "very-secret" not in finding.message


def test_the_warning_of_a_stack_that_refers_to_nothing_outside_stands_at_its_first_object(nobody: str) -> None:
    found = stack(declaring.organization(), declaring.data_plane())
    [finding] = asked(found, nobody).findings
    assert finding.where == found.declared("Organization", "acme").at()
    assert "; not checked whether the cluster serves" in finding.message


@pytest.mark.parametrize("kubeconfig", ["/nonexistent/config", "{}", "a: [\nvery-secret", "{kind: Config}"])
def test_a_kubeconfig_that_leads_nowhere_is_a_warning_too(kubeconfig: str) -> None:
    surveyed = asked(stack(declaring.data_plane()), kubeconfig)
    assert surveyed.live == {}
    [finding] = surveyed.findings
    assert finding.severity is Severity.WARNING
    assert finding.message.startswith("no usable kubeconfig: ")
    assert "very-secret" not in finding.message


def test_an_event_loop_that_runs_already_is_no_obstacle(nobody: str) -> None:
    async def program_of_pulumi() -> int:
        return len(asked(stack(declaring.data_plane()), nobody).findings)

    assert asyncio.run(program_of_pulumi()) == 1

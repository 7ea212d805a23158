"""The preflight: what is reported if the cluster does not answer, and that nothing is asked without need."""

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from choreo_components.api import custom_resource_definitions
from choreo_components.api.core_v1.kinds import V0_2_0
from choreo_components.api.generation import Severity
from choreo_components.components import preparation
from choreo_components.config.findings import errors, warning
from choreo_components.config.options import Controllers
from choreo_components.preflight.run import Survey, survey
from tests import declaring
from tests.declaring import Stack, stack


@pytest.fixture
def unreachable(closed_server: str) -> str:
    """A kubeconfig of a server that does not run."""
    return kubeconfig(closed_server)


@pytest.fixture
def web_server() -> Iterator[str]:
    """The address of another kind of HTTP server, which answers with what follows /as/ in the path."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            text = self.path.partition("/as/")[2].partition("/")[0].encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: Any) -> None:
            """Logs nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def kubeconfig(server: str) -> str:
    cluster = {"name": "c", "cluster": {"server": server}}
    context = {"name": "c", "context": {"cluster": "c", "user": "u"}}
    user = {"name": "u", "user": {"token": "very-secret"}}
    config = {"apiVersion": "v1", "kind": "Config", "current-context": "c"}
    return json.dumps({**config, "clusters": [cluster], "contexts": [context], "users": [user]})


def asked(found: Stack, kubeconfig: str, controllers: Controllers = Controllers.PRESENT) -> Survey:
    return asyncio.run(survey(found.plan, controllers, kubeconfig))


def test_an_empty_stack_asks_nothing() -> None:
    assert asked(stack(), "no kubeconfig at all") == Survey()


def test_an_unreachable_cluster_is_a_warning_with_all_that_was_not_checked(unreachable: str) -> None:
    found = stack(declaring.environment("development"), declaring.environment("staging"))
    surveyed = asked(found, unreachable)
    assert surveyed.live == {}
    [finding] = surveyed.findings
    assert finding == warning(found.plan.outside[0].where, finding.message)
    assert "https://127.0.0.1" in finding.message
    assert "cannot be reached" in finding.message
    assert finding.message.endswith(
        "; not checked whether these exist: "
        "Organization 'acme' of organization 'acme', DataPlane 'dp-local' of organization 'acme'; "
        "nor whether the cluster serves the kinds of this stack; "
        "nor whether the credentials have the necessary rights; "
        "nor whether any of this stack's objects is being deleted; "
        "nor whether the cluster's definitions keep all fields of the objects, and the conditions that are waited for"
    )
    assert "very-secret" not in finding.message


def test_the_warning_of_a_stack_without_references_outside_is_at_its_first_object(unreachable: str) -> None:
    found = stack(declaring.organization(), declaring.data_plane())
    [finding] = asked(found, unreachable).findings
    assert finding.where == found.declared("Organization", "acme").at()
    assert "; not checked whether the cluster serves" in finding.message


@pytest.mark.parametrize("given", ["/nonexistent/config", "{}", "a: [\nvery-secret", "{kind: Config}"])
def test_an_unusable_kubeconfig_is_a_warning_too(given: str) -> None:
    surveyed = asked(stack(declaring.data_plane()), given)
    assert surveyed.live == {}
    [finding] = surveyed.findings
    assert finding.severity is Severity.WARNING
    assert finding.message.startswith("no usable kubeconfig: ")
    assert "very-secret" not in finding.message


@pytest.mark.parametrize("text", ["hello", "[]", "42"])
def test_a_server_that_is_not_an_api_server_is_a_warning_too(web_server: str, text: str) -> None:
    [finding] = asked(stack(declaring.data_plane()), kubeconfig(f"{web_server}/as/{text}")).findings
    assert finding.severity is Severity.WARNING
    assert "is not from a Kubernetes API server" in finding.message


def test_it_works_inside_a_running_event_loop(unreachable: str) -> None:
    async def program_of_pulumi() -> int:
        asking = survey(stack(declaring.data_plane()).plan, Controllers.PRESENT, unreachable)
        return len((await preparation.in_another_loop(asking)).findings)

    assert asyncio.run(program_of_pulumi()) == 1


# --- The cluster's definitions ---------------------------------------------------------------------------------------


@pytest.fixture
def answers() -> dict[str, Any]:
    """The answers of an API server with OpenChoreo v0.2.0's definitions, by path."""
    everything = custom_resource_definitions(V0_2_0)
    definitions = [each for each in everything if each["spec"]["group"] == "core.choreo.dev"]
    kinds = [{"kind": each["spec"]["names"]["kind"]} for each in definitions]
    schemas = {
        kind["kind"]: {
            **definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"],
            "x-kubernetes-group-version-kind": [{"group": "core.choreo.dev", "version": "v1", **kind}],
        }
        for kind, definition in zip(kinds, definitions, strict=True)
    }
    return {
        "/apis/core.choreo.dev/v1": {"resources": kinds},
        "/openapi/v3/apis/core.choreo.dev/v1": {"components": {"schemas": schemas}},
        "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews": {"status": {}},
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews": {"status": {"allowed": True}},
        "/api/v1/namespaces/kube-system": {"metadata": {"name": "kube-system", "uid": "uid of this cluster"}},
    }


@pytest.fixture
def api_server(answers: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """The address of the API server, and the paths that it is asked for."""
    paths: list[str] = []

    class Api(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = answers.get(self.path)
            text = json.dumps(answer or {"kind": "Status", "code": 404, "message": "not found"}).encode()
            self.send_response(404 if answer is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_POST = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            """Logs nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield kubeconfig(f"http://127.0.0.1:{server.server_port}"), paths
        server.shutdown()


@pytest.mark.parametrize("controllers", Controllers)
def test_the_definitions_are_read_once_for_all_checks(
    api_server: tuple[str, list[str]], controllers: Controllers
) -> None:
    leading, paths = api_server
    found = stack(declaring.organization(), declaring.data_plane_with_credentials(), controllers=controllers.value)
    surveyed = asked(found, leading, controllers)
    assert [path for path in paths if "openapi" in path] == ["/openapi/v3/apis/core.choreo.dev/v1"]
    assert not errors(surveyed.findings)
    waited = {"Organization", "DataPlane"} if controllers is Controllers.PRESENT else set()
    assert {kind for _, kind in surveyed.unsupported} == waited, "it publishes no status subresource"


def test_it_returns_the_identity_of_the_cluster(api_server: tuple[str, list[str]]) -> None:
    assert asked(stack(declaring.organization()), api_server[0]).identity == "uid of this cluster"


def test_an_object_that_the_definitions_do_not_fit_is_an_error(api_server: tuple[str, list[str]]) -> None:
    found = stack(declaring.organization(), declaring.data_plane(), controllers="absent")
    [finding] = asked(found, api_server[0], Controllers.ABSENT).findings
    assert finding.where == found.at(
        "connectionConfigRef", "choreo:resources[1].spec.kubernetesCluster.connectionConfigRef"
    )
    assert finding.message.startswith("the cluster's DataPlane is that of OpenChoreo v0.2.0, but this one is ")


# --- What is being deleted -----------------------------------------------------------------------------------------


def deleted(kind: str, name: str, namespace: str | None = None) -> dict[str, Any]:
    """The object, as an API server shows it while it is being deleted."""
    metadata = {"name": name, "namespace": namespace, "deletionTimestamp": "2025-05-09T00:00:00Z"}
    return {"kind": kind, "metadata": {key: value for key, value in metadata.items() if value}}


def test_what_is_being_deleted_is_no_finding_that_would_prevent_a_destroy_that_runs_the_program(
    api_server: tuple[str, list[str]], answers: dict[str, Any]
) -> None:
    answers["/apis/core.choreo.dev/v1/organizations/acme"] = deleted("Organization", "acme")
    found = stack(declaring.organization(), controllers="absent")
    surveyed = asked(found, api_server[0], Controllers.ABSENT)
    assert surveyed.findings == ()
    [finding] = surveyed.terminating
    assert finding.message.startswith("Organization acme is being deleted since 2025-05-09T00:00:00Z")


def test_so_is_what_an_object_of_the_stack_refers_to(
    api_server: tuple[str, list[str]], answers: dict[str, Any]
) -> None:
    answers["/apis/core.choreo.dev/v1/organizations/acme"] = deleted("Organization", "acme")
    found = stack(declaring.data_plane_with_credentials(), controllers="absent")
    surveyed = asked(found, api_server[0], Controllers.ABSENT)
    assert surveyed.findings == ()
    [finding] = surveyed.terminating
    assert finding.where == found.at("namespace: acme", "choreo:resources[0].metadata.namespace")


def test_a_reference_that_may_lead_to_nothing_is_a_warning_where_that_is_being_deleted(
    api_server: tuple[str, list[str]], answers: dict[str, Any]
) -> None:
    answers["/apis/core.choreo.dev/v1/organizations/acme"] = {"metadata": {"name": "acme"}}
    answers["/apis/core.choreo.dev/v1/namespaces/acme/environments/development"] = deleted(
        "Environment", "development", "acme"
    )
    surveyed = asked(stack(declaring.pipeline(), controllers="absent"), api_server[0], Controllers.ABSENT)
    assert surveyed.terminating == ()
    [finding] = surveyed.findings
    assert finding.severity is Severity.WARNING
    assert "Environment acme/development, which DeploymentPipeline 'pipeline'" in finding.message

"""Requests: an API server that postpones many of them, and proxies that are not for the engine."""

import re
import time
from pathlib import Path

from tests.engine import samples
from tests.engine.front import Front, Own
from tests.engine.test_inspection import choreo
from tests.engine.workspace import Workspace

BUSY = '{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "TooManyRequests", "code": 429}'


def each_fourth(request: int) -> Own | None:
    """The answers of an API server with too many requests, or in a rolling update."""
    if request % 4:
        return None
    status, kind = (429, "application/json") if request % 8 else (503, "text/plain")
    return status, {"Content-Type": kind, "Retry-After": "1"}, BUSY


def test_a_busy_api_server_stops_no_command(workspace: Workspace, organization: str, tmp_path: Path) -> None:
    acme, development = (samples.stack(name, organization)["choreo:resources"] for name in ("acme", "development"))
    workspace.stack("busy", {"choreo:resources": [*acme, *development]})
    with Front(workspace.kubeconfig, each_fourth) as front:
        workspace.environment["KUBECONFIG"] = str(front.kubeconfig(tmp_path / "busy"))
        said = workspace.preview("busy").said
        assert "not checked" not in said
        workspace.up("busy")
        found = choreo(workspace, "drift", "busy")
        assert (found.returncode, found.stdout) == (0, "1 stack, 11 objects: no drift\n")
        assert workspace.destroy("busy").changes == {"deleted": 26}
        assert front.interfered > 20


def test_a_destroy_reports_what_it_waits_for_whatever_proxies_there_are(
    acme: Workspace, organization: str, tmp_path: Path
) -> None:
    """The engine is on the same machine, and gRPC would look for it behind a proxy."""
    acme.stack("staging", samples.stack("staging", organization))
    acme.up("staging")
    for variable in ("https_proxy", "http_proxy", "grpc_proxy"):
        acme.environment[variable] = "http://127.0.0.1:9"
    begun: list[float] = []

    def starting(request: int) -> Own | None:
        """The answers of an API server in the first four seconds."""
        begun.append(time.monotonic())
        return (503, {"Retry-After": "1"}, "starting") if begun[-1] - begun[0] < 4 else None

    with Front(acme.kubeconfig, starting) as front:
        acme.environment["KUBECONFIG"] = str(front.kubeconfig(tmp_path / "starting"))
        said = acme.destroy("staging").said
    waiting = r"API server http://127.0.0.1:\d+ answers 503 Service Unavailable; trying again for up to 30s"
    assert re.search(rf"choreo:index:DeletionGuard \S+ deleting \S+ {waiting}", said)
    assert re.search(r"choreo:index:EnvironmentFinalizer \S+ deleting \S+ namespaces: deleting \d", said)

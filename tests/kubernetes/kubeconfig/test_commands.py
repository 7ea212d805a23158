"""An exec credential plugin is run once for all requests that want its answer, however many clients and loops ask."""

import asyncio
import json
import os
import time
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from choreo_components.kubernetes.client import Cluster, ClusterError, Unauthorized
from choreo_components.kubernetes.kubeconfig import commands
from choreo_components.kubernetes.kubeconfig.resolution import EXEC_VERSIONS
from choreo_components.kubernetes.objects import NAMESPACES
from tests.cli.running import choreo
from tests.https import Server, in_base64, serving

pytestmark = pytest.mark.processes_in_threads

V1, V1BETA1 = EXEC_VERSIONS

PLUGIN = """#!/usr/bin/env python3
import fcntl, json, os, pathlib, signal, sys, time
here = pathlib.Path(__file__).parent
with open(here / "runs", "a") as runs:
    runs.write(f"{os.getpid()}\\n")
(here / "info").write_text(os.environ["KUBERNETES_EXEC_INFO"])
(here / "seen").write_text(json.dumps([os.environ.get("MINE"), sys.stdin.read(), sys.argv[1:]]))
# There is one port to be called back on: who comes second while it is taken fails.
port = open(here / "port", "w")
try:
    fcntl.flock(port, fcntl.LOCK_EX | fcntl.LOCK_NB)
except OSError:
    sys.exit("error: address already in use")
exec((here / "does").read_text())
print((here / "answer").read_text())
"""


class Plugin:
    """A command whose answer, and what it does before it, can be changed; it notes its runs."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "plugin"
        self.file.write_text(PLUGIN)
        self.file.chmod(0o700)
        self.does("time.sleep(0.2)")
        self.answers("good")

    def does(self, code: str) -> None:
        """What it does before it answers."""
        (self.file.parent / "does").write_text(code)

    def answers(self, token: str | None, version: str = V1, **status: str) -> None:
        """What it prints."""
        status |= {} if token is None else {"token": token}
        answer = {"apiVersion": version, "kind": "ExecCredential", "status": status}
        (self.file.parent / "answer").write_text(json.dumps(answer))

    def user(self, **fields: Any) -> dict[str, Any]:
        """A user whose credentials it prints."""
        command = {"apiVersion": V1, "command": str(self.file), "interactiveMode": "IfAvailable"}
        return {"exec": command | fields}

    @property
    def runs(self) -> Sequence[int]:
        """The process of each run."""
        file = self.file.parent / "runs"
        return [int(line) for line in file.read_text().split()] if file.exists() else []

    def recorded(self, name: str) -> Any:
        """What a run has noted."""
        return json.loads((self.file.parent / name).read_text())


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tokens={"good"}, folder=tmp_path) as started:
        yield started


@pytest.fixture
def plugin(tmp_path: Path) -> Plugin:
    return Plugin(tmp_path)


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Runs it in a separate loop, within reasonable time."""

    async def limited() -> Any:
        async with asyncio.timeout(30):
            return await work

    return asyncio.run(limited())


async def listed(text: str, times: int = 1) -> None:
    async with Cluster(text) as cluster:
        await asyncio.gather(*(cluster.list(NAMESPACES, {}) for _ in range(times)))


def refusal(text: str, times: int = 1) -> str:
    with pytest.raises(ClusterError) as refused:
        run(listed(text, times))
    assert "\n" not in str(refused.value)
    return str(refused.value)


def alive(process: int) -> bool:
    """Whether it runs, or has ended and was not yet reaped."""
    return Path(f"/proc/{process}").exists()


def test_many_requests_of_many_clusters_and_loops_wait_for_one_run(server: Server, plugin: Plugin) -> None:
    text = server.kubeconfig(plugin.user())

    async def many() -> None:
        await asyncio.gather(*(listed(text, times=5) for _ in range(3)))

    with ThreadPoolExecutor(3) as pool:
        for each in [pool.submit(run, many()) for _ in range(3)]:
            each.result()
    run(listed(text))
    assert len(server.requests) == 46
    assert len(plugin.runs) == 1


def test_a_command_of_choreo_runs_it_once_and_asks_as_the_kubeconfig_says(
    server: Server, plugin: Plugin, tmp_path: Path
) -> None:
    file = tmp_path / "config"
    file.write_text(server.kubeconfig({**plugin.user(command="./plugin"), "as": "me"}))
    done = choreo("leftovers", "-C", tmp_path, "--organization", "acme", "--kubeconfig", file)
    assert done.exit_code == 0, done.output
    # It serves no kind, so no more is asked for.
    assert len(server.requests) > 1
    assert {tuple(request.headers["impersonate-user"]) for request in server.requests} == {("me",)}
    assert len(plugin.runs) == 1


def test_after_a_401_it_is_run_once_for_all_requests_that_got_one(server: Server, plugin: Plugin) -> None:
    async def ask() -> None:
        async with Cluster(server.kubeconfig(plugin.user())) as cluster:
            await cluster.list(NAMESPACES, {})
            plugin.answers("better")
            server.tokens = {"better"}
            await asyncio.gather(*(cluster.list(NAMESPACES, {}) for _ in range(8)))

    run(ask())
    assert len(plugin.runs) == 2


def test_credentials_that_stay_refused_do_not_run_it_for_each_request(server: Server, plugin: Plugin) -> None:
    server.tokens = set()

    async def ask() -> None:
        async with Cluster(server.kubeconfig(plugin.user())) as cluster:
            for _ in range(4):
                with pytest.raises(Unauthorized):
                    await cluster.list(NAMESPACES, {})

    run(ask())
    assert len(plugin.runs) == 2


def test_it_is_run_again_when_its_credentials_have_expired(server: Server, plugin: Plugin) -> None:
    soon, later = (datetime.now(UTC) + timedelta(seconds=each) for each in (5, 600))

    async def ask() -> None:
        async with Cluster(server.kubeconfig(plugin.user())) as cluster:
            plugin.answers("good", expirationTimestamp=soon.isoformat())
            await cluster.list(NAMESPACES, {})
            await cluster.list(NAMESPACES, {})
            assert len(plugin.runs) == 1
            plugin.answers("good", expirationTimestamp=f"{later:%Y-%m-%dT%H:%M:%SZ}")
            await asyncio.sleep((soon - datetime.now(UTC)).total_seconds() + 0.1)
            await asyncio.gather(*(cluster.list(NAMESPACES, {}) for _ in range(4)))

    run(ask())
    assert len(plugin.runs) == 2


def test_a_failure_is_shared_by_all_that_wait_and_by_those_that_follow_at_once(server: Server, plugin: Plugin) -> None:
    plugin.does("sys.exit('Your session\\n\\x1b[1mhas expired\\n' + 'x' * 400 + ' log in with: corp\\n')")
    text = server.kubeconfig(plugin.user())
    said = refusal(text, times=5)
    assert "the exec credential plugin (user.exec) failed with exit code 1: … xxx" in said
    assert said.endswith("log in with: corp")
    assert len(said) < 500
    refusal(text)
    assert len(plugin.runs) == 1


def test_other_commands_and_clusters_are_other_credentials(server: Server, plugin: Plugin) -> None:
    run(listed(server.kubeconfig(plugin.user())))
    run(listed(server.kubeconfig(plugin.user(), **{"tls-server-name": "127.0.0.1"})))
    assert len(plugin.runs) == 1, "it does not know the cluster"
    run(listed(server.kubeconfig(plugin.user(args=["--other"]))))
    assert len(plugin.runs) == 2


@pytest.mark.parametrize("stubborn", [False, True])
def test_a_run_ends_when_the_last_that_waits_for_it_is_cancelled(
    server: Server, plugin: Plugin, stubborn: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "GRACE_SECONDS", 0.3)
    plugin.does(("signal.signal(signal.SIGTERM, signal.SIG_IGN);" if stubborn else "") + "time.sleep(600)")
    runs: list[commands._Run] = []

    class Recorded(commands._Run):
        def __init__(self) -> None:
            super().__init__()
            runs.append(self)

    monkeypatch.setattr(commands, "_Run", Recorded)

    async def ask() -> None:
        async with Cluster(server.kubeconfig(plugin.user())) as cluster:
            waiting = [asyncio.create_task(cluster.list(NAMESPACES, {})) for _ in range(3)]
            while not (plugin.file.parent / "seen").exists() or runs[-1].waiting < len(waiting):
                await asyncio.sleep(0.02)
            [process] = plugin.runs
            for task in waiting[:2]:
                task.cancel()
            await asyncio.wait(waiting[:2], timeout=1)
            assert alive(process), "one still waits"
            waiting[2].cancel()
            await asyncio.wait(waiting)
            assert not alive(process)
            plugin.does("")
            await cluster.list(NAMESPACES, {})

    run(ask())
    assert len(plugin.runs) == 2


def test_it_has_a_deadline(server: Server, plugin: Plugin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "COMMAND_SECONDS", 4.0)
    plugin.does("sys.stderr.write('open http://localhost'); sys.stderr.flush(); time.sleep(600)")
    assert "did not end within 4 s: open http://localhost" in refusal(server.kubeconfig(plugin.user()))
    assert not alive(plugin.runs[0])


def test_what_it_has_started_may_outlive_it(server: Server, plugin: Plugin) -> None:
    """A browser keeps the standard error open that it was given."""
    plugin.does("import subprocess; subprocess.Popen(['sleep', '5'], stdout=subprocess.DEVNULL)")
    before = time.monotonic()
    run(listed(server.kubeconfig(plugin.user())))
    assert time.monotonic() - before < 4


def test_it_gets_the_request_and_its_variables_and_no_terminal(server: Server, plugin: Plugin) -> None:
    variables = [{"name": "MINE", "value": "x"}, {"name": "KUBERNETES_EXEC_INFO", "value": "overridden"}]
    run(listed(server.kubeconfig(plugin.user(env=variables, args=["a", "b"]))))
    assert plugin.recorded("seen") == ["x", "", ["a", "b"]]
    assert plugin.recorded("info") == {"apiVersion": V1, "kind": "ExecCredential", "spec": {"interactive": False}}


def test_v1beta1_is_asked_in_its_own_version(server: Server, plugin: Plugin) -> None:
    plugin.answers("good", V1BETA1)
    run(listed(server.kubeconfig(plugin.user(apiVersion=V1BETA1, interactiveMode=None))))
    assert plugin.recorded("info")["apiVersion"] == V1BETA1


@pytest.mark.parametrize("file", [False, True])
def test_it_gets_the_cluster_where_the_kubeconfig_says_so(
    server: Server, plugin: Plugin, tmp_path: Path, file: bool
) -> None:
    extensions = [
        {"name": "other", "extension": {"x": 1}},
        {"name": "client.authentication.k8s.io/exec", "extension": {"audience": "a", "nested": [1, None]}},
    ]
    cluster: dict[str, Any] = {"tls-server-name": "127.0.0.1", "disable-compression": True, "extensions": extensions}
    if file:
        cluster |= {"certificate-authority-data": None, "certificate-authority": str(tmp_path / "authority.pem")}
    run(listed(server.kubeconfig(plugin.user(provideClusterInfo=True), **cluster)))
    assert plugin.recorded("info")["spec"] == {
        "interactive": False,
        "cluster": {
            "server": server.address,
            "tls-server-name": "127.0.0.1",
            "certificate-authority-data": in_base64(server.authority.pem),
            "disable-compression": True,
            "config": {"audience": "a", "nested": [1, None]},
        },
    }


def test_it_gets_the_proxy_and_what_is_not_verified(server: Server, plugin: Plugin) -> None:
    cluster = {"certificate-authority-data": None, "insecure-skip-tls-verify": True, "proxy-url": "http://127.0.0.1:1"}
    assert "cannot be reached" in refusal(server.kubeconfig(plugin.user(provideClusterInfo=True), **cluster))
    assert plugin.recorded("info")["spec"]["cluster"] == {
        "server": server.address,
        "insecure-skip-tls-verify": True,
        "proxy-url": "http://127.0.0.1:1",
    }


def test_a_certificate_that_it_prints_is_shown_and_another_one_after_it(server: Server, plugin: Plugin) -> None:
    def prints(name: str, token: str | None = None) -> None:
        certificate, key = (each.decode() for each in server.authority.certificate(name))
        plugin.answers(token, clientCertificateData=certificate, clientKeyData=key)

    prints("first")
    server.tokens = None

    async def ask() -> None:
        async with Cluster(server.kubeconfig(plugin.user())) as cluster:
            await cluster.list(NAMESPACES, {})
            prints("second", "better")
            server.tokens = {"better"}
            await cluster.list(NAMESPACES, {})

    run(ask())
    assert [request.certificate for request in server.requests] == ["first", "first", "second"]
    assert server.last.headers["authorization"] == ["Bearer better"]


@pytest.mark.parametrize("command", ["nowhere-to-be-found", "/nonexistent/plugin"])
def test_where_it_is_not_there_it_is_said_how_to_get_it(server: Server, plugin: Plugin, command: str) -> None:
    said = refusal(server.kubeconfig(plugin.user(command=command, installHint="Run:\n  brew install corp\n")))
    assert said.endswith("; Run: brew install corp")


def test_it_is_found_by_the_path_of_this_process(
    server: Server, plugin: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", os.pathsep.join([str(plugin.file.parent), os.environ["PATH"]]))
    run(listed(server.kubeconfig(plugin.user(command="plugin"))))


def test_a_defect_of_ours_is_not_taken_for_bad_credentials(
    server: Server, plugin: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise AttributeError("a defect")

    monkeypatch.setattr(commands, "_found_in", broken)
    with pytest.raises(AttributeError, match="a defect"):
        run(listed(server.kubeconfig(plugin.user())))

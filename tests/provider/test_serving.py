"""Serving: the provider runs as long as the engine that has started it, and no longer."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc
import pytest


@contextmanager
def served(engine: str) -> Iterator[subprocess.Popen[str]]:
    """The provider's process, once it accepts calls."""
    command = [sys.executable, "-m", "choreo_components.provider", engine]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().strip().isdigit()
            yield process
        finally:
            process.kill()


def still_runs(process: subprocess.Popen[str]) -> bool:
    """Whether the process has not ended a second later."""
    try:
        process.wait(1)
    except subprocess.TimeoutExpired:
        return True
    return False


DEAD = "http://127.0.0.1:9"
"""A proxy that does not exist."""


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"https_proxy": DEAD},
        {"http_proxy": DEAD, "no_proxy": "example.com"},
        {"grpc_proxy": DEAD, "no_grpc_proxy": "example.com"},
        {"https_proxy": DEAD, "HTTPS_PROXY": DEAD, "NO_PROXY": "127.0.0.1"},
    ],
    ids=str,
)
def test_the_provider_ends_with_its_engine_regardless_of_proxies(
    environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    engine = grpc.server(ThreadPoolExecutor(1))
    port = engine.add_insecure_port("127.0.0.1:0")
    engine.start()
    with served(f"127.0.0.1:{port}") as process:
        assert still_runs(process), "the provider has ended, though its engine has not"
        engine.stop(None).wait()
        assert process.wait(30) == 0


def test_an_engine_that_was_never_reached_has_not_ended() -> None:
    with served("127.0.0.1:1") as process:
        assert still_runs(process)

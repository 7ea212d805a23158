"""Sessions on a cluster in memory, for the calls of our custom resources."""

from collections.abc import Callable

from choreo_components.provider.custom import Session
from tests.provider.fake_cluster import FakeCluster


def silent(line: str) -> None:
    """Nobody listens."""


def session(
    cluster: FakeCluster, tell: Callable[[str], None] = silent, warn: Callable[[str], None] = silent
) -> Session:
    """What a call works with, on that cluster."""
    return Session(lambda: cluster, tell, warn)

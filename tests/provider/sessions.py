"""Sessions on a cluster in memory, for the calls of our custom resources."""

from collections.abc import Awaitable, Callable, Collection, Mapping

from choreo_components.kubernetes.client import ClusterError
from choreo_components.provider.resource import Session
from tests.provider.fake_cluster import FakeCluster


def silent(line: str) -> None:
    """Discards the line."""


def nowhere(data_plane: str, kubeconfig: str) -> FakeCluster:
    """No data plane has this kubeconfig."""
    raise ClusterError(f"no way to {data_plane}")


def session(
    cluster: FakeCluster,
    report: Callable[[str], None] = silent,
    warn: Callable[[str], None] = silent,
    data_planes: Mapping[str, FakeCluster] | None = None,
    notes: Collection[str] = (),
    verify: Callable[[], Awaitable[object]] | None = None,
    *,
    has_moved: bool = False,
) -> Session:
    """The session of a call on that control plane; `data_planes` are separate clusters by their kubeconfigs.

    `notes` are those of earlier resources. `verify` recognizes the control plane, and `has_moved` says that
    the settings have moved the stack there.
    """

    def data_plane(name: str, kubeconfig: str) -> FakeCluster:
        return (data_planes or {}).get(kubeconfig) or nowhere(name, kubeconfig)

    async def is_known() -> None:
        pass

    return Session(lambda: cluster, report, warn, data_plane, set(notes), verify or is_known, has_moved)

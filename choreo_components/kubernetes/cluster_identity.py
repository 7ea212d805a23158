"""A cluster's identity: the UID of its namespace kube-system, which every cluster has from its first moment.

It is kept in the state. Another cluster, reached by the same name, address or context, would otherwise go unnoticed:
what a stack has made is not there, and so seems to be gone already; what has its names there is somebody else's.
"""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from choreo_components.kubernetes.objects import Live, Resource


LEAVING = "nothing was applied, as its Deployments and namespaces could not be taken away there"
"""What to say where an environment is to leave a data plane that nobody can get to."""


class AnotherCluster(Exception):
    """A kubeconfig leads to another cluster than the one that is known; `found` is that one's identity."""

    def __init__(self, message: str, found: str) -> None:
        """`found` is the identity of the cluster that was reached."""
        super().__init__(message)
        self.found = found


class Readable(Protocol):
    """What it takes of a cluster."""

    async def get(self, resource: "Resource", name: str, namespace: str | None = None) -> "Live | None":
        """The object, or None."""
        ...


async def identity_of(cluster: Readable) -> str:
    """The cluster's identity; "" where the credentials cannot read it. Raises ClusterError when nothing answers."""
    # Deferred: most commands start the provider and ask no cluster.
    from choreo_components.kubernetes.client import Forbidden
    from choreo_components.kubernetes.objects import NAMESPACES

    try:
        system = await cluster.get(NAMESPACES, "kube-system")
    except Forbidden:
        return ""
    return "" if system is None else str(system.metadata.get("uid") or "")


async def recognize(cluster: Readable, known: str | None) -> str | None:
    """The cluster's identity as far as it can be known: the `known` one where the credentials cannot read it.

    Raises AnotherCluster when the two differ, and ClusterError when the cluster cannot be asked.
    """
    found = await identity_of(cluster)
    if found and known and found != known:
        raise AnotherCluster(
            "its kubeconfig leads to another cluster, which has nothing to do with what was made", found
        )
    return found or known

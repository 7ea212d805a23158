"""A cluster's identity: the UID of its namespace kube-system, which every cluster has from its first moment.

It is kept in the state. Another cluster, reached by the same name, address or context, would otherwise be unnoticed:
what a stack has made is missing there, and so seems to be deleted already; objects with its names there belong to
others.
"""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from choreo_components.kubernetes.objects import Live, Resource


LEAVING = "nothing was applied, as its Deployments and namespaces could not be deleted there"
"""The end of the message if an environment would leave a data plane that cannot be reached."""


class AnotherCluster(Exception):
    """A kubeconfig leads to another cluster than expected; `found` is that one's identity."""

    def __init__(self, message: str, found: str) -> None:
        """`found` is the identity of the cluster that was reached."""
        super().__init__(message)
        self.found = found


class Readable(Protocol):
    """The part of a cluster's client that identification needs."""

    async def get(self, resource: "Resource", name: str, namespace: str | None = None) -> "Live | None":
        """The object, or None."""
        ...


async def identity_of(cluster: Readable) -> str:
    """The cluster's identity; "" if the credentials cannot read it. Raises ClusterError if there is no answer."""
    # Deferred: most commands start the provider and query no cluster.
    from choreo_components.kubernetes.client import Forbidden
    from choreo_components.kubernetes.objects import NAMESPACES

    try:
        system = await cluster.get(NAMESPACES, "kube-system")
    except Forbidden:
        return ""
    return "" if system is None else str(system.metadata.get("uid") or "")


async def recognize(cluster: Readable, known: str | None) -> str | None:
    """The cluster's identity as far as it can be known: the `known` one if the credentials cannot read it.

    Raises AnotherCluster if the two differ, and ClusterError if the cluster cannot be queried.
    """
    found = await identity_of(cluster)
    if found and known and found != known:
        raise AnotherCluster(
            "its kubeconfig leads to another cluster than the one that its objects were made in", found
        )
    return found or known

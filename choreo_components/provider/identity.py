"""An identity: what tells a cluster from any other, kept with what a data plane's cluster has.

A kubeconfig of another cluster under a data plane's name would otherwise go unnoticed: what is on the one is not on the
other, and so seems to be gone already.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from choreo_components.provider.removal import LiveCluster


LEAVING = "nothing was applied, as its Deployments and namespaces could not be taken away there"
"""What to say where an environment is to leave a data plane that nobody can get to."""


class AnotherCluster(Exception):
    """A kubeconfig leads to another cluster than the one that is known."""


async def recognize(cluster: "LiveCluster", known: str | None) -> str | None:
    """The cluster's identity, as far as it can be known: the UID of a namespace that every cluster has from the first.

    It is the `known` one where the credentials may not see another. Raises AnotherCluster when the two differ, and
    ClusterError when the cluster cannot be asked.
    """
    # Deferred: most commands start this process and ask no cluster.
    from choreo_components.cluster import NAMESPACES, Forbidden

    try:
        system = await cluster.get(NAMESPACES, "kube-system")
    except Forbidden:
        return known
    found = None if system is None else system.metadata.get("uid")
    if found and known and found != known:
        raise AnotherCluster("its kubeconfig leads to another cluster, which has nothing to do with what was made")
    return found or known

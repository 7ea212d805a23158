"""Control plane: compares the cluster that the provider's settings lead to with the one that the stack is on.

The state keeps the identity of the latter with the provider's settings. The check of these settings compares the two at
each preview and up; a destroy and a refresh, which run no program, compare them before they do anything else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from choreo_components.kubernetes.cluster_identity import AnotherCluster, identity_of, recognize
from choreo_components.provider.protocol import UNKNOWN
from choreo_components.provider.resource import Failure, Properties
from choreo_components.state.contract import Settings as Names

if TYPE_CHECKING:
    from choreo_components.kubernetes.client import Cluster

Connect = Callable[[str | None, str | None], "Cluster"]
"""The cluster of a kubeconfig (None: the ambient one) and a context (None: its current one)."""


@dataclass(frozen=True)
class Checked:
    """The settings, with the identity of the cluster if it is known, and the reason if they are refused.

    `is_recognized`: the cluster has answered, and the stack may be on it. `has_moved`: it is another one than in the
    state, and the settings name it.
    """

    settings: dict[str, Any]
    refused: str | None = None
    is_recognized: bool = False
    has_moved: bool = False


async def check(olds: Properties, news: Properties, connect: Connect) -> Checked:
    """Compares the cluster that the settings lead to with the one in the state, and with the one that they name.

    `olds` are the settings in the state. A cluster that does not answer, or whose identity the credentials cannot read,
    keeps the known identity: the calls that use it report the problem.
    """
    from choreo_components.kubernetes.client import ClusterError

    known, expected = olds.get(Names.CLUSTER), news.get(Names.CONTROL_PLANE)
    found = news.get(Names.CLUSTER)
    if found is None and UNKNOWN not in (news.get(Names.KUBECONFIG), news.get(Names.CONTEXT)):
        try:
            found = await identity_of(connect(news.get(Names.KUBECONFIG), news.get(Names.CONTEXT)))
        except ClusterError:
            found = None
    inputs = {name: value for name, value in news.items() if name != Names.CLUSTER}
    if identity := found or known:
        inputs[Names.CLUSTER] = identity
    if expected and expected != UNKNOWN:
        # The known one was compared with the setting before: nothing more can be found out.
        if not found and known != expected:
            return Checked(inputs, f"controlPlane is {expected}, and this cluster could not be identified: {_UNREAD}")
        if found and found != expected:
            return Checked(
                inputs,
                f"controlPlane is {expected}, and the UID of this cluster's namespace kube-system is {found}: select "
                "the other cluster (KUBECONFIG, or kubectl config use-context), or correct controlPlane",
            )
    elif known and found and found != known:
        return Checked(inputs, mistaken("the kubeconfig", found, known))
    return Checked(inputs, None, bool(found), bool(known and found and found != known))


_UNREAD = "it does not answer, or the credentials cannot get namespace kube-system (kubectl get namespace kube-system)"


def mistaken(way: str, found: str, known: str) -> str:
    """The message if `way` leads to another cluster than the stack is on, with the next commands."""
    return (
        f"{way} leads to another cluster than this stack is on: the UID of its namespace kube-system is {found}, and "
        f"that of the stack's cluster is {known}. Nothing was changed; select the stack's cluster (KUBECONFIG, or "
        "kubectl config use-context). If that no longer exists, and this one replaces it: pulumi config set "
        f"choreo:controlPlane {found}, pulumi up, then pulumi up --refresh"
    )


async def verify(settings: Properties, connect: Connect, *, current: bool = False) -> None:
    """Raises Failure if the settings lead to another cluster than the known one.

    `current`: a program has just set them. Otherwise they are those in the state, and the current context may differ
    from that of the last up, if it leads to the same cluster. Raises ClusterError if the cluster does not answer, or if
    current settings cannot be used: the calls that use it report that.
    """
    from choreo_components.kubernetes.client import ClusterError, Unreachable
    from choreo_components.kubernetes.kubeconfig import context_of

    known, kubeconfig, context = (
        settings.get(Names.CLUSTER),
        settings.get(Names.KUBECONFIG),
        settings.get(Names.CONTEXT),
    )
    if known is None:
        return
    way = "the kubeconfig" if context is None else f"context {context!r}"
    try:
        await recognize(connect(kubeconfig, context), known)
        if current or context is None or (selected := context_of()) in (None, context):
            return
        way = f"the current context, {selected!r},"
    except AnotherCluster as problem:
        raise Failure(mistaken(way, problem.found, known)) from None
    except ClusterError as problem:
        if current or isinstance(problem, Unreachable):
            raise
        if context is not None:
            advice = (
                f"the last pulumi up used {way}. To use the current context instead: pulumi up, or the same command "
                "with --run-program"
            )
        else:
            advice = "to use another kubeconfig than the last pulumi up: --run-program"
        raise Failure(f"{problem}; {advice}") from None
    try:
        await recognize(connect(None, selected), known)
    except AnotherCluster as problem:
        raise Failure(mistaken(way, problem.found, known)) from None
    except ClusterError as problem:
        raise Failure(
            f"{way} is not the context of the last pulumi up, {context!r}, and it is unknown whether it leads to the "
            f"same cluster: {problem}. Nothing was changed: kubectl config use-context {context}"
        ) from None

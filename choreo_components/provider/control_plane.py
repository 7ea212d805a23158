"""The control plane: the cluster that the provider's settings lead to, held against the one that the stack is on.

The state keeps the identity of that cluster with the provider's settings. The check of these settings compares the two
at each preview and up; a destroy or a refresh, which run no program, compare them before anything else is done.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pulumi.runtime.rpc import UNKNOWN

from choreo_components.identity import AnotherCluster, identity_of, recognize
from choreo_components.provider.custom import Failure, Properties

if TYPE_CHECKING:
    from choreo_components.cluster import Cluster

KUBECONFIG = "kubeconfig"
"""The setting with the kubeconfig, its text or a path; without it the ambient one counts."""

CONTEXT = "context"
"""The setting with the context of the ambient kubeconfig that the last preview or up has used."""

EXPECTED = "controlPlane"
"""The setting with the identity that the user says the cluster has: the only way to another one than is known."""

IDENTITY = "__cluster"
"""What is kept with the settings: the cluster's identity.

A program that has asked for it hands it over; it is empty where it could not be known.
"""

MOVED = "moved"
"""What is noted in the provider's process where the settings take another cluster than the one in the state."""

Connect = Callable[[str | None, str | None], "Cluster"]
"""Leads to the cluster of a kubeconfig (None: the ambient one) and a context (None: its current one)."""


async def check(olds: Properties, news: Properties, connect: Connect) -> tuple[dict[str, Any], str | None]:
    """The settings with the identity of the cluster that they lead to, and why they are refused, if they are.

    `olds` are those in the state. A cluster that does not answer, or whose identity the credentials cannot read, keeps
    the identity that is known: whoever uses it reports what is wrong with it.
    """
    from choreo_components.cluster import ClusterError

    known, expected = olds.get(IDENTITY), news.get(EXPECTED)
    found = news.get(IDENTITY)
    if found is None and UNKNOWN not in (news.get(KUBECONFIG), news.get(CONTEXT)):
        try:
            found = await identity_of(connect(news.get(KUBECONFIG), news.get(CONTEXT)))
        except ClusterError:
            found = None
    inputs = {name: value for name, value in news.items() if name != IDENTITY}
    if identity := found or known:
        inputs[IDENTITY] = identity
    if expected and expected != UNKNOWN:
        if not found:
            return inputs, f"controlPlane is {expected}, and it is not known which cluster this is"
        if found != expected:
            return inputs, f"controlPlane is {expected}, and the UID of this cluster's namespace kube-system is {found}"
    elif known and found and found != known:
        return inputs, mistaken("the kubeconfig", found, known)
    return inputs, None


def mistaken(way: str, found: str, known: str) -> str:
    """What to say where `way` leads to another cluster than the stack is on, with the next commands."""
    return (
        f"{way} leads to another cluster than this stack is on: the UID of its namespace kube-system is {found}, and "
        f"that of the stack's cluster is {known}. Nothing was changed. Select the stack's cluster (KUBECONFIG, or "
        "kubectl config use-context). If it is gone for good, and this one takes its place: pulumi config set "
        f"choreo:controlPlane {found}, pulumi up, then pulumi up --refresh"
    )


async def verify(settings: Properties, connect: Connect) -> bool:
    """Whether the settings in the state lead to the cluster that is known; False where it does not answer.

    The current context may be another than that of the last up, if it leads to the same cluster. Raises Failure where
    one of them leads to another.
    """
    from choreo_components.cluster import ClusterError, Unreachable
    from choreo_components.kubeconfig import context_of

    known, kubeconfig, context = settings.get(IDENTITY), settings.get(KUBECONFIG), settings.get(CONTEXT)
    if known is None:
        return True
    way = "the kubeconfig" if context is None else f"context {context!r}"
    try:
        await recognize(connect(kubeconfig, context), known)
        if context is None or (current := context_of()) in (None, context):
            return True
        way = f"the current context, {current!r},"
    except AnotherCluster as problem:
        raise Failure(mistaken(way, problem.found, known)) from None
    except Unreachable:
        return False
    except ClusterError as problem:
        advice = (
            f"; the last pulumi up used {way}. To use the current context instead: pulumi up, or the same command with "
            "--run-program"
        )
        raise Failure(f"{problem}{advice if context else ''}") from None
    try:
        await recognize(connect(None, current), known)
    except AnotherCluster as problem:
        raise Failure(mistaken(way, problem.found, known)) from None
    except ClusterError as problem:
        raise Failure(
            f"{way} is not the context of the last pulumi up, {context!r}, and it is not known whether it leads to the "
            f"same cluster: {problem}. Nothing was changed: kubectl config use-context {context}"
        ) from None
    return True

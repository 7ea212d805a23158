"""Missing namespace: finds, at preview, that a namespace to which a program refers is not in the cluster.

The Kubernetes provider assumes that it is about to be created, and fails in the middle of an `up`. So the program asks
our provider, once for each namespace, and refuses it by a resource whose check fails: the engine checks that in a
preview, but not in a destroy or a refresh, which may run the program too.
"""

from collections.abc import MutableMapping
from typing import Any
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime.settings import get_monitor

from choreo_components.components.finalizer import released
from choreo_components.components.one_cluster import is_on_one_cluster
from choreo_components.components.questions import IS_MISSING, IS_NAMESPACE_MISSING, NAME, REASONS
from choreo_components.components.tokens import REFUSAL
from choreo_components.version import VERSION

_asked: MutableMapping[Any, set[tuple[pulumi.ProviderResource | None, str]]] = WeakKeyDictionary()
"""By program, identified by its connection to the engine: the questions, each with its provider (None: default)."""


def refuse_if_missing(
    component: pulumi.Resource,
    role: str,
    namespace: pulumi.Input[str] | None,
    reason: str,
    opts: pulumi.ResourceOptions | None,
) -> pulumi.Output[None] | None:
    """Ends a preview with the reason if the namespace of the component is missing.

    Returns an Output that is known once that is decided: the component is not complete before. None if there is nothing
    to ask. A plain name without dependencies refers to a namespace that the program does not make. `role` and `opts`
    are the component's.
    """
    if not pulumi.runtime.is_dry_run() or not isinstance(namespace, str) or (opts is not None and opts.depends_on):
        return None
    asked = _asked.setdefault(get_monitor(), set())
    question = component.get_provider(IS_NAMESPACE_MISSING), namespace
    if question in asked or not is_on_one_cluster(component):
        return None
    asked.add(question)

    async def decided() -> None:
        try:
            options = pulumi.InvokeOptions(parent=component, version=VERSION)
            answer = await pulumi.runtime.invoke_async(IS_NAMESPACE_MISSING, {NAME: namespace}, options)
        except Exception:
            # The engine reports a provider that cannot be started or configured. Otherwise the answer is unknown, and
            # an `up` may still succeed.
            return
        if not answer or not answer.get(IS_MISSING):
            return
        if (reasons := REASONS.get()) is not None:
            reasons.append(reason)
        else:
            options_of_refusal = released(pulumi.ResourceOptions(parent=component))
            pulumi.CustomResource(REFUSAL, f"{role}-namespace-missing", {"reason": reason}, options_of_refusal)

    return pulumi.Output.from_input(decided())

"""A missing namespace: one that a program refers to and the cluster does not have, found at preview.

The Kubernetes provider finds it out in the middle of an `up`: it takes it for one that is about to be made. So the
program asks our provider, once for each namespace. What it then refuses is a resource whose check fails: the engine
checks it in a preview, but in a destroy or a refresh it does not, though these may run the program too.
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
"""By program, which its way to the engine stands for: what was asked, of which provider (None: the default one)."""


def refuse_if_missing(
    component: pulumi.Resource,
    role: str,
    namespace: pulumi.Input[str] | None,
    reason: str,
    opts: pulumi.ResourceOptions | None,
) -> pulumi.Output[None] | None:
    """Ends a preview with the reason where the namespace of the component is missing.

    An Output that is known once that is decided: the component is not complete before. None where nothing is asked. By
    a name alone, and after nothing, a program refers to a namespace that it does not make. `role` and `opts` are the
    component's.
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
            # The engine reports a provider that cannot be started or configured. Else it is not known, and an `up` may
            # still succeed.
            return
        if not answer or not answer.get(IS_MISSING):
            return
        if (reasons := REASONS.get()) is not None:
            reasons.append(reason)
        else:
            own = released(pulumi.ResourceOptions(parent=component))
            pulumi.CustomResource(REFUSAL, f"{role}-namespace-missing", {"reason": reason}, own)

    return pulumi.Output.from_input(decided())

"""The rollout of bindings, as `choreo_components.provider.resources.rollout` describes it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from choreo_components.components.finalizer import released
from choreo_components.state.contract import FORM, FORM_VERSION, Rollout


def digest(wire: Mapping[str, Any]) -> str:
    """A digest of a declared object in wire names, which differs if the declaration has changed."""
    text = json.dumps({name: wire[name] for name in ("metadata", "spec") if name in wire}, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def rollout(
    name: str,
    bindings: pulumi.Input[Mapping[str, Mapping[str, str]]],
    timeout: str,
    *,
    after: Sequence[pulumi.Resource],
    opts: pulumi.ResourceOptions,
) -> pulumi.CustomResource:
    """Waits for the bindings, given as digests by APIVERSION/KIND and NAMESPACE/NAME; `after` are their resources.

    `timeout` is the deadline as a duration.
    """
    inputs = {Rollout.BINDINGS: bindings, Rollout.TIMEOUT: timeout, FORM_VERSION: FORM}
    # Not protected with its parent: Pulumi would refuse an update that removes it.
    edges = pulumi.ResourceOptions(depends_on=list(after), protect=False)
    return pulumi.CustomResource(Rollout.TOKEN, name, inputs, released(pulumi.ResourceOptions.merge(opts, edges)))

"""Former URNs: how the state of an earlier release knows the resources of a stack, when it had no components.

An object had no parent then. What came with an Organization or an Environment was a child of its object.
"""

from copy import copy
from typing import Any

import pulumi

from choreo_components.api.core_v1 import API_VERSION
from choreo_components.components.base import ObjectComponent
from choreo_components.components.objects import object_role


def with_former_urn(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    """A transformation: each child of a stack's Platform is also what it was before, so that nothing is replaced."""
    parent, types, name = args.opts.parent, args.type_, args.name
    if isinstance(args.resource, pulumi.ComponentResource) or _is_of_another_api(types, parent):
        return None
    if isinstance(parent, ObjectComponent):
        kind, component = type(parent).__name__, parent._name
        if name == object_role(component, kind):
            name = component
        elif args.type_ == "kubernetes:core/v1:Secret":
            metadata: Any = args.props["metadata"]
            name = f"{metadata['namespace']}/{metadata['name']}"
        else:
            types = f"kubernetes:{API_VERSION}:{kind}${types}"
    # As a text: of an Alias, the SDK makes several Outputs.
    former = f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{types}::{name}"
    opts = copy(args.opts)
    opts.aliases = [former]
    return pulumi.ResourceTransformationResult(args.props, opts)


def _is_of_another_api(type_: str, parent: pulumi.Resource | None) -> bool:
    """Whether it is an object that no stack had when there were no components, or comes with one."""
    if isinstance(parent, ObjectComponent):
        return parent._api_version != API_VERSION
    return type_.startswith("kubernetes:") and not type_.startswith(f"kubernetes:{API_VERSION}:")

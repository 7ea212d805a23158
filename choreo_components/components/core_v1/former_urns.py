"""Former URNs: those of a stack's resources in states of an earlier release, which had no components.

An object had no parent then. The resources of an Organization or an Environment were children of its object.
"""

from copy import copy
from typing import Any

import pulumi

from choreo_components.api.core_v1 import API_VERSION
from choreo_components.components.base import ObjectComponent
from choreo_components.components.objects import object_role


def with_former_urn(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
    """A transformation that adds the former URN of each child of a stack's Platform, so that nothing is replaced."""
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
    # As text: for an Alias, the SDK makes several Outputs.
    former = f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{types}::{name}"
    opts = copy(args.opts)
    opts.aliases = [former]
    return pulumi.ResourceTransformationResult(args.props, opts)


def _is_of_another_api(type_: str, parent: pulumi.Resource | None) -> bool:
    """Whether it is an object that no stack had before there were components, or belongs to one."""
    if isinstance(parent, ObjectComponent):
        return parent._api_version != API_VERSION
    return type_.startswith("kubernetes:") and not type_.startswith(f"kubernetes:{API_VERSION}:")

"""An organization: the owner of everything else, and the namespace of its objects."""

from collections.abc import Mapping
from typing import Any

import pulumi

from choreo_components.api.core_v1 import API_VERSION
from choreo_components.api.core_v1.labels import organization_namespace_labels
from choreo_components.components.children import KubernetesObject, namespace, require_taking_over
from choreo_components.components.core_v1.args import OrganizationArgs
from choreo_components.components.core_v1.base import CoreV1Component
from choreo_components.components.objects import object_options
from choreo_components.config.options import Controllers

NOTHING: OrganizationArgs = {}
"""No arguments: an Organization needs none."""


class Organization(CoreV1Component):
    """An organization: the owner of everything else, and the namespace of its objects.

    The namespace is a child of this component. With controllers it is theirs as well: they make it before the
    Organization counts as created, and delete it with the Organization.
    """

    def __init__(self, name: str, args: OrganizationArgs = NOTHING, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declares the Organization and its namespace."""
        super().__init__("Organization", name, args, opts)
        if args.get("controllers") != Controllers.ABSENT:
            # They make the namespace before it is registered.
            require_taking_over(self)
        made = organization_namespace(name, self._declare(), self._object_name, args, opts, parent=self)
        self.namespace = made.metadata["name"]
        self._complete()


def organization_namespace(
    role: str,
    organization: KubernetesObject,
    name: str,
    args: Mapping[str, Any],
    opts: pulumi.ResourceOptions | None,
    parent: pulumi.Resource,
) -> KubernetesObject:
    """The namespace of an organization, as OpenChoreo's controller makes it; a child of `parent`.

    `role` and `name` are the Organization's names in the program and in the cluster; `args` and `opts` are those of its
    component. With controllers the namespace is declared too, for two reasons: it is kept when a stack is switched to
    controllers, and an older namespace gets its owner, without which the controllers would never see its deletion.
    """
    options = object_options(parent, args, opts, [organization])
    owner = None
    if args.get("controllers") != Controllers.ABSENT:
        # If we deleted it, the controllers would create it again at once.
        options.deleted_with = organization
        owner = {
            "apiVersion": API_VERSION,
            "kind": "Organization",
            "name": name,
            "uid": organization.metadata["uid"],
            "controller": True,
            "blockOwnerDeletion": True,
        }
    return namespace(f"{role}-namespace", name, organization_namespace_labels(name), options, owner)

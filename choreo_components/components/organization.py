"""An organization: the owner of everything else, and the namespace that its objects stand in."""

from collections.abc import Mapping
from typing import Any

import pulumi

from choreo_components.api.labels import organization_namespace_labels
from choreo_components.components.args import OrganizationArgs
from choreo_components.components.base import ObjectComponent, object_options
from choreo_components.components.children import KubernetesObject, namespace
from choreo_components.controllers import Controllers


class Organization(ObjectComponent):
    """An organization: the owner of everything else, and the namespace that its objects stand in.

    With controllers the namespace is theirs, and the Organization counts as created when they have made it. Without
    them it is a child of this component.
    """

    def __init__(
        self,
        name: str,
        args: OrganizationArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares the Organization, and its namespace where no controller makes it."""
        super().__init__("Organization", name, args, opts)
        if self.controllers is Controllers.ABSENT:
            made = organization_namespace(name, self.resource, self.object_name, args, opts, parent=self)
            self.namespace = made.metadata["name"]
        self.complete()


def organization_namespace(
    role: str,
    organization: KubernetesObject,
    name: str,
    args: Mapping[str, Any],
    opts: pulumi.ResourceOptions | None,
    parent: pulumi.Resource,
) -> KubernetesObject:
    """The namespace of an organization, as OpenChoreo's controller would make it; a child of `parent`.

    `role` and `name` are what the Organization is called in the program and in the cluster; `args` and `opts` are those
    it was made with.
    """
    own = object_options(parent, args, opts, [organization])
    return namespace(f"{role}-namespace", name, organization_namespace_labels(name), own)

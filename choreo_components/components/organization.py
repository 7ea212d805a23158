"""An organization: the owner of everything else, and the namespace that its objects stand in."""

import pulumi

from choreo_components.api.labels import organization_namespace_labels
from choreo_components.components.args import OrganizationArgs
from choreo_components.components.base import ObjectComponent
from choreo_components.components.children import namespace
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
        self._last: pulumi.Resource = self.resource
        if self.controllers is Controllers.ABSENT:
            made = namespace(
                f"{name}-namespace",
                self.object_name,
                organization_namespace_labels(self.object_name),
                self.child_options([self.resource]),
            )
            self._last = made
            self.namespace = made.metadata["name"]
        self.complete()

    @property
    def last(self) -> pulumi.Resource:
        """The namespace where it is ours, else the Organization."""
        return self._last

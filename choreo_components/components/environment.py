"""An environment: a stage that deployments are promoted to, its namespaces on the data plane, and its finalizer."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import pulumi

from choreo_components.api.labels import data_plane_namespace_labels
from choreo_components.components.args import EnvironmentArgs
from choreo_components.components.base import ObjectComponent
from choreo_components.components.children import KubernetesObject, namespace
from choreo_components.components.finalizer import EnvironmentFinalizer
from choreo_components.naming import data_plane_namespace

T = TypeVar("T")


class Environment(ObjectComponent):
    """An environment: a stage that deployments are promoted to, its namespaces on the data plane, and its finalizer.

    Deleted in the reverse order: whatever uses `name`, then all Deployments of the environment that are left, then its
    namespaces, then the Environment.
    """

    namespaces: pulumi.Output[Mapping[str, str]]
    """The data-plane namespace of each project."""

    def __init__(
        self,
        name: str,
        args: EnvironmentArgs,
        opts: pulumi.ResourceOptions | None = None,
        *,
        provision: bool = True,
    ) -> None:
        """Declares the Environment, a namespace for each of the `projects`, and the finalizer.

        `provision=False` leaves the last two to `add_namespace`, `add_finalizer` and `complete`, for a program whose
        artifacts stand between the Environment and its finalizer.
        """
        super().__init__("Environment", name, args, opts, replace_on_changes=["spec.dataPlaneRef"])
        self._organization = args["organization"]
        self._data_plane_ref = args.get("dataPlaneRef")
        self._namespaces: dict[str, KubernetesObject] = {}
        if provision:
            for project in args.get("projects") or ():
                self.add_namespace(project)
            self.add_finalizer()
            self.complete()

    def add_namespace(self, project: str, needs: Sequence[pulumi.Resource] = ()) -> KubernetesObject:
        """The data-plane namespace of the project, as OpenChoreo's Deployment controller would make it."""
        environment = self.object_name
        made = namespace(
            f"{self._prefix}-namespace-{project}",
            self._of_organization(lambda organization: data_plane_namespace(organization, project, environment)),
            self._of_organization(lambda organization: data_plane_namespace_labels(organization, project, environment)),
            self.child_options([self.resource, *needs], replace_with=[self.resource]),
        )
        self._namespaces[project] = made
        return made

    def add_finalizer(self, needs: Sequence[pulumi.Resource] = ()) -> EnvironmentFinalizer:
        """The finalizer, after the namespaces and after what `needs` names."""
        finalizer = EnvironmentFinalizer(
            f"{self._prefix}-finalizer",
            organization=self._organization,
            environment=self.object_name,
            data_plane_ref=self._data_plane_ref,
            deployments_timeout=self.deadline("deployments"),
            namespaces_timeout=self.deadline("namespaces"),
            opts=self.child_options(
                [self.resource, *self._namespaces.values(), *needs],
                replace_with=[self.resource],
            ),
        )
        # Who uses the name comes after the finalizer, so that Deployments go before it.
        self.name = finalizer.environment
        return finalizer

    def _of_organization(self, derive: Callable[[str], T]) -> pulumi.Input[T]:
        """What follows from the organization's name, at once where the name is known."""
        if isinstance(self._organization, str):
            return derive(self._organization)
        organization: pulumi.Output[str] = pulumi.Output.from_input(self._organization)
        return organization.apply(derive)

    def complete(self) -> None:
        """Tells Pulumi that the namespaces and the finalizer are declared."""
        made = {project: namespace.metadata["name"] for project, namespace in self._namespaces.items()}
        self.namespaces = pulumi.Output.all(**made)
        self.register_outputs(
            {
                "name": self.name,
                "namespace": self.namespace,
                "namespaces": self.namespaces,
            }
        )

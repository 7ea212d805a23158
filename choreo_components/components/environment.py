"""An environment: a stage that deployments are promoted to, its namespaces on the data plane, and its finalizer."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from choreo_components.api.labels import data_plane_namespace_labels
from choreo_components.components.args import EnvironmentArgs
from choreo_components.components.base import ObjectComponent
from choreo_components.components.children import KubernetesObject, namespace
from choreo_components.components.finalizer import EnvironmentFinalizer
from choreo_components.naming import data_plane_namespace


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
        self._namespaces: dict[str, KubernetesObject] = {}
        if provision:
            for project in args.get("projects") or ():
                self.add_namespace(project)
            self.add_finalizer()
            self.complete()

    def add_namespace(self, project: str, needs: Sequence[pulumi.Resource] = ()) -> KubernetesObject:
        """The data-plane namespace of the project, as OpenChoreo's Deployment controller would make it."""
        # By way of the Environment's own output, so that a replaced Environment replaces its namespaces, in order.
        names = pulumi.Output.all(self._organization, self.resource.metadata["name"])
        made = namespace(
            f"{self._prefix}-namespace-{project}",
            names.apply(lambda known: data_plane_namespace(known[0], project, known[1])),
            names.apply(lambda known: data_plane_namespace_labels(known[0], project, known[1])),
            self.child_options([self.resource, *needs]),
        )
        self._namespaces[project] = made
        return made

    def add_finalizer(self, needs: Sequence[pulumi.Resource] = ()) -> EnvironmentFinalizer:
        """The finalizer, after the namespaces and after what `needs` names."""
        finalizer = EnvironmentFinalizer(
            f"{self._prefix}-finalizer",
            organization=self._organization,
            environment=self.resource.metadata["name"],
            data_plane_ref=self._args.get("dataPlaneRef"),
            deployments_timeout=self.deadline("deployments"),
            namespaces_timeout=self.deadline("namespaces"),
            opts=self.child_options([self.resource, *self._namespaces.values(), *needs]),
        )
        # Who uses the name comes after the finalizer, so that Deployments go before it.
        self.name = finalizer.environment
        return finalizer

    def complete(self) -> None:
        """Tells Pulumi that the namespaces and the finalizer are declared."""
        made: Any = {project: namespace.metadata["name"] for project, namespace in self._namespaces.items()}
        # Not Output.all, which makes a list of no namespaces.
        self.namespaces = pulumi.Output.from_input(made)
        self.register_outputs({"name": self.name, "namespace": self.namespace, "namespaces": self.namespaces})

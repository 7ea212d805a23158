"""An environment: a stage that deployments are promoted to, its namespaces on the data plane, and its finalizer."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Self

import pulumi

from choreo_components.api.labels import data_plane_namespace_labels
from choreo_components.components.args import EnvironmentArgs
from choreo_components.components.base import ObjectComponent, deadline
from choreo_components.components.children import KubernetesObject, namespace
from choreo_components.components.finalizer import TOKEN, Finalizer, finalizer_options
from choreo_components.naming import data_plane_namespace


class Environment(ObjectComponent):
    """An environment: a stage that deployments are promoted to, its namespaces on the data plane, and its finalizer.

    Deleted in the reverse order: whatever uses `name`, then all Deployments of the environment that are left, then its
    namespaces, then the Environment.
    """

    namespaces: pulumi.Output[Mapping[str, str]]
    """The data-plane namespace of each project."""

    def __init__(self, name: str, args: EnvironmentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declares the Environment, a namespace for each of the `projects`, and the finalizer."""
        super().__init__("Environment", name, args, opts)
        self._namespaces: dict[str, KubernetesObject] = {}
        for project in args.get("projects") or ():
            self.add_namespace(project)
        self.add_finalizer()
        self.complete()

    @classmethod
    def unprovisioned(cls, name: str, args: EnvironmentArgs, opts: pulumi.ResourceOptions | None = None) -> Self:
        """The Environment alone, for a program whose artifacts stand between the Environment and its finalizer.

        The rest is left to `add_namespace`, `add_finalizer` and `complete`.
        """
        made = cls.__new__(cls)
        made._register("Environment", name, args, opts)
        made._namespaces = {}
        return made

    @cached_property
    def _names(self) -> pulumi.Output[list[str]]:
        """The names of the organization and of the Environment, as Pulumi comes to know them."""
        return pulumi.Output.all(self._args["organization"], self.resource.metadata["name"])

    def add_namespace(self, project: str, needs: Sequence[pulumi.Resource] = ()) -> KubernetesObject:
        """The data-plane namespace of the project, as OpenChoreo's Deployment controller would make it."""
        # By way of the Environment's own output, so that a replaced Environment replaces its namespaces, in order.
        made = namespace(
            f"{self._prefix}-namespace-{project}",
            self._names.apply(lambda known: data_plane_namespace(known[0], project, known[1])),
            self._names.apply(lambda known: data_plane_namespace_labels(known[0], project, known[1])),
            self.child_options([self.resource, *needs]),
        )
        self._namespaces[project] = made
        return made

    def add_finalizer(self, needs: Sequence[pulumi.Resource] = ()) -> Finalizer:
        """The finalizer, after the namespaces and after what `needs` names."""
        props = {
            "organization": self._args["organization"],
            "environment": self.resource.metadata["name"],
            "dataPlaneRef": self._args.get("dataPlaneRef"),
            "deploymentsTimeout": deadline(self._args, "deployments"),
            "namespacesTimeout": deadline(self._args, "namespaces"),
        }
        opts = self.child_options([self.resource, *self._namespaces.values(), *needs])
        finalizer = Finalizer(TOKEN, f"{self._prefix}-finalizer", props, finalizer_options(opts))
        # Who uses the name comes after the finalizer, so that Deployments go before it.
        self.name = finalizer.environment
        return finalizer

    def complete(self) -> None:
        """Tells Pulumi that the namespaces and the finalizer are declared."""
        made: Any = {project: namespace.metadata["name"] for project, namespace in self._namespaces.items()}
        # Not Output.all, which makes a list of no namespaces.
        self.namespaces = pulumi.Output.from_input(made)
        self.register_outputs({"name": self.name, "namespace": self.namespace, "namespaces": self.namespaces})

"""An environment: a stage that deployments are promoted to, its namespaces on the data plane, and its finalizer."""

from collections.abc import Mapping
from typing import Any

import pulumi

from choreo_components.api.core_v1.generation import GENERATION
from choreo_components.components.children import require_taking_over
from choreo_components.components.core_v1.args import EnvironmentArgs
from choreo_components.components.core_v1.base import CoreV1Component
from choreo_components.components.one_cluster import require_one_cluster
from choreo_components.components.provisioning import Provisioning, hosts_of, separate_data_plane
from choreo_components.config.options import Controllers


class Environment(CoreV1Component):
    """An environment: a stage that deployments are promoted to, its namespaces on the data plane, and its finalizer.

    Deleted in the reverse order: resources that use `name`, then all remaining Deployments of the environment, then its
    namespaces, then the Environment.
    """

    namespaces: pulumi.Output[Mapping[str, str]]
    """The data-plane namespace of each project."""

    hosts: pulumi.Output[Mapping[str, str]]
    """The host names of its endpoints, `public` and `organization`; none without a dnsPrefix and dataPlaneGateway."""

    _secret_arguments = ("dataPlaneKubeconfig",)

    def __init__(self, name: str, args: EnvironmentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declares the Environment, a namespace for each of the `projects`, and the finalizer with its witness."""
        super().__init__("Environment", name, args, opts)
        self._require_one_cluster(name, args)
        made = self._declare()
        cluster = pulumi.Output.concat(args["organization"], "/", args.get("dataPlaneRef") or "")
        provisioning = Provisioning(
            GENERATION,
            name,
            made,
            args["organization"],
            args.get("dataPlaneRef"),
            args,
            opts,
            parent=self,
            elsewhere=separate_data_plane(self, name, args, cluster),
        )
        for project in dict.fromkeys(args.get("projects") or ()):
            provisioning.add_namespace(project)
        # Resources that use the name follow the finalizer, so that Deployments are deleted before it.
        finalizer = provisioning.add_finalizer()
        self.name = finalizer.environment
        provisioning.add_witness(pulumi.Output.concat(args["organization"], "/", self._object_name), finalizer)
        namespaces: Any = {project: each.metadata["name"] for project, each in provisioning.namespaces.items()}
        # Not Output.all, which makes a list of an empty mapping.
        self.namespaces = pulumi.Output.from_input(namespaces)
        self.hosts = hosts_of(GENERATION, args)
        self._complete(namespaces=self.namespaces, hosts=self.hosts)

    def _require_one_cluster(self, name: str, args: EnvironmentArgs) -> None:
        """Raises pulumi.RunError if the Environment and its finalizer would be on two clusters.

        With controllers, also if a project's namespace would be an error, since they make it before it is registered.
        """
        require_one_cluster(self, "Environment", name)
        on_the_control_plane = args.get("dataPlaneKubeconfig") is None
        if args.get("projects") and on_the_control_plane and args.get("controllers") != Controllers.ABSENT:
            require_taking_over(self)

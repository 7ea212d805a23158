"""An environment: a stage that releases are promoted to, its namespaces on the data plane, and its finalizer."""

from collections.abc import Collection, Mapping
from typing import Any

import pulumi

from choreo_components.api import kind_of
from choreo_components.api.annotations import of_provider
from choreo_components.api.openchoreo_v1alpha1 import API_VERSION
from choreo_components.api.openchoreo_v1alpha1.generation import GENERATION
from choreo_components.api.openchoreo_v1alpha1.hierarchy import named
from choreo_components.components.children import KubernetesObject
from choreo_components.components.objects import deadline, register_object
from choreo_components.components.one_cluster import require_one_cluster
from choreo_components.components.openchoreo_v1alpha1.args import EnvironmentArgs
from choreo_components.components.openchoreo_v1alpha1.base import V1Alpha1Component
from choreo_components.components.provisioning import (
    Provisioning,
    hosts_of,
    reference_to,
    separate_data_plane,
)
from choreo_components.components.rollout import digest, rollout
from choreo_components.config.options import Controllers
from choreo_components.state.names import Type, full_name_of_data_plane

_BINDING = "ProjectReleaseBinding"


class Environment(V1Alpha1Component):
    """An environment: a stage that releases are promoted to, its namespaces on the data plane, and its finalizer.

    Deleted in the reverse order: resources that use `name`, then all remaining bindings and channels of the
    environment, then its namespaces, then the Environment.
    """

    namespaces: pulumi.Output[Mapping[str, str]]
    """The data-plane namespace of each project."""

    hosts: pulumi.Output[Mapping[str, str]]
    """The domains of its endpoints, `external` and `internal`, from its gateway or from dataPlaneGateway."""

    _secret_arguments = ("dataPlaneKubeconfig",)

    def __init__(self, name: str, args: EnvironmentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declares the Environment, its finalizer with a witness, and a binding or a namespace for each project.

        With controllers it is a ProjectReleaseBinding `<project>-<environment>`; the output `namespaces` waits for the
        bindings whose Project exists, `name` for none, as a Project may be declared later. Without controllers it is
        the namespace itself; on a data plane with a kubeconfig, the namespace is made in any case, before the binding.
        """
        super().__init__("Environment", name, args, opts)
        require_one_cluster(self, "Environment", name)
        made, present = self._declare(), args.get("controllers") != Controllers.ABSENT
        reference = self._data_plane(args)
        whole: Any = pulumi.Output.all(args["namespace"], reference or "")
        cluster = whole.apply(lambda each: full_name_of_data_plane(*each))
        elsewhere = separate_data_plane(self, name, args, cluster)
        projects = list(dict.fromkeys(args.get("projects") or ()))
        provisioning = Provisioning(
            GENERATION, name, made, args["namespace"], reference, args, opts, parent=self, elsewhere=elsewhere
        )
        for project in projects if elsewhere is not None or not present else ():
            provisioning.add_namespace(project)
        # Resources that use the name follow the finalizer, so that bindings are deleted before it.
        finalizer = provisioning.add_finalizer()
        self.name = finalizer.environment
        provisioning.add_witness(pulumi.Output.concat(args["namespace"], "/", self._object_name), finalizer)
        last: dict[str, KubernetesObject] = dict(provisioning.namespaces)
        wires = {project: self._binding(project) for project in projects if present}
        bindings = {project: self._bind(name, project, wire, finalizer) for project, wire in wires.items()}
        rollout = self._wait_for(name, args, wires.values(), bindings.values()) if bindings else None
        last |= bindings
        names: Any = {
            project: self._namespace_of(project, args["namespace"], each, rollout) for project, each in last.items()
        }
        # Not Output.all, which makes a list of an empty mapping.
        self.namespaces = pulumi.Output.from_input(names)
        self.hosts = hosts_of(GENERATION, args)
        self._complete(namespaces=self.namespaces, hosts=self.hosts)

    def _bind(self, name: str, project: str, wire: Mapping[str, Any], finalizer: pulumi.Resource) -> KubernetesObject:
        """The binding of a project, after the finalizer. The rollout waits for it, not the Kubernetes provider."""
        kind = kind_of(API_VERSION, _BINDING)
        metadata = {
            **wire["metadata"],
            "namespace": self.namespace,
            "annotations": of_provider(kind, waits=False),
        }
        body = {"metadata": metadata, "spec": {**wire["spec"], "environment": self.name}}
        return register_object(kind, f"{name}-binding-{project}", body, self._options([finalizer]))

    def _binding(self, project: str) -> Mapping[str, Any]:
        """The binding of a project in wire names, without its namespace."""
        maker = GENERATION.namespaces.maker
        assert maker is not None
        return maker.make("", project, self._object_name)

    def _wait_for(
        self,
        name: str,
        args: EnvironmentArgs,
        wires: Collection[Mapping[str, Any]],
        bindings: Collection[KubernetesObject],
    ) -> pulumi.CustomResource:
        """The rollout of the bindings of projects; `wires` are these bindings."""
        digests = {wire["metadata"]["name"]: digest(wire) for wire in wires}
        type_ = str(Type(API_VERSION, _BINDING))
        awaited: Any = pulumi.Output.from_input(args["namespace"]).apply(
            lambda known: {type_: {f"{known}/{binding}": each for binding, each in digests.items()}}
        )
        timeout, opts = deadline(args, "ready"), pulumi.ResourceOptions(parent=self)
        return rollout(f"{name}-rollout", awaited, timeout, after=list(bindings), opts=opts)

    def _namespace_of(
        self, project: str, namespace: pulumi.Input[str], made: KubernetesObject, after: pulumi.Resource | None
    ) -> pulumi.Output[str]:
        """The name of a project's namespace, known after the resource that makes it, and after the rollout `after`."""
        both: Any = pulumi.Output.all(namespace, made.metadata, *([after.urn] if after is not None else []))
        name: pulumi.Output[str] = both.apply(
            lambda known: GENERATION.namespaces.name(known[0], project, self._object_name)
        )
        return name

    def _data_plane(self, args: EnvironmentArgs) -> pulumi.Output[str] | None:
        """The reference to the data plane."""
        if (given := args.get("dataPlaneRef")) is None:
            return None
        both: Any = pulumi.Output.all(args["namespace"], given)
        reference: pulumi.Output[str] = both.apply(
            lambda each: reference_to(named(each[1]["kind"], each[0], each[1]["name"]))
        )
        return reference

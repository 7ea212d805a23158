"""Provisioning: the namespaces of an Environment on its data plane, and the finalizer that deletes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from choreo_components.api.generation import Generation, Role, Target
from choreo_components.components.children import KubernetesObject, kubernetes_provider, namespace
from choreo_components.components.finalizer import Finalizer, finalizer_inputs, released
from choreo_components.components.objects import deadline, object_options
from choreo_components.components.witness import witness
from choreo_components.config.namespace_metadata import FIELDS, problems
from choreo_components.state import contract
from choreo_components.state.names import Identity, Type, data_plane_reference


@dataclass(frozen=True)
class SeparateDataPlane:
    """A data plane in a separate cluster: its kubeconfig, which is a secret, and the providers for it."""

    kubeconfig: pulumi.Output[str]
    kubernetes: pulumi.ProviderResource
    choreo: pulumi.ProviderResource | None = None
    """The finalizer's provider; None: that of the control plane."""


def separate_data_plane(
    environment: pulumi.Resource, role: str, args: Mapping[str, Any], cluster: pulumi.Input[str]
) -> SeparateDataPlane | None:
    """The data plane with the kubeconfig in an Environment's arguments; None if they have none.

    `role` is the Environment's name in the program, `cluster` the data plane's as NAMESPACE/NAME.
    """
    if (kubeconfig := args.get("dataPlaneKubeconfig")) is None:
        return None
    secret = pulumi.Output.secret(kubeconfig)
    opts = pulumi.ResourceOptions(parent=environment)
    return SeparateDataPlane(secret, kubernetes_provider(f"{role}-data-plane", secret, cluster, opts))


def hosts_of(generation: Generation, args: Mapping[str, Any]) -> pulumi.Output[Mapping[str, str]]:
    """The host names of an Environment's endpoints, from its gateway and its data plane's, as arguments."""
    gateways: Any = pulumi.Output.all(args.get("gateway"), args.get("dataPlaneGateway"))
    found: pulumi.Output[Mapping[str, str]] = gateways.apply(
        lambda known: generation.data_planes.hosts(*({"spec": {"gateway": each}} for each in known))
    )
    return found


def reference_to(data_plane: Target) -> str:
    """The reference to the data plane of an environment in a state."""
    return data_plane_reference(data_plane.kind, data_plane.organization, data_plane.known_as)


class Provisioning:
    """The namespaces of an Environment and its finalizer, as children of its component."""

    def __init__(
        self,
        generation: Generation,
        role: str,
        environment: KubernetesObject,
        organization: pulumi.Input[str],
        data_plane_ref: pulumi.Input[str] | None,
        args: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None,
        parent: pulumi.Resource,
        elsewhere: SeparateDataPlane | None = None,
    ) -> None:
        """`role` is the Environment's name in the program; `args` and `opts` are those of its component.

        `organization` is the name of its organization, `data_plane_ref` the reference to its data plane. `elsewhere` is
        that data plane; None if it is the control plane's cluster.
        """
        self.namespaces: dict[str, KubernetesObject] = {}
        self._generation = generation
        self._kind = generation.kind_of_role(Role.ENVIRONMENT)
        self._organization = organization
        self._data_plane_ref = data_plane_ref
        self._role = role
        self._environment = environment
        self._args = args
        self._opts = opts
        self._parent = parent
        self._elsewhere = elsewhere
        self._labels, self._annotations = (self._given(name) for name in FIELDS)
        # From the Environment's output, so that a replaced Environment replaces its namespaces, in order.
        self._names = pulumi.Output.all(organization, environment.metadata["name"])

    def add_namespace(self, project: str, needs: Sequence[pulumi.Resource] = ()) -> KubernetesObject:
        """The data-plane namespace of the project, as OpenChoreo's Deployment controller would make it."""
        rules = self._generation.namespaces
        opts = self._options([self._environment, *needs])
        # The finalizer has deleted it by then; otherwise the Environment would not be deleted.
        opts.deleted_with = self._environment
        if self._elsewhere is not None:
            opts.provider = self._elsewhere.kubernetes
        labels = self._names.apply(lambda known: rules.labels(known[0], project, known[1]))
        made = namespace(
            f"{self._role}-namespace-{project}",
            self._names.apply(lambda known: rules.name(known[0], project, known[1])),
            labels
            if self._labels is None
            else pulumi.Output.all(self._labels, labels).apply(lambda known: {**known[0], **known[1]}),
            opts,
            annotations=self._annotations,
        )
        self.namespaces[project] = made
        return made

    def add_finalizer(self, needs: Sequence[pulumi.Resource] = ()) -> Finalizer:
        """The finalizer, after the namespaces and the resources in `needs`."""
        projects, rules = list(self.namespaces), self._generation.namespaces
        inputs = finalizer_inputs(
            api_version=self._generation.api_version,
            namespace=self._organization,
            environment=self._environment.metadata["name"],
            data_plane_ref=self._data_plane_ref,
            namespace_names=self._names.apply(
                lambda known: [rules.name(known[0], project, known[1]) for project in projects]
            ),
            deployments_timeout=deadline(self._args, "deployments"),
            namespaces_timeout=deadline(self._args, "namespaces"),
            data_plane_kubeconfig=self._elsewhere.kubeconfig if self._elsewhere is not None else None,
            # Left out if it is not set, so that existing states do not change.
            delete_retained=self._args.get("deleteRetained") or None,
            environment_uid=self._environment.metadata.apply(lambda known: known.get("uid")),
        )
        opts = self._options([self._environment, *self.namespaces.values(), *needs])
        if self._elsewhere is not None:
            opts.provider = self._elsewhere.choreo
        return Finalizer(contract.Finalizer.TOKEN, f"{self._role}-finalizer", inputs, released(opts))

    def _given(self, name: str) -> pulumi.Output[Mapping[str, str]] | None:
        """The labels or annotations of namespaces in addition to OpenChoreo's."""
        given = (self._args.get("namespaceMetadata") or {}).get(name)
        if not given:
            return None

        def checked(known: Mapping[str, str]) -> Mapping[str, str]:
            # An Output is known now; it was unknown when the arguments were checked.
            if wrong := "; ".join(f"{problem.field}: {problem.message}" for problem in problems({name: known})):
                raise pulumi.RunError(f"{self._kind.kind} {self._role!r}: namespaceMetadata.{wrong}")
            return known

        return pulumi.Output.from_input(given).apply(checked)

    def add_witness(self, name: pulumi.Input[str], finalizer: Finalizer) -> pulumi.Resource:
        """The witness that stops the finalizer if the Environment stays; `name` is that, as NAMESPACE/NAME.

        The name is not an output of the Environment: otherwise the witness of a replaced Environment would be deleted
        before it, and report that it stays.
        """
        opts = pulumi.ResourceOptions(parent=self._parent)
        if self._elsewhere is not None:
            opts.provider = self._elsewhere.choreo
        type_ = Type(self._kind.api_version, self._kind.kind)
        subject = pulumi.Output.from_input(name).apply(lambda known: str(Identity(type_, known)))
        return witness(f"{self._role}-witness", subject, before=finalizer, deleted_with=self._environment, opts=opts)

    def _options(self, needs: Sequence[pulumi.Resource]) -> pulumi.ResourceOptions:
        return object_options(self._parent, self._args, self._opts, needs)

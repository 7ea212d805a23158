"""Arguments of components of openchoreo.dev/v1alpha1 that are not fields of a spec."""

from collections.abc import Mapping, Sequence
from functools import cache

from choreo_components.api import Kind
from choreo_components.api.generation import spec_of
from choreo_components.api.shape import fields_of
from choreo_components.components.attributes import COMMON, Attribute

NAMESPACE = "namespace"

OF_ONE_KIND: Mapping[str, Sequence[Attribute]] = {
    "Environment": [
        (
            "projects",
            "NotRequired[Sequence[str]]",
            "Names of the Projects that are bound to it, and so get a namespace in it.",
        ),
        (
            "dataPlaneKubeconfig",
            "NotRequired[pulumi.Input[str]]",
            "Kubeconfig of the data plane, if that is a separate cluster; kept as a secret.",
        ),
        (
            "dataPlaneGateway",
            "NotRequired[pulumi.Input[GatewayArgs]]",
            "Gateway of the data plane. With it, or the argument `gateway`, the environment has the output `hosts`.",
        ),
        (
            "namespaceMetadata",
            "NotRequired[NamespaceMetadataArgs]",
            "Labels and annotations of the namespaces that this program makes, in addition to OpenChoreo's.",
        ),
        (
            "deleteRetained",
            "NotRequired[pulumi.Input[bool]]",
            "Whether what a ResourceReleaseBinding retains may be deleted with the environment; default: false.",
        ),
    ],
    "ObservabilityAlertRule": [
        ("ruleName", "pulumi.Input[str]", "Name of the rule for people: the field `name` of its spec."),
    ],
}
"""By kind: further arguments."""

FIELDS: Mapping[str, Mapping[str, str]] = {"ObservabilityAlertRule": {"ruleName": "name"}}
"""By kind: arguments for fields of the spec whose names have another meaning among the arguments."""


def around(kind: Kind) -> list[Attribute]:
    """The arguments of a kind's component that are not fields of its spec.

    If the spec has a field `description`, the argument is that field.
    """
    namespace = [(NAMESPACE, "pulumi.Input[str]", "Namespace that it is in.")] if kind.namespaced else []
    described = "description" in fields_of(spec_of(kind.model))
    common = [each for each in COMMON if not (described and each[0] == "description")]
    return [*namespace, *OF_ONE_KIND.get(kind.kind, ()), *common]


@cache
def names_around(kind: Kind) -> frozenset[str]:
    """The names of these arguments."""
    return frozenset({NAMESPACE, *(name for name, _, _ in around(kind))})

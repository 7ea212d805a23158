"""Arguments of components of core.choreo.dev/v1 that are not fields of a spec."""

from collections.abc import Mapping, Sequence

from choreo_components.api import Kind
from choreo_components.api.core_v1 import labels
from choreo_components.api.meta import wire_name
from choreo_components.components.attributes import COMMON, Attribute

_PARENTS: Mapping[str, str] = {
    labels.ORGANIZATION: "Name of its Organization, whose namespace it is in.",
    labels.PROJECT: "Name of its Project.",
    labels.COMPONENT: "Name of its Component.",
    labels.DEPLOYMENT_TRACK: "Name of its DeploymentTrack.",
    labels.ENVIRONMENT: "Name of its Environment.",
    labels.DEPLOYMENT: "Name of its Deployment.",
}

OF_ONE_KIND: Mapping[str, Sequence[Attribute]] = {
    "DataPlane": [
        (
            "connectionConfig",
            "NotRequired[pulumi.Input[str]]",
            "Kubeconfig of its cluster, for the Secret that connectionConfigRef names; kept as a secret.",
        ),
    ],
    "Environment": [
        ("projects", "NotRequired[Sequence[str]]", "Names of the Projects that get a namespace in it."),
        (
            "dataPlaneKubeconfig",
            "NotRequired[pulumi.Input[str]]",
            "Kubeconfig of the data plane, if that is a separate cluster; kept as a secret.",
        ),
        (
            "dataPlaneGateway",
            "NotRequired[pulumi.Input[DataPlaneGatewayArgs]]",
            "Domains of the data plane: its output `gateway`. With them the environment has the output `hosts`.",
        ),
        (
            "namespaceMetadata",
            "NotRequired[NamespaceMetadataArgs]",
            "Labels and annotations of its namespaces, in addition to OpenChoreo's.",
        ),
    ],
}
"""By kind: further arguments."""


def parent_argument(label: str) -> str:
    """The argument that names a parent, by the label of the parent: `deploymentTrack` for …/deployment-track."""
    return wire_name(label.removeprefix(labels.PREFIX).replace("-", "_"))


PARENTS: Mapping[str, str] = {parent_argument(label): label for label in _PARENTS}
"""The arguments that name an object's parents, and the labels by which OpenChoreo finds them."""

OF_ALL_KINDS = frozenset({*PARENTS, *(name for name, _, _ in COMMON)})
"""The arguments that are not a field of any kind's spec."""


def around(kind: Kind) -> list[Attribute]:
    """The arguments of a kind's component that are not fields of its spec."""
    parents = [label for label in kind.hierarchy if label != labels.NAME]
    return [
        *((parent_argument(label), "pulumi.Input[str]", _PARENTS[label]) for label in parents),
        *OF_ONE_KIND.get(kind.kind, ()),
        *COMMON,
    ]

"""References to secrets, whose values are kept in a store outside."""

from typing import Annotated, Literal

from choreo_components.api.meta import WireModel, doc
from choreo_components.api.objects import ApiObject
from choreo_components.api.openchoreo_v1alpha1 import API_VERSION
from choreo_components.api.openchoreo_v1alpha1.models.common import ApiVersion, ListedConditions, Name, Time
from choreo_components.api.shape import POINTER, Items


class RemoteRef(WireModel):
    """A value in a store of secrets."""

    key: Annotated[Name, doc("Path of the entry in the store.")]
    property: Annotated[str | None, doc("Field of the entry; default: all of it.")] = None
    version: Annotated[str | None, doc("Version of the entry; its meaning depends on the store.")] = None


class SecretDataSource(WireModel):
    """A key of a Secret, and where its value is kept."""

    secret_key: Annotated[Name, doc("Key in the Secret.")]
    remote_ref: Annotated[RemoteRef, doc("Where its value is kept.")]


class SecretMetadata(WireModel):
    """Metadata of a Secret."""

    labels: Annotated[dict[str, str] | None, doc("Labels.")] = None
    annotations: Annotated[dict[str, str] | None, doc("Annotations.")] = None


class SecretTemplate(WireModel):
    """A template of the Secrets that are made of a reference."""

    type: Annotated[
        Literal[
            "Opaque",
            "kubernetes.io/dockerconfigjson",
            "kubernetes.io/dockercfg",
            "kubernetes.io/basic-auth",
            "kubernetes.io/ssh-auth",
            "kubernetes.io/tls",
            "bootstrap.kubernetes.io/token",
        ],
        doc("Type of the Secret, as Kubernetes has it."),
    ] = "Opaque"
    metadata: Annotated[SecretMetadata | None, doc("Metadata of the Secret.")] = None


class TargetPlaneRef(WireModel):
    """A plane whose store of secrets is meant."""

    kind: Annotated[
        Literal["WorkflowPlane", "ClusterWorkflowPlane", "DataPlane", "ClusterDataPlane"], doc("Kind of the plane.")
    ]
    name: Annotated[Name, doc("Name of the plane.")]


class SecretReferenceSpec(WireModel):
    """The spec of a SecretReference."""

    target_plane: Annotated[
        TargetPlaneRef | None, doc("The plane into whose store the values were put; default: any store.")
    ] = None
    template: Annotated[SecretTemplate, doc("A template of the Secrets.")]
    data: Annotated[list[SecretDataSource], Items(least=1), doc("The keys, and where their values are kept.")]
    refresh_interval: Annotated[str, POINTER, doc("How often the values are read again, such as 30m.")] = "1h"


class SecretStoreReference(WireModel):
    """An object on a plane that reads the values from a store."""

    name: Annotated[str, doc("Name of the object.")]
    namespace: Annotated[str, doc("Its namespace.")]
    kind: Annotated[str, doc("Its kind: ExternalSecret or ClusterExternalSecret.")]


class SecretReferenceStatus(ListedConditions):
    """What controllers report."""

    last_refresh_time: Annotated[Time | None, doc("When the values were read last.")] = None
    secret_stores: Annotated[list[SecretStoreReference] | None, doc("The objects that read the values.")] = None


class SecretReference(ApiObject):
    """A secret whose values are kept in a store outside: workloads and workflows name it."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["SecretReference"] = "SecretReference"
    spec: SecretReferenceSpec

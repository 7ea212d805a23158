"""Connection: the Secret that a DataPlane refers to, with the kubeconfig of its cluster."""

import base64

import pulumi

from choreo_components.api.annotations import APPLIED
from choreo_components.api.core_v1 import labels
from choreo_components.api.core_v1.names import CONNECTION_KEY
from choreo_components.components.children import KubernetesObject, kubernetes_object


def connection_secret(
    role: str,
    name: pulumi.Input[str],
    organization: pulumi.Input[str],
    data_plane: str,
    kubeconfig: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> KubernetesObject:
    """The Secret `name` in the organization's namespace, which is the resource `role` in the program.

    Pulumi keeps the kubeconfig as a secret, also in the encoding of Kubernetes.
    """
    metadata = {
        "name": name,
        "namespace": organization,
        "labels": {labels.ORGANIZATION: organization, labels.NAME: name, labels.DATAPLANE: data_plane},
        "annotations": APPLIED,
    }
    encoded = pulumi.Output.secret(kubeconfig).apply(lambda text: base64.b64encode(text.encode()).decode())
    body = {"metadata": metadata, "type": "Opaque", "data": {CONNECTION_KEY: encoded}}
    # A former `kubectl apply` may have stored the kubeconfig in an annotation as well.
    secret = pulumi.ResourceOptions(additional_secret_outputs=["data", "metadata"])
    return kubernetes_object(role, "v1", "Secret", body, pulumi.ResourceOptions.merge(opts, secret))

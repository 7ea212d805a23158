"""How the tests talk to a control plane: as its administrator, or as an unknown client."""

import base64
import http.client
import ssl
from pathlib import Path
from typing import Any

import yaml
from lightkube import Client, KubeConfig
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import ConfigMap, Namespace

from devcluster import ControlPlane


def administrator(control_plane: ControlPlane) -> Client:
    """A client with all rights."""
    return Client(config=KubeConfig.from_file(control_plane.kubeconfig), trust_env=False)


def remember(control_plane: ControlPlane, name: str) -> None:
    """Creates an object by which the data are recognised later."""
    with administrator(control_plane) as client:
        client.create(ConfigMap(metadata=ObjectMeta(name=name, namespace="default"), data={"is": "here"}))


def remembered(control_plane: ControlPlane) -> set[str | None]:
    """The objects that were created by `remember`."""
    with administrator(control_plane) as client:
        found = client.list(ConfigMap, namespace="default")
        return {each.metadata.name for each in found if each.metadata and each.data == {"is": "here"}}


def create_namespace(client: Client, name: str) -> None:
    """Creates an empty namespace."""
    client.create(Namespace(metadata=ObjectMeta(name=name)))


def get(control_plane: ControlPlane, member: str, path: str, bearer: str | None = None) -> int:
    """The HTTP status of a GET from a member, as the bearer of one of the control plane's certificates, or without one.

    Raises ssl.SSLError or ConnectionError where the member does not even talk to them."""
    pki = control_plane.directory / "pki"
    context = ssl.create_default_context(cafile=str(pki / "ca.crt"))
    if bearer:
        context.load_cert_chain(pki / f"{bearer}.crt", pki / f"{bearer}.key")
    connection = http.client.HTTPSConnection("127.0.0.1", port(control_plane, member), timeout=10, context=context)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def port(control_plane: ControlPlane, member: str) -> int:
    """The port that a member listens on."""
    found = next(each.port for each in control_plane.status() if each.name == member)
    assert found is not None
    return found


def pids(control_plane: ControlPlane) -> dict[str, int | None]:
    """The process of each member."""
    return {each.name: each.pid for each in control_plane.status()}


def client_certificate(kubeconfig: Path) -> bytes:
    """The certificate that a kubeconfig carries, as PEM."""
    content: dict[str, Any] = yaml.safe_load(kubeconfig.read_text())
    return base64.b64decode(content["users"][0]["user"]["client-certificate-data"])

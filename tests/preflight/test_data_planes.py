"""The cluster of a data plane: from the settings, its Secret, its own credentials, or else the control plane's own."""

import asyncio
import base64
from collections.abc import Collection, Mapping
from typing import Any, cast

import pytest
import yaml

from choreo_components.kubernetes.client import Cluster, ClusterError, Forbidden, Unreachable
from choreo_components.kubernetes.objects import NAMESPACES, SECRETS, Live, Resource
from choreo_components.preflight.data_planes import Connection, NoConnection, connection, connections, foreign_parts
from devcluster.pki import Pki
from tests import declaring

MARK = "EYOURNOTSUPPOSEDTOREADTHIS"


def kubeconfig(server: str = "https://east.example", **user: Any) -> str:
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "c", "cluster": {"server": server}}],
            "users": [{"name": "u", "user": user or {"token": MARK}}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
    )


class ControlPlane:
    """Has Secrets, or refuses to show them."""

    namespaces: Collection[str] = ("acme",)

    def __init__(self, secrets: Mapping[str, Mapping[str, str]] | None = None, refuses: ClusterError | None = None):
        self.secrets, self.refuses, self.asked = secrets or {}, refuses, list[str]()

    async def get(self, resource: Resource, name: str, namespace: str | None = None) -> Live | None:
        if resource != SECRETS:
            return Live(resource, {}) if resource == NAMESPACES and name in self.namespaces else None
        self.asked.append(f"{namespace}/{name}")
        if self.refuses:
            raise self.refuses
        if name not in self.secrets:
            return None
        data = {key: base64.b64encode(text.encode()).decode() for key, text in self.secrets[name].items()}
        return Live(resource, {"metadata": {"name": name, "namespace": namespace}, "data": data})


def with_credentials(**credentials: str) -> Mapping[str, Any]:
    spec = {"kubernetesCluster": {"name": "kind-1", "credentials": credentials}}
    metadata = {"name": "dp-local", "namespace": "acme"}
    return {"apiVersion": "core.choreo.dev/v1", "kind": "DataPlane", "metadata": metadata, "spec": spec}


@pytest.fixture(scope="module")
def credentials(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Those of a data plane of OpenChoreo 0.2.0."""
    pki = Pki(tmp_path_factory.mktemp("credentials") / "pki")
    pki.ensure()
    files = {"caCert": pki.authority, "clientCert": pki.certificate("admin"), "clientKey": pki.key("admin")}
    encoded = {field: base64.b64encode(file.read_bytes()).decode() for field, file in files.items()}
    return {"apiServerURL": "https://east.example", **encoded}


def found(
    cluster: ControlPlane, data_plane: Mapping[str, Any] | None = None, given: Mapping[str, str] | None = None
) -> Connection:
    return asyncio.run(connection(cast(Cluster, cluster), data_plane or declaring.data_plane(), given or {}))


def refusal(cluster: ControlPlane, data_plane: Mapping[str, Any] | None = None) -> str:
    with pytest.raises(NoConnection) as refused:
        found(cluster, data_plane)
    assert MARK not in str(refused.value)
    return str(refused.value)


def test_the_settings_come_first_and_the_cluster_is_not_asked() -> None:
    cluster = ControlPlane({"kind-1-config": {"kubeconfig": kubeconfig("https://secret.example")}})
    assert found(cluster, given={"dp-local": kubeconfig()}) == Connection(kubeconfig(), "choreo:dataPlaneKubeconfigs")
    assert cluster.asked == []


def test_impersonation_in_a_kubeconfig_is_kept_from_the_settings_and_from_the_secret() -> None:
    user: dict[str, Any] = {"token": MARK, "as": "me", "as-groups": ["us"]}
    text = kubeconfig(**user)
    there = yaml.safe_load(text)
    there["contexts"].append({"name": "admin", "context": {"cluster": "c", "user": "admin"}})
    there["users"].append({"name": "admin", "user": {"token": "admin"}})
    text = yaml.safe_dump(there)
    cluster = ControlPlane({"kind-1-config": {"kubeconfig": text}})
    for made in (found(cluster), found(cluster, given={"dp-local": text})):
        config = yaml.safe_load(made.kubeconfig or "")
        assert [each["user"] for each in config["users"]] == [user]
        assert config["current-context"] == "x"


def test_then_comes_the_secret_that_it_names_in_its_organizations_namespace() -> None:
    cluster = ControlPlane({"kind-1-config": {"kubeconfig": kubeconfig()}})
    assert found(cluster, given={"dp-other": "x"}) == Connection(kubeconfig(), "Secret acme/kind-1-config")
    assert cluster.asked == ["acme/kind-1-config"]


def test_then_come_the_credentials_in_a_data_plane_of_openchoreo_0_2_0(
    credentials: dict[str, str],
) -> None:
    made = found(ControlPlane(), with_credentials(**credentials))
    assert made.origin == "the credentials of DataPlane acme/dp-local"
    config = yaml.safe_load(made.kubeconfig or "")
    assert config["clusters"][0]["cluster"] == {
        "server": "https://east.example",
        "certificate-authority-data": credentials["caCert"],
    }
    assert config["users"][0]["user"] == {
        "client-certificate-data": credentials["clientCert"],
        "client-key-data": credentials["clientKey"],
    }


def test_without_any_it_is_the_control_planes_own_cluster() -> None:
    assert found(ControlPlane()).kubeconfig is None


def test_what_was_found_shows_no_secret_when_it_is_printed() -> None:
    assert MARK not in repr(found(ControlPlane(), given={"dp-local": kubeconfig()}))


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        ({"config": kubeconfig()}, "Secret acme/kind-1-config has no key 'kubeconfig'; its keys: config"),
        ({}, "its keys: none"),
        ({"kubeconfig": MARK}, "Secret acme/kind-1-config: the kubeconfig in it cannot be read as one"),
        ({"kubeconfig": "/etc/kubernetes/admin.conf"}, "cannot be read as one"),
        ({"kubeconfig": f"a: [{MARK}\n"}, "neither YAML nor JSON (line 2)"),
        ({"kubeconfig": f"token: {MARK}\n"}, "Secret acme/kind-1-config: no usable kubeconfig"),
    ],
)
def test_a_secret_without_a_kubeconfig_is_named_and_not_quoted(secret: Mapping[str, str], why: str) -> None:
    assert why in refusal(ControlPlane({"kind-1-config": secret}))


@pytest.mark.parametrize(
    "user",
    [{"exec": {"command": MARK}}, {"tokenFile": f"/{MARK}"}, {"client-key": f"/{MARK}"}],
    ids=lambda each: str(*each),
)
def test_a_kubeconfig_from_the_cluster_names_no_commands_and_no_files_of_this_machine(
    user: Mapping[str, Any],
) -> None:
    """Users who may write the Secret could run the command, or have the file sent to a server, where Pulumi runs."""
    said = refusal(ControlPlane({"kind-1-config": {"kubeconfig": kubeconfig(**user)}}))
    assert f"has {next(iter(user))}: commands and files of one machine" in said


def test_a_self_contained_kubeconfig_may_be_passed_on() -> None:
    assert foreign_parts(kubeconfig()) is None


def test_a_secret_that_may_not_be_read_is_not_missing() -> None:
    assert refusal(ControlPlane(refuses=Forbidden("get secrets kind-1-config: answers 403"))) == (
        "the credentials cannot get secrets in namespace 'acme', where Secret 'kind-1-config' says which cluster "
        "it is; docs/permissions.md has the roles to grant"
    )


def test_a_secret_that_is_being_deleted_is_not_used() -> None:
    """By the time that an environment runs on it, the cluster could no longer be found."""

    class Going(ControlPlane):
        async def get(self, resource: Resource, name: str, namespace: str | None = None) -> Live | None:
            live = await super().get(resource, name, namespace)
            assert live is not None
            deleted = {"deletionTimestamp": "2025-05-09T00:00:00Z", "finalizers": ["example.com/mine"]}
            return Live(resource, {**live.manifest, "metadata": {**live.metadata, **deleted}})

    assert refusal(Going({"kind-1-config": {"kubeconfig": kubeconfig()}})) == (
        "Secret acme/kind-1-config is being deleted since 2025-05-09T00:00:00Z, held by example.com/mine; "
        "wait until it is gone, then create it again"
    )


def test_in_an_organization_that_does_not_exist_yet_there_is_no_secret_and_no_role_to_read_it() -> None:
    cluster = ControlPlane(refuses=Forbidden("get secrets kind-1-config: answers 403"))
    cluster.namespaces = ()
    assert found(cluster).kubeconfig is None


def test_a_control_plane_that_does_not_answer_is_asked_again_and_is_not_missing() -> None:
    with pytest.raises(Unreachable):
        found(ControlPlane(refuses=Unreachable("unreachable")))


def test_incomplete_credentials_are_named() -> None:
    said = refusal(ControlPlane(), with_credentials(apiServerURL="https://east.example", caCert="", clientKey=MARK))
    assert said == "the credentials of DataPlane acme/dp-local have no caCert, clientCert"


def test_credentials_that_cannot_be_read_are_not_quoted(credentials: dict[str, str]) -> None:
    said = refusal(ControlPlane(), with_credentials(**{**credentials, "clientKey": MARK}))
    assert said.startswith("the credentials of DataPlane acme/dp-local: no usable kubeconfig")


def test_a_reference_that_cannot_be_the_name_of_a_secret_is_not_looked_up() -> None:
    data_plane = declaring.data_plane()
    data_plane["spec"]["kubernetesCluster"]["connectionConfigRef"] = "../pods"
    cluster = ControlPlane()
    assert "'../pods' cannot be the name of a Secret" in refusal(cluster, data_plane)
    assert cluster.asked == []


def test_several_are_distinguished_and_an_unknown_one_does_not_hide_the_others() -> None:
    cluster = ControlPlane({"kind-1-config": {"config": ""}})
    data_planes = [declaring.data_plane("east"), declaring.data_plane("west"), declaring.data_plane("west")]
    reported = asyncio.run(connections(cast(Cluster, cluster), data_planes, {"east": kubeconfig()}))
    assert reported["acme/east"] == Connection(kubeconfig(), "choreo:dataPlaneKubeconfigs")
    assert isinstance(reported["acme/west"], NoConnection)
    assert cluster.asked == ["acme/kind-1-config"]

"""Only the owner of the directory has access."""

import ssl
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from devcluster import ControlPlane
from devcluster.pki import Pki
from tests.devcluster.api import client_certificate, get


@pytest.mark.parametrize("path", ["/", "/version", "/readyz", "/api/v1/namespaces"])
def test_the_api_server_refuses_clients_without_a_certificate(control_plane: ControlPlane, path: str) -> None:
    assert get(control_plane, "kube-apiserver", path) == 401


def test_a_certificate_of_the_control_plane_gives_no_rights_by_itself(control_plane: ControlPlane) -> None:
    assert get(control_plane, "kube-apiserver", "/api/v1/secrets", bearer="etcd") == 403
    assert get(control_plane, "kube-apiserver", "/api/v1/secrets", bearer="admin") == 200


def test_etcd_refuses_clients_without_a_certificate(control_plane: ControlPlane) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)):
        get(control_plane, "etcd", "/health")


def test_the_controllers_report_only_their_health_without_a_certificate(
    control_plane: ControlPlane,
) -> None:
    assert get(control_plane, "kube-controller-manager", "/healthz") == 200
    assert get(control_plane, "kube-controller-manager", "/metrics") in {401, 403}


def test_only_the_owner_can_read_the_files(control_plane: ControlPlane) -> None:
    open_to_others = [
        f"{path}: {stat.filemode(path.lstat().st_mode)}"
        for path in (control_plane.directory, *control_plane.directory.rglob("*"))
        if stat.S_IMODE(path.lstat().st_mode) & 0o077
    ]
    assert open_to_others == []


def test_the_kubeconfig_holds_an_administrators_certificate_on_p_256(control_plane: ControlPlane) -> None:
    certificate = x509.load_pem_x509_certificate(client_certificate(control_plane.kubeconfig))
    assert "O=system:masters" in certificate.subject.rfc4514_string()
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert isinstance(key.curve, ec.SECP256R1)


def test_each_control_plane_has_a_separate_authority(tmp_path: Path) -> None:
    first, second = Pki(tmp_path / "first"), Pki(tmp_path / "second")
    first.ensure()
    second.ensure()
    assert first.authority.read_bytes() != second.authority.read_bytes()


def test_certificates_are_made_once(tmp_path: Path) -> None:
    pki = Pki(tmp_path / "pki")
    pki.ensure()
    before = {path.name: path.read_bytes() for path in (tmp_path / "pki").iterdir()}
    pki.ensure()
    assert {path.name: path.read_bytes() for path in (tmp_path / "pki").iterdir()} == before

"""The certificates: each control plane has a separate authority, so that no other certificate is accepted."""

import datetime
import ipaddress
import os
import shutil
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from devcluster import private

ADMINISTRATORS = "system:masters"
LIFETIME = datetime.timedelta(days=3650)

# Name of the certificate -> group of its bearer at the API server. Each serves and calls with the same certificate:
# etcd accepts every certificate of the authority, the API server gives permissions only to the administrators.
BEARERS = {
    "etcd": "",
    "kube-apiserver": "",
    "kube-controller-manager": ADMINISTRATORS,
    "admin": ADMINISTRATORS,
}


class Pki:
    """The folder with the keys and certificates, each file readable by its owner only."""

    def __init__(self, folder: Path) -> None:
        self.authority = folder / "ca.crt"
        self.service_account_key = folder / "service-accounts.key"
        self._folder = folder

    def certificate(self, bearer: str) -> Path:
        """The PEM file with a bearer's certificate."""
        return self._folder / f"{bearer}.crt"

    def key(self, bearer: str) -> Path:
        """The PEM file with a bearer's private key."""
        return self._folder / f"{bearer}.key"

    def ensure(self) -> None:
        """Makes all keys and certificates if there are none. They are made and deleted together, as one folder."""
        if self._folder.exists():
            return
        temporary = Path(tempfile.mkdtemp(dir=self._folder.parent, prefix=".pki-"))  # mkdtemp makes it 0700
        try:
            _fill(Pki(temporary))
            os.rename(temporary, self._folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _fill(pki: Pki) -> None:
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "devcluster")])
    certificate = (
        _builder(authority, authority, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    private.write(pki.authority, certificate.public_bytes(serialization.Encoding.PEM))
    # The authority's key is not kept: nothing is signed later.
    for bearer, group in BEARERS.items():
        _issue(pki, bearer, group, certificate, authority_key)
    private.write(pki.service_account_key, _pem(ec.generate_private_key(ec.SECP256R1())))


def _issue(
    pki: Pki, bearer: str, group: str, authority: x509.Certificate, authority_key: ec.EllipticCurvePrivateKey
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    names = [x509.NameAttribute(NameOID.COMMON_NAME, bearer)]
    if group:
        names.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, group))
    certificate = (
        _builder(x509.Name(names), authority.subject, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    private.write(pki.certificate(bearer), certificate.public_bytes(serialization.Encoding.PEM))
    private.write(pki.key(bearer), _pem(key))


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))  # a clock may be set back a little
        .not_valid_after(now + LIFETIME)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs_certificates,
        crl_sign=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    # The traditional format, as the API server reads the public key of a private one from no other.
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )

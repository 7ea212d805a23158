"""The kubeconfig: one private file with everything that a client needs to use a certificate."""

import base64
from pathlib import Path

import yaml

from devcluster import private
from devcluster.pki import Pki


def write(path: Path, port: int, pki: Pki, bearer: str) -> None:
    """Writes the kubeconfig of a bearer for the API server on a port of 127.0.0.1."""
    name = "devcluster"
    private.write(
        path,
        yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [
                    {
                        "name": name,
                        "cluster": {
                            "server": f"https://127.0.0.1:{port}",
                            "certificate-authority-data": _base64(pki.authority),
                            # On one machine, compressing the definitions for each command takes longer than sending
                            # them does.
                            "disable-compression": True,
                        },
                    }
                ],
                "users": [
                    {
                        "name": bearer,
                        "user": {
                            "client-certificate-data": _base64(pki.certificate(bearer)),
                            "client-key-data": _base64(pki.key(bearer)),
                        },
                    }
                ],
                "contexts": [{"name": name, "context": {"cluster": name, "user": bearer}}],
                "current-context": name,
            },
            sort_keys=False,
        ),
    )


def _base64(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()

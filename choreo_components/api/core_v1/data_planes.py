"""The data planes of core.choreo.dev/v1: their clusters, and the environments on them.

Objects are in wire names here: they are declared, or live, and then may have any form.
"""

from collections.abc import Mapping
from typing import Any

from choreo_components.api.core_v1 import API_VERSION
from choreo_components.api.generation import Target

CREDENTIALS = ("apiServerURL", "caCert", "clientCert", "clientKey")
"""The credentials that a DataPlane of OpenChoreo 0.2.0 must have; all but the first are base64 (api/v1, v0.2.0)."""

OF_ENVIRONMENT = ("spec", "dataPlaneRef")
"""The field of an Environment that names its DataPlane."""

CONNECTION = ("spec", "kubernetesCluster", "connectionConfigRef")
"""The field of a DataPlane that names the Secret with its kubeconfig."""


def of_environment(environment: Mapping[str, Any]) -> Target | None:
    """The DataPlane that an Environment refers to."""
    name = _spec(environment).get("dataPlaneRef")
    namespace = (environment.get("metadata") or {}).get("namespace") or ""
    return Target(API_VERSION, "DataPlane", namespace, str(name)) if name else None


def connection(data_plane: Mapping[str, Any]) -> str | None:
    """The name of the Secret that a DataPlane refers to for its kubeconfig."""
    name = _cluster(data_plane).get("connectionConfigRef")
    return str(name) if name else None


def kubeconfig(data_plane: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The kubeconfig that follows from the credentials in a DataPlane; None without credentials.

    Raises:
        ValueError: with the names of the missing ones. It quotes no value.
    """
    credentials = _cluster(data_plane).get("credentials")
    if not credentials:
        return None
    given = (credentials.get(field) for field in CREDENTIALS)
    missing = [
        field for field, value in zip(CREDENTIALS, given, strict=True) if not isinstance(value, str) or not value
    ]
    if missing:
        raise ValueError(f"have no {', '.join(missing)}")
    server, authority, certificate, key = (credentials[field] for field in CREDENTIALS)
    name = "data-plane"
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": server, "certificate-authority-data": authority}}],
        "users": [{"name": name, "user": {"client-certificate-data": certificate, "client-key-data": key}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }


def hosts(environment: Mapping[str, Any], data_plane: Mapping[str, Any] | None) -> dict[str, str]:
    """The host names of an environment's endpoints by visibility, `public` and `organization`, as far as known.

    Made of the environment's dnsPrefix and the data plane's virtual hosts (OpenChoreo: internal/controller/
    endpoint/integrations/kubernetes/address.go).
    """
    prefix = (_spec(environment).get("gateway") or {}).get("dnsPrefix")
    domains: Mapping[str, str] = _spec(data_plane or {}).get("gateway") or {}
    named = {"public": domains.get("publicVirtualHost"), "organization": domains.get("organizationVirtualHost")}
    return {visibility: f"{prefix}.{domain}" for visibility, domain in named.items() if prefix and domain}


def is_production(environment: Mapping[str, Any]) -> bool:
    """Whether an Environment serves production."""
    return bool(_spec(environment).get("isProduction"))


def _spec(wire: Mapping[str, Any]) -> Mapping[str, Any]:
    spec: Mapping[str, Any] = wire.get("spec") or {}
    return spec


def _cluster(data_plane: Mapping[str, Any]) -> Mapping[str, Any]:
    cluster: Mapping[str, Any] = _spec(data_plane).get("kubernetesCluster") or {}
    return cluster

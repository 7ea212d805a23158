"""The data planes of openchoreo.dev/v1alpha1: planes of a namespace and of all namespaces, and environments on them.

Objects are in wire names here: they are declared, or live, and then may have any form. A plane has no credentials:
its agent connects to the control plane by itself.
"""

from collections.abc import Mapping
from typing import Any

from choreo_components.api.generation import Target
from choreo_components.api.openchoreo_v1alpha1.hierarchy import named, namespace_of, spec_of

OF_ENVIRONMENT = ("spec", "dataPlaneRef")
"""The field of an Environment that names its data plane."""

DEFAULT = "default"
"""The plane of an Environment that names none: the DataPlane of its namespace, or else the ClusterDataPlane."""

_LISTENERS = ("https", "http", "tls")
"""The listeners of a gateway, the one with the best host name first."""


def of_environment(environment: Mapping[str, Any]) -> Target | None:
    """The data plane that an Environment refers to."""
    reference = spec_of(environment).get("dataPlaneRef") or {}
    kind, name = reference.get("kind"), reference.get("name")
    return named(str(kind), namespace_of(environment), str(name)) if kind and name else None


def hosts(environment: Mapping[str, Any], data_plane: Mapping[str, Any] | None) -> dict[str, str]:
    """The domains of an environment's endpoints by visibility, `external` and `internal`, as far as known.

    Each is of the environment's gateway where that has it, else of its data plane's (OpenChoreo:
    internal/pipeline/component/context/component.go).
    """
    own, shared = (
        (spec_of(each).get("gateway") or {}).get("ingress") or {} for each in (environment, data_plane or {})
    )
    found = {}
    for visibility in ("external", "internal"):
        endpoint = own.get(visibility) or shared.get(visibility) or {}
        named_hosts = ((endpoint.get(listener) or {}).get("host") for listener in _LISTENERS)
        if host := next(filter(None, named_hosts), None):
            found[visibility] = str(host)
    return found


def is_production(environment: Mapping[str, Any]) -> bool:
    """Whether an Environment serves production."""
    return bool(spec_of(environment).get("isProduction"))


def unreachable(data_plane: Mapping[str, Any]) -> str | None:
    """Why controllers do not reach a data plane, by its status, which may be a minute old."""
    connection = (data_plane.get("status") or {}).get("agentConnection") or {}
    if connection.get("connected") is not False:
        return None
    said = connection.get("message")
    return f"status.agentConnection says that no agent is connected{f': {said}' if said else ''}"

"""The first form of what is kept in states: it knew this API alone, and so kinds without one."""

from collections.abc import Mapping

from choreo_components.api.core_v1 import API_VERSION

GUARDED: Mapping[str, str] = {
    "organizations": "Organization",
    "dataPlanes": "DataPlane",
    "environments": "Environment",
    "deploymentPipelines": "DeploymentPipeline",
    "projects": "Project",
}
"""The properties of a deletion guard with its objects' names, and their kinds."""

PROTECTED, CONNECTED = "protectedEnvironments", "connectedDataPlanes"
"""Its properties with the production environments, and with the data planes that have a Secret in the stack."""

ENVIRONMENT, DATA_PLANE = "Environment", "DataPlane"
"""The kinds of what the resources named without one."""

_OF_KUBERNETES = ("Namespace", "Secret")


def api_version_of(kind: str) -> str:
    """The apiVersion of the objects of this kind."""
    return "v1" if kind in _OF_KUBERNETES else API_VERSION

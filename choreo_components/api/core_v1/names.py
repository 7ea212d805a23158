"""The names that OpenChoreo gives to what it makes for objects of core.choreo.dev/v1."""

from collections.abc import Mapping

from choreo_components.api.core_v1 import labels
from choreo_components.api.names import LONGEST_NAMESPACE_NAME, generate_k8s_name

CONNECTION_KEY = "kubeconfig"
"""The key of the Secret that `connectionConfigRef` names, under which the kubeconfig is."""

BUILDS = "choreo-ci-"
"""The prefix of an organization's namespace for its builds (reference: section 4)."""


def organization_of_builds(name: str, given: Mapping[str, str]) -> str | None:
    """The organization whose namespace for builds it is, by its name and labels; None if there is none."""
    managed = given.get(labels.MANAGED_BY) == labels.MANAGED_BY_BUILD_CONTROLLER
    return name.removeprefix(BUILDS) if managed and name.startswith(BUILDS) else None


def data_plane_namespace(organization: str, project: str, environment: str) -> str:
    """The data-plane namespace of a project in an environment.

    Args are the objects' `core.choreo.dev/name` labels, which should be their names
    (OpenChoreo: internal/controller/deployment/integrations/kubernetes/namespace_handler.go).
    """
    return generate_k8s_name("dp", organization, project, environment, limit=LONGEST_NAMESPACE_NAME)

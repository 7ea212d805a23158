"""The names that OpenChoreo gives to what it makes for objects of core.choreo.dev/v1."""

from choreo_components.api.names import LONGEST_NAMESPACE_NAME, generate_k8s_name

CONNECTION_KEY = "kubeconfig"
"""The key of the Secret that `connectionConfigRef` names, under which the kubeconfig is."""


def data_plane_namespace(organization: str, project: str, environment: str) -> str:
    """The data-plane namespace of a project in an environment.

    Args are the objects' `core.choreo.dev/name` labels, which should be their names
    (OpenChoreo: internal/controller/deployment/integrations/kubernetes/namespace_handler.go).
    """
    return generate_k8s_name("dp", organization, project, environment, limit=LONGEST_NAMESPACE_NAME)

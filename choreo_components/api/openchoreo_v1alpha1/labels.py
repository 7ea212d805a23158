"""The labels and annotations of openchoreo.dev/v1alpha1, on objects of the control plane and on what is made of them.

Objects refer to each other by fields; labels say which namespace is whose (reference-v1alpha1: section 3).
"""

from collections.abc import Mapping

PREFIX = "openchoreo.dev/"

CONTROL_PLANE = PREFIX + "control-plane"
"""On a namespace that has objects of OpenChoreo: without it, OpenChoreo's own tools do not find them."""

NAMESPACE = PREFIX + "namespace"
PROJECT = PREFIX + "project"
COMPONENT = PREFIX + "component"
RESOURCE = PREFIX + "resource"
ENVIRONMENT = PREFIX + "environment"
PROJECT_UID = PREFIX + "project-uid"
ENVIRONMENT_UID = PREFIX + "environment-uid"

MANAGED_BY = PREFIX + "managed-by"
CREATED_BY = PREFIX + "created-by"
RELEASE_RESOURCE = PREFIX + "rendered-release-resource-id"
RELEASE_UID = PREFIX + "rendered-release-uid"
RELEASE_NAME = PREFIX + "rendered-release-name"
RELEASE_NAMESPACE = PREFIX + "rendered-release-namespace"

DISPLAY_NAME = PREFIX + "display-name"
DESCRIPTION = PREFIX + "description"

OF_DATA_PLANES = frozenset(
    {
        NAMESPACE,
        PROJECT,
        ENVIRONMENT,
        PROJECT_UID,
        ENVIRONMENT_UID,
        MANAGED_BY,
        CREATED_BY,
        RELEASE_RESOURCE,
        RELEASE_UID,
        RELEASE_NAME,
        RELEASE_NAMESPACE,
    }
)
"""The labels by which OpenChoreo finds namespaces and workloads of a data plane."""

CELL_LABELS = (NAMESPACE, PROJECT, ENVIRONMENT)
"""The labels of a data-plane namespace that name its namespace, project and environment."""


def tenant_labels(namespace: str) -> dict[str, str]:
    """The label of a namespace that has objects of OpenChoreo."""
    return {CONTROL_PLANE: "true"}


def tenant(name: str, given: Mapping[str, str]) -> str | None:
    """The namespace itself, if it is one that has objects of OpenChoreo."""
    return name if given.get(CONTROL_PLANE) == "true" else None


def data_plane_namespace_labels(namespace: str, project: str, environment: str) -> dict[str, str]:
    """The labels of a data-plane namespace that are known before it exists, and do not depend on what makes it.

    Controllers that adopt the namespace add others (reference-v1alpha1: section 3), which choreo never sets.

    Raises:
        ValueError: if a name is empty.
    """
    _refuse_empty(namespace=namespace, project=project, environment=environment)
    return {NAMESPACE: namespace, PROJECT: project, ENVIRONMENT: environment}


def environment_selector(namespace: str, environment: str) -> dict[str, str]:
    """Labels that select the data-plane namespaces of an environment, whichever release has made them.

    Raises:
        ValueError: if a name is empty. Kubernetes would match namespaces whose label is empty.
    """
    _refuse_empty(namespace=namespace, environment=environment)
    return {NAMESPACE: namespace, ENVIRONMENT: environment}


def namespaces_selector(namespace: str) -> dict[str, str]:
    """Labels that select the data-plane namespaces of all environments of a namespace.

    Raises:
        ValueError: if the name is empty.
    """
    _refuse_empty(namespace=namespace)
    return {NAMESPACE: namespace}


def _refuse_empty(**names: str) -> None:
    for role, name in names.items():
        if not name:
            raise ValueError(f"the {role} must not be empty: OpenChoreo finds nothing by an empty label")

"""The labels and annotations by which OpenChoreo's controllers find one object from another.

Nothing sets them by default and most lookups use them, so an object without its labels is invisible to its parents.
Sources, OpenChoreo: internal/labels (control plane) and
internal/dataplane/kubernetes/labels.go (data plane).
"""

from collections.abc import Mapping

# On the custom resources in the control plane.
PREFIX = "core.choreo.dev/"
NAME = PREFIX + "name"
ORGANIZATION = PREFIX + "organization"
PROJECT = PREFIX + "project"
COMPONENT = PREFIX + "component"
DEPLOYMENT_TRACK = PREFIX + "deployment-track"
ENVIRONMENT = PREFIX + "environment"
DEPLOYMENT = PREFIX + "deployment"
DATAPLANE = PREFIX + "dataplane"

# Annotations of the custom resources.
DISPLAY_NAME = PREFIX + "display-name"
DESCRIPTION = PREFIX + "description"

# On namespaces and workloads in a data plane. The *-id keys are declared upstream but never set.
ORGANIZATION_NAME = "organization-name"
PROJECT_NAME = "project-name"
ENVIRONMENT_NAME = "environment-name"
BELONG_TO = "belong-to"
BELONG_TO_USER_WORKLOADS = "user-workloads"

# On both sides, without a prefix: which controller made the object.
MANAGED_BY = "managed-by"
MANAGED_BY_CONTROL_PLANE = "choreo-control-plane"
MANAGED_BY_DEPLOYMENT_CONTROLLER = "choreo-deployment-controller"
MANAGED_BY_BUILD_CONTROLLER = "choreo-build-controller"

OF_DATA_PLANES = frozenset(
    {
        ORGANIZATION_NAME,
        PROJECT_NAME,
        ENVIRONMENT_NAME,
        BELONG_TO,
        MANAGED_BY,
        "project-id",
        "component-name",
        "component-id",
        "component-type",
        "deployment-track-name",
        "deployment-track-id",
        "environment-id",
        "deployment-name",
        "deployment-id",
    }
)
"""All labels without a prefix: those that OpenChoreo finds namespaces and workloads of a data plane by."""


def organization_namespace_labels(organization: str) -> dict[str, str]:
    """The labels of an organization's namespace, as the Organization controller sets them.

    Raises:
        ValueError: if the name is empty.
    """
    _refuse_empty(organization=organization)
    return {MANAGED_BY: MANAGED_BY_CONTROL_PLANE, ORGANIZATION: organization, NAME: organization}


def connection_labels(organization: str, name: str, data_plane: str) -> dict[str, str]:
    """The labels of the Secret `name` with a data plane's kubeconfig: choreo's own, as OpenChoreo makes no such Secret.

    Raises:
        ValueError: if a name is empty.
    """
    _refuse_empty(organization=organization, name=name, data_plane=data_plane)
    return {ORGANIZATION: organization, NAME: name, DATAPLANE: data_plane}


def connections_selector(organization: str) -> dict[str, str]:
    """Labels that select the Secrets with data planes' kubeconfigs of an organization.

    Raises:
        ValueError: if the name is empty.
    """
    _refuse_empty(organization=organization)
    return {ORGANIZATION: organization}


def data_plane_namespace_labels(organization: str, project: str, environment: str) -> dict[str, str]:
    """The labels of a data-plane namespace: exactly the five which the Deployment controller sets.

    A namespace that has them is taken over as it is; one that differs in them is overwritten, other labels and all
    (OpenChoreo: internal/controller/deployment/integrations/kubernetes/namespace_handler.go).

    Raises:
        ValueError: if a name is empty.
    """
    _refuse_empty(organization=organization, project=project, environment=environment)
    return {
        ORGANIZATION_NAME: organization,
        PROJECT_NAME: project,
        ENVIRONMENT_NAME: environment,
        MANAGED_BY: MANAGED_BY_DEPLOYMENT_CONTROLLER,
        BELONG_TO: BELONG_TO_USER_WORKLOADS,
    }


def environment_deployment_selector(organization: str, environment: str) -> dict[str, str]:
    """Labels that select the Deployment resources of an environment, as the Environment finalizer does.

    Raises:
        ValueError: if a name is empty. Kubernetes would match objects whose label is empty.
    """
    _refuse_empty(organization=organization, environment=environment)
    return {ORGANIZATION: organization, ENVIRONMENT: environment}


def environment_namespace_selector(organization: str, environment: str) -> dict[str, str]:
    """Labels that select the data-plane namespaces of an environment, as the Environment finalizer does.

    Raises:
        ValueError: if a name is empty. Kubernetes would match namespaces whose label is empty.
    """
    _refuse_empty(organization=organization, environment=environment)
    return {ORGANIZATION_NAME: organization, ENVIRONMENT_NAME: environment}


def organization_namespaces_selector(organization: str) -> dict[str, str]:
    """Labels that select the data-plane namespaces of an organization.

    Raises:
        ValueError: if the name is empty.
    """
    _refuse_empty(organization=organization)
    return {ORGANIZATION_NAME: organization}


CELL_LABELS = (ORGANIZATION_NAME, PROJECT_NAME, ENVIRONMENT_NAME)
"""The labels of a data-plane namespace that name its organization, project and environment."""


def organization_of_namespace(name: str, given: Mapping[str, str]) -> str | None:
    """The organization that has its objects in the namespace, by its labels; None if there is none."""
    return given.get(ORGANIZATION) if given.get(MANAGED_BY) == MANAGED_BY_CONTROL_PLANE else None


def _refuse_empty(**names: str) -> None:
    for role, name in names.items():
        if not name:
            raise ValueError(f"the {role} must not be empty: OpenChoreo finds nothing by an empty label")

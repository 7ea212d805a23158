"""The names that OpenChoreo gives to what it makes for objects of openchoreo.dev/v1alpha1."""

from collections.abc import Mapping

from choreo_components.api.names import LONGEST_NAMESPACE_NAME, generate_k8s_name

WORKFLOWS = "workflows-"
"""The prefix of a namespace for workflow runs (reference-v1alpha1: section 3)."""


def data_plane_namespace(namespace: str, project: str, environment: str) -> str:
    """The data-plane namespace of a project in an environment, of their names (reference-v1alpha1: section 3)."""
    return generate_k8s_name("dp", namespace, project, environment, limit=LONGEST_NAMESPACE_NAME)


def namespace_of_workflows(name: str, given: Mapping[str, str]) -> str | None:
    """The namespace whose workflow runs are in a namespace, by its name, as it has no labels; None if there is none."""
    return name.removeprefix(WORKFLOWS) if name.startswith(WORKFLOWS) else None


def binding(owner: str, environment: str) -> str:
    """The name that OpenChoreo's own tools and controllers give to a binding; a second binding of a target is fatal."""
    return f"{owner}-{environment}"

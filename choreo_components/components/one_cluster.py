"""One cluster: checks that the Kubernetes provider and ours lead a component to the same cluster."""

from collections.abc import Mapping, Sequence

import pulumi

from choreo_components.components.tokens import PACKAGE
from choreo_components.state.contract import Finalizer, Settings

KUBERNETES = "kubernetes"

_SETTINGS_THAT_LEAD_ELSEWHERE: Mapping[str, Sequence[str]] = {
    KUBERNETES: ("kubeconfig", "context", "cluster"),
    PACKAGE: (Settings.KUBECONFIG, Settings.CONTEXT),
}
"""By package: the settings by which its default provider uses another cluster than the ambient kubeconfig's."""


def lone_provider(component: pulumi.Resource) -> tuple[str, str] | None:
    """The package with an explicit provider on the component, and the other without; None if both or none have one."""
    kubernetes = component.get_provider("kubernetes:core/v1:Namespace")
    choreo = component.get_provider(Finalizer.TOKEN)
    if (kubernetes is None) is (choreo is None):
        return None
    return (KUBERNETES, PACKAGE) if choreo is None else (PACKAGE, KUBERNETES)


def settings_that_lead_elsewhere(component: pulumi.Resource) -> list[str]:
    """The settings by which the component's default providers lead to two clusters, or may do so.

    The clusters of explicit providers are the program's choice, and unknown here.
    """
    if component.get_provider(Finalizer.TOKEN) is not None:
        return []
    return [
        f"{package}:{key}"
        for package, keys in _SETTINGS_THAT_LEAD_ELSEWHERE.items()
        for key in keys
        if pulumi.Config(package).get(key)
    ]


def is_on_one_cluster(component: pulumi.Resource) -> bool:
    """Whether our provider uses the cluster of the component's objects."""
    return lone_provider(component) is None and not settings_that_lead_elsewhere(component)


def require_one_cluster(component: pulumi.Resource, kind: str, name: str) -> None:
    """Raises pulumi.RunError if the component and its finalizer would be on two clusters."""
    if (lone := lone_provider(component)) is not None:
        present, missing = lone
        raise pulumi.RunError(
            f"{kind} {name!r} has a {present} provider and no {missing} provider: it would be created on one cluster "
            "and finalized on another; give both, with the same kubeconfig: "
            "providers=[pulumi_kubernetes.Provider(...), choreo_components.Provider(...)]"
        )
    if leading := settings_that_lead_elsewhere(component):
        raise pulumi.RunError(
            f"{kind} {name!r} has default providers, and {', '.join(leading)} leads one of them to another cluster; "
            f"remove it (pulumi config rm {leading[0]}), or give the {kind} a kubernetes and a choreo provider with "
            "the same kubeconfig"
        )

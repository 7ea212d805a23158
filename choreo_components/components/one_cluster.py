"""One cluster: whether the Kubernetes provider and ours, as a component has them, lead to the same one."""

from collections.abc import Mapping, Sequence

import pulumi

from choreo_components.components.tokens import PACKAGE
from choreo_components.state.contract import Finalizer, Settings

KUBERNETES = "kubernetes"

_SETTINGS_THAT_LEAD_ELSEWHERE: Mapping[str, Sequence[str]] = {
    KUBERNETES: ("kubeconfig", "context", "cluster"),
    PACKAGE: (Settings.KUBECONFIG, Settings.CONTEXT),
}
"""By package: the settings by which its default provider goes to another cluster than the ambient kubeconfig's."""


def lone_provider(component: pulumi.Resource) -> tuple[str, str] | None:
    """The package that the component has a provider of its own for, and the other, where it has none for that."""
    kubernetes = component.get_provider("kubernetes:core/v1:Namespace")
    choreo = component.get_provider(Finalizer.TOKEN)
    if (kubernetes is None) is (choreo is None):
        return None
    return (KUBERNETES, PACKAGE) if choreo is None else (PACKAGE, KUBERNETES)


def settings_that_lead_elsewhere(component: pulumi.Resource) -> list[str]:
    """The settings by which the component's default providers lead to two clusters, or may do so.

    Where it has providers of its own, what these lead to is the program's choice, and not known here.
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
    """Whether our provider can be asked about the cluster that the component's objects are on."""
    return lone_provider(component) is None and not settings_that_lead_elsewhere(component)


def require_one_cluster(component: pulumi.Resource, kind: str, name: str) -> None:
    """Raises pulumi.RunError where the component and its finalizer would be on two clusters."""
    if (lone := lone_provider(component)) is not None:
        has, lacks = lone
        raise pulumi.RunError(
            f"{kind} {name!r} has a {has} provider and no {lacks} provider: it would be made on one cluster and "
            "finalized on another. Give both, by one kubeconfig: providers=[pulumi_kubernetes.Provider(...), "
            "choreo_components.Provider(...)]"
        )
    if leading := settings_that_lead_elsewhere(component):
        raise pulumi.RunError(
            f"{kind} {name!r} has default providers, and {', '.join(leading)} leads one of them to another cluster "
            f"than the other: remove it (pulumi config rm {leading[0]}), or give the {kind} a kubernetes and a choreo "
            "provider by one kubeconfig"
        )

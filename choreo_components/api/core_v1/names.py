"""The names that OpenChoreo gives to what it makes for objects of core.choreo.dev/v1."""

from collections.abc import Iterable

from choreo_components.api.names import LONGEST_NAMESPACE_NAME, generate_k8s_name

CONNECTION_KEY = "kubeconfig"
"""The key of the Secret that `connectionConfigRef` names, under which the kubeconfig stands."""

Triple = tuple[str, str, str]
"""Names of an organization, of one of its projects, and of one of its environments."""


def data_plane_namespace(organization: str, project: str, environment: str) -> str:
    """The data-plane namespace of a project in an environment.

    Args are the objects' `core.choreo.dev/name` labels, which should be their names
    (OpenChoreo: internal/controller/deployment/integrations/kubernetes/namespace_handler.go).
    """
    return generate_k8s_name("dp", organization, project, environment, limit=LONGEST_NAMESPACE_NAME)


def collisions(triples: Iterable[Triple]) -> dict[str, tuple[Triple, ...]]:
    """The data-plane namespaces that more than one of the triples would share, each with its triples.

    It happens because the hash is taken over the parts joined by '-', which are then no longer told apart:
    `a-b`, `c`, `d` and `a`, `b-c`, `d` have the same name. Namespaces and triples are in the order of appearance.
    """
    sharing: dict[str, list[Triple]] = {}
    for triple in dict.fromkeys(triples):
        sharing.setdefault(data_plane_namespace(*triple), []).append(triple)
    return {namespace: tuple(group) for namespace, group in sharing.items() if len(group) > 1}

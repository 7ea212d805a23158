"""A neighbour: an object of another API than OpenChoreo's, in the same files, which is sent as it is written.

What is known of Kubernetes' own kinds is here: what comes before what, and where secrets are. Which kinds a cluster
has, how they are addressed, and which of them are in a namespace, only the cluster can say.
"""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final, NamedTuple

from choreo_components.api.generation import NAMESPACE, SECRET
from choreo_components.api.generations import generations
from choreo_components.api.names import NAMESPACES_OF_KUBERNETES, Use, refusal

KUBERNETES: Final = "v1"
"""The apiVersion of Kubernetes' core."""

RBAC: Final = "rbac.authorization.k8s.io"
"""The API group of roles."""

DEFINITIONS: Final = "apiextensions.k8s.io"
"""The API group of definitions of kinds: with a definition all objects of its kind are deleted."""

ADMISSION: Final = "admissionregistration.k8s.io"
"""The API group of webhooks, which may refuse what is created after them."""

KUSTOMIZE: Final = "kustomize.config.k8s.io"
"""The API group of kustomize's own files, which are sent to no cluster."""

KUSTOMIZATIONS: Final = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})
"""What kustomize calls its files. They need not say what they are."""

OPTIONAL_GROUPS: Final = ("toolkit.fluxcd.io",)
"""Domains of groups whose objects say how a cluster gets its files: where they are not served, another cluster does."""

SERVICE_ACCOUNT_OF_TOKEN: Final = "kubernetes.io/service-account.name"
"""The annotation of a Secret for whose ServiceAccount a token is put into it."""

ORDER: Final = (
    NAMESPACE,
    "ServiceAccount",
    SECRET,
    "ConfigMap",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
)
"""Kubernetes' own kinds in an order in which they can be created; all others come after these."""


class Needed(NamedTuple):
    """Another neighbour that must exist first; the version of its API does not matter."""

    group: str
    kind: str
    namespace: str
    name: str


def group_of(api_version: str) -> str:
    """API group of an apiVersion; "" of Kubernetes' core."""
    return api_version.rpartition("/")[0]


def own_domains() -> set[str]:
    """The domains of OpenChoreo's API groups."""
    return {".".join(group.split(".")[-2:]) for group in _own_groups()}


def _own_groups() -> set[str]:
    return {each for generation in generations().values() for each in (generation.group, *generation.other_groups)}


def is_of_openchoreo(api_version: str) -> bool:
    """Whether an apiVersion is one of OpenChoreo's, or meant to be: of its domains, or of a group that is misspelt."""
    group = group_of(api_version)
    own = any(group == each or group.endswith(f".{each}") for each in own_domains())
    return own or bool(get_close_matches(group, _own_groups(), n=1, cutoff=0.85))


def is_api_version(text: str) -> bool:
    """Whether a text is an apiVersion that a cluster may serve."""
    group, slash, version = text.rpartition("/")
    if not slash:
        return text == KUBERNETES
    return refusal(group, Use.OBJECT) is None and re.fullmatch("[a-z][-a-z0-9]{0,62}", version) is not None


def is_of_kustomize(file: str, wire: Mapping[str, Any]) -> bool:
    """Whether a document of a file is one of kustomize's own."""
    api_version = wire.get("apiVersion")
    if isinstance(api_version, str):
        return group_of(api_version) == KUSTOMIZE
    return file.rpartition("/")[2] in KUSTOMIZATIONS and not {"apiVersion", "kind"} & wire.keys()


def is_optional(api_version: str) -> bool:
    """Whether an object of this apiVersion is meant for a cluster that serves it, and for no other."""
    group = group_of(api_version)
    return any(group == domain or group.endswith(f".{domain}") for domain in OPTIONAL_GROUPS)


def is_definition(api_version: str, kind: str) -> bool:
    """Whether it defines a kind."""
    return (group_of(api_version), kind) == (DEFINITIONS, "CustomResourceDefinition")


def is_webhook(api_version: str, kind: str) -> bool:
    """Whether it may refuse objects that are created after it."""
    return group_of(api_version) == ADMISSION and kind.endswith("WebhookConfiguration")


def is_namespace(api_version: str, kind: str) -> bool:
    """Whether it is a namespace."""
    return (api_version, kind) == (KUBERNETES, NAMESPACE)


def is_kept(api_version: str, kind: str, name: str) -> bool:
    """Whether it is a namespace that Kubernetes itself has made, and keeps."""
    return is_namespace(api_version, kind) and name in NAMESPACES_OF_KUBERNETES


def is_secret(api_version: str, kind: str) -> bool:
    """Whether it is a Secret."""
    return (api_version, kind) == (KUBERNETES, SECRET)


def is_mutable(api_version: str, kind: str) -> bool:
    """Whether Pulumi's Kubernetes provider deletes it and makes it again for other contents, unless set."""
    return api_version == KUBERNETES and kind in (SECRET, "ConfigMap")


def position(api_version: str, kind: str) -> int:
    """Where a kind is in the order of creation."""
    own = group_of(api_version) in ("", RBAC) and kind in ORDER
    return ORDER.index(kind) if own else len(ORDER)


def secrets_in(wire: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The paths of all secrets in an object in wire names, be it valid or not."""
    if not is_secret(str(wire.get("apiVersion")), str(wire.get("kind"))):
        return []
    found = ((field, wire.get(field)) for field in ("data", "stringData"))
    return [(field, key) for field, values in found if isinstance(values, Mapping) for key in values if values[key]]


def needed_by(wire: Mapping[str, Any]) -> Iterator[Needed]:
    """What Kubernetes wants to be there before an object in wire names, apart from its namespace.

    It lets only those bind a role that is not there who may bind any, and deletes a token whose ServiceAccount is not.
    """
    kind, metadata = wire["kind"], wire["metadata"]
    namespace = metadata.get("namespace") or ""
    match group_of(wire["apiVersion"]), kind:
        case "rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding":
            role = _mapping(wire.get("roleRef"))
            of_cluster = role.get("kind") == "ClusterRole"
            yield Needed(RBAC, str(role.get("kind")), "" if of_cluster else namespace, str(role.get("name")))
            subjects = wire.get("subjects")
            for subject in map(_mapping, subjects if isinstance(subjects, list) else ()):
                if subject.get("kind") == "ServiceAccount":
                    there = str(subject.get("namespace") or namespace)
                    yield Needed("", "ServiceAccount", there, str(subject.get("name")))
        case "", "Secret":
            account = (metadata.get("annotations") or {}).get(SERVICE_ACCOUNT_OF_TOKEN)
            if account:
                yield Needed("", "ServiceAccount", namespace, account)


def refused_name(name: str) -> str | None:
    """Why no kind has objects of that name, as a clause; None where some have: Kubernetes' rules differ by kind."""
    if not name:
        return "it is empty"
    if name in (".", "..") or re.search(r"[/%\s]|[^\x20-\x7e]", name):
        return "it cannot be part of a path"
    length = len(name)
    return f"it is {length} bytes long, more than 253" if length > 253 else None


def named_in(value: Any, fields: tuple[str, ...]) -> Iterator[Any]:
    """The values of the fields of these names, however deep in a value they are."""
    if isinstance(value, Mapping):
        for name, inside in value.items():
            if name in fields:
                yield inside
            yield from named_in(inside, fields)
    elif isinstance(value, list):
        for each in value:
            yield from named_in(each, fields)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}

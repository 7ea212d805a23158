"""Questions to a cluster whose answers may be unknown: the objects of a kind, and the namespaces of a data plane."""

from typing import NamedTuple, Protocol

from choreo_components.api import UnknownKindError, kind_of


class HasKind(Protocol):
    """Anything that has a kind: a kind itself, a resource, the key of a node, the target of a reference."""

    @property
    def api_version(self) -> str:
        """Group and version, as in core.choreo.dev/v1, of the object or of its generation."""

    @property
    def kind(self) -> str:
        """Name of the kind, as in DataPlane."""


class Objects(NamedTuple):
    """Which objects of a kind an organization has (None: the whole cluster); the apiVersion is that of the objects."""

    api_version: str
    kind: str
    organization: str | None

    @classmethod
    def of(cls, what: HasKind, organization: str | None) -> "Objects":
        """The question about the objects of this kind."""
        try:
            return cls(kind_of(what.api_version, what.kind).api_version, what.kind, organization)
        except UnknownKindError:
            return cls(what.api_version, what.kind, organization)


class DataPlaneNamespaces(NamedTuple):
    """Which namespaces are on the cluster of a data plane; `organization` is "" if that is cluster-scoped."""

    organization: str
    data_plane: str

    def __str__(self) -> str:
        return f"namespaces of data plane {'/'.join(filter(None, self))}"


Question = Objects | DataPlaneNamespaces

Unread = dict[Question, str]
"""The reason for each unanswered question."""

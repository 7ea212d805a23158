"""A live organization: what the API server has of one, its objects and its namespaces."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from choreo_components.api import kind_of
from choreo_components.api.core_v1 import labels
from choreo_components.api.generation import Target
from choreo_components.config.options import Controllers

Wire = Mapping[str, Any]
"""A live object in wire names, with its apiVersion and kind."""


@dataclass(frozen=True)
class LiveOrganization:
    """An organization and what belongs to it.

    `objects` are OpenChoreo's, the Organization among them; `namespace` is theirs. `data_plane_namespaces` carry the
    organization's label; each is read where its environment's data plane is. `kubeconfigs` lead to the data planes with
    a cluster of their own, by ORGANIZATION/NAME; `closed` says of others, by the same names, why nobody gets there.
    `unsupported` are the kinds, by apiVersion and kind, whose condition the installed definitions cannot keep.
    `identity` is that of the control
    plane's cluster, "" where the credentials cannot read it.
    """

    organization: str
    objects: tuple[Wire, ...]
    namespace: Wire | None
    data_plane_namespaces: tuple[Wire, ...] = ()
    kubeconfigs: Mapping[str, str] = field(default_factory=dict, repr=False)
    closed: Mapping[str, str] = field(default_factory=dict)
    unsupported: frozenset[tuple[str, str]] = frozenset()
    identity: str = ""

    @property
    def controllers(self) -> Controllers:
        """Whether OpenChoreo's controllers have been at work here: they leave finalizers and conditions."""
        return Controllers.PRESENT if any(map(_looked_at, self.objects)) else Controllers.ABSENT

    def find(self, target: Target) -> Wire | None:
        """The object that a reference leads to."""
        if target.name is not None:
            cluster_scoped = target.kind == "Organization"
            return self.live(target.kind, None if cluster_scoped else target.organization, target.name)
        wanted = {labels.ORGANIZATION: target.organization, **dict(target.labels)}
        lives = self._by_kind.get(target.kind, ())
        return next((live for live in lives if wanted.items() <= labels_of(live).items()), None)

    def live(self, kind: str, namespace: str | None, name: str) -> Wire | None:
        """The live object of that identity."""
        return self._by_identity.get((kind, namespace, name))

    @cached_property
    def _by_identity(self) -> Mapping[tuple[str, str | None, str], Wire]:
        return {(live["kind"], namespace_of(live), name_of(live)): live for live in self._all()}

    @cached_property
    def _by_kind(self) -> Mapping[str, list[Wire]]:
        by_kind: dict[str, list[Wire]] = {}
        for live in self.objects:
            by_kind.setdefault(live["kind"], []).append(live)
        return by_kind

    def _all(self) -> Iterator[Wire]:
        yield from self.objects
        yield from self.data_plane_namespaces
        if self.namespace is not None:
            yield self.namespace


def name_of(live: Wire) -> str:
    """metadata.name."""
    return str(live["metadata"]["name"])


def namespace_of(live: Wire) -> str | None:
    """metadata.namespace."""
    namespace: str | None = live["metadata"].get("namespace")
    return namespace


def labels_of(live: Wire) -> Mapping[str, str]:
    """metadata.labels."""
    return live["metadata"].get("labels") or {}


def shown(live: Wire) -> str:
    """The object for people: kind, namespace and name."""
    return f"{live['kind']} {'/'.join(filter(None, (namespace_of(live), name_of(live))))}"


def data_plane_of(environment: Wire) -> str:
    """The data plane that an Environment refers to, as ORGANIZATION/NAME."""
    return f"{namespace_of(environment)}/{(environment.get('spec') or {}).get('dataPlaneRef')}"


def argument(live: Wire) -> str:
    """The object as an argument of kubectl."""
    if live["kind"] == "Namespace":
        return f"namespaces {name_of(live)}"
    kind, namespace = kind_of(live["apiVersion"], live["kind"]), namespace_of(live)
    return f"{kind.plural}.{kind.group} {name_of(live)}" + (f" -n {namespace}" if namespace else "")


def _looked_at(live: Wire) -> bool:
    finalizers = live["metadata"].get("finalizers") or ()
    return any(each.startswith(labels.PREFIX) for each in finalizers) or bool(
        (live.get("status") or {}).get("conditions")
    )

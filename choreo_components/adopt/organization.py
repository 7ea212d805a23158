"""A live organization: its objects and its namespaces, as the API server has them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from choreo_components.api import Generation, generation_of, kind_of
from choreo_components.api.generation import Target
from choreo_components.config.options import Controllers
from choreo_components.kubernetes.objects import Live
from choreo_components.plan.references import has_fields


@dataclass(frozen=True)
class LiveOrganization:
    """An organization and what belongs to it.

    `objects` are OpenChoreo's, of its `generation`: the organization itself, the objects in it, and cluster-scoped
    ones; `namespace` is theirs.
    `data_plane_namespaces` have the organization's label; each is read in the cluster of its environment's data plane.
    `kubeconfigs` are those of the data planes in separate clusters, by ORGANIZATION/NAME; `closed` says of others, by
    the same names, why they are unreachable. `unsupported` are the kinds, by apiVersion and kind, whose condition the
    installed CRDs cannot store. `identity` is that of the control plane's cluster, "" if the credentials cannot read
    it.
    """

    generation: Generation = field(repr=False)
    organization: str
    objects: tuple[Live, ...]
    namespace: Live | None
    data_plane_namespaces: tuple[Live, ...] = ()
    kubeconfigs: Mapping[str, str] = field(default_factory=dict, repr=False)
    closed: Mapping[str, str] = field(default_factory=dict)
    unsupported: frozenset[tuple[str, str]] = frozenset()
    identity: str = ""

    @property
    def controllers(self) -> Controllers:
        """Whether OpenChoreo's controllers have worked here: they leave finalizers and conditions."""
        return Controllers.PRESENT if any(map(self._looked_at, self.objects)) else Controllers.ABSENT

    def find(self, target: Target) -> Live | None:
        """The object that a reference leads to."""
        lives = self._by_kind.get((target.api_version, target.kind), ())
        if target.name is not None:
            kind = kind_of(target.api_version, target.kind)
            namespace = target.organization if kind.namespaced else None
            found = self._by_identity.get((kind.api_version, kind.kind, namespace, target.name))
            if not target.fields or (found is not None and has_fields(found.manifest, target)):
                return found
            return next((live for live in lives if has_fields(live.manifest, target)), None)
        return next((live for live in lives if target.selector.items() <= live.labels.items()), None)

    def live(self, manifest: Mapping[str, Any]) -> Live | None:
        """The live object that a manifest declares."""
        metadata = manifest["metadata"]
        identity = manifest["apiVersion"], manifest["kind"], metadata.get("namespace"), metadata["name"]
        return self._by_identity.get(identity)

    def _looked_at(self, live: Live) -> bool:
        finalizers = live.metadata.get("finalizers") or ()
        return any(each.startswith(self.generation.finalizers) for each in finalizers) or bool(live.conditions)

    @cached_property
    def _by_identity(self) -> Mapping[tuple[str, str, str | None, str], Live]:
        return {(*_kind(live), live.namespace, live.name): live for live in self._all()}

    @cached_property
    def _by_kind(self) -> Mapping[tuple[str, str], list[Live]]:
        by_kind: dict[tuple[str, str], list[Live]] = {}
        for live in self.objects:
            by_kind.setdefault(_kind(live), []).append(live)
        return by_kind

    def _all(self) -> Iterator[Live]:
        yield from self.objects
        yield from self.data_plane_namespaces
        if self.namespace is not None:
            yield self.namespace


def data_plane_of(environment: Mapping[str, Any]) -> str | None:
    """The data plane of an environment in wire names, as ORGANIZATION/NAME, or NAME if it is cluster-scoped."""
    target = generation_of(environment["apiVersion"]).data_planes.of_environment(environment)
    return None if target is None else target.full_name


def _kind(live: Live) -> tuple[str, str]:
    return live.resource.api_version, live.resource.kind

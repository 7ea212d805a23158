"""Live objects: objects as an API server returns them, and how it addresses kinds; without the client."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from choreo_components.api import Kind
    from choreo_components.api.generation import Generation, NamespaceNames, Retention, Sweep, Trace


@dataclass(frozen=True)
class Resource:
    """A kind as the API server addresses it; `namespaced` False is a cluster-scoped one."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool = True

    @property
    def full_name(self) -> str:
        """The unambiguous name for `kubectl`: `deployments.core.choreo.dev`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def api_version(self) -> str:
        """Group and version, as in core.choreo.dev/v1; of Kubernetes' own kinds v1."""
        return f"{self.group}/{self.version}" if self.group else self.version


def resource_of(kind: "Kind") -> Resource:
    """OpenChoreo's kind as the API server addresses it."""
    return Resource(kind.group, kind.version, kind.kind, kind.plural, kind.namespaced)


def resource_of_sweep(generation: "Generation", sweep: "Sweep | Retention | NamespaceNames | Trace") -> Resource:
    """What an environment's finalizer sweeps, or reads, as the API server addresses it."""
    return Resource(generation.group, generation.version, sweep.kind, sweep.plural)


def resource_named(api_version: str, kind: str) -> Resource:
    """The kind of that name: one of OpenChoreo's, or what Kubernetes itself has for it."""
    kubernetes = {(resource.version, resource.kind): resource for resource in (NAMESPACES, SECRETS)}
    if (api_version, kind) in kubernetes:
        return kubernetes[api_version, kind]
    # Deferred: queries for namespaces alone, as the provider makes in most commands, need no models.
    from choreo_components.api import kind_of

    return resource_of(kind_of(api_version, kind))


def live_of(wire: Mapping[str, Any]) -> "Live":
    """An object in wire names, with its apiVersion and kind, of a known kind."""
    return Live(resource_named(wire["apiVersion"], wire["kind"]), wire)


NAMESPACES = Resource("", "v1", "Namespace", "namespaces", namespaced=False)
SECRETS = Resource("", "v1", "Secret", "secrets")


@dataclass(frozen=True)
class Live:
    """An object as the API server last showed it."""

    resource: Resource
    manifest: Mapping[str, Any]

    @property
    def metadata(self) -> Mapping[str, Any]:
        """Its metadata in wire names."""
        metadata: Mapping[str, Any] = self.manifest.get("metadata") or {}
        return metadata

    @property
    def name(self) -> str:
        """metadata.name."""
        return str(self.metadata["name"])

    @property
    def namespace(self) -> str | None:
        """metadata.namespace; None for a cluster-scoped object."""
        return self.metadata.get("namespace")

    @property
    def labels(self) -> Mapping[str, str]:
        """metadata.labels."""
        return self.metadata.get("labels") or {}

    @property
    def applied_by_choreo(self) -> bool:
        """Whether a stack or program of choreo has applied it: its field manager owns fields."""
        # Deferred: it is asked only where an object is in the cluster already.
        from choreo_components.api.annotations import APPLIED, FIELD_MANAGER

        entries = self.metadata.get("managedFields") or ()
        return any(
            entry.get("manager") == APPLIED[FIELD_MANAGER] and entry.get("operation") == "Apply" for entry in entries
        )

    @property
    def deleting(self) -> bool:
        """Whether it has a deletionTimestamp."""
        return self.metadata.get("deletionTimestamp") is not None

    @property
    def conditions(self) -> Sequence[Mapping[str, Any]]:
        """status.conditions."""
        return (self.manifest.get("status") or {}).get("conditions") or []

    @property
    def condition_lines(self) -> Iterator[str]:
        """Its conditions, a line each: type, status, reason and message."""
        for condition in self.conditions:
            # A condition of a namespace with "False" names what does not block it.
            if self.resource == NAMESPACES and condition.get("status") == "False":
                continue
            why = " ".join(str(condition.get(part)) for part in ("reason", "message") if condition.get(part))
            yield f"{condition.get('type')}={condition.get('status')} {why}".rstrip()

    @property
    def inspect(self) -> str:
        """A line with the command that shows the object."""
        return f"inspect: kubectl get {self.command} -o yaml"

    @property
    def command(self) -> str:
        """The object as an argument of kubectl."""
        where = f" -n {self.namespace}" if self.namespace else ""
        return f"{self.resource.full_name} {self.name}{where}"

    def __str__(self) -> str:
        place = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.resource.kind} {place}"

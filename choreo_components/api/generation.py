"""A generation: one API of OpenChoreo, with everything in which it may differ from another.

A generation is data and pure functions. The code that reads, plans, checks, waits or deletes takes a kind's facts from
its generation, and knows no kind, label or field of a spec by name.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

# Deferred: the provider is started for each command, and few of them need models.
if TYPE_CHECKING:
    from choreo_components.api.meta import WireModel
    from choreo_components.api.objects import ApiObject

Path: TypeAlias = tuple[str | int, ...]
"""The path of a field in an object: names on the wire and positions in lists, outermost first."""

NAMESPACE, SECRET = "Namespace", "Secret"
"""The kinds of Kubernetes itself (v1) that plans have."""

DATA_PLANE_NAMESPACE = "data-plane namespace"
"""The name of a project's namespace in an environment, in an order of creation."""

FINALIZER = "EnvironmentFinalizer"
"""The name of an environment's finalizer in a plan: it is a resource of our provider and not an object."""

TENANT_NAMESPACE, BUILDS_NAMESPACE = "organization's namespace", "CI namespace"
"""The names of the namespaces of an organization and of its builds, in an order of removal."""


class Role(Enum):
    """The role of a kind's objects in a plan, whatever a generation calls the kind."""

    TENANT = auto()
    """Owns all the others: they are in its namespace."""
    DATA_PLANE = auto()
    """A cluster that runs workloads."""
    ENVIRONMENT = auto()
    """A stage, with a namespace for each project on its data plane."""
    PIPELINE = auto()
    """The order of promotion from environment to environment."""
    PROJECT = auto()
    """Has a namespace in each environment that it reaches."""
    WORKLOAD = auto()
    """What deployments are made of: it must outlive their deletion, or they never finalize."""
    DEPLOYMENT = auto()
    """What runs in an environment, and must be deleted before its namespaces."""


class Severity(str, Enum):
    """What a finding means: an error stops everything before it starts, a warning is only shown."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Violation:
    """What is wrong with the field at `path` of an object."""

    path: Path
    message: str
    severity: Severity = Severity.ERROR


class Given(Protocol):
    """An object that is declared, in both of its forms: a function takes the one that it needs."""

    @property
    def object(self) -> "ApiObject":
        """The object as its model has it."""

    @property
    def wire(self) -> Mapping[str, Any]:
        """The object in wire names, as it is sent."""


@dataclass(frozen=True)
class Sole:
    """A function that only one object of a kind may have.

    `of` identifies the function, namespace included; `called` is the name that its object should have, if any. `says`
    is what the object does, in words that follow its name; `otherwise` is the effect of a second one; `path` is the
    field that declares it.
    """

    of: tuple[str, ...]
    called: str | None = field(compare=False)
    says: str = field(compare=False)
    otherwise: str = field(compare=False)
    path: Path = field(compare=False)


@dataclass(frozen=True)
class Earlier:
    """Earlier releases of OpenChoreo with the same apiVersion: a cluster of one is recognized by what is missing."""

    releases: str
    """Which ones, as messages name them."""
    kinds: frozenset[str]
    """Kinds that they do not have."""
    fields: frozenset[tuple[str, Path]]
    """Kinds that they have, each with a field that is missing there."""


@dataclass(frozen=True)
class PrinterColumn:
    """A column of `kubectl get`: its title, the type of its values, and where in the object they are."""

    name: str
    type: Literal["string", "integer", "date"]
    json_path: str


@dataclass(frozen=True)
class Kind:
    """One kind of object.

    `hierarchy` are the labels without which OpenChoreo's controllers find neither the object nor its parents.
    `ready_condition` is the type of the condition that means "reconciled", or None if no controller ever sets one (a
    Build's Completed means that an image was made, which is something else). `spec_required` follows the CRD; our
    models require the spec wherever it has required fields. `ready_is_refreshed` False: the condition is set once, and
    is not updated for later generations. `has_status` False: its objects have no status. `since` are models that
    releases of OpenChoreo have introduced under the same apiVersion, each in place of the one before; `model` is the
    first. `filled` are fields that webhooks or Kubernetes itself give a value to, whatever was sent.

    `role` is the role of its objects in a plan; None: an object like any other. `replaced_by` are the fields whose
    change replaces the object, as OpenChoreo would otherwise leave behind what it has made. `named_by_label`:
    OpenChoreo looks its objects up by metadata.name in some places and by this label in others, so the two must agree.
    `dependents` are the kinds of the objects that may need one of these, as the generation's `hold` decides. `made_by`
    is the kind whose controller makes an object of this kind, of the same name. `carried_out_by` is the kind of the
    objects that controllers make and own to carry out one of these: until their condition is met, its own condition may
    be about its former spec. `refused` is why its objects cannot be declared; None: they can.
    """

    model: "type[ApiObject]"
    status: "type[WireModel]"
    plural: str
    hierarchy: tuple[str, ...]
    ready_condition: str | None
    scope: Literal["Cluster", "Namespaced"] = "Namespaced"
    short_names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    printer_columns: tuple[PrinterColumn, ...] = ()
    spec_required: bool = False
    ready_is_refreshed: bool = True
    has_status: bool = True
    role: "Role | None" = None
    replaced_by: tuple[str, ...] = ()
    named_by_label: str | None = None
    dependents: tuple[str, ...] = ()
    made_by: str | None = None
    carried_out_by: str | None = None
    refused: str | None = None
    filled: tuple[tuple[tuple[str, ...], Any], ...] = field(default=(), hash=False)
    since: "Mapping[str, type[ApiObject]]" = field(default_factory=dict, hash=False)

    @property
    def api_version(self) -> str:
        """Group and version, as in core.choreo.dev/v1."""
        api_version: str = self.model.model_fields["api_version"].default
        return api_version

    @property
    def group(self) -> str:
        """API group, as in core.choreo.dev; "" of Kubernetes' own."""
        return self.api_version.rpartition("/")[0]

    @property
    def version(self) -> str:
        """Version in the group, as in v1."""
        return self.api_version.rpartition("/")[2]

    @property
    def kind(self) -> str:
        """Name of the kind, as in DataPlane."""
        kind: str = self.model.model_fields["kind"].default
        return kind

    @property
    def namespaced(self) -> bool:
        """Whether objects live in a namespace, that of their organization."""
        return self.scope == "Namespaced"

    @property
    def singular(self) -> str:
        """Name for one object in commands, as in dataplane."""
        return self.kind.lower()

    @property
    def models(self) -> "tuple[type[ApiObject], ...]":
        """All models of its objects, in the order of their releases."""
        return (self.model, *self.since.values())

    def model_of(self, wire: Mapping[str, Any]) -> "type[ApiObject]":
        """The model that an object in wire names is meant to have, be it valid or not.

        Of several, the one with the most fields in the object that no other has; if there are none, the first.
        """
        if not self.since:
            return self.model
        from choreo_components.api.releases import has, own_fields

        return max(self.models, key=lambda model: sum(has(wire, path) for path in own_fields(model, self.models)))

    def secrets_in(self, wire: Mapping[str, Any]) -> list[tuple[str, ...]]:
        """The paths of all secrets in an object in wire names, of whichever model it is meant to be."""
        from choreo_components.api.shape import secrets_in

        return list(dict.fromkeys(path for model in self.models for path in secrets_in(model, wire)))

    def may_show_secrets(self, wire: Mapping[str, Any]) -> bool:
        """Whether an object in wire names, or a part of one, has a value that is secret or may be one.

        Of whichever model it is meant to be. An unknown field next to a secret may be secret, too.
        """
        from choreo_components.api.shape import may_show_secrets

        return any(may_show_secrets(model, wire) for model in self.models)

    def release_of(self, model: "type[ApiObject]") -> str:
        """The release that has this one of several models, in words."""
        for release, later in self.since.items():
            if later is model:
                return f"OpenChoreo {release}"
        return f"OpenChoreo before {next(iter(self.since))}"


@dataclass(frozen=True)
class Target:
    """What a reference leads to: the object of a kind in an organization with this metadata.name, or these labels.

    The last label is the object's name. `more_labels` are further labels of such an object. With `fields`, the object
    is the one with these values in its fields (dotted), whatever its name; `name` is the name that it should have.
    """

    api_version: str
    kind: str
    organization: str
    name: str | None = None
    labels: tuple[tuple[str, str], ...] = ()
    more_labels: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    fields: tuple[tuple[str, str], ...] = ()

    @property
    def selector(self) -> dict[str, str]:
        """The labels that select it in a cluster."""
        return dict((*self.more_labels, *self.labels))

    @property
    def known_as(self) -> str:
        """The name that the object is known by, here or in its labels."""
        return self.name if self.name is not None else self.labels[-1][1]

    @property
    def full_name(self) -> str:
        """ORGANIZATION/NAME; of a cluster-scoped object, its name."""
        return f"{self.organization}/{self.known_as}" if self.organization else self.known_as

    def __str__(self) -> str:
        if self.name is not None:
            return f"{self.kind} {self.name!r}"
        return f"{self.kind} with {', '.join(f'{key}={value}' for key, value in self.labels)}"


@dataclass(frozen=True)
class Dependency:
    """One object's need for another: the field at `path` leads to `target`.

    `severity` is that of the finding if there is no such object, and `missing` its message. `holds` is whether the
    target must exist before the object, and as long as it does.
    """

    path: Path
    target: Target
    missing: str
    severity: Severity = Severity.ERROR
    holds: bool = True
    unfit: Callable[[Mapping[str, Any]], Iterable[Violation]] | None = field(default=None, compare=False)
    """What is wrong with the object that has the reference, judged by its target, in wire names."""


@dataclass(frozen=True)
class Hold:
    """Why an object that is about to be deleted should stay: `message` is a line about a dependent of it.

    A hold that is a warning is one that OpenChoreo tolerates.
    """

    message: str
    severity: Severity = Severity.ERROR


Cell: TypeAlias = tuple[str, str, str]
"""A cell, as OpenChoreo calls a project in an environment: the names of organization, project and environment."""


@dataclass(frozen=True)
class MetadataFields:
    """The metadata of a kind's objects beyond that of all Kubernetes objects, with descriptions.

    `labels` are required. `namespace_label` is one that may replace the namespace; None: no label may.
    """

    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    namespace_label: str | None


@dataclass(frozen=True)
class Namespaces:
    """The namespaces that OpenChoreo makes, and how it finds them again."""

    name: Callable[[str, str, str], str]
    """The name of a project's namespace in an environment, from the names of organization, project and environment."""
    labels: Callable[[str, str, str], dict[str, str]]
    """Its labels, of the same names."""
    cell_labels: tuple[str, str, str]
    """The keys of the labels that name its organization, project and environment."""
    of_environment: Callable[[str, str], dict[str, str]]
    """The labels that select all namespaces of an environment, of the names of organization and environment.

    Raises ValueError if one is empty.
    """
    varying: frozenset[str]
    """Those of these labels that differ from environment to environment."""
    of_organization: Callable[[str], dict[str, str]]
    """The labels that select all data-plane namespaces of an organization."""
    tenant_labels: Callable[[str], dict[str, str]]
    """The labels of the namespace of an organization itself."""
    tenant: Callable[[str, Mapping[str, str]], str | None]
    """The organization that has its objects in a namespace, by the namespace's name and labels; None if there is none.
    """
    reserved: frozenset[str]
    """The labels by which OpenChoreo finds namespaces and workloads of a data plane; only OpenChoreo may set them."""
    maker: "NamespaceMaker | None"
    """The kind whose objects make them; None if controllers make them for what is deployed."""
    builds: Callable[[str, Mapping[str, str]], str | None]
    """The organization that has its builds in a namespace, by that one's name and labels; None if there is none."""
    built_by: str
    """The kind whose objects need a namespace for builds, which OpenChoreo does not delete after them."""

    def cell(self, labels: Mapping[str, str]) -> Cell:
        """The names in the labels of a namespace; "" for a missing one."""
        organization, project, environment = (labels.get(key) or "" for key in self.cell_labels)
        return organization, project, environment


@dataclass(frozen=True)
class NamespaceMaker:
    """The kind whose objects make the data-plane namespaces: one for each project in an environment."""

    kind: str
    make: Callable[[str, str, str], Mapping[str, Any]]
    """Such an object in wire names, of the names of organization, project and environment."""


@dataclass(frozen=True)
class Retention:
    """How an object is retained when its environment is deleted, and with it everything that is deleted after it.

    The policy is in the object itself, or in the object of the kind `kind` that `source` names. Objects are in wire
    names.
    """

    plural: str
    kind: str
    source: Callable[[Mapping[str, Any]], str | None]
    """The name of the object with the policy if this one has none; None if no other object decides."""
    reason: Callable[[Mapping[str, Any], Mapping[str, Any] | None], str | None]
    """Why an object is retained, by it and the object that `source` names, if that exists; None if it is not."""
    holds: Mapping[str, Callable[[Mapping[str, Any]], str | None]]
    """By kind: the name of a related object whose deletion does not end, or deletes what is retained."""
    released: Mapping[str, Any]
    """What is merged into an object that must be deleted nevertheless."""


@dataclass(frozen=True)
class Sweep:
    """A step of an environment's teardown: the objects of a kind that are deleted, and awaited, together."""

    plural: str
    kind: str
    labels: Callable[[str, str], dict[str, str]]
    """The labels that select them, from the names of organization and environment; none: all of the organization."""
    varying: frozenset[str] = frozenset()
    """Those of the labels that differ from environment to environment."""
    selects: Callable[[Mapping[str, Any], str], bool] | None = None
    """Whether an object with the labels belongs to the environment: a function of the object in wire names and the
    environment's name.

    For kinds that have it in a field; None: the labels decide.
    """
    retention: Retention | None = None
    """How one of them may be retained; None: it cannot be."""


@dataclass(frozen=True)
class NamespaceNames:
    """A kind whose objects name the namespaces of environments, whatever labels these have."""

    plural: str
    kind: str
    own: Callable[[Mapping[str, Any], str], Iterable[str]]
    """The names of an environment's namespaces, from an object in wire names and the environment's name."""
    others: Callable[[Mapping[str, Any], str], Iterable[str]]
    """The same of other environments: two of them may share a name, as OpenChoreo makes names."""


@dataclass(frozen=True)
class Trace:
    """A kind whose objects controllers make of what is swept, and which only they delete."""

    plural: str
    kind: str
    labels: Callable[[str, str], dict[str, str]]
    """The labels that select them, from the names of organization and environment."""
    trouble: Callable[[Mapping[str, Any]], Iterable[str]]
    """What blocks one of them, by its status. It may be there only at times, and is not in the status of what is swept.
    """


@dataclass(frozen=True)
class Teardown:
    """How an environment is torn down, except for its namespaces, which are deleted last."""

    sweeps: tuple[Sweep, ...]
    """What is deleted on the control plane, in this order."""
    foreign: Callable[[str, Mapping[str, str], str, str], str | None]
    """Why a namespace does not belong to the environment; None if it may.

    A function of the namespace's name and labels, and the names of organization and environment.
    """
    environments: Callable[[Mapping[str, Any]], Iterable[str]]
    """The environments that an object in wire names is created after and must be deleted before."""
    deployed: str
    """What is swept, in words."""
    named_by: tuple[Sweep, ...] = ()
    """The kind whose objects keep OpenChoreo from deleting an environment as long as they name it; they may stay
    otherwise."""
    traces: tuple[Trace, ...] = ()
    """What must be gone after everything that is swept, and before the namespaces."""
    namespace_names: tuple[NamespaceNames, ...] = ()
    """Where to find the names of namespaces that do not have the environment's labels."""

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of what is deleted: those that bring anything into an environment."""
        return frozenset(sweep.kind for sweep in self.sweeps)

    @property
    def looked_at(self) -> tuple[Sweep | Trace | NamespaceNames, ...]:
        """What is listed, and not deleted."""
        return (*self.named_by, *self.traces, *self.namespace_names)


@dataclass(frozen=True)
class DataPlanes:
    """What a generation knows of data planes, and of the environments on them. Objects are in wire names."""

    of_environment: Callable[[Mapping[str, Any]], "Target | None"]
    """The data plane that an environment refers to."""
    field: Path
    """The field of an environment with that reference."""
    connection: Callable[[Mapping[str, Any]], str | None]
    """The name of the Secret that a data plane refers to for its kubeconfig."""
    connection_field: Path
    """The field of a data plane with that name."""
    connection_key: str
    """The key of the kubeconfig in that Secret."""
    connection_labels: Callable[[str, str, str], dict[str, str]]
    """The labels of such a Secret, from the names of organization, Secret and data plane."""
    connections: Callable[[str], dict[str, str]] | None
    """The labels that select all such Secrets of an organization, and other objects, from its name; None: no labels do.
    """
    connected: Callable[[Mapping[str, Any]], "Target | None"]
    """The data plane that a Secret was made for, by its labels; None if it is no such Secret."""
    kubeconfig: Callable[[Mapping[str, Any]], Mapping[str, Any] | None]
    """The kubeconfig that follows from the credentials in a data plane; None without any. Raises ValueError if some are
    missing."""
    hosts: Callable[[Mapping[str, Any], Mapping[str, Any] | None], dict[str, str]]
    """The host names of an environment's endpoints by visibility, from it and its data plane, as far as known."""
    connection_is_read: bool
    """Whether controllers use the Secret; if not, they run workloads in their own cluster."""
    unreachable: Callable[[Mapping[str, Any]], str | None] = lambda _: None
    """Why controllers do not reach a data plane, by its status; None if they do, as far as the status says."""


Lookup: TypeAlias = Callable[[Target], Mapping[str, Any] | None]
"""Finds the object in wire names that a target leads to; None if there is none."""


@dataclass(frozen=True)
class Ownership:
    """Which organization and environment the objects in a cluster belong to, and who made them. Objects are in wire
    names."""

    organizations: Callable[[Mapping[str, Any]], tuple[str, ...]]
    """The organizations that an object may belong to: the one that it is in, and the one that it names."""
    environment: Callable[[Mapping[str, Any]], str | None]
    """The environment that an object is, or belongs to; None: it belongs to its organization as a whole."""
    makers: Callable[[Mapping[str, Any], Sequence[Target], Lookup], Sequence[Target]]
    """The objects for which controllers have made this one, if all of them exist; none: controllers have not made it.

    A function of an object and the targets of its references. It does not answer for kinds that are `made_by` another,
    nor for objects with an owner.
    """
    made: frozenset[str]
    """The kinds whose objects need no declaration if controllers have made them."""
    labels: Callable[[Mapping[str, Any]], dict[str, str]]
    """The labels that follow from an object's name and namespace."""
    claim: Callable[[str, bool], dict[str, str]]
    """The labels that name an object's organization, in its namespace or not; none: no label does."""
    removal_order: tuple[str, ...]
    """The order of removal: the kinds, and the roles of namespaces."""
    field_manager: str
    """The field manager of the controllers. They write whole objects, but own only the fields that they change."""


@dataclass(frozen=True)
class BindingKind:
    """A kind whose objects bring a release of something into an environment."""

    kind: str
    release: str
    """The kind of the release."""
    owner: str
    """The kind of what the release is of."""
    field: Path
    """The field with the name of the release."""
    after: str
    """The field that a binding always has next to it, and which people write before it."""


@dataclass(frozen=True)
class Bound:
    """What a binding declares: which release of what it brings into which environment; "" for a missing value.

    `name` is that of the release's owner, which is in `project`, or is the project.
    """

    kind: str
    namespace: str
    project: str
    name: str
    environment: str
    release: str = ""


@dataclass(frozen=True)
class Promotion:
    """How what is deployed moves from environment to environment. Objects are in wire names."""

    bindings: tuple[BindingKind, ...]
    """The kinds of bindings, in the order in which they are printed."""
    of_project: str
    """The kind of the bindings of projects themselves."""
    of_component: str
    """The kind of the bindings of components."""
    consulted: tuple[str, ...]
    """The kinds that a promotion reads in addition to bindings and releases."""
    bound: Callable[[Mapping[str, Any]], Bound]
    """What a binding declares."""
    steps: Callable[[Mapping[str, Any]], Iterable[tuple[str, str]]]
    """The steps that a pipeline has, each from an environment to the next."""
    pipeline: Callable[[Mapping[str, Any]], Target | None]
    """The pipeline of a project."""
    project: Callable[[Mapping[str, Any]], str]
    """The project that an owner of releases belongs to, or is."""
    automatic: Callable[[Mapping[str, Any], Mapping[str, Any], str], bool]
    """Whether a controller sets the release itself: a function of its owner, the project's pipeline and the
    environment's name."""
    owner: Callable[[Mapping[str, Any]], tuple[str, str]]
    """The project that a release is of, and the name of its owner."""
    make: Callable[[Bound], Mapping[str, Any]]
    """The binding that declares this."""

    def kind(self, kind: str) -> BindingKind | None:
        """The kind of bindings of that name; None of any other kind."""
        return next((each for each in self.bindings if each.kind == kind), None)


@dataclass(frozen=True, eq=False)
class Generation:
    """An API of OpenChoreo.

    `order` has the kinds in an order of creation, where what one refers to comes before it, and what a plan adds: the
    kinds of Kubernetes, and finalizers. Destroy is the reverse.
    """

    api_version: str
    load: Callable[[], tuple[Kind, ...]]
    """Builds the kinds, which is slow, and not every command needs them."""
    order: tuple[str, ...]
    identify: "Callable[[Kind, ApiObject], tuple[ApiObject, list[Violation]]]"
    """The object with its namespace and the labels that follow from it, and the findings about its identity."""
    metadata: Callable[[Kind], MetadataFields]
    """What the metadata of a kind's objects has of OpenChoreo."""
    references: Callable[[Given], Iterator[Dependency]]
    """Everything that must exist before an object, including its organization."""
    checks: Callable[[Given], Iterator[Violation]]
    """What OpenChoreo accepts in an object, but what then fails, hangs or collides."""
    checks_together: Callable[
        [Sequence[Mapping[str, Any]], Callable[[int, Path], str]], Iterator[tuple[int, Violation]]
    ]
    """The same for several objects in wire names; each finding comes with the position of its object.

    The function that is given returns the place of a field. Some of the objects may be live ones that declared ones
    refer to.
    """
    named: Callable[[str, str, str], Target]
    """The object of a kind, in an organization, that OpenChoreo finds by this name."""
    promoted: Callable[[Mapping[str, Any]], Iterator[tuple[Path, str]]]
    """The environments that a pipeline in wire names has, each with its field, repetitions included."""
    cell_of: Callable[[Mapping[str, Any]], Cell]
    """Organization, project and environment of a deployment in wire names; "" for a missing one."""
    waits: Callable[[Given], bool]
    """Whether the condition of an object can be waited for: its kind has one, and it becomes true by itself."""
    serves_production: Callable[[Mapping[str, Any]], bool]
    """Whether an environment in wire names serves production."""
    namespaces: Namespaces
    teardown: Teardown
    data_planes: DataPlanes
    ownership: Ownership
    secrets: Callable[[Mapping[str, Any]], Iterable[tuple[str, str]]] = lambda wire: ()
    """The Secrets of Kubernetes that an object in wire names may name, each by its namespace and its name."""
    sole: Callable[[Mapping[str, Any]], Sole | None] = lambda wire: None
    """The function of an object in wire names that no other may have; None for most objects."""
    hold: Callable[[Target, Mapping[str, Any]], Hold | None] = lambda deleted, other: None
    """Why another live object, in wire names, should keep one from being deleted; None if it should not.

    The other is of one of the kind's dependents. OpenChoreo would delete the object nevertheless, and break the other,
    delete it as well, or never finish.
    """
    replacement: Callable[[Path, Mapping[str, Any], Sequence[Mapping[str, Any]]], Violation | None] = (
        lambda path, live, others: None
    )
    """The finding about a change of a field that replaces the object; None if there is nothing to report.

    A function of the field, the live object, and the live dependents of its kind, in wire names.
    """
    earlier: tuple[Earlier, ...] = ()
    """Earlier releases, to which its models do not apply."""
    answers_dry_runs: bool = False
    """Whether its clusters can say in advance that an object will be refused: by rules in definitions, and by webhooks.
    """
    kinds_of_kubernetes: frozenset[tuple[str, str]] = frozenset()
    """apiVersion and kind of objects of Kubernetes itself that are one of this API's kinds."""
    tenant: str = "organization"
    """This API's word for what owns all other objects."""
    other_groups: tuple[str, ...] = ()
    """API groups under which other releases of OpenChoreo have the same kinds."""
    finalizers: str = ""
    """The prefix of the finalizers of OpenChoreo's controllers."""
    promotion: Promotion | None = None
    """How releases are promoted; None for an API without releases."""

    @property
    def group(self) -> str:
        """API group, as in core.choreo.dev."""
        return self.api_version.partition("/")[0]

    @property
    def version(self) -> str:
        """Version in the group, as in v1."""
        return self.api_version.partition("/")[2]

    @cached_property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds, in an order of creation."""
        return self.load()

    @cached_property
    def by_name(self) -> Mapping[str, Kind]:
        """The kinds by their names."""
        return {kind.kind: kind for kind in self.kinds}

    @cached_property
    def _positions(self) -> Mapping[str, int]:
        return {kind: position for position, kind in enumerate(self.order)}

    def position(self, kind: str) -> int:
        """Where a kind is in the order of creation."""
        return self._positions[kind]

    def role(self, kind: str) -> Role | None:
        """The role of a kind's objects in a plan; None if it has none, or the kind is unknown."""
        known = self.by_name.get(kind)
        return None if known is None else known.role

    def of_role(self, role: Role) -> tuple[Kind, ...]:
        """The kinds of a role, in the order of creation."""
        return tuple(kind for kind in self.kinds if kind.role is role)

    def kind_of_role(self, role: Role) -> Kind:
        """The kind of a role that has just one."""
        [kind] = self.of_role(role)
        return kind

    @cached_property
    def tenant_is_a_namespace(self) -> bool:
        """Whether a tenant is its namespace, and not a separate object."""
        return any(kind.kind == NAMESPACE for kind in self.of_role(Role.TENANT))


def spec_of(model: "type[ApiObject]") -> "type[WireModel]":
    """Model of the spec of such objects."""
    from choreo_components.api.shape import ObjectOf, fields_of

    shape = fields_of(model)["spec"].shape
    assert isinstance(shape, ObjectOf)
    return shape.model


def deferred(module: str, name: str) -> Callable[..., Any]:
    """The function of that name; its module is imported at the first call, as models are slow to build."""

    def function(*args: Any) -> Any:
        return getattr(import_module(module), name)(*args)

    return function

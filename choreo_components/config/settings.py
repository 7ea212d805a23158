"""Settings: what a stack declares, read from its configuration and manifests into OpenChoreo's objects.

The format is OpenChoreo's own YAML. Labels that follow from an object are added; a label that contradicts is an error.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from choreo_components.api import (
    ApiObject,
    Generation,
    Kind,
    ObjectMeta,
    Role,
    UnknownKindError,
    generation_having,
    kind_of,
)
from choreo_components.api.annotations import LAST_APPLIED
from choreo_components.api.generation import Target
from choreo_components.api.generations import generations
from choreo_components.api.names import Use, refusal
from choreo_components.api.neighbours import is_kept, is_of_kustomize, is_optional, secrets_in
from choreo_components.config.documents import Document, Rules, differing, field_name
from choreo_components.config.documents import read_file as read_documents
from choreo_components.config.durations import seconds
from choreo_components.config.findings import Finding, Location, error, warning
from choreo_components.config.namespace_metadata import FIELDS, NamespaceMetadata, problems
from choreo_components.config.neighbours import Neighbour
from choreo_components.config.neighbours import parse as parse_neighbour
from choreo_components.config.neighbours import refusal as refusal_of_neighbour
from choreo_components.config.options import Adopt, Controllers
from choreo_components.config.paths import Search
from choreo_components.config.validation import REQUIRED, parse, shown

Choice = TypeVar("Choice", bound=Enum)

IN_MANIFEST = (
    "a secret in plain text, visible to all who can read this file; move the object to the stack's file, under "
    "choreo:resources, where `pulumi config set --secret --path` encrypts it"
)
"""The warning about a secret in a manifest."""


@dataclass(frozen=True)
class Timeouts:
    """How long each step may take, as durations.

    `ready`: until an object's condition is true; `delete`: until an object is gone; `deployments` and `namespaces`:
    the two steps of an environment's finalization.
    """

    ready: str = "10m"
    delete: str = "10m"
    deployments: str = "10m"
    namespaces: str = "10m"


@dataclass(frozen=True)
class Declared:
    """An object that a stack declares, with all its labels, and the document it was read from."""

    object: ApiObject
    document: Document

    @property
    def kind(self) -> str:
        """Its kind."""
        return self.object.kind

    @property
    def name(self) -> str:
        """Its metadata.name."""
        return self.object.metadata.name

    @property
    def labels(self) -> Mapping[str, str]:
        """Its labels."""
        return self.object.metadata.labels or {}

    @cached_property
    def generation(self) -> Generation:
        """The generation of its API."""
        return generation_having(self.object.api_version, self.kind)

    @property
    def role(self) -> Role | None:
        """Its role in a plan."""
        return self.generation.role(self.kind)

    @property
    def is_kept(self) -> bool:
        """Whether Kubernetes itself makes and keeps it: the stack adds and removes only what it declares of it."""
        return is_kept(self.object.api_version, self.kind, self.name)

    @property
    def organization(self) -> str:
        """The organization that it belongs to or is; "" if it belongs to none."""
        return self.object.metadata.namespace or (self.name if self.role is Role.TENANT else "")

    @cached_property
    def wire(self) -> Mapping[str, Any]:
        """The object in wire names, as it is sent."""
        return self.object.to_wire()

    @property
    def data_plane(self) -> Target | None:
        """The data plane of an environment."""
        return self.generation.data_planes.of_environment(self.wire)

    @property
    def spec(self) -> Any:
        """Its spec, whose model depends on the kind."""
        return self.object.spec

    def at(self, *path: str | int) -> Location:
        """The location of one of its fields."""
        return self.document.at(path)

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r}" + (
            f" of {self.generation.tenant} {self.organization!r}" if self.object.metadata.namespace else ""
        )


@dataclass(frozen=True)
class Kubeconfig:
    """The kubeconfig of a data plane as given, its text or its path, and the location of the setting."""

    given: str = field(repr=False)
    where: Location


@dataclass(frozen=True)
class Settings:
    """What a stack declares.

    `projects` are names of projects of other stacks that have a namespace in each environment of this one, each with
    the location that names it. `allow_production_destroy` allows production environments to be deleted.
    `delete_retained` allows what a binding retains to be deleted with its environment.
    `adopt` says which objects that exist in the cluster, but not in the stack's state, are taken over.
    `neighbours` are objects of other APIs than OpenChoreo's, which are sent as written.
    `contradicting` are objects that differ from one of `declared` with the same name, which is an error at their place.
    `data_plane_kubeconfigs` are those of data planes on separate clusters, by the DataPlane's name.
    `control_plane` is the identity that the control plane must have, if the stack sets it.
    `namespace_metadata` is what all data-plane namespaces get in addition to OpenChoreo's own labels.
    """

    declared: tuple[Declared, ...] = ()
    contradicting: tuple[Declared, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    projects: Mapping[str, Location] = field(default_factory=dict)
    controllers: Controllers = Controllers.PRESENT
    timeouts: Timeouts = field(default_factory=Timeouts)
    allow_production_destroy: bool = False
    delete_retained: bool = False
    adopt: Adopt = Adopt.NEVER
    data_plane_kubeconfigs: Mapping[str, Kubeconfig] = field(default_factory=dict)
    control_plane: str | None = None
    namespace_metadata: NamespaceMetadata = field(default_factory=NamespaceMetadata)


def read(config: Document, folder: Path) -> tuple[Settings, list[Finding]]:
    """The settings in a stack's configuration, and everything that is wrong with them and with their manifests.

    `config` maps the settings' names to their values; manifests are files and globs relative to `folder`. If the
    findings contain an error, the settings are incomplete.
    """
    return _Reader(config, folder).read()


def read_file(file: Path, folder: Path) -> tuple[Document, list[Finding]]:
    """The configuration in a stack's file, and what is wrong with the file; findings name it relative to `folder`."""
    called = str(file.relative_to(folder)) if file.is_relative_to(folder) else str(file)
    documents, findings = read_documents(file, called, Rules.PULUMI)
    whole = documents[0] if documents else Document({}, called)
    config = whole.value.get("config") if isinstance(whole.value, dict) else whole.value
    if config is not None and not isinstance(config, dict):
        findings.append(error(whole.at(("config",)), f"should be a mapping of settings, not {shown(config)}"))
    if not isinstance(config, dict):
        return Document({}, called), findings
    return Document(config, called, whole.part(("config",), config).place), findings


RESOURCES = "choreo:resources"
MANIFESTS = "choreo:manifests"
PROJECTS = "choreo:projects"
CONTROLLERS = "choreo:controllers"
TIMEOUTS = "choreo:timeouts"
ADOPT = "choreo:adopt"
ALLOW_PRODUCTION_DESTROY = "choreo:allowProductionDestroy"
DELETE_RETAINED = "choreo:deleteRetained"
KUBECONFIG = "choreo:kubeconfig"
CONTROL_PLANE = "choreo:controlPlane"
DATA_PLANE_KUBECONFIGS = "choreo:dataPlaneKubeconfigs"
NAMESPACE_METADATA = "choreo:namespaceMetadata"
KEYS = (
    RESOURCES,
    MANIFESTS,
    PROJECTS,
    CONTROLLERS,
    TIMEOUTS,
    ADOPT,
    ALLOW_PRODUCTION_DESTROY,
    DELETE_RETAINED,
    KUBECONFIG,
    CONTROL_PLANE,
    DATA_PLANE_KUBECONFIGS,
    NAMESPACE_METADATA,
)
"""The settings' names in a stack's configuration. The kubeconfig is a secret, and not read here."""

KUBERNETES = "kubernetes:"
"""The prefix of the settings of Pulumi's Kubernetes provider, which choreo configures itself."""


def is_read(name: str) -> bool:
    """Whether a setting is one of choreo's, or one that choreo must refuse."""
    return name.startswith(("choreo:", KUBERNETES))


def decoded(name: str, value: Any) -> Any:
    """A setting's value: Pulumi passes lists and mappings as JSON, and `pulumi config set` writes them as such text.

    A kubeconfig may be JSON too, and is kept as text.
    """
    if name == KUBECONFIG or not isinstance(value, str) or value[:1] not in ("[", "{"):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


class _Reader:
    """Collects objects and findings while it reads the settings of a stack."""

    def __init__(self, config: Document, folder: Path) -> None:
        self.config = config
        self.folder = folder
        self.findings: list[Finding] = []
        self.named: set[str] = set()
        """The files that a setting names itself, not by a glob."""
        self.skipped: set[str] = set()

    def read(self) -> tuple[Settings, list[Finding]]:
        values: Mapping[str, Any] = self.config.value
        for key in values:
            if key.startswith(KUBERNETES):
                self.refuse(
                    self.config.at((key,)),
                    "not supported: choreo configures the Kubernetes provider for the cluster that it has checked; "
                    f"remove it (pulumi config rm {key}), and select the cluster by the current context of KUBECONFIG, "
                    f"or set {KUBECONFIG}",
                )
            elif key not in KEYS:
                self.refuse(
                    self.config.at((key,)),
                    f"unknown setting; the settings are {', '.join(KEYS)}",
                )
        read = [self.declare(document) for document in [*self.inline(), *self.files()]]
        objects, plain = self.divided([each for each in read if each is not None])
        declared, contradicting = self.unique(objects)
        settings = Settings(
            declared=declared,
            contradicting=contradicting,
            neighbours=self.unique_neighbours(plain),
            projects=self.projects(),
            controllers=self.choice(CONTROLLERS, Controllers, Controllers.PRESENT),
            adopt=self.choice(ADOPT, Adopt, Adopt.NEVER),
            timeouts=self.timeouts(),
            allow_production_destroy=self.flag(ALLOW_PRODUCTION_DESTROY),
            delete_retained=self.flag(DELETE_RETAINED),
            data_plane_kubeconfigs=self.kubeconfigs(),
            control_plane=self.value(CONTROL_PLANE, str, "the UID of the namespace kube-system"),
            namespace_metadata=self.namespace_metadata(),
        )
        return settings, self.findings

    def refuse(self, where: Location, message: str) -> None:
        self.findings.append(error(where, message))

    def value(self, key: str, wanted: type, described: str) -> Any:
        """The value of a setting; None if it is missing or not of the type, which is an error."""
        value = self.config.value.get(key)
        if value is not None and not isinstance(value, wanted):
            self.refuse(self.config.at((key,)), f"should be {described}, not {self.shown(key)}")
            return None
        return value

    def shown(self, *path: str | int) -> str:
        """The value of a field of the settings as written."""
        value = self.config.value
        for step in path:
            value = value[step]
        return shown(value, self.config.written(path))

    def strings(self, key: str) -> list[tuple[int, str]]:
        """The strings of a list, each with its position."""
        found = []
        for index, value in enumerate(self.value(key, list, "a list of strings") or []):
            if isinstance(value, str) and value:
                found.append((index, value))
            else:
                self.refuse(
                    self.config.at((key, index)),
                    f"should be a string that is not empty, not {self.shown(key, index)}",
                )
        return found

    def projects(self) -> dict[str, Location]:
        """The projects of other stacks, each with the location that names it."""
        places = {name: self.config.at((PROJECTS, index)) for index, name in self.strings(PROJECTS)}
        for name, where in places.items():
            if refused := refusal(name, Use.OBJECT) or refusal(name, Use.LABEL_VALUE):
                self.refuse(where, f"Kubernetes would refuse the name {name!r}: {refused}")
        return places

    def choice(self, key: str, choices: type[Choice], otherwise: Choice) -> Choice:
        """A setting that has one of a few values."""
        described = " or ".join(each.value for each in choices)
        value = self.value(key, str, described)
        if value is not None and value not in [each.value for each in choices]:
            self.refuse(self.config.at((key,)), f"should be {described}, not {self.shown(key)}")
            value = None
        return otherwise if value is None else choices(value)

    def flag(self, key: str) -> bool:
        """A setting that is true or false."""
        # Pulumi passes a boolean as text.
        value = self.config.value.get(key, False)
        if not isinstance(value, bool) and value not in ("true", "false"):
            self.refuse(self.config.at((key,)), f"should be true or false, not {self.shown(key)}")
        return value is True or value == "true"

    def kubeconfigs(self) -> dict[str, Kubeconfig]:
        """The kubeconfigs of data planes. Findings about them quote nothing of them."""
        given = self.config.value.get(DATA_PLANE_KUBECONFIGS)
        if given is None:
            return {}
        if not isinstance(given, Mapping):
            what = "a list" if isinstance(given, list) else "a text that is not JSON, or a value of another type"
            self.refuse(
                self.config.at((DATA_PLANE_KUBECONFIGS,)),
                f"should be a mapping of data planes' names to their kubeconfigs, not {what}",
            )
            return {}
        found = {}
        for name, value in given.items():
            where = self.config.at((DATA_PLANE_KUBECONFIGS, name))
            if isinstance(value, str) and value:
                found[name] = Kubeconfig(value, where)
            else:
                what = shown(value) if isinstance(value, Mapping | list) else "empty, or a value of another type"
                self.refuse(where, f"should be the text of a kubeconfig, or the path of one, not {what}")
        return found

    def namespace_metadata(self) -> NamespaceMetadata:
        given = self.config.value.get(NAMESPACE_METADATA)
        if given is None:
            return NamespaceMetadata()
        wrong = list(problems(given))
        for problem in wrong:
            self.refuse(self.config.at((NAMESPACE_METADATA, *problem.path)), problem.message)
        if wrong:
            return NamespaceMetadata()
        of_labels, of_annotations = (given.get(name) or {} for name in FIELDS)
        return NamespaceMetadata(of_labels, of_annotations, self.config.at((NAMESPACE_METADATA,)))

    def timeouts(self) -> Timeouts:
        given = self.value(TIMEOUTS, dict, "a mapping of steps to durations") or {}
        steps = [step.name for step in fields(Timeouts)]
        right = {}
        for step, value in given.items():
            where = self.config.at((TIMEOUTS, step))
            if step not in steps:
                self.refuse(where, f"unknown step; the steps are {', '.join(steps)}")
            elif not isinstance(value, str):
                self.refuse(
                    where,
                    f"should be a duration such as 90s, 10m or 1h30m, not {self.shown(TIMEOUTS, step)}",
                )
            else:
                try:
                    seconds(value)
                    right[step] = value
                except ValueError as problem:
                    self.refuse(where, str(problem))
        return Timeouts(**right)

    def inline(self) -> list[Document]:
        values = self.value(RESOURCES, list, "a list of objects") or []
        return [self.config.part((RESOURCES, index), value) for index, value in enumerate(values)]

    def files(self) -> list[Document]:
        documents: list[Document] = []
        search = Search(self.folder)
        seen: dict[str, str] = {}
        for index, pattern in self.strings(MANIFESTS):
            where = self.config.at((MANIFESTS, index))
            names_one = search.names_one(pattern)
            for path in search.files(pattern, where):
                # A file is read once, however many links lead to it.
                real = os.path.realpath(path)
                shown = seen.get(real) or _called(path, self.folder)
                if names_one:
                    self.named.add(shown)
                if real in seen:
                    continue
                seen[real] = shown
                try:
                    read, findings = read_documents(path, shown)
                except OSError as problem:
                    self.refuse(where, f"{shown} cannot be read: {problem.strerror}")
                    continue
                if not read and not findings:
                    self.findings.append(warning(Location(shown), "the file contains no object"))
                documents += read
                self.findings += findings
        self.findings += search.findings()
        return documents

    def declare(self, document: Document) -> Declared | Neighbour | None:
        """The document as an object with all its labels; None if it is invalid, which adds findings."""
        value = document.value
        if not isinstance(value, dict):
            # A glob may match any file, for example a key, so the text is not quoted.
            what = "a text" if isinstance(value, str) else shown(value, document.written())
            self.refuse(document.at(), f"should be an object with apiVersion, kind, metadata and spec, not {what}")
            return None
        if is_of_kustomize(document.file, value):
            self.skip(document)
            return None
        api_version, kind_name = (self.text(document, key) for key in ("apiVersion", "kind"))
        if api_version is None or kind_name is None:
            return None
        try:
            kind = kind_of(api_version, kind_name)
        except UnknownKindError as unknown:
            if api_version not in generations():
                return self.neighbour(document, api_version, kind_name, str(unknown))
            self.refuse(document.at(("kind",)), str(unknown))
            return None
        if kind.refused is not None:
            self.refuse(document.at(("kind",)), kind.refused)
            return None
        declared, problems = parse(kind, value, document.written)
        for problem in problems:
            self.refuse(document.at(problem.path), problem.message)
        if not document.prefix:
            # In a stack's own file it may be encrypted.
            for path in kind.secrets_in(value):
                self.findings.append(warning(document.at(path), IN_MANIFEST))
        return None if declared is None else self.identify(kind, declared, document)

    def skip(self, document: Document) -> None:
        """Warns once that a file of kustomize that a glob matches is skipped; any other such object is an error."""
        if document.prefix or document.file in self.named:
            message = "a kustomize file, which is not for a cluster; name the files that it lists"
            self.refuse(document.at(("kind",)), message)
        elif document.file not in self.skipped:
            self.skipped.add(document.file)
            where = Location(document.file)
            self.findings.append(warning(where, "skipped: a kustomize file, which is not for a cluster"))

    def neighbour(self, document: Document, api_version: str, kind: str, unknown: str) -> Neighbour | None:
        """The document as an object of another API than OpenChoreo's; None if it is invalid, which adds findings."""
        if (refused := refusal_of_neighbour(document, api_version, kind, unknown)) is not None:
            self.findings.append(refused)
            return None
        found, wrong = parse_neighbour(document)
        self.findings += wrong
        secrets = secrets_in(document.value)
        if secrets and not document.prefix:
            # One warning for all secrets in it.
            self.findings.append(warning(document.at(secrets[0][:1]), IN_MANIFEST))
        if found is None:
            return None
        by_glob = not document.prefix and document.file not in self.named
        metadata = self.without_notes(found.metadata, document)
        return Neighbour(
            found.model_copy(update={"metadata": metadata}), document, by_glob and is_optional(api_version)
        )

    def divided(self, read: Sequence[Declared | Neighbour]) -> tuple[list[Declared], list[Neighbour]]:
        """OpenChoreo's objects, and the others.

        A namespace is OpenChoreo's if it is marked so, or if an object of OpenChoreo's is in it.
        """
        own = [each for each in read if isinstance(each, Declared)]
        plain = [each for each in read if isinstance(each, Neighbour)]
        namespaces = [each for each in own if _is_of_kubernetes(each)]
        if not namespaces:
            return own, plain
        objects: list[Declared] = []
        in_use = {each.namespace for each in plain}
        known = {(each.generation.api_version, each.object.metadata.namespace) for each in own}
        known |= {(each.generation.api_version, each.name) for each in namespaces if _is_marked_as_tenant(each)}
        for each in own:
            generation = each.generation
            if not _is_of_kubernetes(each) or (generation.api_version, each.name) in known:
                objects.append(each)
                continue
            found, _ = parse_neighbour(each.document)
            assert found is not None
            metadata = self.without_notes(found.metadata, each.document, once=False)
            plain.append(Neighbour(found.model_copy(update={"metadata": metadata}), each.document))
            others = (other.generation is generation and not _is_of_kubernetes(other) for other in own)
            if each.name not in in_use and any(others):
                label = ", ".join(
                    f"{key}={value}" for key, value in generation.namespaces.tenant_labels(each.name).items()
                )
                message = (
                    "treated as a plain namespace, because no object of OpenChoreo in this stack is in it; add the "
                    f"label {label} if objects of OpenChoreo in other stacks are"
                )
                self.findings.append(warning(each.at("metadata", "name"), message))
        return objects, plain

    def unique_neighbours(self, read: Sequence[Neighbour]) -> tuple[Neighbour, ...]:
        """The first neighbour of each name. A repeated one must be the same, or it is an error."""
        first: dict[tuple[str, str, str], Neighbour] = {}
        for each in read:
            earlier = first.setdefault((each.api_version, each.kind, each.full_name), each)
            if earlier is not each:
                self.report_duplicate(each, earlier)
        return tuple(first.values())

    def text(self, document: Document, key: str) -> str | None:
        """A field of the document that must be a string."""
        value = document.value.get(key)
        if isinstance(value, str):
            return value
        given = shown(value, document.written((key,)))
        self.refuse(document.at((key,)), REQUIRED if value is None else f"should be a string, not {given}")
        return None

    def identify(self, kind: Kind, declared: ApiObject, document: Document) -> Declared | None:
        """The object with its namespace and the labels that follow from it."""
        identified, violations = generation_having(kind.api_version, kind.kind).identify(kind, declared)
        for each in violations:
            self.findings.append(Finding(each.severity, document.at(each.path), each.message))
        if violations:
            return None
        metadata = self.without_notes(identified.metadata, document)
        return Declared(identified.model_copy(update={"metadata": metadata}), document)

    def without_notes(self, metadata: ObjectMeta, document: Document, *, once: bool = True) -> ObjectMeta:
        """The metadata without the annotation of `kubectl apply`; `once`: with a warning that it is left out."""
        if not metadata.annotations or LAST_APPLIED not in metadata.annotations:
            return metadata
        if once:
            where = document.at(("metadata", "annotations", LAST_APPLIED))
            self.findings.append(warning(where, "left out: kubectl's record, which does not belong to the object"))
        kept = {key: value for key, value in metadata.annotations.items() if key != LAST_APPLIED}
        return metadata.model_copy(update={"annotations": kept})

    def unique(self, declared: Sequence[Declared]) -> tuple[tuple[Declared, ...], tuple[Declared, ...]]:
        """The first object of each name, and those that contradict it. A repeated one may be the same."""
        first: dict[tuple[str, str, str, str], Declared] = {}
        contradicting = []
        for each in declared:
            earlier = first.setdefault((each.object.api_version, each.kind, each.organization, each.name), each)
            if earlier is each:
                continue
            if self.report_duplicate(each, earlier):
                contradicting.append(each)
        return tuple(first.values()), tuple(contradicting)

    def report_duplicate(self, each: Declared | Neighbour, earlier: Declared | Neighbour) -> bool:
        """Reports that an object is declared a second time; returns whether the two differ."""
        twice = f"{each} is declared twice; first at {earlier.at('metadata', 'name')}"
        where = each.at("metadata", "name")
        different = list(differing(earlier.wire, each.wire))
        if different:
            differences = ", ".join(map(field_name, different))
            self.refuse(where, f"{twice}. They differ in {differences}; remove one of them")
        else:
            self.findings.append(warning(where, f"{twice}. They are identical: the duplicate is ignored"))
        return bool(different)


def _called(path: Path, folder: Path) -> str:
    """The name of a file in findings: relative to the folder if it is in it."""
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)


def _is_of_kubernetes(declared: Declared) -> bool:
    """Whether it is an object of Kubernetes itself that may belong to OpenChoreo."""
    return (declared.object.api_version, declared.kind) in declared.generation.kinds_of_kubernetes


def _is_marked_as_tenant(declared: Declared) -> bool:
    """Whether a namespace as written has a label or an annotation of OpenChoreo's."""
    written = declared.document.value["metadata"]
    known = declared.generation.metadata(kind_of(declared.object.api_version, declared.kind)).annotations
    return bool(
        (written.get("labels") or {}).keys() & declared.generation.namespaces.tenant_labels(declared.name).keys()
        or (written.get("annotations") or {}).keys() & known.keys()
    )

"""A project: a folder with a Pulumi.yaml, and the settings in the files of its stacks."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from choreo_components.api import secrets_of
from choreo_components.config import settings
from choreo_components.config.documents import Document, FieldPath, Place, Rules, field_name, is_inside
from choreo_components.config.documents import read_file as read_documents
from choreo_components.config.findings import Finding, Location, error, errors, warning
from choreo_components.config.kubeconfig_source import is_text
from choreo_components.config.paths import is_file
from choreo_components.config.settings import DATA_PLANE_KUBECONFIGS, KUBECONFIG, MANIFESTS, RESOURCES, Settings

SEALED = "withheld"
"""The placeholder for an encrypted value, about which nothing is known: valid as a name, a label and base64."""

PROJECT_FILES = ("Pulumi.json", "Pulumi.yaml", "Pulumi.yml")
"""The names that Pulumi accepts for a project's file; the files of its stacks have the same suffix."""

IN_PLAIN_TEXT = "a secret in plain text, visible to all who can read this file; encrypt it: pulumi config set --secret"
"""The warning about a secret that is not encrypted, up to the options of the command that encrypts it."""

_DECLARATION = frozenset({"type", "description", "items", "secret"})
"""The fields by which a project declares a setting without a value."""


class NoProject(Exception):
    """The project or the stack does not exist or cannot be read: the message names the file."""


@dataclass(frozen=True)
class Project:
    """A project as its file describes it.

    `folder` contains it, and `stacks` the files of its stacks, whose names end with `suffix`. `config` are settings
    that apply to all stacks that do not override them.
    """

    folder: Path
    name: str = ""
    suffix: str = ".yaml"
    stacks: Path = Path()
    config: Document = field(default_factory=lambda: Document({}, ""))
    findings: tuple[Finding, ...] = ()

    def file(self, stack: str) -> Path:
        """The file with the settings of a stack."""
        return self.stacks / f"Pulumi.{stack}{self.suffix}"

    @property
    def stack_names(self) -> list[str]:
        """The stacks that have a file. Raises NoProject if the folder cannot be read."""
        try:
            files = [file.name for file in self.stacks.iterdir() if file.suffix == self.suffix and is_file(file)]
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as problem:
            raise NoProject(f"the stacks in {self.stacks} cannot be read: {problem.strerror}") from None
        names = [file[len("Pulumi.") : -len(self.suffix)] for file in files if file.startswith("Pulumi.")]
        # Pulumi.STACK.deploy.yaml has settings of Pulumi's deployments.
        return sorted(name for name in names if name and not name.endswith(".deploy"))


@dataclass(frozen=True)
class Stack:
    """A stack as its file declares it, read without Pulumi and without a cluster.

    `complete`: all the objects that it declares could be read. `written` are the settings in its own file, `given`
    these and those of its project as they are written, and `sealed` the fields that Pulumi has encrypted, each with a
    placeholder for its value. `kubeconfig` is that of its cluster as it is written: a text, or what Pulumi has made of
    it; None is the ambient one.
    """

    name: str
    settings: Settings
    findings: tuple[Finding, ...]
    complete: bool = True
    written: Document = field(default_factory=lambda: Document({}, ""))
    given: Mapping[str, Any] = field(default_factory=dict, repr=False)
    sealed: frozenset[str] = frozenset()
    kubeconfig: Any = field(default=None, repr=False)

    def known(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings without those about values that Pulumi has encrypted."""
        return [
            each
            for each in findings
            if each.where.file != self.written.at().file or not is_inside(each.where.field, self.sealed)
        ]


@dataclass(frozen=True)
class _Layered(Document):
    """The effective settings of a stack, and the `layers` that contain them: its file, and its project's.

    A field has its place in the first layer with the same value. If no layer has it, it comes from another file, value
    or environment that was passed to Pulumi, and its file is called `elsewhere`.
    """

    layers: tuple[Document, ...] = ()
    elsewhere: str = ""

    def at(self, path: FieldPath = ()) -> Location:
        layer = self._layer(path)
        return replace(super().at(path), file=self.elsewhere) if layer is None else layer.at(path)

    def written(self, path: FieldPath = ()) -> str | None:
        layer = self._layer(path)
        return None if layer is None else layer.written(path)

    def part(self, path: FieldPath, value: Any) -> Document:
        found = ((layer, _reached(layer.value, path)) for layer in self.layers)
        layers = tuple(layer.part(path, inside) for layer, (depth, inside) in found if depth == len(path))
        return _Layered(value, self.file, None, super().part(path, value).prefix, layers, self.elsewhere)

    def _layer(self, path: FieldPath) -> Document | None:
        """The first layer with the same value of the field; of a missing field, of the nearest one around it."""
        if not self.prefix and (not path or path[0] not in self.value):
            has = (layer for layer in self.layers if path and path[0] in layer.value)
            return next(has, self.layers[0])
        for layer in self.layers:
            depth = min(_reached(self.value, path)[0], _reached(layer.value, path)[0])
            if (depth or self.prefix) and _says(*(_reached(each.value, path[:depth])[1] for each in (layer, self))):
                return layer
        return None


def _reached(value: Any, path: FieldPath) -> tuple[int, Any]:
    """How many steps of the path exist in the value, and the value at the last of them."""
    for depth, step in enumerate(path):
        steps = range(len(value)) if isinstance(value, list) else value if isinstance(value, Mapping) else ()
        if step not in steps:
            return depth, value
        value = value[step]
    return len(path), value


def _says(written: Any, given: Any) -> bool:
    """Whether Pulumi turns the written value into the one that it passed. An encrypted value may be any."""
    if is_sealed(written):
        return True
    if isinstance(written, str) != isinstance(given, str):
        with suppress(ValueError, RecursionError):
            written, given = (json.loads(each) if isinstance(each, str) else each for each in (written, given))
    if isinstance(written, Mapping) and isinstance(given, Mapping):
        return written.keys() == given.keys() and all(_says(each, given[key]) for key, each in written.items())
    if isinstance(written, list) and isinstance(given, list):
        return len(written) == len(given) and all(map(_says, written, given))
    return bool(written is given or written == given)


def full_name(key: str, project: str) -> str:
    """A setting's full name: without a namespace, it belongs to the project's."""
    return key if ":" in key else f"{project}:{key}"


def is_project(folder: Path) -> bool:
    """Whether the folder contains the file of a project."""
    return any(is_file(folder / name) for name in PROJECT_FILES)


def find_project(folder: Path) -> Path:
    """The folder of the project, found as Pulumi finds it: this one, or the nearest one above that has a project.

    This one if there is none.
    """
    # Reading the project reports why it cannot be read.
    with suppress(OSError):
        if not is_project(folder) and (found := next(filter(is_project, folder.resolve().parents), None)):
            return Path(os.path.relpath(found))
    return folder


def read_project(folder: Path) -> Project:
    """The project in a folder. Raises NoProject if there is none, or its file is invalid."""
    try:
        file = next((folder / name for name in PROJECT_FILES if is_file(folder / name)), None)
        if file is None:
            raise NoProject(
                f"no Pulumi.yaml in {folder.absolute()}; "
                "run this command in the folder of a project or below it, or with --folder"
            )
        documents, findings = read_documents(file, file.name, Rules.PULUMI)
    except OSError as problem:
        raise NoProject(f"the project in {folder} cannot be read: {problem.strerror}") from None
    if findings:
        raise NoProject(f"the project in {folder} cannot be read:\n" + "\n".join(f"  {each}" for each in findings))
    if not documents or not isinstance(documents[0].value, dict):
        raise NoProject(
            f"the project in {folder} cannot be read: {file.name} should be a mapping with name, runtime, …"
        )
    whole = documents[0]
    name, stacks, config = (whole.value.get(key) for key in ("name", "stackConfigDir", "config"))
    # The former name of stackConfigDir.
    if isinstance(config, str):
        stacks = stacks or config
    if not isinstance(name, str) or not isinstance(stacks or "", str):
        key = "stackConfigDir" if isinstance(name, str) else "name"
        raise NoProject(f"the project in {folder} cannot be read: {whole.at((key,))}: should be a string")
    inherited, wrong = _inherited(whole, name)
    return Project(folder, name, file.suffix, folder / (stacks or ""), inherited, tuple(wrong))


def stack_names(folder: Path) -> list[str]:
    """The stacks that have a file in the project. Raises NoProject if there is no project."""
    return read_project(folder).stack_names


def read_stack(folder: Path, name: str) -> Stack:
    """What a stack's file declares, and everything that is wrong with it. Raises NoProject if it has no file.

    Encrypted values are unknown: a setting that is encrypted as a whole is left out, and an encrypted value in a
    setting is replaced by a placeholder.
    """
    return _read_stack(read_project(folder), name)


def read_stacks(folder: Path, names: Iterable[str] = ()) -> list[Stack]:
    """The stacks of these names, or all of the project. Raises NoProject if there are none."""
    project = read_project(folder)
    chosen = list(dict.fromkeys(names)) or project.stack_names
    if not chosen:
        raise NoProject(f"no stack in {project.stacks}: the file of a stack is named Pulumi.STACK{project.suffix}")
    return [_read_stack(project, name) for name in chosen]


def located(values: Mapping[str, Any], folder: Path, stack: str) -> tuple[Document, list[Finding]]:
    """The settings that Pulumi passed, with their places in the files of the stack and the project.

    Those that neither file has are placed in the configuration of the stack: they may come from another file, or from
    none. Also a warning for each secret that the files have in plain text.
    """
    try:
        project = read_project(folder)
    except NoProject:
        project = Project(folder, stacks=folder)
    try:
        written, _ = _written(project, stack)
    except NoProject:
        written = Document({}, f"configuration of stack {stack}")
    where = f"configuration of stack {stack}"
    return _layered(values, written, project, where), list(_exposed(_as_written(written, project)))


def _read_stack(project: Project, name: str) -> Stack:
    written, unreadable = _written(project, name)
    whole = _as_written(written, project)
    sealed = [key for key, value in whole.value.items() if is_sealed(value)]
    values = {key: _unsealed(settings.decoded(key, value)) for key, value in whole.value.items() if key not in sealed}
    read, findings = settings.read(_layered(values, written, project), project.folder)
    secret = (KUBECONFIG, DATA_PLANE_KUBECONFIGS)
    unread = [warning(whole.at((key,)), "is encrypted as a whole; not checked") for key in sealed if key not in secret]
    findings = [*unreadable, *project.findings, *findings]
    # An error about a placeholder also means that an object could not be read.
    complete = not errors(findings) and not {RESOURCES, MANIFESTS} & set(sealed)
    encrypted = frozenset(map(field_name, sealed_fields(whole.value)))
    stack = Stack(name, read, (), complete, written, whole.value, encrypted, whole.value.get(KUBECONFIG))
    known = stack.known(findings)
    hidden = {each.where for each in errors(findings)} - {each.where for each in known}
    # The element of a list that each is in.
    lost = {(each.file, f"{each.field.partition(']')[0]}]") for each in hidden}
    unread += [
        warning(where, "is encrypted, in whole or in part; not checked")
        for where in map(whole.at, _elements(values) if lost else ())
        if (where.file, where.field) in lost
    ]
    return replace(stack, findings=(*known, *unread, *_exposed(whole)))


def _elements(values: Mapping[str, Any]) -> Iterator[FieldPath]:
    """The paths of what the settings have of objects and of manifests."""
    for key in (RESOURCES, MANIFESTS):
        if isinstance(values.get(key), list):
            yield from ((key, index) for index in range(len(values[key])))


def _written(project: Project, stack: str) -> tuple[Document, list[Finding]]:
    """The settings in a stack's own file, and what is wrong with it as YAML. Raises NoProject if it has none."""
    file = project.file(stack)
    try:
        if not is_file(file):
            known = ", ".join(project.stack_names) or "none"
            raise NoProject(f"no stack {stack!r}: there is no file {file}; existing stacks: {known}")
        written, findings = settings.read_file(file, project.folder)
    except OSError as problem:
        raise NoProject(f"no stack {stack!r}: {file} cannot be read: {problem.strerror}") from None
    values = {full_name(key, project.name): value for key, value in written.value.items()}
    places = {full_name(key, project.name): place for key, place in _places(written).items()}
    return Document(values, written.file, _around(written, places)), findings


def _inherited(whole: Document, project: str) -> tuple[Document, list[Finding]]:
    """The settings in a project's file, `key: value`, or `key: {value: …}` or `{default: …}`; and what is wrong."""
    config = whole.value.get("config")
    if not isinstance(config, dict):
        return Document({}, whole.file), []
    written = Document(config, whole.file, whole.part(("config",), config).place)
    values: dict[str, Any] = {}
    places: dict[str, Place] = {}
    findings = []
    for key, value in config.items():
        name, place = full_name(key, project), _places(written).get(key)
        if not isinstance(value, dict):
            values[name] = value
        elif given := next((each for each in ("default", "value") if value.get(each) is not None), None):
            values[name] = value[given]
            inside = place.inside if place else None
            place = inside.get(given) if isinstance(inside, Mapping) else place
        elif name.startswith("choreo:") and not set(value) <= _DECLARATION:
            findings.append(error(written.at((key,)), "Pulumi accepts a mapping here only as {value: …}"))
        if place is not None:
            places[name] = place
    return Document(values, whole.file, _around(written, places)), findings


def _layered(values: Mapping[str, Any], written: Document, project: Project, elsewhere: str = "") -> Document:
    """The values with their places in the stack's file or else the project's; the others are in `elsewhere`."""
    return _Layered(values, written.file, layers=(written, project.config), elsewhere=elsewhere or written.file)


def _as_written(written: Document, project: Project) -> Document:
    """Our settings as written in the files of a stack and its project; encrypted values stay encrypted."""
    values = {key: value for key, value in (project.config.value | written.value).items() if settings.is_read(key)}
    return _layered(values, written, project)


def _exposed(config: Document) -> Iterator[Finding]:
    """A warning for each secret in plain text in settings as they are written."""
    values: Mapping[str, Any] = config.value
    kubeconfigs: dict[FieldPath, Any] = {(KUBECONFIG,): values.get(KUBECONFIG)}
    if isinstance(given := values.get(DATA_PLANE_KUBECONFIGS), dict):
        kubeconfigs |= {(DATA_PLANE_KUBECONFIGS, name): text for name, text in given.items()}
    for path, text in kubeconfigs.items():
        if isinstance(text, str) and is_text(text):
            yield warning(config.at(path), f"{IN_PLAIN_TEXT} --path '{_path_for_pulumi(path)}' < FILE")
    resources = values.get(RESOURCES)
    sealed = set(sealed_fields(values))
    for index, value in enumerate(resources if isinstance(resources, list) else ()):
        for inside in secrets_of(value) if isinstance(value, dict) else ():
            path = (RESOURCES, index, *inside)
            if path not in sealed:
                yield warning(config.at(path), f"{IN_PLAIN_TEXT} --path '{_path_for_pulumi(path)}'")


def _path_for_pulumi(path: FieldPath) -> str:
    """The path as `pulumi config set --path` expects it."""
    return "".join(
        f"[{step}]" if isinstance(step, int) else f'["{step}"]' if "." in step else f".{step}" for step in path
    ).removeprefix(".")


def _places(config: Document) -> Mapping[str, Place]:
    inside = config.place.inside if config.place else None
    return inside if isinstance(inside, Mapping) else {}


def _around(config: Document, places: Mapping[str, Place]) -> Place | None:
    return Place(config.place.line, places) if config.place else None


def is_sealed(value: Any) -> bool:
    """Whether Pulumi has encrypted the value."""
    return isinstance(value, dict) and list(value) == ["secure"]


def sealed_fields(value: Any, path: FieldPath = ()) -> Iterator[FieldPath]:
    """The fields whose values Pulumi has encrypted."""
    if is_sealed(value):
        yield path
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from sealed_fields(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from sealed_fields(each, (*path, index))


def _unsealed(value: Any) -> Any:
    if is_sealed(value):
        return SEALED
    if isinstance(value, dict):
        return {key: _unsealed(each) for key, each in value.items()}
    return [_unsealed(each) for each in value] if isinstance(value, list) else value

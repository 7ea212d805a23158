"""A project: a folder with a Pulumi.yaml, and the settings of each of its stacks as they stand in their files."""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from choreo_components import manifests, settings
from choreo_components.findings import Finding, Location, error, errors, warning
from choreo_components.manifests import Document, FieldPath, Place
from choreo_components.settings import DATA_PLANE_KUBECONFIGS, KUBECONFIG, MANIFESTS, RESOURCES, Settings

SEALED = "withheld"
"""What stands for a value that Pulumi has encrypted, of which nothing is known: a name, a label and base64."""

PROJECT_FILES = ("Pulumi.json", "Pulumi.yaml", "Pulumi.yml")
"""What a project's file may be called, as Pulumi looks for it; the files of its stacks have the same suffix."""

_DECLARATION = frozenset({"type", "description", "items", "secret"})
"""What a project may say of a setting without giving it a value."""


class NoProject(Exception):
    """There is no such project, none that can be read, or no such stack in it: the message says which file is meant."""


@dataclass(frozen=True)
class Project:
    """A project as its file tells it.

    `folder` is where it is, `stacks` the folder of its stacks' files, whose names end with `suffix`. `config` are the
    settings that all stacks have which do not have their own.
    """

    folder: Path
    name: str = ""
    suffix: str = ".yaml"
    stacks: Path = Path()
    config: Document = field(default_factory=lambda: Document({}, ""))
    findings: tuple[Finding, ...] = ()

    def file(self, stack: str) -> Path:
        """Where the settings of a stack stand."""
        return self.stacks / f"Pulumi.{stack}{self.suffix}"

    @property
    def stack_names(self) -> list[str]:
        """The stacks that have a file."""
        names = [file.name[len("Pulumi.") : -len(self.suffix)] for file in self.stacks.glob(f"Pulumi.*{self.suffix}")]
        # Pulumi.STACK.deploy.yaml are settings of Pulumi's own.
        return sorted(name for name in names if name and not name.endswith(".deploy"))


@dataclass(frozen=True)
class Stack:
    """A stack as its file declares it, read without Pulumi and without a cluster.

    `complete` is whether all the objects that it declares could be read; `given` are choreo's settings as they stand in
    its file, and in the project's where that has none, what Pulumi has encrypted among them.
    """

    name: str
    settings: Settings
    findings: tuple[Finding, ...]
    complete: bool = True
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Layered(Document):
    """The settings of a stack, and below them those that it has from its project, each with the place it stands at."""

    inherited: Document = field(default_factory=lambda: Document({}, ""))

    def at(self, path: FieldPath = ()) -> Location:
        return self.inherited.at(path) if self._inherits(path) else super().at(path)

    def part(self, path: FieldPath, value: Any) -> Document:
        return self.inherited.part(path, value) if self._inherits(path) else super().part(path, value)

    def _inherits(self, path: FieldPath) -> bool:
        return bool(path) and path[0] in self.inherited.value


def is_project(folder: Path) -> bool:
    """Whether the folder has a project's file."""
    return any((folder / name).is_file() for name in PROJECT_FILES)


def find_project(folder: Path) -> Path:
    """The folder of the project that this one is in, as Pulumi finds it: this one, or the nearest above with a project.

    It is this one where there is none.
    """
    # Who reads the project is told why it cannot be read.
    with suppress(OSError):
        if not is_project(folder) and (found := next(filter(is_project, folder.resolve().parents), None)):
            return Path(os.path.relpath(found))
    return folder


def read_project(folder: Path) -> Project:
    """The project in a folder. Raises NoProject where there is none, or its file cannot be understood."""
    try:
        file = next((folder / name for name in PROJECT_FILES if (folder / name).is_file()), None)
        if file is None:
            raise NoProject(
                f"no Pulumi.yaml in {folder.absolute()}: "
                "this command is run in the folder of a project or below it, or with --folder"
            )
        documents, findings = manifests.read_file(file, file.name)
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
    # What Pulumi calls stackConfigDir now.
    if isinstance(config, str):
        stacks = stacks or config
    if not isinstance(name, str) or not isinstance(stacks or "", str):
        key = "stackConfigDir" if isinstance(name, str) else "name"
        raise NoProject(f"the project in {folder} cannot be read: {whole.at((key,))}: should be a string")
    inherited, wrong = _inherited(whole, name)
    return Project(folder, name, file.suffix, folder / (stacks or ""), inherited, tuple(wrong))


def stack_folder(folder: Path) -> Path:
    """Where the project in this folder keeps the settings of its stacks. Raises NoProject where there is none."""
    return read_project(folder).stacks


def stack_file(folder: Path, stack: str) -> Path:
    """Where the project in this folder keeps the settings of the stack. Raises NoProject where there is none."""
    return read_project(folder).file(stack)


def stack_names(folder: Path) -> list[str]:
    """The stacks that have a file in the project. Raises NoProject where there is none."""
    return read_project(folder).stack_names


def read_stack(folder: Path, name: str) -> Stack:
    """What a stack's file declares, and everything that is wrong with it. Raises NoProject where it has no file.

    What Pulumi has encrypted is not known: of a whole setting, it is left out; of a part of one, a word stands for it.
    """
    return _read_stack(read_project(folder), name)


def read_stacks(folder: Path, names: Iterable[str] = ()) -> list[Stack]:
    """The stacks of these names, or all of the project. Raises NoProject where there are none."""
    project = read_project(folder)
    chosen = list(dict.fromkeys(names)) or project.stack_names
    if not chosen:
        raise NoProject(f"no stack in {project.stacks}: the file of a stack is called Pulumi.STACK{project.suffix}")
    return [_read_stack(project, name) for name in chosen]


def located(values: Mapping[str, Any], folder: Path, stack: str) -> Document:
    """The settings that Pulumi handed over, with their places in the files of the stack and the project, if any."""
    try:
        project = read_project(folder)
    except NoProject:
        project = Project(folder, stacks=folder)
    try:
        written, _ = _written(project, stack)
    except NoProject:
        written = Document({}, f"configuration of stack {stack}")
    return _layered(values, written, project)


def _read_stack(project: Project, name: str) -> Stack:
    written, unreadable = _written(project, name)
    values = {key: value for key, value in (project.config.value | written.value).items() if key.startswith("choreo:")}
    sealed = [key for key, value in values.items() if is_sealed(value)]
    config = _layered({key: _unsealed(value) for key, value in values.items() if key not in sealed}, written, project)
    read, findings = settings.read(config, project.folder)
    secret = (KUBECONFIG, DATA_PLANE_KUBECONFIGS)
    unread = [warning(config.at((key,)), "is encrypted as a whole; not checked") for key in sealed if key not in secret]
    findings = [*unreadable, *project.findings, *findings]
    complete = not errors(findings) and not {RESOURCES, MANIFESTS} & set(sealed)
    return Stack(name, read, (*findings, *unread), complete, values)


def _written(project: Project, stack: str) -> tuple[Document, list[Finding]]:
    """The settings in a stack's own file, and what is wrong with it as YAML. Raises NoProject where it has none."""
    file = project.file(stack)
    try:
        if not file.is_file():
            known = ", ".join(project.stack_names) or "none"
            raise NoProject(f"no stack {stack!r}: {file} is no file; there are {known}")
        written, findings = settings.read_file(file, project.folder)
    except OSError as problem:
        raise NoProject(f"no stack {stack!r}: {file} cannot be read: {problem.strerror}") from None
    values = {_full(key, project.name): value for key, value in written.value.items()}
    places = {_full(key, project.name): place for key, place in _places(written).items()}
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
        name, place = _full(key, project), _places(written).get(key)
        if not isinstance(value, dict):
            values[name] = value
        elif given := next((each for each in ("default", "value") if value.get(each) is not None), None):
            values[name] = value[given]
            inside = place.inside if place else None
            place = inside.get(given) if isinstance(inside, Mapping) else place
        elif name.startswith("choreo:") and not set(value) <= _DECLARATION:
            findings.append(error(written.at((key,)), "Pulumi takes a mapping here only as {value: …}"))
        if place is not None:
            places[name] = place
    return Document(values, whole.file, _around(written, places)), findings


def _layered(values: Mapping[str, Any], written: Document, project: Project) -> Document:
    """The values, those that the stack's file does not have with their places in the project's."""
    config = project.config
    inherited = {key: value for key, value in config.value.items() if key not in written.value}
    return _Layered(
        values, written.file, written.place, inherited=Document(inherited, config.file, config.place, config.prefix)
    )


def _full(key: str, project: str) -> str:
    """A setting's full name: one without a namespace is the project's."""
    return key if ":" in key else f"{project}:{key}"


def _places(config: Document) -> Mapping[str, Place]:
    inside = config.place.inside if config.place else None
    return inside if isinstance(inside, Mapping) else {}


def _around(config: Document, places: Mapping[str, Place]) -> Place | None:
    return Place(config.place.line, places) if config.place else None


def is_sealed(value: Any) -> bool:
    """Whether Pulumi has encrypted the value."""
    return isinstance(value, dict) and list(value) == ["secure"]


def _unsealed(value: Any) -> Any:
    if is_sealed(value):
        return SEALED
    if isinstance(value, dict):
        return {key: _unsealed(each) for key, each in value.items()}
    return [_unsealed(each) for each in value] if isinstance(value, list) else value

"""The files of an adoption: a stack's settings, its manifests, and its import file.

Either all of them appear, or none: each is written under another name first.
"""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from choreo_components.adopt.manifest import without
from choreo_components.adopt.partition import Stack
from choreo_components.adopt.text import NotAdded, dumped, with_settings
from choreo_components.api import kind_of, secrets_of
from choreo_components.config.project import Project, full_name, read_project
from choreo_components.config.settings import CONTROLLERS, MANIFESTS, RESOURCES, read_file

PRIVATE = ".choreo"
"""The project's folder for files that must not be committed; it has a .gitignore."""


class Occupied(Exception):
    """A file or folder that would be written exists already: the message says which, and what to do."""


@dataclass(frozen=True)
class Secret:
    """A secret field that is not in the stack's file: the object, its position in choreo:resources, and its path."""

    manifest: Mapping[str, Any]
    index: int
    path: Sequence[str]

    @property
    def setting(self) -> str:
        """The setting's path, for `pulumi config set --path`."""
        return f"{RESOURCES}[{self.index}].{'.'.join(self.path)}"


@dataclass(frozen=True)
class Written:
    """The files of a stack, relative to the project's folder if they are in it, and the secrets that are not set."""

    stack: str
    settings: Path
    manifests: Path
    imports: Path
    secrets: tuple[Secret, ...]


def check_free(folder: Path, stacks: Iterable[Stack]) -> None:
    """Raises Occupied if files of a stack exist in the project already."""
    project = read_project(folder)
    for stack in stacks:
        file = project.file(stack.name)
        if file.exists():
            _check_open(project, file)
        for path in (_manifests(project, stack), _imports(folder, stack)):
            if path.exists():
                raise Occupied(f"{path} exists already; remove it, or choose another name with --stack")


def _check_open(project: Project, file: Path) -> None:
    """Raises Occupied if the settings cannot be added to the stack's file."""
    there, wrong = read_file(file, project.folder)
    if wrong:
        raise Occupied(f"{file} cannot be read:\n" + "\n".join(f"  {each}" for each in wrong))
    taken = [key for key in there.value if full_name(key, project.name).startswith("choreo:")]
    if taken:
        raise Occupied(
            f"{file} has settings already ({', '.join(taken)}), which are never overwritten; choose another name with "
            "--stack"
        )
    try:
        with_settings(_text(file), {CONTROLLERS: ""}, is_json=project.suffix == ".json")
    except NotAdded as problem:
        raise Occupied(f"{file}: {problem}") from None


def write(folder: Path, stacks: Sequence[tuple[Stack, str]]) -> list[Written]:
    """Writes the files of the stacks, each given with the text of its import file.

    Raises Occupied and OSError; in that case nothing was written.
    """
    check_free(folder, [stack for stack, _ in stacks])
    project = read_project(folder)
    private = folder / PRIVATE
    written = []
    with ExitStack() as undo:
        if not private.exists():
            undo.callback(_remove, private)
            private.mkdir()
        project.stacks.mkdir(parents=True, exist_ok=True)
        ready: list[tuple[Path, Path]] = []
        ready.append((_staged(undo, private / ".gitignore", "*\n", 0o644), private / ".gitignore"))
        for stack, imports in stacks:
            settings, manifests = project.file(stack.name), _manifests(project, stack)
            staged = Path(tempfile.mkdtemp(prefix=f".{stack.name}.", dir=manifests.parent))
            undo.callback(_remove, staged)
            staged.chmod(0o755)
            for path, manifest in _layout(stack).items():
                (staged / path).parent.mkdir(exist_ok=True)
                (staged / path).write_text(dumped(manifest), encoding="utf-8")
            ready.append((staged, manifests))
            ready.append((_staged(undo, _imports(folder, stack), imports, 0o600), _imports(folder, stack)))
            text = _settings(stack, settings, _relative(manifests, folder))
            mode = stat.S_IMODE(settings.stat().st_mode) if settings.exists() else 0o644
            ready.append((_staged(undo, settings, text, mode), settings))
            written.append(
                Written(
                    stack.name,
                    _relative(settings, folder),
                    _relative(manifests, folder),
                    _relative(_imports(folder, stack), folder),
                    tuple(_secrets(stack)),
                )
            )
        for temporary, path in ready:
            if not path.exists():
                undo.callback(_remove, path)
            temporary.rename(path)
        undo.pop_all()
    return written


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _relative(path: Path, folder: Path) -> Path:
    """The path relative to the folder, or absolute: a project may keep its stacks elsewhere."""
    return path.relative_to(folder) if path.is_relative_to(folder) else path


def _manifests(project: Project, stack: Stack) -> Path:
    return project.stacks / stack.name


def _imports(folder: Path, stack: Stack) -> Path:
    return folder / PRIVATE / f"import-{stack.name}.json"


def _text(file: Path) -> str:
    return file.read_bytes().decode()


def _layout(stack: Stack) -> dict[Path, Mapping[str, Any]]:
    """A file for each object without secrets, in a folder for its kind."""
    return {
        Path(kind_of(each["apiVersion"], each["kind"]).plural) / f"{file_name(each['metadata']['name'])}.yaml": each
        for each in stack.manifests
        if not secrets_of(each)
    }


def file_name(name: str) -> str:
    """The name of an object's file. An object's name may be longer than a file's."""
    return name if len(name) <= 200 else f"{name[:190]}-{sha256(name.encode()).hexdigest()[:8]}"


def _settings(stack: Stack, file: Path, manifests: Path) -> str:
    """The text of the stack's file: its former content, and the settings."""
    config: dict[str, Any] = {CONTROLLERS: stack.controllers.value}
    if _layout(stack):
        config[MANIFESTS] = [f"{manifests}/*/*.yaml"]
    config |= stack.of_namespaces
    inline = [_open(each) for each in stack.manifests if secrets_of(each)]
    if inline:
        config[RESOURCES] = inline
    return with_settings(_text(file) if file.exists() else "", config, is_json=file.suffix == ".json")


def _open(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """The manifest without its secrets."""
    for path in secrets_of(manifest):
        manifest = without(manifest, path)
    return manifest


def _secrets(stack: Stack) -> Iterable[Secret]:
    inline = [each for each in stack.manifests if secrets_of(each)]
    return [Secret(each, index, path) for index, each in enumerate(inline) for path in secrets_of(each)]


def _staged(undo: ExitStack, path: Path, text: str, mode: int) -> Path:
    """A temporary file with the text in the target's folder, readable for this user alone until its mode is set."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    staged = Path(name)
    undo.callback(_remove, staged)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as opened:
        opened.write(text)
    staged.chmod(mode)
    return staged

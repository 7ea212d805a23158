"""The files of a takeover: a stack's settings, its manifests beside them, and its import file.

All of them appear, or none: each is written under another name first.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from choreo_components.api import kind_of, secrets_of
from choreo_components.manifests import is_text
from choreo_components.project import stack_file, stack_folder
from choreo_components.settings import CONTROLLERS, MANIFESTS, PROJECTS, RESOURCES
from choreo_components.takeover.division import Stack
from choreo_components.takeover.manifest import without

PRIVATE = ".choreo"
"""The folder of the project for what nobody should commit; it tells Git so by a file of its own."""


class Occupied(Exception):
    """A file or folder is there already: the message says which, and what to do."""


@dataclass(frozen=True)
class Secret:
    """A field that the stack's file lacks: the object, its position in choreo:resources, and the path in it."""

    manifest: Mapping[str, Any]
    index: int
    path: Sequence[str]

    @property
    def setting(self) -> str:
        """The setting's path, as `pulumi config set --path` takes it."""
        return f"{RESOURCES}[{self.index}].{'.'.join(self.path)}"


@dataclass(frozen=True)
class Written:
    """The files of a stack, relative to the project's folder, and what has still to be set."""

    stack: str
    settings: Path
    manifests: Path
    imports: Path
    secrets: tuple[Secret, ...]


def check_free(folder: Path, stacks: Iterable[Stack]) -> None:
    """Raises Occupied where something of a stack is in the project already."""
    for stack in stacks:
        settings = _existing(stack_file(folder, stack.name))
        taken = [key for key in (settings.get("config") or {}) if key.startswith("choreo:")]
        if taken:
            raise Occupied(
                f"{stack_file(folder, stack.name)} has settings already ({', '.join(taken)}): they are never "
                "overwritten; take another name with --stack"
            )
        for path in (_manifests(folder, stack), _imports(folder, stack)):
            if path.exists():
                raise Occupied(f"{path} is there already: remove it, or take another name with --stack")


def write(folder: Path, stacks: Sequence[tuple[Stack, str]]) -> list[Written]:
    """Writes the files of the stacks, each given with the text of its import file.

    Raises Occupied and OSError; nothing is there then that was not there before.
    """
    check_free(folder, [stack for stack, _ in stacks])
    private = folder / PRIVATE
    written = []
    with ExitStack() as undo:
        if not private.exists():
            undo.callback(_remove, private)
            private.mkdir()
        stack_folder(folder).mkdir(parents=True, exist_ok=True)
        ready: list[tuple[Path, Path]] = []
        ready.append((_staged(undo, private / ".gitignore", "*\n", 0o644), private / ".gitignore"))
        for stack, imports in stacks:
            settings, manifests = stack_file(folder, stack.name), _manifests(folder, stack)
            staged = Path(tempfile.mkdtemp(prefix=f".{stack.name}.", dir=manifests.parent))
            undo.callback(_remove, staged)
            staged.chmod(0o755)
            for path, manifest in _layout(stack).items():
                (staged / path).parent.mkdir(exist_ok=True)
                (staged / path).write_text(dumped(manifest), encoding="utf-8")
            ready.append((staged, manifests))
            ready.append((_staged(undo, _imports(folder, stack), imports, 0o600), _imports(folder, stack)))
            text = _settings(stack, settings, manifests.relative_to(folder))
            ready.append((_staged(undo, settings, text, 0o644), settings))
            written.append(
                Written(
                    stack.name,
                    settings.relative_to(folder),
                    manifests.relative_to(folder),
                    _imports(folder, stack).relative_to(folder),
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


def dumped(value: Any) -> str:
    """A value as YAML that people like to read: keys in their order, and texts of several lines as such."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


class _Dumper(yaml.SafeDumper):
    """Writes lists the way that manifests have them, and no aliases."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style: str | None
    if not text.replace("\n", "").isprintable():
        # Other signs that YAML takes for the end of a line, and what no terminal shows, are escaped.
        style = '"'
    elif "\n" in text:
        style = "|"
    else:
        # Manifests are read as Kubernetes reads them, for whom more is a number than for PyYAML.
        style = None if is_text(text) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _string)


def _manifests(folder: Path, stack: Stack) -> Path:
    return stack_folder(folder) / stack.name


def _imports(folder: Path, stack: Stack) -> Path:
    return folder / PRIVATE / f"import-{stack.name}.json"


def _existing(settings: Path) -> dict[str, Any]:
    read = yaml.safe_load(settings.read_text(encoding="utf-8")) if settings.exists() else None
    return read if isinstance(read, dict) else {}


def _layout(stack: Stack) -> dict[Path, Mapping[str, Any]]:
    """A file for each object without secrets, in a folder for its kind."""
    return {
        Path(kind_of(each["apiVersion"], each["kind"]).plural) / f"{_file_name(each['metadata']['name'])}.yaml": each
        for each in stack.manifests
        if not secrets_of(each)
    }


def _file_name(name: str) -> str:
    """The name of an object's file. An object's name may be longer than a file's."""
    return name if len(name) <= 200 else f"{name[:190]}-{sha256(name.encode()).hexdigest()[:8]}"


def _settings(stack: Stack, file: Path, manifests: Path) -> str:
    """The text of the stack's file: what was there, and the settings."""
    config: dict[str, Any] = {CONTROLLERS: stack.controllers.value}
    if _layout(stack):
        config[MANIFESTS] = [f"{manifests}/*/*.yaml"]
    if stack.projects:
        config[PROJECTS] = list(stack.projects)
    inline = [_open(each) for each in stack.manifests if secrets_of(each)]
    if inline:
        config[RESOURCES] = inline
    there = _existing(file)
    whole = {"config": {**(there.pop("config", None) or {}), **config}, **there}
    return json.dumps(whole, indent=2) + "\n" if file.suffix == ".json" else dumped(whole)


def _open(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """The manifest without its secrets."""
    for path in secrets_of(manifest):
        manifest = without(manifest, path)
    return manifest


def _secrets(stack: Stack) -> Iterable[Secret]:
    inline = [each for each in stack.manifests if secrets_of(each)]
    return [Secret(each, index, path) for index, each in enumerate(inline) for path in secrets_of(each)]


def _staged(undo: ExitStack, path: Path, text: str, mode: int) -> Path:
    """A file with the text beside where it is to be, which nobody else may read before its mode is set."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    staged = Path(name)
    undo.callback(_remove, staged)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(text)
    staged.chmod(mode)
    return staged

"""The files of a promotion: their new texts, and how either all of them are written, or none.

A binding is changed where it is declared. A new one is added next to the most similar one of its environment: after it
in the stack's file, as a further document in a manifest of several, or as a separate manifest in the same folder, if
the stack's settings include that.
"""

import os
import stat
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from choreo_components.adopt.files import file_name
from choreo_components.adopt.text import dumped
from choreo_components.api import kind_of
from choreo_components.api.generation import Promotion
from choreo_components.config.documents import Rules
from choreo_components.config.edits import AddObject, Edit, Identity, NotEdited, SetField, edited, lines_of
from choreo_components.config.findings import Location
from choreo_components.config.paths import Search
from choreo_components.config.project import Stack
from choreo_components.config.settings import MANIFESTS, Declared
from choreo_components.plan.promotion import Move


class NotWritten(Exception):
    """A file cannot be changed: the message says which, why, and what to do."""


@dataclass(frozen=True)
class Change:
    """A move, its file, relative to the project's folder, and its line there."""

    move: Move
    file: str
    line: int


@dataclass(frozen=True)
class Changes:
    """What is written: the changes, and the texts of all files, old and new."""

    changes: tuple[Change, ...]
    texts: Mapping[Path, str]


def prepare(folder: Path, moves: Iterable[Move], stacks: Iterable[Stack], promotion: Promotion) -> Changes:
    """The changes of the moves in files. Raises NotWritten with all obstacles."""
    by_name = {stack.name: stack for stack in stacks}
    objects = Counter(each.at().file for stack in by_name.values() for each in stack.settings.declared)
    edits: dict[str, list[Edit]] = defaultdict(list)
    new: dict[str, str] = {}
    inline: set[str] = set()
    placed: list[tuple[Move, str, Identity]] = []
    for move in moves:
        place = move.declared or move.after
        assert place is not None
        file, is_inline = place.at().file, bool(place.document.prefix)
        if move.declared is not None:
            meant = Identity.of(_as_written(move.declared))
            edit: Edit = SetField(meant, _texts(move.kind.field), move.to.release, move.kind.after)
        else:
            made = promotion.make(move.to)
            wire = {**made, "metadata": {**made["metadata"], "name": move.name}}
            meant = Identity.of(wire)
            is_alone = not is_inline and objects[file] == 1
            own = _own_file(folder, place, move, by_name[move.stack]) if is_alone else None
            if own is not None:
                # Bindings of several kinds may have one name.
                new[own] = f"{new[own]}---\n{dumped(wire)}" if own in new else dumped(wire)
                placed.append((move, own, meant))
                continue
            edit = AddObject(wire, dumped(wire), Identity.of(_as_written(place)) if is_inline else None)
        edits[file].append(edit)
        inline |= {file} if is_inline else set()
        placed.append((move, file, meant))
    texts, wrong = dict(new), []
    for file, group in edits.items():
        try:
            rules = Rules.PULUMI if file in inline else Rules.KUBERNETES
            texts[file] = edited(_text(folder / file), group, rules)
        except (NotEdited, OSError, UnicodeError) as problem:
            wrong.append(f"{file} cannot be changed by a command: {_why(problem)}; {_by_hand(group)}")
    wrong += [f"{file} cannot be written: {why}" for file in texts if (why := _closed(folder / file))]
    if wrong:
        raise NotWritten("\n".join(wrong))
    return Changes(tuple(_changes(placed, texts)), {folder / file: text for file, text in texts.items()})


def _changes(placed: Sequence[tuple[Move, str, Identity]], texts: Mapping[str, str]) -> Iterator[Change]:
    """Each move with its line, in their order."""
    by_file: dict[str, list[tuple[Identity, Sequence[str]]]] = defaultdict(list)
    for move, file, meant in placed:
        by_file[file].append((meant, _texts(move.kind.field)))
    lines = {file: iter(lines_of(texts[file], fields)) for file, fields in by_file.items()}
    for move, file, _ in placed:
        yield Change(move, file, next(lines[file]) or 1)


def write(texts: Mapping[Path, str]) -> None:
    """Writes all of the files, or none. Raises NotWritten."""
    before = {path: path.read_bytes() if path.exists() else None for path in texts}
    with ExitStack() as undo:
        try:
            for path, text in texts.items():
                _replace(path, text.encode())
                undo.callback(_restore, path, before[path])
        except OSError as problem:
            raise NotWritten(f"{problem.filename} cannot be written: {problem.strerror}; no file was changed") from None
        undo.pop_all()


def _replace(path: Path, content: bytes) -> None:
    """Replaces the content of a file atomically; a link stays a link, and the file keeps its mode."""
    real = Path(os.path.realpath(path))
    real.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{real.name}.", dir=real.parent)
    staged = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(content)
        staged.chmod(stat.S_IMODE(real.stat().st_mode) if real.exists() else 0o644)
        staged.rename(real)
    finally:
        staged.unlink(missing_ok=True)


def _restore(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    else:
        _replace(path, content)


def _as_written(declared: Declared) -> Mapping[str, Any]:
    value: Mapping[str, Any] = declared.document.value
    return value


def _texts(path: Sequence[str | int]) -> tuple[str, ...]:
    return tuple(map(str, path))


def _text(path: Path) -> str:
    return path.read_bytes().decode()


def _closed(path: Path) -> str | None:
    """Why a file cannot be written; None if it can."""
    real = Path(os.path.realpath(path))
    if real.exists() and not os.access(real, os.W_OK):
        return "it is read-only"
    folder = next(each for each in real.parents if each.exists())
    return None if os.access(folder, os.W_OK) else f"its folder {folder} is read-only"


def _why(problem: Exception) -> str:
    return (problem.strerror or str(problem)) if isinstance(problem, OSError) else str(problem)


def _by_hand(edits: Sequence[Edit]) -> str:
    """What to write by hand."""
    written = [
        f"{each.object}: {'.'.join(each.path)}: {each.value}"
        if isinstance(each, SetField)
        else f"a new {Identity.of(each.wire)}"
        for each in edits
    ]
    return f"write by hand: {'; '.join(written)}"


def _own_file(folder: Path, similar: Declared, move: Move, stack: Stack) -> str | None:
    """The separate manifest for a new object next to one that has such a manifest, if the stack includes it."""
    sibling = Path(similar.at().file)
    if sibling.suffix == ".json" or sibling.is_absolute():
        return None
    name = f"{file_name(move.name)}{sibling.suffix}"
    folders = [sibling.parent]
    plurals = [kind_of(similar.object.api_version, kind).plural for kind in (similar.kind, move.kind.kind)]
    if sibling.parent.name == plurals[0]:
        folders.insert(0, sibling.parent.parent / plurals[1])
    patterns = [each for each in stack.given.get(MANIFESTS) or () if isinstance(each, str)]
    paths = (each / name for each in folders if not (folder / each / name).exists())
    return next((str(path) for path in paths if any(_matches(each, path) for each in patterns)), None)


def _matches(pattern: str, path: Path) -> bool:
    """Whether a glob matches a file that does not exist yet; it is tried in a folder that has nothing else."""
    if os.path.isabs(pattern) or ".." in (*Path(pattern).parts, *path.parts):
        return False
    with tempfile.TemporaryDirectory() as empty:
        there = Path(empty, path)
        there.parent.mkdir(parents=True, exist_ok=True)
        there.touch()
        return there in Search(Path(empty)).files(pattern, Location(""))

"""An edit: changes one field or adds one object in a YAML text, and leaves every other byte unchanged.

Edits are made at the positions that the parser reports. Nothing else is rewritten, which would destroy the layout that
people chose. The result is read again, and must be the previous contents with that change and no other.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from choreo_components.config.documents import Rules, is_text, read
from choreo_components.config.texts import is_json


class NotEdited(Exception):
    """The text is written in a way that cannot be edited: the message says in which."""


@dataclass(frozen=True)
class Identity:
    """What identifies an object in a text."""

    api_version: str
    kind: str
    namespace: str | None
    name: str

    @classmethod
    def of(cls, wire: Mapping[str, Any]) -> "Identity":
        """The identity of an object in wire names."""
        metadata = wire["metadata"]
        return cls(wire["apiVersion"], wire["kind"], metadata.get("namespace"), metadata["name"])

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r}"


@dataclass(frozen=True)
class SetField:
    """The text `value` for the field at `path` of an object; a missing field is added after the field `after`."""

    object: Identity
    path: Sequence[str]
    value: str
    after: str


@dataclass(frozen=True)
class AddObject:
    """A new object, `written` in YAML: after the object `after` in its list, or else as a document at the end."""

    wire: Mapping[str, Any]
    written: str
    after: Identity | None = None


Edit: TypeAlias = SetField | AddObject

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_REST = re.compile(r"[ \t]*(?:#.*)?$")
_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$")


def edited(text: str, edits: Sequence[Edit], rules: Rules = Rules.KUBERNETES) -> str:
    """The text after the edits. `rules` are those by which the text is read. Raises NotEdited."""
    mark, body = ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
    if "\ufeff" in body:
        raise NotEdited("there is a byte order mark in the middle")
    # A field added at the end of an object comes before an added object.
    edits = sorted(edits, key=lambda each: isinstance(each, AddObject))
    # First, because it checks whether the text can be composed safely.
    documents, findings = read(text, "", rules)
    if findings:
        raise NotEdited(f"it cannot be read: {findings[0]}")
    try:
        roots = list(yaml.compose_all(body, yaml.CSafeLoader))
        objects = _objects(roots)
        insertions = [_insertion(body, roots, objects, each) for each in edits]
    except yaml.YAMLError:
        raise NotEdited("it cannot be read as YAML") from None
    pieces, done = [mark], 0
    for start, end, new in sorted(insertions, key=lambda each: each[0]):
        pieces += (body[done:start], new)
        done = end
    result = "".join([*pieces, body[done:]])
    changed, findings = read(result, "", rules)
    if findings or [each.value for each in changed] != _expected([each.value for each in documents], edits):
        raise NotEdited("an anchor, a tag, or a line of an unusual form is in the way")
    return result


def lines_of(text: str, fields: Sequence[tuple[Identity, Sequence[str]]]) -> list[int | None]:
    """The 1-based lines in which fields of objects begin; None for one that does not exist."""
    objects = _objects(list(yaml.compose_all(text.removeprefix("\ufeff"), yaml.CSafeLoader)))
    return [_line(objects.get(meant, ()), path) for meant, path in fields]


def _line(found: Sequence[yaml.Node], path: Sequence[str]) -> int | None:
    if len(found) != 1:
        return None
    node, line = found[0], int(found[0].start_mark.line)
    for step in path:
        pair = _pair(node, step)
        if pair is None:
            return None
        line, node = int(pair[0].start_mark.line), pair[1]
    return line + 1


_Insertion: TypeAlias = tuple[int, int, str]
"""The start and the end of what is replaced, and its replacement."""


_Objects: TypeAlias = Mapping[Identity, Sequence[yaml.Node]]
"""The mappings that are objects, by identity: several if a text has an object more than once."""


def _insertion(text: str, roots: Sequence[yaml.Node], objects: _Objects, edit: Edit) -> _Insertion:
    if isinstance(edit, SetField):
        return _of_field(text, _only(objects, edit.object), edit)
    if edit.after is not None:
        return _of_item(text, _around(roots, _only(objects, edit.after)), edit)
    if is_json(text):
        raise NotEdited("JSON has a single document")
    newline = _newline(text)
    head = "" if not text or _BREAK.match(text, len(text) - 1) else newline
    return len(text), len(text), head + _broken(f"---\n{edit.written}", newline)


def _of_field(text: str, root: yaml.Node, edit: SetField) -> _Insertion:
    *around, name = edit.path
    node = root
    for step in around:
        pair = _pair(node, step)
        if pair is None:
            raise NotEdited(f"{edit.object} has no {step} that is written out there")
        node = pair[1]
    found = _pair(node, name)
    if found is None:
        return _of_missing(text, node, edit)
    value = found[1]
    if not isinstance(value, yaml.ScalarNode) or value.style in ("|", ">"):
        raise NotEdited(f"{name} of {edit.object} is not text in one line")
    start, end = value.start_mark.index, value.end_mark.index
    if text[start : start + 1] in ("&", "!"):
        raise NotEdited(f"{name} of {edit.object} has an anchor or a tag")
    # An empty value follows the colon immediately.
    space = " " if text[start - 1 : start] == ":" else ""
    return start, end, space + _scalar(edit.value, value.style)


def _of_missing(text: str, node: yaml.Node, edit: SetField) -> _Insertion:
    before = _pair(node, edit.after)
    if before is None or not isinstance(before[1], yaml.ScalarNode) or before[1].style in ("|", ">"):
        raise NotEdited(f"{edit.object} has no {edit.after} in one line, after which {edit.path[-1]} could be added")
    key, value = before[0], before[1]
    name, new = _scalar(edit.path[-1], key.style), _scalar(edit.value, value.style)
    end, newline = value.end_mark.index, _newline(text)
    if _in_brackets(node):
        start = key.start_mark.index
        margin = text[start - key.start_mark.column : start]
        between = f",{newline}{margin}" if not margin.strip() else ", "
        return end, end, f"{between}{name}: {new}"
    end = _end_of_line(text, end)
    return end, end, f"{newline}{' ' * key.start_mark.column}{name}: {new}"


def _of_item(text: str, around: tuple[yaml.SequenceNode, yaml.Node], edit: AddObject) -> _Insertion:
    sequence, item = around
    if _in_brackets(sequence):
        raise NotEdited("its list is in brackets")
    last = _last(item)
    newline = _newline(text)
    margin = " " * sequence.start_mark.column
    lines = edit.written.rstrip("\n").split("\n")
    written = newline.join([f"{margin}- {lines[0]}", *(f"{margin}  {line}" if line else "" for line in lines[1:])])
    if isinstance(last, yaml.ScalarNode) and last.style in ("|", ">"):
        end = last.end_mark.index - last.end_mark.column
        return end, end, f"{written}{newline}"
    end = _end_of_line(text, last.end_mark.index)
    return end, end, f"{newline}{written}"


def _in_brackets(node: yaml.Node) -> bool:
    return isinstance(node, yaml.CollectionNode) and bool(node.flow_style)


def _end_of_line(text: str, start: int) -> int:
    """The end of the line, in which nothing but a comment may follow."""
    found = _BREAK.search(text, start)
    end = found.start() if found else len(text)
    if not _REST.match(text[start:end]):
        raise NotEdited("the line that the new entry would follow has further content")
    return end


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _broken(lines: str, newline: str) -> str:
    return lines.replace("\n", newline)


def _scalar(value: str, style: str | None) -> str:
    """The text in the style of the scalar that it replaces or follows."""
    if style == '"':
        return json.dumps(value, ensure_ascii=False)
    if not style and _PLAIN.match(value) and is_text(value):
        return value
    return "'" + value.replace("'", "''") + "'"


def _pair(node: yaml.Node, key: str) -> tuple[yaml.ScalarNode, yaml.Node] | None:
    """The nodes of the key and the value of a field of a mapping."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((pair for pair in pairs if isinstance(pair[0], yaml.ScalarNode) and pair[0].value == key), None)


def _text_at(node: yaml.Node | None, *path: str) -> str | None:
    for step in path:
        pair = None if node is None else _pair(node, step)
        node = None if pair is None else pair[1]
    return str(node.value) if isinstance(node, yaml.ScalarNode) else None


def _nodes(roots: Sequence[yaml.Node]) -> Iterator[yaml.Node]:
    """All mappings and lists, each once, however many aliases lead to it."""
    waiting, seen = [each for each in roots if each is not None], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen or isinstance(node, yaml.ScalarNode):
            continue
        seen.add(id(node))
        yield node
        waiting += (pair[1] for pair in node.value) if isinstance(node, yaml.MappingNode) else node.value


def _objects(roots: Sequence[yaml.Node]) -> _Objects:
    found: dict[Identity, list[yaml.Node]] = defaultdict(list)
    for node in _nodes(roots):
        texts = [_text_at(node, *path) for path in (("apiVersion",), ("kind",), ("metadata", "name"))]
        if all(texts):
            api_version, kind, name = map(str, texts)
            found[Identity(api_version, kind, _text_at(node, "metadata", "namespace"), name)].append(node)
    return found


def _only(objects: _Objects, meant: Identity) -> yaml.Node:
    found = objects.get(meant, ())
    if len(found) != 1:
        raise NotEdited(f"it does not contain {meant} as written" if not found else f"it contains {meant} twice")
    return found[0]


def _around(roots: Sequence[yaml.Node], item: yaml.Node) -> tuple[yaml.SequenceNode, yaml.Node]:
    """The list that an object is in, and the object."""
    for node in _nodes(roots):
        if isinstance(node, yaml.SequenceNode) and any(each is item for each in node.value):
            return node, item
    raise NotEdited("the object after which it belongs is not in a list")


def _last(node: yaml.Node) -> yaml.Node:
    """The last node of an object: a mapping or a list without brackets ends where its last element ends."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style:
        last = node.value[-1]
        inner = last[1] if isinstance(node, yaml.MappingNode) else last
        if inner.start_mark.index < node.start_mark.index:
            raise NotEdited("there is an alias at the place of the addition")
        node = inner
    return node


def _expected(values: Sequence[Any], edits: Sequence[Edit]) -> list[Any]:
    """The values of the text after the edits, from its values before.

    Aliases are expanded: a change through one of them does not change the others.
    """
    documents: list[Any] = json.loads(json.dumps(values))
    by_object: dict[Identity, list[Edit]] = defaultdict(list)
    for edit in edits:
        if isinstance(edit, SetField):
            by_object[edit.object].append(edit)
        elif edit.after is not None:
            by_object[edit.after].append(edit)
    _change(documents, by_object)
    documents += [each.wire for each in edits if isinstance(each, AddObject) and each.after is None]
    return documents


def _change(value: Any, by_object: Mapping[Identity, Sequence[Edit]]) -> None:
    """Changes the objects, wherever they are, and adds those that come after them."""
    if isinstance(value, dict):
        for inner in value.values():
            _change(inner, by_object)
    elif isinstance(value, list):
        for index, inner in reversed(list(enumerate(value))):
            edits = by_object.get(identity, ()) if (identity := _identity(inner)) else ()
            if not edits:
                _change(inner, by_object)
            for edit in edits:
                if isinstance(edit, SetField):
                    _set(inner, edit)
            value[index + 1 : index + 1] = [each.wire for each in edits if isinstance(each, AddObject)]


def _identity(value: Any) -> Identity | None:
    """The identity of a value that is an object; None for any other value."""
    metadata = value.get("metadata") if isinstance(value, dict) else None
    if not isinstance(metadata, dict) or not all(value.get(key) for key in ("apiVersion", "kind")):
        return None
    return Identity.of(value) if metadata.get("name") else None


def _set(value: Any, edit: SetField) -> None:
    for step in edit.path[:-1]:
        value = value[step]
    value[edit.path[-1]] = edit.value

"""A manifest: a YAML document as a plain value that remembers the line of each of its fields."""

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, TypeAlias

import yaml
from yaml.reader import ReaderError

from choreo_components.config.findings import Finding, Location, error
from choreo_components.config.texts import Json, decoded, is_json, joined, undecodable, with_joinable

FieldPath: TypeAlias = tuple[str | int, ...]
"""The way to a field: mapping keys and list positions, outermost first."""

LARGEST = 3 * 2**20
"""Bytes of one file: the API server's limit for a request, and more than etcd's limit for an object."""

MOST_FIELDS = 200_000
"""Keys and values of one file with its aliases expanded. Beyond it the file is refused, so that aliases cannot exhaust
memory."""

DEEPEST = 100
"""Levels of nesting with aliases expanded. Anything deeper is refused before it reaches Python's recursion limit."""


def field_name(path: FieldPath) -> str:
    """The path as people write it: `spec.promotionPaths[0].name`, with keys that contain dots in brackets."""
    text = ""
    for step in path:
        if isinstance(step, int) or "." in step or "/" in step:
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text


def is_inside(field: str, fields: Collection[str]) -> bool:
    """Whether a field is one of the others, or inside one of them."""
    return any(field == each or field.startswith((f"{each}.", f"{each}[")) for each in fields)


@dataclass(frozen=True, slots=True)
class Place:
    """The 1-based `line` of a field, and the places of the fields inside it: by key, by position, or none.

    `written` is the text of a number or a boolean, which may differ from its value: `0755`, `1e3`, `yes`.
    """

    line: int
    inside: "Mapping[str, Place] | Sequence[Place] | None" = None
    written: str | None = None


@dataclass(frozen=True)
class Document:
    """One YAML document: its `value` (dicts, lists, scalars) and its `file`.

    `place` is the position of the value (None if unknown). `prefix` names it if the document is part of a larger one,
    such as an entry of a stack's settings.
    """

    value: Any
    file: str
    place: Place | None = None
    prefix: str = ""

    def at(self, path: FieldPath = ()) -> Location:
        """The location of the field at `path`; for a missing field, that of the nearest one around it."""
        name = ".".join(part for part in (self.prefix, field_name(path)) if part)
        return Location(self.file, _descend(self.place, path)[0], name)

    def written(self, path: FieldPath = ()) -> str | None:
        """The text of the number or boolean at `path` as written; None for any other value."""
        place = _descend(self.place, path)[1]
        return place.written if place else None

    def part(self, path: FieldPath, value: Any) -> "Document":
        """The part of this document at `path`, as a document with the `value`."""
        return Document(value, self.file, _descend(self.place, path)[1], self.at(path).field)


@dataclass(frozen=True)
class Derived(Document):
    """A document that is in no file, but derived from what is at `where`."""

    where: Location = field(kw_only=True)

    def at(self, path: FieldPath = ()) -> Location:
        """The location that it is derived from, for every field."""
        return self.where


class Rules(Enum):
    """Whose rules for scalars apply: `kubectl apply`'s to a manifest, Pulumi's to the file of a project or a stack.

    `1:30` is a number in neither. `yes`, `no`, `on` and `off` are booleans in Kubernetes (sigs.k8s.io/yaml), and
    strings in Pulumi (gopkg.in/yaml.v3). A date is a string in both: as written in Kubernetes, with the time written
    out in Pulumi. `08` is 8 in Pulumi.
    """

    KUBERNETES = "kubernetes"
    PULUMI = "pulumi"


def read(text: str | bytes, file: str, rules: Rules = Rules.KUBERNETES) -> tuple[list[Document], list[Finding]]:
    """Every document of a text that is not empty, and a finding for each part that cannot be read as a manifest.

    It is read as kubectl reads it (Kubernetes: apimachinery/pkg/util/yaml): JSON as JSON, anything else as YAML. Time
    and memory are bounded by the length of the text, whatever it contains.
    """
    if len(text) > LARGEST:
        return [], [error(Location(file), f"the file is larger than {LARGEST // 2**20} MiB; split it")]
    parser: Any = None
    documents: list[Document] = []
    findings: list[Finding] = []
    try:
        text = decoded(text)
        if isinstance(text, str) and is_json(text):
            parser, joins = Json(text), False
        else:
            before, text = text, with_joinable(text)
            parser, joins = _PARSERS[rules](text), text != before
        parser.get_event()
        builder = _Builder(parser, file, findings, joins=joins)
        while parser.check_event(yaml.DocumentStartEvent):
            document = builder.document()
            if document is not None:
                documents.append(document)
    except _Refused:
        pass
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        context = problem.context
        if context and mark and problem.context_mark and problem.context_mark.line < mark.line:
            context += f" from line {problem.context_mark.line + 1}"
        reason = ", ".join(part for part in (context, problem.problem) if part)
        findings.append(error(Location(file, mark.line + 1 if mark else None), f"invalid YAML: {reason}"))
    except ReaderError as problem:
        encoded = text.encode() if isinstance(text, str) else text
        line = encoded.count(b"\n", 0, problem.position) + 1
        findings.append(error(Location(file, line), f"invalid YAML text: {problem.reason}"))
    except UnicodeError as problem:
        line, reason = undecodable(problem)
        findings.append(error(Location(file, line), f"invalid YAML text: {reason}"))
    finally:
        if parser is not None:
            parser.dispose()
    return documents, findings


def read_file(path: Path, file: str, rules: Rules = Rules.KUBERNETES) -> tuple[list[Document], list[Finding]]:
    """The documents and findings of the file at `path`, which findings call `file`.

    Reads no more than the largest manifest allowed. Raises OSError if the file cannot be read.
    """
    with path.open("rb") as opened:
        return read(opened.read(LARGEST + 1), file, rules)


class _Parser(yaml.CSafeLoader):
    """libyaml's parser with the scalars of Kubernetes' YAML: no dates, no base-60 numbers.

    Only its events are used: nodes take much memory, and composing deeply nested ones crashes the process.
    """


_Parser.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag
        not in (
            "tag:yaml.org,2002:timestamp",
            "tag:yaml.org,2002:value",
            "tag:yaml.org,2002:int",
            "tag:yaml.org,2002:float",
        )
    ]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Parser.add_implicit_resolver(
    "tag:yaml.org,2002:int",
    re.compile(r"[-+]?(?:0|[1-9][0-9_]*|0[xX][0-9a-fA-F_]+|0[oO]?[0-7_]+|0[bB][01_]+)$"),
    list("-+0123456789"),
)
_Parser.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9_]+|[0-9][0-9_]*(?=[eE]))(?:[eE][-+]?[0-9]+)?$"
        r"|[-+]?\.(?:inf|Inf|INF)$|\.(?:nan|NaN|NAN)$"
    ),
    list("-+0123456789."),
)


_CLOCK = r"\d\d?:\d\d?:\d\d?(?:\.\d{1,9})?"
_TIME = re.compile(rf"(\d{{4}}-\d\d?-\d\d?)(?:[Tt]({_CLOCK})(Z|[-+]\d\d:\d\d)| ({_CLOCK}))?$")


class _PulumiParser(_Parser):
    """The same with the booleans of YAML 1.2, times, and decimal numbers that begin with 0."""


_PulumiParser.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in _Parser.yaml_implicit_resolvers.items()
}
_PulumiParser.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)

_PulumiParser.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"[-+]?0[0-9_]*[89][0-9_]*$"), list("-+0"))
_PulumiParser.add_implicit_resolver("pulumi:time", _TIME, list("0123456789"))

_PARSERS = {Rules.KUBERNETES: _Parser, Rules.PULUMI: _PulumiParser}


_ONE_LETTER = frozenset("yYnN")


def is_text(scalar: str) -> bool:
    """Whether both Kubernetes and Pulumi read a scalar as a string if it is not quoted."""
    resolvers = (parser.yaml_implicit_resolvers.get(scalar[:1], ()) for parser in _PARSERS.values())
    # kubectl reads these as booleans. We read them as strings, which is most likely what is meant.
    return scalar not in _ONE_LETTER and not any(pattern.match(scalar) for each in resolvers for _, pattern in each)


def _integer(text: str) -> int:
    digits = text.lstrip("+-").lower().replace("_", "")
    octal = 8 if len(digits) > 1 and digits.startswith("0") and not {"8", "9"} & {*digits} else 10
    base = {"0x": 16, "0b": 2}.get(digits[:2], octal)
    number = int(digits, base)
    if number.bit_length() > 64:
        raise ValueError(text)
    return -number if text.startswith("-") else number


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "yes", "on", "false", "no", "off"):
        raise ValueError(text)
    return text.lower() in ("true", "yes", "on")


def _float(text: str) -> float | str:
    """The number; its text if it is too large, as a commit such as 12e4567 may be."""
    number = float(text.lower().replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
    return text if math.isinf(number) and "inf" not in text.lower() else number


def _time(text: str) -> str:
    """A time as Pulumi writes it out (Go: time.Time.String); the text if there is no such day."""
    found = _TIME.match(text)
    assert found is not None
    day, clock, zone, of_utc = found.groups()
    seconds, _, fraction = (clock or of_utc or "0:0:0").partition(".")
    try:
        moment = datetime(*map(int, day.split("-")), *map(int, seconds.split(":")))  # type: ignore[arg-type]
    except ValueError:
        return text
    fraction = fraction.rstrip("0")
    offset = (zone or "Z").replace(":", "")
    place = "+0000 UTC" if offset == "Z" else f"{offset} {offset}"
    return f"{moment}{'.' if fraction else ''}{fraction} {place}"


_SCALARS: dict[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:null": lambda _: None,
    "tag:yaml.org,2002:bool": _boolean,
    "tag:yaml.org,2002:int": _integer,
    "tag:yaml.org,2002:float": _float,
    # `<<` merges only as a key: as a value it is text.
    "tag:yaml.org,2002:merge": str,
    "pulumi:time": _time,
}


_HALF = re.compile("[\ud800-\udfff]")
"""Half of a character beyond 16 bits, which only JSON can contain."""

_TAGS = {
    yaml.SequenceStartEvent: "tag:yaml.org,2002:seq",
    yaml.MappingStartEvent: "tag:yaml.org,2002:map",
}
"""The tags that a list and a mapping may have."""

_MERGE = "tag:yaml.org,2002:merge"


@dataclass(frozen=True, slots=True)
class _Built:
    """A value, the places inside it, and its number of fields and its depth with aliases expanded.

    `written` is the text of a number or a boolean.
    """

    value: Any
    inside: Mapping[str, Place] | Sequence[Place] | None = None
    fields: int = 1
    depth: int = 0
    written: str | None = None

    def at(self, line: int) -> Place:
        """Its place if it is in that line."""
        return Place(line, self.inside, self.written)


class _Refused(Exception):
    """A limit is exceeded: the rest of the file is not read, as reading on would cost more and more."""


class _Builder:
    """Turns a file's events into plain values with their places, and adds a finding for each that it cannot turn.

    An alias is the same value again, not a copy: its contents are counted, not expanded.
    """

    def __init__(self, parser: Any, file: str, findings: list[Finding], *, joins: bool) -> None:
        """`joins`: pairs of surrogates were made joinable."""
        self._findings = findings
        self._parser = parser
        self._file = file
        self._joins = joins
        self._fields = 0
        self._anchors: dict[str, _Built | None] = {}
        """None: it is still being built."""

    def document(self) -> Document | None:
        """The document that begins with the next event; None if it is empty, or something is wrong with it.

        Raises _Refused beyond a limit.
        """
        found = len(self._findings)
        self._anchors = {}
        self._parser.get_event()
        line = self._line()
        built = self._build((), 0)
        self._parser.get_event()
        if built.value is None or len(self._findings) > found:
            return None
        return Document(built.value, self._file, built.at(line))

    def _line(self) -> int:
        """The line of the next event."""
        line: int = self._parser.peek_event().start_mark.line
        return line + 1

    def _build(self, path: FieldPath, around: int) -> _Built:
        """The value of the next events; `around` is how many mappings and lists enclose it."""
        line = self._line()
        event = self._parser.get_event()
        if isinstance(event, yaml.AliasEvent):
            built = self._alias(str(event.anchor), line, path)
            self._count(built.fields, line)
            self._limit_depth(around + built.depth, line, path)
            return built
        if event.anchor:
            self._anchors[event.anchor] = None
        before = self._fields
        self._count(1, line)
        if isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event, line, path)
            built = _Built(value, written=str(event.value) if isinstance(value, bool | int | float) else None)
        else:
            self._limit_depth(around + 1, line, path)
            if event.tag not in (None, "!", _TAGS[type(event)]):
                self._refuse(line, path, _meaningless(event.tag))
            inner = self._list if isinstance(event, yaml.SequenceStartEvent) else self._mapping
            value, inside, depth = inner(path, around + 1)
            built = _Built(value, inside, self._fields - before, depth + 1)
        if event.anchor:
            self._anchors[event.anchor] = built
        return built

    def _alias(self, anchor: str, line: int, path: FieldPath) -> _Built:
        if anchor not in self._anchors:
            message = "undefined alias: no anchor before it has this name; put text that begins with * in quotes"
            self._refuse(line, path, message)
        elif self._anchors[anchor] is None:
            self._refuse(line, path, f"recursive alias *{anchor}: it is inside &{anchor}")
        return self._anchors.get(anchor) or _Built(None)

    def _scalar(self, event: yaml.ScalarEvent, line: int, path: FieldPath) -> Any:
        tag = self._tag(event)
        if tag not in _SCALARS:
            return self._refuse(line, path, _meaningless(tag))
        text = joined(event) if self._joins else str(event.value)
        if not text.isascii() and _HALF.search(text):
            return self._refuse(line, path, "half of a surrogate pair is not a character; write both halves")
        try:
            return _SCALARS[tag](text)
        except ValueError:
            return self._refuse(line, path, f"cannot be read as {tag.rpartition(':')[2]}; put text in quotes")

    def _tag(self, event: yaml.ScalarEvent) -> str:
        if event.tag not in (None, "!"):
            return str(event.tag)
        return str(self._parser.resolve(yaml.ScalarNode, event.value, event.implicit))

    def _list(self, path: FieldPath, around: int) -> tuple[list[Any], list[Place], int]:
        values: list[Any] = []
        places: list[Place] = []
        depth = 0
        while not self._parser.check_event(yaml.SequenceEndEvent):
            line = self._line()
            built = self._build((*path, len(values)), around)
            values.append(built.value)
            places.append(built.at(line))
            depth = max(depth, built.depth)
        self._parser.get_event()
        return values, places, depth

    def _mapping(self, path: FieldPath, around: int) -> tuple[dict[str, Any], dict[str, Place], int]:
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        places: dict[str, Place] = {}
        depth = 0
        while not self._parser.check_event(yaml.MappingEndEvent):
            line = self._line()
            if self._merges():
                built = self._build(path, around)
                for source in built.value if isinstance(built.value, list) else [built.value]:
                    if isinstance(source, dict):
                        merged = source | merged
                    else:
                        self._refuse(line, path, "`<<` merges mappings only")
            else:
                key = self._key(path, around)
                built = self._build(path if key is None else (*path, key), around)
                if key in own:
                    self._refuse(line, (*path, key), "duplicate key; remove one of them")
                elif key is not None:
                    own[key] = built.value
                    places[key] = built.at(line)
            depth = max(depth, built.depth)
        self._parser.get_event()
        return merged | own, places, depth

    def _merges(self) -> bool:
        """Whether the next event is the key `<<`; if so, takes it."""
        event = self._parser.peek_event()
        if not isinstance(event, yaml.ScalarEvent) or self._tag(event) != _MERGE:
            return False
        self._parser.get_event()
        return True

    def _key(self, path: FieldPath, around: int) -> str | None:
        """The next key; None if it is not a valid one."""
        event, found = self._parser.peek_event(), len(self._findings)
        key = self._build(path, around).value
        if isinstance(key, str):
            return key
        if len(self._findings) == found:
            text = event.value if isinstance(event, yaml.ScalarEvent) else "this key"
            message = f"{text:.60} is not a string: a key must be one (put it in quotes)"
            self._refuse(event.start_mark.line + 1, path, message)
        return None

    def _count(self, fields: int, line: int) -> None:
        self._fields += fields
        if self._fields > MOST_FIELDS:
            message = f"more than {MOST_FIELDS:,} keys and values in one file, with its aliases expanded; split it"
            self._refuse(line, (), message)
            raise _Refused

    def _limit_depth(self, depth: int, line: int, path: FieldPath) -> None:
        if depth > DEEPEST:
            self._refuse(line, path, f"mappings and lists are nested more than {DEEPEST} levels deep")
            raise _Refused

    def _refuse(self, line: int, path: FieldPath, message: str) -> None:
        self._findings.append(error(Location(self._file, line, field_name(path)), message))


def _meaningless(tag: str) -> str:
    """A tag of one's own may be a password without quotes, so only those of YAML are named."""
    known = tag.removeprefix("tag:yaml.org,2002:")
    named = f"the tag !!{known}" if known != tag else "a tag that begins with !"
    return f"{named} has no meaning in a manifest; write the plain value, in quotes if it is text"


def differing(one: Any, other: Any, path: FieldPath = ()) -> Iterator[FieldPath]:
    """The innermost fields in which two values differ; of lists of different lengths, the list."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in dict.fromkeys((*one, *other)):
            if key not in one or key not in other:
                yield (*path, key)
            else:
                yield from differing(one[key], other[key], (*path, key))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (ours, theirs) in enumerate(zip(one, other, strict=True)):
            yield from differing(ours, theirs, (*path, index))
    elif one != other:
        yield path


def _descend(place: Place | None, path: FieldPath) -> tuple[int | None, Place | None]:
    """Line and place of the field at `path`; for a missing one, the line of the nearest field around it, and None."""
    if place is None:
        return None, None
    for step in path:
        inside = place.inside
        if isinstance(step, int):
            found = inside[step] if isinstance(inside, Sequence) and step < len(inside) else None
        else:
            found = inside.get(step) if isinstance(inside, Mapping) else None
        if found is None:
            return place.line, None
        place = found
    return place.line, place

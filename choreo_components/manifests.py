"""A manifest: a YAML document as a plain value which remembers the line that each of its fields came from."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from choreo_components.findings import Finding, Location, error

FieldPath: TypeAlias = tuple[str | int, ...]
"""The way to a field: mapping keys and list positions, outermost first."""

MOST_NODES = 1_000_000
"""Fields in one file, aliases spelled out: beyond it the file is refused, lest nested aliases fill the memory."""

DEEPEST = 100
"""Mappings and lists inside one another: what is deeper is refused, before Python's own limit is reached."""


def field_name(path: FieldPath) -> str:
    """The path as people write it: `spec.promotionPaths[0].name`; a key with dots stands in brackets."""
    text = ""
    for step in path:
        if isinstance(step, int) or "." in step or "/" in step:
            text += f"[{step}]"
        else:
            text += f".{step}" if text else step
    return text


@dataclass(frozen=True)
class Document:
    """One YAML document: its `value` (dicts, lists, scalars) and the `file` it stands in.

    `root` is the node whose value it is (None where no position is known); `prefix` names that node where the document
    is a part of a larger one, like an entry of a stack's settings.
    """

    value: Any
    file: str
    root: yaml.Node | None = None
    prefix: str = ""

    def at(self, path: FieldPath = ()) -> Location:
        """Where the field at `path` stands; of a field that is missing, where the nearest one around it stands."""
        name = ".".join(part for part in (self.prefix, field_name(path)) if part)
        return Location(self.file, _line(self.root, path), name)

    def part(self, path: FieldPath, value: Any) -> "Document":
        """The document that stands at `path` of this one, with its own `value`."""
        return Document(value, self.file, _descend(self.root, path)[1], self.at(path).field)


def read(text: str | bytes, file: str) -> tuple[list[Document], list[Finding]]:
    """Every document of a YAML text that is not empty, and a finding for each thing in it that is no manifest.

    Scalars are read as `kubectl apply` reads them: a date stays a string, `1:30` is no number.
    """
    loader = None
    documents: list[Document] = []
    findings: list[Finding] = []
    try:
        loader = _Loader(text)
        while loader.check_node():
            root = loader.get_node()
            assert root is not None
            builder = _Builder(file)
            value = builder.build(root, ())
            findings += builder.findings
            if value is not None and not builder.findings:
                documents.append(Document(value, file, root))
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        said = ", ".join(part for part in (problem.context, problem.problem) if part)
        findings.append(error(Location(file, mark.line + 1 if mark else None), f"not YAML: {said}"))
    except (yaml.YAMLError, UnicodeError) as problem:
        findings.append(error(Location(file), f"not YAML text: {' '.join(str(problem).split())}"))
    finally:
        if loader is not None:
            loader.dispose()
    return documents, findings


class _Loader(yaml.CSafeLoader):
    """libyaml's parser with the scalars of Kubernetes' YAML: no dates, no base-60 numbers."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag
        not in (
            "tag:yaml.org,2002:timestamp",
            "tag:yaml.org,2002:int",
            "tag:yaml.org,2002:float",
        )
    ]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int",
    re.compile(r"[-+]?(?:0|[1-9][0-9]*|0x[0-9a-fA-F]+|0o?[0-7]+)$"),
    list("-+0123456789"),
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?$|[-+]?\.(?:inf|Inf|INF)$|\.(?:nan|NaN|NAN)$"
    ),
    list("-+0123456789."),
)


def _integer(text: str) -> int:
    digits = text.lstrip("+-").lower()
    base = 16 if digits.startswith("0x") else 8 if len(digits) > 1 and digits.startswith("0") else 10
    return (-1 if text.startswith("-") else 1) * int(digits, base)


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "yes", "on", "false", "no", "off"):
        raise ValueError(text)
    return text.lower() in ("true", "yes", "on")


_SCALARS: dict[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:null": lambda _: None,
    "tag:yaml.org,2002:bool": _boolean,
    "tag:yaml.org,2002:int": _integer,
    "tag:yaml.org,2002:float": lambda text: float(
        text.replace(".inf", "inf").replace(".Inf", "inf").replace(".INF", "inf").lower().replace(".nan", "nan")
    ),
}


class _Builder:
    """Turns composed nodes into plain values; what it cannot turn becomes a finding."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self._nodes = 0
        self._open: set[int] = set()

    def build(self, node: yaml.Node, path: FieldPath) -> Any:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            if self._nodes == MOST_NODES + 1:
                self._refuse(
                    node,
                    (),
                    f"more than {MOST_NODES:,} fields once its aliases are spelled out",
                )
            return None
        if isinstance(node, yaml.ScalarNode):
            convert = _SCALARS.get(node.tag)
            if convert is None:
                return self._refuse(
                    node,
                    path,
                    f"the tag {node.tag} has no meaning in a manifest: write the plain value",
                )
            try:
                return convert(node.value)
            except ValueError:
                wanted = node.tag.rpartition(":")[2]
                return self._refuse(node, path, f"{node.value!r:.60} cannot be read as {wanted}")
        if id(node) in self._open:
            return self._refuse(node, path, "an alias that holds itself")
        if len(self._open) == DEEPEST:
            return self._refuse(node, path, f"more than {DEEPEST} mappings and lists inside one another")
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
            return self._mapping(node, path)
        finally:
            self._open.remove(id(node))

    def _mapping(self, node: yaml.Node, path: FieldPath) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        own: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                value = self.build(value_node, path)
                for source in value if isinstance(value, list) else [value]:
                    if isinstance(source, dict):
                        merged = source | merged
                    else:
                        self._refuse(value_node, path, "`<<` merges mappings only")
                continue
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag != "tag:yaml.org,2002:str":
                text = key_node.value if isinstance(key_node, yaml.ScalarNode) else "this key"
                self._refuse(
                    key_node,
                    path,
                    f"{text} is not a string: a key has to be one (put it in quotes)",
                )
                continue
            key = key_node.value
            if key in own:
                self._refuse(
                    key_node,
                    (*path, key),
                    "the key stands here a second time: only one of them can be meant",
                )
                continue
            own[key] = self.build(value_node, (*path, key))
        return merged | own

    def _refuse(self, node: yaml.Node, path: FieldPath, message: str) -> None:
        self.findings.append(error(Location(self.file, node.start_mark.line + 1, field_name(path)), message))


def _line(node: yaml.Node | None, path: FieldPath) -> int | None:
    """The 1-based line of the field at `path` below `node`, or of the nearest field around it."""
    return _descend(node, path)[0]


def _descend(node: yaml.Node | None, path: FieldPath) -> tuple[int | None, yaml.Node | None]:
    """Line and node of the field at `path`; of a missing one, the line of the nearest field around it and no node."""
    if node is None:
        return None, None
    line: int = node.start_mark.line + 1
    for step in path:
        if isinstance(node, yaml.MappingNode):
            found = next(
                ((k, v) for k, v in node.value if isinstance(k, yaml.ScalarNode) and k.value == step),
                None,
            )
            if found is None:
                return line, None
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            return line, None
    return line, node

"""Rendering: a graph as text that Mermaid or Graphviz draws."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from choreo_components.api.generation import FINALIZER, NAMESPACE, Role
from choreo_components.plan.graph import Edge, Graph, Node

MOST_EDGES = 500
"""Edges that Mermaid draws by default (`maxEdges`), which is GitHub's limit too."""

MOST_CHARACTERS = 50_000
"""Characters of a text that Mermaid draws by default (`maxTextSize`), likewise."""


@dataclass(frozen=True)
class _Shape:
    """The brackets around a label in Mermaid, and the name of a shape in Graphviz."""

    open: str
    close: str
    name: str


_BOX = _Shape("[", "]", "box")
_SHAPES: Mapping[Role | str | None, _Shape] = {
    Role.TENANT: _Shape("[[", "]]", "tab"),
    Role.DATA_PLANE: _Shape("[(", ")]", "cylinder"),
    Role.ENVIRONMENT: _Shape("([", "])", "oval"),
    NAMESPACE: _Shape("(", ")", "folder"),
    FINALIZER: _Shape("{{", "}}", "hexagon"),
}
"""By role, or without one by kind; all others are boxes."""


def mermaid(graph: Graph) -> str:
    """A flowchart of Mermaid. Dotted: read from the cluster. Each node has its kind as its class."""
    return "\n".join(_mermaid(graph)) + "\n"


def dot(graph: Graph) -> str:
    """A graph in Graphviz' language. Dotted: read from the cluster. Each node has its kind as its class."""
    return "\n".join(_dot(graph)) + "\n"


def exceeded_limit(graph: Graph) -> str | None:
    """The limit that keeps GitHub from drawing a graph as Mermaid; None if it draws it."""
    if len(graph.edges) > MOST_EDGES:
        return f"{len(graph.edges):,} edges, and GitHub draws at most {MOST_EDGES}"
    if (length := len(mermaid(graph))) > MOST_CHARACTERS:
        return f"{length:,} characters, and GitHub draws at most {MOST_CHARACTERS:,}"
    return None


def _mermaid(graph: Graph) -> Iterator[str]:
    yield "flowchart LR"
    for group in graph.groups:
        yield f'  subgraph {group.id}["{_entities(group.title)}"]'
        for node in group.nodes:
            shape = _SHAPES.get(node.role or node.kind, _BOX)
            label = "<br/>".join(_entities(line) for line in node.lines)
            yield f'    {node.id}{shape.open}"{label}"{shape.close}:::{node.kind}'
        yield "  end"
    for edge in graph.edges:
        yield f"  {edge.source} {'-.->' if edge.crosses else '-->'} {edge.target}"
    for group in graph.groups:
        if group.outside:
            yield f"  style {group.id} stroke-dasharray: 5 5"


def _dot(graph: Graph) -> Iterator[str]:
    yield "digraph choreo {"
    yield "  rankdir=LR"
    for group in graph.groups:
        yield f"  subgraph cluster_{group.id} {{"
        yield f"    label={_quoted(group.title)}"
        yield f"    style={'dashed' if group.outside else 'solid'}"
        for node in group.nodes:
            yield f"    {_dot_node(node)}"
        yield "  }"
    for edge in graph.edges:
        yield f"  {_dot_edge(edge)}"
    yield "}"


def _dot_node(node: Node) -> str:
    shape = _SHAPES.get(node.role or node.kind, _BOX).name
    return f"{node.id} [label={_quoted(*node.lines)}, shape={shape}, class={node.kind}]"


def _dot_edge(edge: Edge) -> str:
    return f"{edge.source} -> {edge.target}" + (" [style=dotted]" if edge.crosses else "")


def _entities(text: str) -> str:
    """The text escaped for Mermaid: with entities for all characters that may have a meaning in its syntax."""
    return re.sub(r"[^\w .:/-]", lambda sign: f"#{ord(sign[0])};", text, flags=re.ASCII)


def _quoted(*lines: str) -> str:
    """Lines as one string of Graphviz, which also interprets entities."""
    escaped = (line.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(escaped) + '"'

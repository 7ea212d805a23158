"""Pictures are valid in the languages of Mermaid and Graphviz, whatever names they contain."""

import re

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from choreo_components.api.generation import Role
from choreo_components.plan.graph import Edge, Graph, Group, Node
from choreo_components.plan.rendering import MOST_EDGES, dot, exceeded_limit, mermaid

DATA_PLANE = Node("N1", "DataPlane", ("DataPlane", "x"), Role.DATA_PLANE)
BUILD = Node("N2", "Build", ("Build", "y"))
NAMESPACE = Node("N3", "Namespace", ("Namespace", "z"))
SMALL = Graph(
    (
        Group("stack_a", "stack a", (DATA_PLANE, BUILD)),
        Group("outside", "in the cluster", (NAMESPACE,), outside=True),
    ),
    (Edge("N1", "N2", False), Edge("N3", "N1", True)),
)


def labelled(text: str) -> Graph:
    return Graph((Group("stack_a", text, (Node("N1", "Build", (text,)),)),), ())


def test_mermaid() -> None:
    assert mermaid(SMALL) == (
        "flowchart LR\n"
        '  subgraph stack_a["stack a"]\n'
        '    N1[("DataPlane<br/>x")]:::DataPlane\n'
        '    N2["Build<br/>y"]:::Build\n'
        "  end\n"
        '  subgraph outside["in the cluster"]\n'
        '    N3("Namespace<br/>z"):::Namespace\n'
        "  end\n"
        "  N1 --> N2\n"
        "  N3 -.-> N1\n"
        "  style outside stroke-dasharray: 5 5\n"
    )


def test_dot() -> None:
    assert dot(SMALL) == (
        "digraph choreo {\n"
        "  rankdir=LR\n"
        "  subgraph cluster_stack_a {\n"
        '    label="stack a"\n'
        "    style=solid\n"
        '    N1 [label="DataPlane\\nx", shape=cylinder, class=DataPlane]\n'
        '    N2 [label="Build\\ny", shape=box, class=Build]\n'
        "  }\n"
        "  subgraph cluster_outside {\n"
        '    label="in the cluster"\n'
        "    style=dashed\n"
        '    N3 [label="Namespace\\nz", shape=folder, class=Namespace]\n'
        "  }\n"
        "  N1 -> N2\n"
        "  N3 -> N1 [style=dotted]\n"
        "}\n"
    )


@hypothesis_settings(deadline=None)
@given(st.text())
def test_mermaid_shows_every_text_and_interprets_none_of_it(text: str) -> None:
    found = re.fullmatch(r'    N1\["([\w .:/#;-]*)"\]:::Build', mermaid(labelled(text)).split("\n")[2], re.ASCII)
    assert found, "the label ends where it should not"
    shown = re.sub(r"#(\d+);", lambda entity: chr(int(entity[1])), found[1])
    assert shown == text


@hypothesis_settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_graphviz_shows_every_text_and_interprets_none_of_it(text: str) -> None:
    found = re.search(r'N1 \[label="((?:[^"\\]|\\.)*)", shape=box', dot(labelled(text)), re.DOTALL)
    assert found, "the label ends where it should not"
    shown = re.sub(r"\\(.)", r"\1", found[1], flags=re.DOTALL).replace("&amp;", "&")
    assert shown == text


@pytest.mark.parametrize(("count", "said"), [(MOST_EDGES, None), (501, "501 edges, and GitHub draws at most 500")])
def test_too_many_edges_for_github_are_reported(count: int, said: str | None) -> None:
    assert exceeded_limit(Graph((), tuple(Edge("N1", "N2", False) for _ in range(count)))) == said


def test_a_text_that_is_too_long_for_github_is_reported() -> None:
    assert exceeded_limit(labelled("x" * 30_000)) == "60,061 characters, and GitHub draws at most 50,000"

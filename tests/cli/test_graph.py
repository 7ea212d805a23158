"""`choreo graph`: whose picture it prints, and what it refuses."""

from pathlib import Path

from choreo_components.config.project import read_stacks
from choreo_components.plan.graph import graph
from choreo_components.plan.rendering import dot
from choreo_components.plan.workspace import Workspace
from tests import declaring
from tests.checkout import CHECKOUT
from tests.cli.running import choreo
from tests.projects import write

SHOWN = ("acme", "development", "production", "staging")
"""The stacks that docs/local.md shows."""


def test_the_documents_show_the_first_stacks_of_this_checkout() -> None:
    shown = (CHECKOUT / "docs" / "local.md").read_text().partition("```mermaid\n")[2].partition("```\n")[0]
    drawn = choreo("graph", "-C", CHECKOUT, *SHOWN).stdout
    assert shown == drawn, f"put what `choreo graph {' '.join(SHOWN)}` prints into docs/local.md"


def test_graphviz_gets_the_same_graph() -> None:
    assert choreo("graph", "-C", CHECKOUT, "--output", "dot").stdout == dot(graph(Workspace(read_stacks(CHECKOUT))))


def test_of_stacks_that_are_named_no_other_is_drawn() -> None:
    reported = choreo("graph", "-C", CHECKOUT, "staging", "production").stdout
    assert [line for line in reported.splitlines() if "subgraph" in line] == [
        '  subgraph stack_production["stack production: destroy 1"]',
        '  subgraph stack_staging["stack staging: destroy 1"]',
        '  subgraph outside["in the cluster"]',
    ]


def test_stacks_of_different_clusters_are_not_drawn_as_one(tmp_path: Path) -> None:
    both = {"prod": [declaring.organization()], "test": [declaring.organization()]}
    done = choreo("graph", "-C", write(tmp_path, both, {"test": {"kubeconfig": {"secure": "v1:AAAA"}}}))
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        "error: stacks 'test' and 'prod' declare the same objects; name only stacks of one cluster\n"
    )
    assert choreo("graph", "-C", tmp_path, "prod").exit_code == 0


def test_stacks_that_need_each_other_are_drawn_with_a_warning(tmp_path: Path) -> None:
    stacks = {
        "a": [declaring.organization(), declaring.project()],
        "b": [declaring.pipeline(promotions=[("x", ["y"])])],
    }
    done = choreo("graph", "-C", write(tmp_path, stacks))
    assert done.exit_code == 0
    assert done.stderr.startswith("warning: stacks need each other: ")


def test_what_is_encrypted_is_drawn_with_a_warning(tmp_path: Path) -> None:
    sealed = {"secure": "v1:AAAA"}
    environment = declaring.environment()
    environment["metadata"]["name"] = sealed
    stacks = {"acme": [declaring.organization(), declaring.data_plane()], "dev": [environment], "more": []}
    done = choreo("graph", "-C", write(tmp_path, stacks, {"more": {"manifests": sealed}}))
    assert done.exit_code == 0
    assert done.stderr.splitlines() == [
        "warning: the drawing of stack 'more' is incomplete: a part of what it declares is encrypted",
        "warning: some names are encrypted and shown as 'withheld'",
    ]


def test_nothing_is_drawn_of_what_is_wrong(tmp_path: Path) -> None:
    done = choreo("graph", "-C", write(tmp_path, {"dev": [declaring.environment(data_plane=None)]}))
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "error: 1 error in what these stacks declare, nothing was drawn; run `choreo validate`\n"


def test_a_picture_that_github_would_not_draw_is_printed_with_a_warning(tmp_path: Path) -> None:
    planes = [declaring.data_plane(f"plane-{number}") for number in range(501)]
    done = choreo("graph", "-C", write(tmp_path, {"acme": [declaring.organization(), *planes]}))
    assert done.exit_code == 0
    assert done.stdout.count("-->") == 502
    assert done.stderr == ("warning: 502 edges, and GitHub draws at most 500; name fewer stacks, or use --output dot\n")

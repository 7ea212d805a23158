"""A graph of stacks: its nodes, its edges, and the steps of a destroy."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from choreo_components.config.project import read_stacks
from choreo_components.plan import graph as graphs
from choreo_components.plan.graph import Graph, graph
from choreo_components.plan.workspace import Workspace
from tests import declaring
from tests.checkout import CHECKOUT
from tests.declaring import Manifest
from tests.projects import write
from tests.standin.openchoreo_v1alpha1 import samples

PLATFORM = [declaring.organization(), declaring.data_plane(), declaring.pipeline(), declaring.project()]
SERVICE = [declaring.component(), declaring.track(), declaring.artifact()]
DEVELOPMENT = [declaring.environment(), *SERVICE, declaring.deployment()]


def drawn(
    folder: Path,
    stacks: Mapping[str, Sequence[Manifest]],
    more: Mapping[str, Mapping[str, Any]] | None = None,
    names: Sequence[str] = (),
) -> Graph:
    return graph(Workspace(read_stacks(write(folder, stacks, more), names)))


def groups(found: Graph) -> dict[str, list[str]]:
    """By the title of each group: its nodes, as KIND NAME and when they are destroyed."""
    return {group.title: [" ".join(node.lines) for node in group.nodes] for group in found.groups}


def edges(found: Graph) -> set[str]:
    """The edges as KIND NAME -> KIND NAME, with dots where they cross stacks."""
    named = {node.id: " ".join(node.lines[:2]) for group in found.groups for node in group.nodes}
    return {f"{named[e.source]} {'..>' if e.crosses else '-->'} {named[e.target]}" for e in found.edges}


def test_a_stack_is_drawn_in_the_order_of_creation_and_numbered_in_that_of_destroy(tmp_path: Path) -> None:
    found = drawn(tmp_path, {"all": [*PLATFORM, *DEVELOPMENT]})
    assert groups(found) == {
        "stack all: destroy 1": [
            "Organization acme destroy 1.11",
            "Namespace acme destroy 1.10",
            "DataPlane dp-local destroy 1.9",
            "Environment development destroy 1.8",
            "DeploymentPipeline pipeline destroy 1.7",
            "Project shop destroy 1.6",
            "Component web destroy 1.5",
            "DeploymentTrack web-main destroy 1.4",
            "DeployableArtifact web-1 destroy 1.3",
            "Namespace dp-acme-shop-development-12d45ec4 destroy 1.2",
            "EnvironmentFinalizer development destroy 1.2",
            "Deployment web-development destroy 1.1",
        ]
    }


def test_objects_of_other_apis_are_drawn_before_what_comes_after_them(tmp_path: Path) -> None:
    found = drawn(tmp_path, {"all": [*PLATFORM[:2], declaring.plain("Secret", "kind-1-config", "acme")]})
    assert groups(found) == {
        "stack all: destroy 1": [
            "Organization acme destroy 1.4",
            "Namespace acme destroy 1.3",
            "Secret kind-1-config destroy 1.2",
            "DataPlane dp-local destroy 1.1",
        ]
    }
    assert "Secret kind-1-config --> DataPlane dp-local" in edges(found)


def test_edges_that_follow_from_others_are_left_out(tmp_path: Path) -> None:
    namespace = "Namespace dp-acme-shop-development-12d45ec4"
    assert edges(drawn(tmp_path, {"all": [*PLATFORM, *DEVELOPMENT]})) == {
        "Organization acme --> Namespace acme",
        "Namespace acme --> DataPlane dp-local",
        "DataPlane dp-local --> Environment development",
        "Environment development --> DeploymentPipeline pipeline",
        "DeploymentPipeline pipeline --> Project shop",
        "Project shop --> Component web",
        "Component web --> DeploymentTrack web-main",
        "DeploymentTrack web-main --> DeployableArtifact web-1",
        f"Project shop --> {namespace}",
        f"{namespace} --> EnvironmentFinalizer development",
        "DeployableArtifact web-1 --> EnvironmentFinalizer development",
        "EnvironmentFinalizer development --> Deployment web-development",
    }


def test_the_stacks_that_others_need_are_destroyed_last(tmp_path: Path) -> None:
    stacks = {"a-dev": [declaring.environment()], "b-test": [declaring.environment("test")], "z-acme": PLATFORM}
    assert list(groups(drawn(tmp_path, stacks))) == [
        "stack z-acme: destroy 2",
        "stack a-dev: destroy 1",
        "stack b-test: destroy 1",
    ]


def test_an_edge_between_stacks_is_dotted(tmp_path: Path) -> None:
    found = edges(drawn(tmp_path, {"acme": PLATFORM, "dev": DEVELOPMENT}, {"dev": {"projects": ["shop"]}}))
    assert {edge for edge in found if "..>" in edge} == {
        "DataPlane dp-local ..> Environment development",
        "Project shop ..> Component web",
        "Project shop ..> Namespace dp-acme-shop-development-12d45ec4",
    }


def test_a_pipeline_does_not_point_back_from_environments_that_come_later(tmp_path: Path) -> None:
    found = edges(drawn(tmp_path, {"acme": PLATFORM, "dev": [declaring.environment()]}))
    assert not [edge for edge in found if edge.endswith("DeploymentPipeline pipeline") and "..>" in edge]


def test_an_object_that_needs_nothing_else_needs_its_organization(tmp_path: Path) -> None:
    found = edges(drawn(tmp_path, {"acme": [declaring.organization()], "planes": [declaring.data_plane()]}))
    assert found == {"Organization acme --> Namespace acme", "Namespace acme ..> DataPlane dp-local"}


def test_what_no_stack_declares_is_outside(tmp_path: Path) -> None:
    found = drawn(tmp_path, {"acme": PLATFORM, "dev": DEVELOPMENT}, names=["dev"])
    assert groups(found)["in the cluster"] == [
        "DataPlane dp-local not of these stacks",
        "Project shop not of these stacks",
    ]
    assert [group.title for group in found.groups if group.outside] == ["in the cluster"]
    assert "DataPlane dp-local ..> Environment development" in edges(found)


def test_names_say_their_organization_where_there_are_several(tmp_path: Path) -> None:
    stacks = {name: [declaring.organization(name), declaring.data_plane(organization=name)] for name in ("a", "b")}
    assert groups(drawn(tmp_path, stacks))["stack b: destroy 1"] == [
        "Organization b destroy 1.3",
        "Namespace b/b destroy 1.2",
        "DataPlane b/dp-local destroy 1.1",
    ]


def test_the_same_stacks_in_another_order_give_the_same_graph(tmp_path: Path) -> None:
    stacks = {"acme": PLATFORM, "dev": DEVELOPMENT, "test": [declaring.environment("test")]}
    read = read_stacks(write(tmp_path, stacks))
    assert graph(Workspace(read)) == graph(Workspace(reversed(read)))


def test_a_nodes_id_does_not_change_when_others_are_added(tmp_path: Path) -> None:
    few = drawn(tmp_path, {"acme": [declaring.organization()]})
    more = drawn(tmp_path, {"acme": PLATFORM, "dev": DEVELOPMENT})
    assert {node.id for group in few.groups for node in group.nodes} <= {
        node.id for group in more.groups for node in group.nodes
    }


def test_names_that_differ_in_one_character_have_two_ids(tmp_path: Path) -> None:
    planes = [declaring.data_plane("a-b"), declaring.data_plane("a.b")]
    [group] = drawn(tmp_path, {"acme": [declaring.organization(), *planes]}).groups
    assert len({node.id for node in group.nodes}) == len(group.nodes) == 4


@hypothesis_settings(deadline=None)
@given(st.lists(st.text(min_size=1), unique=True))
def test_ids_are_unique_and_plain_whatever_the_names(names: list[str]) -> None:
    ids = graphs._slugs([f"Kind {name}" for name in names])
    assert len(set(ids)) == len(names)
    assert all(each.replace("_", "").isalnum() and each.isascii() for each in ids)


def test_the_steps_of_this_checkouts_stacks_go_against_its_edges() -> None:
    found = graph(Workspace(read_stacks(CHECKOUT)))
    when = {
        node.id: tuple(map(int, node.lines[2].removeprefix("destroy ").split(".")))
        for group in found.groups
        for node in group.nodes
    }
    kinds = {node.id: node.kind for group in found.groups for node in group.nodes}
    for edge in found.edges:
        # The finalizer deletes its namespaces.
        together = (kinds[edge.source], kinds[edge.target]) == ("Namespace", "EnvironmentFinalizer")
        assert when[edge.source] == when[edge.target] if together else when[edge.source] > when[edge.target], edge


def test_stacks_of_todays_api_are_drawn_with_what_is_in_the_whole_cluster(tmp_path: Path) -> None:
    environment = samples.environment("acme", "development", kind="ClusterDataPlane")
    pipeline = samples.pipeline("acme", ("development", []))
    found = drawn(
        tmp_path, {"shared": [samples.data_plane(None)], "acme": [samples.tenant("acme"), environment, pipeline]}
    )
    assert groups(found) == {
        "stack shared: destroy 2": ["ClusterDataPlane default destroy 2.1"],
        "stack acme: destroy 1": [
            "Namespace acme destroy 1.4",
            "Environment development destroy 1.3",
            "EnvironmentFinalizer development destroy 1.2",
            "DeploymentPipeline pipeline destroy 1.1",
        ],
    }
    assert edges(found) == {
        "ClusterDataPlane default ..> Environment development",
        "Namespace acme --> Environment development",
        "Environment development --> EnvironmentFinalizer development",
        "EnvironmentFinalizer development --> DeploymentPipeline pipeline",
    }

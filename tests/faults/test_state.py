"""The state: a crash of Pulumi at any moment leaves one that can be read."""

from collections.abc import Callable

from tests.engine.workspace import Workspace


def test_no_file_of_the_state_stands_beside_one_that_has_to_fit_it(new_workspace: Callable[[], Workspace]) -> None:
    workspace = new_workspace()
    workspace.run("stack", "init", "empty")
    files = [path for path in workspace.backend.rglob("*") if path.is_file()]
    assert [path.name for path in files if path.suffix == ".json"], "there is a state"
    assert [path.name for path in files if path.suffix == ".attrs"] == []

"""The state: it can be read after a crash of Pulumi at any moment."""

from collections.abc import Callable

from tests.engine.workspace import Workspace


def test_no_file_of_the_state_depends_on_another_file(new_workspace: Callable[[], Workspace]) -> None:
    workspace = new_workspace()
    workspace.run("stack", "init", "empty")
    files = [path for path in workspace.backend.rglob("*") if path.is_file()]
    assert [path.name for path in files if path.suffix == ".json"], "there is a state"
    assert [path.name for path in files if path.suffix == ".attrs"] == []

"""The examples as they are: each comes up, shows no change then, and is deleted with nothing remaining."""

import shlex
import shutil
from pathlib import Path

import pytest
import yaml

from choreo_components import Controllers
from tests import shells
from tests.checkout import CHECKOUT
from tests.engine import interpreter
from tests.engine.workspace import BIN, Workspace

BEFORE = "make up", ". .dev/env"
AFTER = "pulumi stack init dev", "pulumi config set controllers absent", "pulumi up --yes", "pulumi destroy --yes"
"""What each README says to type, before and after changing to its folder; the test does it without previews."""

MODES = {"core_v1": Controllers.ABSENT, "platform": Controllers.ABSENT, "v1alpha1": Controllers.PRESENT}
"""By example: whether it runs on a cluster with controllers. Each works on both kinds; one is enough to show that."""


def test_each_example_is_run() -> None:
    assert {each.parent.name for each in (CHECKOUT / "examples").glob("*/Pulumi.yaml")} == MODES.keys()


@pytest.fixture
def clone(workspace: Workspace, request: pytest.FixtureRequest, controllers: Controllers) -> Workspace:
    """A workspace in the folder of an example, in a folder like a clone of the checkout."""
    home = workspace.folder.parent / "clone"
    workspace.folder = home / "examples" / str(request.node.callspec.params["example"])
    shutil.copytree(CHECKOUT / "examples" / workspace.folder.name, workspace.folder)
    _virtual_environment(home / ".venv")
    name = yaml.safe_load((workspace.folder / "Pulumi.yaml").read_text())["name"]
    settings = {"config": {f"{name}:controllers": controllers.value}}
    (workspace.folder / "Pulumi.dev.yaml").write_text(yaml.safe_dump(settings))
    return workspace


def _virtual_environment(folder: Path) -> None:
    """The checkout's virtual environment, as far as Pulumi reads it."""
    folder.mkdir()
    (folder / "pyvenv.cfg").symlink_to(BIN.parent / "pyvenv.cfg")
    (folder / "bin").symlink_to(interpreter.folder(BIN / "python3"))


@pytest.mark.parametrize(("example", "controllers"), MODES.items(), indirect=["controllers"], ids=MODES)
def test_an_example_comes_up_shows_no_change_and_is_deleted(clone: Workspace, example: str) -> None:
    clone.stack("dev")
    typed = [shlex.join(each) for each in shells.commands(shells.blocks(f"examples/{example}/README.md")[0].script)]
    assert typed == [*BEFORE, f"cd examples/{example}", *AFTER], "what the README says and what is done here differ"
    made = clone.up("dev").changes["created"]
    assert clone.up("dev").changes == {"unchanged": made}
    assert clone.destroy("dev").changes == {"deleted": made}

"""Settings of a project for all its stacks: read offline, they equal those that Pulumi gives the program."""

import json
from pathlib import Path

from choreo_components.config.options import Controllers
from choreo_components.config.project import read_stack
from choreo_components.config.settings import read_file
from tests.engine.workspace import Workspace, leading_to

PROJECT = """
name: choreo
runtime: python
stackConfigDir: stacks
config:
  choreo:controllers: absent
  projects: {default: [portal]}
  choreo:timeouts: {value: {ready: 1m, delete: 1m}}
  choreo:adopt: {value: if-labelled}
"""

STACK = """
config:
  timeouts: {ready: 2m}
  choreo:allowProductionDestroy: true
  other:scalars:
    [2025-05-09, 2025-5-9, 2025-05-09T10:00:00Z, 2025-02-30, 2025-05-09 1:2:3.450, yes, y, 0755, 0o17, 0X1F, 0b11, 08,
    1e3, 1.10, 1_000, 1:30, ~, True, 12e4567, 1e30, =]
"""


def test_what_is_read_offline_is_what_pulumi_reads(tmp_path: Path, toolchain_bin: Path) -> None:
    (tmp_path / "workspace").mkdir()
    environment = leading_to(tmp_path / "no-kubeconfig", toolchain_bin)
    workspace = Workspace(tmp_path / "workspace", environment, Controllers.ABSENT)
    (workspace.folder / "Pulumi.yaml").write_text(PROJECT)
    (workspace.folder / "stacks" / "Pulumi.dev.yaml").write_text(STACK)
    # Before Pulumi writes the file again with normalized values.
    written = read_file(workspace.folder / "stacks" / "Pulumi.dev.yaml", workspace.folder)[0].value
    workspace.run("stack", "init", "dev")
    printed = json.loads(workspace.run("config", "--json", "--stack", "dev").said)
    known = {key: each.get("objectValue", each.get("value")) for key, each in printed.items()}
    assert known.pop("other:scalars") == written["other:scalars"]
    read = read_stack(workspace.folder, "dev")
    assert read.findings == ()
    assert known == {
        "choreo:controllers": read.settings.controllers.value,
        "choreo:projects": list(read.settings.projects),
        "choreo:timeouts": {"ready": read.settings.timeouts.ready},
        "choreo:adopt": read.settings.adopt.value,
        "choreo:allowProductionDestroy": str(read.settings.allow_production_destroy).lower(),
    }
    assert read.settings.timeouts.delete == "10m", "a stack's own setting counts as a whole"

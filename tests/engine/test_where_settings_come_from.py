"""Where settings come from: a project with its program in another folder, configuration outside the stack's file."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

from tests import declaring
from tests.checkout import CHECKOUT
from tests.engine import samples
from tests.engine.workspace import Workspace


def moved(workspace: Workspace) -> None:
    """Moves the workspace's program to a folder that the project's `main` names."""
    file = workspace.folder / "Pulumi.yaml"
    file.write_text(yaml.safe_dump(yaml.safe_load(file.read_text()) | {"main": "prog/"}))
    (workspace.folder / "prog").mkdir()
    shutil.move(workspace.folder / "__main__.py", workspace.folder / "prog")


def as_go_writes_it(made: dict[str, Any]) -> str:
    """An object as a Go program marshals it, with an emoji in an annotation as others escape it."""
    made["metadata"] |= {"creationTimestamp": None, "annotations": {"example.com/mood": "\U0001f600"}}
    return json.dumps(made | {"status": {}}, indent="\t")


def test_a_project_whose_program_is_elsewhere_is_validated(acme: Workspace, organization: str) -> None:
    moved(acme)
    (acme.folder / "kubeconfig").symlink_to(acme.kubeconfig)
    (acme.folder / "platform").mkdir()
    manifest = acme.folder / "platform" / "environment.json"
    manifest.write_text(
        as_go_writes_it(declaring.environment("moved", organization=organization, data_plane="nowhere"))
    )
    acme.stack("moved", {"choreo:manifests": ["platform/*.json"], "choreo:kubeconfig": "kubeconfig"})
    lines = manifest.read_text().splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "nowhere" in text)

    said = acme.preview("moved", fails=True).said

    assert f"platform/environment.json:{line}: spec.dataPlaneRef: error: cannot retrieve the dataplane" in said
    assert "configuration of stack" not in said
    validate = [str(CHECKOUT / ".venv" / "bin" / "choreo"), "validate", "moved", "-C", str(acme.folder)]
    found = subprocess.run(validate, cwd=acme.folder, env=os.environ, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (0, "1 stack, 1 object: nothing found\n")

    manifest.write_text(as_go_writes_it(declaring.environment("moved", organization=organization)))
    assert acme.up("moved").changes["created"] >= 1
    path = "jsonpath={.metadata.annotations.example\\.com/mood}"
    assert acme.kubectl("get", "environments.core.choreo.dev", "moved", "-n", organization, "-o", path) == "\U0001f600"


def test_a_setting_of_another_file_is_not_reported_at_the_stacks_file(
    acme: Workspace, organization: str, tmp_path: Path
) -> None:
    acme.stack("feature", samples.stack("staging", organization))
    other = yaml.safe_load((acme.folder / "stacks" / "Pulumi.feature.yaml").read_text())
    other["config"]["choreo:resources"][0]["metadata"]["labels"] = {"replicas": 0o755}
    (tmp_path / "feature.yaml").write_text(yaml.safe_dump(other).replace("493", "0755"))

    said = acme.preview("feature", "--config-file", str(tmp_path / "feature.yaml"), fails=True).said

    field = "choreo:resources[0].metadata.labels.replicas"
    assert f"configuration of stack feature: {field}: error: should be a string, not 493 (put it in quotes)" in said
    assert "Pulumi.feature.yaml" not in said

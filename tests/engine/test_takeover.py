"""Takeover: a live organization becomes stacks of a fresh project, and no object notices."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from choreo_components import Controllers
from choreo_components.api import KINDS
from tests.engine import samples
from tests.engine.modes import with_and_without_controllers
from tests.engine.workspace import Outcome, Workspace, _run

PROGRAM = ("--generate-code=false", "--protect=false", "--yes")


def choreo(workspace: Workspace, *arguments: str, code: int = 0) -> str:
    """Runs the command `choreo` in the project."""
    done: Outcome = _run(["choreo", *arguments], workspace.folder, workspace.environment)
    assert done.code == code, f"`choreo {' '.join(arguments)}` ended with {done.code}:\n{done.said}"
    return done.said


def versions(workspace: Workspace, organization: str) -> dict[str, str]:
    """Every object of the organization, its namespaces among them, with its version in the cluster."""
    objects: list[dict[str, Any]] = []
    kinds = ",".join(f"{kind.plural}.{kind.group}" for kind in KINDS.values() if kind.namespaced)
    for query in (
        (kinds, "-n", organization),
        ("organizations.core.choreo.dev", "--field-selector", f"metadata.name={organization}"),
        ("namespaces", "--field-selector", f"metadata.name={organization}"),
        ("namespaces", "-l", f"organization-name={organization}"),
    ):
        objects += json.loads(workspace.kubectl("get", *query, "-o", "json"))["items"]
    return {f"{each['kind']} {each['metadata']['name']}": each["metadata"]["resourceVersion"] for each in objects}


@pytest.fixture
def another(tmp_path: Path, environment: dict[str, str], controllers: Controllers) -> Workspace:
    """Another project, with a backend of its own."""
    (tmp_path / "another").mkdir()
    return Workspace(tmp_path / "another", environment, controllers)


@with_and_without_controllers
def test_what_one_project_has_made_another_takes_over(acme: Workspace, another: Workspace, organization: str) -> None:
    acme.stack("development", samples.stack("development", organization))
    acme.up("development")
    before = versions(acme, organization)

    said = choreo(another, "adopt", "--organization", organization, "--stack", "acme", code=0)
    print(said)
    for stack in ("acme", "acme-development"):
        another.stack(stack)
        another.run("import", "--stack", stack, "--file", f".choreo/import-{stack}.json", *PROGRAM)
        print(another.preview(stack, "--diff").said)
        print(another.up(stack).said)
        assert set(another.up(stack).changes) == {"unchanged"}
    assert versions(acme, organization) == before
    assert 0

"""Drift, leftovers and a takeover of today's API on a real API server, of one platform that is up."""

import copy
import json
import shlex
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from choreo_components import Controllers
from choreo_components.api.openchoreo_v1alpha1 import API_VERSION
from choreo_components.config.project import read_stack
from tests import shells
from tests.engine import lists
from tests.engine.adopting import run, take_over
from tests.engine.modes import with_and_without_controllers
from tests.engine.test_inspection import choreo, output_of
from tests.engine.workspace import Workspace
from tests.standin.openchoreo_v1alpha1 import samples

Wire = dict[str, object]


@pytest.fixture
def team() -> str:
    """The name of the test's namespace, which no other test uses."""
    return f"team-{uuid4().hex[:8]}"


@pytest.fixture
def another(tmp_path: Path, environment: dict[str, str], controllers: Controllers) -> Workspace:
    """Another project, with a separate backend."""
    (tmp_path / "another").mkdir()
    return Workspace(tmp_path / "another", environment, controllers)


def platform(team: str) -> list[samples.Manifest]:
    """A platform with a component that is deployed automatically to one environment, and by hand to another."""
    return [
        *samples.platform(team),
        samples.component(team, parameters={"replicas": 0, "ratio": 1.0}),
        samples.workload(team),
    ]


def versions(workspace: Workspace, team: str) -> dict[str, str]:
    """Every object of the namespace, and itself, with its version in the cluster.

    Of a plane, whose controller updates the status all the time, everything but the status.
    """
    found = lists.listed(workspace.kubeconfig, [*lists.inside(team, API_VERSION), lists.namespace(team)])
    return {f"{live.resource.kind} {live.name}": _version(copy.deepcopy(dict(live.manifest))) for live in found}


def _version(wire: dict[str, Any]) -> str:
    metadata = wire["metadata"]
    if wire["kind"] != "DataPlane":
        return str(metadata["resourceVersion"])
    written = [each for each in metadata.pop("managedFields") if not each.get("subresource")]
    del metadata["resourceVersion"]
    wire.pop("status", None)
    return json.dumps([wire, written], sort_keys=True)


def declared(workspace: Workspace, *stacks: str) -> dict[str, Wire]:
    """The objects that the files of stacks declare, by kind and name."""
    read = [each for name in stacks for each in read_stack(workspace.folder, name).settings.declared]
    return {f"{each.kind} {each.name}": each.object.to_wire() for each in read}


@with_and_without_controllers
def test_a_platform_that_is_up_has_neither_drift_nor_leftovers_and_another_project_takes_it_over(
    workspace: Workspace, another: Workspace, team: str
) -> None:
    workspace.stack("all", {"choreo:resources": platform(team)})
    workspace.up("all")

    (report,) = output_of(workspace, "drift", 0)["stacks"]
    assert report["drift"] == []
    assert output_of(workspace, "leftovers", 0)["leftovers"] == []

    before = versions(workspace, team)
    documented = shells.block("docs/adopt.md", "--namespace default").script
    said = choreo(another, *shlex.split(documented.replace("--namespace default", f"--namespace {team}"))[1:]).stdout
    stacks = ["default", "default-development", "default-staging"]
    assert declared(another, *stacks) == declared(workspace, "all")
    # Cluster-scoped objects may be of other tests.
    mine = "\n".join(line for line in said.splitlines() if "platform-shared" not in line)
    (another.folder / "stacks" / "Pulumi.platform-shared.yaml").unlink(missing_ok=True)
    changes = take_over(another, mine)
    assert {stack: list(each) for stack, each in changes.items()} == {name: ["unchanged"] for name in stacks}
    assert versions(workspace, team) == before

    workspace.kubectl(
        "patch",
        "environments.openchoreo.dev/staging",
        "-n",
        team,
        "--type=merge",
        "-p",
        '{"spec":{"isProduction":true}}',
    )
    workspace.kubectl("label", "namespace", team, "openchoreo.dev/control-plane-")
    (report,) = output_of(workspace, "drift", 1)["stacks"]
    assert {
        (each["kind"], each["name"]): [field["field"] for field in each["differences"]] for each in report["drift"]
    } == {
        ("Environment", "staging"): ["spec.isProduction"],
        ("Namespace", team): ["metadata.labels[openchoreo.dev/control-plane]"],
    }

    workspace.kubectl("label", "namespace", team, "openchoreo.dev/control-plane=true")
    workspace.destroy("all")
    said = run(another, f"choreo leftovers --namespace {team} --kubeconfig {workspace.kubeconfig}")
    assert "0 leftovers" in said

"""Switching to controllers: they are installed in a cluster that had none, and the stack says so from then on."""

from pathlib import Path

from choreo_components import Controllers
from devcluster import ControlPlane
from tests.engine import samples
from tests.engine.workspace import Workspace, leading_to
from tests.standin.standin import StandIn


def test_an_organization_stays_as_it_is_when_controllers_come(
    tmp_path: Path, toolchain_bin: Path, organization: str
) -> None:
    with ControlPlane.start(tmp_path / "control-plane") as control_plane:
        workspace = Workspace(tmp_path, leading_to(control_plane.kubeconfig, toolchain_bin), Controllers.ABSENT)
        workspace.stack("acme", samples.stack("acme", organization))
        workspace.up("acme")
        uid = ("projects.core.choreo.dev", "customer-portal", "-n", organization, "-o", "jsonpath={.metadata.uid}")
        project = workspace.kubectl("get", *uid)

        with StandIn(control_plane):
            workspace.run("config", "set", "--stack", "acme", "choreo:controllers", "present")
            changes = workspace.up("acme").changes

            assert changes.keys() == {"updated", "unchanged"}, changes
            assert workspace.kubectl("get", *uid) == project, "the namespace was deleted, with all that was in it"
            workspace.destroy("acme")
        assert workspace.kubectl("get", "namespace", organization, "--ignore-not-found") == ""

"""Another cluster: a stack stays on the one where it was brought up, wherever the kubeconfig leads now."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml

from choreo_components import Controllers
from devcluster import ControlPlane
from tests import shells
from tests.engine import samples
from tests.engine.adopting import run
from tests.engine.workspace import Outcome, Workspace, leading_to
from tests.planes import Planes


@dataclass(frozen=True)
class Clusters:
    """Two clusters, `here` and `there`, with a context each in one kubeconfig, and a stack that is up `here`."""

    workspace: Workspace
    organization: str
    here: Path
    there: Path

    def use(self, current: str, **clusters: Path) -> None:
        """Selects the current context; `clusters` maps contexts to kubeconfigs, by default their own."""
        names = {"here": self.here, "there": self.there, **clusters}
        configs = {name: yaml.safe_load(path.read_text()) for name, path in names.items()}
        merged = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": current,
            "clusters": [{**each["clusters"][0], "name": name} for name, each in configs.items()],
            "users": [{**each["users"][0], "name": name} for name, each in configs.items()],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}} for name in configs],
        }
        self.workspace.kubeconfig.write_text(yaml.safe_dump(merged))

    def objects(self, cluster: Path) -> list[str]:
        """The organization's Environments and namespaces in one of the clusters."""
        found = self.workspace.kubectl(
            "--kubeconfig", str(cluster), "get", "environments.core.choreo.dev,namespaces", "-A", "-o", "name",
            "-l", f"organization-name={self.organization}",
        ).split()  # fmt: skip
        environment = ["get", "environments.core.choreo.dev", "-n", self.organization, "-o", "name"]
        return sorted(found + self.workspace.kubectl("--kubeconfig", str(cluster), *environment).split())

    def uid(self, cluster: Path) -> str:
        """The identity of one of the clusters."""
        path = ("-o", "jsonpath={.metadata.uid}")
        return self.workspace.kubectl("--kubeconfig", str(cluster), "get", "namespace", "kube-system", *path)


@pytest.fixture(scope="module")
def other_plane(planes: Planes) -> Iterator[ControlPlane]:
    """A second cluster with OpenChoreo's kinds."""
    with planes.use("other-plane") as started:
        yield started


@pytest.fixture(scope="module")
def clusters(
    tmp_path_factory: pytest.TempPathFactory,
    toolchain_bin: Path,
    control_plane: ControlPlane,
    other_plane: ControlPlane,
) -> Clusters:
    """A stack that stays where it is."""
    return brought_up(tmp_path_factory.mktemp("clusters"), toolchain_bin, control_plane, other_plane)


@pytest.fixture
def own_clusters(
    tmp_path: Path, toolchain_bin: Path, control_plane: ControlPlane, other_plane: ControlPlane
) -> Clusters:
    """A stack that the test may move."""
    return brought_up(tmp_path, toolchain_bin, control_plane, other_plane)


def brought_up(folder: Path, toolchain_bin: Path, control_plane: ControlPlane, other_plane: ControlPlane) -> Clusters:
    organization = f"acme-{uuid4().hex[:8]}"
    workspace = Workspace(folder, leading_to(folder / "config", toolchain_bin), Controllers.ABSENT)
    made = Clusters(workspace, organization, control_plane.kubeconfig, other_plane.kubeconfig)
    made.use("here")
    whole = samples.stack("acme", organization)
    whole["choreo:resources"] += samples.stack("staging", organization)["choreo:resources"]
    whole["choreo:timeouts"] = {"delete": "1m"}
    workspace.stack("trial", whole)
    workspace.up("trial")
    return made


def known(workspace: Workspace) -> dict[str, Any]:
    """The inputs of each resource in the state, which a refresh of the right cluster does not change.

    Without the witness of the stack: each destroy begins with it, and the next up creates it again.
    """
    known = {each["urn"]: each.get("inputs") for each in workspace.resources("trial")}
    return {urn: inputs for urn, inputs in known.items() if not urn.endswith("::stack-witness")}


def refused(clusters: Clusters, said: Outcome) -> None:
    assert "leads to another cluster than this stack is on" in said.said
    assert clusters.uid(clusters.here) in said.said


def test_each_command_refuses_a_current_context_of_another_cluster_before_anything_is_done(clusters: Clusters) -> None:
    workspace = clusters.workspace
    victim = samples.namespace(f"{clusters.organization}-not-ours", clusters.organization, "staging")
    workspace.kubectl("--kubeconfig", str(clusters.there), "apply", "-f", "-", manifest=victim)
    before, state = clusters.objects(clusters.here), known(workspace)
    clusters.use("there")
    try:
        workspace.preview("trial", fails=True)
        workspace.up("trial", fails=True)
        refused(clusters, workspace.destroy("trial", fails=True))
        refused(clusters, workspace.run("refresh", "--yes", "--skip-preview", "--stack", "trial", fails=True))
    finally:
        clusters.use("here")
    assert known(workspace) == state
    assert clusters.objects(clusters.here) == before
    assert workspace.up("trial").changes.keys() <= {"unchanged", "created"}
    assert known(workspace) == state
    left = workspace.kubectl("--kubeconfig", str(clusters.there), "get", "namespaces", "-o", "name")
    assert f"namespace/{clusters.organization}-not-ours" in left.split()


def test_a_context_that_leads_to_another_cluster_under_its_old_name_is_refused(clusters: Clusters) -> None:
    workspace = clusters.workspace
    before = clusters.objects(clusters.here)
    clusters.use("here", here=clusters.there)
    try:
        refused(clusters, workspace.destroy("trial", fails=True))
        refused(clusters, workspace.run("refresh", "--yes", "--stack", "trial", fails=True))
    finally:
        clusters.use("here")
    assert clusters.objects(clusters.here) == before
    assert workspace.up("trial").changes.keys() <= {"unchanged", "created"}


def test_a_setting_of_the_kubernetes_provider_is_refused_at_its_place(clusters: Clusters) -> None:
    workspace = clusters.workspace
    workspace.run("config", "set", "kubernetes:context", "there", "--stack", "trial")
    try:
        said = workspace.preview("trial", fails=True).said
    finally:
        workspace.run("config", "rm", "kubernetes:context", "--stack", "trial")
    assert "stacks/Pulumi.trial.yaml:" in said
    assert "kubernetes:context: error: not supported" in said


def test_nothing_needs_a_default_provider(clusters: Clusters) -> None:
    workspace = clusters.workspace
    path = ("--path", "pulumi:disable-default-providers[0]")
    workspace.run("config", "set", *path, "*", "--stack", "trial")
    try:
        assert workspace.up("trial").changes.keys() == {"unchanged"}
    finally:
        workspace.run("config", "rm", *path, "--stack", "trial")


def test_a_control_plane_that_was_created_again_is_accepted_when_the_setting_names_it(own_clusters: Clusters) -> None:
    clusters = own_clusters
    workspace = clusters.workspace
    before = clusters.objects(clusters.here)
    clusters.use("here", here=clusters.there)
    workspace.environment["PULUMI_STACK"] = "trial"
    documented = shells.block("docs/reliability.md", "choreo:controlPlane").script
    run(
        workspace,
        shells.WITHOUT_PREVIEWS
        + re.sub(r"(choreo:controlPlane) \S+", rf"\1 {clusters.uid(clusters.there)}", documented),
    )
    assert clusters.objects(clusters.there) == before
    workspace.destroy("trial")
    assert clusters.objects(clusters.there) == []
    assert clusters.objects(clusters.here) == before, "what is on the lost cluster is not touched"

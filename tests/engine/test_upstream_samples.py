"""OpenChoreo's samples, unchanged, on the real engine: they come up, stay unchanged, and are deleted completely.

`choreo:manifests` names the copy that a machine may have; nothing in it is changed.
"""

from collections.abc import Sequence
from typing import Any

from choreo_components import Controllers
from tests.engine.modes import with_and_without_controllers, with_controllers
from tests.engine.workspace import Workspace
from tests.upstream import CONFLICTING, FOLDER, SAMPLES, not_in_samples, with_samples

pytestmark = with_samples


def settings(samples: Sequence[str], inline: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """The settings of a stack of these samples, and of some objects inline."""
    config: dict[str, Any] = {"choreo:manifests": [str(FOLDER / name) for name in samples]}
    return config | {"choreo:resources": list(inline), "choreo:allowProductionDestroy": True}


def assert_nothing_left(workspace: Workspace, stack: str, *organizations: str) -> None:
    """Neither in the state nor in the cluster."""
    assert workspace.resources(stack) == []
    for organization in organizations:
        assert workspace.kubectl("get", "namespaces", "-l", f"organization-name={organization}", "-o", "name") == ""
        assert workspace.kubectl("get", "namespace", organization, "--ignore-not-found") == ""
        found = ("organizations.core.choreo.dev", organization, "--ignore-not-found")
        assert workspace.kubectl("get", *found) == ""


@with_controllers
def test_a_complete_organization_comes_up_and_is_deleted(workspace: Workspace) -> None:
    sample = "configuring-choreo/create-new-organization/complete-organization.yaml"
    workspace.stack("complete", settings([sample]))

    up = workspace.up("complete")

    for line, environment in ((55, "staging"), (57, "production")):
        assert f"complete-organization.yaml:{line}: " in up.said
        assert f"environment '{environment}' of organization 'acme' is not declared yet" in up.said
    kinds = ("organizations", "dataplanes", "deploymentpipelines", "environments", "projects")
    names = ",".join(f"{kind}.core.choreo.dev" for kind in kinds)
    assert len(workspace.kubectl("get", names, "-A", "-l", "core.choreo.dev/name", "-o", "name").splitlines()) >= 5
    assert workspace.up("complete").changes == {"unchanged": up.changes["created"]}
    workspace.destroy("complete")
    assert_nothing_left(workspace, "complete", "acme")


@with_and_without_controllers
def test_samples_that_fit_together_come_up_and_are_deleted(workspace: Workspace, controllers: Controllers) -> None:
    samples = [name for name in SAMPLES if name not in CONFLICTING]
    if controllers is Controllers.PRESENT:
        # No images are built here, and a Deployment is not ready without one.
        samples = [name for name in samples if "/build-from-source/" not in name]
    workspace.stack("samples", settings(samples, not_in_samples()))

    said = workspace.up("samples").said

    assert "organization.yaml:5: metadata.name: Organization 'acme' is declared twice" in said
    assert "error" not in said
    deployments = workspace.kubectl("get", "deployments.core.choreo.dev", "-A", "-o", "name").splitlines()
    assert len(deployments) >= sum((FOLDER / name).read_text().count("kind: Deployment\n") for name in samples)
    workspace.destroy("samples")
    assert_nothing_left(workspace, "samples", "acme", "default-org")

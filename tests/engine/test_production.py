"""Production: its environment is deleted only if the stack says so."""

import pytest

from tests.engine import samples
from tests.engine.workspace import Workspace

ALLOW = "choreo:allowProductionDestroy"


@pytest.fixture
def production(acme: Workspace, organization: str) -> Workspace:
    """A workspace where production is up, with a Deployment."""
    config = samples.stack("development", organization)
    config["choreo:resources"][0] = samples.stack("production", organization)["choreo:resources"][0]
    config["choreo:resources"][-1]["metadata"]["labels"]["core.choreo.dev/environment"] = "production"
    acme.stack("production", config)
    acme.up("production")
    return acme


def test_production_is_not_destroyed_until_its_stack_allows_it(production: Workspace, organization: str) -> None:
    said = production.run("destroy", "--yes", "--stack", "production", fails=True).said
    assert "cannot be deleted" in said
    assert "protected" in said
    deployments = production.kubectl("get", "deployments.core.choreo.dev", "-n", organization, "-o", "name")
    assert deployments.count("reading-list-service") == 1, "a refused destroy deletes nothing"
    said = production.destroy("production", fails=True).said
    assert f"production is protected, and this stack has {organization}/production" in said
    deployments = production.kubectl("get", "deployments.core.choreo.dev", "-n", organization, "-o", "name")
    assert deployments.count("reading-list-service") == 1, "nor without a preview"

    production.run("config", "set", "--stack", "production", ALLOW, "true")
    production.up("production")
    production.destroy("production")
    assert production.resources("production") == []


def test_production_does_not_move_to_another_data_plane(production: Workspace, organization: str) -> None:
    production.create(samples.data_plane(organization, "dp-other"))
    file = production.folder / "stacks" / "Pulumi.production.yaml"
    file.write_text(file.read_text().replace("dataPlaneRef: dp-local", "dataPlaneRef: dp-other"))

    said = production.preview("production", fails=True).said

    assert "unable to replace resource" in said
    assert "marked for protection" in said

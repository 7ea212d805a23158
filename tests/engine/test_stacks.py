"""A stack's life: up, unchanged, changed behind its back, mended, down and up again."""

from tests.engine import samples
from tests.engine.modes import with_and_without_controllers
from tests.engine.workspace import Workspace

pytestmark = with_and_without_controllers


def test_an_unchanged_cluster_shows_no_difference(acme: Workspace, organization: str) -> None:
    acme.stack("development", samples.stack("development", organization))
    made = acme.up("development").changes
    assert acme.up("development").changes == {"unchanged": made["created"]}
    assert acme.refresh("development").changes == {"unchanged": made["created"]}
    assert acme.up("development").changes == {"unchanged": made["created"]}
    acme.destroy("development")


def test_what_was_destroyed_comes_back(acme: Workspace, organization: str) -> None:
    acme.stack("development", samples.stack("development", organization))
    first = acme.up("development").changes
    before = _objects(acme, organization)
    acme.destroy("development")
    assert acme.up("development").changes == first
    assert _objects(acme, organization) == before
    acme.destroy("development")


def test_a_label_changed_by_hand_is_shown_by_refresh_and_mended_by_up(acme: Workspace, organization: str) -> None:
    acme.stack("staging", samples.stack("staging", organization))
    acme.up("staging")
    label = ("namespace", "-l", f"organization-name={organization},environment-name=staging")
    acme.kubectl("label", *label, "project-name=by-hand", "--overwrite")
    environment = ("environments.core.choreo.dev", "staging", "-n", organization)
    acme.kubectl("label", *environment, "core.choreo.dev/name=by-hand", "--overwrite")

    assert acme.refresh("staging").changes.get("updated") == 2, "refresh shows both"
    assert acme.up("staging").changes.get("updated") == 2, "up mends both"
    labels = acme.kubectl("get", *label, "-o", "jsonpath={.items[0].metadata.labels.project-name}")
    assert labels == "customer-portal"
    assert acme.kubectl("get", *environment, "-o", "jsonpath={.metadata.labels.core\\.choreo\\.dev/name}") == "staging"
    acme.destroy("staging")


def test_an_environments_hosts_and_namespaces_are_outputs(acme: Workspace, organization: str) -> None:
    acme.stack("staging", samples.stack("staging", organization))
    said = acme.up("staging").said
    assert "local-staging.choreoapis.local" in said, "the host name comes from the data plane of another stack"
    assert f"dp-{organization}"[:12] in said
    acme.destroy("staging")


def _objects(workspace: Workspace, organization: str) -> str:
    kinds = "environments,components,deploymenttracks,deployableartifacts,deployments"
    of_group = ",".join(f"{kind}.core.choreo.dev" for kind in kinds.split(","))
    return workspace.kubectl("get", of_group, "-n", organization, "-o", "name") + workspace.kubectl(
        "get", "namespaces", "-l", f"organization-name={organization}", "-o", "name"
    )

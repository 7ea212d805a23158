"""A stack's life: up, unchanged, changed by hand, repaired, destroyed and up again."""

from choreo_components.kubernetes.objects import NAMESPACES
from tests.engine import lists, samples
from tests.engine.modes import with_and_without_controllers
from tests.engine.workspace import Workspace


@with_and_without_controllers
def test_a_stack_is_unchanged_until_it_is_changed_by_hand_and_the_same_after_a_destroy_and_an_up(
    acme: Workspace, organization: str
) -> None:
    acme.stack("development", samples.stack("development", organization))
    first = acme.up("development")
    made = first.changes["created"]
    assert "local-dev.choreoapis.local" in first.said, "the host name comes from the data plane of another stack"
    assert f"dp-{organization}"[:12] in first.said

    # Unchanged.
    assert acme.up("development").changes == {"unchanged": made}
    refreshed = acme.refresh("development")
    assert refreshed.changes == {"unchanged": made}, refreshed.said
    assert acme.up("development").changes == {"unchanged": made}

    # Changed by hand.
    label = ("namespace", "-l", f"organization-name={organization},environment-name=development")
    acme.kubectl("label", *label, "project-name=by-hand", "--overwrite")
    environment = ("environments.core.choreo.dev", "development", "-n", organization)
    acme.kubectl("label", *environment, "core.choreo.dev/name=by-hand", "--overwrite")
    assert acme.refresh("development").changes.get("updated") == 2, "refresh shows both"
    assert acme.up("development").changes.get("updated") == 2, "up repairs both"
    labels = acme.kubectl("get", *label, "-o", "jsonpath={.items[0].metadata.labels.project-name}")
    assert labels == "customer-portal"
    name = acme.kubectl("get", *environment, "-o", "jsonpath={.metadata.labels.core\\.choreo\\.dev/name}")
    assert name == "development"

    # Destroyed.
    before = _objects(acme, organization)
    acme.destroy("development")
    assert acme.up("development").changes == first.changes
    assert _objects(acme, organization) == before


def _objects(workspace: Workspace, organization: str) -> set[str]:
    namespaces = lists.View(NAMESPACES, {"organization-name": organization})
    views = [*lists.inside(organization, "core.choreo.dev/v1"), namespaces]
    return {str(live) for live in lists.listed(workspace.kubeconfig, views)}

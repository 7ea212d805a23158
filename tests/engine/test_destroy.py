"""An environment's destroy: in order, complete, and limited to that environment."""

from choreo_components.kubernetes.objects import NAMESPACES, resource_named
from tests.engine import samples
from tests.engine.modes import with_and_without_controllers
from tests.engine.watching import Event, Watcher
from tests.engine.workspace import Workspace

pytestmark = with_and_without_controllers

DEPLOYMENTS, ENVIRONMENTS = (resource_named("core.choreo.dev/v1", kind) for kind in ("Deployment", "Environment"))


def test_destroy_deletes_deployments_then_namespaces_then_the_environment_and_nothing_of_others(
    acme: Workspace, organization: str
) -> None:
    staging = samples.stack("staging", organization)
    staging["choreo:resources"] += samples.workload(organization, "staging", "wish-list")
    for name, config in (("development", samples.stack("development", organization)), ("staging", staging)):
        acme.stack(name, config)
        acme.up(name)
    stray = f"stray-{organization}"
    acme.create(samples.deployment(organization, "development", "made-by-hand"))
    acme.create(samples.namespace(stray, organization, "development"))

    with Watcher(acme.kubeconfig, [DEPLOYMENTS, NAMESPACES, ENVIRONMENTS]) as watcher:
        acme.destroy("development")

    deployments = [event for event in watcher.of(DEPLOYMENTS) if event.namespace == organization]
    namespaces = [event for event in watcher.of(NAMESPACES) if event.has(organization_name=organization)]
    environments = [event for event in watcher.of(ENVIRONMENTS) if event.namespace == organization]

    gone = {event.name: event.version for event in deployments if event.type == "DELETED"}
    assert gone.keys() == {"reading-list-service-development", "made-by-hand"}, "every Deployment of it, and no other"
    begun = min(event.version for event in namespaces if event.deleting)
    assert max(gone.values()) < begun, "a namespace was being deleted while a Deployment existed"

    finished = {event.name: event.version for event in namespaces if event.type == "DELETED"}
    assert stray in finished, "a namespace that Pulumi did not make remains"
    assert len(finished) == 2, "the stack's namespace and the one made by hand"
    (environment,) = [event for event in environments if event.type == "DELETED"]
    assert environment.name == "development"
    assert max(finished.values()) < environment.version, "the Environment was deleted before its namespaces"

    touched = [event for event in watcher.events if _of_staging(event, organization)]
    assert not touched, f"staging was touched: {touched}"
    left = acme.kubectl("get", "deployments.core.choreo.dev", "-n", organization, "-o", "name").split()
    assert left == ["deployment.core.choreo.dev/wish-list-staging"], "staging's Deployment, and nothing else"
    acme.destroy("staging")
    assert acme.kubectl("get", "namespaces", "-l", f"organization-name={organization}", "-o", "name") == ""


def _of_staging(event: Event, organization: str) -> bool:
    mine = event.namespace == organization or event.has(organization_name=organization)
    return mine and ("staging" in event.name or ("environment-name", "staging") in event.labels)


def test_an_environment_on_another_data_plane_is_deleted_in_order_and_created_again(
    acme: Workspace, organization: str
) -> None:
    acme.stack("development", samples.stack("development", organization))
    made = acme.up("development").changes["created"]
    acme.create(samples.data_plane(organization, "dp-other"))
    file = acme.folder / "stacks" / "Pulumi.development.yaml"
    file.write_text(file.read_text().replace("dataPlaneRef: dp-local", "dataPlaneRef: dp-other"))

    with Watcher(acme.kubeconfig, [DEPLOYMENTS, NAMESPACES, ENVIRONMENTS]) as watcher:
        said = acme.up("development").said
    assert f"environment '{organization}/development' moves from data plane 'dp-local' to 'dp-other'" in said

    gone = [event for event in watcher.events if event.type == "DELETED"]
    back = [event for event in watcher.events if event.type == "ADDED"]
    ours = [event for event in gone if event.namespace == organization or event.has(organization_name=organization)]
    assert [event.kind for event in ours] == ["Deployment", "Namespace", "Environment"]
    again = [event for event in back if event.namespace == organization or event.has(organization_name=organization)]
    assert [event.kind for event in again] == ["Environment", "Namespace", "Deployment"]
    assert acme.up("development").changes == {"unchanged": made}

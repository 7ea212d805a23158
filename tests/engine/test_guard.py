"""The deletion guard: a stack that others still need is not destroyed, and nothing of it is deleted."""

from choreo_components.api import all_kinds
from choreo_components.kubernetes.objects import NAMESPACES, resource_of
from tests.engine import samples
from tests.engine.watching import Watcher
from tests.engine.workspace import Workspace


def test_an_organization_stays_while_an_environment_of_another_stack_needs_it(
    workspace: Workspace, organization: str
) -> None:
    for name in ("acme", "staging"):
        workspace.stack(name, samples.stack(name, organization))
        workspace.up(name)

    kinds = [resource_of(kind) for kind in all_kinds().values()]
    with Watcher(workspace.kubeconfig, [*kinds, NAMESPACES]) as watcher:
        said = workspace.destroy("acme", fails=True).said

    assert f"Organization '{organization}' still has Environment 'staging'" in said
    assert f"DataPlane '{organization}/dp-local' is still used by Environment 'staging'" in said
    going = [event for event in watcher.events if event.deleting or event.type == "DELETED"]
    assert not [event for event in going if organization in (event.name, event.namespace)], "something was deleted"

    said = workspace.destroy("staging").said
    assert f"'pipeline-dev-stage-prod' still names environment '{organization}/staging'" in said
    workspace.destroy("acme")
    assert workspace.kubectl("get", "namespaces", organization, "--ignore-not-found") == ""

"""Takeover: a live organization becomes stacks of a new project, and no object changes."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from choreo_components import Controllers
from choreo_components.api import all_kinds
from choreo_components.api.core_v1.labels import data_plane_namespace_labels
from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.config import settings
from choreo_components.config.documents import Document
from choreo_components.config.project import read_stack
from devcluster import ControlPlane
from tests import shells
from tests.declaring import CREDENTIALS, data_plane_with_credentials
from tests.declaring import organization as owner
from tests.engine import samples
from tests.engine.adopting import hand_over, run, take_over, unversioned, versions
from tests.engine.modes import with_and_without_controllers
from tests.engine.workspace import Workspace

Wire = dict[str, Any]

ENVIRONMENT = "environments.core.choreo.dev"


def declared(config: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects that settings declare, with all their labels, in order of creation."""
    read, findings = settings.read(Document(config, "test"), Path())
    assert not findings
    return [each.object.to_wire() for each in read.declared]


def adopted(workspace: Workspace, *stacks: str) -> dict[str, Wire]:
    """What the files of adopted stacks declare, by kind and name."""
    read = [each for name in stacks for each in read_stack(workspace.folder, name).settings.declared]
    return {f"{each.kind} {each.name}": each.object.to_wire() for each in read}


def by_name(objects: Sequence[Wire]) -> dict[str, Wire]:
    """The objects as equivalent settings declare them, by kind and name."""
    again = declared({"choreo:controllers": "absent", "choreo:resources": list(objects)})
    return {f"{each['kind']} {each['metadata']['name']}": each for each in again}


@pytest.fixture
def another(tmp_path: Path, environment: dict[str, str], controllers: Controllers) -> Workspace:
    """Another project, with a separate backend."""
    (tmp_path / "another").mkdir()
    return Workspace(tmp_path / "another", environment, controllers)


def test_what_one_project_has_made_another_takes_over(acme: Workspace, another: Workspace, organization: str) -> None:
    config = samples.stack("development", organization)
    acme.stack("development", config)
    made = acme.up("development").changes["created"]
    before = versions(acme, organization)
    options = f"--organization {organization} --environment development --stack development"

    said = run(another, f"choreo adopt {options}")

    assert versions(acme, organization) == before, "`choreo adopt` has written to the cluster"
    taken = read_stack(another.folder, "development")
    wire = {each.name: each.object.to_wire() for each in taken.settings.declared}
    of_environment = [each for each in declared(config) if each["kind"] in ("Environment", "Deployment")]
    assert wire == {each["metadata"]["name"]: each for each in of_environment}
    # Without the stack's component, track and artifact, which are the organization's.
    assert take_over(another, said) == {"development": {"unchanged": made - 3}}
    assert another.up("development").changes == {"unchanged": made - 3}
    assert versions(acme, organization) == before
    assert "already" in run(another, f"choreo adopt {options} 2>&1", code=2), "settings are never overwritten"


def test_all_kinds_that_one_project_has_made_are_adopted_as_they_were_declared(
    workspace: Workspace, another: Workspace, organization: str
) -> None:
    everything = samples.everything(organization)
    workspace.stack("everything", {"choreo:resources": everything})
    workspace.up("everything")
    before = versions(workspace, organization)
    another.run("stack", "init", "acme")
    (another.folder / "stacks" / "Pulumi.acme.yaml").unlink()

    said = run(another, f"choreo adopt --organization {organization} --stack acme")

    assert adopted(another, "acme", "acme-development") == by_name(everything)
    changes = take_over(another, said)
    assert {stack: list(each) for stack, each in changes.items()} == {
        "acme": ["unchanged"],
        "acme-development": ["unchanged"],
    }
    assert versions(workspace, organization) == before


def test_a_cluster_without_openchoreo_is_reported(another: Workspace, data_plane: ControlPlane) -> None:
    command = f"choreo adopt --organization acme --stack acme --kubeconfig {data_plane.kubeconfig} 2>&1"
    assert "error: the cluster serves no core.choreo.dev/v1: https://" in run(another, command, code=2)


def apply(
    workspace: Workspace, organization: str, controllers: Controllers, *command: str, more: Sequence[Wire] = ()
) -> list[Wire]:
    """Makes an organization with kubectl, and waits until controllers have accepted it; returns its objects.

    It is applied on the client side, unless `command` says otherwise; `more` are further objects. Its environment is
    production's, and its pipeline has an explicit `false` that could be omitted.
    """
    config = samples.stack("acme", organization)
    config["choreo:resources"] += [*samples.stack("development", organization)["choreo:resources"], *more]
    objects = sorted(
        declared(config), key=lambda each: [kind.kind for kind in all_kinds().values()].index(each["kind"])
    )
    if controllers is Controllers.ABSENT:
        namespace = data_plane_namespace(organization, "customer-portal", "development")
        labels = data_plane_namespace_labels(organization, "customer-portal", "development")
        for name, own in ((organization, None), (namespace, labels)):
            made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": own}}
            workspace.create(yaml.safe_dump(made))
    for each in objects:
        if each["kind"] == "Environment":
            each["spec"]["isProduction"] = True
        if each["kind"] == "DeploymentPipeline":
            each["spec"]["promotionPaths"][0]["targetEnvironmentRefs"][0]["requiresApproval"] = False
    apply = (*(command or ("apply",)), "-f", "-")
    if controllers is Controllers.ABSENT:
        workspace.kubectl(*apply, manifest=yaml.safe_dump_all(objects))
        return objects
    for each in objects:
        # One after the other: the webhook of Projects reads a cache, which may not have a new object yet.
        workspace.kubectl(*apply, manifest=yaml.safe_dump(each))
        kind = all_kinds()[each["apiVersion"], each["kind"]]
        if kind.ready_condition is not None:
            where = ("-n", organization) if kind.namespaced else ()
            target = f"{kind.plural}.{kind.group}/{each['metadata']['name']}"
            workspace.kubectl("wait", target, *where, f"--for=condition={kind.ready_condition}", "--timeout=60s")
    return objects


def changed(workspace: Workspace, organization: str, **spec: Any) -> tuple[int, Wire]:
    """Removes the environment's annotations and changes its spec; returns the number of updates, and the environment.

    A field that is None is removed.
    """
    manifest = workspace.folder / "stacks" / "acme-development" / "environments" / "development.yaml"
    written = yaml.safe_load(manifest.read_text())
    written["spec"] = {key: value for key, value in (written["spec"] | spec).items() if value is not None}
    del written["metadata"]["annotations"]
    manifest.write_text(yaml.safe_dump(written))
    updated = workspace.up("acme-development").changes["updated"]
    live: Wire = json.loads(workspace.kubectl("get", ENVIRONMENT, "development", "-n", organization, "-o", "json"))
    return updated, live


@pytest.mark.parametrize(
    ("controllers", "command"),
    [
        (Controllers.PRESENT, ("create", "--field-manager=helm")),
        (Controllers.ABSENT, ("apply", "--server-side", "--field-manager=argocd-controller")),
    ],
    indirect=["controllers"],
    ids=["created", "applied on the server side"],
)
def test_fields_of_another_manager_are_handed_over_by_a_command_and_can_then_be_removed(
    another: Workspace, organization: str, controllers: Controllers, command: tuple[str, ...]
) -> None:
    made = apply(another, organization, controllers, *command)
    said = run(another, f"choreo adopt --organization {organization} --stack acme")
    assert adopted(another, "acme", "acme-development") == by_name(made)
    take_over(another, said)
    before = unversioned(another, organization)

    assert hand_over(another, said) == len(made), said

    assert unversioned(another, organization) == before, "only the owners of fields change"
    fresh = f"mkdir again; cp Pulumi.yaml again; choreo adopt --organization {organization} --stack acme -C again"
    assert hand_over(another, run(another, fresh)) == 0, "another manager still owns something"
    _, live = changed(another, organization, isProduction=None)
    assert "core.choreo.dev/display-name" not in live["metadata"]["annotations"], "another manager still owns it"
    assert "isProduction" not in live["spec"], "another manager still owns it"


@with_and_without_controllers
def test_what_kubectl_has_made_is_taken_over_then_changed_and_destroyed(
    another: Workspace, organization: str, controllers: Controllers
) -> None:
    apply(another, organization, controllers)
    before = versions(another, organization)

    with_controllers = controllers is Controllers.PRESENT
    documented = shells.blocks("docs/adopt.md")[0].script
    said = run(another, documented.replace("--organization acme", f"--organization {organization}"))
    assert versions(another, organization) == before, "`choreo adopt` has written to the cluster"
    assert "not adopted: " not in said
    assert ("belongs in no stack: Endpoint" in said) is with_controllers
    assert ("metadata.labels.managed-by is missing" in said) is not with_controllers, "the namespace's own labels"

    changes = take_over(another, said)

    assert list(changes) == ["acme", "acme-development"]
    assert all(set(each) == {"unchanged"} for each in changes.values()), changes
    assert versions(another, organization) == before

    updated, live = changed(another, organization, gateway={"dnsPrefix": "changed"})
    assert updated == 1
    assert live["spec"]["gateway"]["dnsPrefix"] == "changed"
    assert "core.choreo.dev/display-name" not in live["metadata"]["annotations"], "kubectl still owns what it has made"

    assert "is protected" in another.destroy("acme-development", fails=True).said
    another.run("config", "set", "--stack", "acme-development", "choreo:allowProductionDestroy", "true")
    another.up("acme-development")
    another.destroy("acme-development")
    another.destroy("acme")
    assert versions(another, organization) == {}


def test_a_private_key_is_taken_over_and_is_in_no_file(later: Workspace, organization: str) -> None:
    plane = data_plane_with_credentials(organization=organization)
    later.kubectl("create", "namespace", organization)
    for each in declared({"choreo:controllers": "absent", "choreo:resources": [owner(organization), plane]}):
        later.kubectl("apply", "-f", "-", manifest=yaml.safe_dump(each))
    before = versions(later, organization)

    said = run(later, f"choreo adopt --organization {organization} --stack acme")

    assert take_over(later, said) == {"acme": {"unchanged": 14}}
    assert versions(later, organization) == before
    # `kubectl apply` left the key in an annotation too, which a refresh reads.
    assert CREDENTIALS["clientKey"] not in later.refresh("acme", "--diff").said
    later.up("acme")
    files = [file for file in later.folder.parent.rglob("*") if file.is_file()]
    assert not [file for file in files if CREDENTIALS["clientKey"].encode() in file.read_bytes()]

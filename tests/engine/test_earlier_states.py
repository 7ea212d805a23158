"""States of earlier releases: each is read as it was meant, and the next up changes its form and nothing else.

`states/form-1.json` was exported from a stack of release 0.1.0, whose state had no number yet, and `states/form-1.yaml`
has the settings of that stack. In place of UIDs it has the names of the objects.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.components.children import KUBERNETES_VERSION
from tests.engine import samples
from tests.engine.workspace import Workspace

STATES = Path(__file__).with_name("states")

ALL = "dataplanes,environments,deploymentpipelines,projects,components,deploymenttracks,deployments"


def written(name: str, organization: str) -> str:
    """One of the files, for another organization."""
    text = (STATES / name).read_text(encoding="utf-8")
    namespace = data_plane_namespace("before", "shop", "development")
    assert namespace in text or name.endswith(".yaml")
    text = text.replace(namespace, data_plane_namespace(organization, "shop", "development"))
    return re.sub(r"\bbefore\b", organization, text).replace("4.25.0", KUBERNETES_VERSION)


@pytest.fixture
def imported(workspace: Workspace, organization: str) -> Workspace:
    """A workspace with a stack that has the old state, and everything in that state in the cluster."""
    return brought_in(workspace, organization, written("form-1.json", organization))


def brought_in(workspace: Workspace, organization: str, state: str) -> Workspace:
    """The workspace with a stack that is named after the organization and has the state."""
    workspace.stack(organization, yaml.safe_load(written("form-1.yaml", organization)))
    made = [each for each in json.loads(state)["deployment"]["resources"] if each["type"].startswith("kubernetes:")]
    objects = {"apiVersion": "v1", "kind": "List", "items": [each["inputs"] for each in made]}
    # As Pulumi applied them.
    apply = ("apply", "--server-side", "--field-manager=pulumi-kubernetes-choreo", "-f", "-", "-o", "json")
    answer = json.loads(workspace.kubectl(*apply, manifest=json.dumps(objects)))["items"]
    uids = {each["id"]: live["metadata"]["uid"] for each, live in zip(made, answer, strict=True)}
    cluster = workspace.kubectl("get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}")
    state = state.replace("UID of the cluster", cluster)
    state = re.sub(r"UID of \w+ ([\w./-]+)", lambda found: uids[found[1]], state)
    workspace.run("stack", "import", "--stack", organization, given=state)
    return workspace


def objects(workspace: Workspace, organization: str) -> str:
    """The organization's objects, with the metadata that changes at each write."""
    path = '-o=jsonpath={range .items[*]}{.kind} {.metadata.uid} {.metadata.resourceVersion}{"\\n"}{end}'
    queries = (
        (ALL, "-n", organization),
        ("organizations", "--field-selector", f"metadata.name={organization}"),
        ("namespaces", "-l", f"organization-name={organization}"),
    )
    return "".join(workspace.kubectl("get", *query, path) for query in queries)


def removed(workspace: Workspace, organization: str) -> None:
    """Deletes what the state knows, without Pulumi: the test is not about destroying a stack."""
    namespaces = organization, data_plane_namespace(organization, "shop", "development")
    workspace.kubectl("delete", "organizations.core.choreo.dev", organization)
    workspace.kubectl("delete", "namespaces", "--wait=false", *namespaces)


def ours(resources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Inputs and state of choreo's own resources."""
    types = "choreo:index:", "pulumi:providers:choreo"
    found = [each for each in resources if each["type"].startswith(types) and each["custom"]]
    return [each[part] for each in found for part in ("inputs", "outputs")]


def test_the_next_up_brings_an_old_state_into_todays_form_and_changes_nothing_in_the_cluster(
    imported: Workspace, organization: str
) -> None:
    before = objects(imported, organization)

    first = imported.up(organization)

    assert first.changes.keys() == {"created", "updated", "changes", "unchanged"}, first.said
    components = [each for each in imported.resources(organization) if not each["custom"]]
    assert first.changes["created"] == len(components) - 1, "the Platform and its components are new, not the stack"
    assert "kubernetes:" not in "\n".join(line for line in first.said.splitlines() if "updat" in line), first.said
    assert objects(imported, organization) == before
    kept = ours(imported.resources(organization))
    assert {each["formatVersion"] for each in kept} == {2}
    assert not {"organization", "organizations", "protectedEnvironments"}.intersection(*kept)
    assert imported.up(organization).changes.keys() == {"unchanged"}
    removed(imported, organization)


def test_a_destroy_of_an_old_state_is_refused_while_others_need_it_and_is_then_complete(
    imported: Workspace, organization: str
) -> None:
    """No program runs: only the state is known."""
    before = objects(imported, organization)
    other = f"""
apiVersion: core.choreo.dev/v1
kind: Environment
metadata: {{name: other, namespace: {organization}}}
spec: {{dataPlaneRef: dp-local}}
"""
    imported.create(other)
    said = imported.destroy(organization, fails=True).said
    assert f"DataPlane '{organization}/dp-local' is still used by Environment 'other'" in said
    assert f"Organization '{organization}' still has Environment 'other'" in said
    imported.kubectl("delete", "environments.core.choreo.dev", "other", "-n", organization)
    assert objects(imported, organization) == before

    stray = samples.namespace(f"stray-of-{organization}", organization, "development")
    imported.create(stray)
    imported.destroy(organization)
    left = imported.kubectl("get", "namespaces", "-l", f"organization-name={organization}", "-o", "name")
    assert left + imported.kubectl("get", "namespace", organization, "--ignore-not-found") == ""


def test_a_state_that_a_newer_release_wrote_is_refused_before_anything_is_done(
    workspace: Workspace, organization: str
) -> None:
    state = json.loads(written("form-1.json", organization))
    for each in ours(state["deployment"]["resources"]):
        each["formatVersion"] = 3
    brought_in(workspace, organization, json.dumps(state))
    before = objects(workspace, organization)

    for command in (workspace.up, workspace.destroy):
        said = command(organization, fails=True).said
        assert "a newer release has written it. Nothing was changed; upgrade the package choreo-components" in said
    assert objects(workspace, organization) == before
    removed(workspace, organization)

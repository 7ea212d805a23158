"""Objects of other APIs in the files of a platform: they are created before OpenChoreo's, and deleted after them."""

import base64
import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
import yaml

from choreo_components.kubernetes.objects import NAMESPACES, SECRETS, Resource, resource_named
from tests import declaring, shells
from tests.checkout import CHECKOUT
from tests.declaring import plain
from tests.engine.adopting import run
from tests.engine.test_inspection import output_of
from tests.engine.test_v1alpha1 import API_VERSION, manifest
from tests.engine.watching import Event, Watcher
from tests.engine.workspace import Workspace

RBAC = "rbac.authorization.k8s.io"

WATCHED = [
    NAMESPACES,
    SECRETS,
    Resource("", "v1", "ConfigMap", "configmaps"),
    Resource("", "v1", "ServiceAccount", "serviceaccounts"),
    Resource(RBAC, "v1", "Role", "roles"),
    Resource(RBAC, "v1", "RoleBinding", "rolebindings"),
    resource_named("core.choreo.dev/v1", "Organization"),
    resource_named("core.choreo.dev/v1", "DataPlane"),
    resource_named(API_VERSION, "DataPlane"),
]

PAGE = "docs/neighbours.md"

WORD = f"password{uuid4().hex}"
"""It must appear nowhere."""


@pytest.fixture
def names(workspace: Workspace) -> dict[str, str]:
    """The namespaces of the test: a plain one, one of today's API, and the organization's."""
    suffix = uuid4().hex[:8]
    return {each: f"{each}-{suffix}" for each in ("tools", "team", "acme")}


def access(namespace: str) -> list[dict[str, Any]]:
    """The identity of a workflow, written in an order in which none of it could be created."""
    of = f"{RBAC}/v1"
    role = {"apiGroup": RBAC, "kind": "Role", "name": "reader"}
    subject = {"kind": "ServiceAccount", "name": "runner", "namespace": namespace}
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}]
    return [
        plain("RoleBinding", "reader", namespace, of, roleRef=role, subjects=[subject]),
        plain("Role", "reader", namespace, of, rules=rules),
        plain("ServiceAccount", "runner", namespace),
        plain("ConfigMap", "settings", namespace, data={"log": "debug"}),
    ]


def write(workspace: Workspace, file: str, *objects: Mapping[str, Any]) -> None:
    path = workspace.folder / "platform" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump_all(objects, sort_keys=False))


def documented_settings() -> dict[str, Any]:
    """The settings with a Secret that the page shows."""
    text = (CHECKOUT / PAGE).read_text(encoding="utf-8")
    config: dict[str, Any] = yaml.safe_load(text.partition("```yaml\n")[2].partition("```")[0])["config"]
    return config


def test_neighbours_are_created_before_openchoreos_objects_and_deleted_after_them(
    workspace: Workspace, names: dict[str, str]
) -> None:
    tools, team, acme = names.values()
    authority = {"secretKeyRef": {"name": "authority", "key": "ca.crt"}}
    data_plane = manifest("DataPlane", team, "local", clusterAgent={"clientCA": authority})
    write(workspace, "team/planes.yaml", data_plane, plain("Secret", "authority", team, stringData={"ca.crt": WORD}))
    write(workspace, "team/access.yaml", *access(team), plain("Namespace", team))
    write(workspace, "acme/planes.yaml", declaring.data_plane("east", acme), declaring.organization(acme))
    write(workspace, "acme/more.yaml", plain("Secret", "kind-1-config", acme, data={"kubeconfig": encoded(WORD)}))
    write(workspace, "tools.yaml", plain("ConfigMap", "settings", tools, data={"log": "debug"}))
    write(workspace, "tools-namespace.yaml", plain("Namespace", tools))
    write(workspace, "kustomization.yaml", {"resources": ["tools.yaml"]})
    external = plain("ExternalSecret", "token", team, "external-secrets.io/v1", spec={"refreshInterval": "1h"})
    write(workspace, "team/external.yaml", external)
    config = documented_settings()
    config["choreo:resources"][0]["metadata"]["namespace"] = tools
    workspace.stack("platform", {"choreo:manifests": ["platform/**/*.yaml"], **config})
    (workspace.folder / "password").write_text(WORD)
    workspace.environment["PULUMI_STACK"] = "platform"
    run(workspace, shells.block(PAGE, "stringData").script)

    said = workspace.preview("platform", fails=True).said
    assert "platform/team/external.yaml:1: apiVersion: error: the cluster does not serve ExternalSecret of" in said
    (workspace.folder / "platform" / "team" / "external.yaml").unlink()

    # They belong to others, and must not be taken over.
    theirs = plain("ConfigMap", "settings", tools, data={"log": "theirs"})
    workspace.kubectl("create", "namespace", tools)
    workspace.create(yaml.safe_dump(theirs))
    said = workspace.up("platform", fails=True).said
    assert "2 objects are in the cluster already and not made by this stack:" in said
    assert f"ConfigMap {tools}/settings" in said
    assert f"Namespace {tools}" in said
    assert f"namespace/{team}\n" not in workspace.kubectl("get", "namespaces", "-o", "name"), "nothing was applied"
    workspace.kubectl("delete", "namespace", tools)

    with Watcher(workspace.kubeconfig, WATCHED) as coming:
        up = workspace.up("platform")
    assert "kustomization.yaml: skipped: a kustomize file" in up.said
    assert WORD not in up.said
    state = workspace.state("platform")
    assert WORD not in state
    assert encoded(WORD) not in state
    assert workspace.up("platform", "--refresh").changes.keys() == {"unchanged"}

    (report,) = output_of(workspace, "drift", 0)["stacks"]
    assert report["drift"] == []
    for kind, name, data in (("configmap", "settings", {"log": "info"}), ("secret", "authority", {"ca.crt": ""})):
        workspace.kubectl("patch", kind, name, "-n", team, "-p", json.dumps({"data": data}))
    (report,) = output_of(workspace, "drift", 1)["stacks"]
    differing = {each["name"]: each["differences"] for each in report["drift"]}
    assert [(each["field"], each["live"]) for each in differing.pop("settings")] == [("data.log", "info")]
    assert [(each["field"], each["secret"]) for each in differing.pop("authority")] == [("data[ca.crt]", True)]
    assert differing == {}

    with Watcher(workspace.kubeconfig, WATCHED) as going:
        workspace.destroy("platform")
    made = times(coming.events, names, "ADDED")
    gone = times(going.events, names, "DELETED")
    for first, then in (
        ((team, "Namespace", team), (team, "Secret", "authority")),
        ((team, "Namespace", team), (team, "ServiceAccount", "runner")),
        ((team, "Role", "reader"), (team, "RoleBinding", "reader")),
        ((team, "ServiceAccount", "runner"), (team, "RoleBinding", "reader")),
        *(
            ((team, kind, name), (team, "DataPlane", "local"))
            for kind, name in (("Secret", "authority"), ("ConfigMap", "settings"), ("RoleBinding", "reader"))
        ),
        ((acme, "Organization", acme), (acme, "Secret", "kind-1-config")),
        ((acme, "Secret", "kind-1-config"), (acme, "DataPlane", "east")),
        ((tools, "Namespace", tools), (tools, "ConfigMap", "settings")),
        ((tools, "ConfigMap", "settings"), (team, "DataPlane", "local")),
    ):
        assert made[first] < made[then], f"{first} is created before {then}"
        if first in gone and then in gone:
            assert gone[then] < gone[first], f"{then} is gone before {first}"
    assert made.keys() - gone.keys() <= {(each, "Namespace", each) for each in names.values()}


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def times(events: list[Event], names: Mapping[str, str], type_: str) -> dict[tuple[str, str, str], int]:
    """When the first such event of each object was, in the test's namespaces; by namespace, kind and name."""
    found: dict[tuple[str, str, str], int] = {}
    for each in events:
        namespace = each.namespace or each.name
        if each.type == type_ and namespace in names.values() and each.name not in ("default", "kube-root-ca.crt"):
            found.setdefault((namespace, each.kind, each.name), each.version)
    return found

"""Only the cluster knows which kinds of other APIs it serves, where their objects belong, and what they are now."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import yaml

from choreo_components.api.openchoreo_v1alpha1.names import data_plane_namespace
from choreo_components.config.findings import Finding
from choreo_components.config.options import Controllers
from choreo_components.kubernetes.client import Cluster, Forbidden, Refusal
from choreo_components.kubernetes.objects import NAMESPACES, SECRETS, Live, Resource
from choreo_components.preflight.existing import Existing
from choreo_components.preflight.neighbours import elsewhere, read_existing, served
from choreo_components.preflight.permissions import VERBS, needs
from choreo_components.preflight.trials import trials
from tests import apiserver
from tests.apiserver import ApiServer, answer
from tests.declaring import Manifest, Stack, plain, stack
from tests.standin.openchoreo_v1alpha1 import samples

CONFIG_MAPS = Resource("", "v1", "ConfigMap", "configmaps")
ROLES = Resource("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", namespaced=False)
SERVED = (NAMESPACES, SECRETS, CONFIG_MAPS, ROLES)
RESOURCES = {(each.api_version, each.kind): each for each in SERVED}


class Others:
    """A cluster that serves some kinds of other APIs, has these objects, and shows no object of a hidden kind."""

    def __init__(self, *lives: Live, hidden: str = "", against: Mapping[str, Refusal] | None = None) -> None:
        self.lives, self.hidden, self.against = lives, hidden, against or {}
        self.asked: list[str] = []

    async def resources(self, api_version: str) -> Mapping[str, Resource]:
        self.asked.append(f"resources {api_version}")
        return {each.kind: each for each in SERVED if each.api_version == api_version}

    async def get(self, resource: Resource, name: str, namespace: str | None = None) -> Live | None:
        self.asked.append(f"get {resource.plural} {namespace}/{name}")
        if resource.kind == self.hidden:
            raise Forbidden("answers 403")
        wanted = resource, namespace, name
        return next((each for each in self.lives if (each.resource, each.namespace, each.name) == wanted), None)

    async def refusals(
        self, resource: Resource, name: str, manifest: Mapping[str, Any], namespace: str | None = None
    ) -> Sequence[Refusal]:
        self.asked.append(f"try {resource.plural} {namespace}/{name}")
        return [self.against[name]] if name in self.against else []


def live(resource: Resource, name: str, namespace: str | None = None, **more: Any) -> Live:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {}), **more.pop("metadata", {})}
    return Live(resource, {"metadata": metadata, **more})


def reported(findings: Sequence[Finding]) -> list[str]:
    return [f"{each.severity.value}: {each.where}: {each.message}" for each in findings]


SETTINGS = plain("ConfigMap", "settings", "tools", data={"log": "debug"})
TOOLS = live(NAMESPACES, "tools")


# --- Kinds -----------------------------------------------------------------------------------------------------------


def asked(found: Stack) -> list[str]:
    return reported(asyncio.run(served(cast(Cluster, Others()), found.plan)).findings)


def test_without_neighbours_nothing_is_asked() -> None:
    cluster = Others()
    asyncio.run(served(cast(Cluster, cluster), stack(samples.component("acme")).plan))
    assert cluster.asked == []


def test_an_api_is_read_once_and_what_it_serves_is_valid() -> None:
    cluster = Others()
    found = stack(SETTINGS, plain("Secret", "a", "tools"), plain("ClusterRole", "a", None, ROLES.api_version))
    assert asyncio.run(served(cast(Cluster, cluster), found.plan)).findings == ()
    assert cluster.asked == ["resources rbac.authorization.k8s.io/v1", "resources v1"]


def test_a_kind_that_the_cluster_does_not_serve_is_an_error_at_its_first_object() -> None:
    secrets = [plain("ExternalSecret", name, "tools", "external-secrets.io/v1") for name in ("a", "b")]
    assert asked(stack(*secrets)) == [
        "error: Pulumi.test.yaml:2: choreo:resources[0].apiVersion: the cluster does not serve ExternalSecret of "
        "external-secrets.io/v1; install its definition beforehand, or leave the object out"
    ]
    assert asked(stack(plain("ConfigMaps", "a", "tools"))) == [
        "error: Pulumi.test.yaml:3: choreo:resources[0].kind: the cluster does not serve ConfigMaps of v1, only "
        "ConfigMap, Namespace, Secret; install its definition beforehand, or leave the object out"
    ]


def test_an_object_has_a_namespace_if_its_kind_is_in_one() -> None:
    role = plain("ClusterRole", "reader", "tools", ROLES.api_version)
    assert asked(stack(plain("ConfigMap", "settings"), role)) == [
        "error: Pulumi.test.yaml:4: choreo:resources[0].metadata.namespace: required field is missing: the namespace "
        "of the ConfigMap",
        "error: Pulumi.test.yaml:10: choreo:resources[1].metadata.namespace: a ClusterRole belongs to the whole "
        "cluster and has no namespace; remove it",
    ]


def test_objects_of_flux_that_a_glob_matches_are_skipped_if_they_are_not_served(tmp_path: Path) -> None:
    flux = [plain("GitRepository", name, "flux-system", "source.toolkit.fluxcd.io/v1") for name in ("a", "b")]
    (tmp_path / "flux.yaml").write_text(yaml.safe_dump_all([*flux, SETTINGS]))
    by_glob = stack(folder=tmp_path, manifests=["*.yaml"])
    found = asyncio.run(served(cast(Cluster, Others()), by_glob.plan))
    assert reported(found.findings) == [
        "warning: flux.yaml:2: kind: skipped: the cluster does not serve GitRepository of source.toolkit.fluxcd.io/v1"
    ]
    assert [node.key.name for node in by_glob.plan.without(found.skipped).nodes] == ["settings"]
    [line] = asked(stack(folder=tmp_path, manifests=["flux.yaml"]))
    assert line.startswith("error: flux.yaml:1: apiVersion: the cluster does not serve GitRepository")


def test_the_kinds_are_read_from_discovery_without_subresources() -> None:
    listed = [
        {"kind": "ConfigMap", "name": "configmaps", "namespaced": True},
        {"kind": "Namespace", "name": "namespaces", "namespaced": False},
        {"kind": "Namespace", "name": "namespaces/finalize", "namespaced": False},
    ]

    async def ask() -> tuple[Mapping[str, Resource], list[str]]:
        script = [answer(200, {"resources": listed}), answer(404, "404 page not found\n")]
        async with ApiServer(script) as server, Cluster(apiserver.kubeconfig(server.url)) as cluster:
            found = await cluster.resources("v1")
            assert await cluster.resources("example.com/v1") == {}
            return found, server.asked

    found, asked = asyncio.run(ask())
    assert found == {"ConfigMap": CONFIG_MAPS, "Namespace": NAMESPACES}
    assert asked == ["GET /api/v1", "GET /apis/example.com/v1"]


# --- What exists -----------------------------------------------------------------------------------------------------


def there(found: Stack, *lives: Live, hidden: str = "") -> tuple[list[str], list[str]]:
    """The findings about the objects, and about what is being deleted."""
    seen = asyncio.run(read_existing(cast(Cluster, Others(*lives, hidden=hidden)), found.plan, RESOURCES))
    return reported(seen.findings), reported(seen.leaving)


def test_a_namespace_that_does_not_exist_is_an_error() -> None:
    assert there(stack(SETTINGS)) == (
        [
            "error: Pulumi.test.yaml:6: choreo:resources[0].metadata.namespace: ConfigMap 'settings' of namespace "
            "'tools' needs namespace 'tools', which is neither in this stack nor in the cluster; declare or create it"
        ],
        [],
    )
    assert there(stack(SETTINGS), TOOLS) == ([], [])
    assert there(stack(SETTINGS, plain("Namespace", "tools"))) == ([], [])
    assert there(stack(SETTINGS), hidden="Namespace") == ([], []), "what may not be read is unknown"


def test_what_is_being_deleted_is_reported_with_its_namespace() -> None:
    deleted: Any = {"metadata": {"deletionTimestamp": "2025-05-09T00:00:00Z"}}
    objects = live(CONFIG_MAPS, "settings", "tools", **deleted), live(NAMESPACES, "tools", **deleted)
    _, lines = there(stack(SETTINGS), *objects)
    assert [line.partition(": ")[2].partition(" is ")[0] for line in lines] == [
        "Pulumi.test.yaml:5: choreo:resources[0].metadata.name: ConfigMap tools/settings",
        "Pulumi.test.yaml:6: choreo:resources[0].metadata.namespace: Namespace tools",
    ]


def test_a_namespace_that_is_a_tenant_in_the_cluster_does_not_lose_its_label() -> None:
    tenant = live(NAMESPACES, "tools", metadata={"labels": {"openchoreo.dev/control-plane": "true"}})
    assert there(stack(plain("Namespace", "tools")), tenant)[0] == [
        "error: Pulumi.test.yaml:5: choreo:resources[0].metadata.name: the namespace would lose the label "
        "openchoreo.dev/control-plane=true, which it has in the cluster; declare the label"
    ]


def test_an_object_in_a_namespace_on_another_cluster_is_refused() -> None:
    binding = samples.project_release_binding("acme", "development")
    name = data_plane_namespace("acme", "shop", "development")
    found = stack(samples.environment("acme", "development"), binding, plain("Secret", "token", name))
    [environment] = [node.key for node in found.plan.objects if node.key.kind == "Environment"]
    [line] = reported(list(elsewhere(found.plan, {environment: "acme/default"})))
    assert "the namespace is on data plane 'acme/default', which is a separate cluster" in line
    assert list(elsewhere(found.plan, {})) == []


# --- Rights, and trials ----------------------------------------------------------------------------------------------


def test_the_rights_to_neighbours_are_needed_where_they_are() -> None:
    found = stack(SETTINGS, plain("ClusterRole", "reader", None, ROLES.api_version))
    assert {str(need): need.verbs for need in needs(found.plan, Controllers.PRESENT, None, RESOURCES)} == {
        "configmaps in namespace 'tools'": set(VERBS),
        "clusterroles.rbac.authorization.k8s.io in the whole cluster": set(VERBS),
    }


def tried(declared: Manifest, *lives: Live, against: Refusal | None = None) -> tuple[list[str], list[str]]:
    """The findings of a trial, and the objects that were tried."""
    found = stack(declared)
    cluster = Others(against={declared["metadata"]["name"]: against} if against else {})
    by_key = {node.key: each for node in found.plan.neighbours for each in lives}
    findings = asyncio.run(trials(cast(Cluster, cluster), found.plan, Existing(), RESOURCES, by_key))
    return reported(findings), cluster.asked


def test_what_is_new_or_changed_is_tried_and_nothing_else() -> None:
    assert tried(SETTINGS) == ([], ["try configmaps tools/settings"])
    assert tried(SETTINGS, live(CONFIG_MAPS, "settings", "tools", data={"log": "info"}))[1]
    same = live(CONFIG_MAPS, "settings", "tools", apiVersion="v1", kind="ConfigMap", data={"log": "debug", "more": ""})
    assert tried(SETTINGS, same) == ([], [])


def test_what_the_cluster_would_refuse_is_an_error_that_quotes_no_secret() -> None:
    refusal = Refusal("data", "Invalid value: very-secret")
    [line] = tried(SETTINGS, against=refusal)[0]
    assert line.startswith("error: Pulumi.test.yaml:7: choreo:resources[0].data: the cluster would refuse it: Invalid")
    [line] = tried(plain("Secret", "settings", "tools", data={"a": "very-secret"}), against=refusal)[0]
    assert "very-secret" not in line


def test_what_cannot_be_changed_needs_another_name() -> None:
    """Pulumi would replace it, and its preview fails because the object still exists when the new one is tried."""
    there = live(CONFIG_MAPS, "settings", "tools", data={"log": "info"})
    [line] = tried(SETTINGS, there, against=Refusal("data", "field is immutable when `immutable` is set"))[0]
    assert line.startswith("error: ")
    assert line.endswith("rename the object, so that the old one is deleted and this one created")

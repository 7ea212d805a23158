"""A namespace of openchoreo.dev/v1alpha1 becomes stacks: what is shared, the namespace, and one per environment."""

import asyncio
import copy
from collections.abc import Sequence
from typing import Any

import pytest

from choreo_components.adopt.fetch import NoOrganization, read_organization
from choreo_components.adopt.import_file import ImportFile, import_file
from choreo_components.adopt.manifest import manifest_of
from choreo_components.adopt.organization import LiveOrganization
from choreo_components.adopt.partition import Division, divide
from choreo_components.api.core_v1.generation import GENERATION as CORE_V1
from choreo_components.api.openchoreo_v1alpha1 import API_VERSION, labels
from choreo_components.api.openchoreo_v1alpha1.generation import GENERATION
from choreo_components.api.openchoreo_v1alpha1.names import data_plane_namespace
from choreo_components.kubernetes.objects import Live, live_of
from choreo_components.plan.nodes import Key
from tests import declaring
from tests.adopt.living import live as live_of_core
from tests.declaring import Manifest, stack
from tests.provider.fake_cluster import FakeCluster
from tests.standin.openchoreo_v1alpha1 import samples

PLANE = samples.data_plane(None)
DEVELOPMENT = samples.environment("acme", "development", kind="ClusterDataPlane")
TYPES = (samples.project_type("acme"), samples.component_type("acme"))
OF_NAMESPACE = (
    samples.tenant("acme"),
    samples.pipeline("acme", ("development", ["staging"])),
    *TYPES,
    samples.project("acme"),
    samples.component("acme"),
    samples.workload("acme"),
)
OF_DEVELOPMENT = (DEVELOPMENT, samples.project_release_binding("acme", "development"))
WHOLE = (PLANE, *OF_NAMESPACE, *OF_DEVELOPMENT)


def entry(manager: str, operation: str, *fields: str) -> dict[str, Any]:
    """An entry of managedFields: who owns these fields of the spec."""
    owned: dict[str, Any] = {"f:spec": {f"f:{field}": {} for field in fields}}
    return {"manager": manager, "operation": operation, "fieldsV1": owned}


def live(manifest: Manifest, *entries: dict[str, Any], applied: bool = True, **spec: Any) -> Live:
    """The object that kubectl, and then controllers, have made of a manifest."""
    made = copy.deepcopy(stack(manifest).settings.declared[0].object.to_wire() if applied else manifest)
    made["spec"] = {**made.get("spec", {}), **spec}
    own = made["metadata"]
    by_kubectl = [entry("kubectl-client-side-apply", "Update", *(set(made["spec"]) - set(spec)))] if applied else []
    own |= {
        "uid": f"{made['kind']}/{own['name']}",
        "resourceVersion": "7",
        "generation": 1,
        "finalizers": ["openchoreo.dev/x-cleanup"],
        "managedFields": [*by_kubectl, *entries],
    }
    return live_of(made)


def by_controllers(manifest: Manifest) -> Live:
    return live(manifest, entry("manager", "Update", *manifest["spec"]), applied=False)


def cell(project: str = "shop", environment: str = "development") -> Live:
    own = labels.data_plane_namespace_labels("acme", project, environment)
    name = data_plane_namespace("acme", project, environment)
    return live_of({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": own, "uid": name}})


def acme(*more: Live, namespaces: Sequence[Live] = (), of: Sequence[Manifest] = WHOLE) -> LiveOrganization:
    lives = (*map(live, of), *more)
    own = next(each for each in lives if each.resource.kind == "Namespace")
    return LiveOrganization(GENERATION, "acme", lives, own, tuple(namespaces))


def stacks(division: Division) -> dict[str, list[str]]:
    return {
        each.stack.name: sorted(str(live_of(manifest)) for manifest in each.stack.manifests) for each in division.stacks
    }


def left(division: Division) -> dict[str, tuple[str, bool]]:
    return {each.what: (each.reason, each.owned) for each in division.left}


class TestDivision:
    """Which stack gets what."""

    def test_a_namespace_its_environments_and_what_is_shared_become_separate_stacks(self) -> None:
        found = divide(acme(namespaces=[cell()]), "acme")
        assert left(found) == {}
        assert list(stacks(found)) == ["platform-shared", "acme", "acme-development"]
        assert stacks(found)["platform-shared"] == ["ClusterDataPlane default"]
        assert stacks(found)["acme"] == sorted(str(live_of(each)) for each in OF_NAMESPACE)
        assert stacks(found)["acme-development"] == [
            "Environment acme/development",
            "ProjectReleaseBinding acme/shop-development",
        ]
        assert all(each.stack.projects == () for each in found.stacks), "the bindings are separate objects"

    def test_one_environment_is_adopted_alone(self) -> None:
        assert list(stacks(divide(acme(), "dev", "development"))) == ["dev"]

    def test_what_is_shared_and_another_stack_has_is_not_taken_again(self) -> None:
        taken = {Key(API_VERSION, "ClusterDataPlane", "", "default"): "platform-shared"}
        found = divide(acme(live(samples.data_plane(None, "new"))), "acme", taken_already=taken)
        assert list(stacks(found)) == ["acme", "acme-development"]
        assert left(found) == {
            "ClusterDataPlane new": (
                "stack 'platform-shared' has other cluster-scoped objects; declare it there",
                False,
            )
        }

    def test_what_controllers_have_made_belongs_in_no_stack(self) -> None:
        owner = {"projectName": "shop", "componentName": "web"}
        made = [
            by_controllers(samples.manifest("ProjectRelease", "shop-1", "acme", {"owner": {"projectName": "shop"}})),
            by_controllers(samples.manifest("ComponentRelease", "web-1", "acme", {"owner": owner})),
            by_controllers(samples.release_binding("acme", "development", releaseName="web-1")),
        ]
        found = divide(acme(*made), "acme")
        assert left(found) == {
            "ProjectRelease acme/shop-1": ("made for Project acme/shop, and deleted with it", True),
            "ComponentRelease acme/web-1": ("made for Component acme/web, and deleted with it", True),
            "ReleaseBinding acme/web-development": ("made for Component acme/web, and deleted with it", True),
        }

    def test_a_binding_that_was_applied_by_hand_is_adopted_without_what_controllers_added(self) -> None:
        applied = live(
            samples.release_binding("acme", "development"),
            entry("manager", "Update", "releaseName"),
            releaseName="web-1",
        )
        found = divide(acme(applied), "acme")
        assert "ReleaseBinding acme/web-development" in stacks(found)["acme-development"]

    def test_a_namespace_that_no_binding_has_made_is_not_adopted(self) -> None:
        other = cell("other")
        found = divide(acme(namespaces=[cell(), other]), "acme")
        assert left(found) == {str(other): ("no ProjectReleaseBinding has made it, and none deletes it", False)}


class TestManifest:
    """What a person would have written."""

    @pytest.mark.parametrize("declared", WHOLE, ids=lambda each: f"{each['kind']} {each['metadata']['name']}")
    def test_adopting_what_is_up_gives_what_was_declared(self, declared: Manifest) -> None:
        again = manifest_of(live(declared))
        assert stack(again).settings.declared[0].object == stack(declared).settings.declared[0].object

    def test_what_kubernetes_puts_on_a_namespace_is_left_out(self) -> None:
        there = live(samples.tenant("acme"), finalizers=["kubernetes"])
        own = {**there.metadata, "labels": {**there.labels, "kubernetes.io/metadata.name": "acme", "team": "portal"}}
        assert manifest_of(live_of({**there.manifest, "metadata": own})) == {
            "apiVersion": "v1",
            "kind": "Namespace",
            # Without its own label, it would be a namespace like any other.
            "metadata": {"name": "acme", "labels": {"openchoreo.dev/control-plane": "true", "team": "portal"}},
        }

    def test_an_empty_gateway_is_left_out(self) -> None:
        assert "gateway" not in manifest_of(live(DEVELOPMENT, gateway={}))["spec"]

    def test_the_service_account_of_runs_is_left_out(self) -> None:
        run: dict[str, Any] = {
            "kind": "Workflow",
            "metadata": {"namespace": "${metadata.namespace}"},
            "spec": {"entrypoint": "main"},
        }
        declared = samples.manifest("ClusterWorkflow", "build", None, {"runTemplate": run})
        there = live(declared, runTemplate={**run, "spec": {**run["spec"], "serviceAccountName": "workflow-sa"}})
        assert manifest_of(there)["spec"]["runTemplate"] == run

    @pytest.mark.parametrize(
        ("owner", "kept"),
        [
            (entry("manager", "Update", "projectRelease"), False),
            (entry("kubectl-edit", "Update", "projectRelease"), True),
            (entry("openchoreo-api", "Update", "owner", "environment", "projectRelease"), True),
            (entry("openchoreo-api", "Update", "projectRelease"), True),
            (entry("pulumi-kubernetes-choreo", "Apply", "projectRelease"), True),
        ],
        ids=[
            "the controller",
            "kubectl edit",
            "the API server that made it",
            "the API server that pinned it",
            "Pulumi",
        ],
    )
    def test_a_release_that_was_pinned_is_kept(self, owner: dict[str, Any], kept: bool) -> None:
        there = live(samples.project_release_binding("acme", "development"), owner, projectRelease="shop-1")
        assert ("projectRelease" in manifest_of(there)["spec"]) is kept


class Cluster(FakeCluster):
    """One that serves today's API."""

    server = "https://cluster.example"

    async def kinds(self, group: str, version: str) -> frozenset[str]:
        return frozenset(kind.kind for kind in GENERATION.kinds) if group == GENERATION.group else frozenset()

    async def openapi(self, group: str, version: str) -> dict[str, Any]:
        return {}


class TestReading:
    """The live namespace, read from its cluster."""

    def read(self, *lives: Live, name: str = "acme", **more: Any) -> LiveOrganization:
        return asyncio.run(read_organization(Cluster(*lives), name, among=[GENERATION], **more))  # type: ignore[arg-type]

    def test_a_namespace_is_read_whole_with_what_is_in_the_whole_cluster(self) -> None:
        there = acme(namespaces=[cell()])
        found = self.read(*there.objects, *there.data_plane_namespaces)
        assert sorted(map(str, found.objects)) == sorted(map(str, there.objects))
        assert (found.generation, [each.name for each in found.data_plane_namespaces]) == (GENERATION, [cell().name])

    def test_a_namespace_without_the_label_is_refused_with_the_command_that_adds_it(self) -> None:
        plain = live_of({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "acme"}})
        with pytest.raises(NoOrganization, match=r"kubectl label namespaces acme openchoreo.dev/control-plane=true"):
            self.read(plain)

    def test_a_missing_one_is_reported_with_those_that_exist(self) -> None:
        plain = live_of({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system"}})
        with pytest.raises(NoOrganization, match=r"no Namespace 'acne' in https://cluster.example; there are: acme$"):
            self.read(live(samples.tenant("acme")), plain, name="acne")

    def test_of_two_apis_that_have_one_of_the_name_the_one_that_is_asked_for_is_read(self) -> None:
        both = [live(samples.tenant("acme")), live_of_core(declaring.organization())]
        assert self.read(*both).generation is GENERATION
        found = asyncio.run(read_organization(Cluster(*both), "acme", among=[CORE_V1]))  # type: ignore[arg-type]
        assert found.generation is CORE_V1


class TestImportFile:
    """The state of stacks that have made what is live."""

    def files(self, there: LiveOrganization) -> dict[str, ImportFile]:
        return {each.stack.name: import_file(each, there) for each in divide(there, "acme").stacks}

    def names(self, file: ImportFile) -> list[str]:
        made = (each["name"] for each in file.resources if each["type"].startswith("kubernetes:"))
        return sorted(made)

    def test_everything_that_is_there_is_in_it_and_nothing_changes_later(self) -> None:
        files = self.files(acme(namespaces=[cell()]))
        assert {name: (each.missing, each.pending) for name, each in files.items()} == {
            "platform-shared": ([], []),
            "acme": ([], []),
            "acme-development": ([], []),
        }
        assert self.names(files["platform-shared"]) == ["ClusterDataPlane default"]
        assert "Namespace acme" in self.names(files["acme"])

    def test_a_namespace_that_kubernetes_keeps_is_patched(self) -> None:
        own = live(samples.tenant("default"))
        there = LiveOrganization(GENERATION, "default", (own,), own)
        [entry] = [each for each in self.files(there)["acme"].resources if each["type"].startswith("kubernetes:")]
        assert (entry["type"], entry["id"]) == ("kubernetes:core/v1:NamespacePatch", "default")

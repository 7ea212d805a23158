"""Neighbours in a plan: after their namespace, and before what is OpenChoreo's."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from choreo_components.api.core_v1.names import data_plane_namespace
from choreo_components.api.openchoreo_v1alpha1.names import data_plane_namespace as namespace_of_today
from choreo_components.config.findings import errors
from choreo_components.plan.nodes import Key
from tests import declaring
from tests.declaring import Manifest, Stack, plain, stack
from tests.plan.test_workspace import reported, workspace
from tests.standin.openchoreo_v1alpha1 import samples

RBAC = "rbac.authorization.k8s.io/v1"
ROLE = plain("Role", "reader", "acme", RBAC)
ACCOUNT = plain("ServiceAccount", "runner", "acme")
BINDING = plain("RoleBinding", "reader", "acme", RBAC) | {
    "roleRef": {"kind": "Role", "name": "reader", "apiGroup": "rbac.authorization.k8s.io"},
    "subjects": [{"kind": "ServiceAccount", "name": "runner"}],
}
SETTINGS = plain("ConfigMap", "settings", "acme")
NAMESPACE = plain("Namespace", "acme")


def needs(found: Stack, kind: str, name: str) -> set[str]:
    """What a node comes after, as KIND/NAME."""
    [own] = [each for key, each in found.plan.needs.items() if (key.kind, key.name) == (kind, name)]
    return {f"{key.kind}/{key.name}" for key in own}


def order(found: Stack) -> list[str]:
    return [f"{node.key.kind}/{node.key.name}" for node in found.plan.nodes]


def test_what_is_in_a_plain_namespace_comes_after_it() -> None:
    found = stack(BINDING, SETTINGS, ROLE, ACCOUNT, NAMESPACE)
    assert order(found) == [
        "Namespace/acme",
        "ServiceAccount/runner",
        "ConfigMap/settings",
        "Role/reader",
        "RoleBinding/reader",
    ]
    assert needs(found, "ConfigMap", "settings") == {"Namespace/acme"}
    assert needs(found, "RoleBinding", "reader") == {"Namespace/acme", "Role/reader", "ServiceAccount/runner"}


@pytest.mark.parametrize(
    ("tenant", "first", "kind"),
    [
        (declaring.organization(), declaring.data_plane(), "DataPlane"),
        (samples.tenant("acme"), samples.data_plane("acme"), "DataPlane"),
    ],
    ids=["core.choreo.dev/v1", "openchoreo.dev/v1alpha1"],
)
def test_neighbours_come_between_a_tenant_and_its_first_objects(tenant: Manifest, first: Manifest, kind: str) -> None:
    found = stack(first, BINDING, SETTINGS, ROLE, ACCOUNT, tenant)
    name = first["metadata"]["name"]
    of_tenant = f"{tenant['kind']}/acme"
    assert needs(found, "ConfigMap", "settings") == {of_tenant}
    # What a binding needs comes before through it.
    assert needs(found, kind, name) == {of_tenant, "ConfigMap/settings", "RoleBinding/reader"}
    assert order(found)[0] == of_tenant
    assert order(found)[-1] == f"{kind}/{name}"


def test_an_object_that_needs_another_one_of_openchoreos_needs_no_neighbour_itself() -> None:
    found = stack(declaring.organization(), declaring.data_plane(), declaring.environment(), SETTINGS)
    assert needs(found, "Environment", "development") == {"DataPlane/dp-local"}


def test_an_object_does_not_need_what_is_in_another_namespace() -> None:
    found = stack(declaring.organization(), declaring.data_plane(), plain("ConfigMap", "settings", "monitoring"))
    assert needs(found, "DataPlane", "dp-local") == {"Organization/acme"}


def test_what_is_in_no_namespace_comes_before_all_of_openchoreos() -> None:
    template = plain("ClusterWorkflowTemplate", "build", None, "argoproj.io/v1alpha1")
    found = stack(declaring.organization(), declaring.data_plane(), samples.component("acme"), template)
    assert "ClusterWorkflowTemplate/build" in needs(found, "DataPlane", "dp-local")
    assert "ClusterWorkflowTemplate/build" in needs(found, "Component", "web")


def test_webhooks_come_after_everything() -> None:
    webhook = plain("ValidatingWebhookConfiguration", "policy", None, "admissionregistration.k8s.io/v1")
    found = stack(webhook, declaring.organization(), declaring.data_plane(), NAMESPACE | {"metadata": {"name": "a"}})
    assert order(found)[-1] == "ValidatingWebhookConfiguration/policy"
    assert needs(found, "ValidatingWebhookConfiguration", "policy") == {"DataPlane/dp-local"}


# --- Secrets ---------------------------------------------------------------------------------------------------------


def test_the_secret_of_a_data_plane_comes_before_it() -> None:
    found = stack(declaring.data_plane(), plain("Secret", "kind-1-config", "acme"), declaring.organization())
    assert "Secret/kind-1-config" in needs(found, "DataPlane", "dp-local")


def test_a_secret_that_a_plane_names_in_any_namespace_comes_before_it() -> None:
    reference = {"name": "authority", "namespace": "tools", "key": "ca.crt"}
    plane = {
        "apiVersion": "openchoreo.dev/v1alpha1",
        "kind": "ClusterDataPlane",
        "metadata": {"name": "east"},
        "spec": {"planeID": "east", "clusterAgent": {"clientCA": {"secretKeyRef": reference}}},
    }
    found = stack(plane, plain("Secret", "authority", "tools"), plain("Secret", "other", "tools"))
    assert needs(found, "ClusterDataPlane", "east") == {"Secret/authority"}


def test_a_token_comes_after_the_account_that_it_is_for() -> None:
    token = plain("Secret", "token", "acme", type="kubernetes.io/service-account-token")
    token["metadata"]["annotations"] = {"kubernetes.io/service-account.name": "runner"}
    assert needs(stack(token, ACCOUNT), "Secret", "token") == {"ServiceAccount/runner"}


# --- Namespaces that the stack makes anyway --------------------------------------------------------------------------


def test_what_is_in_a_data_plane_namespace_comes_after_the_environments_finalizer() -> None:
    name = data_plane_namespace("acme", "shop", "development")
    found = stack(*declaring.WHOLE, plain("ConfigMap", "settings", name), controllers="absent")
    assert found.findings == []
    assert needs(found, "ConfigMap", "settings") == {"Namespace/shop/development", "EnvironmentFinalizer/development"}
    assert order(found)[-1] == "ConfigMap/settings"


def test_what_is_in_the_namespace_of_a_binding_comes_after_that() -> None:
    name = namespace_of_today("acme", "shop", "development")
    found = stack(samples.project_release_binding("acme", "development"), plain("Secret", "token", name))
    assert needs(found, "Secret", "token") == {"ProjectReleaseBinding/shop-development"}


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (declaring.organization(), "acme"),
        (
            samples.project_release_binding("acme", "development"),
            namespace_of_today("acme", "shop", "development"),
        ),
    ],
)
def test_a_namespace_that_something_else_creates_cannot_be_declared(owner: Manifest, name: str) -> None:
    [finding] = errors(stack(owner, plain("Namespace", name)).findings)
    assert finding.where.field == "choreo:resources[1].metadata.name"
    assert finding.message.startswith("the namespace of ")


def test_a_secret_that_settings_make_cannot_be_declared() -> None:
    objects = [declaring.organization(), declaring.data_plane(), plain("Secret", "kind-1-config", "acme")]
    [finding] = errors(stack(*objects, dataPlaneKubeconfigs={"dp-local": "text"}).findings)
    assert finding.message.startswith("the Secret that choreo:dataPlaneKubeconfigs makes")


def test_annotations_that_kubernetes_would_not_accept_are_refused() -> None:
    large = plain("ConfigMap", "settings", "acme")
    large["metadata"]["annotations"] = {"a": "x" * 300_000}
    [finding] = stack(large).findings
    assert "bytes of annotations" in finding.message


# --- Any plan --------------------------------------------------------------------------------------------------------

MANY = [
    *declaring.WHOLE,
    BINDING,
    ROLE,
    ACCOUNT,
    SETTINGS,
    plain("Secret", "kind-1-config", "acme"),
    plain("Namespace", "tools"),
    plain("Secret", "a", "tools"),
    plain("ConfigMap", "in", data_plane_namespace("acme", "shop", "development")),
    plain("MutatingWebhookConfiguration", "policy", None, "admissionregistration.k8s.io/v1"),
]


@given(st.permutations(MANY))
def test_whatever_the_order_of_the_files_the_plan_is_the_same_and_each_node_comes_after_its_needs(
    objects: list[Manifest],
) -> None:
    found = stack(*objects, controllers="absent").plan
    expected = stack(*MANY, controllers="absent").plan
    assert [node.key for node in found.nodes] == [node.key for node in expected.nodes]
    assert found.needs == expected.needs
    seen: set[Key] = set()
    for node in found.nodes:
        assert seen.issuperset(found.needs[node.key])
        seen.add(node.key)


# --- Several stacks --------------------------------------------------------------------------------------------------


def test_only_one_stack_can_have_an_object(tmp_path: Path) -> None:
    [line] = reported(workspace(tmp_path, {"one": [SETTINGS], "two": [SETTINGS]}))
    assert line.startswith("two: error: ConfigMap 'settings' of namespace 'acme' is also declared in stack 'one' (")


def test_a_namespace_is_the_same_object_whether_it_is_openchoreos_or_not(tmp_path: Path) -> None:
    found = reported(
        workspace(tmp_path, {"one": [samples.tenant("acme"), samples.component("acme")], "two": [NAMESPACE]})
    )
    assert any(line.startswith("two: error: Namespace 'acme' is also declared in stack 'one' (") for line in found)

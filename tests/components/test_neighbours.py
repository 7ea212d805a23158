"""Neighbours as resources: plain Kubernetes objects, with their secrets sealed."""

import pytest
from pulumi.runtime import rpc

from choreo_components.api.annotations import APPLIED
from tests import declaring
from tests.components.registering import Registrations, declare, registered
from tests.declaring import plain, stack
from tests.standin.openchoreo_v1alpha1 import samples

RBAC = "rbac.authorization.k8s.io/v1"
SETTINGS = plain("ConfigMap", "settings", "acme", data={"log": "debug"})
SECRET = plain("Secret", "kind-1-config", "acme", stringData={"kubeconfig": "very-secret"})


@pytest.fixture(scope="module")
def made() -> Registrations:
    role = plain("ClusterRole", "reader", None, RBAC, rules=[])
    template = plain("ClusterWorkflowTemplate", "build", None, "argoproj.io/v1alpha1", spec={"entrypoint": "a"})
    found = stack(declaring.organization(), declaring.data_plane(), SETTINGS, SECRET, role, template)
    return registered(lambda: declare(found))


def test_they_have_the_types_of_the_kubernetes_provider_and_are_named_by_namespace_and_name(
    made: Registrations,
) -> None:
    types = {each.name: each.type for each in made.custom if each.type.startswith("kubernetes:")}
    assert {name: types[name] for name in ("acme/settings", "acme/kind-1-config", "reader", "build")} == {
        "acme/settings": "kubernetes:core/v1:ConfigMap",
        "acme/kind-1-config": "kubernetes:core/v1:Secret",
        "reader": f"kubernetes:{RBAC}:ClusterRole",
        "build": "kubernetes:argoproj.io/v1alpha1:ClusterWorkflowTemplate",
    }


def test_they_are_sent_as_they_are_written_and_applied_as_all_objects_are(made: Registrations) -> None:
    inputs = made["acme/settings"].inputs
    assert (inputs["apiVersion"], inputs["kind"], inputs["data"]) == ("v1", "ConfigMap", {"log": "debug"})
    assert inputs["metadata"] == {"name": "settings", "namespace": "acme", "annotations": dict(APPLIED)}


def test_contents_of_a_secret_are_sealed(made: Registrations) -> None:
    request = made["acme/kind-1-config"].request
    data = request.object["data"]
    assert rpc._special_sig_key in data, "a secret to the engine"
    assert data[rpc._special_sig_key] == rpc._special_secret_sig
    assert list(request.additionalSecretOutputs) == ["data", "stringData", "metadata"]
    assert "very-secret" not in str(request.object)


def test_secrets_and_config_maps_are_changed_in_place(made: Registrations) -> None:
    providers = {each.name: each.inputs for each in made.of_type("pulumi:providers:kubernetes")}
    assert providers["contents"]["enableSecretMutable"] == "true"
    assert providers["contents"]["enableConfigMapMutable"] == "true"
    assert "contents" in made["acme/settings"].request.provider
    assert "::kubernetes::" in made["reader"].request.provider


def test_they_follow_their_dependencies_and_precede_their_dependents(made: Registrations) -> None:
    assert (
        "acme-namespace" in made["acme/settings"].depends_on or "acme-organization" in made["acme/settings"].depends_on
    )
    assert {"acme/settings", "acme/kind-1-config", "reader", "build"} <= made["acme/dp-local-dataplane"].depends_on


def test_the_inventory_and_the_guard_have_them(made: Registrations) -> None:
    objects = made["inventory"].inputs["objects"]
    assert objects["v1/ConfigMap"] == ["acme/settings"]
    assert objects[f"{RBAC}/ClusterRole"] == ["reader"]
    assert {"apiVersion": "v1", "kind": "ConfigMap", "namespace": "acme"} in made["deletion-guard"].inputs["awaited"]


def test_a_stack_may_consist_of_neighbours_only() -> None:
    found = stack(plain("Namespace", "tools"), plain("ConfigMap", "settings", "tools"))
    made = registered(lambda: declare(found))
    assert made["tools/settings"].depends_on == {"tools"}
    assert made["tools"].depends_on == {"inventory"}


def test_a_namespace_has_the_same_name_in_the_state_whether_it_is_openchoreos_or_not() -> None:
    """With another name, it would be deleted with everything in it when it becomes one or the other."""
    namespace = plain("Namespace", "acme")
    as_plain = registered(lambda: declare(stack(namespace)))["acme"]
    as_tenant = registered(lambda: declare(stack(namespace, samples.component("acme"))))["acme"]
    assert (as_plain.type, as_plain.parent) == (as_tenant.type, as_tenant.parent)
    assert as_tenant.labels == {"openchoreo.dev/control-plane": "true"}
    assert "labels" not in as_plain.metadata


def test_a_namespace_that_kubernetes_keeps_is_only_patched() -> None:
    made = registered(lambda: declare(stack(plain("Namespace", "kube-public"))))
    assert made["kube-public"].type == "kubernetes:core/v1:NamespacePatch"
    assert made["inventory"].inputs["objects"] == {}

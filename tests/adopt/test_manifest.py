"""A manifest has what a person would have written, and nothing that the cluster adds."""

from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from choreo_components.adopt.manifest import NoManifest, manifest_of, without
from choreo_components.adopt.text import dumped
from choreo_components.api import custom_resource_definitions, secrets_of
from choreo_components.config import documents as reader
from choreo_components.kubernetes.objects import live_of
from tests import declaring
from tests.adopt.living import as_declared, edited, live, read
from tests.api.test_zero_values import values


def test_what_the_cluster_and_its_controllers_have_added_is_left_out() -> None:
    declared = declaring.environment()
    owned = live(declared, controllers=True, selfLink="x", annotations={"pulumi.com/patchForce": "true"})
    assert manifest_of(owned) == declared


def test_labels_that_follow_from_the_object_are_left_out_and_others_stay() -> None:
    track = live(declaring.track(name="web-main", label="main"))
    edited(track)["metadata"]["labels"]["team"] = "portal"
    assert manifest_of(track)["metadata"]["labels"] == {
        "core.choreo.dev/project": "shop",
        "core.choreo.dev/component": "web",
        "core.choreo.dev/name": "main",
        "team": "portal",
    }


def test_optional_zero_values_are_left_out_in_lists_too() -> None:
    environment = live(declaring.environment())
    edited(environment)["spec"]["isProduction"] = False
    pipeline = live(declaring.pipeline(promotions=[("development", ["staging"])]))
    edited(pipeline)["spec"]["promotionPaths"][0]["targetEnvironmentRefs"][0]["requiresApproval"] = False
    assert "isProduction" not in manifest_of(environment)["spec"]
    assert manifest_of(pipeline)["spec"]["promotionPaths"][0]["targetEnvironmentRefs"] == [{"name": "staging"}]


def test_a_spec_that_says_nothing_is_left_out() -> None:
    assert "spec" not in manifest_of(live(declaring.organization()))


def test_keys_are_in_the_order_in_which_people_write_them() -> None:
    plane = live(declaring.data_plane())
    notes = {"a": "x", "core.choreo.dev/description": "of the data plane", "core.choreo.dev/display-name": "Plane"}
    sorted_by_the_server = yaml.safe_load(yaml.safe_dump(plane.manifest))
    sorted_by_the_server["metadata"]["annotations"] = notes
    assert (
        dumped(manifest_of(live_of(sorted_by_the_server)))
        == """\
apiVersion: core.choreo.dev/v1
kind: DataPlane
metadata:
  name: dp-local
  namespace: acme
  annotations:
    core.choreo.dev/display-name: Plane
    core.choreo.dev/description: of the data plane
    a: x
spec:
  kubernetesCluster:
    name: kind-1
    connectionConfigRef: kind-1-config
    featureFlags:
      cilium: true
      scaleToZero: true
      gatewayType: envoy
  gateway:
    publicVirtualHost: apis.example
    organizationVirtualHost: internal.example
"""
    )


def test_a_text_of_several_lines_is_written_as_such() -> None:
    assert dumped({"value": "a: 1\nb: 2\n"}) == "value: |\n  a: 1\n  b: 2\n"


@pytest.mark.parametrize(
    "text", ["0o17", "1e5", "0x1F", "12", "1:30", "yes", "~", "", "2025-05-09", "\x85", " a", "a: b"]
)
def test_a_text_stays_one_when_it_is_read_as_kubernetes_reads_it(text: str) -> None:
    documents, _ = reader.read(dumped({"value": text, text: text}), "a.yaml")
    assert documents[0].value == {"value": text, text: text}


def test_fields_that_the_model_does_not_know_are_named() -> None:
    plane = live(declaring.data_plane())
    edited(plane)["spec"]["gateway"]["observer"] = {}
    with pytest.raises(NoManifest, match=r"spec\.gateway\.observer: unknown field"):
        manifest_of(plane)


def test_the_private_key_of_a_data_plane_is_a_secret_that_can_be_taken_out() -> None:
    plane = declaring.data_plane_with_credentials()
    (path,) = secrets_of(plane)
    opened = without(plane, path)
    credentials = opened["spec"]["kubernetesCluster"]["credentials"]
    assert credentials == {name: each for name, each in declaring.CREDENTIALS.items() if name != "clientKey"}
    assert secrets_of(opened) == []


SPECS = {
    crd["spec"]["names"]["kind"]: crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    for crd in custom_resource_definitions()
    if crd["spec"]["group"] == "core.choreo.dev"
}
NAMES = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?", fullmatch=True)
PARENTS = ("project", "component", "deployment_track", "environment", "deployment")


@pytest.mark.parametrize("kind", sorted(SPECS))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data(), name=NAMES, notes=st.dictionaries(NAMES, st.text()), controllers=st.booleans())
def test_what_is_read_from_a_manifest_is_what_was_live(
    kind: str, data: st.DataObject, name: str, notes: dict[str, str], controllers: bool
) -> None:
    spec: dict[str, Any] = data.draw(values(SPECS[kind]))
    parents = {} if kind == "Organization" else {parent: data.draw(NAMES) for parent in PARENTS}
    organization = None if kind == "Organization" else "acme"
    declared = declaring.manifest(kind, name, spec, organization=organization, **parents)
    there = live(declared | {"metadata": declared["metadata"] | {"annotations": notes}}, controllers=controllers)

    documents, findings = reader.read(dumped(manifest_of(there)), "manifest.yaml")

    assert not findings
    (again,) = read({"choreo:resources": [document.value for document in documents]})
    assert again.object.to_wire() == as_declared(there)

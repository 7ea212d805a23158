"""What is sent is what Go would keep: a controller's update of the object changes nothing."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from choreo_components.api import custom_resource_definitions, kind_of, prune_zero_values
from choreo_components.api.core_v1.kinds import V0_2_0
from choreo_components.api.generation import spec_of

SPECS = {
    (crd["spec"]["names"]["kind"], release): crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"][
        "spec"
    ]
    for release in ("", V0_2_0)
    for crd in custom_resource_definitions(release)
    if not release or release in kind_of("core.choreo.dev/v1", crd["spec"]["names"]["kind"]).since
}
"""By kind, and by the release that has changed it."""
# Go holds these behind pointers, api/v1/*_types.go and core/v1.
POINTERS = {
    "revisionHistoryLimit",
    "minReplicas",
    "maxReplicas",
    "cpuThreshold",
    "memoryThreshold",
    "queueLength",
    "terminationGracePeriodSeconds",
}


class Opaque:
    """Stands for a value that is not there yet, as a pulumi.Output: looking at it is a mistake."""

    def __bool__(self) -> bool:
        raise AssertionError("looked at")

    def __eq__(self, other: object) -> bool:
        raise AssertionError("compared")

    __hash__ = object.__hash__


def prune(kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    known = kind_of("core.choreo.dev/v1", kind)
    return prune_zero_values(spec_of(known.model_of({"spec": spec})), spec)


def test_optional_zero_values_are_not_sent() -> None:
    assert prune("Environment", {"dataPlaneRef": "", "isProduction": False}) == {}
    assert prune("DeploymentPipeline", {"promotionPaths": []}) == {}
    assert prune("ConfigurationGroup", {"scope": {}, "configurations": []}) == {"configurations": []}


def test_values_that_say_something_are_sent() -> None:
    spec = {"dataPlaneRef": "dp-local", "isProduction": True, "gateway": {"dnsPrefix": "dev"}}
    assert prune("Environment", spec) == spec


def test_required_zero_values_are_sent() -> None:
    flags = {"cilium": False, "scaleToZero": False, "gatewayType": ""}
    spec = {
        "kubernetesCluster": {"name": "", "connectionConfigRef": "", "featureFlags": flags},
        "gateway": {"publicVirtualHost": "", "organizationVirtualHost": ""},
    }
    assert prune("DataPlane", spec) == spec


def test_the_required_zero_values_of_the_later_data_plane_are_sent_and_its_optional_ones_are_not() -> None:
    credentials = {"apiServerURL": "", "caCert": "", "clientCert": "", "clientKey": ""}
    spec = {"kubernetesCluster": {"name": "", "credentials": credentials}, "gateway": {}}
    registry: dict[str, Any] = {"unauthenticated": [], "imagePushSecrets": []}
    assert prune("DataPlane", spec | {"registry": registry}) == spec | {"registry": {}}


def test_it_reaches_into_lists() -> None:
    targets = [{"name": "staging", "requiresApproval": False}, {"name": "", "isManualApprovalRequired": True}]
    assert prune("DeploymentPipeline", {"promotionPaths": [{"targetEnvironmentRefs": targets}]}) == {
        "promotionPaths": [{"targetEnvironmentRefs": [{"name": "staging"}, targets[1]]}]
    }


def test_items_of_lists_and_values_of_maps_are_sent() -> None:
    assert prune("ConfigurationGroup", {"scope": {"a": ""}, "configurations": [{"key": "", "values": [{}]}]}) == {
        "scope": {"a": ""},
        "configurations": [{"key": "", "values": [{}]}],
    }


def test_a_given_object_is_sent_even_if_it_is_empty_because_it_can_mean_something() -> None:
    # Without networkVisibilities the endpoint would be public.
    spec = {"type": "HTTP", "service": {"port": 80}, "networkVisibilities": {}, "schema": {"content": ""}}
    assert prune("Endpoint", spec) == spec | {"schema": {}}


def test_the_zero_of_a_number_behind_a_pointer_is_sent() -> None:
    hpa = {"minReplicas": 0, "maxReplicas": 0, "cpuThreshold": 0, "memoryThreshold": 0}
    scaling = {"hpa": hpa, "s2z": {"maxReplicas": 0, "queueLength": 0}}
    overrides = {"application": {"scaling": scaling}}
    spec = {"deploymentArtifactRef": "a", "revisionHistoryLimit": 0, "configurationOverrides": overrides}
    assert prune("Deployment", spec) == spec


def test_a_number_that_is_not_behind_a_pointer_is_not_sent_if_zero() -> None:
    probe = {"exec": {"command": ["true"]}, "initialDelaySeconds": 0, "terminationGracePeriodSeconds": 0}
    application = {"probes": {"livenessProbe": probe}}
    assert prune("Deployment", {"configurationOverrides": {"application": application}}) == {
        "configurationOverrides": {
            "application": {
                "probes": {"livenessProbe": {"exec": {"command": ["true"]}, "terminationGracePeriodSeconds": 0}}
            }
        }
    }


def test_a_null_is_not_sent() -> None:
    assert prune("Environment", {"gateway": None, "isProduction": None}) == {}


def test_empty_labels_are_not_sent() -> None:
    model = kind_of("core.choreo.dev/v1", "Environment").model
    assert prune_zero_values(model, {"metadata": {"name": "e", "labels": {}, "annotations": {"a": ""}}}) == {
        "metadata": {"name": "e", "annotations": {"a": ""}}
    }


def test_what_is_not_plain_stays_and_is_not_looked_at() -> None:
    spec = {"dataPlaneRef": Opaque(), "isProduction": Opaque(), "gateway": {"security": Opaque(), "dnsPrefix": ""}}
    pruned = prune("Environment", spec)
    assert pruned["dataPlaneRef"] is spec["dataPlaneRef"]
    assert pruned["isProduction"] is spec["isProduction"]
    assert list(pruned["gateway"]) == ["security"]


def test_fields_that_the_model_does_not_have_stay() -> None:
    assert prune("Environment", {"unheardOf": False}) == {"unheardOf": False}


def test_what_was_given_does_not_change() -> None:
    given_spec = {"isProduction": False, "gateway": {"dnsPrefix": ""}}
    prune("Environment", given_spec)
    assert given_spec == {"isProduction": False, "gateway": {"dnsPrefix": ""}}


def values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that the schema allows, zero values often among them."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "anyOf" in schema:
        return st.sampled_from([0, 8080, "", "http"])
    match schema["type"]:
        case "string":
            # Of four letters, so that it is base64 as well.
            return st.sampled_from(["", "text", "true"])
        case "boolean":
            return st.booleans()
        case "integer":
            return st.sampled_from([0, 1, -1, 2**31 - 1])
        case "array":
            return st.lists(values(schema["items"]), max_size=2)
        case _ if "additionalProperties" in schema:
            return st.dictionaries(st.sampled_from(["", "k"]), st.sampled_from(["", "v"]))
        case _:
            properties = {name: values(nested) for name, nested in schema.get("properties", {}).items()}
            required = {name: properties.pop(name) for name in schema.get("required", ())}
            return st.fixed_dictionaries(required, optional=properties)


def as_go_keeps_it(schema: dict[str, Any], value: Any) -> Any:
    """What Go writes of a value it has read, told from the CRD: the optional zero values are gone, objects stay."""
    if "items" in schema:
        return [as_go_keeps_it(schema["items"], item) for item in value]
    if "properties" not in schema:
        return value
    return {
        name: as_go_keeps_it(schema["properties"][name], nested)
        for name, nested in value.items()
        if nested or name in schema.get("required", ()) or name in POINTERS or is_struct(schema["properties"][name])
    }


def is_struct(schema: dict[str, Any]) -> bool:
    return schema.get("type") == "object" and "additionalProperties" not in schema


@pytest.mark.parametrize(("kind", "release"), SPECS, ids=lambda each: each or "first")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_any_valid_spec_is_sent_as_go_keeps_it(kind: str, release: str, data: st.DataObject) -> None:
    spec = data.draw(values(SPECS[kind, release]))
    wire = {"apiVersion": "core.choreo.dev/v1", "kind": kind, "metadata": {"name": "x"}, "spec": spec}
    model = kind_of("core.choreo.dev/v1", kind).model_of(wire)

    sent = model.from_wire(wire).to_wire()

    assert sent == wire | {"spec": as_go_keeps_it(SPECS[kind, release], spec)}
    assert model.from_wire(sent).to_wire() == sent
    assert prune(kind, spec) == sent["spec"]

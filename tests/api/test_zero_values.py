"""What is sent is what Go would keep: a controller's update of the object changes nothing."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from choreo_components.api import kind_of, prune_zero_values
from choreo_components.api.core_v1 import kinds as core_v1
from choreo_components.api.crd import definition_of
from choreo_components.api.generation import Kind, spec_of
from choreo_components.api.openchoreo_v1alpha1 import kinds as openchoreo_v1alpha1


def spec_schema(kind: Kind, release: str) -> dict[str, Any]:
    """The schema of the spec, since that release."""
    schema = definition_of(kind, release)["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    spec: dict[str, Any] = schema["properties"]["spec"]
    return spec


KINDS = {(kind.api_version, kind.kind): kind for kind in (*core_v1.KINDS, *openchoreo_v1alpha1.KINDS)}
SPECS = {
    (*key, release): spec_schema(kind, release)
    for key, kind in KINDS.items()
    if kind.group
    for release in ("", *kind.since)
}
"""By apiVersion, kind, and the release that has changed it."""
POINTERS = {
    "core.choreo.dev/v1": {
        "revisionHistoryLimit",
        "minReplicas",
        "maxReplicas",
        "cpuThreshold",
        "memoryThreshold",
        "queueLength",
        "terminationGracePeriodSeconds",
    },
    "openchoreo.dev/v1alpha1": {
        "autoBuild",
        "enabled",
        "headers.value",
        "interval",
        "mustMatch",
        "progressingInterval",
        "refreshInterval",
        "triggerAiCostAnalysis",
        "triggerAiRca",
    },
}
"""What Go holds behind pointers (api/v1/*_types.go and core/v1, api/v1alpha1/*_types.go), by apiVersion.

Each by its name, and the names of the fields around it where others have that name too.
"""


FREE = "x-kubernetes-preserve-unknown-fields"


class Opaque:
    """A value that is not known yet, like a pulumi.Output: reading it is a mistake."""

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


def test_content_that_others_define_is_sent_unchanged() -> None:
    template = {"z": None, "a": [0, 0.0, "", {}, [None]], "b": {"kind": "", "replicas": 1.0, "on": False}}
    trait = {"name": "t", "instanceName": "t", "parameters": [], "environmentConfigs": {"z": None, "a": ""}}
    resources = [{"id": "job", "targetPlane": "dataplane", "template": template}]
    spec = {"workloadType": "job", "resources": resources, "traits": [{"kind": "Trait", **trait}]}
    model = KINDS["openchoreo.dev/v1alpha1", "ComponentType"].model
    wire = {"apiVersion": "openchoreo.dev/v1alpha1", "kind": "ComponentType", "metadata": {"name": "t"}, "spec": spec}

    sent = model.from_wire(wire).to_wire()["spec"]

    assert json.dumps(sent["resources"][0]["template"]) == json.dumps(template)
    assert {name: sent["traits"][0][name] for name in trait} == trait
    assert json.dumps(sent["traits"][0]["environmentConfigs"]) == json.dumps(trait["environmentConfigs"])


def test_what_was_given_does_not_change() -> None:
    given_spec = {"isProduction": False, "gateway": {"dnsPrefix": ""}}
    prune("Environment", given_spec)
    assert given_spec == {"isProduction": False, "gateway": {"dnsPrefix": ""}}


def values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that the schema allows, zero values often among them."""
    if FREE in schema and "properties" not in schema:
        anything = st.sampled_from([{}, {"b": None, "a": [0, "", {}], "c": 1.0}])
        return anything if schema.get("type") else anything | st.sampled_from([0, "", False, [], [None], 0.5])
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
            return st.dictionaries(st.sampled_from(["", "k"]), values(schema["additionalProperties"]))
        case _:
            properties = {name: values(nested) for name, nested in schema.get("properties", {}).items()}
            required = {name: properties.pop(name) for name in schema.get("required", ())}
            return st.fixed_dictionaries(required, optional=properties)


def as_go_keeps_it(schema: dict[str, Any], value: Any, pointers: set[str], path: str = "") -> Any:
    """What Go writes of a value it has read, judged by the CRD: optional zero values are dropped, objects stay.

    `path` has the names of the fields around it.
    """
    if "items" in schema:
        return [as_go_keeps_it(schema["items"], item, pointers, path) for item in value]
    if "additionalProperties" in schema:
        each = schema["additionalProperties"]
        return {key: as_go_keeps_it(each, item, pointers, path) for key, item in value.items()}
    if "properties" not in schema:
        return value
    return {
        name: as_go_keeps_it(schema["properties"][name], nested, pointers, f"{path}.{name}")
        for name, nested in value.items()
        if nested
        or name in schema.get("required", ())
        or any(f"{path}.{name}".endswith(f".{pointer}") for pointer in pointers)
        or is_struct(schema["properties"][name])
    }


def is_struct(schema: dict[str, Any]) -> bool:
    """Whether Go holds it as a struct, or as bytes that it passes on: neither is ever empty."""
    return FREE in schema or (schema.get("type") == "object" and "additionalProperties" not in schema)


def with_defaults(schema: dict[str, Any], value: Any) -> Any:
    """What the API server makes of a value."""
    if "items" in schema:
        return [with_defaults(schema["items"], item) for item in value]
    if "additionalProperties" in schema:
        return {key: with_defaults(schema["additionalProperties"], item) for key, item in value.items()}
    if "properties" not in schema:
        return value
    defaults = {name: each["default"] for name, each in schema["properties"].items() if "default" in each}
    return {name: with_defaults(schema["properties"][name], each) for name, each in {**defaults, **value}.items()}


@pytest.mark.parametrize(("api_version", "kind", "release"), SPECS, ids=lambda each: each or "first")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_any_valid_spec_is_sent_as_go_keeps_it(api_version: str, kind: str, release: str, data: st.DataObject) -> None:
    schema = SPECS[api_version, kind, release]
    spec = with_defaults(schema, data.draw(values(schema)))
    wire = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "x"}, "spec": spec}
    model = KINDS[api_version, kind].model_of(wire)

    sent = model.from_wire(wire).to_wire()

    assert sent == wire | {"spec": as_go_keeps_it(schema, spec, POINTERS[api_version])}
    assert model.from_wire(sent).to_wire() == sent
    assert prune_zero_values(spec_of(model), spec) == sent["spec"]

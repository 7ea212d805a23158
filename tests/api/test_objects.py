"""Objects are read as strictly as they are written, and go back on the wire as they came."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from choreo_components.api import ApiObject, ObjectMeta, custom_resource_definitions, kind_of
from choreo_components.api.core_v1.models import Environment, EnvironmentGateway, EnvironmentSpec
from tests.upstream import FOLDER, SAMPLES, with_samples

SAMPLE_FILES = [FOLDER / name for name in SAMPLES]
SCHEMAS = {
    crd["spec"]["names"]["kind"]: crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    for crd in custom_resource_definitions()
    if crd["spec"]["group"] == "core.choreo.dev"
}

DATA_PLANE: dict[str, Any] = {
    "apiVersion": "core.choreo.dev/v1",
    "kind": "DataPlane",
    "metadata": {"name": "dp-local", "namespace": "acme"},
    "spec": {
        "kubernetesCluster": {
            "name": "kind-cluster-1",
            "connectionConfigRef": "kind-cluster-1-connection-config",
            "featureFlags": {"cilium": True, "scaleToZero": False, "gatewayType": "envoy"},
        },
        "gateway": {"publicVirtualHost": "choreoapis.local", "organizationVirtualHost": "internal.choreoapis.local"},
    },
}

PIPELINE: dict[str, Any] = {
    "apiVersion": "core.choreo.dev/v1",
    "kind": "DeploymentPipeline",
    "metadata": {"name": "default-pipeline"},
    "spec": {"promotionPaths": []},
}


def parse(wire: dict[str, Any]) -> ApiObject:
    return kind_of(wire["apiVersion"], wire["kind"]).model.from_wire(wire)


def refusals(wire: dict[str, Any]) -> dict[str, str]:
    """What is wrong with an object: the kind of finding by the path of the field."""
    with pytest.raises(ValidationError) as refused:
        parse(wire)
    return {".".join(map(str, error["loc"])): error["type"] for error in refused.value.errors()}


def without_zero_values(schema: dict[str, Any], value: Any) -> Any:
    """The value without zero values that the schema does not require, determined independently of the models."""
    if "items" in schema:
        return [without_zero_values(schema["items"], item) for item in value]
    if "properties" not in schema:
        return value
    kept = {name: without_zero_values(schema["properties"].get(name, {}), nested) for name, nested in value.items()}
    return {
        name: nested
        for name, nested in kept.items()
        if nested or name in schema.get("required", ()) or "properties" in schema["properties"][name]
    }


@with_samples
@pytest.mark.parametrize("path", SAMPLE_FILES, ids=lambda path: path.stem)
def test_openchoreos_samples_are_sent_without_optional_zero_values(path: Path) -> None:
    for wire in filter(None, yaml.safe_load_all(path.read_text())):
        spec = without_zero_values(SCHEMAS[wire["kind"]]["properties"]["spec"], wire["spec"])
        assert parse(wire).to_wire() == wire | {"spec": spec}


def test_an_object_made_in_python_has_pythons_names() -> None:
    environment = Environment(
        metadata=ObjectMeta(name="development", namespace="acme"),
        spec=EnvironmentSpec(data_plane_ref="dp-local", gateway=EnvironmentGateway(dns_prefix="dev")),
    )
    assert environment.to_wire() == {
        "apiVersion": "core.choreo.dev/v1",
        "kind": "Environment",
        "metadata": {"name": "development", "namespace": "acme"},
        "spec": {"dataPlaneRef": "dp-local", "gateway": {"dnsPrefix": "dev"}},
    }


def test_an_organization_is_sent_with_an_empty_spec() -> None:
    wire = {"apiVersion": "core.choreo.dev/v1", "kind": "Organization", "metadata": {"name": "acme"}}
    assert parse(wire).to_wire() == wire | {"spec": {}}
    assert parse(wire | {"spec": {}}).to_wire() == wire | {"spec": {}}


def test_a_null_is_an_absence() -> None:
    wire = PIPELINE | {"metadata": {"name": "p", "labels": None}, "spec": {"promotionPaths": None}}
    assert parse(wire).to_wire() == PIPELINE | {"metadata": {"name": "p"}, "spec": {}}


def test_unknown_fields_are_refused_at_their_place() -> None:
    spec = DATA_PLANE["spec"] | {"registry": {}}
    assert refusals(DATA_PLANE | {"spec": spec}) == {"spec.registry": "extra_forbidden"}


def test_pythons_names_are_unknown_in_a_manifest() -> None:
    environment = {"apiVersion": "core.choreo.dev/v1", "kind": "Environment", "metadata": {"name": "development"}}
    assert refusals(environment | {"spec": {"data_plane_ref": "dp-local"}}) == {
        "spec.data_plane_ref": "extra_forbidden"
    }


@pytest.mark.parametrize("field", ["uid", "resourceVersion", "creationTimestamp", "managedFields", "generateName"])
def test_metadata_that_the_server_owns_is_refused(field: str) -> None:
    metadata = DATA_PLANE["metadata"] | {field: "…"}
    assert refusals(DATA_PLANE | {"metadata": metadata}) == {f"metadata.{field}": "extra_forbidden"}


def test_a_status_is_refused() -> None:
    assert refusals(DATA_PLANE | {"status": {"conditions": [{"type": "Ready"}]}}) == {"status": "extra_forbidden"}


@pytest.mark.parametrize("nothing", [None, {}, {"conditions": []}])
def test_what_the_server_owns_and_says_nothing_is_not_there(nothing: Any) -> None:
    metadata = DATA_PLANE["metadata"] | {"creationTimestamp": None, "generation": 0, "managedFields": []}
    read = parse(DATA_PLANE | {"metadata": metadata, "status": nothing})
    assert read == parse(DATA_PLANE)


def test_all_findings_come_at_once() -> None:
    spec = {"kubernetesCluster": {"name": 7, "featureFlags": {"cilium": "yes", "scaleToZero": 1}}}
    assert refusals(DATA_PLANE | {"metadata": {}, "spec": spec}) == {
        "metadata.name": "missing",
        "spec.kubernetesCluster.name": "string_type",
        "spec.kubernetesCluster.connectionConfigRef": "missing",
        "spec.kubernetesCluster.featureFlags.cilium": "bool_type",
        "spec.kubernetesCluster.featureFlags.scaleToZero": "bool_type",
        "spec.kubernetesCluster.featureFlags.gatewayType": "missing",
        "spec.gateway": "missing",
    }


@pytest.mark.parametrize("value", [True, 1.0, "1", 2**31])
def test_an_integer_is_a_32_bit_integer_and_nothing_else(value: object) -> None:
    deployment = {"apiVersion": "core.choreo.dev/v1", "kind": "Deployment", "metadata": {"name": "d"}}
    spec = {"deploymentArtifactRef": "a", "revisionHistoryLimit": value}
    assert list(refusals(deployment | {"spec": spec})) == ["spec.revisionHistoryLimit"]


def test_an_endpoint_has_one_of_the_known_protocols() -> None:
    endpoint = {"apiVersion": "core.choreo.dev/v1", "kind": "Endpoint", "metadata": {"name": "e"}}
    spec = {"type": "http", "service": {"port": 80}}
    assert refusals(endpoint | {"spec": spec}) == {"spec.type": "literal_error"}


def test_the_port_of_a_probe_is_a_number_or_a_name() -> None:
    def artifact(port: object) -> dict[str, Any]:
        probes = {"readinessProbe": {"tcpSocket": {"port": port}}}
        return {
            "apiVersion": "core.choreo.dev/v1",
            "kind": "DeployableArtifact",
            "metadata": {"name": "a"},
            "spec": {"targetArtifact": {}, "configuration": {"application": {"probes": probes}}},
        }

    assert parse(artifact(8080)).to_wire() == artifact(8080)
    assert parse(artifact("http")).to_wire() == artifact("http")
    assert set(refusals(artifact(True)).values()) == {"int_type", "string_type"}


def test_an_object_is_of_one_kind_only() -> None:
    kind = kind_of("core.choreo.dev/v1", "Environment")
    with pytest.raises(ValidationError, match="Input should be 'Environment'"):
        kind.model.from_wire(DATA_PLANE)


def test_an_object_does_not_change() -> None:
    parsed = parse(DATA_PLANE)
    with pytest.raises(ValidationError, match="frozen"):
        parsed.metadata = ObjectMeta(name="other")

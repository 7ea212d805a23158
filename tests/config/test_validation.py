"""A problem says what is wrong with a value, and what would be right."""

from base64 import encodebytes
from typing import Any

import pytest
from pydantic import ValidationError

from choreo_components.api import PASSED_OVER, kind_of
from choreo_components.config.documents import FieldPath
from choreo_components.config.validation import parse, shown
from tests import declaring

DATA_PLANE = kind_of("core.choreo.dev/v1", "DataPlane")


def messages(wire: dict[str, Any]) -> dict[str, str]:
    """What is wrong with an object, by field."""
    read, found = parse(kind_of(wire["apiVersion"], wire["kind"]), wire)
    assert read is None
    assert len({problem.field for problem in found}) == len(found), f"a field is reported twice: {found}"
    return {problem.field: problem.message for problem in found}


def with_probe(port: Any) -> dict[str, Any]:
    """An artifact whose readiness probe asks that port."""
    made = declaring.artifact()
    probes = {"readinessProbe": {"httpGet": {"port": port}}}
    made["spec"]["configuration"] = {"application": {"probes": probes}}
    return made


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("yes", "should be true or false, not 'yes'"),
        (1, "should be true or false, not 1"),
        ([], "should be true or false, not a list"),
        ({}, "should be true or false, not a mapping"),
        (None, "should be true or false, not null"),
    ],
)
def test_a_value_of_another_type_is_shown_as_in_yaml(value: Any, message: str) -> None:
    wire = declaring.data_plane()
    wire["spec"]["kubernetesCluster"]["featureFlags"]["cilium"] = value
    assert messages(wire) == {"spec.kubernetesCluster.featureFlags.cilium": message}


@pytest.mark.parametrize(("value", "text"), [(True, "true"), (1.5, "1.5"), (7, "7")])
def test_a_scalar_that_should_be_a_string_needs_quotes(value: Any, text: str) -> None:
    wire = declaring.environment(data_plane=value)
    assert messages(wire) == {"spec.dataPlaneRef": f"should be a string, not {text} (put it in quotes)"}


def test_an_integer_that_should_be_a_list_is_reported_so() -> None:
    wire = declaring.pipeline()
    wire["spec"]["promotionPaths"][0]["targetEnvironmentRefs"] = 3
    assert messages(wire) == {"spec.promotionPaths[0].targetEnvironmentRefs": "should be a list, not 3"}


def test_a_missing_field_is_named() -> None:
    wire = declaring.data_plane()
    del wire["spec"]["gateway"]["publicVirtualHost"]
    assert messages(wire) == {"spec.gateway.publicVirtualHost": "required field is missing"}


def test_a_misspelt_field_is_reported_with_the_nearest_known_one() -> None:
    wire = declaring.pipeline()
    wire["spec"]["promotionPaths"][0]["targetEnvironmentRefs"] = [{"name": "staging", "requireApproval": True}]
    assert messages(wire) == {
        "spec.promotionPaths[0].targetEnvironmentRefs[0].requireApproval": (
            "unknown field; did you mean requiresApproval?"
        )
    }


def test_an_unknown_field_that_resembles_none_is_reported_with_all_known_ones() -> None:
    wire = declaring.environment()
    wire["spec"]["xyz"] = 1
    assert messages(wire) == {"spec.xyz": "unknown field; valid fields: dataPlaneRef, isProduction, gateway"}


def test_an_unknown_field_where_there_are_no_fields_is_reported_so() -> None:
    wire = declaring.organization()
    wire["spec"]["owner"] = "me"
    assert messages(wire) == {"spec.owner": "unknown field; valid fields: none"}


def test_a_field_that_the_cluster_sets_is_refused_as_such_if_it_has_a_value() -> None:
    wire = declaring.environment() | {"status": {"conditions": [{"type": "Ready"}]}}
    wire["metadata"] |= {"uid": "1b2c", "generation": 3, "managedFields": [{"manager": "kubectl"}], "selfLink": None}
    assert messages(wire) == dict.fromkeys(
        ["metadata.uid", "metadata.generation", "metadata.managedFields", "status"], "set by the cluster; remove it"
    )


@pytest.mark.parametrize("made", [declaring.environment, declaring.data_plane, declaring.data_plane_with_credentials])
@pytest.mark.parametrize("nothing", [None, {}, [], "", 0, {"conditions": None, "address": "", "of": [{"all": []}]}])
def test_a_field_that_the_cluster_sets_is_ignored_if_it_is_empty(made: Any, nothing: Any) -> None:
    wire = made()
    expected = wire | {"metadata": dict(wire["metadata"])}
    wire["metadata"] |= {path[1]: nothing for path in PASSED_OVER if path != ("status",)}
    read, found = parse(kind_of(wire["apiVersion"], wire["kind"]), wire | {"status": nothing})
    assert found == []
    assert read is not None
    assert read.to_wire() == expected


def test_numbers_and_booleans_are_quoted_as_written() -> None:
    wire = declaring.environment(data_plane=493)  # type: ignore[arg-type]
    wire["spec"]["isProduction"] = 15
    written: dict[FieldPath, str] = {("spec", "dataPlaneRef"): "0755", ("spec", "isProduction"): "0o17"}
    _, found = parse(kind_of(wire["apiVersion"], wire["kind"]), wire, lambda path: written[path])
    assert [each.message for each in found] == [
        "should be a string, not 0755 (put it in quotes)",
        "should be true or false, not 0o17",
    ]
    _, found = parse(kind_of("core.choreo.dev/v1", "DeployableArtifact"), with_probe(1000.0), lambda _: "1e3")
    assert [each.message for each in found] == ["should be an integer or a string, not 1e3"]


@pytest.mark.parametrize(("value", "written", "text"), [(493, "0755", "0755"), (True, "yes", "yes"), (1, None, "1")])
def test_a_value_is_shown_as_written(value: Any, written: str | None, text: str) -> None:
    assert shown(value, written) == text


def test_one_of_a_few_strings_is_expected() -> None:
    wire = declaring.endpoint()
    wire["spec"]["type"] = "SOAP"
    assert messages(wire)["spec.type"] == (
        "should be one of 'HTTP', 'REST', 'gRPC', 'GraphQL', 'Websocket', 'TCP', 'UDP', not 'SOAP'"
    )


@pytest.mark.parametrize("port", ["http", 8080])
def test_a_port_may_be_a_number_or_a_name(port: Any) -> None:
    wire = with_probe(port)
    assert kind_of(wire["apiVersion"], wire["kind"]).model.from_wire(wire).to_wire() == wire


def test_a_port_that_is_neither_is_one_problem_of_one_field() -> None:
    assert messages(with_probe([])) == {
        "spec.configuration.application.probes.readinessProbe.httpGet.port": (
            "should be an integer or a string, not a list"
        )
    }


def test_a_number_out_of_range_is_reported_in_lower_case_like_the_rest() -> None:
    wire = declaring.endpoint()
    wire["spec"]["service"]["port"] = 2**31
    assert messages(wire) == {"spec.service.port": "input should be less than 2147483648"}


def test_all_problems_come_in_the_order_of_the_fields() -> None:
    wire = declaring.environment()
    wire["metadata"]["labels"] = {"tier": 1}
    wire["spec"] = {"dataPlaneRef": [], "gateway": {"dnsPrefix": {}}}
    assert list(messages(wire)) == ["metadata.labels.tier", "spec.dataPlaneRef", "spec.gateway.dnsPrefix"]


def test_a_long_value_is_cut() -> None:
    assert shown("x" * 100) == f"'{'x' * 56}..."


# --- The two forms of a DataPlane ------------------------------------------------------------------------------------


@pytest.mark.parametrize("made", [declaring.data_plane, declaring.data_plane_with_credentials])
def test_a_data_plane_of_either_release_is_read_and_written_unchanged(made: Any) -> None:
    wire = made()
    read, found = parse(DATA_PLANE, wire)
    assert found == []
    assert read is not None
    assert read.to_wire() == wire


@pytest.mark.parametrize(
    ("foreign", "value"), [("connectionConfigRef", "c"), ("featureFlags", {}), ("connectionConfigRef", None)]
)
def test_a_field_of_before_v0_2_0_in_a_later_data_plane_is_reported_as_such(foreign: str, value: Any) -> None:
    wire = declaring.data_plane_with_credentials()
    wire["spec"]["kubernetesCluster"][foreign] = value
    assert messages(wire) == {
        f"spec.kubernetesCluster.{foreign}": (
            "this field belongs to the DataPlane of OpenChoreo before v0.2.0, but the others belong to "
            "OpenChoreo v0.2.0; use the fields of one release"
        )
    }


def test_a_field_of_v0_2_0_in_an_earlier_data_plane_is_reported_as_such() -> None:
    wire = declaring.data_plane()
    wire["spec"]["registry"] = {}
    assert messages(wire) == {
        "spec.registry": (
            "this field belongs to the DataPlane of OpenChoreo v0.2.0, but the others belong to "
            "OpenChoreo before v0.2.0; use the fields of one release"
        )
    }


def test_in_a_data_plane_of_both_forms_the_later_fields_are_reported() -> None:
    wire = declaring.data_plane()
    later = declaring.data_plane_with_credentials()["spec"]
    wire["spec"]["kubernetesCluster"] |= later["kubernetesCluster"]
    wire["spec"]["registry"] = later["registry"]
    assert list(messages(wire)) == ["spec.kubernetesCluster.credentials", "spec.registry"]


def test_a_data_plane_of_neither_form_is_reported_with_what_either_requires() -> None:
    wire = declaring.data_plane()
    wire["spec"]["kubernetesCluster"] = {"name": "kind-1"}
    assert messages(wire) == {
        "spec.kubernetesCluster": (
            "required field is missing: spec.kubernetesCluster.connectionConfigRef and "
            "spec.kubernetesCluster.featureFlags for OpenChoreo before v0.2.0, or spec.kubernetesCluster.credentials "
            "and spec.registry for OpenChoreo v0.2.0"
        )
    }


@pytest.mark.parametrize(("misspelt", "meant"), [("credential", "credentials"), ("featureFlag", "featureFlags")])
def test_a_misspelt_field_may_be_meant_for_either_data_plane(misspelt: str, meant: str) -> None:
    wire = declaring.data_plane()
    wire["spec"]["kubernetesCluster"] = {"name": "kind-1", misspelt: {}}
    assert messages(wire)[f"spec.kubernetesCluster.{misspelt}"] == f"unknown field; did you mean {meant}?"


def test_the_registry_is_required_with_credentials() -> None:
    wire = declaring.data_plane_with_credentials()
    del wire["spec"]["registry"]
    assert messages(wire) == {"spec.registry": "required field is missing"}


# --- What is secret --------------------------------------------------------------------------------------------------

KEY = "-----BEGIN PRIVATE KEY-----"


@pytest.mark.parametrize("field", ["caCert", "clientCert", "clientKey"])
@pytest.mark.parametrize("value", [KEY, "/etc/kubernetes/admin.key", "bm90IHdob2xl!", "bm90IHdob2x", "schön"])
def test_what_is_not_base64_is_reported_and_not_quoted(field: str, value: str) -> None:
    wire = declaring.data_plane_with_credentials()
    wire["spec"]["kubernetesCluster"]["credentials"][field] = value
    assert messages(wire) == {
        f"spec.kubernetesCluster.credentials.{field}": (
            "should be base64, as in the fields …-data of a kubeconfig: neither PEM nor the path of a file"
        )
    }


def test_base64_may_be_broken_into_lines() -> None:
    wire = declaring.data_plane_with_credentials()
    wire["spec"]["kubernetesCluster"]["credentials"]["clientKey"] = encodebytes(b"k" * 100).decode()
    assert parse(DATA_PLANE, wire)[1] == []


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (("kubernetesCluster", "credentials", "clientKey"), "should be a string (put it in quotes)"),
        (("kubernetesCluster", "credentials"), "should be a mapping"),
    ],
)
def test_whatever_is_written_instead_of_a_secret_is_not_quoted(path: tuple[str, ...], message: str) -> None:
    wire = declaring.data_plane_with_credentials()
    around = wire["spec"]
    for name in path[:-1]:
        around = around[name]
    around[path[-1]] = 7243
    assert messages(wire) == {".".join(("spec", *path)): message}


def test_the_text_of_an_error_contains_no_value() -> None:
    wire = declaring.data_plane_with_credentials()
    wire["spec"]["kubernetesCluster"]["credentials"]["clientKey"] = KEY
    with pytest.raises(ValidationError) as refused:
        DATA_PLANE.model_of(wire).from_wire(wire)
    assert KEY not in str(refused.value)

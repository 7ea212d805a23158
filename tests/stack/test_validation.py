"""A problem says what is wrong with a value, and what would be right."""

from typing import Any

import pytest
from pydantic import ValidationError

from choreo_components.api import kind_of
from choreo_components.validation import problems, shown
from tests.stack import declaring


def messages(wire: dict[str, Any]) -> dict[str, str]:
    """What is wrong with an object, by field."""
    model = kind_of(wire["apiVersion"], wire["kind"]).model
    with pytest.raises(ValidationError) as invalid:
        model.from_wire(wire)
    found = problems(invalid.value, model)
    assert len({problem.field for problem in found}) == len(found), f"a field is told twice: {found}"
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
def test_a_value_of_another_type_is_shown_as_yaml_people_know_it(value: Any, message: str) -> None:
    wire = declaring.data_plane()
    wire["spec"]["kubernetesCluster"]["featureFlags"]["cilium"] = value
    assert messages(wire) == {"spec.kubernetesCluster.featureFlags.cilium": message}


@pytest.mark.parametrize(("value", "text"), [(True, "true"), (1.5, "1.5"), (7, "7")])
def test_a_scalar_that_should_be_a_string_wants_quotes(value: Any, text: str) -> None:
    wire = declaring.environment(data_plane=value)
    assert messages(wire) == {"spec.dataPlaneRef": f"should be a string, not {text} (put it in quotes)"}


def test_an_integer_that_should_be_a_list_is_told_so() -> None:
    wire = declaring.pipeline()
    wire["spec"]["promotionPaths"][0]["targetEnvironmentRefs"] = 3
    assert messages(wire) == {"spec.promotionPaths[0].targetEnvironmentRefs": "should be a list, not 3"}


def test_a_missing_field_is_named() -> None:
    wire = declaring.data_plane()
    del wire["spec"]["gateway"]["publicVirtualHost"]
    assert messages(wire) == {"spec.gateway.publicVirtualHost": "required, and missing"}


def test_a_misspelt_field_gets_the_nearest_of_those_that_may_stand_there() -> None:
    wire = declaring.pipeline()
    wire["spec"]["promotionPaths"][0]["targetEnvironmentRefs"] = [{"name": "staging", "requireApproval": True}]
    assert messages(wire) == {
        "spec.promotionPaths[0].targetEnvironmentRefs[0].requireApproval": (
            "unknown field; did you mean requiresApproval?"
        )
    }


def test_an_unknown_field_that_resembles_none_gets_all_that_may_stand_there() -> None:
    wire = declaring.environment()
    wire["spec"]["xyz"] = 1
    assert messages(wire) == {"spec.xyz": "unknown field; known here: dataPlaneRef, isProduction, gateway"}


def test_where_no_field_may_stand_an_unknown_one_is_told_so() -> None:
    wire = declaring.organization()
    wire["spec"]["owner"] = "me"
    assert messages(wire) == {"spec.owner": "unknown field; known here: no field at all"}


def test_a_status_is_unknown_because_a_manifest_does_not_report() -> None:
    wire = declaring.environment() | {"status": {}}
    assert messages(wire)["status"] == "unknown field; known here: apiVersion, kind, metadata, spec"


def test_one_of_a_few_strings_is_wanted() -> None:
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


def test_a_number_out_of_range_is_told_in_lower_case_like_the_rest() -> None:
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

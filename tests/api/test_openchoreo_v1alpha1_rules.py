"""What an API server refuses of projects, components, resources and alerts by a rule is found before it is sent."""

from typing import Any

import pytest

from choreo_components.api.constraints import immutable_paths, violations
from choreo_components.api.openchoreo_v1alpha1 import API_VERSION, models

CONTAINER = {"image": "nginx:1.29"}
OWNER = {"projectName": "shop", "componentName": "web"}
SECRET = {"secretKeyRef": {"name": "smtp", "key": "password"}}
ALERT: dict[str, Any] = {
    "name": "errors",
    "source": {"type": "log", "query": "ERROR"},
    "condition": {"window": "5m", "interval": "1m", "operator": "gt", "threshold": 10},
    "actions": {"notifications": {"channels": ["mail"]}},
}
MAILS: dict[str, Any] = {
    "from": "alerts@acme.example",
    "to": ["ops@acme.example"],
    "smtp": {
        "host": "mail.acme.example",
        "port": 587,
        "auth": {"username": SECRET, "password": SECRET},
        "tls": {},
    },
    "template": {"subject": "Alert", "body": "There is an alert."},
}


def found(kind: str, spec: dict[str, Any]) -> list[tuple[str, str]]:
    """The violations of an object with that spec: where each is in the spec, and what it says."""
    wire = {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": "one"}, "spec": spec}
    given = getattr(models, kind).from_wire(wire)
    return [(".".join(map(str, each.path[1:])), each.message) for each in violations(type(given), given.to_wire())]


def workload(**more: Any) -> dict[str, Any]:
    return {"owner": OWNER, "container": CONTAINER, **more}


def alert(source: str, **incident: bool) -> dict[str, Any]:
    actions = {**ALERT["actions"], "incident": incident}
    return {**ALERT, "source": {"type": source, "query": "ERROR", "metric": "cpu_usage"}, "actions": actions}


def channel(type_: str, **config: Any) -> dict[str, Any]:
    return {"environment": "development", "type": type_, **config}


def requests(**headers: Any) -> dict[str, Any]:
    return channel("webhook", webhookConfig={"url": "https://acme.example/hook", "headers": headers})


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("Project", {"deploymentPipelineRef": {"name": "pipe"}, "type": {"name": "default"}}),
        ("Component", {"owner": {"projectName": "shop"}, "componentType": {"name": "deployment/service"}}),
        ("Workload", workload(dependencies={"resources": [{"ref": "db", "envBindings": {"url": "DATABASE_URL"}}]})),
        ("Workload", workload(endpoints={"http": {"type": "HTTP", "port": 8080, "visibility": ["external"]}})),
        ("ReleaseBinding", {"owner": OWNER, "environment": "development"}),
        ("ObservabilityAlertRule", ALERT),
        ("ObservabilityAlertRule", alert("log")),
        ("ObservabilityAlertRule", alert("log", enabled=True, triggerAiRca=True)),
        ("ObservabilityAlertRule", alert("budget", enabled=True, triggerAiCostAnalysis=True)),
        ("ObservabilityAlertsNotificationChannel", channel("email", emailConfig=MAILS)),
        ("ObservabilityAlertsNotificationChannel", requests(one={"value": "1"}, other={"valueFrom": SECRET})),
        ("RenderedRelease", {"owner": {"projectName": "shop"}, "environmentName": "development", "interval": "1m30s"}),
    ],
)
def test_what_is_right_is_let_through(kind: str, spec: dict[str, Any]) -> None:
    assert found(kind, spec) == []


@pytest.mark.parametrize("holder", ["env", "files"])
def test_a_value_is_given_or_referred_to(holder: str) -> None:
    twice = {"key": "A", "value": "1", "valueFrom": SECRET} | ({"mountPath": "/etc"} if holder == "files" else {})
    where, said = f"container.{holder}.0", "has both value and valueFrom; give only one of them"
    assert found("Workload", workload(container={**CONTAINER, holder: [twice]})) == [(where, said)]
    binding = {"owner": OWNER, "environment": "development", "workloadOverrides": {"container": {holder: [twice]}}}
    assert found("ReleaseBinding", binding) == [(f"workloadOverrides.{where}", said)]


@pytest.mark.parametrize("bindings", ["envBindings", "fileBindings"])
@pytest.mark.parametrize("binding", [{"": "URL"}, {"url": ""}])
def test_an_output_that_is_used_has_a_name_and_somewhere_to_go(bindings: str, binding: dict[str, str]) -> None:
    [(where, said)] = found("Workload", workload(dependencies={"resources": [{"ref": "db", bindings: binding}]}))
    assert where == f"dependencies.resources.0.{bindings}"
    assert said == "has an empty name: neither an output nor its target may have one"


def test_a_resource_is_used_once_with_all_its_outputs() -> None:
    [(where, said)] = found("Workload", workload(dependencies={"resources": [{"ref": "db"}, {"ref": "db"}]}))
    assert where == "dependencies.resources.1.ref"
    assert "is the same as in item 0" in said


def test_a_visibility_is_given_once() -> None:
    endpoint = {"type": "HTTP", "port": 8080, "visibility": ["external", "external"]}
    [(where, _)] = found("Workload", workload(endpoints={"http": endpoint}))
    assert where == "endpoints.http.visibility.1"


@pytest.mark.parametrize("port", [0, 65536])
def test_a_port_is_one(port: int) -> None:
    [(where, _)] = found("Workload", workload(endpoints={"http": {"type": "HTTP", "port": port}}))
    assert where == "endpoints.http.port"


@pytest.mark.parametrize(
    "name", ["service", "deployment/", "daemonset/service", "deployment/Service", "deployment/a\n"]
)
def test_a_component_names_the_sort_of_workload_and_its_type(name: str) -> None:
    [(where, said)] = found("Component", {"owner": {"projectName": "shop"}, "componentType": {"name": name}})
    assert where == "componentType.name"
    assert "as in deployment/service" in said


def test_a_release_is_of_a_component_or_of_a_resource() -> None:
    owner = {"projectName": "shop", "componentName": "web", "resourceName": "db"}
    [(where, said)] = found("RenderedRelease", {"owner": owner, "environmentName": "development"})
    assert where == "owner"
    assert said == "has both componentName and resourceName; give one of them, or neither for the project"


@pytest.mark.parametrize("trigger", ["triggerAiRca", "triggerAiCostAnalysis"])
def test_an_ai_looks_at_incidents_alone(trigger: str) -> None:
    incident = {trigger: True}
    where, said = "actions.incident", f"{trigger} needs an incident; set enabled as well"
    assert found("ObservabilityAlertRule", alert("budget", **incident)) == [(where, said)]
    assert found("ObservabilityAlertRule", alert("budget", enabled=False, **incident)) == [(where, said)]


def test_costs_are_looked_at_for_budgets_alone() -> None:
    [(where, said)] = found("ObservabilityAlertRule", alert("log", enabled=True, triggerAiCostAnalysis=True))
    assert where == ""
    assert said == "triggerAiCostAnalysis is for budgets; remove it from actions.incident, or set source.type to budget"


@pytest.mark.parametrize(("type_", "config"), [("email", "emailConfig"), ("webhook", "webhookConfig")])
def test_a_channel_says_where_it_leads(type_: str, config: str) -> None:
    said = f"needs {config}, as its type is {type_}"
    assert found("ObservabilityAlertsNotificationChannel", channel(type_)) == [("", said)]


@pytest.mark.parametrize("header", [{}, {"value": "1", "valueFrom": SECRET}, {"value": "", "valueFrom": SECRET}])
def test_a_header_has_one_value(header: dict[str, Any]) -> None:
    where, said = "webhookConfig.headers.X-Token", "needs one of value and valueFrom"
    assert found("ObservabilityAlertsNotificationChannel", requests(**{"X-Token": header})) == [(where, said)]


def test_a_header_may_be_empty() -> None:
    assert found("ObservabilityAlertsNotificationChannel", requests(**{"X-Token": {"value": ""}})) == []


@pytest.mark.parametrize(
    ("kind", "fixed"),
    [
        ("Project", {"type"}),
        ("ProjectRelease", {""}),
        ("ProjectReleaseBinding", {"owner", "environment"}),
        ("Component", {"owner", "componentType"}),
        ("Workload", {"owner"}),
        ("ComponentRelease", {"owner", "componentType", "traits", "componentProfile", "workload"}),
        ("ReleaseBinding", {"owner", "environment"}),
        ("Resource", {"owner", "type"}),
        ("ResourceRelease", {""}),
        ("ResourceReleaseBinding", {"owner", "environment"}),
        ("ObservabilityAlertsNotificationChannel", {"environment"}),
        ("RenderedRelease", {"owner"}),
        ("SecretReference", set()),
        ("ObservabilityAlertRule", set()),
    ],
)
def test_an_object_stays_what_it_is(kind: str, fixed: set[str]) -> None:
    assert {".".join(map(str, path[1:])) for path in immutable_paths(getattr(models, kind))} == fixed

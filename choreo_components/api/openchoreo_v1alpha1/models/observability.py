"""Alerts: when they are raised, and who is notified."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, Literal

from choreo_components.api.meta import WireModel, doc
from choreo_components.api.objects import ApiObject
from choreo_components.api.openchoreo_v1alpha1 import API_VERSION
from choreo_components.api.openchoreo_v1alpha1.models.common import ApiVersion, ListedStatus, Port, Time
from choreo_components.api.openchoreo_v1alpha1.models.components import ValueFrom
from choreo_components.api.shape import ALWAYS, IMMUTABLE, POINTER, SEEDED, SET, Facets, Int64, Items, Rule


class AlertSource(WireModel):
    """What an alert rule evaluates."""

    type: Annotated[Literal["log", "metric", "budget"], doc("Logs, a metric or costs.")]
    query: Annotated[str | None, doc("Which lines of the logs count; for logs.")] = None
    metric: Annotated[str | None, doc("Name of the metric; for metrics.")] = None


class AlertCondition(WireModel):
    """When an alert is raised."""

    window: Annotated[str, doc("Length of time that is evaluated, such as 5m.")]
    interval: Annotated[str, doc("How often it is evaluated, such as 1m.")]
    operator: Annotated[Literal["gt", "lt", "gte", "lte", "eq"], doc("How the value is compared with the threshold.")]
    threshold: Annotated[Int64, doc("The value it is compared with.")]


class AlertNotifications(WireModel):
    """Who is notified of an alert."""

    channels: Annotated[
        list[Annotated[str, Facets(min_length=1)]],
        SET,
        Items(least=1),
        doc("Names of ObservabilityAlertsNotificationChannels."),
    ]


def _needs_incident(trigger: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda wire: wire.get(trigger) is True and wire.get("enabled") is not True


class AlertIncident(WireModel):
    """Whether an alert makes an incident, and what happens then."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "!self.triggerAiRca || self.enabled",
            "triggerAiRca needs an incident; set enabled as well",
            _needs_incident("triggerAiRca"),
        ),
        Rule(
            "!self.triggerAiCostAnalysis || self.enabled",
            "triggerAiCostAnalysis needs an incident; set enabled as well",
            _needs_incident("triggerAiCostAnalysis"),
        ),
    )

    enabled: Annotated[bool, POINTER, doc("Whether an incident is made.")] = False
    trigger_ai_rca: Annotated[bool, POINTER, doc("Whether an AI analyses the cause; needs enabled.")] = False
    trigger_ai_cost_analysis: Annotated[
        bool, POINTER, doc("Whether an AI analyses the costs; needs enabled, and a source of type budget.")
    ] = False


class AlertActions(WireModel):
    """The actions of an alert."""

    notifications: Annotated[AlertNotifications, doc("Who is notified.")]
    incident: Annotated[AlertIncident | None, doc("Whether there is an incident.")] = None


def _analyses_other_costs(wire: Mapping[str, Any]) -> bool:
    incident = wire["actions"].get("incident", {})
    return incident.get("triggerAiCostAnalysis") is True and wire["source"]["type"] != "budget"


class ObservabilityAlertRuleSpec(WireModel):
    """The spec of an ObservabilityAlertRule."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "!has(self.actions.incident) || !self.actions.incident.triggerAiCostAnalysis"
            " || self.source.type == 'budget'",
            "triggerAiCostAnalysis is for budgets; remove it from actions.incident, or set source.type to budget",
            _analyses_other_costs,
        ),
    )

    name: Annotated[str, doc("Name of the rule.")]
    description: Annotated[str | None, doc("What it is about, for people.")] = None
    severity: Annotated[str | None, doc("Its severity: info, warning or critical.")] = None
    enabled: Annotated[bool | None, POINTER, doc("Whether the rule applies.")] = None
    source: Annotated[AlertSource, doc("What it evaluates.")]
    condition: Annotated[AlertCondition, doc("When an alert is raised.")]
    actions: Annotated[AlertActions, doc("The actions.")]


class ObservabilityAlertRuleStatus(ListedStatus):
    """What the ObservabilityAlertRule controller reports."""

    phase: Annotated[str | None, doc("Pending, Ready or Error.")] = None
    last_reconcile_time: Annotated[Time | None, doc("When the controller last reconciled the rule.")] = None
    last_sync_time: Annotated[Time | None, doc("When the rule was last passed to the monitoring system.")] = None
    backend_monitor_id: Annotated[str | None, doc("Its name in the monitoring system.")] = None


class ObservabilityAlertRule(ApiObject):
    """A rule by which alerts are raised. Releases of components make it, from a trait."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["ObservabilityAlertRule"] = "ObservabilityAlertRule"
    spec: ObservabilityAlertRuleSpec


class SmtpAuth(WireModel):
    """The credentials of the sender of mails at the mail server."""

    username: Annotated[ValueFrom, doc("Where the name is kept.")]
    password: Annotated[ValueFrom, doc("Where the password is kept.")]


class SmtpTls(WireModel):
    """Encryption on the way to the mail server."""

    insecure_skip_verify: Annotated[
        bool, ALWAYS, doc("Whether any certificate of the server is accepted. Not for production.")
    ] = False


class Smtp(WireModel):
    """The server that accepts mails."""

    host: Annotated[str, doc("Name of the server.")]
    port: Annotated[Port, doc("Its port.")]
    auth: Annotated[SmtpAuth, doc("Credentials of the sender.")]
    tls: Annotated[SmtpTls, doc("Encryption.")]


class EmailTemplate(WireModel):
    """The content of a mail; CEL is allowed in ${…}."""

    subject: Annotated[str, doc("Subject.")]
    body: Annotated[str, doc("Text.")]


class EmailConfig(WireModel):
    """Mails to send."""

    # `from` is a word of Python's.
    from_: Annotated[str, doc("Address of the sender.")]
    to: Annotated[list[str], Items(least=1), doc("Addresses of the receivers.")]
    smtp: Annotated[Smtp, doc("The server that accepts the mails.")]
    template: Annotated[EmailTemplate, doc("The content of the mails.")]


class WebhookHeader(WireModel):
    """A header of a request."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "has(self.value) ? !has(self.valueFrom) : has(self.valueFrom)",
            "needs one of value and valueFrom",
            lambda wire: ("value" in wire) == ("valueFrom" in wire),
        ),
    )

    value: Annotated[str | None, POINTER, doc("Its value; excludes valueFrom.")] = None
    value_from: Annotated[ValueFrom | None, doc("Where its value is kept; excludes value.")] = None


class WebhookConfig(WireModel):
    """Requests to send."""

    url: Annotated[str, Facets(format="uri"), doc("URL that the requests are sent to.")]
    headers: Annotated[dict[str, WebhookHeader] | None, doc("Headers of the requests, by their names.")] = None
    payload_template: Annotated[
        str | None, doc("Body of a request, as JSON with CEL in it; default: everything known of the alert.")
    ] = None


def _misses(config: str, channel_type: str) -> Rule:
    return Rule(
        f"self.type != '{channel_type}' || has(self.{config})",
        f"needs {config}, as its type is {channel_type}",
        lambda wire: wire.get("type") == channel_type and config not in wire,
    )


class ObservabilityAlertsNotificationChannelSpec(WireModel):
    """The spec of an ObservabilityAlertsNotificationChannel."""

    RULES: ClassVar[tuple[Rule, ...]] = (_misses("emailConfig", "email"), _misses("webhookConfig", "webhook"))

    environment: Annotated[str, IMMUTABLE, doc("Name of the Environment. Immutable.")]
    # The controller sets it on the first channel of an environment.
    is_env_default: Annotated[
        bool, SEEDED, doc("Whether it gets the alerts of the environment that name no channel.")
    ] = False
    type: Annotated[Literal["email", "webhook"], doc("Mails or requests.")]
    email_config: Annotated[EmailConfig | None, doc("The mails; for channels of type email.")] = None
    webhook_config: Annotated[WebhookConfig | None, doc("The requests; for channels of type webhook.")] = None


class ObservabilityAlertsNotificationChannel(ApiObject):
    """Who is notified of alerts in an Environment, and how."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["ObservabilityAlertsNotificationChannel"] = "ObservabilityAlertsNotificationChannel"
    spec: ObservabilityAlertsNotificationChannelSpec

"""Endpoints: how what is deployed is reached. Their spec is part of a DeployableArtifact, too."""

from typing import Annotated, Literal

from choreo_components.api.core_v1 import API_VERSION
from choreo_components.api.core_v1.models.status import ApiVersion, ConditionsStatus
from choreo_components.api.meta import WireModel, doc
from choreo_components.api.objects import ApiObject
from choreo_components.api.shape import Int32


class EndpointService(WireModel):
    """The service behind an endpoint."""

    port: Annotated[Int32, doc("Port of the service.")]
    url: Annotated[str | None, doc("URL of the service.")] = None
    base_path: Annotated[str | None, doc("Path under which the service answers.")] = None


class EndpointSchema(WireModel):
    """The interface description of an endpoint."""

    file_path: Annotated[str | None, doc("Path of the description in the component's source code.")] = None
    content: Annotated[str | None, doc("The description itself.")] = None


class BackendJwtConfiguration(WireModel):
    """What is in the token for the service."""

    audiences: Annotated[list[str], doc("Audiences of the token.")]


class BackendJwt(WireModel):
    """A token that the gateway passes to the service."""

    enable: Annotated[bool, doc("Whether the token is passed.")]
    configuration: Annotated[BackendJwtConfiguration, doc("What is in the token.")]


class Cors(WireModel):
    """What a browser may do with the endpoint from another origin."""

    enable: Annotated[bool, doc("Whether these rules apply.")]
    allow_origins: Annotated[list[str], doc("Origins that may call.")]
    allow_methods: Annotated[list[str], doc("Methods that may be used.")]
    allow_headers: Annotated[list[str], doc("Headers that may be sent.")]
    expose_headers: Annotated[list[str], doc("Headers of the answer that may be read.")]


class OperationPolicy(WireModel):
    """Authentication of one operation."""

    target: Annotated[str, doc("The operation.")]
    authentication_type: Annotated[str, doc("How its callers are authenticated.")]


class RateLimit(WireModel):
    """How often an endpoint accepts calls."""

    tier: Annotated[str, doc("Name of the limit.")]


class ApiSettings(WireModel):
    """What the gateway does with calls of an endpoint."""

    security_schemes: Annotated[list[str] | None, doc("How callers are authenticated: oauth or nothing.")] = None
    authorization_header: Annotated[str | None, doc("Header with the caller's token.")] = None
    backend_jwt: Annotated[BackendJwt | None, doc("Token for the service.")] = None
    operation_policies: Annotated[list[OperationPolicy] | None, doc("Authentication operation by operation.")] = None
    cors: Annotated[Cors | None, doc("Calls from pages of other origins.")] = None
    rate_limit: Annotated[RateLimit | None, doc("Limit of calls.")] = None


class Visibility(WireModel):
    """Whether an endpoint can be reached from some network, and its own settings there."""

    enable: Annotated[bool, doc("Whether the endpoint can be reached.")]
    api_settings: Annotated[ApiSettings | None, doc("Settings that take precedence over the endpoint's.")] = None


class NetworkVisibilities(WireModel):
    """From where an endpoint can be reached. Without this block it is public."""

    organization: Annotated[Visibility | None, doc("From inside the organization.")] = None
    public: Annotated[Visibility | None, doc("From everywhere.")] = None


class EndpointSpec(WireModel):
    """The spec of an Endpoint."""

    type: Annotated[
        Literal["HTTP", "REST", "gRPC", "GraphQL", "Websocket", "TCP", "UDP"], doc("Protocol of the endpoint.")
    ]
    service: Annotated[EndpointService, doc("The service behind it.")]
    # `schema` is taken by pydantic.
    schema_: Annotated[EndpointSchema | None, doc("Its interface description.")] = None
    network_visibilities: Annotated[NetworkVisibilities | None, doc("From where it can be reached.")] = None
    api_settings: Annotated[ApiSettings | None, doc("What the gateway does with its calls.")] = None


class EndpointStatus(ConditionsStatus):
    """What the Endpoint controller reports."""

    address: Annotated[str | None, doc("URL under which the endpoint is reached.")] = None


class Endpoint(ApiObject):
    """An entry point to a deployed component. The Deployment controller makes it from the artifact's templates."""

    api_version: ApiVersion = API_VERSION
    kind: Literal["Endpoint"] = "Endpoint"
    spec: EndpointSpec

"""Types which OpenChoreo's API borrows from Kubernetes: container probes (core/v1) and conditions (meta/v1)."""

from typing import Annotated, Literal

from choreo_components.api.meta import WireModel, doc
from choreo_components.api.shape import ATOMIC, POINTER, Facets, Int32, Int64, IntOrString


class ExecAction(WireModel):
    """Runs a command in the container."""

    command: Annotated[
        list[str] | None, ATOMIC, doc("Command and arguments, run without a shell. Exit status 0 is healthy.")
    ] = None


class GrpcAction(WireModel):
    """Calls the gRPC health service of the container."""

    port: Annotated[Int32, doc("Port of the gRPC service, 1 to 65535.")]
    service: Annotated[str, doc("Name of the service to ask about.")] = ""


class HttpHeader(WireModel):
    """A header of a probe's request."""

    name: Annotated[str, doc("Name of the header.")]
    value: Annotated[str, doc("Value of the header.")]


class HttpGetAction(WireModel):
    """Sends an HTTP GET request to the container."""

    port: Annotated[IntOrString, doc("Number (1 to 65535) or name of the port.")]
    path: Annotated[str | None, doc("Path of the request.")] = None
    host: Annotated[str | None, doc("Host to connect to; default: the pod's address.")] = None
    scheme: Annotated[str | None, doc("HTTP or HTTPS; default: HTTP.")] = None
    http_headers: Annotated[list[HttpHeader] | None, ATOMIC, doc("Headers of the request; they may repeat.")] = None


class TcpSocketAction(WireModel):
    """Opens a TCP connection to the container."""

    port: Annotated[IntOrString, doc("Number (1 to 65535) or name of the port.")]
    host: Annotated[str | None, doc("Host to connect to; default: the pod's address.")] = None


class Probe(WireModel):
    """A health check of a container: one of exec, grpc, httpGet and tcpSocket, and how often it runs."""

    exec: Annotated[ExecAction | None, doc("Check by a command in the container.")] = None
    grpc: Annotated[GrpcAction | None, doc("Check by a gRPC health request.")] = None
    http_get: Annotated[HttpGetAction | None, doc("Check by an HTTP GET request.")] = None
    tcp_socket: Annotated[TcpSocketAction | None, doc("Check by a TCP connection.")] = None
    initial_delay_seconds: Annotated[Int32 | None, doc("Seconds from the container's start to the first check.")] = None
    period_seconds: Annotated[Int32 | None, doc("Seconds from one check to the next; default 10, at least 1.")] = None
    timeout_seconds: Annotated[Int32 | None, doc("Seconds after which a check has failed; default 1.")] = None
    success_threshold: Annotated[Int32 | None, doc("Successes in a row after which it is healthy; default 1.")] = None
    failure_threshold: Annotated[Int32 | None, doc("Failures in a row after which it has failed; default 3.")] = None
    termination_grace_period_seconds: Annotated[
        Int64 | None, POINTER, doc("Seconds to end in after a failed check, in place of the pod's own.")
    ] = None


class Condition(WireModel):
    """One aspect of an object's state, as a controller saw it last."""

    type: Annotated[
        str,
        Facets(
            max_length=316,
            pattern=(
                r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?"
                r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$"
            ),
        ),
        doc("Which aspect: Ready, Created, Available, …"),
    ]
    status: Annotated[Literal["True", "False", "Unknown"], doc("Whether it holds.")]
    observed_generation: Annotated[
        int | None, Facets(format="int64", minimum=0), doc("The metadata.generation which the controller saw.")
    ] = None
    last_transition_time: Annotated[str, Facets(format="date-time"), doc("When the status changed last.")]
    reason: Annotated[
        str,
        Facets(min_length=1, max_length=1024, pattern="^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$"),
        doc("Why, as one word for programs."),
    ]
    message: Annotated[str, Facets(max_length=32768), doc("Why, as a sentence for people.")]

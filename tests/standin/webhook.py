"""The webhook: what OpenChoreo refuses of a Project when it is created or changed, its finalizer's removal included."""

import json
import ssl
import threading
from base64 import b64encode
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from choreo_components.api.core_v1 import labels
from choreo_components.kubernetes.objects import Resource
from devcluster.pki import Pki
from tests.standin.api import Api

CONFIGURATIONS = Resource(
    "admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", False
)
NAME = "project.core.choreo.dev"


def refusal(api: Api, project: Mapping[str, Any], creating: bool) -> str | None:
    """Why the Project is refused; None if it is not."""
    metadata = project["metadata"]
    own = metadata.get("labels") or {}
    organization, name = own.get(labels.ORGANIZATION), own.get(labels.NAME)
    if not organization or not name:
        return f"required labels missing for the project {metadata['name']}"
    organizations = api.find("Organization", None, {labels.NAME: organization})
    if len(organizations) != 1:
        return f"found {len(organizations)} organizations with the name {organization}"
    made = (organizations[0].manifest.get("status") or {}).get("namespace")
    if made != metadata["namespace"]:
        return f"the namespace of organization {organization} is {made}, not {metadata['namespace']}"
    reference = project["spec"]["deploymentPipelineRef"]
    if not api.find("DeploymentPipeline", metadata["namespace"], {labels.NAME: reference}):
        return f"deployment pipeline '{reference}' specified in project '{name}' not found"
    if creating and api.find("Project", metadata["namespace"], {labels.ORGANIZATION: organization, labels.NAME: name}):
        return f"project '{name}' already exists in organization '{organization}'"
    return None


class Webhook:
    """Serves the API server's questions over TLS on loopback, on threads of its own."""

    def __init__(self, api: Api, pki: Pki) -> None:
        """Takes the certificate of a control plane, whose API server trusts its authority."""
        self._pki = pki
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pki.certificate("kube-apiserver"), pki.key("kube-apiserver"))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(api))
        self._server.daemon_threads = True
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, name="webhook", daemon=True)

    @property
    def configuration(self) -> dict[str, Any]:
        """What tells the API server to ask."""
        webhook = {
            "name": f"validate.{NAME}",
            "clientConfig": {
                "url": f"https://127.0.0.1:{self._server.server_port}/validate",
                "caBundle": b64encode(self._pki.authority.read_bytes()).decode(),
            },
            "rules": [
                {
                    "apiGroups": ["core.choreo.dev"],
                    "apiVersions": ["v1"],
                    "operations": ["CREATE", "UPDATE"],
                    "resources": ["projects"],
                }
            ],
            "failurePolicy": "Fail",
            "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
        }
        return {"metadata": {"name": NAME}, "webhooks": [webhook]}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


def _handler(api: Api) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["request"]
            refused = refusal(api, request["object"], creating=request["operation"] == "CREATE")
            response: dict[str, Any] = {"uid": request["uid"], "allowed": refused is None}
            if refused is not None:
                response["status"] = {"code": 403, "message": refused}
            review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response}
            body = json.dumps(review).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler

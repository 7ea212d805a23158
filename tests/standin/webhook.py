"""The webhooks of a family: what OpenChoreo refuses of objects that are sent to it, and how it changes them."""

import json
import ssl
import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from choreo_components.kubernetes.objects import Resource
from devcluster.pki import Pki
from tests.standin.api import Api
from tests.standin.family import Family, Hook

_REGISTRATION = ("admissionregistration.k8s.io", "v1")
VALIDATING = Resource(
    *_REGISTRATION, "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", namespaced=False
)
MUTATING = Resource(*_REGISTRATION, "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", namespaced=False)


class Webhook:
    """Serves the API server's questions over TLS on loopback, on separate threads."""

    def __init__(self, api: Api, family: Family, pki: Pki) -> None:
        """Takes the certificate of a control plane, whose API server trusts its authority."""
        self._pki = pki
        self._family = family
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pki.certificate("kube-apiserver"), pki.key("kube-apiserver"))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(api, family))
        self._server.daemon_threads = True
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, name="webhook", daemon=True)

    @property
    def configurations(self) -> Iterator[tuple[Resource, dict[str, Any]]]:
        """The configuration that makes the API server ask."""
        for resource in (VALIDATING, MUTATING):
            hooks = [each for each in self._family.hooks if (each.mutation is not None) == (resource == MUTATING)]
            if hooks:
                yield resource, {"metadata": {"name": self._family.group}, "webhooks": [*map(self._webhook, hooks)]}

    def _webhook(self, hook: Hook) -> dict[str, Any]:
        rule = {
            "apiGroups": [self._family.group],
            "apiVersions": [self._family.version],
            "operations": ["CREATE", "UPDATE"],
            "resources": list(hook.plurals),
        }
        authority = b64encode(self._pki.authority.read_bytes()).decode()
        url = f"https://127.0.0.1:{self._server.server_port}/{hook.name}"
        return {
            "name": hook.name,
            "clientConfig": {"url": url, "caBundle": authority},
            "rules": [rule],
            "failurePolicy": "Fail",
            "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
        }

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


def _handler(api: Api, family: Family) -> type[BaseHTTPRequestHandler]:
    hooks = {hook.name: hook for hook in family.hooks}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["request"]
            # The API server adds its timeout.
            response = _answer(api, hooks[self.path.strip("/").partition("?")[0]], request)
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


def _answer(api: Api, hook: Hook, request: Mapping[str, Any]) -> Mapping[str, Any]:
    response: dict[str, Any] = {"uid": request["uid"], "allowed": True}
    refused = hook.refusal(api, request) if hook.refusal is not None else None
    if refused is not None:
        response |= {"allowed": False, "status": {"code": 403, "message": refused}}
    elif hook.mutation is not None:
        patch = [{"op": "add", "path": "/spec", "value": hook.mutation(api, request)["spec"]}]
        response |= {"patchType": "JSONPatch", "patch": b64encode(json.dumps(patch).encode()).decode()}
    return response

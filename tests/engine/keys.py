"""A key service, as Pulumi uses a Vault: unlike a passphrase, from which it derives a key in each command.

That takes a fifth of a second of CPU time, a third of what a small `pulumi up` takes. The stacks of most tests have
their keys here; those of the tests of secrets and of documents have a passphrase, as stacks have by default.
"""

import json
from collections.abc import Mapping
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

PROVIDER = "hashivault://tests"
"""The secrets provider of a stack that has its key here."""

PASSPHRASE = "passphrase"
"""The secrets provider of a stack by default."""

PREFIX = "vault:v1:"
"""What a ciphertext begins with."""


@cache
def variables() -> Mapping[str, str]:
    """What leads Pulumi to this process's key service."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Transit)
    Thread(target=server.serve_forever, daemon=True).start()
    return {"VAULT_SERVER_URL": f"http://127.0.0.1:{server.server_port}", "VAULT_SERVER_TOKEN": "test"}


class _Transit(BaseHTTPRequestHandler):
    """Vault's secrets engine `transit`, with a cipher that hides nothing: each worker can read what others wrote."""

    def do_PUT(self) -> None:
        asked: dict[str, str] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if "/encrypt/" in self.path:
            data = {"ciphertext": PREFIX + asked["plaintext"]}
        else:
            data = {"plaintext": asked["ciphertext"].removeprefix(PREFIX)}
        answer = json.dumps({"data": data}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Nothing: pytest shows what a test prints."""

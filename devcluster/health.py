"""Health: whether a member reports to be ready, asked over its port with a certificate of the control plane."""

import http.client
import ssl
import time

from devcluster.errors import ClusterError
from devcluster.pki import Pki
from devcluster.process import Process

PATHS = {"etcd": "/health", "kube-apiserver": "/readyz", "kube-controller-manager": "/healthz"}
SECONDS_TO_ANSWER = 5.0
SECONDS_BETWEEN_QUESTIONS = 0.05


def ask(member: str, port: int, pki: Pki) -> str:
    """Returns "" for a member that is ready, else its answer, or why there was none."""
    context = ssl.create_default_context(cafile=str(pki.authority))
    context.load_cert_chain(pki.certificate("admin"), pki.key("admin"))
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=SECONDS_TO_ANSWER, context=context)
    try:
        connection.request("GET", PATHS[member])
        response = connection.getresponse()
        answer = response.read().decode(errors="replace")
        return "" if response.status == http.client.OK else f"HTTP {response.status}: {answer.strip()}"
    except (OSError, http.client.HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        connection.close()


def wait(process: Process, port: int, pki: Pki, seconds: float) -> None:
    """Waits for a member to be ready. Raises ClusterError with the end of its log if it is not in time, or ends."""
    deadline = time.monotonic() + seconds
    while answer := ask(process.name, port, pki):
        if process.pid is None:
            raise ClusterError(f"{process.name} has ended while it started; {process.log_tail()}")
        if time.monotonic() > deadline:
            raise ClusterError(
                f"{process.name} was not ready within {seconds:.0f} s; {PATHS[process.name]} on port {port} answered: "
                f"{answer}; {process.log_tail()}"
            )
        time.sleep(SECONDS_BETWEEN_QUESTIONS)

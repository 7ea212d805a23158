"""The members of a control plane: its three programs, and how each is run."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from devcluster.pki import Pki
from toolchain.cache import is_ours

# In the order of their start: each needs the one before it. They are stopped in the reverse order.
MEMBERS = ("etcd", "kube-apiserver", "kube-controller-manager")

# The controllers of namespaces, owner references and service accounts. Nothing here runs workloads.
CONTROLLERS = (
    "namespace-controller",
    "garbage-collector-controller",
    "serviceaccount-controller",
    "serviceaccount-token-controller",
)


def command(member: str, program: Path, ports: Mapping[str, int], pki: Pki, data: Path, kubeconfig: Path) -> list[str]:
    """The command that runs a member: `ports` are those of all members, `data` is the folder of etcd's data,
    `kubeconfig` the one with which the controllers reach the API server."""
    flags = {
        "etcd": _etcd(ports, pki, data),
        "kube-apiserver": _kube_apiserver(program, ports, pki),
        "kube-controller-manager": _kube_controller_manager(ports, pki, kubeconfig),
    }
    return [str(program), *flags[member]]


def _etcd(ports: Mapping[str, int], pki: Pki, data: Path) -> Sequence[str]:
    url = f"https://127.0.0.1:{ports['etcd']}"
    return [
        f"--data-dir={data}",
        f"--listen-client-urls={url}",
        f"--advertise-client-urls={url}",
        f"--cert-file={pki.certificate('etcd')}",
        f"--key-file={pki.key('etcd')}",
        f"--trusted-ca-file={pki.authority}",
        "--client-cert-auth",
        # It has no peers, but listens for them: on any port, and only for clients with a certificate.
        "--listen-peer-urls=https://127.0.0.1:0",
        "--initial-advertise-peer-urls=https://127.0.0.1:2380",
        "--initial-cluster=default=https://127.0.0.1:2380",
        f"--peer-cert-file={pki.certificate('etcd')}",
        f"--peer-key-file={pki.key('etcd')}",
        f"--peer-trusted-ca-file={pki.authority}",
        "--peer-client-cert-auth",
        # Without other members, it need not wait a second after each start until it leads.
        "--heartbeat-interval=50",
        "--election-timeout=250",
        # Data outlive the process, as the system writes them later; only a crash of the machine itself may lose some.
        "--unsafe-no-fsync",
    ]


def _kube_apiserver(program: Path, ports: Mapping[str, int], pki: Pki) -> Sequence[str]:
    certificate, key = pki.certificate("kube-apiserver"), pki.key("kube-apiserver")
    return [
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        f"--secure-port={ports['kube-apiserver']}",
        "--endpoint-reconciler-type=none",  # a loopback address cannot be an endpoint, and no pod needs one
        f"--etcd-servers=https://127.0.0.1:{ports['etcd']}",
        f"--etcd-cafile={pki.authority}",
        f"--etcd-certfile={certificate}",
        f"--etcd-keyfile={key}",
        f"--tls-cert-file={certificate}",
        f"--tls-private-key-file={key}",
        f"--client-ca-file={pki.authority}",
        "--anonymous-auth=false",
        "--authorization-mode=RBAC",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={pki.service_account_key}",
        f"--service-account-signing-key-file={pki.service_account_key}",
        "--service-cluster-ip-range=10.96.0.0/16",
        # A list from the API server's cache waits 0.1 s for news from etcd; one from etcd itself, next door, comes
        # in 2 ms. Deleting a namespace lists it kind by kind. Only for the release we know: later ones lock the gate.
        *(["--feature-gates=ConsistentListFromCache=false"] if is_ours(program) else []),
    ]


def _kube_controller_manager(ports: Mapping[str, int], pki: Pki, kubeconfig: Path) -> Sequence[str]:
    return [
        "--bind-address=127.0.0.1",
        f"--secure-port={ports['kube-controller-manager']}",
        f"--tls-cert-file={pki.certificate('kube-controller-manager')}",
        f"--tls-private-key-file={pki.key('kube-controller-manager')}",
        f"--kubeconfig={kubeconfig}",
        f"--master=https://127.0.0.1:{ports['kube-apiserver']}",
        f"--service-account-private-key-file={pki.service_account_key}",
        f"--root-ca-file={pki.authority}",
        f"--controllers={','.join(CONTROLLERS)}",
        "--leader-elect=false",  # there is no other: waiting until a crashed one's lease expires is useless
        # An environment's namespaces are deleted all at once; the defaults delete 10 at a time and throttle the calls.
        "--concurrent-namespace-syncs=50",
        "--kube-api-qps=500",
        "--kube-api-burst=1000",
    ]

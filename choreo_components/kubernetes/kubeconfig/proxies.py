"""Proxies that the environment names, used as Go's HTTP client, and with it kubectl, uses them.

`HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, or the same in lower case (golang.org/x/net/http/httpproxy).
"""

import ipaddress
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from choreo_components.kubernetes.kubeconfig.fields import KubeconfigError


def proxy_for(server: str, environment: Mapping[str, str]) -> str | None:
    """The address of the proxy by which a server is reached; None where it is reached without one.

    Raises KubeconfigError for one that is not supported.
    """
    target = urlsplit(server)
    variable = f"{target.scheme.upper()}_PROXY"
    proxy = environment.get(variable) or environment.get(variable.lower())
    if not proxy or _is_excepted(target, environment.get("NO_PROXY") or environment.get("no_proxy") or ""):
        return None
    if "://" not in proxy:
        proxy = f"http://{proxy}"
    try:
        parts = urlsplit(proxy)
        usable = parts.scheme in ("http", "https") and parts.hostname is not None and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise KubeconfigError(
            f"the proxy in {variable} is neither http:// nor https://, and no other is supported; set the kubeconfig's "
            "proxy-url, or NO_PROXY"
        )
    return proxy


def _is_excepted(target: SplitResult, excepted: str) -> bool:
    host = (target.hostname or "").rstrip(".")
    port = target.port or (443 if target.scheme == "https" else 80)
    address = _address(host)
    if host == "localhost" or (address is not None and address.is_loopback):
        return True
    return any(_matches(each.strip().lower(), host, port, address) for each in excepted.split(","))


def _matches(entry: str, host: str, port: int, address: "_Address | None") -> bool:
    """Whether an entry of NO_PROXY means the host: a network, or an address or a domain, with a port or without."""
    if entry == "*":
        return True
    if not entry:
        return False
    if "/" in entry:
        try:
            network = ipaddress.ip_network(entry, strict=False)
        except ValueError:
            return False
        return address is not None and address in network
    name, only_port = _divided(entry)
    if only_port is not None and only_port != str(port):
        return False
    if (excepted := _address(name)) is not None:
        return excepted == address
    name = name.removeprefix("*")
    if name.startswith("."):
        return host.endswith(name)
    return host == name or host.endswith(f".{name}")


def _divided(entry: str) -> tuple[str, str | None]:
    """The host of an entry, and its port, if it has one."""
    if entry.startswith("["):
        name, _, rest = entry[1:].partition("]")
        return name, rest.removeprefix(":") or None
    if entry.count(":") == 1:
        name, _, port = entry.partition(":")
        return name, port
    return entry, None


_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def _address(host: str) -> _Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None

"""The executable `pulumi-resource-choreo`: the engine starts it and finds its port on standard output."""

import asyncio
import os
import sys
from contextlib import suppress

DIRECTLY, OTHERWISE = "no_grpc_proxy", "no_proxy"
"""The variable with the hosts that gRPC reaches without a proxy, and the one that it uses if this is not set."""

THIS_MACHINE = "127.0.0.1,localhost"
"""The hosts of the engine."""


def main() -> None:
    """Serves the engine whose address is the first argument, until it ends this process."""
    addresses = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    if not addresses:
        sys.exit("pulumi-resource-choreo is started by the Pulumi engine, which passes its address as the argument")

    _reach_the_engine_directly()
    from choreo_components.provider.servicer import serve

    def announce(port: int) -> None:
        print(port, flush=True)

    with suppress(KeyboardInterrupt):
        asyncio.run(serve(addresses[0], sys.argv[1:], announce))


def _reach_the_engine_directly() -> None:
    """Keeps gRPC from connecting to the engine through the proxy of `https_proxy`, `http_proxy` or `grpc_proxy`.

    The variable applies to all channels of this process, the SDK's included, and each of them leads to the engine
    (gRPC: doc/core/default_http_proxy_mapper.md).
    """
    before = os.environ.get(DIRECTLY) or os.environ.get(OTHERWISE)
    os.environ[DIRECTLY] = f"{before},{THIS_MACHINE}" if before else THIS_MACHINE


if __name__ == "__main__":
    main()

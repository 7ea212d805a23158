"""The executable `pulumi-resource-choreo`: the engine starts it and finds its port on standard output."""

import asyncio
import sys
from contextlib import suppress


def main() -> None:
    """Serves the engine whose address is the first argument, until it ends this process."""
    addresses = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    if not addresses:
        sys.exit("pulumi-resource-choreo is started by the Pulumi engine, which passes its address as the argument")

    from choreo_components.provider.servicer import serve

    def announce(port: int) -> None:
        print(port, flush=True)

    with suppress(KeyboardInterrupt):
        asyncio.run(serve(addresses[0], sys.argv[1:], announce))


if __name__ == "__main__":
    main()

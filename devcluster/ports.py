"""The ports: free ones on the loopback interface, which stay the same as long as no other program takes them."""

import random
import socket
from collections.abc import Collection

# Below the range that Linux gives to outgoing connections: one of those cannot take a port while its owner restarts.
RANGE = range(20000, 32000)


def is_free(port: int) -> bool:
    """Whether no program listens on a port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: closed connections do not count
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def pick(taken: Collection[int]) -> int:
    """A free port that is not one of `taken`. Random, so that two concurrent picks differ."""
    return next(port for port in random.sample(RANGE, len(RANGE)) if port not in taken and is_free(port))

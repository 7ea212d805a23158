"""A caller of the fork server (`forks`), in Python's place where a program, a provider or a command would start.

It begins with each of them, so it imports modules in C alone: `json`, `signal` and `socket` would double its time.
"""

import _signal  # type: ignore[import-not-found]
import _socket
import marshal
import os
import sys

READY = b"ready"
"""The answer of the caller, to which it passes signals on."""


def ask(address: str, script: str, *arguments: str) -> int:
    """Has the server run a script; returns its exit code."""
    request = {"arguments": [script, *arguments], "variables": dict(os.environ), "folder": os.getcwd()}
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    connection.connect(address)
    payload = marshal.dumps(request)
    files = b"".join(number.to_bytes(4, sys.byteorder) for number in (0, 1, 2))
    connection.sendmsg([len(payload).to_bytes(4, "big")], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, files)])
    connection.sendall(payload)
    child = _number(connection)
    for each in (_signal.SIGINT, _signal.SIGTERM):
        _signal.signal(each, lambda number, _: os.kill(child, number))
    connection.sendall(READY)
    return _number(connection)


def _number(connection: _socket.socket) -> int:
    return int.from_bytes(read(connection, 4), "big")


def read(connection: _socket.socket, count: int) -> bytes:
    """So many bytes of a connection; this process ends where the other one has ended."""
    found = b""
    while len(found) < count:
        more = connection.recv(count - len(found))
        if not more:
            sys.exit(128 + _signal.SIGKILL)
        found += more
    return found


if __name__ == "__main__":
    sys.exit(ask(*sys.argv[1:]))

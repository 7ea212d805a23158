"""A fork server: programs, providers and commands begin as copies of a process that has read their modules already.

Reading the modules of Pulumi and ours takes longer than most programs of the tests run. What runs is the same code in
a separate process, with the arguments, variables, folder and files from the engine; only the modules are read before.
`interpreter` puts `fork`, a caller, in Python's place; the caller's process stays until the copy has ended.
"""

import array
import marshal
import os
import select
import signal
import socket
import sys
from typing import Any, NoReturn

from tests.engine.fork import READY, read

PRELOADED = (
    *("pulumi", "pulumi.provider.experimental.provider", "choreo_components"),
    # What the libraries of our client import when they first connect.
    *("anyio._backends._asyncio", "anyio.streams.tls", "encodings.idna", "grpc.experimental", "h11", "h2.connection"),
    *("httpcore2", "truststore"),
)
"""Modules and packages; of our package, all modules."""


def serve(address: str) -> None:
    """Reads the modules, and forks for each caller at the address, until standard input ends."""
    _preload()
    threads = os.listdir("/proc/self/task")
    assert len(threads) == 1, "a module starts a thread when it is imported, which forks do not have"
    # The child itself reports to the caller how it ended.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen(64)
        while True:
            ready, _, _ = select.select([listening, sys.stdin], [], [])
            if sys.stdin in ready:
                return
            connection, _ = listening.accept()
            if not os.fork():
                listening.close()
                _become(connection)
            connection.close()


def _preload() -> None:
    import gc
    import importlib
    import pkgutil

    for name in PRELOADED:
        module = importlib.import_module(name)
        if name == "choreo_components":
            for found in pkgutil.walk_packages(module.__path__, f"{name}."):
                if not found.name.endswith(".__main__"):
                    importlib.import_module(found.name)
    # The modules of the models build none of them.
    for kind in sys.modules["choreo_components.api"].all_kinds().values():
        for model in (kind.model, *kind.since.values()):
            model.model_rebuild()
    gc.collect()
    gc.freeze()


def _become(connection: socket.socket) -> NoReturn:
    """Makes this process, a fork, the script's."""
    import atexit
    import runpy
    import threading

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    size, ancillary, _, _ = connection.recvmsg(4, socket.CMSG_SPACE(3 * array.array("i").itemsize))
    files = array.array("i", ancillary[0][2])
    request: dict[str, Any] = marshal.loads(read(connection, int.from_bytes(size, "big")))
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    # Not the server's, which refer to other files.
    sys.stdin = os.fdopen(0, "r", closefd=False)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", buffering=1, closefd=False) for number in (1, 2))
    os.environ.clear()
    os.environ.update(request["variables"])
    os.chdir(request["folder"])
    sys.argv = request["arguments"]
    sys.path[0] = os.path.dirname(sys.argv[0])
    connection.sendall(os.getpid().to_bytes(4, "big"))
    read(connection, len(READY))

    def watch() -> None:
        connection.recv(1)
        os._exit(128 + signal.SIGKILL)  # the caller has ended

    threading.Thread(target=watch, daemon=True).start()
    code = 0
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    connection.sendall(code.to_bytes(4, "big"))
    os._exit(code)


if __name__ == "__main__":
    serve(sys.argv[1])

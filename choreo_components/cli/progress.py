"""Progress: a status line for a person who waits at a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer

PATIENCE = 2.0
"""Seconds before the status line appears."""


@contextmanager
def sign_of_life(what: str) -> Iterator[None]:
    """Shows at a terminal what the command is doing, once it takes long."""
    from rich.console import Console

    console = Console(stderr=True)
    status = console.status(what)
    timer = Timer(PATIENCE, status.start)
    if console.is_terminal:
        timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if console.is_terminal:
            timer.join()
        status.stop()

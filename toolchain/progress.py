"""Progress: current tasks and how long they take, so that no minute is silent."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Self

SECONDS_BETWEEN_LINES = 15.0


class Progress:
    """Shows tasks on standard output: ticking on a terminal, elsewhere as a line every few seconds."""

    def __init__(self) -> None:
        self._tasks: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()
        self._shown = ExitStack()

    def __enter__(self) -> Self:
        self._shown.enter_context(_ticking(self._lines) if sys.stdout.isatty() else _repeating(self._lines))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._shown.close()

    @contextmanager
    def task(self, name: str) -> Iterator[Callable[[str], None]]:
        """A task that lasts while the block runs. The block gets a function that sets the task's current step."""
        started = time.monotonic()

        def say(state: str) -> None:
            with self._lock:
                self._tasks[name] = (state, started)
            if not sys.stdout.isatty():
                print_line(f"{name}: {state}")

        try:
            yield say
        finally:
            with self._lock:
                self._tasks.pop(name, None)

    def _lines(self) -> list[str]:
        now = time.monotonic()
        with self._lock:
            return [f"{name}: {state} ({duration(now - started)})" for name, (state, started) in self._tasks.items()]


@contextmanager
def _ticking(lines: Callable[[], list[str]]) -> Iterator[None]:
    from rich.live import Live  # only here: a run without progress need not import it
    from rich.text import Text

    with Live(get_renderable=lambda: Text("\n".join(lines())), refresh_per_second=4, transient=True):
        yield


@contextmanager
def _repeating(lines: Callable[[], list[str]]) -> Iterator[None]:
    done = threading.Event()

    def repeat() -> None:
        while not done.wait(SECONDS_BETWEEN_LINES):
            if going_on := lines():
                print_line(", ".join(going_on))

    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def print_line(line: str) -> None:
    """Prints a line at once and in one piece, also from several threads."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def duration(seconds: float) -> str:
    """A duration for people: `42 s`, `3 min 05 s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"

"""A listener: what other users of the machine can see of commands while they run: arguments, and temporary files."""

import stat
import threading
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

SECONDS = 0.2
"""Between two looks."""


class Listener:
    """Looks, while it is open, for any of the `words` where others can read."""

    def __init__(self, temporary: Path, words: Collection[str]) -> None:
        """`temporary` is the folder for temporary files of what is watched."""
        self.programs: set[str] = set()
        """The arguments of every process that ran."""
        self.heard: set[str] = set()
        """Where a word was found: in arguments, or in a temporary file that others may read."""
        self._temporary = temporary
        self._words = [word.encode() for word in words]
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._thread.join()

    def _listen(self) -> None:
        while not self._end.wait(SECONDS):
            for process in Path("/proc").glob("[0-9]*"):
                self._look(process / "cmdline")
            for file in self._temporary.rglob("*"):
                # It may be gone since the listing.
                with suppress(OSError):
                    if file.is_file() and stat.S_IMODE(file.stat().st_mode) & 0o077:
                        self._look(file)

    def _look(self, file: Path) -> None:
        with suppress(OSError):
            text = file.read_bytes()
            if file.name == "cmdline":
                self.programs.add(text.replace(b"\0", b" ").decode(errors="replace"))
            if any(word in text for word in self._words):
                self.heard.add(str(file))

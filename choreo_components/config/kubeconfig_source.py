"""A kubeconfig source: a kubeconfig given as its text, or as the path of its file."""

import os
from pathlib import Path

BYTE_ORDER_MARK = "\ufeff"
"""What some editors write before the first character of a text."""


def is_text(given: str | Path) -> bool:
    """Whether it is the text of a kubeconfig, not the path of one."""
    return isinstance(given, str) and ("\n" in given or given.removeprefix(BYTE_ORDER_MARK).lstrip().startswith("{"))


def from_folder(given: str, folder: Path) -> str:
    """The kubeconfig as its text, or as its path, which is given relative to the folder."""
    return given if is_text(given) else str(folder / os.path.expanduser(given))

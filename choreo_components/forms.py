"""A form: how a kubeconfig is given, as its text or as the path of its file."""

import os
from pathlib import Path


def is_text(given: str | Path) -> bool:
    """Whether it is a kubeconfig, and not the path of one."""
    return isinstance(given, str) and ("\n" in given or given.lstrip().startswith("{"))


def from_folder(given: str, folder: Path) -> str:
    """A kubeconfig that is given as its text, or as its path from the folder."""
    return given if is_text(given) else str(folder / os.path.expanduser(given))

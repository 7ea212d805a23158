"""A project: a folder with a Pulumi.yaml, and the settings of each of its stacks as they stand in their files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from choreo_components import settings
from choreo_components.findings import Finding, warning
from choreo_components.manifests import Document
from choreo_components.settings import KUBECONFIG, Settings

SEALED = "withheld"
"""What stands for a value that Pulumi has encrypted, of which nothing is known: a name, a label and base64."""


class NoProject(Exception):
    """There is no such project, or no such stack in it: the message says what was looked for, and where."""


@dataclass(frozen=True)
class Stack:
    """A stack as its file declares it, read without Pulumi and without a cluster."""

    name: str
    settings: Settings
    findings: tuple[Finding, ...]


def stack_folder(folder: Path) -> Path:
    """Where the project in this folder keeps the settings of its stacks."""
    for name in ("Pulumi.yaml", "Pulumi.yml"):
        if (folder / name).is_file():
            project = yaml.safe_load((folder / name).read_bytes())
            return folder / ((project or {}).get("stackConfigDir") or "")
    return folder


def stack_file(folder: Path, stack: str) -> Path:
    """Where the project in this folder keeps the settings of the stack."""
    return stack_folder(folder) / f"Pulumi.{stack}.yaml"


def stack_names(folder: Path) -> list[str]:
    """The stacks that have a file in the project. Raises NoProject where the folder has no Pulumi.yaml."""
    if not any((folder / name).is_file() for name in ("Pulumi.yaml", "Pulumi.yml")):
        raise NoProject(f"no Pulumi.yaml in {folder}: this command is run in the folder of a project, or with --folder")
    files = sorted(stack_folder(folder).glob("Pulumi.*.yaml"))
    return [file.name.removeprefix("Pulumi.").removesuffix(".yaml") for file in files]


def read_stack(folder: Path, name: str) -> Stack:
    """What a stack's file declares, and everything that is wrong with it. Raises NoProject where it has no file.

    What Pulumi has encrypted is not known: of a whole setting, it is left out; of a part of one, a word stands for it.
    """
    file = stack_file(folder, name)
    if not file.is_file():
        raise NoProject(f"no stack {name!r}: {file} is no file; there are {', '.join(stack_names(folder)) or 'none'}")
    written, unreadable = settings.read_file(file, folder)
    sealed = [key for key, value in written.value.items() if _is_sealed(value)]
    values = {
        key: _unsealed(value) for key, value in written.value.items() if key.startswith("choreo:") and key not in sealed
    }
    read, findings = settings.read(Document(values, written.file, written.place), folder)
    unread = [
        warning(written.at((key,)), "is encrypted as a whole; not checked")
        for key in sealed
        if key.startswith("choreo:") and key != KUBECONFIG
    ]
    return Stack(name, read, (*unreadable, *findings, *unread))


def read_stacks(folder: Path, names: Iterable[str] = ()) -> list[Stack]:
    """The stacks of these names, or all of the project. Raises NoProject where there are none."""
    chosen = list(names) or stack_names(folder)
    if not chosen:
        raise NoProject(f"no stack in {stack_folder(folder)}: the file of a stack is called Pulumi.STACK.yaml")
    return [read_stack(folder, name) for name in chosen]


def located(values: Mapping[str, Any], folder: Path, stack: str) -> Document:
    """The settings that Pulumi handed over, with their places in the stack's file where the folder has one."""
    file = stack_file(folder, stack)
    if not file.is_file():
        return Document(values, f"configuration of stack {stack}")
    written, _ = settings.read_file(file, folder)
    return Document(values, written.file, written.place)


def _is_sealed(value: Any) -> bool:
    return isinstance(value, dict) and list(value) == ["secure"]


def _unsealed(value: Any) -> Any:
    if _is_sealed(value):
        return SEALED
    if isinstance(value, dict):
        return {key: _unsealed(each) for key, each in value.items()}
    return [_unsealed(each) for each in value] if isinstance(value, list) else value

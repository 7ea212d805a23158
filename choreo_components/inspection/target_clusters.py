"""A destination: a cluster that stacks are applied to, and these stacks, with what Pulumi has encrypted in them opened.

A stack's file has only the ciphertext of its secrets, its kubeconfig among them. Pulumi itself is asked for the values,
and only where there are any; they are kept in memory, and the fields that they stand in are remembered.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from choreo_components.api import Role
from choreo_components.config import project, settings
from choreo_components.config.findings import Finding, errors
from choreo_components.config.kubeconfig_source import from_folder, is_text
from choreo_components.config.settings import KUBECONFIG, MANIFESTS, PROJECTS, RESOURCES, Settings
from choreo_components.kubernetes.kubeconfig import KubeconfigError, resolve
from choreo_components.plan.builder import plan
from choreo_components.plan.nodes import Plan

DECLARING = re.compile(rf"{RESOURCES}|({MANIFESTS}|{PROJECTS})(\[.*)?")
"""The fields without which it is not known what a stack declares: of objects all together, of the rest each one."""

SECONDS = 60
"""How long Pulumi may take to decrypt the settings of a stack."""

AT_ONCE = 8
"""Stacks that are decrypted at a time."""

Kubeconfig = str | Path | None
"""What leads to a cluster: a text or a path of somebody's settings, a path that was given, or None, the ambient one."""


class Unopened(Exception):
    """What a stack declares, or where it goes, is not known: the message says why, and what to do."""


@dataclass(frozen=True)
class Opened:
    """A stack, planned. `kubeconfig` leads to its cluster.

    `data_plane_kubeconfigs` are those of its settings, as far as they are known: their text, or where there is no file
    that has it, a Path.
    `secrets` are the fields of its settings whose values are encrypted in its file; `unknown` are those among them that
    have not been decrypted, so that something else stands there.
    """

    name: str
    settings: Settings
    plan: Plan
    kubeconfig: Kubeconfig = field(default=None, repr=False)
    data_plane_kubeconfigs: Mapping[str, str | Path] = field(default_factory=dict, repr=False)
    secrets: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()

    @property
    def organizations(self) -> frozenset[str]:
        """The organizations that it speaks of: that it declares, or names as a namespace."""
        return frozenset(node.key.organization for node in self.plan.own if node.key.organization)

    @property
    def shared_data_planes(self) -> frozenset[str]:
        """The names of the data planes of all organizations that it declares, or has environments on."""
        declared = {node.key.name for node in self.plan.of_role(Role.DATA_PLANE) if not node.key.organization}
        planes = (node.declared.data_plane for node in self.plan.of_role(Role.ENVIRONMENT))
        return frozenset(declared | {each.known_as for each in planes if each is not None and not each.organization})


@dataclass(frozen=True)
class Destination:
    """A cluster, and the stacks that are applied to it; `kubeconfig` is that of the first of them."""

    kubeconfig: Kubeconfig = field(repr=False)
    stacks: tuple[Opened, ...]

    @property
    def organizations(self) -> frozenset[str]:
        """The organizations that its stacks speak of."""
        return frozenset(name for stack in self.stacks for name in stack.organizations)

    @property
    def ways(self) -> "list[Destination]":
        """The same cluster by each of the stacks' kubeconfigs, as their rights may differ, with those stacks."""
        stacks: dict[Kubeconfig, list[Opened]] = {self.kubeconfig: []}
        for stack in self.stacks:
            stacks.setdefault(stack.kubeconfig, []).append(stack)
        return [Destination(kubeconfig, tuple(group)) for kubeconfig, group in stacks.items()]


def destinations(
    folder: Path, names: Iterable[str], kubeconfig: Path | None, *, without_stacks: bool = False
) -> list[Destination]:
    """The clusters of the stacks of these names (none: of all of the project), each once.

    With `kubeconfig` there is one cluster, and nothing is decrypted. `without_stacks`: the project may have none, and
    with a kubeconfig there need be no project. Raises NoProject, or Unopened with all that keeps the stacks from being
    known.
    """
    names = list(names)
    if without_stacks and not names:
        if kubeconfig is not None and not project.is_project(folder):
            return [Destination(kubeconfig, ())]
        found = project.read_project(folder)
        if not found.stack_names:
            return [Destination(kubeconfig or _led_by(found.config.value, folder), ())]
    read = project.read_stacks(folder, names)
    problems: list[str] = []
    opened: list[Opened] = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        opening = [pool.submit(_open, folder, stack, kubeconfig) for stack in read]
    for each in opening:
        try:
            opened.append(each.result())
        except Unopened as problem:
            problems.append(str(problem))
    if problems:
        raise Unopened("\n".join(problems))
    by_kubeconfig: dict[Kubeconfig, list[Opened]] = {}
    for stack in opened:
        by_kubeconfig.setdefault(stack.kubeconfig, []).append(stack)
    return _by_server(by_kubeconfig)


def _by_server(by_kubeconfig: Mapping[Kubeconfig, Sequence[Opened]]) -> list[Destination]:
    """Stacks whose kubeconfigs differ and lead to one API server have one cluster."""
    if len(by_kubeconfig) == 1:
        return [Destination(kubeconfig, tuple(stacks)) for kubeconfig, stacks in by_kubeconfig.items()]
    by_server: dict[str, Destination] = {}
    for number, (kubeconfig, stacks) in enumerate(by_kubeconfig.items()):
        try:
            server = resolve(kubeconfig).server
        except KubeconfigError:
            # Who asks it is told why it cannot be used.
            server = f"unusable {number}"
        first = by_server.get(server, Destination(kubeconfig, ()))
        by_server[server] = Destination(first.kubeconfig, (*first.stacks, *stacks))
    return list(by_server.values())


def _open(folder: Path, stack: project.Stack, kubeconfig: Path | None) -> Opened:
    """The stack; without `kubeconfig`, with what is encrypted in its settings decrypted. Raises Unopened."""
    secrets = unknown = stack.sealed
    values: Mapping[str, Any] = stack.given
    read: Settings = stack.settings
    findings: Sequence[Finding] = stack.findings
    if secrets and kubeconfig is None:
        values = decrypted(folder, stack.name)
        read, findings = settings.read(project.located(values, folder, stack.name)[0], folder)
        unknown = frozenset()
    if wrong := errors(findings):
        raise Unopened("\n".join([f"what stack {stack.name!r} declares cannot be read:", *(f"  {e}" for e in wrong)]))
    if hidden := sorted(each for each in unknown if DECLARING.fullmatch(each)):
        raise Unopened(
            f"what stack {stack.name!r} declares is not known: {', '.join(hidden)} is encrypted, "
            "and with --kubeconfig nothing is decrypted"
        )
    data_planes = {
        name: _text(each.given, folder)
        for name, each in read.data_plane_kubeconfigs.items()
        if each.where.field not in unknown
    }
    own = kubeconfig or _led_by(values, folder)
    return Opened(stack.name, read, plan(read), own, data_planes, secrets, unknown)


def _led_by(values: Mapping[str, Any], folder: Path) -> Kubeconfig:
    """Where settings lead: to what the folder's project has for a path."""
    kubeconfig = values.get(KUBECONFIG)
    return from_folder(kubeconfig, folder) if isinstance(kubeconfig, str) else None


def _text(given: str, folder: Path) -> str | Path:
    """The text of a data plane's kubeconfig, which may be in a file; the file's path where it cannot be read."""
    found = from_folder(given, folder)
    try:
        return resolve(found).given
    except KubeconfigError:
        return found if is_text(found) else Path(found)


def decrypted(folder: Path, stack: str) -> dict[str, Any]:
    """The settings of a stack as Pulumi decrypts them. Raises Unopened where it cannot."""
    told = f"stack {stack!r} has encrypted settings, which only Pulumi can decrypt"
    otherwise = "or name the cluster with --kubeconfig: nothing is decrypted then"
    command = ["pulumi", "config", "--show-secrets", "--json", "--stack", stack, "--non-interactive"]
    try:
        done = subprocess.run(
            [*command, "--color", "never"],
            cwd=folder,
            env=os.environ | {"PULUMI_SKIP_UPDATE_CHECK": "true"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise Unopened(f"{told}: there is no `pulumi` on the PATH; install it, {otherwise}") from None
    except subprocess.TimeoutExpired:
        raise Unopened(f"{told}: no answer after {SECONDS} s; try `pulumi config --stack {stack}`") from None
    if done.returncode:
        said = " ".join(done.stderr.split()).removeprefix("error: ") or f"exit code {done.returncode}"
        raise Unopened(f"{told}, and it says: {said}; see to that, {otherwise}")
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or not all(isinstance(value, dict) for value in answer.values()):
        # No more is said: the answer has secrets in it.
        raise Unopened(f"{told}, and its answer is not what `pulumi config --json` should say")
    # A kubeconfig may be JSON: it stays the text that it is.
    return {
        key: value.get("value") if key == KUBECONFIG else value.get("objectValue", value.get("value"))
        for key, value in answer.items()
        if key.startswith("choreo:")
    }

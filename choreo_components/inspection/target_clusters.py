"""Target clusters: the clusters that stacks are applied to, each with its stacks and their decrypted settings.

A stack's file has only the ciphertext of its secrets, which may include its kubeconfig. If it has any, Pulumi decrypts
them; the values are kept in memory only, and their fields are recorded as secret.
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
"""The fields that define what a stack declares: for objects only the whole list, for the rest each entry too."""

SECONDS = 60
"""How long Pulumi may take to decrypt the settings of a stack."""

AT_ONCE = 8
"""How many stacks are decrypted at a time."""

Kubeconfig = str | Path | None
"""The kubeconfig of a cluster: a text or path from settings, a path from the command line, or None, the ambient one."""


class UnreadableStack(Exception):
    """The objects or the cluster of a stack are unknown: the message says why, and what to do."""


@dataclass(frozen=True)
class OpenedStack:
    """A stack with its plan. `kubeconfig` is that of its cluster.

    `data_plane_kubeconfigs` are the known ones of its settings: their text, or a Path if its file cannot be read.
    `secrets` are the fields of its settings that are encrypted in its file; `unknown` are those that were not
    decrypted, and have a placeholder as value.
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
        """The organizations that it names: those that it declares, and those whose namespaces it uses."""
        return frozenset(node.key.organization for node in self.plan.own if node.key.organization)

    @property
    def shared_data_planes(self) -> frozenset[str]:
        """The names of the cluster-scoped data planes that it declares, or has environments on."""
        declared = {node.key.name for node in self.plan.of_role(Role.DATA_PLANE) if not node.key.organization}
        planes = (node.declared.data_plane for node in self.plan.of_role(Role.ENVIRONMENT))
        return frozenset(declared | {each.known_as for each in planes if each is not None and not each.organization})


@dataclass(frozen=True)
class TargetCluster:
    """A cluster, and the stacks that are applied to it; `kubeconfig` is that of the first of them."""

    kubeconfig: Kubeconfig = field(repr=False)
    stacks: tuple[OpenedStack, ...]

    @property
    def organizations(self) -> frozenset[str]:
        """The organizations that its stacks name."""
        return frozenset(name for stack in self.stacks for name in stack.organizations)

    @property
    def ways(self) -> "list[TargetCluster]":
        """The same cluster once for each kubeconfig, as their rights may differ, with the stacks that have it."""
        stacks: dict[Kubeconfig, list[OpenedStack]] = {self.kubeconfig: []}
        for stack in self.stacks:
            stacks.setdefault(stack.kubeconfig, []).append(stack)
        return [TargetCluster(kubeconfig, tuple(group)) for kubeconfig, group in stacks.items()]


def target_clusters(
    folder: Path, names: Iterable[str], kubeconfig: Path | None, *, without_stacks: bool = False
) -> list[TargetCluster]:
    """The clusters of the stacks with these names (none: of all stacks of the project), each once.

    With `kubeconfig` there is one cluster, and nothing is decrypted. With `without_stacks`, the project may have no
    stacks, and with a kubeconfig there may be no project. Raises NoProject, or UnreadableStack with all reasons.
    """
    names = list(names)
    if without_stacks and not names:
        if kubeconfig is not None and not project.is_project(folder):
            return [TargetCluster(kubeconfig, ())]
        found = project.read_project(folder)
        if not found.stack_names:
            return [TargetCluster(kubeconfig or _kubeconfig(found.config.value, folder), ())]
    read = project.read_stacks(folder, names)
    problems: list[str] = []
    opened: list[OpenedStack] = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        opening = [pool.submit(_open, folder, stack, kubeconfig) for stack in read]
    for each in opening:
        try:
            opened.append(each.result())
        except UnreadableStack as problem:
            problems.append(str(problem))
    if problems:
        raise UnreadableStack("\n".join(problems))
    by_kubeconfig: dict[Kubeconfig, list[OpenedStack]] = {}
    for stack in opened:
        by_kubeconfig.setdefault(stack.kubeconfig, []).append(stack)
    return _by_server(by_kubeconfig)


def _by_server(by_kubeconfig: Mapping[Kubeconfig, Sequence[OpenedStack]]) -> list[TargetCluster]:
    """Merges the stacks whose kubeconfigs differ and lead to the same API server."""
    if len(by_kubeconfig) == 1:
        return [TargetCluster(kubeconfig, tuple(stacks)) for kubeconfig, stacks in by_kubeconfig.items()]
    by_server: dict[str, TargetCluster] = {}
    for number, (kubeconfig, stacks) in enumerate(by_kubeconfig.items()):
        try:
            server = resolve(kubeconfig).server
        except KubeconfigError:
            # The reason is reported by the first request.
            server = f"unusable {number}"
        first = by_server.get(server, TargetCluster(kubeconfig, ()))
        by_server[server] = TargetCluster(first.kubeconfig, (*first.stacks, *stacks))
    return list(by_server.values())


def _open(folder: Path, stack: project.Stack, kubeconfig: Path | None) -> OpenedStack:
    """The stack; without `kubeconfig`, with what is encrypted in its settings decrypted. Raises UnreadableStack."""
    secrets = unknown = stack.sealed
    values: Mapping[str, Any] = stack.given
    read: Settings = stack.settings
    findings: Sequence[Finding] = stack.findings
    if secrets and kubeconfig is None:
        values = decrypted(folder, stack.name)
        read, findings = settings.read(project.located(values, folder, stack.name)[0], folder)
        unknown = frozenset()
    if wrong := errors(findings):
        raise UnreadableStack(
            "\n".join([f"what stack {stack.name!r} declares cannot be read:", *(f"  {e}" for e in wrong)])
        )
    if hidden := sorted(each for each in unknown if DECLARING.fullmatch(each)):
        raise UnreadableStack(
            f"what stack {stack.name!r} declares is unknown: {', '.join(hidden)} is encrypted, and "
            "nothing is decrypted with --kubeconfig; run the command without it"
        )
    data_planes = {
        name: _text(each.given, folder)
        for name, each in read.data_plane_kubeconfigs.items()
        if each.where.field not in unknown
    }
    target = kubeconfig or _kubeconfig(values, folder)
    return OpenedStack(stack.name, read, plan(read), target, data_planes, secrets, unknown)


def _kubeconfig(values: Mapping[str, Any], folder: Path) -> Kubeconfig:
    """The kubeconfig in settings; a path in it is relative to the folder of the project."""
    kubeconfig = values.get(KUBECONFIG)
    return from_folder(kubeconfig, folder) if isinstance(kubeconfig, str) else None


def _text(given: str, folder: Path) -> str | Path:
    """The text of a data plane's kubeconfig, which may be in a file; the file's path if it cannot be read."""
    found = from_folder(given, folder)
    try:
        return resolve(found).given
    except KubeconfigError:
        return found if is_text(found) else Path(found)


def decrypted(folder: Path, stack: str) -> dict[str, Any]:
    """The settings of a stack as Pulumi decrypts them. Raises UnreadableStack if it cannot."""
    sealed = f"stack {stack!r} has encrypted settings, which only Pulumi can decrypt"
    otherwise = "or select the cluster with --kubeconfig: nothing is decrypted then"
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
        raise UnreadableStack(f"{sealed}: `pulumi` is not on the PATH; install it, {otherwise}") from None
    except subprocess.TimeoutExpired:
        raise UnreadableStack(f"{sealed}: no answer after {SECONDS} s; try `pulumi config --stack {stack}`") from None
    if done.returncode:
        error = " ".join(done.stderr.split()).removeprefix("error: ") or f"exit code {done.returncode}"
        raise UnreadableStack(f"{sealed}, and it reports: {error}; fix that, {otherwise}")
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or not all(isinstance(value, dict) for value in answer.values()):
        # The answer is not quoted: it contains secrets.
        raise UnreadableStack(f"{sealed}, and its answer is not the JSON of `pulumi config --json`")
    # A kubeconfig may be JSON: it is kept as text.
    return {
        key: value.get("value") if key == KUBECONFIG else value.get("objectValue", value.get("value"))
        for key, value in answer.items()
        if key.startswith("choreo:")
    }

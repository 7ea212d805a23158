"""A destination: a cluster that stacks are applied to, and these stacks, with what Pulumi has encrypted in them opened.

A stack's file has only the ciphertext of its secrets, its kubeconfig among them. Pulumi itself is asked for the values,
and only where there are any; they are kept in memory, and the fields that they stand in are remembered.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from choreo_components import project, settings
from choreo_components.cluster import Cluster, ClusterError
from choreo_components.findings import Finding, errors
from choreo_components.manifests import FieldPath, field_name
from choreo_components.plan import Plan, plan
from choreo_components.settings import KUBECONFIG, MANIFESTS, PROJECTS, RESOURCES, Settings

DECLARING = re.compile(rf"{RESOURCES}|({MANIFESTS}|{PROJECTS})(\[.*)?")
"""The fields without which it is not known what a stack declares: of objects all together, of the rest each one."""

SECONDS = 60
"""How long Pulumi may take to decrypt the settings of a stack."""


class Unopened(Exception):
    """What a stack declares, or where it goes, is not known: the message says why, and what to do."""


@dataclass(frozen=True)
class Opened:
    """A stack, planned. `kubeconfig` leads to its cluster (None: the ambient one).

    `secrets` are the fields of its settings whose values are encrypted in its file; `unknown` are those among them that
    have not been decrypted, so that something else stands there.
    """

    name: str
    settings: Settings
    plan: Plan
    kubeconfig: str | None = field(default=None, repr=False)
    secrets: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()

    @property
    def organizations(self) -> frozenset[str]:
        """The organizations that it speaks of: that it declares, or names as a namespace."""
        return frozenset(node.key.organization for node in self.plan.nodes)

    @property
    def data_plane_kubeconfigs(self) -> dict[str, str]:
        """The kubeconfigs of data planes that its settings have, as far as they are known."""
        given = self.settings.data_plane_kubeconfigs
        return {name: each.given for name, each in given.items() if each.where.field not in self.unknown}


@dataclass(frozen=True)
class Destination:
    """A cluster, by the kubeconfig that leads to it (None: the ambient one), and the stacks that are applied to it."""

    kubeconfig: str | None = field(repr=False)
    stacks: tuple[Opened, ...]

    @property
    def organizations(self) -> frozenset[str]:
        """The organizations that its stacks speak of."""
        return frozenset(name for stack in self.stacks for name in stack.organizations)


def destinations(folder: Path, names: Iterable[str], kubeconfig: str | None) -> list[Destination]:
    """The clusters of the stacks of these names (none: of all of the project), each once.

    With `kubeconfig` (a path) there is one cluster, and nothing is decrypted. Raises NoProject, or Unopened with all
    that keeps the stacks from being known.
    """
    read = project.read_stacks(folder, names)
    problems: list[str] = []
    opened: list[Opened] = []
    for stack in read:
        try:
            opened.append(_open(folder, stack, decrypt=kubeconfig is None))
        except Unopened as problem:
            problems.append(str(problem))
    if problems:
        raise Unopened("\n".join(problems))
    if kubeconfig is not None:
        return [Destination(kubeconfig, tuple(opened))]
    by_text: dict[str | None, list[Opened]] = {}
    for each in opened:
        by_text.setdefault(each.kubeconfig, []).append(each)
    return _by_server(by_text)


def _by_server(by_text: Mapping[str | None, Sequence[Opened]]) -> list[Destination]:
    """Stacks whose kubeconfigs differ and lead to one API server have one cluster, asked by the first of them."""
    if len(by_text) == 1:
        return [Destination(text, tuple(stacks)) for text, stacks in by_text.items()]
    by_server: dict[str, Destination] = {}
    for number, (text, stacks) in enumerate(by_text.items()):
        try:
            server = Cluster(text).server
        except ClusterError:
            # Who asks it is told why it cannot be used.
            server = f"unusable {number}"
        first = by_server.get(server, Destination(text, ()))
        by_server[server] = Destination(first.kubeconfig, (*first.stacks, *stacks))
    return list(by_server.values())


def _open(folder: Path, stack: project.Stack, *, decrypt: bool) -> Opened:
    """The stack with its encrypted settings decrypted, where it has some. Raises Unopened."""
    ours = {key: value for key, value in stack.written.value.items() if key.startswith("choreo:")}
    secrets = frozenset(map(field_name, _sealed(ours, ())))
    unknown = secrets
    kubeconfig = ours.get(KUBECONFIG)
    read: Settings = stack.settings
    findings: Sequence[Finding] = stack.findings
    if secrets and decrypt:
        values = decrypted(folder, stack.name)
        read, findings = settings.read(project.located(values, folder, stack.name)[0], folder)
        kubeconfig, unknown = values.get(KUBECONFIG), frozenset()
    if wrong := errors(findings):
        raise Unopened("\n".join([f"what stack {stack.name!r} declares cannot be read:", *(f"  {e}" for e in wrong)]))
    if hidden := sorted(each for each in unknown if DECLARING.fullmatch(each)):
        raise Unopened(
            f"what stack {stack.name!r} declares is not known: {', '.join(hidden)} is encrypted, "
            "and with --kubeconfig nothing is decrypted"
        )
    if not isinstance(kubeconfig, str):
        kubeconfig = None
    return Opened(stack.name, read, plan(read), kubeconfig, secrets, unknown)


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
        # A kubeconfig may be JSON: it stays the text that it is.
        return {
            key: value.get("value") if key == KUBECONFIG else value.get("objectValue", value.get("value"))
            for key, value in answer.items()
            if key.startswith("choreo:")
        }
    except (ValueError, AttributeError):
        # Not chained: the error would quote what Pulumi has answered.
        raise Unopened(f"{told}, and its answer is not what `pulumi config --json` should say") from None


def _sealed(value: Any, path: FieldPath) -> Iterator[FieldPath]:
    """The fields whose values Pulumi has encrypted."""
    if project.is_sealed(value):
        yield path
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _sealed(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _sealed(each, (*path, index))

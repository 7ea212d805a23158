"""The stacks of this checkout: brought up in the order in which they need each other, taken down in the reverse."""

import argparse
import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from choreo_components import settings
from choreo_components.api import KINDS, labels
from choreo_components.api.core_v1 import API_VERSION
from choreo_components.cluster import NAMESPACES, Cluster, Live, resource_of
from choreo_components.findings import Severity, errors, report
from choreo_components.plan import ObjectNode, Plan, plan
from devcluster import env
from devcluster.control_plane import ControlPlane
from devcluster.errors import ClusterError

CHECKOUT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Stack:
    """A stack of the checkout, and the plan of what it declares."""

    name: str
    plan: Plan

    @property
    def production(self) -> bool:
        """Whether an environment of it serves production."""
        objects = (node.declared for node in self.plan.nodes if isinstance(node, ObjectNode))
        return any(each.kind == "Environment" and each.spec.is_production for each in objects)

    def needs(self, other: "Stack") -> bool:
        """Whether it cannot do without an object of the other one."""
        wanted = (reference for reference in self.plan.outside if reference.severity is Severity.ERROR)
        return any(other.plan.index.find(reference.target) is not None for reference in wanted)


def stacks(folder: Path) -> list[Stack]:
    """The stacks that `folder` has settings for, each after those that it needs; production as late as that allows.

    Raises ClusterError with all findings when one of them is an error, or when stacks need each other.
    """
    found = {file.stem.removeprefix("Pulumi."): file for file in sorted((folder / "stacks").glob("Pulumi.*.yaml"))}
    read = {name: _read(name, file, folder) for name, file in found.items()}
    needs = {stack.name: {other.name for other in read.values() if stack.needs(other)} for stack in read.values()}
    sorter = TopologicalSorter(needs)
    try:
        sorter.prepare()
    except CycleError as circle:
        raise ClusterError(f"these stacks need each other: {' -> '.join(circle.args[1])}") from None
    ordered: list[Stack] = []
    while sorter.is_active():
        ready = sorted((read[name] for name in sorter.get_ready()), key=lambda stack: (stack.production, stack.name))
        ordered += ready
        sorter.done(*(stack.name for stack in ready))
    return ordered


def _read(name: str, file: Path, folder: Path) -> Stack:
    config, findings = settings.read_file(file, folder)
    declared, more = settings.read(config, folder)
    planned = plan(declared)
    findings += [*more, *planned.findings]
    if errors(findings):
        raise ClusterError(report(findings))
    return Stack(name, planned)


def up(folder: Path) -> None:
    """Brings every stack up, and shows what is there then."""
    control_plane = ControlPlane(folder / ".dev" / "cluster")
    variables = env.variables(folder, control_plane.kubeconfig)
    for stack in stacks(folder):
        _say(f"pulumi up --stack {stack.name}")
        _pulumi(folder, variables, "stack", "select", "--create", stack.name)
        _pulumi(folder, variables, "up", "--yes", "--skip-preview", "--stack", stack.name)
    _show(asyncio.run(_objects(control_plane.kubeconfig)))


def down(folder: Path) -> None:
    """Destroys every stack in the reverse order, and stops the control plane."""
    if not (folder / ".dev" / "cluster").is_dir():
        _say("nothing is up")
        return
    # Started, as it may have been stopped: what a stack has made can only be destroyed where it is.
    control_plane = ControlPlane.start(folder / ".dev" / "cluster")
    variables = env.variables(folder, control_plane.kubeconfig)
    for stack in reversed(stacks(folder)):
        _say(f"pulumi destroy --stack {stack.name}")
        _pulumi(folder, variables, "stack", "select", "--create", stack.name)
        _pulumi(folder, variables, "destroy", "--yes", "--skip-preview", "--stack", stack.name)
    control_plane.stop()
    _say("everything is down; .dev keeps the state of the stacks and the data of the control plane")


def _pulumi(folder: Path, variables: Mapping[str, str], *arguments: str) -> None:
    """Runs Pulumi as a person would, who sees what it says. Raises ClusterError when it fails."""
    code = subprocess.run(["pulumi", *arguments], cwd=folder, env=os.environ | variables, check=False).returncode
    if code:
        raise ClusterError(f"`pulumi {' '.join(arguments)}` failed with exit code {code}; what it said stands above")


def _say(line: str) -> None:
    Console(highlight=False, soft_wrap=True).print(f"\n[bold]==> {line}[/bold]")


async def _objects(kubeconfig: Path) -> list[Live]:
    """All objects of OpenChoreo in the cluster in the order of creation, and the namespaces made for them."""
    async with Cluster(str(kubeconfig)) as cluster:
        found = [
            await cluster.list(resource_of(kind), {}) for (version, _), kind in KINDS.items() if version == API_VERSION
        ]
        namespaces, _ = await cluster.list(NAMESPACES, {})
    ours = [live for live in namespaces if {labels.ORGANIZATION, labels.ORGANIZATION_NAME} & live.labels.keys()]
    return [live for lives, _ in found for live in lives] + ours


def _show(lives: list[Live]) -> None:
    """What is there, and what to try next."""
    table = Table(title="In the cluster now", title_justify="left")
    for heading in ("Kind", "Organization", "Name", "Environment"):
        table.add_column(heading, overflow="fold")
    for live in lives:
        organization = live.labels.get(labels.ORGANIZATION) or live.labels.get(labels.ORGANIZATION_NAME) or live.name
        environment = live.labels.get(labels.ENVIRONMENT) or live.labels.get(labels.ENVIRONMENT_NAME) or ""
        table.add_row(live.resource.kind, organization, live.name, environment)
    console = Console(highlight=False)
    if not console.is_terminal:
        # A log has no width of its own, and Rich takes one that cuts names apart.
        console.width = 120
    console.print(table)
    console.print(
        "Try next, after [bold]. .dev/env[/bold]:\n"
        "  pulumi preview --stack development      what would change: edit stacks/ and look again\n"
        "  kubectl get environments.core.choreo.dev -A\n"
        "  pulumi destroy --stack production       take an environment down: Deployments, namespaces, Environment\n"
        "  pulumi up --stack production            and bring it back\n"
        "  make down                               destroy everything and stop the control plane"
    )


COMMANDS: Mapping[str, Callable[[Path], None]] = {"up": up, "down": down}


def main() -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m devcluster.stacks", description=__doc__)
    parser.add_argument("command", choices=COMMANDS)
    command = parser.parse_args().command
    try:
        COMMANDS[command](CHECKOUT)
    except ClusterError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The stacks of this checkout: brought up in the order of their dependencies, and destroyed in the reverse."""

import argparse
import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from choreo_components.api import all_kinds
from choreo_components.api.core_v1 import API_VERSION, labels
from choreo_components.config.findings import errors, report
from choreo_components.config.project import read_stacks
from choreo_components.kubernetes.client import Cluster
from choreo_components.kubernetes.objects import NAMESPACES, Live, resource_of
from choreo_components.plan.workspace import PlannedStack, Workspace
from devcluster import env
from devcluster.control_plane import ControlPlane
from devcluster.errors import ClusterError

CHECKOUT = Path(__file__).resolve().parent.parent


def stacks(folder: Path) -> list[str]:
    """The stacks of the project in `folder`, each after those that it needs; production as late as that allows.

    Raises ClusterError with all findings if one of them is an error, or if stacks need each other.
    """
    workspace = Workspace(read_stacks(folder))
    findings = [finding for each in workspace.findings(whole=True).values() for finding in each]
    if errors(findings):
        raise ClusterError(report(findings))
    if workspace.cycle:
        raise ClusterError(f"these stacks need each other: {' -> '.join(workspace.cycle)}")
    production = {planned.name for planned in workspace.stacks if _is_production(planned)}
    return [name for batch in workspace.batches for name in sorted(batch, key=lambda name: (name in production, name))]


def _is_production(planned: PlannedStack) -> bool:
    """Whether an environment of the stack serves production."""
    declared = planned.stack.settings.declared
    return any(each.kind == "Environment" and each.spec.is_production for each in declared)


def up(folder: Path) -> None:
    """Brings every stack up, and shows what is in the cluster."""
    control_plane = ControlPlane(folder / ".dev" / "cluster")
    variables = env.variables(folder, control_plane.kubeconfig)
    for stack in stacks(folder):
        _say(f"pulumi up --stack {stack}")
        _pulumi(folder, variables, "stack", "select", "--create", stack)
        _pulumi(folder, variables, "up", "--yes", "--skip-preview", "--stack", stack)
    _show(asyncio.run(_objects(control_plane.kubeconfig)))


def down(folder: Path) -> None:
    """Destroys every stack in the reverse order, and stops the control plane."""
    if not (folder / ".dev" / "cluster").is_dir():
        _say("nothing is up")
        return
    # It may have been stopped, and a stack can only be destroyed while its control plane runs.
    control_plane = ControlPlane.start(folder / ".dev" / "cluster")
    variables = env.variables(folder, control_plane.kubeconfig)
    for stack in reversed(stacks(folder)):
        _say(f"pulumi destroy --stack {stack}")
        _pulumi(folder, variables, "stack", "select", "--create", stack)
        _pulumi(folder, variables, "destroy", "--yes", "--skip-preview", "--stack", stack)
    control_plane.stop()
    _say("everything is down; .dev keeps the state of the stacks and the data of the control plane")


def _pulumi(folder: Path, variables: Mapping[str, str], *arguments: str) -> None:
    """Runs Pulumi with its output on the terminal. Raises ClusterError if it fails."""
    code = subprocess.run(["pulumi", *arguments], cwd=folder, env=os.environ | variables, check=False).returncode
    if code:
        raise ClusterError(f"`pulumi {' '.join(arguments)}` failed with exit code {code}; see its output above")


def _say(line: str) -> None:
    Console(highlight=False, soft_wrap=True).print(f"\n[bold]==> {line}[/bold]")


async def _objects(kubeconfig: Path) -> list[Live]:
    """All objects of OpenChoreo in the cluster in the order of creation, and the namespaces made for them."""
    async with Cluster(str(kubeconfig)) as cluster:
        found = [
            await cluster.list(resource_of(kind), {})
            for (version, _), kind in all_kinds().items()
            if version == API_VERSION
        ]
        namespaces, _ = await cluster.list(NAMESPACES, {})
    ours = [live for live in namespaces if {labels.ORGANIZATION, labels.ORGANIZATION_NAME} & live.labels.keys()]
    return [live for lives, _ in found for live in lives] + ours


def _show(lives: list[Live]) -> None:
    """Prints what is in the cluster, and what to try next."""
    table = Table(title="In the cluster now", title_justify="left")
    for heading in ("Kind", "Organization", "Name", "Environment"):
        table.add_column(heading, overflow="fold")
    for live in lives:
        organization = live.labels.get(labels.ORGANIZATION) or live.labels.get(labels.ORGANIZATION_NAME) or live.name
        environment = live.labels.get(labels.ENVIRONMENT) or live.labels.get(labels.ENVIRONMENT_NAME) or ""
        table.add_row(live.resource.kind, organization, live.name, environment)
    console = Console(highlight=False)
    if not console.is_terminal:
        # A log has no width, and Rich uses a default that splits names.
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

"""A takeover: the commands that bring a live organization into stacks, and what an API server sees of them."""

import os
import subprocess
from typing import Any

from choreo_components.kubernetes.objects import NAMESPACES, resource_named
from tests.engine import lists
from tests.engine.workspace import SECONDS, Workspace


def run(workspace: Workspace, command: str, code: int = 0) -> str:
    """Runs a shell command in the project's folder; returns its standard output."""
    done = subprocess.run(
        ["sh", "-euc", command],
        cwd=workspace.folder,
        env=os.environ | workspace.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == code, f"`{command}` ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout


def steps(said: str) -> list[str]:
    """The commands that `choreo adopt` prints as next steps."""
    return [line.strip() for line in said.partition("To adopt, run:")[2].splitlines() if line.strip()]


def hand_over(workspace: Workspace, said: str) -> int:
    """Runs the commands that hand fields over to Pulumi; returns how many there are."""
    commands = [line.strip() for line in said.splitlines() if line.strip().startswith("kubectl patch ")]
    for command in commands:
        run(workspace, command)
    return len(commands)


def take_over(workspace: Workspace, said: str) -> dict[str, dict[str, int]]:
    """Runs the commands that `choreo adopt` printed; returns what each stack's `pulumi up` changed."""
    changes = {}
    for step in steps(said):
        if step.startswith("pulumi up --stack "):
            stack = step.rpartition(" ")[2]
            changes[stack] = workspace.up(stack).changes
        else:
            run(workspace, step)
    return changes


def unversioned(workspace: Workspace, organization: str) -> list[dict[str, Any]]:
    """All objects of the organization, without their managed fields and versions."""
    lives = lists.listed(workspace.kubeconfig, _views(organization))
    left_out = {"managedFields", "resourceVersion"}
    return [
        {**live.manifest, "metadata": {key: value for key, value in live.metadata.items() if key not in left_out}}
        for live in lives
    ]


def versions(workspace: Workspace, organization: str) -> dict[str, str]:
    """Every object of the organization, its namespaces among them, with its version in the cluster."""
    return lists.versions(workspace.kubeconfig, _views(organization))


def _views(organization: str) -> list[lists.View]:
    return [
        *lists.inside(organization, "core.choreo.dev/v1"),
        lists.called(resource_named("core.choreo.dev/v1", "Organization"), organization),
        lists.namespace(organization),
        lists.View(NAMESPACES, {"organization-name": organization}),
    ]

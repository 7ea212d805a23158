"""A workspace: a separate folder for one run, with a control plane, the engine's state and the programs' projects."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

import toolchain
from bench import measure
from bench.estate import Objects
from bench.measure import CommandError, Usage
from devcluster import ControlPlane
from toolchain.cache import is_ours

HERE = Path(__file__).resolve().parent
CHECKOUT = HERE.parent
CHOREO = "choreo"
HANDWRITTEN = "handwritten"
HANDWRITTEN_TODAY = "handwritten-today"
PROGRAMS = {
    HANDWRITTEN: HERE / "handwritten",
    HANDWRITTEN_TODAY: HERE / "handwritten-today",
    "components": HERE / "components",
    "platform": HERE / "platform",
    CHOREO: CHECKOUT,
}
"""The folders of the programs, each called like its Pulumi project. All but choreo's own take numbers as settings."""


@dataclass(frozen=True)
class Workspace:
    """Where commands run; `env` is their whole environment."""

    folder: Path
    env: Mapping[str, str]

    def new_stack(self, program: str, estate: Objects) -> str:
        """Makes a stack that declares the estate through the program; returns its name, that of the organization.

        The estate's parents, if it has any, are made by kubectl.
        """
        stack, project = estate.organization, self.folder / program
        if estate.parents:
            parents = self.folder / "parents.yaml"
            parents.write_text(yaml.safe_dump_all(estate.parents))
            self.kubectl("apply", "--server-side", "-f", str(parents))
        config = estate.by_choreo if program == CHOREO else _numbers(estate, program)
        self._run("stack-init", "pulumi", "stack", "init", stack, "--cwd", project)
        file = project / "stacks" / f"Pulumi.{stack}.yaml"
        # The salt that the engine has just written must stay.
        made = yaml.safe_load(file.read_text()) if file.exists() else {}
        file.write_text(yaml.safe_dump({**made, "config": dict(config)}, sort_keys=False))
        return stack

    def pulumi(self, program: str, command: str, stack: str, *options: str) -> Usage:
        """Runs the engine's command for a stack of the program, without a preview."""
        fixed = ("-s", stack, "--cwd", self.folder / program, "--skip-preview", "--yes", "--non-interactive")
        return self._run(f"{program}-{stack}-{command}", "pulumi", command, *fixed, *options)

    def kubectl(self, *arguments: str) -> Usage:
        """Runs kubectl."""
        return self._run("kubectl", "kubectl", *arguments)

    def python(self, *arguments: str | Path) -> Usage:
        """Runs a fresh Python."""
        return self._run("python", sys.executable, *arguments)

    def objects(self, estate: Objects) -> list[str]:
        """What the estate has in the cluster, as text that is the same for every organization."""
        command = ["kubectl", "get", ",".join([*estate.kinds, "namespaces"]), "-A", "-o", "json"]
        answer = subprocess.run(command, env=self.env, check=True, capture_output=True).stdout
        found = (_comparable(each, estate.organization) for each in json.loads(answer)["items"])
        return sorted(filter(None, found))

    def _run(self, name: str, program: str, *arguments: str | Path) -> Usage:
        executable = shutil.which(program, path=self.env["PATH"])
        if executable is None:
            raise CommandError(f"{program} is not on PATH")
        logs = self.folder / "logs"
        return measure.run([executable, *arguments], logs / f"{name}.log", self.env, self.folder)


def _numbers(estate: Objects, program: str) -> Mapping[str, Any]:
    """The configuration of a program that takes the estate's numbers."""
    return {f"{program}:{name}": value for name, value in vars(estate).items()}


def _comparable(each: Mapping[str, Any], organization: str) -> str | None:
    """The object without the organization's name; None if it belongs to another organization."""
    metadata = each["metadata"]
    labels = metadata.get("labels", {})
    made_for = [labels[key] for key in ("organization-name", "openchoreo.dev/namespace") if key in labels]
    if organization not in (metadata.get("namespace"), metadata["name"], *made_for):
        return None
    name = metadata["name"]
    if made_for:
        name = name.rpartition("-")[0]  # a hash that the organization's name is part of
    own = {key: value for key, value in metadata.get("annotations", {}).items() if "pulumi.com/" not in key}
    labels = {key: value for key, value in labels.items() if key != "kubernetes.io/metadata.name"}
    compared = [each["kind"], name, metadata.get("namespace"), labels, own, each.get("spec")]
    return json.dumps(compared, sort_keys=True).replace(organization, "ORGANIZATION")


@contextmanager
def workspace() -> Iterator[Workspace]:
    """A workspace with a running control plane. Both are deleted afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="choreo-bench-"))
    control_plane = folder / "cluster"
    try:
        commands = folder / "bin"
        toolchain.install(commands)
        _make_projects(folder)
        _copy_source(folder / "source")
        started = ControlPlane.start(control_plane)
        yield Workspace(folder, _environment(folder, commands, started.kubeconfig))
    finally:
        ControlPlane(control_plane).reset()
        shutil.rmtree(folder, ignore_errors=True)


def _environment(folder: Path, commands: Path, kubeconfig: Path) -> dict[str, str]:
    """The variables of the caller but those that lead elsewhere, and ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", "KUBE", "PYTHON"))}
    env = {
        **kept,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), str(commands), kept["PATH"]]),
        "KUBECONFIG": str(kubeconfig),
        "PULUMI_HOME": str(folder / "pulumi"),
        "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "bench",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PYTHONPATH": str(folder / "source"),
    }
    if is_ours(commands / "pulumi"):
        env["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] = "true"
    return env


def _copy_source(folder: Path) -> None:
    """Copies what is measured, so that edits of the checkout meanwhile do not affect it."""
    for package in ("choreo_components", "bench"):
        shutil.copytree(CHECKOUT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))


def _make_projects(folder: Path) -> None:
    """The programs' projects, their paths absolute and their stacks in `stacks`."""
    for program, source in PROGRAMS.items():
        (folder / program / "stacks").mkdir(parents=True)
        shutil.copy(source / "__main__.py", folder / program)
        project = yaml.safe_load((source / "Pulumi.yaml").read_text())
        project["stackConfigDir"] = "stacks"
        project["runtime"] = {"name": "python", "options": {"virtualenv": sys.prefix}}
        for plugin in project.get("plugins", {}).get("providers", []):
            plugin["path"] = str(Path(sys.executable).parent)
        (folder / program / "Pulumi.yaml").write_text(yaml.safe_dump(project, sort_keys=False))
    for name in ("state", "logs"):
        (folder / name).mkdir()

"""A workspace: a Pulumi project with a separate state, in which a test runs the real engine on a real API server."""

import atexit
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from choreo_components import Controllers
from devcluster.env import state_url
from tests.checkout import CHECKOUT
from tests.engine import by_hand, fresh, interpreter, keys

BIN = CHECKOUT / ".venv" / "bin"

SECONDS = 300
"""How long one command of Pulumi may take."""

SECONDS_TO_APPLY = 30
"""How long a policy may take to apply."""


@dataclass(frozen=True)
class Outcome:
    """The output of a command, and whether it succeeded."""

    code: int
    said: str

    @property
    def changes(self) -> dict[str, int]:
        """The counts under `Resources:`, such as {"unchanged": 14} or {"created": 3}."""
        text = self.said.rpartition("Resources:")[2]
        return {word: int(count) for count, word in re.findall(r"(\d+) (\w+)", text.partition("Duration")[0])}


QUICK = {
    # Pulumi, its Kubernetes provider and kubectl end before garbage matters.
    "GOGC": "800",
    # Compiling our modules in each process would take longer than most of them run.
    "PYTHONDONTWRITEBYTECODE": "",
}
"""Variables that save time where a command runs for a moment."""


def leading_to(kubeconfig: Path, toolchain_bin: Path, *, forked: bool = True) -> dict[str, str]:
    """What leads Pulumi and kubectl to the toolchain and to a control plane.

    `forked` is whether our provider and our command begin as copies, as programs do: see `forks`.
    """
    path = (interpreter.folder(BIN / "python3", forked), BIN, toolchain_bin, os.environ["PATH"])
    return {
        "PATH": os.pathsep.join(map(str, path)),
        "KUBECONFIG": str(kubeconfig),
        "PULUMI_HOME": str(home(toolchain_bin.parent / "pulumi" / "plugins")),
        "PULUMI_CONFIG_PASSPHRASE": "test",
        **keys.variables(),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        **QUICK,
    }


@cache
def home(plugins: Path) -> Path:
    """A home of Pulumi with these plugins and without logs, which cost CPU time in each command.

    Pulumi continues without logs where it cannot create their folder.
    """
    made = Path(tempfile.mkdtemp(prefix="choreo-pulumi-home-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    (made / "plugins").symlink_to(plugins)
    (made / "logs").touch()
    return made


class Workspace:
    """A project folder, a Pulumi backend and the environment that leads to a control plane."""

    def __init__(self, folder: Path, environment: Mapping[str, str], controllers: Controllers) -> None:
        """Makes the project in the empty `folder`, with our program in it; `environment` leads to a control plane.

        `controllers` is that setting of the stacks.
        """
        self.backend = folder / "backend"
        self.backend.mkdir()
        self.folder = folder / "project"
        self.controllers = controllers
        self.secrets_provider = keys.PROVIDER
        """Of the stacks that it makes."""
        self.environment = {**environment, "PULUMI_BACKEND_URL": state_url(self.backend)}
        (self.folder / "stacks").mkdir(parents=True)
        self.project({})

    def project(self, files: Mapping[str, str], name: str = "choreo") -> None:
        """Writes the project: our program, or the `files` of another one."""
        settings = yaml.safe_load((CHECKOUT / "Pulumi.yaml").read_text())
        settings["name"] = name
        settings["plugins"]["providers"][0]["path"] = str(self._provider().parent)
        (self.folder / "Pulumi.yaml").write_text(yaml.safe_dump(settings))
        shutil.copy(CHECKOUT / "__main__.py", self.folder)
        for path, text in files.items():
            (self.folder / path).write_text(text)

    def stack(self, name: str, config: Mapping[str, Any] | None = None) -> None:
        """Writes the stack's settings and makes the stack, as `pulumi stack init` does it."""
        if config is not None:
            self.settings(name, config)
        project = self._project()
        settings = self.folder / project.get("stackConfigDir", "") / f"Pulumi.{name}.yaml"
        pulumi = shutil.which("pulumi", path=self.environment["PATH"])
        assert pulumi is not None
        home, passphrase = self.environment["PULUMI_HOME"], self.environment["PULUMI_CONFIG_PASSPHRASE"]
        made = fresh.made(pulumi, home, self.secrets_provider, passphrase)
        made.write(self.backend, project["name"], name, settings)

    def settings(self, name: str, config: Mapping[str, Any]) -> None:
        """Writes the stack's settings, and keeps what the engine wrote to the file."""
        file = self.folder / "stacks" / f"Pulumi.{name}.yaml"
        written = yaml.safe_load(file.read_text()) if file.exists() else {}
        written["config"] = {**config, "choreo:controllers": self.controllers.value}
        file.write_text(yaml.safe_dump(written, sort_keys=False))

    @property
    def kubeconfig(self) -> Path:
        """What leads to the control plane."""
        return Path(self.environment["KUBECONFIG"])

    def up(self, stack: str, *options: str, fails: bool = False) -> Outcome:
        """`pulumi up` without a preview."""
        return self.run("up", "--yes", "--skip-preview", "--stack", stack, *options, fails=fails)

    def destroy(self, stack: str, *options: str, fails: bool = False) -> Outcome:
        """`pulumi destroy` without a preview."""
        return self.run("destroy", "--yes", "--skip-preview", "--stack", stack, *options, fails=fails)

    def preview(self, stack: str, *options: str, fails: bool = False) -> Outcome:
        """`pulumi preview`."""
        return self.run("preview", "--stack", stack, *options, fails=fails)

    def refresh(self, stack: str, *options: str) -> Outcome:
        """`pulumi refresh` without a preview."""
        return self.run("refresh", "--yes", "--skip-preview", "--stack", stack, *options)

    def export(self, stack: str) -> str:
        """`pulumi stack export`."""
        return self.run("stack", "export", "--stack", stack).said

    def state(self, stack: str) -> str:
        """The state as it is stored: what `pulumi stack export` prints, in a fraction of its time."""
        stored = json.loads(fresh.checkpoint(self.backend, self._project()["name"], stack).read_text())
        return json.dumps({"version": stored["version"], "deployment": stored["checkpoint"].get("latest") or {}})

    def resources(self, stack: str) -> list[dict[str, Any]]:
        """The resources in the stack's state."""
        resources: list[dict[str, Any]] = json.loads(self.state(stack))["deployment"].get("resources", [])
        return resources

    def run(self, *arguments: str, given: str | None = None, fails: bool = False) -> Outcome:
        """Runs Pulumi; the test fails with its output unless it succeeds, or `fails`, as expected.

        `given` is its standard input.
        """
        command = ["pulumi", *arguments, "--non-interactive", "--color", "never"]
        done = _run(command, self.folder, self.environment, given)
        assert bool(done.code) is fails, f"`{' '.join(command)}` ended with {done.code}:\n{done.said}"
        assert fails or "errored" not in done.changes, f"`{' '.join(command)}` has reported an error:\n{done.said}"
        return done

    def kubectl(self, *arguments: str, manifest: str | None = None) -> str:
        """Runs kubectl, which must succeed; `manifest` is its standard input."""
        done = _run(["kubectl", *arguments], self.folder, self.environment, manifest)
        assert done.code == 0, f"`kubectl {' '.join(arguments)}` ended with {done.code}:\n{done.said}"
        return done.said

    def wait_for_refusal(self, refusal: str, *arguments: str, manifest: str | None = None) -> None:
        """Runs kubectl until the API server refuses that: a policy takes a moment to apply after it was created."""
        deadline = time.monotonic() + SECONDS_TO_APPLY
        while refusal not in (done := _run(["kubectl", *arguments], self.folder, self.environment, manifest)).said:
            assert time.monotonic() < deadline, f"`kubectl {' '.join(arguments)}` is not refused:\n{done.said}"
            time.sleep(0.1)

    def create(self, text: str) -> None:
        """Creates the objects of the YAML documents in the cluster, as others do."""
        by_hand.create(self.kubeconfig, text)

    def _provider(self) -> Path:
        """Our provider's executable, the first on the path."""
        found = shutil.which("pulumi-resource-choreo", path=self.environment["PATH"])
        assert found is not None
        return Path(found)

    def _project(self) -> dict[str, Any]:
        project: dict[str, Any] = yaml.safe_load((self.folder / "Pulumi.yaml").read_text())
        return project


def _run(command: Sequence[str], folder: Path, environment: Mapping[str, str], given: str | None = None) -> Outcome:
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | environment,
        input=given or "",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    return Outcome(done.returncode, done.stdout)

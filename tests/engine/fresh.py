"""A fresh stack as `pulumi stack init` makes it, made once: another one differs in nothing but its name."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from devcluster.env import state_url
from tests.engine import keys

NAME = "choreo/fresh"
"""The project and the stack."""


@dataclass(frozen=True)
class Fresh:
    """What Pulumi writes of a new stack."""

    checkpoint: str
    backend: str
    """Of the backend itself."""
    encryption: Mapping[str, str]
    """How secrets are encrypted, as it is in the stack's settings."""

    def write(self, backend: Path, project: str, stack: str, settings: Path) -> None:
        """Makes a stack in a backend; its settings may be there already."""
        file = checkpoint(backend, project, stack)
        assert not file.exists(), f"there is a stack {stack}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.checkpoint.replace(NAME, f"{project}/{stack}"))
        meta = backend / ".pulumi" / "meta.yaml"
        if not meta.exists():
            meta.write_text(self.backend)
        text = settings.read_text() if settings.exists() else ""
        if not self.encryption.keys() & (yaml.safe_load(text) or {}).keys():
            settings.write_text(f"{text.rstrip()}\n{yaml.safe_dump(dict(self.encryption), sort_keys=False)}".lstrip())


def checkpoint(backend: Path, project: str, stack: str) -> Path:
    """The file that holds the state of a stack."""
    return backend / ".pulumi" / "stacks" / project / f"{stack}.json"


@cache
def made(pulumi: str, home: str, secrets_provider: str, passphrase: str) -> Fresh:
    """A new stack of this Pulumi with the secrets provider; `passphrase` is that of the provider of this name."""
    project, stack = NAME.split("/")
    with TemporaryDirectory() as folder:
        backend, settings = Path(folder, "backend"), Path(folder, f"Pulumi.{stack}.yaml")
        backend.mkdir()
        Path(folder, "Pulumi.yaml").write_text(f"name: {project}\nruntime: python\n")
        environment: Mapping[str, str] = {
            "HOME": folder,
            "PULUMI_HOME": home,
            "PULUMI_BACKEND_URL": state_url(backend),
            "PULUMI_CONFIG_PASSPHRASE": passphrase,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            **keys.variables(),
        }
        command = [pulumi, "stack", "init", stack, "--secrets-provider", secrets_provider]
        subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
        meta = (backend / ".pulumi" / "meta.yaml").read_text()
        return Fresh(checkpoint(backend, project, stack).read_text(), meta, yaml.safe_load(settings.read_text()))

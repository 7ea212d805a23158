"""The environment: what a program, or a person's shell, needs to use the tools and the control plane of a checkout."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from devcluster import private
from devcluster.errors import ClusterError
from toolchain.cache import is_ours

PASSPHRASE = "choreo-local"
"""The passphrase of the encryption salts in stacks/. It is no secret: the stacks of a local control plane have none."""


def variables(checkout: Path, kubeconfig: Path) -> Mapping[str, str]:
    """The environment variables, including PATH: the checkout's programs come first on it.

    kubectl and Pulumi are pointed to the control plane of `kubeconfig` and to a state in the checkout's `.dev`; the
    state's folder and the file with the passphrase of its secrets are made if they are missing.
    Raises ClusterError if the toolchain is not installed."""
    folder = checkout / ".dev"
    engine = folder / "bin" / "pulumi"
    if not engine.exists():
        raise ClusterError(f"{engine} does not exist; `python -m toolchain` installs it")
    passphrase = folder / "passphrase"
    private.write(passphrase, PASSPHRASE)
    state = folder / "state"
    state.mkdir(mode=0o700, exist_ok=True)
    values = {
        "PATH": os.pathsep.join([*_first_on_path(checkout), os.environ.get("PATH", os.defpath)]),
        "KUBECONFIG": str(kubeconfig),
        "PULUMI_HOME": str(folder / "pulumi"),
        "PULUMI_BACKEND_URL": state_url(state),
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(passphrase),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # Resources here mostly wait, namespaces above all: the engine's default, by cores, is too few.
        "PULUMI_PARALLEL": "64",
        # Pulumi's SDK would look for the engine, which is on this machine, behind the proxy of `https_proxy`.
        "no_grpc_proxy": "127.0.0.1,localhost",
    }
    if is_ours(engine):
        # An engine that we built has all its plugins; a search for others to download would only take time and fail.
        values["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] = "true"
    return values


def write(checkout: Path, kubeconfig: Path) -> Path:
    """Writes `.dev/env`, with which `. .dev/env` gives a shell the same variables; returns the file's path.

    Raises ClusterError as `variables` does."""
    values = dict(variables(checkout, kubeconfig))
    del values["PATH"]  # the shell's own, which is not ours, follows our entries
    first = os.pathsep.join(shlex.quote(entry) for entry in _first_on_path(checkout))
    lines = [
        "# Written by `python -m devcluster env`; to be sourced: . .dev/env",
        f'export PATH={first}:"$PATH"',
        *(f"export {name}={shlex.quote(value)}" for name, value in values.items()),
    ]
    path = checkout / ".dev" / "env"
    private.write(path, "\n".join(lines) + "\n")
    return path


def state_url(folder: Path) -> str:
    """The backend that keeps its state in a folder, and survives a crash of Pulumi at any moment.

    By default each file of the state has a companion file with attributes, which is not replaced as a whole: an engine
    killed at the wrong moment leaves it empty, and then no command can read the state ("failed to load checkpoint:
    EOF"). The attributes are not needed (gocloud.dev/blob/fileblob, `metadata`).
    """
    return f"{folder.as_uri()}?metadata=skip"


def _first_on_path(checkout: Path) -> list[str]:
    return [str(checkout / ".venv" / "bin"), str(checkout / ".dev" / "bin")]

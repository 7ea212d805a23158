"""The ambient kubeconfig's user and proxy apply to everything that choreo does with it."""

import base64
import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.engine import samples
from tests.engine.workspace import Workspace, leading_to

PLUGIN = """#!/usr/bin/env python3
import json, os, pathlib, sys
here = pathlib.Path(__file__).parent
info = json.loads(os.environ["KUBERNETES_EXEC_INFO"])
with open(here / "runs", "a") as runs:
    runs.write(f"{os.getppid()}\\n")
if not info["spec"].get("cluster", {}).get("server", "").startswith("https://"):
    sys.exit("error: no cluster information was handed over")
print((here / "answer").read_text())
"""


def changed(workspace: Workspace, path: Path, **user: Any) -> Path:
    """The workspace's kubeconfig with these fields of its user, as a file."""
    config = yaml.safe_load(workspace.kubeconfig.read_text())
    config["users"][0]["user"] |= user
    path.write_text(yaml.safe_dump(config))
    return path


def by(workspace: Workspace, kubeconfig: Path) -> None:
    """Has the workspace's commands find this kubeconfig."""
    workspace.environment = {**workspace.environment, "KUBECONFIG": str(kubeconfig)}


def test_a_kubeconfig_that_impersonates_a_user_without_rights_can_delete_nothing(
    acme: Workspace, organization: str, tmp_path: Path
) -> None:
    """Its own credentials are an administrator's, but no request is sent as the administrator."""
    administrator = acme.kubeconfig
    acme.stack("development", samples.stack("development", organization))
    acme.up("development")
    before = standing(acme, organization)
    assert before
    by(acme, changed(acme, tmp_path / "as.yaml", **{"as": "unprivileged", "as-groups": ["guests"]}))
    said = acme.preview("development", fails=True).said
    assert "the credentials cannot" in said
    assert "unprivileged" in acme.destroy("development", fails=True).said
    by(acme, administrator)
    assert standing(acme, organization) == before, "to the resourceVersion"
    acme.destroy("development")
    assert standing(acme, organization) == []


def standing(workspace: Workspace, organization: str) -> list[str]:
    """The environment, its Deployments and its namespaces, each with its version."""
    columns = "custom-columns=N:.metadata.name,V:.metadata.resourceVersion,D:.metadata.deletionTimestamp"
    objects = "environments.core.choreo.dev,deployments.core.choreo.dev"
    found = workspace.kubectl("get", objects, "-n", organization, "-o", columns, "--no-headers")
    labels = f"organization-name={organization},environment-name=development"
    found += workspace.kubectl("get", "namespaces", "-l", labels, "-o", columns, "--no-headers")
    return [line for line in found.splitlines() if "No resources found" not in line]


def test_a_command_for_credentials_is_run_once_by_each_process_and_knows_the_cluster(
    acme: Workspace, organization: str, tmp_path: Path
) -> None:
    config = yaml.safe_load(acme.kubeconfig.read_text())
    user = config["users"][0]["user"]
    certificate, key = (
        base64.b64decode(user[name]).decode() for name in ("client-certificate-data", "client-key-data")
    )
    version = "client.authentication.k8s.io/v1"
    status = {"clientCertificateData": certificate, "clientKeyData": key}
    folder = tmp_path / "commands"
    folder.mkdir()
    (folder / "answer").write_text(json.dumps({"apiVersion": version, "kind": "ExecCredential", "status": status}))
    (folder / "plugin").write_text(PLUGIN)
    (folder / "plugin").chmod(0o700)
    command = {
        "apiVersion": version,
        "command": "./plugin",
        "interactiveMode": "IfAvailable",
        "provideClusterInfo": True,
    }
    config["users"][0]["user"] = {"exec": command}
    (folder / "config").write_text(yaml.safe_dump(config))
    by(acme, folder / "config")
    acme.stack("development", samples.stack("development", organization))
    said = acme.preview("development").said
    assert "warning" not in said.lower()
    runs = (folder / "runs").read_text().split()
    assert runs
    assert len(runs) == len(set(runs)), "no process runs it twice"


def test_a_kubeconfig_of_a_kubectl_proxy_has_neither_scheme_nor_user(
    acme: Workspace, organization: str, toolchain_bin: Path, tmp_path: Path
) -> None:
    with proxy(acme, toolchain_bin) as address:
        file = tmp_path / "proxy.yaml"
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "p", "cluster": {"server": address}}],
            "contexts": [{"name": "p", "context": {"cluster": "p", "user": ""}}],
            "users": None,
            "current-context": "p",
        }
        file.write_text(json.dumps(config, indent="\t"))
        by(acme, file)
        acme.stack("development", samples.stack("development", organization))
        assert "warning" not in acme.preview("development").said.lower()


@contextmanager
def proxy(workspace: Workspace, toolchain_bin: Path) -> Iterator[str]:
    """A `kubectl proxy` to the workspace's cluster, at HOST:PORT."""
    environment = leading_to(workspace.kubeconfig, toolchain_bin)
    command = ["kubectl", "proxy", "--port=0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        serving = re.match(r"Starting to serve on (\S+)", running.stdout.readline())
        assert serving is not None
        yield serving[1]
        running.terminate()

"""The samples of the engine tests: the organization and the environments of stacks/, under a name for the test."""

from pathlib import Path
from typing import Any

import yaml

from tests import declaring

STACKS = Path(__file__).resolve().parents[2] / "stacks"


def stack(name: str, organization: str) -> dict[str, Any]:
    """The settings of a stack of this checkout, for another organization than acme, with its manifests inline."""
    config: dict[str, Any] = yaml.safe_load((STACKS / f"Pulumi.{name}.yaml").read_text())["config"]
    for pattern in config.pop("choreo:manifests", []):
        for file in sorted(STACKS.parent.glob(pattern)):
            config["choreo:resources"] += list(yaml.safe_load_all(file.read_text()))
    for declared in config["choreo:resources"]:
        metadata = declared["metadata"]
        key = "namespace" if "namespace" in metadata else "name"
        assert metadata[key] == "acme"
        metadata[key] = organization
    return config


def workload(organization: str, environment: str, component: str) -> list[dict[str, Any]]:
    """A component deployed to an environment: the Component, its track, its artifact and its Deployment."""
    text = (STACKS / "development" / "reading-list.yaml").read_text()
    for old, new in (
        ("reading-list-service", component),
        ("development", environment),
        (": acme", f": {organization}"),
    ):
        assert old in text
        text = text.replace(old, new)
    return list(yaml.safe_load_all(text))


def deployment(organization: str, environment: str, name: str) -> str:
    """The manifest of a Deployment that Pulumi did not make, of the component in the stack development."""
    return f"""
apiVersion: core.choreo.dev/v1
kind: Deployment
metadata:
  name: {name}
  namespace: {organization}
  labels:
    core.choreo.dev/organization: {organization}
    core.choreo.dev/project: customer-portal
    core.choreo.dev/component: reading-list-service
    core.choreo.dev/deployment-track: main
    core.choreo.dev/environment: {environment}
    core.choreo.dev/name: {name}
spec:
  deploymentArtifactRef: reading-list-service
"""


def namespace(name: str, organization: str, environment: str) -> str:
    """The manifest of a namespace that Pulumi did not make, with the labels of an environment."""
    return f"""
apiVersion: v1
kind: Namespace
metadata:
  name: {name}
  labels:
    organization-name: {organization}
    environment-name: {environment}
"""


def data_plane(organization: str, name: str) -> str:
    """The manifest of another data plane than the organization's own."""
    declared = next(each for each in stack("acme", organization)["choreo:resources"] if each["kind"] == "DataPlane")
    return yaml.safe_dump(declared | {"metadata": {"name": name, "namespace": organization}})


def everything(organization: str) -> list[declaring.Manifest]:
    """An object of each kind."""
    made = declaring.every_kind()
    return [yaml.safe_load(yaml.safe_dump(each).replace("acme", organization)) for each in made]

"""Builders: OpenChoreo's objects as people write them, and a stack that declares them."""

import copy
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from choreo_components.config import documents, settings
from choreo_components.config.findings import Finding, Location
from choreo_components.config.settings import Declared, Settings
from choreo_components.plan.builder import plan
from choreo_components.plan.nodes import Plan

Manifest = dict[str, Any]

STACK_FILE = "Pulumi.test.yaml"
NOWHERE = Path("/nonexistent/project")


def manifest(
    kind: str,
    name: str,
    spec: Mapping[str, Any] | None = None,
    *,
    organization: str | None = "acme",
    **labels: str,
) -> Manifest:
    """An object of the kind; `deployment_track="main"` is the label core.choreo.dev/deployment-track."""
    metadata: dict[str, Any] = {"name": name}
    if organization is not None:
        metadata["namespace"] = organization
    if labels:
        metadata["labels"] = {f"core.choreo.dev/{key.replace('_', '-')}": value for key, value in labels.items()}
    return {"apiVersion": "core.choreo.dev/v1", "kind": kind, "metadata": metadata, "spec": dict(spec or {})}


def plain(kind: str, name: str, namespace: str | None = None, api_version: str = "v1", **more: Any) -> Manifest:
    """An object of another API than OpenChoreo's."""
    metadata = {"name": name} if namespace is None else {"name": name, "namespace": namespace}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **more}


def organization(name: str = "acme") -> Manifest:
    return manifest("Organization", name, organization=None)


def data_plane(name: str = "dp-local", organization: str = "acme") -> Manifest:
    cluster = {
        "name": "kind-1",
        "connectionConfigRef": "kind-1-config",
        "featureFlags": {"cilium": True, "scaleToZero": True, "gatewayType": "envoy"},
    }
    hosts = {"publicVirtualHost": "apis.example", "organizationVirtualHost": "internal.example"}
    return manifest("DataPlane", name, {"kubernetesCluster": cluster, "gateway": hosts}, organization=organization)


CREDENTIALS = {
    "apiServerURL": "https://cluster.example:6443",
    "caCert": b64encode(b"the authority's certificate").decode(),
    "clientCert": b64encode(b"the client's certificate").decode(),
    "clientKey": b64encode(b"the client's private key").decode(),
}


def data_plane_with_credentials(name: str = "dp-local", organization: str = "acme") -> Manifest:
    """A data plane as it is since OpenChoreo v0.2.0."""
    made = data_plane(name, organization)
    made["spec"]["kubernetesCluster"] = {"name": "kind-1", "credentials": dict(CREDENTIALS)}
    made["spec"]["registry"] = {
        "unauthenticated": ["registry.example"],
        "imagePushSecrets": [{"name": "push", "prefix": "ghcr.io"}],
    }
    return made


def environment(
    name: str = "development",
    *,
    organization: str = "acme",
    data_plane: str | None = "dp-local",
    dns_prefix: str | None = "",
) -> Manifest:
    """An environment; its dnsPrefix is its name unless given, and None leaves it out."""
    spec: dict[str, Any] = {} if data_plane is None else {"dataPlaneRef": data_plane}
    if dns_prefix is not None:
        spec["gateway"] = {"dnsPrefix": dns_prefix or name}
    return manifest("Environment", name, spec, organization=organization)


def pipeline(
    name: str = "pipeline",
    promotions: Sequence[tuple[str, Sequence[str]]] = (("development", ()),),
    organization: str = "acme",
) -> Manifest:
    """A pipeline which promotes from each environment to those after it."""
    paths = [
        {"sourceEnvironmentRef": source, "targetEnvironmentRefs": [{"name": target} for target in targets]}
        for source, targets in promotions
    ]
    return manifest("DeploymentPipeline", name, {"promotionPaths": paths}, organization=organization)


def project(name: str = "shop", pipeline: str = "pipeline", organization: str = "acme") -> Manifest:
    return manifest("Project", name, {"deploymentPipelineRef": pipeline}, organization=organization)


def component(name: str = "web", project: str = "shop", organization: str = "acme") -> Manifest:
    return manifest("Component", name, {"type": "Service"}, organization=organization, project=project)


def track(
    name: str = "web-main",
    label: str = "main",
    component: str = "web",
    project: str = "shop",
    organization: str = "acme",
) -> Manifest:
    """A track; `label` is the name by which its builds, artifacts and deployments find it."""
    made = manifest("DeploymentTrack", name, organization=organization, project=project, component=component)
    made["metadata"]["labels"]["core.choreo.dev/name"] = label
    return made


def in_track(organization: str = "acme", project: str = "shop") -> dict[str, str]:
    """The labels of what belongs to the track of `track()`."""
    return {"organization": organization, "project": project, "component": "web", "deployment_track": "main"}


def artifact(
    name: str = "web-1", organization: str = "acme", project: str = "shop", build: str | None = None
) -> Manifest:
    source = {"fromImageRef": {"tag": "1.0"}} if build is None else {"fromBuildRef": {"name": build}}
    return manifest("DeployableArtifact", name, {"targetArtifact": source}, **in_track(organization, project))


def build(name: str = "web-build", organization: str = "acme", project: str = "shop") -> Manifest:
    docker = {"context": "/", "dockerfilePath": "/Dockerfile"}
    return manifest("Build", name, {"buildConfiguration": {"docker": docker}}, **in_track(organization, project))


def deployment(
    name: str = "web-development",
    environment: str = "development",
    artifact: str = "web-1",
    organization: str = "acme",
    project: str = "shop",
) -> Manifest:
    labels = in_track(organization, project)
    return manifest("Deployment", name, {"deploymentArtifactRef": artifact}, **labels, environment=environment)


def endpoint(name: str = "web-port", deployment: str = "web-development", environment: str = "development") -> Manifest:
    spec = {"type": "HTTP", "service": {"port": 8080}}
    return manifest("Endpoint", name, spec, **in_track(), environment=environment, deployment=deployment)


def configuration_group(name: str = "redis", organization: str = "acme") -> Manifest:
    return manifest("ConfigurationGroup", name, {"configurations": []}, organization=organization)


WHOLE = (
    organization(),
    data_plane(),
    environment(),
    pipeline(),
    project(),
    component(),
    track(),
    artifact(),
    deployment(),
)
"""An organization with an environment `development`, and all that a Deployment in it needs."""


def every_kind(of_pipelines: Manifest | None = None) -> list[Manifest]:
    """An object of each kind, in the order of the API; of pipelines this one."""
    return [
        organization(),
        data_plane(),
        environment(),
        of_pipelines or pipeline(),
        project(),
        component(),
        track(),
        configuration_group(),
        build(),
        artifact(),
        deployment(),
        endpoint(),
    ]


@dataclass(frozen=True)
class Stack:
    """What was read and planned of a stack, and the text of its file."""

    text: str
    settings: Settings
    plan: Plan
    findings: list[Finding]

    def at(self, snippet: str, field: str) -> Location:
        """The place of a field in the stack's file: the first line that contains the snippet."""
        lines = [number for number, line in enumerate(self.text.splitlines(), 1) if snippet in line]
        assert lines, f"{snippet!r} is not in\n{self.text}"
        return Location(STACK_FILE, lines[0], field)

    def declared(self, kind: str, name: str) -> Declared:
        """One of its objects."""
        return next(each for each in self.settings.declared if (each.kind, each.name) == (kind, name))


def stack(*objects: Manifest, folder: Path = NOWHERE, **more: Any) -> Stack:
    """A stack with these resources and settings (`controllers="absent"`), read from its YAML and planned."""
    config: dict[str, Any] = {f"choreo:{name}": value for name, value in more.items()}
    if objects:
        # Copies: YAML would write the same object twice as an anchor and an alias.
        config["choreo:resources"] = [copy.deepcopy(each) for each in objects]
    return stack_of(yaml.safe_dump(config, sort_keys=False), folder)


def stack_of(text: str, folder: Path = NOWHERE) -> Stack:
    """A stack whose settings are this YAML text."""
    found, unreadable = documents.read(text, STACK_FILE)
    assert unreadable == []
    read, findings = settings.read(found[0], folder)
    planned = plan(read)
    return Stack(text, read, planned, [*findings, *planned.findings])

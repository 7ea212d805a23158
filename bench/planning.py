"""Planning: a thousand manifests as an organization has them, read and planned by a separate process.

`python -m bench.planning FOLDER` is that process.
"""

import gc
import sys
from collections.abc import Iterator
from pathlib import Path

from choreo_components.config import settings
from choreo_components.config.documents import Document
from choreo_components.config.findings import report
from choreo_components.plan.builder import plan

OTHERS = 40
"""Objects that belong to no component."""
PER_COMPONENT = 12
ENVIRONMENTS = 10
PROJECTS = 20
CONFIGURATION_GROUPS = 6

HEAD = """\
apiVersion: core.choreo.dev/v1
kind: {kind}
metadata:
  name: {name}
  namespace: acme
  annotations:
    core.choreo.dev/display-name: {kind} {name}
    core.choreo.dev/description: What it is for, in a sentence of the usual length
"""

DATA_PLANE = """\
spec:
  kubernetesCluster:
    name: {name}
    connectionConfigRef: {name}-connection
    featureFlags: {{cilium: true, scaleToZero: true, gatewayType: envoy}}
  gateway: {{publicVirtualHost: {name}.example.com, organizationVirtualHost: internal.{name}.example.com}}
"""

CONFIGURATION_GROUP = """\
spec:
  configurations:
    - key: url
      values:
        - {environment: env-0, value: http://localhost:8080}
        - {environment: env-9, vaultKey: secret/url}
"""

ARTIFACT = """\
  labels:
    core.choreo.dev/project: {project}
    core.choreo.dev/component: {component}
    core.choreo.dev/deployment-track: main
spec:
  targetArtifact:
    fromImageRef: {{tag: {tag}}}
  configuration:
    endpointTemplates:
      - metadata: {{name: http}}
        spec:
          type: HTTP
          service: {{basePath: /, port: 8080}}
          networkVisibilities: {{organization: {{enable: true}}, public: {{enable: false}}}}
    application:
      args: [--serve]
      env:
        - {{key: LOG_LEVEL, value: info}}
        - key: UPSTREAM
          valueFrom: {{configurationGroupRef: {{name: group-{group}, key: url}}}}
      resourceLimits: {{cpu: 500m, memory: 256Mi}}
"""

DEPLOYMENT = """\
  labels:
    core.choreo.dev/project: {project}
    core.choreo.dev/component: {component}
    core.choreo.dev/deployment-track: main
    core.choreo.dev/environment: {environment}
spec:
  deploymentArtifactRef: {artifact}
"""


def write_manifests(folder: Path, objects: int) -> None:
    """Writes about as many objects: a file for the organization, and one for each component."""
    components = range(max(1, (objects - OTHERS) // PER_COMPONENT))
    (folder / "organization.yaml").write_text("---\n".join(_organization()))
    for number in components:
        (folder / f"component-{number:03}.yaml").write_text("---\n".join(_component(number)))


def _organization() -> Iterator[str]:
    yield "apiVersion: core.choreo.dev/v1\nkind: Organization\nmetadata: {name: acme}\n"
    for name in ("dp-0", "dp-1"):
        yield HEAD.format(kind="DataPlane", name=name) + DATA_PLANE.format(name=name)
    for number in range(ENVIRONMENTS):
        head = HEAD.format(kind="Environment", name=f"env-{number}")
        yield f"{head}spec: {{dataPlaneRef: dp-{number % 2}, gateway: {{dnsPrefix: env-{number}}}}}\n"
    targets = ", ".join(f"{{name: env-{number}}}" for number in range(1, ENVIRONMENTS))
    promotion = f"{{sourceEnvironmentRef: env-0, targetEnvironmentRefs: [{targets}]}}"
    yield HEAD.format(kind="DeploymentPipeline", name="pipeline") + f"spec: {{promotionPaths: [{promotion}]}}\n"
    for number in range(PROJECTS):
        yield HEAD.format(kind="Project", name=f"project-{number}") + "spec: {deploymentPipelineRef: pipeline}\n"
    for number in range(CONFIGURATION_GROUPS):
        yield HEAD.format(kind="ConfigurationGroup", name=f"group-{number}") + CONFIGURATION_GROUP


def _component(number: int) -> Iterator[str]:
    """A component with its track, two artifacts and eight Deployments."""
    project, component = f"project-{number % PROJECTS}", f"component-{number}"
    of_project = f"  labels: {{core.choreo.dev/project: {project}}}\n"
    of_track = f"  labels: {{core.choreo.dev/project: {project}, core.choreo.dev/component: {component}, "
    image = f"spec: {{type: Service, source: {{containerRegistry: {{imageName: example.com/{component}}}}}}}\n"
    yield HEAD.format(kind="Component", name=component) + of_project + image
    yield HEAD.format(kind="DeploymentTrack", name=f"{component}-main") + of_track + "core.choreo.dev/name: main}\n"
    names = {"project": project, "component": component}
    for tag in ("1.0.0", "1.1.0"):
        head = HEAD.format(kind="DeployableArtifact", name=f"{component}-{tag}")
        yield head + ARTIFACT.format(**names, tag=tag, group=number % CONFIGURATION_GROUPS)
    for environment in range(PER_COMPONENT - 4):
        head = HEAD.format(kind="Deployment", name=f"{component}-env-{environment}")
        artifact = f"{component}-1.{environment % 2}.0"
        yield head + DEPLOYMENT.format(**names, environment=f"env-{environment}", artifact=artifact)


def plan_folder(folder: Path) -> int:
    """Reads and plans the manifests of a folder; returns how many objects they were."""
    config = Document({"choreo:manifests": ["*.yaml"]}, "configuration")
    read, findings = settings.read(config, folder)
    planned = plan(read)
    if findings or planned.findings or planned.outside:
        raise SystemExit(report([*findings, *planned.findings]) + f"\n  {len(planned.outside)} references lead nowhere")
    return len(read.declared)


if __name__ == "__main__":
    # As in choreo's program and in its command.
    gc.disable()
    print(plan_folder(Path(sys.argv[1])))
